"""What is on disks of LUNs that nobody uses: where LVM misses a disk, one of them may be it, overwritten."""

from functools import partial

from tui.recovery.facts import DiskContent
from tui.recovery.gathering.bounded import side_by_side
from tui.storage.host.interface import Command, Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.operations.repair_copies import HEADER_SIZE
from tui.storage.probe.devices.all_signatures import DEADLINE, probe
from tui.storage.probe.narrow import look_at_devices

_BEHIND = 8 * 1024 * 1024
"""Bytes behind the first MiB that are compared with zero."""

_MOST = 32
"""Disks that are looked at."""


def read_signatures(host: Host, end: float) -> tuple[DiskContent, ...]:
    """Look at every disk or map of a LUN that answers, that is free, and that udev calls no PV."""
    inventory = look_at_devices(host)
    free = [device for device in inventory.devices if is_free_lun(inventory, device)][:_MOST]
    answers = side_by_side({device.name: partial(_look, host, device) for device in free}, end, workers=8)
    return tuple(done.value for done in answers.values() if done.value is not None)


def _look(host: Host, device: BlockDevice) -> DiskContent:
    behind = min(_BEHIND, device.size - HEADER_SIZE)
    if behind <= 0:
        return DiskContent(device.name, probe(host, device))
    part = (f"--ignore-initial={HEADER_SIZE}:0", f"--bytes={behind}")
    outcome = host.run(Command(("cmp", "--silent", *part, device.path, "/dev/zero"), deadline=DEADLINE))
    differs = {0: False, 1: True}.get(-1 if outcome.status is None else outcome.status)
    return DiskContent(device.name, probe(host, device), differs)


def is_free_lun(inventory: Inventory, device: BlockDevice) -> bool:
    """Whether a device is a LUN, or the map over one, that answers and has no known user and no PV."""
    disks = device.slaves if device.kind is BlockKind.MULTIPATH else (device.name,)
    upper = inventory.above(device.name)
    return (
        device.kind in (BlockKind.DISK, BlockKind.MULTIPATH)
        and device.answers
        and device.size > 0
        and any(inventory.lun_on(disk) is not None for disk in disks)
        and inventory.map_over(device.name) is None
        and not device.multipath_member
        and device.content != "LVM2_member"
        and all(higher.kind is BlockKind.PARTITION for higher in upper)
        and not inventory.is_in_use(device.name)
    )
