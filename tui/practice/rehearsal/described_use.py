"""What is on the devices of a description: file systems, swap space, encryption, and who uses them."""

from collections.abc import Iterator
from functools import partial

from tui.maintenance.plan_reading import devices_on_luns
from tui.practice.rehearsal.description import (
    Crypt,
    Feature,
    Filesystem,
    Hold,
    Holder,
    KernelHolder,
    Mount,
    Place,
    Swap,
)
from tui.practice.rehearsal.seen import SeenHost
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Filesystem as KnownFilesystem
from tui.storage.model.users import KernelHold, Process, Users
from tui.storage.probe.devices.geometry import read_geometry
from tui.storage.probe.devices.partitions import entry_of
from tui.storage.probe.devices.sizes import filesystem_reach
from tui.storage.probe.holders.users import read_users
from tui.storage.probe.reading import whole_number
from tui.words import labelled, translate as _

_SHOWN = (KernelHold.NFS_EXPORT, KernelHold.LOOP, KernelHold.BACKSTORE)


def describe_filesystems(seen: SeenHost) -> tuple[Filesystem, ...]:
    """The file systems on LUNs, each once: of a btrfs on several devices one."""
    done: set[str] = set()
    found: list[Filesystem] = []
    for filesystem in seen.inventory.filesystems:
        if filesystem.device in done or not seen.is_on_luns(filesystem.device):
            continue
        done |= {filesystem.device, *filesystem.others}
        device = seen.inventory.device(filesystem.device)
        if device is None or _is_beneath(device):
            continue
        places = [seen.place_of(name) for name in (filesystem.device, *filesystem.others)]
        known = tuple(place for place in places if place is not None)
        if not known or len(known) < len(places):
            seen.differs(device.path, _("A device of its file system is not in the twin."))
            continue
        found += seen.all_allowed(device.path, [partial(_filesystem, seen, filesystem, device, known)])
    return tuple(found)


def _is_beneath(device: BlockDevice) -> bool:
    """Whether what udev sees on it shows through from below: a path of a map, an origin, a part."""
    return device.multipath_member or bool(device.holders)


def _filesystem(
    seen: SeenHost, filesystem: KnownFilesystem, device: BlockDevice, places: tuple[Place, ...]
) -> Filesystem:
    mount = next(iter(seen.inventory.mounts_of(device.name)), None)
    reach = filesystem_reach(seen.host, device, mount)
    geometry = read_geometry(seen.host, device)
    if reach is None:
        seen.differs(
            device.path, _("The size of its file system was not read; it is as large as its device.")
        )
    used = mount.used if mount is not None else None
    features = geometry.values if geometry is not None else ()
    return Filesystem(
        places=places,
        kind=filesystem.kind,
        uuid=filesystem.uuid,
        label=filesystem.label,
        size=reach.size if reach is not None else 0,
        used=used if used is not None or geometry is None else geometry.used,
        block=geometry.block if geometry is not None else 0,
        features=seen.all_allowed(device.path, [partial(Feature, *feature) for feature in features]),
    )


def describe_swaps(seen: SeenHost) -> tuple[Swap, ...]:
    """Swap space on LUNs, in use or not."""
    active = {swap.device: swap for swap in seen.inventory.swaps}
    found: list[Swap] = []
    for device in seen.inventory.devices:
        place = seen.place_of(device.name) if device.content == "swap" and not _is_beneath(device) else None
        if place is not None:
            swap = active.get(device.name)
            make = partial(
                Swap,
                place,
                device.content_uuid,
                device.content_label,
                swap is not None,
                swap.priority if swap is not None else -2,
            )
            found += seen.all_allowed(device.path, [make])
    return tuple(found)


def describe_crypts(seen: SeenHost) -> tuple[Crypt, ...]:
    """Encrypted devices on LUNs."""
    found: list[Crypt] = []
    for device in seen.inventory.devices:
        if device.content != "crypto_LUKS" or device.multipath_member:
            continue
        place = seen.place_of(device.name)
        if place is not None:
            found += seen.all_allowed(device.path, [partial(_crypt, seen, device, place)])
    return tuple(found)


def _crypt(seen: SeenHost, device: BlockDevice, place: Place) -> Crypt:
    upper = (seen.inventory.device(name) for name in device.holders)
    opened = next((one for one in upper if one is not None and one.kind is BlockKind.CRYPT), None)
    listed = next((entry.name for entry in seen.inventory.crypttab if entry.device == device.name), "")
    version = whole_number(entry_of(seen.host, device).properties.get("ID_FS_VERSION", "")) or 0
    if not version:
        seen.differs(device.path, _("Which version of LUKS it has was not read."))
    seen.differs(device.path, _("Its key is a stand-in."))
    name = opened.map_name if opened is not None else listed
    return Crypt(name, place, device.content_uuid, version, opened is not None)


def describe_mounts(seen: SeenHost) -> tuple[Mount, ...]:
    """What is mounted from LUNs."""
    found: list[Mount] = []
    for mount in seen.inventory.mounts:
        place = seen.place_of(mount.device) if mount.device else None
        if place is not None:
            make = partial(Mount, place, mount.target, mount.kind, mount.options, mount.root)
            found += seen.all_allowed(mount.target, [make])
    return tuple(found)


def read_holders(seen: SeenHost) -> Users:
    """Who holds what is on LUNs."""
    return read_users(seen.host, seen.inventory, (device.name for device in devices_on_luns(seen.inventory)))


def describe_holders(seen: SeenHost, users: Users) -> tuple[Holder, ...]:
    """The processes that hold something, but storage daemons and this program."""
    for unseen in users.unseen:
        seen.differs(_("who holds what"), labelled(unseen.what, unseen.why))
    others = (process for process in users.processes if not process.is_storage and not process.ours)
    return tuple(made for process in others for made in _holder(seen, process))


def _holder(seen: SeenHost, process: Process) -> Iterator[Holder]:
    name = f"{process.command} ({process.pid})"
    holds: list[Hold] = []
    for held in process.held:
        place = seen.place_of(held.device)
        if place is not None:
            path = held.path.removesuffix(" (deleted)")
            holds += seen.all_allowed(name, [partial(Hold, held.how.value, path, place)])
    if process.elsewhere:
        seen.differs(name, _("It has a mount table of its own; its stand-in has none."))
    command = process.command.split(" ")[0].rpartition("/")[2].rstrip(":")
    if holds:
        yield from seen.all_allowed(
            name, [partial(Holder, command, process.user, process.unit, tuple(holds))]
        )


def describe_kernel_holders(seen: SeenHost, users: Users) -> tuple[KernelHolder, ...]:
    """What the kernel exports or makes a disk of; mounts and swap space are described as such."""
    found: list[KernelHolder] = []
    for user in users.kernel:
        place = seen.place_of(user.device) if user.how in _SHOWN else None
        if place is not None:
            path = user.name if user.how is KernelHold.NFS_EXPORT else user.detail
            found += seen.all_allowed(user.name, [partial(KernelHolder, user.how.value, path, place)])
        elif user.how is KernelHold.NAMESPACE and not user.follows:
            seen.differs(user.name, _("A mount table of another program is not in the twin."))
    return tuple(found)
