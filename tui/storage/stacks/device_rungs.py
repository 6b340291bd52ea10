"""The rungs on disks: multipath maps, arrays, partitions, encrypted devices, other maps; open and closed."""

from tui.storage.model.block import BlockDevice, BlockKind, LegState, MultipathMap
from tui.storage.model.inventory import Inventory
from tui.storage.size import size_words
from tui.storage.stacks.ladder import Ladder
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.words import translate as _

LUKS = "crypto_LUKS"
"""ID_FS_TYPE of udev for a LUKS header."""
MD_MEMBER = "linux_raid_member"
"""Likewise for a device of an array of md."""

_KINDS = {
    BlockKind.PARTITION: RungKind.PARTITION,
    BlockKind.CRYPT: RungKind.CRYPT,
    BlockKind.RAID: RungKind.RAID,
}

_OTHER_MEMBERS = {
    "zfs_member": ("ZFS", "zpool status"),
    "bcache": ("bcache", "bcache-super-show"),
    "drbd": ("DRBD", "drbdadm status"),
    "ceph_bluestore": ("Ceph", "ceph-volume lvm list"),
    "VMFS_volume_member": ("VMFS", "VMware"),
}
"""Names and tools of what other programs make of a disk, by ID_FS_TYPE of udev."""


def add_device_rungs(ladder: Ladder) -> None:
    """Add a rung for every device that stands on a LUN and is not an LV: maps, partitions, encrypted devices.

    What stands on something that has no rung yet waits for the next call.
    """
    inventory = ladder.inventory
    maps = {multipath.device: multipath for multipath in inventory.multipath_maps}
    parents = {part: device.name for device in inventory.devices for part in device.partitions}
    waiting = list(dict.fromkeys((*ladder.on_device, *_maps_without_paths(inventory))))
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
            ladder.add(_other_device(ladder, device, stands_on))


def _maps_without_paths(inventory: Inventory) -> tuple[str, ...]:
    """Maps all of whose disks are gone: no LUN leads to them, and what stands on them is still in use."""
    return tuple(
        multipath.device
        for multipath in inventory.multipath_maps
        if all(inventory.device(path) is None for path in multipath.paths)
    )


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
        return Health.DEGRADED, _("Some of its paths have failed; the others carry the I/O.")
    if len(multipath.paths) == 1:
        return Health.WARN, _("It has only one path.")
    return Health.GOOD, ""


def _other_device(ladder: Ladder, device: BlockDevice, stands_on: tuple[str, ...]) -> Rung:
    health, reason = _device_health(device)
    raid = device.raid
    legs = (
        _("{good} of {all} legs").format(good=len(raid.places) - len(raid.lost), all=len(raid.places))
        if raid is not None
        else ""
    )
    detail = (
        device.name if device.map_name else "",
        size_words(device.size),
        raid.level if raid else "",
        legs,
    )
    return Rung(
        _KINDS.get(device.kind, RungKind.OTHER_DEVICE),
        lasting_key(ladder.inventory, device),
        device.map_name or device.name,
        state="open" if device.kind is BlockKind.CRYPT else device.cache_state,
        detail=tuple(word for word in detail if word),
        health=health,
        reason=reason,
        stands_on=stands_on,
        device=device.name,
        also=(f"device:{device.map_uuid or device.name}",),
    )


def lasting_key(inventory: Inventory, device: BlockDevice) -> str:
    """The key of a device's rung: of LUKS and md the UUID on the disks below, which a closed one has too."""
    lower = (inventory.device(name) for name in device.slaves)
    content = next((below for below in lower if below is not None and below.content_uuid), None)
    if content is not None and device.kind is BlockKind.CRYPT and content.content == LUKS:
        return f"crypt:{content.content_uuid}"
    if content is not None and device.kind is BlockKind.RAID and content.content == MD_MEMBER:
        return f"md:{content.content_uuid}"
    return f"device:{device.map_uuid or device.name}"


def _device_health(device: BlockDevice) -> tuple[Health, str]:
    if device.suspended:
        return Health.BAD, _("The map is suspended: its I/O is queued.")
    if device.raid is not None and not device.raid.works:
        return Health.BAD, _("Too many of its legs are lost.")
    if device.raid is not None and device.raid.degraded and device.answers:
        return Health.DEGRADED, degraded_words(device)
    if device.cache_state == "inconsistent":
        return Health.BAD, _("bcache ran without a cache that held newer data: it may be outdated.")
    if device.lost_slaves and device.raid is None:
        return Health.BAD, _("A disk below it is gone.")
    return (Health.GOOD, "") if device.answers else (Health.BAD, _("The disk below does not answer."))


def degraded_words(device: BlockDevice) -> str:
    """What an array goes on without, in a sentence."""
    raid = device.raid
    if raid is None:
        return ""
    lost, places = len(raid.lost), len(raid.places)
    if any(leg.state is LegState.REBUILDING for leg in raid.lost) and raid.done is not None:
        return _("It works; legs being rebuilt: {count} of {all} ({percent} %).").format(
            count=lost, all=places, percent=raid.done
        )
    return _("It works without {count} of its {all} legs.").format(count=lost, all=places)


def add_closed_layers(ladder: Ladder) -> None:
    """Add a rung for each LUKS volume that is not open and each array of md that is not assembled."""
    inventory = ladder.inventory
    arrays: dict[str, list[str]] = {}
    for name, key in tuple(ladder.on_device.items()):
        device = inventory.device(name)
        if device is None or device.multipath_member or inventory.map_over(name) is not None:
            continue
        upper = {found.kind for holder in device.holders if (found := inventory.device(holder)) is not None}
        if device.content == LUKS and BlockKind.CRYPT not in upper:
            ladder.add(_closed(inventory, device, key))
        elif device.content == MD_MEMBER and BlockKind.RAID not in upper:
            arrays.setdefault(device.content_uuid, []).append(key)
        elif device.content in _OTHER_MEMBERS and not upper:
            ladder.add(_member(device, key))
    for uuid, lower in arrays.items():
        # A leg that was failed or removed stands beside the array that works without it.
        if f"md:{uuid}" not in ladder.rungs:
            ladder.add(
                Rung(
                    RungKind.RAID,
                    f"md:{uuid}",
                    uuid,
                    health=Health.ABSENT,
                    reason=_("The array is not assembled (mdadm --assemble)."),
                    stands_on=tuple(lower),
                )
            )


def _member(device: BlockDevice, lower: str) -> Rung:
    """A part of what this program does not read: it says what, so that the disk does not look unused."""
    word, tool = _OTHER_MEMBERS[device.content]
    return Rung(
        RungKind.OTHER_DEVICE,
        f"member:{device.content}:{device.content_uuid}@{lower}",
        device.content_label or device.content_uuid or word,
        detail=(word, tool),
        stands_on=(lower,),
    )


def _closed(inventory: Inventory, device: BlockDevice, lower: str) -> Rung:
    entry = next((line for line in inventory.crypttab if line.device == device.name), None)
    return Rung(
        RungKind.CRYPT,
        f"crypt:{device.content_uuid or device.name}",
        entry.name if entry is not None else device.content_uuid,
        state="closed",
        detail=("LUKS",),
        health=Health.ABSENT if entry is not None and entry.at_boot else Health.AS_WISHED,
        reason=_("It is not open, so what is in it is not visible. Line {line} of crypttab opens it.").format(
            line=entry.line
        )
        if entry is not None
        else _("It is not open, so what is in it is not visible. It has no line in crypttab."),
        stands_on=(lower,),
    )
