"""Consoles that kill themselves at every boundary of a plan and are started again: `FOLDER LAST-BOUNDARY`.

Boundaries are before, within and after every line of the journal, and at every step told. Printed is, by
boundary, how the first console ended and how the second one.
"""

import importlib
import json
import os
import signal
import sys
from pathlib import Path

from tests.storage.changing.plan_operations import MakeFile
from tests.storage.scripted_host import ScriptedHost
from tui.storage.changing import journal as journal_module
from tui.storage.changing.executor import execute
from tui.storage.changing.journal import Journal
from tui.storage.changing.journal_file import append_line
from tui.storage.changing.plan import Plan

NAMES = ("first", "second", "third")


class Countdown:
    """Kills this process when it has been told often enough."""

    def __init__(self, left: int) -> None:
        self.left = left

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def console(folder: Path, kill_at: int) -> int:
    """Resume what is unfinished, or begin; 0 when everything is done."""
    countdown = Countdown(kill_at)
    original = append_line

    def counted(path: Path, line: bytes) -> None:
        countdown.tick()
        if countdown.left == 1:
            # Half a line, as a power cut leaves it.
            with path.open("ab") as file:
                file.write(line[: len(line) // 2])
        countdown.tick()
        original(path, line)
        countdown.tick()

    vars(journal_module)["append_line"] = counted
    journals = folder / "journal"
    found = Journal.unfinished(journals)
    if found is None:
        if all((folder / name).exists() for name in NAMES):
            return 0
        plan = Plan("three files", tuple(MakeFile(str(folder), name) for name in NAMES))
        found = Journal.open(plan, journals)
    result = execute(found.plan(), ScriptedHost(), found, lambda step: countdown.tick())
    return 0 if result.ok else 1


def in_a_child(folder: Path, kill_at: int) -> int:
    """How a console of its own process ended; negative for a signal."""
    child = os.fork()
    if child == 0:
        os._exit(console(folder, kill_at))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(folder: Path, last: int) -> None:
    importlib.import_module("tui.storage.operations.catalogue")  # once, not in every child
    ends = {}
    for kill_at in range(1, last + 1):
        mine = folder / str(kill_at)
        mine.mkdir()
        ends[kill_at] = (in_a_child(mine, kill_at), in_a_child(mine, 0))
    json.dump(ends, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
