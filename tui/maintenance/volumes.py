"""More volumes: every change of a volume group as a proposal, with what speaks against it said first."""

from tui.maintenance.proposal import Proposal, way_back_of
from tui.storage.changing.plan import Plan
from tui.storage.devices.contents import Contents
from tui.storage.devices.identity import identity_of, luns_below
from tui.storage.devices.sector_sizes import mixed_sectors_problem
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup, VolumeKind
from tui.storage.operations.boot.fstab_entry import RemoveFstabEntry
from tui.storage.operations.filesystem.signatures import WipeSignatures
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume
from tui.storage.operations.lvm.merge_snapshot import MergeSnapshot
from tui.storage.operations.lvm.move_data import MoveData
from tui.storage.operations.lvm.physical_volume import CreatePhysicalVolume, RemovePhysicalVolume
from tui.storage.operations.lvm.snapshot import CreateSnapshot
from tui.storage.operations.lvm.thin import CreateThinPool, CreateThinVolume, RemoveThinPool
from tui.storage.operations.lvm.volume_group import ExtendVolumeGroup, ReduceVolumeGroup
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


def free_disks(inventory: Inventory) -> tuple[BlockDevice, ...]:
    """Disks of sessions, or maps over them, that nothing is known to be on: they may join a group."""
    labelled = {
        physical_volume.device
        for physical_volume in inventory.physical_volumes
        if physical_volume.volume_group
    }
    return tuple(
        device
        for device in inventory.devices
        if device.kind in (BlockKind.DISK, BlockKind.MULTIPATH)
        and device.answers
        and device.size
        and not device.read_only
        and device.name not in labelled
        and device.content in ("", "LVM2_member")
        and not (device.holders or device.partitions or device.partition_table or device.multipath_member)
        and inventory.map_over(device.name) is None
        and not inventory.is_in_use(device.name)
        and luns_below(inventory, device)
    )


def add_disk(
    inventory: Inventory, group: VolumeGroup, device: BlockDevice, found: Contents | None = None
) -> Proposal:
    """Add a disk to a group; what is not empty is erased first, and has to be confirmed.

    Args:
        inventory: the host.
        group: the group.
        device: the disk.
        found: what is on it, as it was just read; None where nobody looked: then it is added if it is empty.
    """
    identity = identity_of(inventory, device)
    label = any(physical_volume.device == device.name for physical_volume in inventory.physical_volumes)
    erased = found is not None and found.refusal is None and not found.empty
    steps: tuple[Operation, ...] = () if label else (CreatePhysicalVolume(identity, over=erased),)
    if found is not None and erased and not label:
        steps = (WipeSignatures(identity, found.signatures, found.partitions), *steps)
    steps += (ExtendVolumeGroup(group.name, (identity,)),)
    members = sum(
        physical_volume.volume_group == group.name for physical_volume in inventory.physical_volumes
    )
    return _proposal(
        _("Add {path} to {group}").format(path=clean(device.path, 60), group=clean(group.name, 60)),
        steps,
        _("The VG gets the disk's {size} as free space.").format(size=size_words(device.size)),
        notes=(
            _(
                "From then on the VG needs all of its {count} PVs: if one is missing at boot, "
                "none of its LVs is activated."
            ).format(count=members + 1),
        ),
        refusal=_other_sectors(inventory, group, device)
        or (found.refusal if found is not None and not label else None),
        yes=_("Add"),
    )


def _other_sectors(inventory: Inventory, group: VolumeGroup, device: BlockDevice) -> Problem | None:
    members = (inventory.device(member.device) for member in inventory.members_of(group) if member.device)
    return mixed_sectors_problem((*(member for member in members if member is not None), device))


def new_volume(group: VolumeGroup, name: str, size: int) -> Proposal:
    """Cut a volume out of a group."""
    return _proposal(
        _("Create the LV {name}").format(name=clean(name, 60)),
        (CreateLogicalVolume(group.name, name, _extents(group, size), group.uuid),),
        _("It gets {size} of the {free} free in the VG. It is empty at first.").format(
            size=size_words(_extents(group, size) * group.extent_size, group.free),
            free=size_words(group.free, _extents(group, size) * group.extent_size),
        ),
        notes=(_("The set-up (s) creates a file system on it and mounts it."),),
        yes=_("Create"),
    )


def remove_volume(inventory: Inventory, volume: LogicalVolume) -> Proposal:
    """Remove a volume, a snapshot, or an empty thin pool."""
    group = _group_of(inventory, volume)
    title = _("Remove {group}/{name}").format(
        group=clean(volume.volume_group, 60), name=clean(volume.name, 60)
    )
    if volume.kind is VolumeKind.THIN_POOL:
        return _proposal(
            title,
            (RemoveThinPool(volume.volume_group, group, volume.name),),
            _("Its space is returned to the pool."),
            yes=_("Remove"),
            refusal=_needed(inventory, volume),
        )
    device = inventory.device(volume.device) if volume.device else None
    label = f"{device.content} {device.content_label}".strip() if device is not None else ""
    origin = volume.origin
    lines = () if origin else _fstab_lines(inventory, volume)
    steps: tuple[Operation, ...] = (
        *lines,
        DestroyVolume(volume.volume_group, group, volume.name, volume.uuid, volume.size, label, origin),
    )
    return _proposal(
        title,
        steps,
        _("The state in the snapshot is lost; {origin} stays as it is.").format(origin=clean(origin, 60))
        if origin
        else _("Its space is returned to the VG. Its data is lost for good."),
        notes=(_("The line of fstab that mounts it at boot is removed first."),) if lines else (),
        yes=_("Remove"),
        refusal=_needed(inventory, volume) or _used(inventory, volume),
    )


def move_off(inventory: Inventory, source: PhysicalVolume, *, leave: bool = True) -> Proposal:
    """Empty a disk of a group while its volumes are used.

    Args:
        inventory: the host.
        source: the disk's physical volume.
        leave: take the disk out of the group and away from LVM afterwards.
    """
    device = inventory.device(source.device)
    group = inventory.group_of(source)
    title = _("Move all extents off {path}").format(path=clean(source.path, 60))
    if device is None or group is None:
        return _proposal(title, (), "", refusal=_no_disk(source))
    others = [member for member in inventory.members_of(group) if member.uuid != source.uuid]
    identity = identity_of(inventory, device)
    steps: tuple[Operation, ...] = (MoveData(group.name, group.uuid, identity),)
    if leave:
        steps += (ReduceVolumeGroup(group.name, (identity,), group.uuid), RemovePhysicalVolume(identity))
    used, room = source.size - source.free, sum(other.free for other in others)
    moving = inventory.is_moving(group)
    return _proposal(
        title,
        steps,
        _("{used} are copied to the VG's other PVs while they are in use. It may take hours.").format(
            used=size_words(used)
        ),
        notes=(
            _("All disks must stay connected. If you close the program, the copying continues."),
            *((_("Afterwards the LUN is empty and can be deleted on the array."),) if leave else ()),
        ),
        yes=_("Move"),
        refusal=None if moving or (others and room >= used) else _no_room(source, used, room, len(others)),
    )


def snapshot(inventory: Inventory, origin: LogicalVolume, name: str, size: int) -> Proposal:
    """Keep the present state of a volume; `size` bytes for what changes afterwards, 0 in a thin pool."""
    group = inventory.group_of(origin)
    extents = _extents(group, size) if group is not None and not origin.pool else 0
    step = CreateSnapshot(
        origin.volume_group, group.uuid if group else "", origin.name, origin.uuid, name, extents
    )
    device = inventory.device(origin.device) if origin.device else None
    notes = [_("A snapshot is not a backup: it is on the same disks.")]
    if extents:
        notes.append(
            _("When it is full, the snapshot becomes invalid; the volume does not. Watch its usage here.")
        )
        notes.append(
            _("While it exists, {name} cannot grow while in use.").format(name=clean(origin.name, 60))
        )
    if device is not None and device.content == "xfs":
        notes.append(_("An XFS snapshot must be mounted with the option nouuid, since it has the same UUID."))
    return _proposal(
        _("Take a snapshot of {name}").format(name=clean(origin.name, 60)),
        (step,),
        _("It keeps the present state of {name}, while {name} stays in use.").format(
            name=clean(origin.name, 60)
        ),
        notes=tuple(notes),
        yes=_("Create"),
    )


def roll_back(inventory: Inventory, chosen: LogicalVolume) -> Proposal:
    """Merge a snapshot into the volume it was taken of."""
    group = inventory.group_of(chosen)
    volumes = inventory.volumes_of(group) if group is not None else ()
    origin = next((volume for volume in volumes if volume.name == chosen.origin), None)
    title = _("Roll back {group}/{name}").format(
        group=clean(chosen.volume_group, 60), name=clean(chosen.origin or chosen.name, 60)
    )
    if group is None or origin is None:
        return _proposal(title, (), "", refusal=_no_snapshot(chosen))
    step = MergeSnapshot(group.name, group.uuid, origin.name, origin.uuid, chosen.name, chosen.uuid)
    return _proposal(
        title,
        (step,),
        _("{origin} becomes what it was when {name} was taken. It may take as long as copying it.").format(
            origin=clean(origin.name, 60), name=clean(chosen.name, 60)
        ),
        notes=(_("All disks must stay connected until it is done."),),
        yes=_("Roll back"),
        refusal=_used(inventory, origin) or _used(inventory, chosen),
    )


def thin_pool(group: VolumeGroup, name: str, size: int) -> Proposal:
    """Set space aside for thin volumes."""
    return _proposal(
        _("Create the thin pool {name}").format(name=clean(name, 60)),
        (CreateThinPool(group.name, group.uuid, name, _extents(group, size, up=False)),),
        _("Thin volumes in it use space only as they are written to."),
        notes=(
            _("When the pool is full, writes to its volumes are queued, then fail. Watch its usage."),
            _(
                "It needs the kernel module dm_thin_pool; the package thin-provisioning-tools "
                "checks it at activation."
            ),
        ),
        yes=_("Create"),
    )


def thin_volume(inventory: Inventory, pool: LogicalVolume, name: str, size: int) -> Proposal:
    """Make a volume in a pool."""
    group = inventory.group_of(pool)
    extent = group.extent_size if group is not None else 0
    size = -(-size // extent) * extent if extent else size
    others = inventory.volumes_of(group) if group is not None else ()
    promised = size + sum(volume.size for volume in others if volume.pool == pool.name)
    notes = (
        (
            _(
                "The volumes of the pool then have {promised} in total, and it has {size}: its "
                "usage must be watched."
            ).format(promised=size_words(promised, pool.size), size=size_words(pool.size, promised)),
        )
        if promised > pool.size
        else ()
    )
    return _proposal(
        _("Create the thin volume {name}").format(name=clean(name, 60)),
        (CreateThinVolume(pool.volume_group, group.uuid if group else "", pool.name, name, size),),
        _("It has a virtual size of {size} and uses space of the pool as it is written to.").format(
            size=size_words(size)
        ),
        notes=notes,
        yes=_("Create"),
    )


def _proposal(
    title: str,
    steps: tuple[Operation, ...],
    why: str,
    *,
    notes: tuple[str, ...] = (),
    yes: str = "",
    refusal: Problem | None = None,
) -> Proposal:
    plan = Plan(title, steps)
    return Proposal(plan, why, notes, refusal, yes, None if plan.loses() else way_back_of(plan))


def _extents(group: VolumeGroup, size: int, *, up: bool = True) -> int:
    if not group.extent_size:
        return 0
    return -(-size // group.extent_size) if up else size // group.extent_size


def _group_of(inventory: Inventory, volume: LogicalVolume) -> str:
    """UUID of the group of a volume."""
    group = inventory.group_of(volume)
    return group.uuid if group is not None else ""


def _fstab_lines(inventory: Inventory, volume: LogicalVolume) -> tuple[RemoveFstabEntry, ...]:
    return tuple(
        RemoveFstabEntry(entry.spec, entry.mount_point, entry.kind, entry.options, entry.pass_number)
        for entry in inventory.fstab
        if volume.device and entry.device == volume.device
    )


def _needed(inventory: Inventory, volume: LogicalVolume) -> Problem | None:
    group = inventory.group_of(volume)
    needing = [
        other.name
        for other in (inventory.volumes_of(group) if group is not None else ())
        if other.pool == volume.name or (other.origin == volume.name and not other.pool)
    ]
    if not needing:
        return None
    return Problem(
        "volume.needed",
        _("Other volumes depend on {name}: {names}.").format(
            name=clean(volume.name, 60), names=clean(enumerated(needing[:6]))
        ),
        cause=_("They would be removed too."),
        remedy=_("Remove each of them first, separately."),
    )


def _used(inventory: Inventory, volume: LogicalVolume) -> Problem | None:
    if not volume.device or not inventory.is_in_use(volume.device):
        return None
    upper = (volume.device, *(device.name for device in inventory.above(volume.device)))
    mounts = [mount.target for name in upper for mount in inventory.mounts_of(name)]
    swaps = [swap.path for swap in inventory.swaps if swap.device in upper]
    places = enumerated((*mounts, *swaps)[:3])
    return Problem(
        "volume.in-use",
        _("The volume {name} is in use: {places}.").format(
            name=clean(volume.name, 60), places=clean(places, 120) or _("another device stands on it")
        ),
        remedy=_("Disconnect it first (d): that stops its users and unmounts it."),
    )


def _no_snapshot(volume: LogicalVolume) -> Problem:
    return Problem(
        "volume.no-snapshot",
        _("{name} is not a snapshot.").format(name=clean(volume.name, 60)),
        remedy=_("Choose one of the snapshots: iscsi-console status lists them."),
    )


def _no_disk(source: PhysicalVolume) -> Problem:
    return Problem(
        "growth.disk-gone",
        _("The PV {path} is missing.").format(path=clean(source.path, 60)),
        cause=_("Its session was logged out, or the LUN was unmapped."),
        remedy=_("Repair that first: nothing can be copied from a missing disk."),
    )


def _no_room(source: PhysicalVolume, used: int, room: int, others: int) -> Problem:
    return Problem(
        "move.no-room",
        _("{used} are used on {path}; the other PVs have {room} free.").format(
            used=size_words(used, room), path=clean(source.path, 60), room=size_words(room, used)
        )
        if others
        else _("{path} is the VG's only PV.").format(path=clean(source.path, 60)),
        remedy=_("Add a disk to the VG first, or remove volumes that are no longer needed."),
    )
