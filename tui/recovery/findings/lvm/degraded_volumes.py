"""F54: RAID LVs that work without a leg, or whose leg is being rebuilt."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.arrays.lost_legs import below, lasting, leg_lines, rebuilding, wait_for_it
from tui.recovery.findings.repair_plans import disks_of, keep, repair
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup, is_part_name
from tui.storage.operations.arrays.raid_volume import RefreshRaidVolume, RepairRaidVolume
from tui.storage.operations.lvm.missing_disks import RemoveMissingPvs, missing_of
from tui.storage.operations.operation import Operation
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

DEGRADED = "F54.lv-degraded"


def degraded_volumes(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each RAID LV that goes on without a leg; the volumes on it stay in use throughout."""
    inventory = evidence.inventory
    for device in inventory.devices:
        if device.kind is not BlockKind.LOGICAL_VOLUME or device.raid is None or not device.raid.degraded:
            continue
        found = (*inventory.logical_volumes, *inventory.volume_parts)
        volume = next((volume for volume in found if volume.device == device.name), None)
        group = inventory.group_of(volume) if volume is not None else None
        if volume is not None and group is not None and not group.foreign and not group.shared:
            yield _finding(evidence, device, volume, group)


def _finding(evidence: Evidence, device: BlockDevice, volume: LogicalVolume, group: VolumeGroup) -> Finding:
    inventory = evidence.inventory
    raid = device.raid
    assert raid is not None
    busy = rebuilding(raid)
    name = clean(f"{group.name}/{volume.name}", 120)
    return Finding(
        DEGRADED,
        _("The RAID LV {name} is being rebuilt.").format(name=name)
        if busy
        else _("The RAID LV {name} works without {count} of its {all} legs.").format(
            name=name, count=len(raid.lost), all=len(raid.places)
        ),
        lasting(raid),
        RungKind.LOGICAL_VOLUME,
        tuple(dict.fromkeys(_rungs(evidence, device))),
        device.name,
        seen=(
            Seen(f"dmsetup status {clean(device.map_name)}", leg_lines(inventory, raid)),
            Seen(
                "lvs -a -o lv_attr,lv_health_status",
                (f"{name}: {clean(volume.attributes)} {clean(volume.health)}".rstrip(),),
            ),
        ),
        ruled_out=(
            RuledOut(
                _("maps on a disk that is gone"),
                _("The other legs hold all of its data, and it answers."),
            ),
        ),
        fixes=tuple(_fixes(evidence, device, volume, group)),
        never=(
            Never(
                _("Unmount it or deactivate it to repair it"),
                _("It works. Only its redundancy is missing, and that comes back while it is in use."),
            ),
            Never(
                _("vgreduce --removemissing --force while the disk may come back"),
                _("It removes the leg from the volume for good."),
            ),
        ),
        weight=Weight.RISK if busy else Weight.CAUSE,
        follows_if=(
            *(f"pv:{uuid}" for uuid in missing_of(inventory, group.name, group.uuid)),
            *below(inventory, raid),
        ),
    )


def _rungs(evidence: Evidence, device: BlockDevice) -> Iterator[str]:
    """The rungs of the LV itself, or of those that stand on it where it is a part of a pool."""
    names = {device.name, *(upper.name for upper in evidence.inventory.above(device.name))}
    rungs = [
        rung for stack in evidence.stacks for rung in stack.rungs if rung.kind is RungKind.LOGICAL_VOLUME
    ]
    yield from (rung.key for rung in rungs if rung.device == device.name)
    yield from (rung.key for rung in rungs if rung.device in names)


def _fixes(
    evidence: Evidence, device: BlockDevice, volume: LogicalVolume, group: VolumeGroup
) -> Iterator[Fix]:
    inventory, raid = evidence.inventory, device.raid
    assert raid is not None
    if rebuilding(raid):
        yield wait_for_it(raid)
        return
    name = clean(f"{group.name}/{volume.name}", 120)
    whole = not is_part_name(volume.name)
    if not group.missing_volumes and not inventory.lvm.left_out:
        title = _("Refresh {name}").format(name=name)
        why = _("LVM finds all of its PVs. The leg that is back is used again and brought up to date.")
        yield Fix(title, why, repair(title, why, _refresh(device, volume, group)))
        return
    yield Fix(
        _("Bring the disk back"),
        _(
            "When it is back, the leg is used again by a refresh. Nothing needs to be stopped or unmounted "
            "meanwhile."
        ),
        by_hand=(f"lvchange --refresh {clean(f'{group.name}/{volume.name}', 120)}",),
    )
    gone = missing_of(inventory, group.name, group.uuid)
    if gone and whole and _has_room(inventory, group, volume):
        yield _replace(evidence, group, volume, device, gone)
    elif gone:
        yield Fix(
            _("Replace the lost leg, if the disk never comes back"),
            _("It needs free space on a PV that has no leg of this volume yet. Add one to the VG first."),
            by_hand=(f"vgextend {clean(group.name, 60)} DEVICE", f"lvconvert --repair {name}"),
        )


def refreshing(inventory: Inventory, group: VolumeGroup) -> Iterator[RefreshRaidVolume]:
    """What has the RAID LVs of a VG use legs again that LVM finds again."""
    for volume in (*inventory.volumes_of(group), *inventory.volume_parts):
        device = inventory.device(volume.device)
        if device is not None and group.owns(volume) and device.raid is not None and device.raid.degraded:
            yield _refresh(device, volume, group)


def _refresh(device: BlockDevice, volume: LogicalVolume, group: VolumeGroup) -> RefreshRaidVolume:
    """LVM refreshes a part with the volume that it is a part of."""
    name = (volume.parent or volume.name) if is_part_name(volume.name) else volume.name
    return RefreshRaidVolume(group.name, group.uuid, name.strip("[]"), device.map_uuid)


def _has_room(inventory: Inventory, group: VolumeGroup, volume: LogicalVolume) -> bool:
    """Whether a PV without a leg of the volume has room for one; a leg is never larger than the volume."""
    used = {
        name
        for part in inventory.devices
        if part.map_name and volume.device in part.holders
        for name in part.slaves
    }
    return any(
        pv.device and pv.device not in used and not pv.missing and pv.free >= volume.size
        for pv in inventory.members_of(group)
    )


def _replace(
    evidence: Evidence, group: VolumeGroup, volume: LogicalVolume, device: BlockDevice, gone: tuple[str, ...]
) -> Fix:
    inventory = evidence.inventory
    title = _("Replace the lost leg, if the disk never comes back")
    why = _("Free space on another PV becomes the new leg; the volume stays in use.")
    steps: list[Operation] = [
        keep(evidence, (group.name,), disks_of(inventory, group)),
        RepairRaidVolume(group.name, group.uuid, volume.name, volume.uuid, device.map_uuid),
    ]
    others = [
        other
        for other in inventory.volumes_of(group)
        if other.uuid != volume.uuid and (other.health == "partial" or other.attributes.ljust(9)[8] == "p")
    ]
    if not others:
        steps.append(RemoveMissingPvs(group.name, group.uuid, gone))
    return Fix(
        title,
        why,
        repair(title, why, *steps),
        confirm=(_("Does the storage administrator say that the LUN is gone for good?"),),
    )
