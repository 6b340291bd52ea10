"""Columns of a terminal: how many a text takes, and lines laid out by them.

A wide or fullwidth character (Unicode Standard Annex #11) takes two cells, a combining one none.
"""

import textwrap
import unicodedata


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
    for word in text.split():
        size = cells(word)
        if line and used + 1 + size > width:
            lines.append(line)
            line = ""
        if line:
            line, used = f"{line} {word}", used + 1 + size
        else:
            lead = indent + (hanging if lines else 0)
            line, used = " " * lead + word, lead + size
    return [*lines, line] if line else lines


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
