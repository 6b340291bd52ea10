"""The rungs in the middle: LVM's three layers."""

from collections.abc import Iterable

from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup
from tui.storage.size import size_words
from tui.storage.stacks.device_rungs import degraded_words
from tui.storage.stacks.ladder import Ladder
from tui.storage.stacks.redundancy import degraded_below, is_partial, unavailable_volumes, works_without
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.words import translate as _


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
    if health is Health.BAD and lower and _goes_on(ladder.inventory, group):
        health, reason = Health.DEGRADED, _("A PV is lost; every volume works without it.")
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


def _goes_on(inventory: Inventory, group: VolumeGroup) -> bool:
    """Whether every LV of a group that is concerned by a lost PV is an array that works without it."""
    volumes = inventory.volumes_of(group)
    concerned = [
        volume for volume in volumes if is_partial(volume) or degraded_below(inventory, volume.device)
    ]
    devices = [device for volume in volumes if (device := inventory.device(volume.device)) is not None]
    return (
        bool(concerned)
        and not unavailable_volumes(inventory, group)
        and all(device.answers for device in devices)
    )


def _physical(ladder: Ladder, volume: PhysicalVolume) -> Rung:
    health, reason = physical_health(volume, answers=ladder.answers(volume.device))
    lower = ladder.below((volume.device,))
    detail = (
        size_words(volume.size or volume.device_size) if volume.size or volume.device_size else "",
        _("{size} free").format(size=size_words(volume.free)) if volume.free else "",
    )
    key = f"pv:{volume.uuid or volume.path}"
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
    if device is not None and health in {Health.GOOD, Health.BAD} and works_without(ladder.inventory, volume):
        health, reason = Health.DEGRADED, degraded_words(degraded_below(ladder.inventory, device.name)[0])
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
    if device is not None and device.raid is not None and device.raid.degraded and device.answers:
        return Health.DEGRADED, degraded_words(device)
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
