"""A part of an inventory, read quickly, for checks that are made right before a change."""

from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup
from tui.storage.probe.devices.blocks import read_blocks
from tui.storage.probe.devices.lvm import read_volumes
from tui.storage.probe.devices.multipath import multipath_maps
from tui.storage.probe.devices.places import DevicePlaces
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.memory import Memory
from tui.storage.probe.mounts.escapes import escape
from tui.storage.probe.mounts.mounts import parse_mountinfo, read_mounts, read_swaps
from tui.storage.probe.reading import names, text


def look_at_devices(host: Host, memory: Memory | None = None) -> Inventory:
    """Sessions, LUNs, block devices, maps, mounts and swap, from files: no disk is touched.

    One command is run where there are RAID LVs (`probe.devices.raid`). Everything else in the inventory is
    empty and says nothing.

    Args:
        host: the machine.
        memory: what earlier looks read; without one, as before a change, everything is read.
    """
    memory = memory or Memory()
    sessions, luns = read_sessions(host, memory)
    blocks = read_blocks(host, sessions, luns, memory)
    devices = blocks.devices
    places = memory.same("places", (devices,), lambda: DevicePlaces(devices))
    # Nobody asks here how full a file system is, and asking could hang.
    mounts = read_mounts(host, places, frozenset(device.name for device in devices))
    return Inventory(
        host=host.name,
        taken_at=host.now(),
        root=host.is_root,
        sessions=sessions,
        luns=luns,
        devices=devices,
        multipath_maps=memory.same("maps", (devices, luns), lambda: multipath_maps(devices, luns)),
        filesystems=blocks.filesystems,
        mounts=mounts,
        swaps=read_swaps(host, places, mounts),
    )


def look_at_volumes(host: Host) -> Inventory:
    """The same with LVM's report: one command more."""
    seen = look_at_devices(host)
    volumes = read_volumes(host, seen.devices, installed=True, root=True)
    return replace(
        seen,
        physical_volumes=volumes.physical,
        volume_groups=volumes.groups,
        logical_volumes=volumes.logical,
        volume_parts=volumes.parts,
        lvm=volumes.reading,
    )


def group_named(inventory: Inventory, name: str, uuid: str = "") -> VolumeGroup | None:
    """The volume group with that name, and that UUID where one is known; None also where several have it."""
    found = inventory.groups_named(name, uuid)
    return found[0] if len(found) == 1 else None


def device_behind(host: Host, inventory: Inventory, path: str) -> BlockDevice | None:
    """The block device that a path leads to now, its links followed; None when it leads to none."""
    name = DevicePlaces(inventory.devices).at(host, path)
    return inventory.device(name) if name else None


def mounted_elsewhere(host: Host, numbers: frozenset[str], paths: frozenset[str]) -> tuple[str, ...]:
    """Where containers and services with mount tables of their own have mounted one of the devices.

    Args:
        host: the host.
        numbers: `MAJOR:MINOR` of the device and of all that stands on it.
        paths: their names below /dev, for file systems with numbers of their own (btrfs).
    """
    # A file system that names its device itself, such as btrfs, leaves a `#` as it is (show_devname).
    written = {form for path in paths for form in (escape(path), escape(path).replace(r"\043", "#"))}
    marks = tuple(f" {mark} " for mark in (*numbers, *written))
    found: dict[str, None] = {}
    seen: set[str] = {host.resolve("/proc/self/ns/mnt")}
    for process in names(host, "/proc"):
        if not process.isdigit():
            continue
        space = host.resolve(f"/proc/{process}/ns/mnt")
        if space in seen:
            continue
        seen.add(space)
        # Every service may have a table of its own, and few of their lines can be meant.
        table = text(host, f"/proc/{process}/mountinfo").split("\n")
        near = "\n".join(raw for raw in table if any(mark in raw for mark in marks))
        for line in parse_mountinfo(near):
            if line.number in numbers or line.mount.source in paths:
                found[f"{line.mount.target} (process {process})"] = None
    return tuple(found)
