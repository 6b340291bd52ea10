"""Where everything that happens to a host's storage comes together."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from tui.storage.host.command_log import Ran
from tui.storage.news.command_words import command_happening
from tui.storage.news.daemon_log import DaemonLog, follow_command
from tui.storage.news.happening import Happening, HappeningLog
from tui.storage.news.kernel_log import KernelLog
from tui.storage.news.log_source import LogSource
from tui.storage.news.outages import Outage, Outages
from tui.storage.news.session_words import SessionStates

_UNRESOLVED = 200
"""Newest happenings whose rung is still looked for."""


class NewsDesk:
    """The log of happenings and the outages, filled by a `Watch` and by the commands of a host.

    May be used from several threads.

    Args:
        on_change: called, from whichever thread brings news, when there is something new to show.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.log = HappeningLog()
        self._on_change = on_change
        self._outages = Outages()
        self._guard = threading.Lock()

    def told(self, happenings: Sequence[Happening]) -> None:
        """Take what happened."""
        with self._guard:
            self._outages.take(happenings)
        self.log.add(happenings)
        self._on_change()

    def looked(self, when: float, states: SessionStates) -> None:
        """Take what a look at the sessions found."""
        with self._guard:
            self._outages.look(when, states)

    def ran(self, ran: Ran) -> None:
        """Take a command that ended."""
        happening = command_happening(ran)
        if happening is not None:
            self.told((happening,))

    def outage(self, sid: int) -> Outage | None:
        """The outage of a session, or None while its connection is there."""
        with self._guard:
            return self._outages.outage(sid)

    def resolve(self, resolved: Callable[[Iterable[Happening]], Sequence[Happening]]) -> None:
        """Give the newest happenings the keys of their rungs, as far as they have one now."""
        self.log.rewrite(resolved, _UNRESOLVED)


def local_logs() -> Iterator[LogSource]:
    """The logs of this machine that this user may read: the kernel's, and iscsid's in the journal."""
    with contextlib.suppress(OSError):
        yield KernelLog()
    command = follow_command()
    if command is not None:
        with contextlib.suppress(OSError):
            yield DaemonLog(command)
