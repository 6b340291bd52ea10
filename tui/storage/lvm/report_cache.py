"""One report of LVM for all that is asked between two changes."""

import time
from collections.abc import Callable

from tui.storage.host.forwarding import ForwardingHost
from tui.storage.host.interface import Command, Host, Outcome
from tui.storage.probe.devices.lvm_report import is_report

FRESH = 1.0
"""Seconds for which a report serves. A caller that waits for something to appear asks again after it."""


class LvmReportCache(ForwardingHost):
    """A host whose report of LVM is not asked for again while it is fresh; the rest is asked each time.

    The verification of one operation, and the questions whether the next is done and may begin, follow each
    other within milliseconds, and each wants the whole report: a process that reads every disk. Whoever
    changes something makes it `forget`.

    Args:
        host: the host.
        clock: seconds, as `time.monotonic`.
    """

    def __init__(self, host: Host, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(host)
        self._clock = clock
        self._told: dict[tuple[str, ...], tuple[float, Outcome]] = {}

    def forget(self) -> None:
        """Ask again from now on: something was changed."""
        self._told.clear()

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        """Run a command; a report that is fresh is answered as it was. One that failed is none."""
        if not is_report(command):
            return super().run(command, on_line)
        known = self._told.get(command.argv)
        if known is not None and self._clock() - known[0] < FRESH:
            return known[1]
        began = self._clock()
        outcome = super().run(command, on_line)
        if outcome.ok:
            self._told[command.argv] = (began, outcome)
        return outcome
