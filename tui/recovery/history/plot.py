"""A day and a week at a glance: one character for each half hour or three hours of each session."""

import time
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from msgspec import Struct

from tui.recovery.history.outage import End, History, SessionOutage
from tui.words import translate as _, translate_in


class Mark(Enum):
    """What is known of a session in a piece of time, the worst last; every font of console-setup has them."""

    FUTURE = " "
    NONE = "·"
    NOT_KNOWN = "?"
    LOST = "▒"
    FAILED = "█"

    @property
    def words(self) -> str:
        """What it means, for a legend."""
        return {
            Mark.FUTURE: "",
            Mark.NONE: _("no outage in the log"),
            Mark.NOT_KNOWN: _("not read, or not known"),
            Mark.LOST: _("connection lost"),
            Mark.FAILED: _("lost, and I/O failed"),
        }[self]


LEGEND = (Mark.NONE, Mark.LOST, Mark.FAILED, Mark.NOT_KNOWN)
_ORDER = tuple(Mark)

DAYS = 7
_CELLS_OF_DAY, _CELLS_OF_HOURS = 8, 48


class Glance(Struct, frozen=True):
    """A plot: its title, the line above the rows, and of each session its name and a mark for each cell."""

    title: str
    axis: str
    rows: tuple[tuple[str, tuple[Mark, ...]], ...]


def glances(history: History) -> tuple[Glance, ...]:
    """The last 24 hours and the last seven days; none where there is no outage to show."""
    names = _names(history)
    hour = _start_of_hour(history.taken_at) + 3600
    half_hours = [hour - 86400 + number * 1800 for number in range(_CELLS_OF_HOURS + 1)]
    day_axis = "".join(time.strftime("%H:%M", time.localtime(at)).ljust(12) for at in half_hours[:-1:12])
    days = [_midnight(history.taken_at, number - DAYS + 1) for number in range(DAYS + 1)]
    thirds = [
        start + (end - start) * number / _CELLS_OF_DAY
        for start, end in pairwise(days)
        for number in range(_CELLS_OF_DAY)
    ]
    # translators: a day as strftime(3) writes it, at most six cells; %m-%d has no English in it
    shape = translate_in("day of the week and month", "%a %d")
    week_axis = "".join(time.strftime(shape, time.localtime(at)).ljust(_CELLS_OF_DAY) for at in days[:-1])
    return (
        _glance(_("The last 24 hours"), day_axis, half_hours, names, history),
        _glance(_("The last seven days"), week_axis, [*thirds, days[-1]], names, history),
    )


def session_name(outage: SessionOutage) -> str:
    """What a session is called: its target and portal, or its number where no line names it."""
    if outage.target:
        return _("{target} at {portal}").format(target=outage.target, portal=outage.portal)
    return _("session {sid}, whose target no line names").format(sid=outage.sid)


def _names(history: History) -> dict[str, list[SessionOutage]]:
    found: dict[str, list[SessionOutage]] = {}
    for outage in history.outages:
        found.setdefault(session_name(outage), []).append(outage)
    return found


def _glance(
    title: str, axis: str, edges: Sequence[float], names: dict[str, list[SessionOutage]], history: History
) -> Glance:
    cells = tuple(pairwise(edges))
    return Glance(
        title,
        axis.rstrip(),
        tuple(
            (name, tuple(_mark(start, end, outages, history) for start, end in cells))
            for name, outages in names.items()
        ),
    )


def _mark(start: float, end: float, outages: list[SessionOutage], history: History) -> Mark:
    if start > history.taken_at:
        return Mark.FUTURE
    marks = [Mark.NOT_KNOWN if end <= history.begins else Mark.NONE]
    for place, outage in enumerate(outages):
        following = outages[place + 1].lost if place + 1 < len(outages) else history.taken_at
        until, is_known = _until(outage, following, history)
        if outage.lost < end and until >= start:
            lost_here = is_known or outage.lost >= start
            marks.append(Mark.LOST if lost_here else Mark.NOT_KNOWN)
        if outage.gave_up is not None and outage.gave_up < end and until >= start and is_known:
            marks.append(Mark.FAILED)
    return max(marks, key=_ORDER.index)


def _until(outage: SessionOutage, following: float, history: History) -> tuple[float, bool]:
    """The end of an outage, and whether it is known."""
    if outage.ended is not None:
        return outage.ended, True
    if outage.end is End.LASTS:
        return history.taken_at, True
    of_boot = next((boot.last for boot in history.boots if boot.identifier == outage.boot), following)
    is_last = history.boots and history.boots[-1].identifier == outage.boot
    return (following if is_last else min(following, of_boot)), False


def _start_of_hour(when: float) -> float:
    parts = time.localtime(when)
    return when - parts.tm_min * 60 - parts.tm_sec - when % 1


def _midnight(when: float, days: int) -> float:
    """The beginning of a day by the local clock, so many days from that of `when`."""
    parts = time.localtime(when)
    return time.mktime((parts.tm_year, parts.tm_mon, parts.tm_mday + days, 0, 0, 0, 0, 0, -1))
