"""Noticing that something about the storage has changed, which topic of it, and what is reported about it.

Disks, maps and volumes announce themselves by uevents. Sessions do not when they fail or recover (kernel
scsi_transport_iscsi.c), so their state is read each second, and at once when a log speaks of them. The
kernel marks mountinfo and swaps readable by poll(2) when they change (proc(5)). Records are files: their
times are compared.

Of the topics only that they changed is reported; what they are now is for `take_inventory` to say.
"""

import contextlib
import errno
import os
import select
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tui.storage.host.interface import FileFacts, FileKind, Host
from tui.storage.model.topic import EVERYTHING, Topic
from tui.storage.news.happening import Happening
from tui.storage.news.log_source import LogSource
from tui.storage.news.session_words import SessionStates, session_happenings
from tui.storage.news.uevents import EventSource, Uevents
from tui.storage.probe.iscsi.initiator import INITIATOR_FILE
from tui.storage.probe.iscsi.iscsid_conf import ISCSID_CONF
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.probe.mounts.mounts import MOUNTINFO, SWAPS
from tui.storage.probe.reading import names
from tui.storage.watching.session_states import PolledStates

UDEV_DATABASE = "/run/udev/data"
"""udev writes a file in here, and so changes the folder's time, for every device it has heard of."""

_CLOCK_TICK = 0.02
"""Seconds by which the time of a file may lag behind the clock: the kernel's tick, at 100 Hz, and a bit."""

_RECORDS_EVERY = 3
"""Records, of which there may be thousands, are compared at every third look at most."""

_RECORDS_SHARE = 0.003
"""Of the time at most that this may take of a processor: with thousands of records it is done less often."""

_RECHECK_DELAYS = (0.05, 0.25, 0.6)
"""Seconds after news of a session at which the sessions are looked at: iscsid needs a moment to act on it."""

_STORM_PAUSE = 0.005
"""Seconds without work between two turns of a storm: Python runs one thread at a time, and keys go first."""

_REPORT_AGAIN_AFTER = 1.0
"""Seconds after which a change of sessions is reported again: their disks follow later, unannounced."""


class Listener(Protocol):
    """Who wants to know what happened. Called from the watch's thread; must not raise."""

    def told(self, happenings: Sequence[Happening]) -> None:
        """Something happened."""

    def looked(self, when: float, states: SessionStates) -> None:
        """The sessions were looked at; `when` is in seconds since the epoch."""


class Watch:
    """A daemon thread that tells a callback which topics have changed.

    Args:
        host: the machine, for what has to be polled. It must be this one for uevents to be its own.
        on_change: called from the thread with the topics that changed since the last call; it must not raise.
        on_first_sign: called from the thread at the first sign of a change after quiet, at once; it must
            not raise.
        events: where announcements come from; without one uevents are used, and polling alone where there
            are none.
        listener: gets what happened, at once.
        logs: opens the logs that are followed, in the watch's thread.
        records: root of the record database, or how to find it; empty to leave records unwatched.
        since: when the reading began whose picture is to be kept true, in seconds since the epoch: what
            changed between it and the beginning of the watch is reported as changed. None when there is none.
        settle: seconds of quiet that end a storm of changes and let one call go out.
        patience: seconds after which a call goes out though the storm goes on.
        period: seconds between two looks at what has to be polled.
    """

    def __init__(
        self,
        host: Host,
        on_change: Callable[[frozenset[Topic]], None],
        *,
        on_first_sign: Callable[[], None] | None = None,
        events: EventSource | None = None,
        listener: Listener | None = None,
        logs: Callable[[], Iterable[LogSource]] = tuple,
        records: str | Callable[[], str] = "",
        since: float | None = None,
        settle: float = 0.2,
        patience: float = 1.5,
        period: float = 1.0,
    ) -> None:
        self._host, self._on_change, self._on_first_sign = host, on_change, on_first_sign
        self._events = events
        self._listener, self._open_logs = listener, logs
        self._logs: dict[int, LogSource] = {}
        self._records, self._since = records, since
        self._settle, self._patience, self._period = settle, patience, period
        self._looks = self._records_due = 0
        self._polled = PolledStates(host)
        self._states: SessionStates = {}
        self._seen: dict[Topic, object] = {}
        self._soon: list[float] = []
        self._next_look = self._echo = float("inf")
        self._record_times: list[tuple[str, FileFacts | None]] = []
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._guard = threading.Lock()
        self._ready, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch; what is there already is not a change."""
        self._thread.start()

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until nothing is missed any more, which is a moment after the start; False when it is not."""
        return self._ready.wait(seconds)

    def stop(self) -> None:
        """End the watch within about the time one call of the callback takes. May be called twice."""
        self._stopping.set()
        if self._thread is threading.current_thread() or not self._thread.is_alive():
            return
        with self._guard:
            # The thread may have seen by itself that it is to stop.
            if self._wake >= 0:
                os.eventfd_write(self._wake, 1)
        self._thread.join(5.0)

    def _close_wake(self) -> None:
        with self._guard:
            os.close(self._wake)
            self._wake = -1

    def _run(self) -> None:
        with contextlib.ExitStack() as opened:
            opened.callback(self._close_wake)
            opened.callback(self._polled.close)
            tables = _open_tables(opened)
            if self._events is None:
                self._events = _uevents()
            if self._events is not None:
                opened.callback(self._events.close)
            if callable(self._records):
                self._records = self._records()
            self._seen = self._look()
            late = self._changed_since_the_reading()
            self._ready.set()
            if late:
                self._on_change(late)
            for log in self._open_logs():
                opened.callback(log.close)
                self._logs[log.fileno()] = log
            self._watch(tables)

    def _changed_since_the_reading(self) -> frozenset[Topic]:
        """The topics of which files say that something changed after the reading had begun."""
        if self._since is None:
            return frozenset()
        files = [(Topic.RECORDS, facts) for _path, facts in self._record_times]
        files += [(Topic.MOUNTS, self._host.facts(FSTAB)), (Topic.DEVICES, self._host.facts(UDEV_DATABASE))]
        oldest = self._since - _CLOCK_TICK
        return frozenset(topic for topic, facts in files if facts is not None and facts.modified >= oldest)

    def _watch(self, tables: dict[int, Topic]) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        for handle in tables:
            poll.register(handle, select.POLLPRI)
        for handle in (*self._logs, *((self._events.fileno(),) if self._events is not None else ())):
            poll.register(handle, select.POLLIN)
        self._next_look = time.monotonic() + self._period
        changed: frozenset[Topic] = frozenset()
        first = last = 0.0
        while not self._stopping.is_set():
            now = time.monotonic()
            due = min(last + self._settle, first + self._patience) if changed else self._next_look
            wait = min(due, self._next_look, self._echo, *self._soon) - now
            news = self._news(poll, poll.poll(max(0.0, wait) * 1000), tables)
            now = time.monotonic()
            news |= self._noticed(now)
            if news and not changed and self._on_first_sign is not None:
                self._on_first_sign()
            if news:
                first, last = (first if changed else now), now
                changed |= news
            if changed and now >= min(last + self._settle, first + self._patience):
                self._on_change(changed)
                changed = frozenset()

    def _noticed(self, now: float) -> frozenset[Topic]:
        """The topics in which a look that is due finds a change."""
        found: set[Topic] = set()
        whole = now >= self._next_look
        if whole or (self._soon and now >= self._soon[0]):
            self._soon = [at for at in self._soon if at > now]
            looked = self._look() if whole else {**self._seen, Topic.SESSIONS: self._look_at_sessions()}
            found = {topic for topic, what in looked.items() if what != self._seen.get(topic)}
            self._seen = looked
        if whole:
            # Where a look takes long there is as much rest after it.
            done = time.monotonic()
            self._next_look = max(now + self._period, done + (done - now))
            if self._events is not None:
                self._tell(self._events.rest())
        if Topic.SESSIONS in found:
            self._echo = now + _REPORT_AGAIN_AFTER
        elif now >= self._echo:
            self._echo = float("inf")
            found.add(Topic.SESSIONS)
        return frozenset(found)

    def _news(
        self, poll: select.poll, ready: list[tuple[int, int]], tables: dict[int, Topic]
    ) -> frozenset[Topic]:
        topics: set[Topic] = set()
        for handle, _event in ready:
            if handle in tables:
                topics.add(tables[handle])
            elif handle in self._logs:
                self._take(handle, poll)
            elif self._events is not None and handle == self._events.fileno():
                topics |= self._drained(self._events)
        if Topic.SESSIONS in topics:
            self._look_soon()
        return frozenset(topics)

    def _take(self, handle: int, poll: select.poll) -> None:
        """Read a log on; one that has ended is left alone."""
        told = self._logs[handle].take()
        if told is None:
            poll.unregister(handle)
            return
        if told.session:
            self._look_soon()
        self._tell(told.happenings)

    def _drained(self, events: EventSource) -> frozenset[Topic]:
        """What was announced; everything when the kernel had to drop some of it."""
        try:
            announced = events.drain()
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            return EVERYTHING
        self._tell(announced.happenings)
        if announced.more:
            self._stopping.wait(_STORM_PAUSE)
        return announced.topics

    def _tell(self, happenings: Sequence[Happening]) -> None:
        if happenings and self._listener is not None:
            self._listener.told(happenings)

    def _look_soon(self) -> None:
        """Look at the sessions a few times in the next second, unless that is planned already."""
        now = time.monotonic()
        if not self._soon or self._soon[-1] < now + _RECHECK_DELAYS[-1] / 2:
            self._soon = [now + after for after in _RECHECK_DELAYS]

    def _look(self) -> dict[Topic, object]:
        """What is compared from one look to the next: states, names and times of files."""
        host = self._host
        looked: dict[Topic, object] = {
            Topic.SESSIONS: self._look_at_sessions(),
            Topic.DEVICES: names(host, "/sys/class/block"),
            Topic.MOUNTS: host.facts(FSTAB),
        }
        if self._records and self._looks >= self._records_due:
            began = time.thread_time()
            self._record_times = _times(host, str(self._records))
            cost = time.thread_time() - began
            self._records_due = self._looks + max(_RECORDS_EVERY, int(cost / _RECORDS_SHARE / self._period))
        looked[Topic.RECORDS] = self._record_times
        self._looks += 1
        return looked

    def _look_at_sessions(self) -> SessionStates:
        """The states of all sessions; what changed is reported."""
        states = self._polled.look()
        when = self._host.now()
        if self._listener is not None:
            self._listener.looked(when, states)
        if self._looks and states is not self._states:
            self._tell(session_happenings(when, self._states, states))
        self._states = states
        return states


def _uevents() -> EventSource | None:
    try:
        return Uevents()
    except (ImportError, OSError):
        return None


def _open_tables(opened: contextlib.ExitStack) -> dict[int, Topic]:
    """The kernel's tables that poll(2) tells changes of."""
    tables: dict[int, Topic] = {}
    for path in (MOUNTINFO, SWAPS):
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            opened.callback(os.close, handle)
            tables[handle] = Topic.MOUNTS
    return tables


def _times(host: Host, root: str) -> list[tuple[str, FileFacts | None]]:
    """Every file of the record database and of the initiator's settings with its facts, times among them."""
    found = [(path, host.facts(path)) for path in (INITIATOR_FILE, ISCSID_CONF)]
    waiting = [f"{root}/{folder}" for folder in ("nodes", "send_targets", "isns", "ifaces")]
    while waiting:
        path = waiting.pop()
        facts = host.facts(path)
        found.append((path, facts))
        if facts is not None and facts.kind is FileKind.FOLDER:
            waiting += [f"{path}/{name}" for name in names(host, path)]
    return found
