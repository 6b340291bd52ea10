"""LVM's own report, asked for in a way that cannot hang, and completed by what the kernel shows.

One call of `lvm fullreport` tells of VGs, PVs and LVs together (measured: one fork of 70 ms instead of
three). It is always made: udev's database says which disks carried a PV when udev last looked, but another
host may have written since, and an answer that steers pvcreate must come from the disk.

Disks that would block their reader are withheld with --devices (LVM 2.03.12). What LVM then cannot see
is filled in from udev and the device-mapper, and marked in `LvmReading.left_out`.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from tui.storage.host.interface import Command, Host, Outcome
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup
from tui.storage.probe.reading import whole_number
from tui.storage.untrusted import clean_lines
from tui.words import translate as _

DEADLINE = 20.0
"""Seconds LVM gets. It opens every disk, so a host with a thousand needs some."""

_REPORT = ("lvm", "fullreport")

_FIELDS = {
    "vg": "vg_name,vg_uuid,vg_size,vg_free,vg_extent_size,vg_missing_pv_count,vg_partial,vg_exported,"
    "vg_systemid,vg_shared,vg_clustered,vg_lock_type,vg_autoactivation",
    "pv": "pv_name,pv_uuid,vg_name,pv_size,pv_free,dev_size,pv_missing,pv_exported",
    "lv": "lv_name,vg_name,lv_uuid,lv_size,lv_path,lv_attr,lv_health_status,lv_skip_activation,pool_lv,"
    "origin",
    "pvseg": "pvseg_start",
    "seg": "seg_start",
}

_DUPLICATE = re.compile(r"Not using device (\S+) for PV (\S+?)\.?$", re.MULTILINE)
_SYSTEM_ID = re.compile(r"^\s*system ID: (\S+)", re.MULTILINE)
_SINGLE_DASH = re.compile(r"(?<!-)-(?!-)")
_MAP_UUID = re.compile(r"^LVM-(\w{32})(\w{32})(-.*)?$")
_UNKNOWN_OPTION = 3
"""LVM's status for a command line it does not know (tools/errors.h)."""

_NOTICE = re.compile(r"^\s*(WARNING|Cannot access VG|Device not found)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Volumes:
    """LVM's three layers."""

    physical: tuple[PhysicalVolume, ...] = ()
    groups: tuple[VolumeGroup, ...] = ()
    logical: tuple[LogicalVolume, ...] = ()
    reading: LvmReading = LvmReading()


def report_command(allowed: Iterable[str] | None = None) -> Command:
    """The call; `allowed` are the only paths it may open, or None for all that LVM would."""
    argv = [*_REPORT, "--foreign", "--shared", "--nohints"]
    argv += ["--reportformat", "json", "--units", "b", "--nosuffix", "--binary"]
    for report, fields in _FIELDS.items():
        argv += ["--configreport", report, "-o", fields]
    for path in allowed or ():
        argv += ["--devices", path]
    return Command(tuple(argv), deadline=DEADLINE)


def is_report(command: Command) -> bool:
    """Whether a command is the call that `report_command` makes, for whichever disks."""
    return command.argv[: len(_REPORT)] == _REPORT


def parse_report(stdout: str, stderr: str) -> Volumes:
    """Read the report (format `json`: every value is a string) and the warnings beside it and in it.

    With `json` LVM prints what it has to say while it reads the disks, and puts what it says of a group
    into the list `log` of the document instead (lvmreport(7), command log).

    Raises:
        ValueError: the text is no such report.
    """
    document = json.loads(stdout)
    reports = document.get("report") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(reports, list):
        raise ValueError("no report")  # noqa: TRY004 (the text is wrong, not the caller's type)
    said = "\n".join((stderr, *(row.get("log_message", "") for row in _rows([document], "log"))))
    groups = tuple(_group(row) for row in _rows(reports, "vg"))
    listed = [_physical(row) for row in _rows(reports, "pv") if row.get("pv_uuid")]
    doubled = {match[2] for match in _DUPLICATE.finditer(said)}
    listed = [replace(volume, duplicate=volume.uuid in doubled) for volume in listed]
    others = [PhysicalVolume(match[1], "", match[2], duplicate=True) for match in _DUPLICATE.finditer(said)]
    logical = tuple(
        _logical(row) for row in _rows(reports, "lv") if not row.get("lv_name", "").startswith("[")
    )
    notices = "\n".join(line for line in said.split("\n") if _NOTICE.match(line))
    return Volumes((*listed, *others), groups, logical, LvmReading(asked=True, warnings=clean_lines(notices)))


def parse_system_id(output: str) -> str:
    """This host's own system id from `lvm systemid`, or empty when it has none."""
    match = _SYSTEM_ID.search(output)
    return match[1] if match is not None else ""


def read_volumes(host: Host, devices: Iterable[BlockDevice], *, installed: bool, root: bool) -> Volumes:
    """LVM's layers of a host, as far as they can be seen without waiting for a disk. Never raises.

    Args:
        host: the machine.
        devices: its block devices, with `answers` marked.
        installed: the tool `lvm` is there.
        root: this user may ask it.
    """
    found = tuple(devices)
    withheld = tuple(device.name for device in found if not device.answers)
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


def complete(volumes: Volumes, devices: tuple[BlockDevice, ...]) -> Volumes:
    """Join the report with the kernel's devices, and add what the report does not show.

    A PV that LVM could not see because its disk was withheld is not missing. A PV that only udev knows and
    LVs and VGs that only the device-mapper knows are added with what is known of them: names, identity,
    size.
    """
    report = _without_withheld(volumes, devices)
    actives = _active_volumes(devices)
    by_path = {path: device for device in devices for path in _paths(device)}
    by_name = {device.name: device for device in devices}
    group_uuids = {group.name: group.uuid for group in report.groups}
    logical = [
        _joined(volume, group_uuids.get(volume.volume_group, ""), actives) for volume in report.logical
    ]
    # A volume's UUID alone does not name it: vgimportclone(8) leaves a clone those of the original.
    known = {
        (_plain(group.uuid), _plain(volume.uuid))
        for volume in logical
        for group in report.groups
        if group.name == volume.volume_group
    }
    groups = {_plain(group.uuid): group for group in report.groups}
    for (group_uuid, volume_uuid), device in actives.items():
        group_name, volume_name = names_of_map(device.map_name)
        groups.setdefault(group_uuid, VolumeGroup(group_name, dashed(group_uuid)))
        if (group_uuid, volume_uuid) not in known:
            group_name = groups[group_uuid].name
            logical.append(_from_map(device, volume_name, group_name, dashed(volume_uuid)))
    physical = [
        replace(volume, device=by_path[volume.path].name) if volume.path in by_path else volume
        for volume in report.physical
    ]
    if not report.reading.asked or report.reading.left_out:
        seen = {volume.uuid for volume in physical} | {""}
        hidden = set(report.reading.left_out) if report.reading.asked else set(by_name)
        physical += [
            PhysicalVolume(
                path=device.path,
                device=device.name,
                uuid=device.content_uuid,
                volume_group=_group_over(device, by_name, groups),
                device_size=device.size,
            )
            for device in devices
            if device.name in hidden and _carries_volume(device) and device.content_uuid not in seen
        ]
    return Volumes(tuple(physical), tuple(groups.values()), tuple(logical), report.reading)


def names_of_map(map_name: str) -> tuple[str, str]:
    """VG and LV of a device-mapper name: they are joined by one dash, and dashes inside them are doubled."""
    parts = _SINGLE_DASH.split(map_name, maxsplit=1)
    group, volume = parts if len(parts) == 2 else (map_name, "")
    return group.replace("--", "-"), volume.replace("--", "-")


def dashed(uuid: str) -> str:
    """LVM's way of writing its 32 characters: 6-4-4-4-4-4-6."""
    ends = (0, 6, 10, 14, 18, 22, 26, 32)
    return "-".join(uuid[start:end] for start, end in pairwise(ends))


def _paths(device: BlockDevice) -> tuple[str, ...]:
    return (*device.links, f"/dev/{device.name}", device.path)


def _plain(uuid: str) -> str:
    return uuid.replace("-", "")


def _rows(reports: list[object], kind: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for report in reports:
        found = report.get(kind) if isinstance(report, dict) else None
        listed = found if isinstance(found, list) else []
        rows += [
            {str(key): str(value) for key, value in row.items()} for row in listed if isinstance(row, dict)
        ]
    return rows


def _bytes(row: dict[str, str], key: str) -> int:
    return max(0, whole_number(row.get(key, "")) or 0)


def _physical(row: dict[str, str]) -> PhysicalVolume:
    return PhysicalVolume(
        path=row.get("pv_name", ""),
        device="",
        uuid=row.get("pv_uuid", ""),
        volume_group=row.get("vg_name", ""),
        size=_bytes(row, "pv_size"),
        free=_bytes(row, "pv_free"),
        device_size=_bytes(row, "dev_size"),
        missing=row.get("pv_missing") == "1",
        exported=row.get("pv_exported") == "1",
    )


def _group(row: dict[str, str]) -> VolumeGroup:
    lock = row.get("vg_lock_type", "")
    return VolumeGroup(
        name=row.get("vg_name", ""),
        uuid=row.get("vg_uuid", ""),
        size=_bytes(row, "vg_size"),
        free=_bytes(row, "vg_free"),
        extent_size=_bytes(row, "vg_extent_size"),
        missing_volumes=_bytes(row, "vg_missing_pv_count"),
        partial=row.get("vg_partial") == "1",
        exported=row.get("vg_exported") == "1",
        system_id=row.get("vg_systemid", ""),
        shared="1" in {row.get("vg_shared"), row.get("vg_clustered")} or lock in {"dlm", "sanlock", "idm"},
        autoactivation=row.get("vg_autoactivation", "1") != "0",
    )


def _logical(row: dict[str, str]) -> LogicalVolume:
    attributes = row.get("lv_attr", "").ljust(10, "-")
    return LogicalVolume(
        name=row.get("lv_name", ""),
        volume_group=row.get("vg_name", ""),
        uuid=row.get("lv_uuid", ""),
        size=_bytes(row, "lv_size"),
        path=row.get("lv_path", ""),
        active=attributes[4] in "asISmMdih",
        open=attributes[5] == "o",
        suspended=attributes[4] in "sSmM",
        health=row.get("lv_health_status", ""),
        attributes=row.get("lv_attr", ""),
        pool=row.get("pool_lv", ""),
        origin=row.get("origin", ""),
        skip_activation=row.get("lv_skip_activation") == "1",
    )


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
    return Volumes(reading=LvmReading(warnings=clean_lines(outcome.stderr), error=error))


def _with_foreign(host: Host, volumes: Volumes) -> Volumes:
    """Mark the VGs that belong to another host; this host's own id is asked for only when some VG has one."""
    if not any(group.system_id for group in volumes.groups):
        return volumes
    own = parse_system_id(host.run(Command(("lvm", "systemid"))).stdout)
    groups = tuple(
        replace(group, foreign=bool(group.system_id) and group.system_id != own) for group in volumes.groups
    )
    foreign = {group.name for group in groups if group.foreign}
    physical = tuple(replace(volume, foreign=volume.volume_group in foreign) for volume in volumes.physical)
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
    complete_groups: set[str] = set()
    groups: list[VolumeGroup] = []
    for group in volumes.groups:
        back = sum(volume.uuid in found and volume.volume_group == group.name for volume in volumes.physical)
        left = max(0, group.missing_volumes - back)
        if back and not left:
            complete_groups.add(group.name)
        partial = group.partial and (left > 0 or not back)
        groups.append(replace(group, missing_volumes=left, partial=partial))
    logical = tuple(
        replace(volume, health="")
        if volume.volume_group in complete_groups and volume.health == "partial"
        else volume
        for volume in volumes.logical
    )
    return Volumes(physical, tuple(groups), logical, volumes.reading)


def _active_volumes(devices: tuple[BlockDevice, ...]) -> dict[tuple[str, str], BlockDevice]:
    """The device-mapper's LVs by the uuids of VG and LV.

    A suffix on the uuid names an inner layer (`-real`, `-cow`, `-tpool`); the device without one is the LV
    itself. Of a volume that has only inner layers none is taken.
    """
    found: dict[tuple[str, str], BlockDevice] = {}
    for device in devices:
        match = _MAP_UUID.match(device.map_uuid) if device.kind is BlockKind.LOGICAL_VOLUME else None
        if match is not None and not match[3]:
            found[match[1], match[2]] = device
    return found


def _joined(
    volume: LogicalVolume, group_uuid: str, actives: dict[tuple[str, str], BlockDevice]
) -> LogicalVolume:
    device = actives.get((_plain(group_uuid), _plain(volume.uuid)))
    if device is None:
        return volume
    return replace(volume, device=device.name, active=True, suspended=device.suspended)


def _from_map(device: BlockDevice, name: str, group: str, uuid: str) -> LogicalVolume:
    return LogicalVolume(
        name=name,
        volume_group=group,
        uuid=uuid,
        size=device.size,
        path=f"/dev/{group}/{name}",
        device=device.name,
        active=True,
        suspended=device.suspended,
    )


def _group_over(device: BlockDevice, by_name: dict[str, BlockDevice], groups: dict[str, VolumeGroup]) -> str:
    """The VG of a PV by the LVs that stand on it, or empty when none is active."""
    for holder in device.holders:
        match = _MAP_UUID.match(by_name[holder].map_uuid) if holder in by_name else None
        if match is not None:
            known = groups.get(match[1])
            return known.name if known is not None else names_of_map(by_name[holder].map_name)[0]
    return ""
