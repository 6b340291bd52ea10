"""What takes an unmount back: names that last, the first place of a file system, and its options."""

from collections.abc import Iterator

from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.files.mount_options import option_problems, runtime_options
from tui.storage.model.block import BlockKind
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.operations.mounts.bind_mount import BindMount
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.operation import Operation

_FLAGS = {
    "ro",
    "nosuid",
    "nodev",
    "noexec",
    "noatime",
    "nodiratime",
    "relatime",
    "strictatime",
    "lazytime",
    "sync",
    "dirsync",
}
"""Options of a mount that every file system takes (mount(8)); others may be the kernel's own words."""


def lasting_path(inventory: Inventory, device: str) -> str:
    """The name of a device that is the same after a login and a reboot, as far as there is one.

    Args:
        inventory: the host.
        device: kernel name.
    """
    found = inventory.device(device)
    if found is None:
        return f"/dev/{device}"
    if found.kind is BlockKind.LOGICAL_VOLUME:
        volume = next((volume for volume in inventory.logical_volumes if volume.device == device), None)
        if volume is not None and inventory.is_ambiguous(volume.volume_group):
            # The path by names leads to whichever of the groups is active.
            by_uuid = f"/dev/disk/by-id/dm-uuid-{found.map_uuid}"
            return by_uuid if by_uuid in found.links else found.path
        return volume.path if volume is not None and volume.path else found.path
    if found.kind is BlockKind.DISK or found.kind is BlockKind.PARTITION:
        for beginning in ("/dev/disk/by-path/", "/dev/disk/by-id/", "/dev/disk/by-uuid/"):
            link = next((link for link in sorted(found.links) if link.startswith(beginning)), None)
            if link is not None:
                return link
    if found.kind is BlockKind.RAID:
        # md chooses md127 for an array that it does not know; the link with its UUID stays.
        return next((link for link in sorted(found.links) if "/md-uuid-" in link), found.path)
    return found.path


def primary(inventory: Inventory, device: str) -> Mount | None:
    """The mount of a device that shows all of it, of several the first; else the first of any kind."""
    mounts = inventory.mounts_of(device)
    return next((mount for mount in mounts if mount.root == "/"), mounts[0] if mounts else None)


def way_back_of_mount(inventory: Inventory, mount: Mount, first: Mount | None) -> tuple[Operation, ...]:
    """What mounts it again: the file system itself, or a further place of it; empty where neither can be.

    Args:
        inventory: the host.
        mount: what is unmounted.
        first: the mount of the same device that is mounted first.
    """
    path = lasting_path(inventory, mount.device)
    if first is None or mount == first:
        return (MountFilesystem(path, mount.target, mount.kind, _options(inventory, mount)),)
    if first.root != "/":
        return ()
    source = first.target.rstrip("/") + mount.root if mount.root != "/" else first.target
    flags = tuple(option for option in mount.options if option in _FLAGS and option not in first.options)
    return (BindMount(path, source, mount.target, mount.kind, flags),)


def unmounting_of(inventory: Inventory, mount: Mount) -> UnmountFilesystem:
    """What unmounts it, and knows how it was mounted."""
    for back in way_back_of_mount(inventory, mount, primary(inventory, mount.device)):
        match back:
            case BindMount():
                return UnmountFilesystem(back.device, mount.target, mount.kind, back.options, back.source)
            case MountFilesystem():
                return UnmountFilesystem(back.device, mount.target, mount.kind, back.options)
    return UnmountFilesystem(lasting_path(inventory, mount.device), mount.target, mount.kind, is_part=True)


def _options(inventory: Inventory, mount: Mount) -> tuple[str, ...]:
    """The options that fstab gives, else those of the running mount that mean the same anywhere."""
    for entry in inventory.fstab:
        if entry.mount_point.rstrip("/") == mount.target and entry.device == mount.device:
            options = runtime_options(entry.options)
            known = mount.kind in tuple(FilesystemKind)
            if not known or not option_problems(options, FilesystemKind(mount.kind)):
                return options
    same = [
        option
        for option in mount.options
        if option in _FLAGS or (mount.kind == "btrfs" and option.startswith("subvol="))
    ]
    return (*same, *_further_devices(inventory, mount))


def _further_devices(inventory: Inventory, mount: Mount) -> Iterator[str]:
    """The log and realtime devices that an XFS cannot be mounted without, by names that last (xfs(5))."""
    for option in mount.options if mount.kind == "xfs" else ():
        key, _equals, path = option.partition("=")
        device = inventory.device_at(path) if key in {"logdev", "rtdev"} else None
        if device is not None:
            yield f"{key}={lasting_path(inventory, device.name)}"
