"""The file of a journal: a JSON object a line, each on the disk before the program goes on."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tui.storage.codec import Plain
from tui.storage.documents import parse_json, read_bounded

_BOOT = Path("/proc/sys/kernel/random/boot_id")

_LARGEST = 16 * 1024 * 1024
"""Bytes of a journal."""


def boot_id() -> str:
    """What the kernel calls the time since the machine was started (random(4)), or empty."""
    with contextlib.suppress(OSError):
        return _BOOT.read_text().strip()
    return ""


def append_line(path: Path, line: bytes) -> None:
    """Add a line and see it on the disk. What cannot be written whole is taken back.

    A line that a kill or a power cut left unfinished is ended first, so that it damages no other.
    """
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = b"\n" + line
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """See names that were made or changed in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_cut_off(folder: Path) -> None:
    """Remove journals whose beginning was never written to its end: nothing ran of their plans."""
    for path in folder.glob("*.jsonl"):
        with contextlib.suppress(OSError):
            if path.is_file() and not path.is_symlink() and is_cut_off(path):
                path.unlink()


def is_cut_off(path: Path) -> bool:
    """Whether a journal has no whole line: its beginning was never written to the end."""
    return b"\n" not in read_bounded(path, _LARGEST)


def events_in(path: Path) -> Iterator[dict[str, Plain]]:
    """The events of a journal in their order; damaged lines are ignored."""
    for line in read_bounded(path, _LARGEST).splitlines():
        try:
            event = parse_json(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event
