"""When the console has its host checked as `doctor` does: at once, soon after a change, and now and then.

A check reads much, asks every portal and runs commands, so there is as much rest after each as it took at
least, and longer and longer rest while a host that goes on changing brings no other result.
"""

import time
from abc import abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from tui.screens.access import Access
from tui.screens.console.reading import OpenLive, ReadingScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.problem import Problem
from tui.storage.stacks.judgement import Judged, judge
from tui.storage.stacks.stack import Stack

if TYPE_CHECKING:
    # What diagnoses is half of the program; it is imported by the thread that needs it first.
    from tui.recovery.diagnosis import Diagnosis
    from tui.storage.host.interface import Host
    from tui.storage.watching.prefetch import Prefetch

_CHECK = "check"

FIRST, LONGEST = 5.0, 60.0
"""Seconds between two checks of a host that changes: at first, and at most."""

QUIET = 300.0
"""Seconds between two checks of a host on which nothing changes that the kernel tells of."""

AT_MOST = 30.0
"""Seconds that a check may take: nobody waits for it, and what is late would count as not read."""


@dataclass
class Checked(Message):
    """A check has ended."""

    diagnosis: "Diagnosis"


def check(host: "Host") -> Checked:
    """Take the evidence and diagnose it; for a worker thread.

    Raises:
        ConsoleError: not even the inventory could be taken in time.
    """
    from tui.recovery.diagnosis import diagnose  # noqa: PLC0415 (by the thread that needs it)
    from tui.recovery.gather import gather  # noqa: PLC0415 (likewise)

    return Checked(diagnose(gather(host, AT_MOST)))


class Cadence:
    """When a host is checked next. One check runs at a time.

    Args:
        clock: seconds, as `time.monotonic`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._running = False
        self._wanted = True
        self._begun = self._ended = 0.0
        self._rest = FIRST
        self._outcome: Hashable = None

    def want(self) -> None:
        """Have it checked at the next opportunity: something was done, or somebody asks."""
        self._wanted = True

    def begins(self, *, changed: bool) -> bool:
        """Whether a check is due now; it is taken to have begun then.

        Args:
            changed: a layer is not as it was when the host was checked last.
        """
        now = self._clock()
        rest = max(self._rest, self._ended - self._begun) if changed else QUIET
        if self._running or not (self._wanted or now >= self._ended + rest):
            return False
        self._running, self._wanted, self._begun = True, False, now
        return True

    def end(self, outcome: Hashable) -> None:
        """Take the check to have ended.

        Args:
            outcome: what it found, as far as another one would be news; None where it failed.
        """
        is_news = outcome is not None and outcome != self._outcome
        self._rest = FIRST if is_news else min(LONGEST, 2 * self._rest)
        self._running, self._ended, self._outcome = False, self._clock(), outcome


class CheckingScreen(ReadingScreen):
    """A screen over one host that shows what a diagnosis says of it. Arguments as of a `ReadingScreen`.

    Attributes:
        judged: the stacks as they were read last, each layer with its state.
        unchecked: why the last check failed, or None.
    """

    def __init__(
        self,
        host: CommandLogHost,
        access: Access,
        on_set_up: Callable[[], None],
        live: OpenLive | None,
        head_start: "Prefetch | None" = None,
    ) -> None:
        super().__init__(host, access, on_set_up, live, head_start)
        self.judged = Judged(())
        self.unchecked: Problem | None = None
        self._cadence = Cadence()
        self._seen: tuple[Stack, ...] = ()

    @abstractmethod
    def show_judged(self, inventory: Inventory, found: tuple[Stack, ...], judged: Judged) -> None:
        """Show the host as it is now.

        Args:
            inventory: the host.
            found: its stacks as the inventory alone shows them.
            judged: the same, each layer with its state.
        """

    def show_inventory(self, inventory: Inventory, found: tuple[Stack, ...]) -> None:
        """Show the host as it is now, with what the last check says of it."""
        self._seen = found
        self.judged = judge(found, self.diagnosis.judgement if self.diagnosis is not None else None)
        self.show_judged(inventory, found, self.judged)

    def take_diagnosis(self, diagnosis: "Diagnosis") -> None:
        """Show what a check of the host found."""
        self.diagnosis = diagnosis
        if self._inventory is not None:
            self.show_inventory(self._inventory, self._seen)

    def acted(self) -> None:
        """Read and check the host again."""
        super().acted()
        self.check_again()

    def check_again(self) -> None:
        """Have the host checked at the next opportunity, although nothing changed."""
        self._cadence.want()

    def check_if_due(self) -> None:
        """Have the host checked in the background where it is time; a recorded one only once."""
        is_recorded = self._open_live is None
        if self._inventory is None or not self.is_seen or (is_recorded and self.diagnosis is not None):
            return
        if self._cadence.begins(changed=not self.judged.is_current):
            self.in_background(_CHECK, lambda: check(self._host))

    @on(Checked)
    def _checked(self, event: Checked) -> None:
        found = event.diagnosis
        self._cadence.end((found.verdict, tuple(finding.key for finding in found.findings)))
        self.unchecked = None
        self.take_diagnosis(found)

    def job_failed(self, job: str, problem: Problem) -> None:
        """Keep why the host could not be checked."""
        if job != _CHECK:
            super().job_failed(job, problem)
            return
        self._cadence.end(None)
        self.unchecked = problem
        if self._inventory is not None:
            self.show_inventory(self._inventory, self._seen)
