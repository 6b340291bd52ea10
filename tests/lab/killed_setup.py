"""The program, killed at the next operation boundary at which it was not killed before.

Runs in the guest in place of `iscsi-console`, with its arguments: `python3 -m tests.lab.killed_setup setup`.
Every write of the journal is a boundary. The environment's BOUNDARIES_USED names the file that holds those
at which it was killed.
"""

import os
import signal
from pathlib import Path

from tui.__main__ import main
from tui.storage.codec import Plain
from tui.storage.journal import Journal

_write = Journal._write
_titles: dict[Path, str] = {}


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
    notes = Path(os.environ["BOUNDARIES_USED"])
    used = notes.read_text().splitlines() if notes.exists() else []
    if boundary in used:
        return
    with notes.open("a") as file:
        file.write(f"{boundary}\n")
        file.flush()
        os.fsync(file.fileno())
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    Journal._write = _dying_write  # type: ignore[method-assign]  # this is what the module is for
    raise SystemExit(main())
