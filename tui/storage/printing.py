"""The one way from a text of the program to standard output and standard error.

Whatever stands in the text, only printable characters and line feeds are written: controls become visible
escapes (`untrusted.visible_lines`), and what the terminal's character set lacks becomes ASCII. What cannot be
written is an error of its own, so that no exit status tells something else than what was found.
"""

import codecs
import errno
import json
import locale
import os
import sys
from typing import TextIO

from tui.storage.untrusted import visible_lines

PIPE_CLOSED = 141
"""What a shell reports for a program that SIGPIPE ended."""

NOT_WRITTEN = 74
"""EX_IOERR of sysexits(3head): the output could not be written; what was found stays untold."""

_FITTING = "iscsi-console-fitting"

_PLAIN = {
    "“": '"',
    "”": '"',
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "…": "...",
    "\N{EN DASH}": "-",
    "—": "-",
    "\N{MULTIPLICATION SIGN}": "x",
    "→": "->",
    "≥": ">=",
    "≤": "<=",
    "·": "-",
    "▒": "+",
    "█": "#",
    "\N{NO-BREAK SPACE}": " ",
}
"""The program's own punctuation in ASCII."""


class OutputFailed(Exception):
    """Standard output or error cannot be written; carries the exit status that says so."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or str(error))
        self.status = PIPE_CLOSED if error.errno == errno.EPIPE else NOT_WRITTEN


def prepare() -> None:
    """Make the standard streams usable. Called once, before anything is opened or printed.

    One that the caller closed leads to /dev/null, lest the next file that is opened gets its number and what
    is printed goes into it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (a standard stream)
    if sys.stdout is None:
        sys.stdout = _stream(1)
    if sys.stderr is None:
        sys.stderr = _stream(2)
    for stream in (sys.stdout, sys.stderr):
        adapt(stream)


def adapt(stream: TextIO) -> None:
    """Have a stream write what its character set lacks as ASCII, in the terminal's character set."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        return
    encoding = stream.encoding
    if sys.flags.utf8_mode:
        # In UTF-8 mode (python(1), -X utf8) the stream says nothing of the terminal; the locale does, but C.
        found = codecs.lookup(locale.getencoding()).name
        encoding = encoding if found == "ascii" else found
    reconfigure(encoding=encoding, errors=_FITTING)


def say(text: str, stream: TextIO | None = None) -> None:
    """Write lines to standard output, or another stream, at once.

    Raises:
        OutputFailed: they cannot be written.
    """
    stream = stream or sys.stdout
    try:
        stream.write(visible_lines(text) + "\n")
        stream.flush()
    except OSError as error:
        _abandon(stream)
        raise OutputFailed(error) from error


def complain(text: str) -> None:
    """Write lines to standard error; where that is impossible the exit status has to do."""
    try:
        say(text, sys.stderr)
    except OutputFailed:
        return


def json_text(document: object, indent: int | None = 2, *, in_order: bool = False) -> str:
    """The JSON text of a plain value (`codec.Plain`), in printable ASCII.

    With `in_order` the keys are sorted. No name in it can reach a terminal as more than its escapes.
    """
    return json.dumps(document, indent=indent, ensure_ascii=True, sort_keys=in_order).replace(
        "\x7f", "\\u007f"
    )


def _stream(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", closefd=False)


def _abandon(stream: TextIO) -> None:
    """Let what is left in a stream's buffer go: the interpreter would fail on it once more at its end."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def _fitting(error: UnicodeError) -> tuple[str, int]:
    """A codec's error handler (codecs.register_error): the program's punctuation in ASCII, else escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    plain = (_PLAIN.get(char) or char.encode("ascii", "backslashreplace").decode("ascii") for char in text)
    return "".join(plain), error.end


codecs.register_error(_FITTING, _fitting)
