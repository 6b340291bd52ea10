"""The program, started again and again until it ends: each time killed at a boundary not met before.

Runs in the guest in place of `iscsi-console`, with its arguments: `python3 -m tests.lab.killed_setup setup`.
Every write of the journal is a boundary. The environment's BOUNDARIES_USED names the file that holds those
at which it was killed. Each start is a process of its own; it only need not import everything anew, which
takes a guest's kernel seconds.
"""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tui.__main__ import main
from tui.storage.changing.journal import Journal
from tui.storage.codec import Plain

_write = Journal._write
_titles: dict[Path, str] = {}
_boundaries = Path(os.environ.get("BOUNDARIES_USED", ""))
"""Read before the program begins: as root it takes out of its environment what it does not know."""


def _dying_write(self: Journal, **event: Plain) -> None:
    if event.get("event") == "plan":
        _titles[self.path] = str(event.get("title"))
    title = _titles.get(self.path) or self.plan().title
    boundary = f"{title} {event.get('event')} {event.get('number', '')}"
    if event.get("event") == "done":
        # The operation ran, and nobody has noted it.
        _die_once(f"before {boundary}")
    _write(self, **event)
    _die_once(f"after {boundary}")


def _die_once(boundary: str) -> None:
    used = _boundaries.read_text().splitlines() if _boundaries.exists() else []
    if boundary in used:
        return
    with _boundaries.open("a") as file:
        file.write(f"{boundary}\n")
        file.flush()
        os.fsync(file.fileno())
    os.kill(os.getpid(), signal.SIGKILL)


def start_until_it_ends(program: Callable[[], int], most_starts: int) -> int:
    """Start a program in process after process until one is not killed; say how many it took.

    Returns:
        How the last one ended: its exit status, or 1 when all of `most_starts` were killed.
    """
    Journal._write = _dying_write  # type: ignore[method-assign]  # this is what the module is for
    for starts in range(1, most_starts + 1):
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = program()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if ended != -signal.SIGKILL:
            print(f"started {starts} times")
            return ended
    print(f"killed {most_starts} times")
    return 1


MOST_STARTS = 120


def go_on() -> int:
    """Start the program as a person would who reads what the start before printed: the open plan is named."""
    journal = Journal.unfinished()
    if journal is not None:
        sys.argv += ["--resume", journal.identifier]
    return main()


if __name__ == "__main__":
    importlib.import_module("tui.setup.unattended")
    raise SystemExit(start_until_it_ends(go_on, MOST_STARTS))
