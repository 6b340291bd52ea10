"""Columns of a terminal: how many a text takes, and lines laid out by them.

A wide or fullwidth character (Unicode Standard Annex #11) takes two cells, a combining one none.
"""

import textwrap
import unicodedata
from collections.abc import Iterator


def cells(text: str) -> int:
    """Columns that a text without control characters takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def padded(text: str, width: int) -> str:
    """The text with spaces up to that many columns; longer text stays as it is."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int, indent: int = 0, hanging: int = 0) -> list[str]:
    """The text in lines of at most that many columns, broken at spaces; a longer word stays whole.

    Wide characters are broken between, but no line begins with what closes, nor ends with what opens (the
    line breaking classes CL and OP of Unicode Standard Annex #14).

    Args:
        text: one paragraph.
        width: columns of a line.
        indent: columns before each line.
        hanging: further columns before each line but the first.
    """
    if text.isascii():
        return textwrap.wrap(
            text,
            width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hanging),
            break_long_words=False,
            break_on_hyphens=False,
        )
    lines: list[str] = []
    line, used = "", 0
    for gap, piece in _pieces(text):
        size = cells(piece)
        if line and used + len(gap) + size > width:
            lines.append(line)
            line = ""
        if line:
            line, used = line + gap + piece, used + len(gap) + size
        else:
            lead = indent + (hanging if lines else 0)
            line, used = " " * lead + piece, lead + size
    return [*lines, line] if line else lines


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """What is not broken, each with the space before it, if any."""
    for word in text.split():
        gap, piece = " ", ""
        for character in word:
            if piece and may_break(piece[-1], character):
                yield gap, piece
                gap, piece = "", ""
            piece += character
        yield gap, piece


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between two characters, neither of them a space."""
    wide = _cells_of(before) == 2 or _cells_of(after) == 2
    closes, opens = unicodedata.category(after) in _CLOSING, unicodedata.category(before) in _OPENING
    if after == "/" and unicodedata.category(before) == "Po":
        return True  # a path, behind a comma
    return wide and not closes and not opens


_CLOSING = frozenset({"Pe", "Pf", "Po"})
_OPENING = frozenset({"Ps", "Pi"})
"""General categories of punctuation (Unicode Standard, chapter 4)."""


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
