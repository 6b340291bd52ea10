"""Changes of a guest by programs that are struck by signals at random moments, until one comes to its end.

`python3 -m tests.lab.struck SEED STRIKES PROGRAM [ARGUMENT…]` starts the program in process after process;
each is struck once, while strikes are left, by KILL, TERM or HUP, alone or with all that it started. What it
started and did not end itself goes on meanwhile, as on any host. A line of JSON says what was seen (`Seen`).

Where `tests.lab.killed_setup` kills at each boundary of the journal, this meets what lies between them.
"""

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from msgspec import Struct, field
from msgspec.structs import asdict

from tests.lab.killed_setup import go_on
from tests.lab.volume_side import HOST
from tests.waiting import FACT, until
from tui.storage.changing.journal import Journal
from tui.storage.codec import Plain
from tui.storage.host.interface import Command, Outcome
from tui.storage.host.local import LocalHost
from tui.storage.operations.iscsi.records import RemoveStaleLock

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)

COMMANDS = "/root/commands"
"""One line of JSON for each changing command that ended while its program lived."""

_LOOKING, _WORKING = 3.0, 1.0
"""Seconds within which a strike comes: after the start, and after a line of the journal. Most come early."""

_MOST_FAILURES = 5
"""Starts in a row that may end with a problem: what was started by a program that was killed still runs."""

_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2): orphans become children of this process, which can wait for them."""

_written: list[int] = []
"""The pipe by which a program tells of lines of its journal."""

_write = Journal._write
_run = LocalHost.run


class Seen(Struct):
    """What became of it.

    Attributes:
        status: how the last start ended.
        starts: how many there were.
        strikes: signal, reach and moment of each strike that met a program.
        locks: how often the record database had a lock without an owner, which was then removed.
        said: what the last start that failed said.
        left: command lines of what was started and did not end.
    """

    status: int = 1
    starts: int = 0
    strikes: list[str] = field(default_factory=list)
    locks: int = 0
    said: str = ""
    left: list[str] = field(default_factory=list)


class Strike(Struct, frozen=True):
    """A signal, sent so many seconds after so many lines of the journal."""

    signal: signal.Signals
    whole: bool
    lines: int
    seconds: float

    @classmethod
    def drawn(cls, chance: Random) -> "Strike":
        lines = chance.choice((0, 1, 1, 2, 2, 3, 4, 5))
        seconds = chance.random() ** 2 * (_WORKING if lines else _LOOKING)
        return cls(chance.choice(SIGNALS), chance.random() < 0.5, lines, seconds)

    def __str__(self) -> str:
        reach = "and all it started" if self.whole else "alone"
        return f"{self.signal.name} {reach}, {self.seconds:.2f} s after line {self.lines}"


def _telling_write(self: Journal, **event: Plain) -> None:
    _write(self, **event)
    os.write(_written[0], b".")


def _noting_run(self: LocalHost, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
    outcome = _run(self, command, on_line)
    if command.changes:
        note = {"argv": command.argv, "status": outcome.status}
        with open(COMMANDS, "a") as notes:  # noqa: PTH123 (one write, whatever else writes there)
            notes.write(json.dumps(note) + "\n")
    return outcome


def strike_until_it_ends(program: Callable[[], int], chance: Random, strikes: int) -> Seen:
    """Start a program in process after process; strike each while strikes are left."""
    Journal._write = _telling_write  # type: ignore[method-assign]  # this is what the module is for
    LocalHost.run = _noting_run  # type: ignore[method-assign]  # likewise
    seen = Seen()
    failures = 0
    while failures < _MOST_FAILURES:
        strike = Strike.drawn(chance) if len(seen.strikes) < strikes else None
        with tempfile.TemporaryFile() as said:
            seen.starts += 1
            seen.status, struck = _start(program, strike, said.fileno())
            said.seek(0)
            text = said.read().decode(errors="replace")
        if struck:
            seen.strikes.append(str(strike))
        if seen.status == 0:
            break
        failures = 0 if struck else failures + 1
        seen.said = text[-4000:] if not struck else seen.said
        if "Traceback" in text:
            seen.said = text[-4000:]
            break
        seen.locks += _remove_stale_lock()
    seen.left = _still_running()
    return seen


def _start(program: Callable[[], int], strike: Strike | None, output: int) -> tuple[int, bool]:
    """One start: how it ended, and whether the strike met it."""
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        _be_program(program, telling, output)
    os.close(telling)
    struck = strike is not None and _wait_for(told, strike)
    if struck and strike is not None:
        for process in (*(_descendants(child) if strike.whole else ()), child):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, strike.signal)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(told)
    return ended, struck


def _be_program(program: Callable[[], int], telling: int, output: int) -> None:
    status = 1
    try:
        _written[:] = [telling]
        for number in (1, 2):
            os.dup2(output, number)
        status = program()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _wait_for(told: int, strike: Strike) -> bool:
    """Whether the moment of a strike came before the program's end."""
    for _line in range(strike.lines):
        if not os.read(told, 1):
            return False
    end = time.monotonic() + strike.seconds
    while (left := end - time.monotonic()) > 0:
        if select.select((told,), (), (), left)[0] and not os.read(told, 1):
            return False
    return True


def _descendants(process: int) -> tuple[int, ...]:
    """All that a process started, by the kernel's list, the last started first."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                parents.setdefault(parent, []).append(int(folder.name))
    found: list[int] = []
    waiting = [process]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return tuple(reversed(found))


def _remove_stale_lock() -> bool:
    """Do what the console offers when an iscsiadm was killed while it held the lock of its database."""
    lock = RemoveStaleLock()
    if lock.is_done(HOST):
        return False
    with contextlib.suppress(AssertionError):
        until(lambda: not _orphans("iscsiadm"), "iscsiadm")
    if lock.is_done(HOST):
        return False
    lock.check(HOST)
    lock.run(HOST, lambda _line: None)
    return True


def _orphans(name: str = "") -> list[str]:
    """Command lines of what the programs started and left; what has ended is forgotten."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    found = []
    for process in _descendants(os.getpid()):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            if words and name in words:
                found.append(words)
    return found


def _still_running() -> list[str]:
    with contextlib.suppress(AssertionError):
        until(lambda: not _orphans(), "what was started", FACT)
    return _orphans()


def main() -> None:
    """Strike the program named, and say what was seen."""
    seed, strikes, name, *arguments = sys.argv[1:]
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    program: Callable[[], int]
    if name == "iscsi-console":
        importlib.import_module("tui.setup.unattended")
        program = go_on
    else:
        program = importlib.import_module(name).main
    sys.argv = [name, *arguments]
    os.chdir("/")
    print(json.dumps(asdict(strike_until_it_ends(program, Random(seed), int(strikes)))))


if __name__ == "__main__":
    main()
