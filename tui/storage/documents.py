"""Files that a stranger may have written: read bounded, and only where they are ordinary files.

A FIFO would hang, /dev/zero never end, and a few bytes of JSON can ask for a number of a million digits or a
list a million levels deep. What goes beyond the bounds is no document of this program.
"""

import json
import math
import os
import stat
from pathlib import Path

from tui.storage.codec import NotDecodable, Plain
from tui.words import translate as _

CAPTURE_SIZE = 64 * 1024 * 1024
"""Bytes of a capture; one of a host with 1,000 sessions has about 10 MiB."""

SIZE = 1024 * 1024
"""Bytes of every other document."""

_DEEPEST = 40
"""Levels; the deepest document of this program, a plan in a journal, has about ten."""

_LARGEST = 2**63 - 1
"""What the kernel, TOML and every tool that is read counts with."""

_DIGITS = 20


class NotOrdinary(OSError):
    """The path is no ordinary file, or the file is larger than it may be."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.strerror = reason


def read_bounded(path: str | Path, most: int = SIZE) -> bytes:
    """The content of an ordinary file.

    Raises:
        NotOrdinary: it is a FIFO, a device, a directory, or larger than `most` bytes.
        OSError: it cannot be read.
    """
    content, _facts = read_with_facts(path, most)
    return content


def read_with_facts(path: str | Path, most: int = SIZE) -> tuple[bytes, os.stat_result]:
    """The content of an ordinary file, and what fstat(2) says of the file that was read.

    Raises:
        NotOrdinary: it is a FIFO, a device, a directory, or larger than `most` bytes.
        OSError: it cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except ValueError as error:
        raise NotOrdinary(_("the path holds a NUL character")) from error
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise NotOrdinary(_("it is not a regular file"))
        content = file.read(most + 1)
    if len(content) > most:
        raise NotOrdinary(_("it is larger than {most} bytes").format(most=most))
    return content, facts


def parse_json(text: str | bytes) -> object:
    """The plain values (`codec.Plain`) of a JSON text (RFC 8259).

    Raises:
        NotDecodable: it is no JSON, or holds what no document of this program does: more than 40 levels,
            integers of more than 64 bits, numbers that are not finite, half of a surrogate pair that no
            undecodable byte is written as.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode()
        document: Plain = json.loads(
            text, parse_int=_integer, parse_float=_number, parse_constant=_no_constant
        )
    except RecursionError as error:
        raise NotDecodable(_("it has too many levels")) from error
    except NotDecodable:
        raise
    except ValueError as error:
        raise NotDecodable(str(error)) from error
    _bound(document)
    return document


def is_bounded(number: float) -> bool:
    """Whether a number is one that a document may hold."""
    return -_LARGEST <= number <= _LARGEST


def _integer(digits: str) -> int:
    number = int(digits) if len(digits) <= _DIGITS else _LARGEST + 1
    if not is_bounded(number):
        raise NotDecodable(_("it has a number of more than 64 bits"))
    return number


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number) or not is_bounded(number):
        raise NotDecodable(_("it has a number of more than 64 bits"))
    return number


def _no_constant(_word: str) -> float:
    raise NotDecodable(_("it has a number that is not finite"))


def _bound(document: Plain) -> None:
    """Look at every value, a level at a time: what is deep must not be walked by recursion."""
    level: list[Plain] = [document]
    for _depth in range(_DEEPEST):
        below: list[Plain] = []
        for value in level:
            if isinstance(value, dict):
                below += value.values()
                _refuse_halves(value)
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and not value.isascii():
                _refuse_halves((value,))
        if not below:
            return
        level = below
    raise NotDecodable(_("it has too many levels"))


def _refuse_halves(texts: "dict[str, Plain] | tuple[str, ...]") -> None:
    for text in texts:
        if not text.isascii():
            try:
                text.encode(errors="surrogateescape")
            except UnicodeEncodeError as error:
                raise NotDecodable(_("it has half of a character")) from error
