"""What is kept of a test that fails in the lab, so that it need not be run again to see why.

Of every guest that the test had: its kernel's log, its journal, the state of its services, processes and
disks, what it wrote on the console of its boot, and the tests that had it before, in their order. Of every
terminal: all that was on its screen. It is read where the failure is: before a guest or a terminal is closed
that an exception passes by, else at the end of the test. No guest is asked for longer than `SECONDS`, and no
more is kept of anything than its last `MOST` characters.
"""

import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec import Struct, field

from tests.lab.terminal import Terminal
from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.lab.places import project_folder

FOLDER = project_folder() / "lab-failures"
"""Here every test that failed when it ran last has a folder."""

SECONDS = 90.0
MOST = 2_000_000

QUESTIONS = {
    "kernel.log": "dmesg",
    "journal.log": "journalctl --boot --no-pager --output=short-precise",
    "services.txt": "systemctl list-jobs --no-pager; systemctl list-units --all --no-pager",
    "processes.txt": "ps -eo pid,ppid,stat,wchan:24,etimes,args",
    "disks.txt": """
        grep -H . /sys/class/iscsi_session/*/state /sys/block/sd*/device/state /sys/block/dm-*/dm/name
        ls -l /dev/disk/by-path /dev/mapper; dmsetup info -c; dmsetup table; cat /proc/mounts /etc/fstab
        multipathd show maps status; multipathd show paths""",
}
"""What is asked of a guest, by the name of the file. None of it opens a disk, which may be blocked."""

_ANSWERED = 30.0
"""Seconds for the answer to one question, as a `Patience` counts them."""

_HOST = ("/proc/loadavg", "/proc/pressure/cpu", "/proc/pressure/io", "/proc/pressure/memory", "/proc/meminfo")

_Kind = TypeVar("_Kind", Guest, Terminal)


class Found(Struct):
    """What was read of one guest, or of one terminal.

    Attributes:
        name: what it is.
        users: the tests that had it, in their order.
        files: text by file name, as far as it was read.
    """

    name: str
    users: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)


def read_guest(guest: Guest, users: tuple[str, ...]) -> Found:
    """Ask a running guest; one that does not answer is left alone soon."""
    try:
        found = Found("guest", users, {"console.log": guest.boot_log})
    except LabError as error:
        return Found("guest", users, {"console.log": str(error)})

    def ask() -> None:
        for name, script in QUESTIONS.items():
            try:
                said = guest.run(("sh", "-c", f"exec 2>&1; {script}"), timeout=_ANSWERED).text
            except (LabError, TimeoutError) as error:
                found.files[name] = f"The guest did not answer. {error}"
                return
            found.files[name] = said

    asking = threading.Thread(target=ask, name="lab-evidence", daemon=True)
    asking.start()
    asking.join(SECONDS)
    return Found(found.name, users, dict(found.files))


def read_terminal(terminal: Terminal, users: tuple[str, ...]) -> Found:
    """Everything that is and was on a terminal."""
    try:
        return Found("terminal", users, {"screen.txt": terminal.history()})
    except AssertionError as error:
        return Found("terminal", users, {"screen.txt": str(error)})


class Witness:
    """Knows the guests and terminals of this process, and which tests had them."""

    def __init__(self) -> None:
        self._test = "(before the first test)"
        self._guests: dict[Guest, list[str]] = {}
        self._terminals: dict[Terminal, list[str]] = {}
        self._found: list[Found] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See meanwhile every guest and every terminal that is opened or closed."""
        with pytest.MonkeyPatch.context() as patch:
            _before(patch, Guest, "power_on", lambda one: self._opened(self._guests, one))
            _before(patch, Guest, "cut_power", self._guest_ends)
            _before(patch, Terminal, "__enter__", lambda one: self._opened(self._terminals, one))
            _before(patch, Terminal, "close", self._terminal_ends)
            yield

    def begin(self, test: str) -> None:
        """A test begins: it has what is open."""
        self._test = test
        self._found = []
        for users in (*self._guests.values(), *self._terminals.values()):
            users.append(test)

    def _opened(self, kind: dict[_Kind, list[str]], one: _Kind) -> None:
        kind.setdefault(one, [self._test])

    def _guest_ends(self, guest: Guest) -> None:
        users = self._guests.pop(guest, None)
        if users is not None and sys.exception() is not None:
            self._found.append(read_guest(guest, tuple(users)))

    def _terminal_ends(self, terminal: Terminal) -> None:
        users = self._terminals.pop(terminal, None)
        if users is not None and sys.exception() is not None:
            self._found.append(read_terminal(terminal, tuple(users)))

    def found(self) -> list[Found]:
        """What was read of what this test had and is closed, and what is there to be read now."""
        closed, self._found = self._found, []
        return [
            *closed,
            *(read_guest(one, tuple(users)) for one, users in self._guests.items()),
            *(read_terminal(one, tuple(users)) for one, users in self._terminals.items()),
        ]


def _before(patch: pytest.MonkeyPatch, kind: type[_Kind], name: str, told: Callable[[_Kind], None]) -> None:
    """Have a method tell of its object before it does what it does."""
    method = getattr(kind, name)

    def telling(one: _Kind) -> object:
        told(one)
        return method(one)

    patch.setattr(kind, name, telling)


def folder_of(test: str, below: Path) -> Path:
    """Where the evidence of a test is. In parallel processes its name has `@` and its group at the end."""
    name = re.sub(r"@[\w.-]+$", "", test.removeprefix("tests/lab/"))
    return below / re.sub(r"[^A-Za-z0-9._-]+", "-", name)[-180:].strip("-")


def forget(test: str, below: Path) -> None:
    """Remove what is left of a test that failed in an earlier run."""
    shutil.rmtree(folder_of(test, below), ignore_errors=True)


def keep(test: str, stage: str, said: str, found: list[Found], below: Path) -> str:
    """Write what was found, and say where it is and who used what.

    Args:
        test: its name.
        stage: in which it failed: `setup`, `call` or `teardown`.
        said: the error, as it is reported.
        found: of its guests and terminals.
        below: the folder of all evidence.
    """
    folder = folder_of(test, below) / stage
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "error.txt").write_text(said[-MOST:])
    host = [f"{path}\n{_text(Path(path))}" for path in _HOST]
    (folder / "host.txt").write_text("\n".join(host))
    lines = [f"What was there when it failed is in {folder}:"]
    for number, one in enumerate(found, start=1):
        name = f"{one.name}-{number}"
        place = folder / name
        place.mkdir(exist_ok=True)
        for file, text in one.files.items():
            (place / file).write_text(text[-MOST:])
        (place / "tests.txt").write_text("".join(f"{user}\n" for user in one.users))
        lines.append(f"  {name}: {', '.join(one.files)}")
        before = [user for user in one.users if user != test]
        lines += [f"    {'used before by' if before else 'used by no test before'}"]
        lines += [f"      {user}" for user in before]
    return "\n".join(lines)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        return f"{error}\n"
