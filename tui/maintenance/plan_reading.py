"""Everything that plans are made from besides the inventory, read at once: a capture of a host needs it.

A captured host answers only what was asked when it was captured. Without this look nobody would hold anything
on it, and no size would be known that only tools tell.
"""

import time
from collections.abc import Iterable

from tui.maintenance.disconnect_seen import services_of, unit_facts
from tui.storage.files.unit_names import crypt_unit, mount_unit
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.users import KernelHold, Users
from tui.storage.operations.crypt.luks import is_active
from tui.storage.operations.mounts.swap import room_without
from tui.storage.probe.devices.sizes import array_size, extents_start, filesystem_reach
from tui.storage.probe.holders.users import read_users

_WITHIN = 30.0
"""Seconds for all sizes together; what is not asked by then stays unknown."""


def read_for_plans(host: Host, inventory: Inventory) -> Users:
    """Ask what a disconnect and a growth of anything on LUNs would ask; return who holds what is on them.

    Nothing is opened exclusively, since whoever does the same at that moment would fail.
    """
    devices = devices_on_luns(inventory)
    users = read_users(host, inventory, (device.name for device in devices))
    unit_facts(host, services_of(users), _mount_units(inventory, devices))
    for device in devices:
        if device.kind is BlockKind.CRYPT:
            is_active(host, crypt_unit(device.map_name))
    if inventory.swaps:
        room_without(host, ())
    read_sizes(host, inventory, devices)
    return users


def devices_on_luns(inventory: Inventory) -> tuple[BlockDevice, ...]:
    """The disks of all LUNs and everything that stands on them, each once."""
    found: dict[str, BlockDevice] = {}
    for lun in inventory.luns:
        device = inventory.device(lun.disk)
        if device is not None:
            found |= {upper.name: upper for upper in (device, *inventory.above(lun.disk))}
    return tuple(found.values())


def read_sizes(host: Host, inventory: Inventory, devices: Iterable[BlockDevice]) -> None:
    """Ask the sizes that only tools tell, of devices that answer, until the time for it is over."""
    end = time.monotonic() + _WITHIN
    disks = {lun.disk for lun in inventory.luns}
    carrying = {filesystem.device for filesystem in inventory.filesystems}
    physical = {volume.device for volume in inventory.physical_volumes}
    for device in devices:
        if time.monotonic() >= end:
            return
        if device.name in disks:
            array_size(host, device)
        if device.name in physical and device.answers:
            extents_start(host, device.path)
        if device.name in carrying:
            mount = next(iter(inventory.mounts_of(device.name)), None)
            filesystem_reach(host, device, mount)


def needed_processes(users: Users) -> frozenset[int]:
    """Numbers of the processes that a capture needs: holders, and owners of mount tables of holders."""
    owners = {
        int(user.detail)
        for user in users.kernel
        if user.how is KernelHold.NAMESPACE and user.detail.isdecimal()
    }
    return frozenset({process.pid for process in users.processes} | owners)


def _mount_units(inventory: Inventory, devices: Iterable[BlockDevice]) -> tuple[str, ...]:
    names = {device.name for device in devices}
    mounts = (mount for mount in inventory.mounts if names & set(mount.devices))
    return tuple(dict.fromkeys(mount_unit(mount.target) for mount in mounts))
