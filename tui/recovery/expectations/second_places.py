"""Bind mounts and loop mounts of fstab whose files are on network storage."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.expectations.fstab_lines import is_networked, lines
from tui.recovery.finding import Finding, Fix, RuledOut, Seen
from tui.recovery.wished import wished
from tui.storage.devices.identity import luns_below
from tui.storage.files.mount_point import is_below
from tui.storage.files.unit_names import mount_unit
from tui.storage.model.files import FstabEntry
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F46.second-place"


def expected_places(evidence: Evidence) -> Iterator[Expectation]:
    """One for each line of fstab that shows a part of a volume on the network at another place."""
    away = wished(evidence)
    carrying = dict(_network_places(evidence))
    mounted = {mount.target for mount in evidence.inventory.mounts}
    for entry in evidence.inventory.fstab:
        below = _below(entry, carrying)
        if below is None or "noauto" in entry.options or not entry.mount_point.startswith("/"):
            continue
        unit = next((unit for unit in evidence.boot_units if unit.where == entry.mount_point), None)
        met = not mounted.isdisjoint(entry.places) or (unit is not None and unit.active == "active")
        standing = (
            Standing.MET
            if met
            else Standing.AS_WISHED
            if away.unmounted(entry.mount_point)
            else Standing.UNMET
        )
        yield Expectation(
            Subject.MOUNT,
            entry.mount_point,
            Seen(f"{FSTAB}:{entry.line}", (clean(f"{entry.spec} {entry.mount_point} {entry.kind}"),)),
            standing,
            rungs=(f"mount:{entry.mount_point}", f"mount:{below}"),
            told=_told(entry) if standing is Standing.UNMET else None,
        )


def _network_places(evidence: Evidence) -> Iterator[tuple[str, None]]:
    """The mount points that have, or should have, a volume on the network."""
    for line in lines(evidence):
        if is_networked(evidence, line) and line.entry.mount_point.startswith("/"):
            yield line.entry.mount_point, None
    for mount in evidence.inventory.mounts:
        device = evidence.inventory.device(mount.device)
        if device is not None and luns_below(evidence.inventory, device):
            yield mount.target, None


def _below(entry: FstabEntry, carrying: dict[str, None]) -> str | None:
    """The innermost of those mount points that the first field of a line lies in, or None."""
    if not entry.spec.startswith("/") or entry.spec.startswith("/dev/") or entry.kind == "swap":
        return None
    found = [place for place in carrying if place != "/" and is_below(entry.spec, place)]
    return max(found, key=len, default=None)


def _told(entry: FstabEntry) -> Finding:
    place, spec = clean(entry.mount_point, 80), clean(entry.spec, 80)
    return Finding(
        CODE,
        _("{spec} is not mounted at {place}, though fstab lists it.").format(spec=spec, place=place),
        _("What looks for the files at {place} finds an empty directory.").format(place=place),
        RungKind.MOUNT,
        (f"mount:{entry.mount_point}",),
        seen=(
            Seen(f"{FSTAB}:{entry.line}", (clean(f"{entry.spec} {entry.mount_point} {entry.kind}"),)),
            Seen("/proc/self/mountinfo", (_("{place}: not listed").format(place=place),)),
        ),
        ruled_out=(RuledOut(_("a missing volume"), _("The volume that it lies on is mounted.")),),
        fixes=(
            Fix(
                _("Mount {place}").format(place=place),
                _("Nothing mounts it by itself now."),
                by_hand=(f"systemctl start {clean(mount_unit(entry.mount_point))}",),
            ),
        ),
    )
