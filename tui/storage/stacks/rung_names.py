"""What people type to name a layer, besides its key."""

from collections.abc import Iterator

from tui.storage.model.inventory import Inventory
from tui.storage.stacks.rung import Rung, RungKind


def names_of(rung: Rung, inventory: Inventory) -> Iterator[str]:
    """Its name, `IQN/LUN`, `VG/LV`, WWID, or the path of its device."""
    yield rung.name
    if rung.kind is RungKind.LUN:
        yield f"{rung.target}/{rung.name}"
        lun = inventory.lun_on(rung.device) if rung.device else None
        if lun is not None and lun.wwid:
            yield lun.wwid
    device = inventory.device(rung.device) if rung.device else None
    if device is not None and rung.kind not in {RungKind.FILESYSTEM, RungKind.MOUNT, RungKind.SWAP}:
        yield device.path
        yield f"/dev/{device.name}"
    if rung.kind is RungKind.LOGICAL_VOLUME:
        yield from _names_of_volume(rung, inventory)


def _names_of_volume(rung: Rung, inventory: Inventory) -> Iterator[str]:
    for volume in inventory.logical_volumes:
        if volume.name == rung.name and (not rung.device or volume.device == rung.device):
            yield f"{volume.volume_group}/{volume.name}"
            yield volume.path
