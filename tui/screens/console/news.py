"""What happened, as rows: times by the clock of this machine, colours by what is meant."""

import time
from collections.abc import Callable, Iterable

from tui.storage.model.inventory import Inventory
from tui.storage.news.happening import Happening, Source, Tone
from tui.storage.news.outages import Outage
from tui.storage.stacks.iscsi_rungs import session_key
from tui.words import translate as _, translate_in
from widgets.happenings import HappeningRow
from widgets.state import State

_STATES = {Tone.PLAIN: None, Tone.GOOD: None, Tone.WARN: State.WARN, Tone.BAD: State.BAD}
"""Good news keeps the colour of text: a colour is for what wants attention."""

_DAY = 20 * 3600.0
"""Seconds after which the time of day alone would mislead."""


def happening_rows(happenings: Iterable[Happening], now: float) -> tuple[HappeningRow, ...]:
    """Return the rows, in the same order. A row keeps its key while other rows come and go."""
    return tuple(_row(happening, now) for happening in happenings)


def source_word(source: Source) -> str:
    """Return the source, in a word of at most seven cells."""
    return {
        Source.EVENT: _("event"),
        Source.SESSION: _("session"),
        Source.KERNEL: _("kernel"),
        Source.DAEMON: "iscsid",
        Source.COMMAND: _("command"),
        Source.SHELL: _("shell"),
    }[source]


def clock(when: float, now: float) -> str:
    """Return the time of day, or the date of what is older than that, in eight cells at most."""
    old = abs(now - when) > _DAY
    # translators: a day as strftime(3) writes it, at most eight cells; %m-%d has no English in it
    shape = translate_in("month and day", "%b %d") if old else "%H:%M:%S"
    return time.strftime(shape, time.localtime(when))


def outage_notes(
    inventory: Inventory, outage_of: Callable[[int], Outage | None], now: float
) -> dict[str, str]:
    """Return since when sessions are lost, by the keys of their layers."""
    lost = ((session, outage_of(session.sid)) for session in inventory.sessions)
    return {
        session_key(session): _("since {time}").format(time=clock(outage.since, now))
        for session, outage in lost
        if outage is not None
    }


def _row(happening: Happening, now: float) -> HappeningRow:
    return HappeningRow(
        f"{happening.when} {happening.source} {happening.text}",
        clock(happening.when, now),
        source_word(happening.source),
        happening.text,
        happening.words,
        happening.count,
        _STATES[happening.tone],
    )
