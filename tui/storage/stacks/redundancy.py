"""What goes on although a part of it is lost: arrays, and all that stands on them."""

from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup


def degraded_below(inventory: Inventory, name: str) -> tuple[BlockDevice, ...]:
    """The arrays at or below a device (kernel name) that work without some legs, the nearest first."""
    found: dict[str, BlockDevice] = {}
    waiting, seen = [name], {name}
    while waiting:
        device = inventory.device(waiting.pop(0))
        if device is None:
            continue
        if device.raid is not None and device.raid.degraded:
            found[device.name] = device
        fresh = [lower for lower in device.slaves if lower not in seen]
        seen.update(fresh)
        waiting += fresh
    return tuple(found.values())


def works_without(inventory: Inventory, volume: LogicalVolume) -> bool:
    """Whether an LV answers because an array makes up for the part of it that is lost."""
    device = inventory.device(volume.device)
    return device is not None and device.answers and bool(degraded_below(inventory, device.name))


def unavailable_volumes(inventory: Inventory, group: VolumeGroup) -> tuple[LogicalVolume, ...]:
    """The LVs of a VG of which LVM says that a part is missing, and that do not work without it."""
    return tuple(
        volume
        for volume in inventory.volumes_of(group)
        if is_partial(volume) and not works_without(inventory, volume)
    )


def is_partial(volume: LogicalVolume) -> bool:
    """Whether LVM says that a part of an LV is on a missing PV (lv_health_status, or lv_attr; lvs(8))."""
    return volume.health == "partial" or volume.attributes.ljust(9)[8] == "p"
