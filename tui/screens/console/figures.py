"""Live figures of the selected layer: outage countdown and throughput."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Session, SessionState
from tui.storage.size import size_words
from tui.storage.stacks.iscsi_rungs import portal_key
from tui.storage.stacks.rung import Rung, RungKind
from tui.words import translate as _, translate_in
from widgets.bars.countdown import CountLine
from widgets.bars.plot import PlotRow
from widgets.state import Role
from widgets.text import duration

if TYPE_CHECKING:
    from tui.storage.news.outages import Outage
    from tui.storage.watching.activity import Rates

LABELS = 8
"""Cells of the label column: `gives up`, and every label of the details but few."""

_LEAST_RATE = 64 * 1024.0
"""Bytes a second that fill less than a plot's height: a lone write of a journal is no load."""

_LEAST_LATENCY = 0.005
"""Seconds: what a good network and array need is no delay."""


def disks_of(rung: Rung, inventory: Inventory) -> tuple[str, ...]:
    """The disks whose figures are shown for a layer: for a session those of all its LUNs."""
    if rung.kind is RungKind.SESSION and rung.sid is not None:
        return tuple(lun.disk for lun in inventory.luns_of(rung.sid) if lun.disk)
    if rung.kind is RungKind.PORTAL:
        keys = {rung.key, *rung.also}
        through = [
            session
            for session in inventory.sessions_of(rung.target)
            if portal_key(session.target, session.portal) in keys
        ]
        return tuple(lun.disk for session in through for lun in inventory.luns_of(session.sid) if lun.disk)
    device = device_of(rung, inventory)
    return (device,) if device else ()


def device_of(rung: Rung, inventory: Inventory) -> str:
    """The kernel name of the device that a layer is or is on, or empty."""
    if rung.device or rung.kind is not RungKind.MOUNT:
        return rung.device
    return next((mount.device for mount in inventory.mounts if mount.target == rung.name), "")


def plot_rows(disks: Sequence[str], rates: "Sequence[Rates] | None") -> tuple[PlotRow, ...]:
    """The plots of some disks.

    Args:
        disks: their kernel names; none has no plots.
        rates: what was measured of them, oldest first; None on a recorded host, where nothing is.
    """
    if not disks:
        return ()
    if rates is None:
        return (PlotRow(_("load"), (), _("recorded, not measured")),)
    if not rates:
        return (PlotRow(_("load"), (), _("measuring")),)
    now = rates[-1]
    latency = now.latency
    return (
        PlotRow(_("read"), tuple(rate.read for rate in rates), rate_words(now.read), _LEAST_RATE),
        PlotRow(_("write"), tuple(rate.written for rate in rates), rate_words(now.written), _LEAST_RATE),
        PlotRow(
            _("latency"),
            tuple(rate.latency or 0.0 for rate in rates),
            latency_words(latency),
            _LEAST_LATENCY,
            Role.ACCENT,
        ),
    )


def latency_words(latency: float | None) -> str:
    """How long a request took, for a person; the kernel counts whole milliseconds."""
    if latency is None:
        return _("idle")
    return duration(latency) if latency >= 0.001 else _("below 1 ms")


def rate_words(rate: float) -> str:
    """Bytes a second for a person."""
    return _("{size}/s").format(size=size_words(round(rate)))


def session_of(rung: Rung, inventory: Inventory) -> Session | None:
    """The session that a layer is, or is a LUN of."""
    if rung.sid is None or rung.kind not in {RungKind.SESSION, RungKind.LUN}:
        return None
    return inventory.session(rung.sid)


def outage_lines(session: Session, outage: "Outage | None", now: float) -> Iterator[CountLine]:
    """Since when a session is lost and when the kernel gives up.

    Args:
        session: the session; one that is logged in has no lines.
        outage: what is known of its outage, or None when it was not watched.
        now: seconds since the epoch.
    """
    if session.state not in {SessionState.FAILED, SessionState.FREE}:
        return
    if outage is None:
        yield CountLine(_("lost"), _("since an unknown time"))
        return
    ago = max(0.0, float(int(now - outage.since)))
    clock = time.strftime("%H:%M:%S", time.localtime(outage.since))
    words = _("{time} ago") if outage.exact else _("at least {time} ago")
    yield CountLine(_("lost"), clock, words.format(time=duration(ago)), Role.STRONG)
    timer = session.recovery_timeout
    if session.state is SessionState.FREE:
        at = outage.gave_up
        if at is None and timer is not None and timer >= 0 and outage.exact:
            at = outage.since + timer
        text = (
            time.strftime("%H:%M:%S", time.localtime(at))
            if at is not None
            else translate_in("behind: gave up", "yes")
        )
        after = "" if timer is None or timer < 0 else _("after {seconds} s").format(seconds=timer)
        yield CountLine(_("gave up"), text, after, Role.STRONG)
        return
    if timer is None:
        return
    if timer < 0:
        yield CountLine(_("gives up"), _("never"), _("I/O is queued for ever"), Role.STRONG)
        return
    yield from _running_down(outage, float(timer), now)


def _running_down(outage: "Outage", timer: float, now: float) -> Iterator[CountLine]:
    left = outage.since + timer - now
    after = _("timeout {seconds} s").format(seconds=int(timer))
    if left <= 0:
        yield CountLine(_("gives up"), _("any moment"), after, Role.STRONG)
    else:
        words = _("in {time}") if outage.exact else _("in at most {time}")
        left_words = duration(float(int(left) + 1))
        yield CountLine(_("gives up"), words.format(time=left_words), after, Role.STRONG)
    elapsed = min(1.0, max(0.0, 1 - left / timer)) if timer else 1.0
    yield CountLine("", "", share=round(elapsed, 2))
