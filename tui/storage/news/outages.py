"""Since when a session is without its connection, and when the kernel gives up waiting for it.

The kernel starts its recovery timer when the connection breaks (scsi_transport_iscsi.c,
iscsi_block_session) and shows neither the moment nor the time left. The moment is in its log; where that may
not be read, the first look that found the session failed stands in for it.
"""

from bisect import insort
from collections.abc import Iterable

from msgspec import Struct

from tui.storage.model.iscsi import SessionState
from tui.storage.news.happening import Happening, Source
from tui.storage.news.session_words import SessionStates
from tui.storage.probe.reading import whole_number

_LINES = 50
"""Connection errors kept of each session."""

_LAG = 3.0
"""Seconds that a look may come after what it finds."""

_LOST = frozenset({SessionState.FAILED.value, SessionState.FREE.value})


class Outage(Struct, frozen=True):
    """A connection that is lost.

    Attributes:
        since: seconds since the epoch.
        exact: False when it was lost at some time before that.
        gave_up: when the kernel stopped waiting, or None while it waits or where that was not seen.
    """

    since: float
    exact: bool = True
    gave_up: float | None = None


class Outages:
    """The outages of all sessions, from what the logs tell and what was seen. For one thread at a time."""

    def __init__(self) -> None:
        self._errors: dict[int, list[float]] = {}
        self._back: dict[int, float] = {}
        self._gave_up: dict[int, float] = {}
        self._good: dict[int, float] = {}
        self._noticed: dict[int, float] = {}
        self._states: SessionStates | None = None

    def take(self, happenings: Iterable[Happening]) -> None:
        """Take the times from lines of the logs; their order does not matter."""
        for happening in happenings:
            sid = _sid_of(happening)
            if sid is None:
                continue
            if happening.source is Source.KERNEL and "detected conn error" in happening.text:
                times = self._errors.setdefault(sid, [])
                insort(times, happening.when)
                del times[:-_LINES]
            elif happening.source is Source.KERNEL and "recovery timed out" in happening.text:
                self._gave_up[sid] = max(happening.when, self._gave_up.get(sid, 0.0))
            elif happening.source is Source.DAEMON and "is operational" in happening.text:
                self._back[sid] = max(happening.when, self._back.get(sid, 0.0))

    def look(self, when: float, states: SessionStates) -> None:
        """Take what a look at the sessions found."""
        if states is self._states:
            self._good = dict.fromkeys(self._good, when)
            return
        self._states = states
        for sid, state in states.items():
            if state in _LOST:
                self._noticed.setdefault(sid, when)
            elif state == SessionState.LOGGED_IN:
                self._good[sid] = when
                self._noticed.pop(sid, None)
        for table in (self._good, self._noticed, self._back, self._gave_up):
            for sid in table.keys() - states.keys():
                del table[sid]
        for sid in self._errors.keys() - states.keys():
            del self._errors[sid]

    def outage(self, sid: int) -> Outage | None:
        """The outage of a session, or None when its connection was there at the last look."""
        noticed = self._noticed.get(sid)
        if noticed is None:
            return None
        good = self._good.get(sid)
        gave_up = self._gave_up.get(sid)
        after = max((good - _LAG) if good is not None else 0.0, self._back.get(sid, 0.0))
        if gave_up is not None and any(gave_up < at <= noticed + 1.0 for at in self._errors.get(sid, ())):
            # An error of a connection that was given up means that it was there again.
            after = max(after, gave_up)
        told = next((at for at in self._errors.get(sid, ()) if after <= at <= noticed + 1.0), None)
        since = told if told is not None else noticed
        if gave_up is not None and gave_up < since:
            gave_up = None
        return Outage(since, told is not None or good is not None, gave_up)


def _sid_of(happening: Happening) -> int | None:
    kind, _colon, number = happening.subject.partition(":")
    return whole_number(number) if kind == "sid" else None
