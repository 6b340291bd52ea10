"""The plan that lets a stack grow: all the way up, or only the rung that lags first."""

from msgspec import Struct

from tui.maintenance.growth_sizes import Growth, Layer, Size
from tui.maintenance.proposal import Proposal
from tui.storage.changing.plan import Plan
from tui.storage.devices.identity import identity_of
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.lvm.names import volume_path
from tui.storage.model.block import BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.operations.filesystem.grow_filesystem import GrowFilesystem, not_mounted_problem
from tui.storage.operations.guards.growth_guard import paths_of
from tui.storage.operations.iscsi.rescan import RescanPaths
from tui.storage.operations.lvm.extend_logical_volume import WHOLE, ExtendLogicalVolume, why_not_extend
from tui.storage.operations.lvm.resize_physical_volume import ResizePhysicalVolume
from tui.storage.operations.multipath.resize_map import ResizeMap
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.stacks.device_rungs import LUKS
from tui.storage.untrusted import clean
from tui.words import translate as _


class Wish(Struct, frozen=True):
    """How far, and how much of the free space the volume gets.

    Attributes:
        whole: every rung up to the file system; else only the next one.
        share: percent of the group's free space; 0 leaves the volume as it is.
        size: bytes the volume should have, instead of a share; 0 when the share counts.
    """

    whole: bool = True
    share: int = WHOLE
    size: int = 0


def propose(growth: Growth, inventory: Inventory, wish: Wish) -> Proposal:
    """The plan for a wish, or why it may not be done."""
    steps = _everything(growth, inventory, wish) if wish.whole else _next_step(growth, inventory, wish)
    title = (
        _("Grow {name}") if wish.whole or growth.lagging is not None else _("Ask for the size of {name}")
    ).format(name=clean(growth.subject.words, 60))
    return Proposal(
        Plan(title, steps),
        why=_why(growth, wish),
        notes=_notes(growth, inventory, wish, steps),
        refusal=_refusal(growth, inventory, wish, steps),
        yes=_("Grow") if growth.lagging is not None or wish.whole else _("Ask"),
    )


def next_words(growth: Growth) -> str:
    """What the next step is, in a sentence for a newcomer."""
    if growth.problem is not None:
        return growth.problem.summary
    lagging = growth.lagging
    if lagging is None:
        return (
            _("All sizes agree, and the array reports no more. Ask its administrator to enlarge the LUN.")
            if growth.asked
            else _("All sizes agree. If the LUN was enlarged on the array, rescan its size on every path.")
        )
    name = clean(lagging.name, 60)
    return {
        Layer.LUN: _("The kernel still has the old size of the LUN: rescan it on every path."),
        Layer.MAP: _("The paths are larger than the map {name}: resize the map."),
        Layer.PHYSICAL_VOLUME: _("{name} is larger than its PV: resize the PV (pvresize)."),
        Layer.LOGICAL_VOLUME: _("The VG has free space: give {name} as much of it as you want."),
        Layer.FILESYSTEM: _("The LV is larger than the file system at {name}: grow the file system."),
    }[lagging.layer].format(name=name)


def _everything(growth: Growth, inventory: Inventory, wish: Wish) -> tuple[Operation, ...]:
    steps: list[Operation] = []
    filesystem = _filesystem(growth)
    if filesystem is not None and _only_filesystem_lags(growth) and not growth.asked:
        # What is already larger below is used; whether the array has more is asked afterwards.
        return (filesystem,)
    steps += _rescans(growth, inventory)
    steps += _maps(growth, inventory)
    steps += _physical(growth, inventory)
    extend = _extend(growth, wish)
    if extend is not None and not (growth.asked and not _anything_below_or_free(growth)):
        steps.append(extend)
    if filesystem is not None:
        steps.append(filesystem)
    return tuple(steps)


def _next_step(growth: Growth, inventory: Inventory, wish: Wish) -> tuple[Operation, ...]:
    lagging = growth.lagging
    if lagging is None or lagging.layer is Layer.LUN:
        return tuple(_rescans(growth, inventory))
    match lagging.layer:
        case Layer.MAP:
            paths = [disk.path for disk in growth.disks if disk.name == lagging.device]
            found: list[Operation] = [
                operation for operation in _maps(growth, inventory) if operation.device.path in paths
            ]
        case Layer.PHYSICAL_VOLUME:
            volumes = [
                physical_volume.uuid
                for physical_volume in growth.physical
                if physical_volume.device == lagging.device
            ]
            found = [operation for operation in _physical(growth, inventory) if operation.uuid in volumes]
        case Layer.LOGICAL_VOLUME:
            extend = _extend(growth, wish)
            found = [extend] if extend is not None else []
        case _:
            filesystem = _filesystem(growth)
            found = [filesystem] if filesystem is not None else []
    return tuple(found)


def _rescans(growth: Growth, inventory: Inventory) -> list[RescanPaths]:
    return [
        RescanPaths(identity_of(inventory, disk), tuple(lun.disk for lun in paths_of(inventory, disk)))
        for disk in growth.disks
    ]


def _maps(growth: Growth, inventory: Inventory) -> list[ResizeMap]:
    return [
        ResizeMap(identity_of(inventory, disk), disk.map_name)
        for disk in growth.disks
        if disk.kind is BlockKind.MULTIPATH
    ]


def _physical(growth: Growth, inventory: Inventory) -> list[ResizePhysicalVolume]:
    return [
        ResizePhysicalVolume(identity_of(inventory, disk), volume.uuid, volume.volume_group, volume.vg_uuid)
        for disk in growth.disks
        for volume in growth.physical
        if volume.device == disk.name
    ]


def _extend(growth: Growth, wish: Wish) -> ExtendLogicalVolume | None:
    group, volume = growth.group, growth.volume
    if group is None or volume is None or not group.extent_size or not (wish.share or wish.size):
        return None
    extents = -(-wish.size // group.extent_size)
    return ExtendLogicalVolume(
        group.name, group.uuid, volume.name, volume.uuid, volume.size, extents, 0 if extents else wish.share
    )


def _filesystem(growth: Growth) -> GrowFilesystem | None:
    device, mount = growth.filesystem, growth.mount
    if device is None or mount is None or mount.read_only or device.content not in tuple(FilesystemKind):
        return None
    volume = growth.volume
    path = volume_path(volume.volume_group, volume.name) if volume is not None else device.path
    member = growth.reach.member if growth.reach is not None else 1
    return GrowFilesystem(path, FilesystemKind(device.content), device.content_uuid, mount.target, member)


def _lagging(growth: Growth) -> tuple[Size, ...]:
    return tuple(size for size in growth.sizes if size.lags)


def _only_filesystem_lags(growth: Growth) -> bool:
    return {size.layer for size in _lagging(growth)} == {Layer.FILESYSTEM}


def _anything_below_or_free(growth: Growth) -> bool:
    return any(size.layer is not Layer.FILESYSTEM for size in _lagging(growth))


def _refusal(
    growth: Growth, inventory: Inventory, wish: Wish, steps: tuple[Operation, ...]
) -> Problem | None:
    if growth.problem is not None:
        return growth.problem
    lagging = growth.lagging
    if lagging is None and growth.asked:
        return Problem(
            "growth.nothing-new",
            _("All sizes agree, and the array reports the same size of the LUN as before."),
            remedy=_("Ask the storage administrator to enlarge the LUN, or add a disk to the VG."),
        )
    volume = growth.volume
    wants_volume = wish.whole or (lagging is not None and lagging.layer is Layer.LOGICAL_VOLUME)
    if volume is not None and wants_volume and any(isinstance(step, ExtendLogicalVolume) for step in steps):
        problem = why_not_extend(inventory, volume) or _size_problem(growth, wish)
        if problem is not None:
            return problem
    if lagging is not None and lagging.layer is Layer.FILESYSTEM and not steps:
        return _cannot_grow(growth)
    if not steps:
        return Problem(
            "growth.nothing-chosen",
            _("There is nothing to do: none of the free space is assigned to the volume."),
            remedy=_("Choose a share of it, or a size."),
            field="share",
        )
    return None


def _size_problem(growth: Growth, wish: Wish) -> Problem | None:
    volume, group = growth.volume, growth.group
    if not wish.size or volume is None or group is None:
        return None
    room = growth.coming if wish.whole else growth.free
    if wish.size <= volume.size:
        return Problem(
            "growth.smaller",
            _("It already has {size}; volumes are not shrunk.").format(size=size_words(volume.size)),
            remedy=_("Choose a larger size."),
            field="size",
        )
    if growth.asked and wish.size > volume.size + room:
        return Problem(
            "volume.size",
            _("The volume can have at most {most}.").format(most=size_words(volume.size + room)),
            remedy=_("Choose a smaller size, enlarge the LUN, or add a disk to the VG."),
            field="size",
        )
    return None


def _cannot_grow(growth: Growth) -> Problem:
    device, mount = growth.filesystem, growth.mount
    if device is not None and mount is not None and not mount.read_only:
        return Problem(
            "growth.other-filesystem",
            _("This program cannot grow a {kind} file system.").format(kind=clean(device.content, 40)),
            remedy=_("Use its own tool."),
        )
    place = mount.target if mount is not None else ""
    return not_mounted_problem(place, read_only=mount is not None and mount.read_only)


def _why(growth: Growth, wish: Wish) -> str:
    if wish.whole:
        return _(
            "Each layer is grown to the size of the one below it, from the LUN up to the file "
            "system. Everything stays in use meanwhile."
        )
    return next_words(growth)


def _encrypted(growth: Growth, inventory: Inventory) -> list[str]:
    """What is left to a person where the volume carries a LUKS volume, which has a size of its own."""
    device = inventory.device(growth.volume.device) if growth.volume is not None else None
    if device is None or device.content != LUKS:
        return []
    upper = (inventory.device(name) for name in device.holders)
    name = next(
        (holder.map_name for holder in upper if holder is not None and holder.kind is BlockKind.CRYPT), "NAME"
    )
    return [
        _(
            "The encrypted volume on it keeps its size. Afterwards run `{command}`, and grow the file "
            "system in it."
        ).format(command=f"cryptsetup resize {clean(name, 60)}")
    ]


def _notes(growth: Growth, inventory: Inventory, wish: Wish, steps: tuple[Operation, ...]) -> tuple[str, ...]:
    notes = [_("None of this can be undone: nothing that was grown is shrunk.")]
    if all(isinstance(step, RescanPaths) for step in steps):
        notes = [_("Only the kernel's size of the LUN is updated; nothing is written.")]
    if wish.whole and growth.filesystem is not None and _filesystem(growth) is None:
        notes.append(
            _("The file system keeps its size: {reason}").format(reason=_cannot_grow(growth).summary)
        )
    notes += _encrypted(growth, inventory)
    if (
        any(isinstance(step, ExtendLogicalVolume) for step in steps)
        and 0 < wish.share < WHOLE
        and not wish.size
    ):
        notes.append(_("{share} percent of the free space stays free.").format(share=WHOLE - wish.share))
    return tuple(notes)
