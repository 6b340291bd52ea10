"""Puts several pictures of the program, as Textual exports them, into one SVG that shows them in turn.

It needs no script: CSS changes what is visible, also where a page shows the file as an image. A program that
knows no CSS animation, and a person who asked for less motion, sees one picture that stands still.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

_CLIPS = re.compile(r"<clipPath id=\"[^\"]*-line-\d+\">.*?</clipPath>\s*", re.DOTALL)
_CLIP = re.compile(r' clip-path="url\(#[^)]*-line-\d+\)"')
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_BLANK_TEXT = re.compile(r"<text [^>]*>(?:&#160;)+</text>")
_EDGES = ' shape-rendering="crispEdges"'
_BLANKS = re.compile(r"\n\s+")
_NAME = re.compile(r"terminal-\d+")
_SIZE = re.compile(r'viewBox="0 0 (?P<width>[0-9.]+) (?P<height>[0-9.]+)"')


class Frame(Struct, frozen=True):
    """One picture, and how long it is shown."""

    svg: str
    seconds: float


def moving(frames: Sequence[Frame], still: int) -> str:
    """One SVG of several.

    Args:
        frames: pictures of one size, in their order.
        still: the number of the one that is seen where nothing moves.
    """
    (size,) = {found.group() for frame in frames if (found := _SIZE.search(frame.svg))}
    whole = sum(frame.seconds for frame in frames)
    rules = ["rect { shape-rendering: crispEdges }"]
    rules.append(f".frame {{ visibility: hidden; animation: {whole:g}s step-end infinite }}")
    rules.append(f"#frame-{still} {{ visibility: visible }}")
    begin = 0.0
    for number, frame in enumerate(frames):
        end = begin + frame.seconds
        rules.append(f"#frame-{number} {{ animation-name: turn-{number} }}")
        shown = f"{100 * begin / whole:.4g}% {{ visibility: visible }}"
        before = "0% { visibility: hidden } " if begin else ""
        after = f" {100 * end / whole:.4g}% {{ visibility: hidden }}" if end < whole else ""
        rules.append(f"@keyframes turn-{number} {{ {before}{shown}{after} }}")
        begin = end
    rules.append("@media (prefers-reduced-motion: reduce) { .frame { animation: none } }")
    bodies = [
        f'<g class="frame" id="frame-{number}">{_slim(frame.svg, f"f{number}")}</g>'
        for number, frame in enumerate(frames)
    ]
    style = "\n".join(rules)
    return f'<svg {size} xmlns="http://www.w3.org/2000/svg">\n<style>\n{style}\n</style>\n' + (
        "\n".join([*bodies, "</svg>\n"])
    )


def _slim(svg: str, name: str) -> str:
    """A picture with a short name, and without fonts to fetch, clips of lines, and text that is blank."""
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    for pattern in (_CLIPS, _CLIP, _FONTS, _BLANK_TEXT):
        inner = pattern.sub("", inner)
    inner = _NAME.sub(name, _BLANKS.sub("\n", inner)).replace(_EDGES, "")
    return inner.replace("&#160;", "\N{NO-BREAK SPACE}")
