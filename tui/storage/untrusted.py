"""Text that came from the network or from a disk, made safe to show and to log.

Target names, vendor strings, volume labels and the error lines of tools may hold escape sequences, line
breaks, direction overrides or kilobytes of anything. What passes through `clean` is one bounded line of
printable characters.
"""

import shlex
import unicodedata

_LONGEST = 300

_LONGEST_COMMAND = 4000

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(text: str, longest: int = _LONGEST) -> str:
    r"""One printable line: controls, direction overrides and the like become visible escapes such as `\x1b`.

    Args:
        text: anything, of any length.
        longest: characters kept; what is longer is cut in the middle, because both ends tell names apart.
    """
    if len(text) <= longest and text.isascii() and text.isprintable():
        return text
    if len(text) > longest * 4:
        text = text[: longest * 2] + text[-longest * 2 :]
    safe = "".join(_visible(character) for character in text)
    if len(safe) <= longest:
        return safe
    tail = (longest - 1) // 2
    return safe[: longest - 1 - tail] + "…" + safe[len(safe) - tail :]


def clean_lines(text: str, most: int = 40, longest: int = _LONGEST) -> tuple[str, ...]:
    """The non-empty lines of a tool's output, each cleaned; past `most` lines the middle is left out."""
    lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
    if len(lines) > most:
        head = most // 2
        lines = [*lines[:head], "…", *lines[-(most - head - 1) :]]
    return tuple(clean(line.rstrip(), longest) for line in lines)


def visible_lines(text: str) -> str:
    """The text with its line feeds, and every other control as a visible escape; of any length."""
    return "\n".join(
        line if line.isascii() and line.isprintable() else "".join(map(_visible, line))
        for line in text.split("\n")
    )


def as_typed(argv: tuple[str, ...]) -> str:
    """A command as a person would type it, safe to show whatever names it holds.

    A word with controls is quoted as `$'…'` of bash(1) (QUOTING), which means the same word when it is typed.
    """
    return clean(" ".join(map(_typed, argv)), _LONGEST_COMMAND)


def _typed(word: str) -> str:
    if all(_is_safe(character) for character in word):
        return shlex.quote(word)
    return "$'" + "".join(map(_typed_character, word)) + "'"


def _typed_character(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    if _is_safe(character):
        return character
    # Bytes: \u of bash(1) depends on the locale, and an undecodable byte is no character.
    undecodable = 0xDC80 <= ord(character) <= 0xDCFF
    encoded = character.encode(errors="surrogateescape" if undecodable else "surrogatepass")
    return "".join(f"\\x{byte:02x}" for byte in encoded)


def _is_safe(character: str) -> bool:
    return character.isprintable() and unicodedata.category(character) not in _UNSAFE_CATEGORIES


def _visible(character: str) -> str:
    if character == "\t":
        return " "
    if _is_safe(character):
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
