"""Everything that a capture holds: what the screens, the doctor, plans, a rehearsal and a fleet read."""

import contextlib
import errno
import re
from functools import partial

from tui.fleet.compared import read_compared
from tui.maintenance.plan_reading import needed_processes, read_for_plans
from tui.practice.rehearsal.described import describe
from tui.recovery.gather import gather
from tui.storage.codec import Plain
from tui.storage.host.recording import RecordingHost
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import ConsoleError

_WITHIN = 30.0
"""Seconds for what the doctor reads: nobody waits at a screen for a capture."""

_OF_PROCESS = re.compile(r"/proc/(\d+)/(?!stat$)")
_HIDDEN: tuple[Plain, ...] = ({"errno": errno.EACCES}, {"errno": errno.EPERM})


def read_whole_host(recording: RecordingHost) -> None:
    """Read all of it; of the processes that hold nothing on LUNs hardly anything is kept."""
    inventory = take_inventory(recording)
    users = read_for_plans(recording, inventory)
    with contextlib.suppress(ConsoleError):
        # A host that is too large for a twin is captured all the same.
        describe(recording, inventory)
    held = frozenset(file.path for process in users.processes for file in process.held)
    recording.forget(partial(_is_beside, needed_processes(users), held))
    gather(recording, _WITHIN)
    read_compared(recording)


def _is_beside(needed: frozenset[int], held: frozenset[str], path: str, answer: Plain) -> bool:
    """Whether a path is of a process that is not needed, or of an open file that is on no LUN.

    That a process could not be looked into stays known.
    """
    found = _OF_PROCESS.match(path)
    if found is None or answer in _HIDDEN:
        return False
    is_file = "/fd/" in path and isinstance(answer, str) and answer.startswith("/")
    return int(found[1]) not in needed or (is_file and answer not in held)
