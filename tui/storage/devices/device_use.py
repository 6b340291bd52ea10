"""Who uses a device, and so why nothing may be written to it."""

from collections.abc import Iterator

from tui.storage.devices.identity import luns_below
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_SYSTEM_MOUNTS = {"/", "/boot", "/boot/efi", "/usr", "/var"}


def why_not_write(
    inventory: Inventory, device: BlockDevice, allowed_holders: tuple[str, ...] = ()
) -> Problem | None:
    """Why nothing may be written to a device, by what the kernel and udev show; None when nothing speaks
    against it.

    Args:
        inventory: the host, at least its devices, sessions, mounts and swap.
        device: the device.
        allowed_holders: kernel names of what may stand on it (the volumes of the group it belongs to).
    """  # noqa: D205 (the summary needs two lines)
    return next(_reasons(inventory, device, allowed_holders), None)


def why_not_answering(inventory: Inventory, device: BlockDevice) -> Problem | None:
    """Why a device cannot be written to whoever uses it: it is silent, has no size, or is write-protected."""
    return next(_unable(inventory, device), None)


def twins(inventory: Inventory, device: BlockDevice) -> tuple[str, ...]:
    """Other disks with the same WWID that no multipath map joins with this one (kernel names)."""
    if device.kind is not BlockKind.DISK:
        return ()
    wwids = {lun.wwid for lun in inventory.luns if lun.disk == device.name and lun.wwid}
    same = {lun.disk for lun in inventory.luns if lun.disk and lun.disk != device.name and lun.wwid in wwids}
    return tuple(sorted(same))


def _unable(inventory: Inventory, device: BlockDevice) -> Iterator[Problem]:
    path = clean(device.path)
    if not device.answers:
        yield Problem(
            "device.silent",
            _("{path} does not answer now.").format(path=path),
            cause=_silence(inventory, device),
            remedy=_("Wait until the session is logged in again, or repair it, then retry."),
        )
    if device.size == 0:
        yield Problem(
            "device.no-size",
            _("{path} has no size.").format(path=path),
            cause=_("The target shows the LUN, but no storage behind it."),
            remedy=_("Ask the storage administrator to check this LUN."),
        )
    if device.read_only:
        yield Problem(
            "device.read-only",
            _("{path} is write-protected.").format(path=path),
            cause=_("The target exports the LUN read-only, or it was set read-only on this host."),
            remedy=_("Ask the storage administrator to allow this initiator to write."),
        )


def _reasons(
    inventory: Inventory, device: BlockDevice, allowed_holders: tuple[str, ...]
) -> Iterator[Problem]:
    path = clean(device.path)
    yield from _unable(inventory, device)
    if not luns_below(inventory, device):
        yield Problem(
            "device.not-iscsi",
            _("{path} is not on an iSCSI disk.").format(path=path),
            cause=_("This program writes only to disks of this host's iSCSI sessions."),
            remedy=_("Choose one of the disks of the session."),
        )
    yield from _path_of_a_map(inventory, device)
    yield from _in_use(inventory, device)
    parts = (part for name in device.partitions if (part := inventory.device(name)) is not None)
    holders = (*device.holders, *(holder for part in parts for holder in part.holders))
    held = tuple(holder for holder in holders if holder not in allowed_holders)
    if held:
        yield Problem(
            "device.held",
            _("{path} is in use by {holders}.").format(path=path, holders=_names(inventory, held)),
            cause=_("An active volume, RAID or encrypted device uses it."),
            remedy=_("Deactivate that first, or use its content as it is."),
        )


def _silence(inventory: Inventory, device: BlockDevice) -> str:
    states = [f"{lun.disk}: {lun.state.value}" for lun in luns_below(inventory, device)]
    return _("State of its disks: {states}.").format(states=enumerated(states)) if states else ""


def _path_of_a_map(inventory: Inventory, device: BlockDevice) -> Iterator[Problem]:
    path = clean(device.path)
    joined = inventory.map_over(device.name)
    if joined is not None:
        yield Problem(
            "device.path-of-map",
            _("{path} is one path of the multipath map {map}.").format(path=path, map=clean(joined.name)),
            cause=_("Writing to a single path bypasses multipath and corrupts what is on the map."),
            remedy=_("Use /dev/mapper/{map} instead.").format(map=clean(joined.name)),
        )
    elif device.multipath_member:
        yield Problem(
            "device.path-of-map",
            _("{path} is one path of a multipath map.").format(path=path),
            cause=_("multipathd has claimed it, but the map does not exist yet."),
            remedy=_("Wait for the map below /dev/mapper and use that."),
        )
    elif others := twins(inventory, device):
        yield Problem(
            "device.twins",
            _("{path} and {others} are the same LUN (they have the same WWID).").format(
                path=path, others=enumerated(f"/dev/{name}" for name in others)
            ),
            cause=_("The LUN is reached over several portals, and multipath does not manage the paths."),
            remedy=_("Use multipath and its map, or log out of the other paths."),
        )


def _in_use(inventory: Inventory, device: BlockDevice) -> Iterator[Problem]:
    above = {device.name, *(upper.name for upper in inventory.above(device.name))}
    mounts = [mount for mount in inventory.mounts if above.intersection(mount.devices)]
    path = clean(device.path)
    system = next((mount for mount in mounts if mount.target in _SYSTEM_MOUNTS), None)
    if system is not None:
        yield Problem(
            "device.system",
            _("{path} carries {target} of this running system.").format(path=path, target=system.target),
            remedy=_("Choose another disk. This one is never written to."),
        )
    elif mounts:
        yield Problem(
            "device.mounted",
            _("{path} is in use: it is mounted at {targets}.").format(
                path=path, targets=enumerated(clean(mount.target, 60) for mount in mounts[:4])
            ),
            remedy=_("Unmount it first, or use its content as it is."),
        )
    if any(swap.device in above for swap in inventory.swaps):
        yield Problem(
            "device.swap",
            _("{path} is in use as swap space.").format(path=path),
            remedy=_("Choose another disk, or disable the swap space first (swapoff)."),
        )


def _names(inventory: Inventory, names: tuple[str, ...]) -> str:
    devices = (inventory.device(name) for name in names[:4])
    return enumerated(clean(device.path, 60) for device in devices if device is not None) or enumerated(names)
