"""Mounts that fstab asks for."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.absent_mounts import is_elsewhere, not_mounted, wrong_volume
from tui.recovery.expectations.absent_volumes import volume_missing
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.expectations.fstab_lines import (
    Line,
    automount_of,
    is_same_volume,
    lines,
    may_be_networked,
    places_of,
    unit_of,
)
from tui.recovery.expectations.volume_names import volume_keys
from tui.recovery.finding import Finding
from tui.recovery.findings.repair_plans import rung_on
from tui.recovery.wished import Wished, wished
from tui.storage.files.unit_names import mount_unit
from tui.storage.model.files import Mount


def expected_mounts(evidence: Evidence) -> Iterator[Expectation]:
    """One for each line of fstab that mounts a block device without being asked to (no `noauto`).

    One that systemd mounts when it is used is expected to be there for use: the device, and the unit that
    waits. `noauto` says nothing about that unit (systemd.mount(5)).
    """
    away = wished(evidence)
    for line in lines(evidence):
        entry = line.entry
        if entry.kind == "swap" or not entry.mount_point.startswith("/"):
            continue
        if "noauto" in entry.options and not line.automounts:
            continue
        standing, told = _stands(evidence, line, away)
        device = line.device.name if line.device is not None else ""
        yield Expectation(
            Subject.MOUNT,
            entry.mount_point,
            line.seen,
            standing,
            rungs=(
                f"mount:{entry.mount_point}",
                rung_on(evidence.stacks, device),
                *volume_keys(evidence, entry.spec),
            ),
            device=device,
            is_gone=line.device is None,
            told=told,
        )


def _stands(evidence: Evidence, line: Line, away: Wished) -> tuple[Standing, Finding | None]:
    inventory = evidence.inventory
    places = places_of(evidence, line)
    here = [mount for mount in inventory.mounts if mount.target in places]
    if any(is_same_volume(evidence, mount, line) for mount in here):
        return Standing.MET, None
    unit, waiting = unit_of(evidence, line), automount_of(evidence, line)
    masked = any(known is not None and known.load == "masked" for known in (unit, waiting))
    stopped = away.stopped(line.automount_unit)
    if masked or stopped or any(away.unmounted(place) for place in places):
        return Standing.AS_WISHED, None
    if line.device is None and here and not _is_described(evidence, here[-1]):
        return Standing.MET, None
    if _is_coming(evidence, line):
        return Standing.COMING, None
    if line.device is None:
        told = volume_missing(evidence, line) if may_be_networked(evidence, line) else None
        return Standing.UNMET if told is not None else Standing.AS_WISHED, told
    if here:
        return Standing.UNMET, wrong_volume(evidence, line, here[-1])
    if line.automounts and (waiting is None or waiting.active == "active"):
        return Standing.MET, None
    elsewhere = _whole(inventory.mounts_of(line.device.name))
    if elsewhere is not None and not _other_line(evidence, line, elsewhere):
        return Standing.UNMET, is_elsewhere(evidence, line, elsewhere)
    return Standing.UNMET, not_mounted(evidence, line)


def _is_coming(evidence: Evidence, line: Line) -> bool:
    """Whether systemd is mounting it, or will."""
    name = mount_unit(line.entry.mount_point)
    active = {unit.active for unit in evidence.boot_units if unit.name == name}
    known = next((unit for unit in evidence.units if unit.name == name), None)
    waits = known is not None and (known.queued or known.active == "activating")
    return waits or "activating" in active


def _is_described(evidence: Evidence, mount: Mount) -> bool:
    """Whether udev told what is on a mounted device; else nobody knows by which names it goes."""
    device = evidence.inventory.device(mount.device)
    return device is not None and device.described


def _whole(mounts: tuple[Mount, ...]) -> Mount | None:
    """The first mount that shows all of a file system, or None."""
    return next((mount for mount in mounts if mount.root == "/"), None)


def _other_line(evidence: Evidence, line: Line, mount: Mount) -> bool:
    """Whether another line of fstab has the same volume mounted there."""
    return any(
        mount.target in places_of(evidence, other)
        for other in lines(evidence)
        if other.entry.line != line.entry.line
    )
