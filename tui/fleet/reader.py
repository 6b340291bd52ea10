"""A process that reads captures: gets paths on standard input, gives what they say on standard output.

Each message is its length in bytes, four of them, the highest first, and its content: a path as the system
has it, or what `tui.fleet.reading` made of that file, as MessagePack.
"""

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from tui.fleet.facts import HostFacts, Unreadable
from tui.fleet.reading import read_capture
from tui.words import SOURCE, use

HEAD = 4
"""Bytes of the length."""


def message(content: bytes) -> bytes:
    """A message with that content."""
    return len(content).to_bytes(HEAD) + content


def encoded(found: HostFacts | Unreadable) -> bytes:
    """What a file says, as bytes."""
    return msgspec.msgpack.encode(found)


def decoded(content: bytes) -> HostFacts | Unreadable:
    """The same from bytes.

    Raises:
        msgspec.DecodeError: these are no such bytes.
    """
    return msgspec.msgpack.decode(content, type=HostFacts | Unreadable)


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more questions."""
    while len(head := questions.read(HEAD)) == HEAD:
        path = Path(os.fsdecode(questions.read(int.from_bytes(head))))
        answers.write(message(encoded(read_capture(path))))
        answers.flush()


def main(language: str) -> None:
    """Serve the program that started this process, in its language; it ends this when Ctrl-C is pressed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if language != SOURCE:
        from tui.catalogue import read_catalogue  # noqa: PLC0415 (English needs none)

        with contextlib.suppress(OSError, ValueError):
            use(read_catalogue(language))
    serve(sys.stdin.buffer, sys.stdout.buffer)
