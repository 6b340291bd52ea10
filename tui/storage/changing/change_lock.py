"""The lock that allows one change of this host at a time, and which process holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.storage.problem import Problem, Refused
from tui.storage.waiting import wait_for
from tui.words import translate as _

LOCK = Path("/run/iscsi-console.lock")
"""Held while a plan runs."""


@contextmanager
def change_lock(path: Path = LOCK) -> Iterator[None]:
    """Hold the right to change this host.

    Raises:
        Refused: another console holds it, or it cannot be made (no root, full disk).
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Refused(
            Problem(
                "lock.not-writable",
                _("The lock that allows one change at a time cannot be created: {why}.").format(
                    why=error.strerror or str(error)
                ),
                cause=str(path),
                remedy=_("Start the program as root, and make sure that /run is writable."),
            )
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(_held(handle)) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def is_changing(path: Path = LOCK) -> bool:
    """Whether a process is changing this host just now; False where that cannot be read."""
    return who_changes(path) is not None


def who_changes(path: Path = LOCK) -> Problem | None:
    """Which process is changing this host just now, as the reason to wait; None when there is none."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return _held(handle)
    finally:
        os.close(handle)
    return None


def _held(handle: int) -> Problem:
    holder = ""

    def is_written() -> bool:
        nonlocal holder
        holder = os.pread(handle, 100, 0).decode(errors="replace").strip()
        return holder.isdecimal()

    # Whoever has just taken the lock writes its number next.
    wait_for(is_written, 1.0, pause=0.01)
    return Problem(
        "lock.held",
        _("Another console is changing this host (process {holder}).").format(
            holder=holder if holder.isdecimal() else "?"
        ),
        remedy=_("Wait until it is done; until then this one is read-only."),
    )
