"""LVM's own report, asked for in a way that cannot hang, and completed by what the kernel shows.

One call of `lvm fullreport` tells of VGs, PVs and LVs together (measured: one fork of 70 ms instead of
three). It is always made: udev's database says which disks carried a PV when udev last looked, but another
host may have written since, and an answer that steers pvcreate must come from the disk.

Disks that would block their reader are withheld with --devices (LVM 2.03.12). What LVM then cannot see
is filled in from udev and the device-mapper, and marked in `LvmReading.left_out`.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec.structs import replace

from tui.storage.host.interface import Command, Host, Outcome
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup, is_part_name
from tui.storage.probe.devices.lvm_report import (
    Volumes,
    parse_report,
    parse_system_id,
    report_command,
    said_of,
)
from tui.storage.untrusted import clean_lines
from tui.words import translate as _

_SINGLE_DASH = re.compile(r"(?<!-)-(?!-)")
_MAP_UUID = re.compile(r"^LVM-(\w{32})(\w{32})(-.*)?$")
_UNKNOWN_OPTION = 3
"""LVM's status for a command line it does not know (tools/errors.h)."""


def read_volumes(host: Host, devices: Iterable[BlockDevice], *, installed: bool, root: bool) -> Volumes:
    """LVM's layers of a host, as far as they can be seen without waiting for a disk. Never raises.

    Args:
        host: the machine.
        devices: its block devices, with `answers` marked.
        installed: the tool `lvm` is there.
        root: this user may ask it.
    """
    found = tuple(devices)
    withheld = tuple(device.name for device in found if not device.answers and not _is_part(device))
    carried = {path for device in found if device.kind is BlockKind.MULTIPATH for path in device.slaves}
    missed = tuple(name for name in withheld if name not in carried)
    if not installed or not root:
        return complete(Volumes(), found)
    disks = {device.content_uuid for device in found if device.kind is not BlockKind.LOOP}
    allowed = [device.path for device in found if _may_be_named(device, disks)] if withheld else None
    if allowed is not None and not allowed:
        error = _("Not asked: no disk would answer.")
        return complete(Volumes(reading=LvmReading(left_out=missed, error=error)), found)
    outcome = host.run(report_command(allowed))
    volumes = _judged(outcome, restricted=allowed is not None)
    volumes = replace(volumes, reading=replace(volumes.reading, left_out=missed))
    return complete(_with_foreign(host, volumes), found)


def _is_part(device: BlockDevice) -> bool:
    """Whether a map is a part of an LV: LVM looks for no PV there, and an array may go on without it."""
    return device.kind is BlockKind.LOGICAL_VOLUME and is_part_name(names_of_map(device.map_name)[1])


def complete(volumes: Volumes, devices: tuple[BlockDevice, ...]) -> Volumes:
    """Join the report with the kernel's devices, and add what the report does not show.

    A PV that LVM could not see because its disk was withheld is not missing. A PV that only udev knows and
    LVs and VGs that only the device-mapper knows are added with what is known of them: names, identity,
    size.
    """
    report = _without_withheld(volumes, devices)
    maps = _active_volumes(devices)
    by_path = {path: device for device in devices for path in _paths(device)}
    logical = [_joined(volume, maps, part=False) for volume in report.logical]
    parts = [_joined(part, maps, part=True) for part in report.parts]
    # A volume's UUID alone does not name it: vgimportclone(8) leaves a clone those of the original.
    known = {_identity(volume) for volume in (*logical, *parts)}
    groups = {_plain(group.uuid): group for group in report.groups}
    for (group_uuid, volume_uuid), device in maps.items():
        group_name, volume_name = names_of_map(device.map_name)
        group = groups.setdefault(group_uuid, VolumeGroup(group_name, dashed(group_uuid)))
        if (group_uuid, volume_uuid) not in known and _is_plain(device):
            found = _from_map(device, volume_name, group, dashed(volume_uuid))
            (parts if is_part_name(volume_name) else logical).append(found)
    physical = [
        replace(volume, device=by_path[volume.path].name) if volume.path in by_path else volume
        for volume in report.physical
    ]
    if not report.reading.asked or report.reading.left_out:
        physical += _hidden_physical(report, devices, groups)
    return Volumes(tuple(physical), tuple(groups.values()), tuple(logical), tuple(parts), report.reading)


def _hidden_physical(
    report: Volumes, devices: tuple[BlockDevice, ...], groups: dict[str, VolumeGroup]
) -> Iterator[PhysicalVolume]:
    """The PVs that udev knows on disks that LVM was not asked about.

    Of a map that lost all its disks udev keeps that it is a PV, not its UUID: it counts if LVs stand on it.
    """
    by_name = {device.name: device for device in devices}
    seen = {volume.uuid for volume in report.physical}
    hidden = set(report.reading.left_out) if report.reading.asked else set(by_name)
    for device in devices:
        if device.name in hidden and _carries_volume(device) and device.content_uuid not in seen:
            group = _group_over(device, by_name, groups)
            if group is None and not device.content_uuid:
                continue
            yield PhysicalVolume(
                path=device.path,
                device=device.name,
                uuid=device.content_uuid,
                volume_group=group.name if group is not None else "",
                vg_uuid=group.uuid if group is not None else "",
                device_size=device.size,
            )


def names_of_map(map_name: str) -> tuple[str, str]:
    """VG and LV of a device-mapper name: they are joined by one dash, and dashes inside them are doubled."""
    parts = _SINGLE_DASH.split(map_name, maxsplit=1)
    group, volume = parts if len(parts) == 2 else (map_name, "")
    return group.replace("--", "-"), volume.replace("--", "-")


def group_of_map(map_uuid: str) -> str:
    """The UUID of the VG in a device-mapper uuid of LVM's, with its dashes; empty in any other."""
    match = _MAP_UUID.match(map_uuid)
    return dashed(match[1]) if match is not None else ""


def dashed(uuid: str) -> str:
    """LVM's way of writing its 32 characters: 6-4-4-4-4-4-6."""
    ends = (0, 6, 10, 14, 18, 22, 26, 32)
    return "-".join(uuid[start:end] for start, end in pairwise(ends))


def _paths(device: BlockDevice) -> tuple[str, ...]:
    return (*device.links, f"/dev/{device.name}", device.path)


def _plain(uuid: str) -> str:
    return uuid.replace("-", "")


def _judged(outcome: Outcome, *, restricted: bool) -> Volumes:
    """The report of a call, or why there is none; the status says little, since a missing PV gives 0."""
    if outcome.status is None:
        error = _("LVM did not answer in time.")
    elif outcome.status == _UNKNOWN_OPTION and restricted:
        error = _("Not asked: this version of LVM cannot leave out the disks that do not answer.")
    else:
        try:
            return parse_report(outcome.stdout, outcome.stderr)
        except ValueError:
            error = _("LVM gave no report (exit status {status}).").format(status=outcome.status)
    return Volumes(reading=LvmReading(warnings=clean_lines(said_of(outcome.stderr)), error=error))


def _with_foreign(host: Host, volumes: Volumes) -> Volumes:
    """Mark the VGs that belong to another host; this host's own id is asked for only when some VG has one."""
    if not any(group.system_id for group in volumes.groups):
        return volumes
    own = parse_system_id(host.run(Command(("lvm", "systemid"))).stdout)
    groups = tuple(
        replace(group, foreign=bool(group.system_id) and group.system_id != own) for group in volumes.groups
    )
    foreign = tuple(group for group in groups if group.foreign)
    physical = tuple(
        replace(volume, foreign=any(group.owns(volume) for group in foreign)) for volume in volumes.physical
    )
    return replace(volumes, groups=groups, physical=physical)


def _may_be_named(device: BlockDevice, on_disks: set[str]) -> bool:
    """Whether a device may be named to LVM, which then heeds no filter of its configuration.

    A loop device only where udev has found a PV on it that is on no disk as well: it may be the file behind
    a LUN of an array that runs on this very host, and would stand in for a disk that is withheld.

    Args:
        device: the device.
        on_disks: the UUIDs of what other devices carry.
    """
    own = _carries_volume(device) and device.content_uuid not in on_disks
    return device.answers and device.size > 0 and (own or device.kind is not BlockKind.LOOP)


def _carries_volume(device: BlockDevice) -> bool:
    return device.content == "LVM2_member" and not device.multipath_member


def _without_withheld(volumes: Volumes, devices: tuple[BlockDevice, ...]) -> Volumes:
    """Undo what LVM says is missing only because its disk was withheld."""
    withheld = set(volumes.reading.left_out)
    there = {
        device.content_uuid: device
        for device in devices
        if device.name in withheld and _carries_volume(device) and device.content_uuid
    }
    found = {volume.uuid for volume in volumes.physical if volume.missing and volume.uuid in there}
    if not found:
        return volumes
    physical = tuple(
        replace(
            volume,
            path=there[volume.uuid].path,
            device_size=there[volume.uuid].size,
            missing=False,
        )
        if volume.uuid in found
        else volume
        for volume in volumes.physical
    )
    completed: list[VolumeGroup] = []
    groups: list[VolumeGroup] = []
    for group in volumes.groups:
        back = sum(volume.uuid in found and group.owns(volume) for volume in volumes.physical)
        left = max(0, group.missing_volumes - back)
        if back and not left:
            completed.append(group)
        partial = group.partial and (left > 0 or not back)
        groups.append(replace(group, missing_volumes=left, partial=partial))
    logical, parts = (
        tuple(
            replace(volume, health="")
            if volume.health == "partial" and any(group.owns(volume) for group in completed)
            else volume
            for volume in layer
        )
        for layer in (volumes.logical, volumes.parts)
    )
    return Volumes(physical, tuple(groups), logical, parts, volumes.reading)


def _active_volumes(devices: tuple[BlockDevice, ...]) -> dict[tuple[str, str], BlockDevice]:
    """The device-mapper's LVs by the uuids of VG and LV.

    A suffix on the uuid names an inner layer (`-real`, `-cow`, `-tpool`); the device without one is the LV
    itself. From LVM 2.03.36 the parts of a volume have a suffix as well, and no device without one.
    """
    found: dict[tuple[str, str], BlockDevice] = {}
    for device in devices:
        match = _MAP_UUID.match(device.map_uuid) if device.kind is BlockKind.LOGICAL_VOLUME else None
        if match is not None and (not match[3] or (match[1], match[2]) not in found):
            found[match[1], match[2]] = device
    return found


def _is_plain(device: BlockDevice) -> bool:
    """Whether a map of LVM's is an LV itself, not an inner layer of one."""
    match = _MAP_UUID.match(device.map_uuid)
    return match is not None and not match[3]


def _identity(volume: LogicalVolume) -> tuple[str, str]:
    return _plain(volume.vg_uuid), _plain(volume.uuid)


def _joined(volume: LogicalVolume, maps: dict[tuple[str, str], BlockDevice], *, part: bool) -> LogicalVolume:
    """An LV with its device; of a part an inner layer is its device, of a volume only the map itself."""
    device = maps.get(_identity(volume))
    if device is None or not (part or _is_plain(device)):
        return volume
    return replace(volume, device=device.name, active=True, suspended=device.suspended)


def _from_map(device: BlockDevice, name: str, group: VolumeGroup, uuid: str) -> LogicalVolume:
    return LogicalVolume(
        name=name,
        volume_group=group.name,
        vg_uuid=group.uuid,
        uuid=uuid,
        size=device.size,
        path=f"/dev/{group.name}/{name}",
        device=device.name,
        active=True,
        suspended=device.suspended,
    )


def _group_over(
    device: BlockDevice, by_name: dict[str, BlockDevice], groups: dict[str, VolumeGroup]
) -> VolumeGroup | None:
    """The VG of a PV by the LVs that stand on it, or None when none is active."""
    for holder in device.holders:
        match = _MAP_UUID.match(by_name[holder].map_uuid) if holder in by_name else None
        if match is not None:
            name = names_of_map(by_name[holder].map_name)[0]
            return groups.get(match[1], VolumeGroup(name, dashed(match[1])))
    return None
