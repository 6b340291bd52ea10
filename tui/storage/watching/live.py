"""A host as it lives: what changed, what happened, what goes through its disks."""

import time
from collections.abc import Callable, Iterable, Sequence

from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.topic import Topic
from tui.storage.news.desk import NewsDesk, local_logs
from tui.storage.news.happening import Happening
from tui.storage.news.session_words import SessionStates
from tui.storage.probe.iscsi.database import locate_database
from tui.storage.probe.system.distribution import read_distribution
from tui.storage.watching.activity import Activity, DiskStats, Rates
from tui.storage.watching.processes import IscsiProcess, read_processes
from tui.storage.watching.watch import Watch

_SAMPLE_EVERY = 1.0
_PROCESSES_EVERY = 10.0

_SHARE = 0.02
"""Of the time at most that reading figures may take: with thousands of disks it is done less often."""


class Live:
    """Watches this machine in a thread of its own.

    Args:
        host: this machine; its commands are listed as well.
        changed: called from the thread with the topics that changed; with none when the watch
            has begun and at the first sign of a change: then a glance is worth while.
        news: called from any thread when something happened.
        since: when the reading began whose picture is to be kept true, in seconds since the epoch.
    """

    def __init__(
        self,
        host: CommandLogHost,
        changed: Callable[[frozenset[Topic]], None],
        news: Callable[[], None],
        since: float | None = None,
    ) -> None:
        self.desk = NewsDesk(news)
        self.activity = Activity()
        self._counters = DiskStats()
        self.processes: tuple[IscsiProcess, ...] = ()
        self._host = host
        self._changed = changed
        self._watch = Watch(
            host,
            changed,
            on_first_sign=lambda: changed(frozenset()),
            listener=self,
            logs=local_logs,
            records=self._find_records,
            since=since,
        )
        self._stop_listening: Callable[[], None] | None = None
        self._next_sample = self._next_processes = 0.0
        self._has_looked = False

    def start(self) -> None:
        """Begin."""
        self._stop_listening = self._host.listen(self.desk.ran)
        self._watch.start()

    def stop(self) -> None:
        """End it, within moments."""
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        self._watch.stop()

    def rates(self, disks: Iterable[str]) -> tuple[Rates, ...]:
        """The sums of some disks for the last minute, oldest first; empty while nothing was measured."""
        return self.activity.of(disks)

    def told(self, happenings: Sequence[Happening]) -> None:
        """Take what the watch tells."""
        self.desk.told(happenings)

    def looked(self, when: float, states: SessionStates) -> None:
        """Take what the watch sees, and read the figures that are due."""
        self.desk.looked(when, states)
        if not self._has_looked:
            # From here on nothing is missed; what changed before that is found by one more glance, or told
            # by the watch.
            self._has_looked = True
            self._changed(frozenset())
        now = time.monotonic()
        if now >= self._next_sample:
            self.activity.sample(now, self._counters.read())
            cost = time.monotonic() - now
            self._next_sample = now + max(_SAMPLE_EVERY * 0.9, cost / _SHARE)
        now = time.monotonic()
        if now >= self._next_processes:
            self.processes = read_processes()
            cost = time.monotonic() - now
            self._next_processes = now + max(_PROCESSES_EVERY, cost / _SHARE)

    def _find_records(self) -> str:
        return locate_database(self._host, read_distribution(self._host)).root
