"""A host whose commands are noted, so that a person can see every one that ran (F2)."""

import threading
import time
from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.host.forwarding import ForwardingHost
from tui.storage.host.interface import ChangingHost, Command, Outcome, Replacement


class Ran(Struct, frozen=True):
    """A command that ended: when it began (seconds since the epoch), what it was, how it ended."""

    at: float
    command: Command
    outcome: Outcome


OUTPUT = 8 * 1024 * 1024
"""Characters of output kept in all; with thousands of volumes one report of LVM is megabytes."""


class CommandLogHost(ForwardingHost):
    """Passes everything on to another host and keeps the newest commands with what they said.

    Args:
        host: the other host.
        most: commands kept.
        output: characters of their output kept; of older commands only that they ran and how they ended.
    """

    def __init__(self, host: ChangingHost, most: int = 2000, output: int = OUTPUT) -> None:
        super().__init__(host)
        self._host, self._most, self._output = host, most, output
        self.since = time.time()
        """When it was begun, in seconds since the epoch."""
        self._kept = self._forgotten = 0
        self._ran: list[Ran] = []
        self._guard = threading.Lock()
        self._listeners: list[Callable[[Ran], None]] = []

    def listen(self, listener: Callable[[Ran], None]) -> Callable[[], None]:
        """Call this with each command that has ended, in the thread that ran it; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def ran(self, *, changes_only: bool = False) -> tuple[Ran, ...]:
        """The commands so far, oldest first."""
        with self._guard:
            return tuple(command for command in self._ran if command.command.changes or not changes_only)

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        """Run a command and note it."""
        at = time.time()
        outcome = self._host.run(command, on_line)
        ran = Ran(at, command, outcome)
        with self._guard:
            self._keep(ran)
        for listener in tuple(self._listeners):
            listener(ran)
        return outcome

    def adopt(self, ran: Iterable[Ran]) -> None:
        """Take over commands that ran elsewhere for the same purpose, as the newest ones; calls nothing."""
        with self._guard:
            for command in ran:
                self._keep(command)

    def _keep(self, ran: Ran) -> None:
        """Add a command; forget the oldest ones, and before them what they said, where there are too many."""
        self._ran.append(ran)
        self._kept += _said(ran)
        while self._kept > self._output and self._forgotten < len(self._ran) - 1:
            old = self._ran[self._forgotten]
            self._kept -= _said(old)
            brief = replace(old.outcome, stdout="", stderr="")
            self._ran[self._forgotten] = replace(old, outcome=brief)
            self._forgotten += 1
        while len(self._ran) > self._most:
            self._kept -= _said(self._ran.pop(0))
            self._forgotten = max(0, self._forgotten - 1)

    def replace(self, path: str, content: bytes, change: Replacement | None = None) -> str:
        """Put new content in the place of a file."""
        return self._host.replace(path, content, change)

    def claim(self, path: str, content: bytes) -> None:
        """Make a file that must not be there yet."""
        self._host.claim(path, content)

    def make_folder(self, path: str, mode: int = 0o755) -> None:
        """Make a folder."""
        self._host.make_folder(path, mode)

    def remove(self, path: str) -> None:
        """Remove a file or an empty folder."""
        self._host.remove(path)

    def write_attribute(self, path: str, text: str) -> None:
        """Write to a kernel attribute."""
        self._host.write_attribute(path, text)


def _said(ran: Ran) -> int:
    return len(ran.outcome.stdout) + len(ran.outcome.stderr)
