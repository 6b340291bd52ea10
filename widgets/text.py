"""Text measured in terminal cells: cutting, padding, wrapping, and durations.

A cell is one column of the terminal; a Chinese character takes two, a combining mark none.
"""

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from rich.cells import cell_len, get_character_cell_size

from widgets.widget_words import translate as _

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_GLUE = "\N{NO-BREAK SPACE}"
_WORD_LEAST = 16
"""Cells of a word that is not cut while there are longer ones."""


def flat(text: str) -> str:
    """Return the text on one line, every control, format or direction character shown as `?`.

    Widgets draw names that came from a network; a line must stay a line, and nothing in it may move the
    cursor or turn the reading direction.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if character in "\t\n\r" else "?" if unicodedata.category(character) in _HIDDEN else character
        for character in text
    )


def cells(text: str) -> int:
    """Return the width of a text in cells."""
    return cell_len(text)


def head(text: str, width: int) -> str:
    """Return the longest beginning of a text that fits in `width` cells."""
    if cell_len(text) <= width:
        return text
    used = 0
    for index, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > width:
            return text[:index]
    return text


def tail(text: str, width: int) -> str:
    """Return the longest end of a text that fits in `width` cells."""
    if cell_len(text) <= width:
        return text
    used = 0
    for index in range(len(text) - 1, -1, -1):
        used += get_character_cell_size(text[index])
        if used > width:
            return text[index + 1 :]
    return text


def cut_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """Return the text in at most `width` cells, its middle cut out when it is longer.

    Two thirds of the room go to the end: the end of an IQN, a WWID or a path distinguishes one from
    another.
    """
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    if room < 2:
        return tail(text, max(0, width))
    front = head(text, room // 3)
    return front + ellipsis + tail(text, room - cell_len(front))


def cut_end(text: str, width: int, ellipsis: str = "…") -> str:
    """Return the text in at most `width` cells, its end cut off when it is longer. For sentences."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    return head(text, room).rstrip() + ellipsis if room > 0 else head(text, max(0, width))


def cut_words(text: str, width: int, ellipsis: str = "…") -> str:
    """Return a sentence in at most `width` cells: the middles of its longest words go first, then its end.

    Names from a network are long and are what differs least between two sentences about one thing; the verb
    at the end says more.
    """
    words = text.split(" ")
    over = cell_len(text) - width
    while over > 0:
        longest = max(range(len(words)), key=lambda place: cell_len(words[place]))
        size = cell_len(words[longest])
        if size <= _WORD_LEAST:
            break
        words[longest] = cut_middle(words[longest], max(_WORD_LEAST, size - over), ellipsis)
        if cell_len(words[longest]) >= size:
            break
        over = cell_len(" ".join(words)) - width
    return cut_end(" ".join(words), width, ellipsis)


def pad(text: str, width: int) -> str:
    """Return the text filled up with blanks to `width` cells; a longer text stays as it is."""
    return text + " " * (width - cell_len(text))


def pad_left(text: str, width: int) -> str:
    """Return the text moved to the right edge of `width` cells; a longer text stays as it is."""
    return " " * (width - cell_len(text)) + text


def wrap(text: str, width: int, hanging: int = 0) -> list[str]:
    """Return the text as lines of at most `width` cells, broken at blanks where possible.

    Args:
        text: One paragraph, or several separated by line ends; each begins a new line.
        width: Cells per line, at least 1.
        hanging: Blanks in front of every line of a paragraph but the first. Ignored when it leaves less
            than a third of the width, or no room for a wide character.

    Returns:
        At least one line. A word longer than a line is broken where the line ends; text in a script
        without blanks is broken between its characters.
    """
    width = max(1, width)
    indent = " " * (hanging if hanging * 3 <= width * 2 and hanging + 2 <= width else 0)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(flat(paragraph), width, indent))
    return lines


def wrap_command(command: str, width: int, hanging: int = 4) -> list[str]:
    """Return a command line wrapped like `wrap`, an option staying on one line with its value."""
    words = flat(command).split(" ")
    joined = words[0]
    for before, word in pairwise(words):
        belongs = before.startswith("-") and not word.startswith("-")
        fits = cell_len(before) + cell_len(word) < width - hanging
        joined += (_GLUE if belongs and fits else " ") + word
    return [line.replace(_GLUE, " ") for line in wrap(joined, width, hanging)]


def _wrap_paragraph(text: str, width: int, indent: str) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in _pieces(text):
        if cell_len(line) + cell_len(word.rstrip()) <= width:
            line += word
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = indent if lines else ""
        rest = word
        while cell_len(line) + cell_len(rest.rstrip()) > width:
            part = head(rest, width - cell_len(line)) or rest[:1]
            lines.append(line + part)
            line, rest = indent, rest[len(part) :]
        line += rest
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> Iterator[str]:
    """Split where a line may break: after blanks, and around each wide character.

    No line begins with what closes, nor ends with what opens (classes CL and OP of Unicode Annex #14).
    """
    start = 0
    for index, character in enumerate(text):
        ends_word = character == " " and text[index + 1 : index + 2] != " "
        if index > start and _may_break(text[index - 1], character):
            yield text[start:index]
            start = index
        if ends_word:
            yield text[start : index + 1]
            start = index + 1
    if start < len(text):
        yield text[start:]


def _may_break(before: str, after: str) -> bool:
    wide = 2 in (get_character_cell_size(before), get_character_cell_size(after))
    closes, opens = unicodedata.category(after) in _CLOSING, unicodedata.category(before) in _OPENING
    if after == "/" and unicodedata.category(before) == "Po":
        return True  # a path, behind a comma
    return wide and not closes and not opens


_CLOSING = frozenset({"Pe", "Pf", "Po", "Zs"})
_OPENING = frozenset({"Ps", "Pi"})
"""General categories of punctuation and blanks (Unicode Standard, chapter 4)."""


def duration(seconds: float) -> str:
    """Return a time span in two units at most: `0.4 ms`, `14 s`, `1 min 46 s`, `2 h 5 min`, `3 d 4 h`."""
    if 0 < seconds < 0.001:
        return _("{count} ms").format(count=f"{seconds * 1000:.1f}".removesuffix(".0"))
    if 0 < seconds < 1:
        return _("{count} ms").format(count=round(seconds * 1000))
    if seconds < 10 and seconds != int(seconds):
        return _("{count} s").format(count=f"{seconds:.1f}".removesuffix(".0"))
    whole = int(seconds)
    if whole < 60:
        return _("{count} s").format(count=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    days, hours = divmod(hours, 24)
    return _("{days} d {hours} h").format(days=days, hours=hours)
