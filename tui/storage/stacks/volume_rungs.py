"""The rungs in the middle: multipath maps, partitions, other maps, and LVM's three layers."""

from collections.abc import Iterable

from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup
from tui.storage.size import size_words
from tui.storage.stacks.ladder import Ladder
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.words import translate as _

_KINDS = {BlockKind.PARTITION: RungKind.PARTITION, BlockKind.CRYPT: RungKind.CRYPT}


def add_device_rungs(ladder: Ladder) -> None:
    """Add a rung for every device that stands on a LUN and is not an LV: maps, partitions, encrypted devices.

    What stands on something that has no rung yet waits for the next call.
    """
    inventory = ladder.inventory
    maps = {multipath.device: multipath for multipath in inventory.multipath_maps}
    parents = {part: device.name for device in inventory.devices for part in device.partitions}
    waiting = list(ladder.on_device)
    seen = set(waiting)
    for name in waiting:
        device = inventory.device(name)
        for upper in (*device.partitions, *device.holders) if device is not None else ():
            if upper not in seen:
                seen.add(upper)
                waiting.append(upper)
    for name in waiting:
        device = inventory.device(name)
        if device is None or name in ladder.on_device or device.kind is BlockKind.LOGICAL_VOLUME:
            continue
        if any(slave in seen and slave not in ladder.on_device for slave in device.slaves):
            continue
        if name in maps:
            ladder.add(_multipath(ladder, maps[name], device))
        elif stands_on := ladder.below((*device.slaves, parents.get(name, ""))):
            ladder.add(_other_device(device, stands_on))


def add_volume_rungs(ladder: Ladder) -> None:
    """Add the PVs on those devices, their VGs with every LV, and VGs whose disks are gone.

    May be called again when more devices have rungs: a PV on an encrypted LV is found then.
    """
    inventory = ladder.inventory
    volumes = [volume for volume in inventory.physical_volumes if volume.device in ladder.on_device]
    wanted = _keys(inventory, volumes)
    local = _keys(inventory, (volume for volume in inventory.physical_volumes if volume.device)) - wanted
    chosen = wanted | (_groups_of_lost_disks(inventory) - local)
    on_group: dict[str, list[str]] = {}
    for volume in inventory.physical_volumes:
        group = inventory.group_of(volume)
        owner = group_key(group) if group is not None else ""
        if volume.device in ladder.on_device or (owner in chosen and not volume.device):
            rung = _physical(ladder, volume)
            key = rung.key if rung.key in ladder.rungs else ladder.add(rung)
            on_group.setdefault(owner, []).append(key)
    for group in inventory.volume_groups:
        if group_key(group) in chosen and group_key(group) not in ladder.rungs:
            _add_group(ladder, group, tuple(on_group.pop(group_key(group), ())))


def _keys(inventory: Inventory, members: Iterable[PhysicalVolume | LogicalVolume]) -> set[str]:
    """The keys of the VGs that PVs or LVs are of."""
    groups = (inventory.group_of(member) for member in members)
    return {group_key(group) for group in groups if group is not None}


def _groups_of_lost_disks(inventory: Inventory) -> set[str]:
    """Keys of VGs that miss a PV, or whose active LVs stand on a disk that is gone."""
    missing = (volume for volume in inventory.physical_volumes if volume.missing)
    devices = ((volume, inventory.device(volume.device)) for volume in inventory.logical_volumes)
    cut_off = (volume for volume, device in devices if device is not None and device.lost_slaves)
    return _keys(inventory, (*missing, *cut_off))


def group_key(group: VolumeGroup) -> str:
    """The key of a VG's rung: its UUID."""
    return f"vg:{group.uuid or group.name}"


def volume_key(group: VolumeGroup, volume: LogicalVolume) -> str:
    """The key of an LV's rung: the UUIDs of its VG and of itself, which a clone of the VG has too."""
    return f"lv:{group_key(group)}/{volume.uuid or volume.name}"


def _add_group(ladder: Ladder, group: VolumeGroup, lower: tuple[str, ...]) -> None:
    waiting = any(ladder.rungs[key].health is Health.BAD for key in lower)
    health, reason = group_health(group, waiting=waiting, lower=len(lower))
    detail = (
        size_words(group.size) if group.size else "",
        _("{size} free").format(size=size_words(group.free)) if group.free else "",
    )
    key = ladder.add(
        Rung(
            RungKind.VOLUME_GROUP,
            group_key(group),
            group.name,
            detail=tuple(word for word in detail if word),
            health=health,
            reason=reason,
            stands_on=lower,
            also=(f"vg-name:{group.name}",),
        )
    )
    for volume in ladder.inventory.volumes_of(group):
        ladder.add(_logical(ladder, volume, group, key))


def _multipath(ladder: Ladder, multipath: MultipathMap, device: BlockDevice) -> Rung:
    health, reason = multipath_health(multipath, device)
    paths = _("{good} of {all} paths").format(good=len(multipath.good_paths), all=len(multipath.paths))
    return Rung(
        RungKind.MULTIPATH,
        f"multipath:{multipath.wwid or multipath.name}",
        multipath.name,
        detail=(multipath.device, size_words(multipath.size), paths),
        health=health,
        reason=reason,
        stands_on=ladder.below(multipath.paths),
        device=multipath.device,
    )


def multipath_health(multipath: MultipathMap, device: BlockDevice) -> tuple[Health, str]:
    """How well a multipath map holds."""
    if device.suspended:
        return Health.BAD, _("The map is suspended: its I/O is queued.")
    if not multipath.good_paths or not device.answers:
        return Health.BAD, _("All of its paths have failed.")
    if len(multipath.good_paths) < len(multipath.paths):
        return Health.WARN, _("Some of its paths have failed; the others carry the I/O.")
    if len(multipath.paths) == 1:
        return Health.WARN, _("It has only one path.")
    return Health.GOOD, ""


def _other_device(device: BlockDevice, stands_on: tuple[str, ...]) -> Rung:
    health, reason = _device_health(device)
    return Rung(
        _KINDS.get(device.kind, RungKind.OTHER_DEVICE),
        f"device:{device.map_uuid or device.name}",
        device.map_name or device.name,
        detail=(device.name, size_words(device.size)),
        health=health,
        reason=reason,
        stands_on=stands_on,
        device=device.name,
    )


def _device_health(device: BlockDevice) -> tuple[Health, str]:
    if device.suspended:
        return Health.BAD, _("The map is suspended: its I/O is queued.")
    if device.lost_slaves:
        return Health.BAD, _("A disk below it is gone.")
    return (Health.GOOD, "") if device.answers else (Health.BAD, _("The disk below does not answer."))


def _physical(ladder: Ladder, volume: PhysicalVolume) -> Rung:
    health, reason = physical_health(volume, answers=ladder.answers(volume.device))
    lower = ladder.below((volume.device,))
    detail = (
        size_words(volume.size or volume.device_size) if volume.size or volume.device_size else "",
        _("{size} free").format(size=size_words(volume.free)) if volume.free else "",
    )
    key = f"pv:{volume.uuid}"
    return Rung(
        RungKind.PHYSICAL_VOLUME,
        f"{key}@{volume.path}" if volume.duplicate and not volume.size else key,
        volume.path,
        detail=tuple(word for word in detail if word),
        health=health,
        reason=reason,
        stands_on=lower,
        also=(f"pv-path:{volume.path}",),
    )


def physical_health(volume: PhysicalVolume, *, answers: bool) -> tuple[Health, str]:
    """How well a PV holds; `answers` says that its device is there and can be read."""
    if volume.missing or not volume.device:
        return Health.BAD, _("LVM expects this PV and does not find it.")
    if not answers:
        return Health.BAD, _("Its disk does not answer.")
    if volume.duplicate:
        return Health.WARN, _(
            "Another disk has the same PV UUID: LVM refuses changes until one of them is removed."
        )
    return Health.GOOD, ""


def group_health(group: VolumeGroup, *, waiting: bool, lower: int) -> tuple[Health, str]:
    """How well a VG holds.

    Args:
        group: the VG.
        waiting: some of its PVs do not hold.
        lower: how many PVs it stands on here.
    """
    if group.missing_volumes or group.partial or not lower:
        return Health.BAD, _("Some of its PVs are missing.")
    if waiting:
        return Health.BAD, _("Some of its PVs do not answer.")
    if group.foreign:
        return Health.WARN, _("It belongs to another host, by its system ID.")
    if group.exported:
        return Health.WARN, _("It is exported: LVM does not use it until it is imported (vgimport).")
    if group.shared:
        return Health.WARN, _("It is shared with other hosts by a lock manager.")
    return Health.GOOD, ""


def _logical(ladder: Ladder, volume: LogicalVolume, group: VolumeGroup, lower: str) -> Rung:
    device = ladder.inventory.device(volume.device)
    health, reason = logical_health(volume, device)
    return Rung(
        RungKind.LOGICAL_VOLUME,
        volume_key(group, volume),
        volume.name,
        state="active" if volume.active else "",
        detail=tuple(word for word in (volume.device, size_words(volume.size)) if word),
        health=health,
        reason=reason,
        stands_on=(lower,),
        device=volume.device,
        also=(f"lv-name:{volume.volume_group}/{volume.name}",),
    )


def logical_health(volume: LogicalVolume, device: BlockDevice | None) -> tuple[Health, str]:
    """How well an LV holds. That it is active says only that its table is loaded; its disks decide."""
    if volume.suspended or (device is not None and device.suspended):
        return Health.BAD, _("It is suspended: its I/O is queued.")
    if device is not None and device.lost_slaves:
        return Health.BAD, _("It is active, but a disk below it is gone.")
    if device is not None and not device.answers:
        return Health.BAD, _("A disk below does not answer.")
    if volume.health in {"partial", "failed"}:
        return Health.BAD, _("A part of it is on a missing PV.")
    if volume.health:
        return Health.WARN, _("LVM reports: {words}.").format(words=volume.health)
    if not volume.active:
        return Health.ABSENT, _("It is not active, so it has no device node.")
    return Health.GOOD, ""
