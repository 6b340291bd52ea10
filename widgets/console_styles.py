"""What a Linux console can show: no dim, no bright black, and no bold in reverse video.

With a font of 512 glyphs VGA text takes the bit of brightness to choose the glyph, and what is dim (which the
console draws in bright black) becomes black on black. Reverse video with bold is dark grey on the ground, in
every font (drivers/tty/vt/vt.c, build_attr: the brightness is flipped after the exchange of the colours).
"""

from functools import cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_BRIGHT_BLACK = 8


class ConsoleStyles(LineFilter):
    """Takes out of every style, also of those of Textual's own widgets, what a console cannot show."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """Return the segments in styles that can be read."""
        return [
            Segment(segment.text, readable(segment.style), segment.control) if segment.style else segment
            for segment in segments
        ]


@cache
def readable(style: Style) -> Style:
    """Return a style without dim and bright black, and without bold where it is in reverse video."""
    if style.dim:
        style += Style(dim=False)
    if style.color is not None and style.color.number == _BRIGHT_BLACK:
        style += Style(color="default")
    if style.reverse and style.bold:
        style += Style(bold=False)
    return style
