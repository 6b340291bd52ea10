"""What a unit of systemd tells about something that is not there."""

import time
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import BootUnit
from tui.recovery.finding import Seen
from tui.storage.untrusted import clean
from tui.words import translate as _


def unit_seen(evidence: Evidence, unit: BootUnit | None) -> Iterator[Seen]:
    """The state and result of a unit, and its lines where it failed."""
    if unit is None:
        return
    yield Seen(
        f"systemctl show {clean(unit.name)}",
        (f"ActiveState={clean(unit.active)}", f"Result={clean(unit.result)}"),
    )
    said = next((known.lines for known in evidence.unit_lines if known.unit == unit.name), ())
    if said:
        yield Seen(f"journalctl -b -u {clean(unit.name)}", said)


def since_words(evidence: Evidence, unit: BootUnit | None) -> str:
    """Since when it is not there, as far as systemd tells; empty where it does not."""
    if unit is None or not evidence.booted:
        return ""
    if unit.active == "failed":
        return _("systemd tried and failed: {result}.").format(result=clean(unit.result))
    if unit.ended is not None:
        return _("It was there until {time}.").format(time=_moment(evidence, evidence.booted + unit.ended))
    # systemd forgets a unit that nothing refers to, and with it when it ended.
    return _("systemd has no record that it was there since this host started ({time}).").format(
        time=_moment(evidence, evidence.booted)
    )


def _moment(evidence: Evidence, when: float) -> str:
    """A time of today as the clock shows it, an earlier one with its date."""
    local, now = time.localtime(when), time.localtime(evidence.now)
    return time.strftime("%H:%M:%S" if local[:3] == now[:3] else "%Y-%m-%d %H:%M:%S", local)
