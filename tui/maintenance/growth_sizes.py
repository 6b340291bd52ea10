"""The sizes of one stack side by side, and the first that lags: LUN, map, PV, LV, file system.

When a LUN is enlarged on the array, nothing on the host follows by itself. Each layer has to use the new
space after the one below it, all while it is used. `growth` compares what an inventory and a few tools tell;
`tui.maintenance.growth_plan` makes the plan.
"""

import re
from enum import StrEnum

from msgspec import Struct

from tui.maintenance.growth_targets import Subject
from tui.storage.devices.identity import luns_below
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun
from tui.storage.model.lvm import LogicalVolume, PhysicalVolume, VolumeGroup
from tui.storage.operations.guards.growth_guard import path_down, paths_of, shrunk_problem
from tui.storage.operations.guards.lvm_guard import not_ours
from tui.storage.operations.lvm.resize_physical_volume import possible_gain
from tui.storage.probe.devices.sizes import (
    DEFAULT_START,
    UNKNOWN_START,
    Reach,
    array_size,
    extents_start,
    filesystem_reach,
)
from tui.storage.probe.narrow import group_named
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_in


class Layer(StrEnum):
    """The rungs that have a size of their own, from the bottom."""

    LUN = "lun"
    MAP = "map"
    PHYSICAL_VOLUME = "physical-volume"
    LOGICAL_VOLUME = "logical-volume"
    FILESYSTEM = "filesystem"


class SizeFacts(Struct, frozen=True):
    """What only tools tell (`tui.storage.probe.devices.sizes`), as far as they could be asked.

    Attributes:
        arrays: kernel name of a disk and the bytes the array says it has.
        starts: UUID of a PV and the bytes outside of its extents, where LVM told.
        reach: how far the file system reaches, or None.
    """

    arrays: tuple[tuple[str, int], ...] = ()
    starts: tuple[tuple[str, int], ...] = ()
    reach: Reach | None = None


class Size(Struct, frozen=True):
    """One rung.

    Attributes:
        layer: which.
        name: the disk, map, volume or mount point. Raw.
        device: kernel name of what it is, or of what carries it.
        size: bytes, or None where it is unknown.
        possible: bytes it could have at once, by the layer below; None where that is unknown.
        lags: it can grow to what the layer below has.
        words: why, in a few words; empty when nothing is to be said.
        holds: it is up; False for a path that is down.
    """

    layer: Layer
    name: str
    device: str
    size: int | None
    possible: int | None = None
    lags: bool = False
    words: str = ""
    holds: bool = True


class Growth(Struct, frozen=True):
    """The rungs of one stack, from the bottom.

    Attributes:
        subject: what was asked about.
        sizes: the rungs; of several disks each has its own rungs up to the PV.
        disks: the devices under the PVs (disk or map), in the same order.
        physical: the PVs of the group.
        group: the group, or None.
        volume: the volume, or None.
        filesystem: the device that carries the file system, or None when there is none.
        mount: where it is mounted, or None.
        reach: how far it reaches, or None.
        asked: the array itself was asked, on every path.
        problem: why nothing may grow now, or None.
    """

    subject: Subject
    sizes: tuple[Size, ...]
    disks: tuple[BlockDevice, ...] = ()
    physical: tuple[PhysicalVolume, ...] = ()
    group: VolumeGroup | None = None
    volume: LogicalVolume | None = None
    filesystem: BlockDevice | None = None
    mount: Mount | None = None
    reach: Reach | None = None
    asked: bool = False
    problem: Problem | None = None

    @property
    def lagging(self) -> Size | None:
        """The first rung that lags: the next step. None when all agree."""
        return next((size for size in self.sizes if size.lags), None)

    @property
    def free(self) -> int:
        """Bytes of the group that no volume has."""
        return self.group.free if self.group is not None else 0

    @property
    def coming(self) -> int:
        """Bytes that the group will have free once every PV is as large as its LUN."""
        extent = self.group.extent_size if self.group is not None else 0
        if not extent:
            return 0
        gained = 0
        for volume in self.physical:
            below = [
                size.possible or size.size or 0
                for size in self.sizes
                if size.layer is Layer.LUN and size.device in _disks_under(self.disks, volume.device)
            ]
            if below:
                gained += max(0, (min(below) - DEFAULT_START) // extent * extent - volume.size)
        return self.free + gained


def read_facts(host: Host, inventory: Inventory, subject: Subject) -> SizeFacts:
    """Ask the tools. Only devices that answer are touched, each call has a deadline. Never raises."""
    bare = growth(inventory, subject, SizeFacts())
    disks = [
        device
        for size in bare.sizes
        if size.layer is Layer.LUN and (device := inventory.device(size.device)) is not None
    ]
    arrays = tuple((disk.name, size) for disk in disks if (size := array_size(host, disk)) is not None)
    starts = tuple(
        (volume.uuid, start)
        for volume in bare.physical
        if (device := inventory.device(volume.device)) is not None
        and device.answers
        and (start := extents_start(host, device.path)) is not None
    )
    reach = filesystem_reach(host, bare.filesystem, bare.mount) if bare.filesystem is not None else None
    return SizeFacts(arrays, starts, reach)


def growth(inventory: Inventory, subject: Subject, facts: SizeFacts) -> Growth:
    """Compare the rungs of a stack."""
    group = group_named(inventory, subject.group, subject.group_uuid) if subject.group else None
    members = inventory.members_of(group) if group is not None else ()
    physical = tuple(sorted(members, key=lambda physical_volume: physical_volume.path))
    volumes = inventory.volumes_of(group) if group is not None else ()
    volume = next((volume for volume in volumes if volume.name == subject.volume), None)
    names = [physical_volume.device for physical_volume in physical] if subject.group else [subject.device]
    if not any(names) and volume is not None and (device := inventory.device(volume.device)) is not None:
        # LVM did not answer: the kernel still knows what the volume stands on.
        names = list(device.slaves)
    disks = tuple(device for name in names if (device := inventory.device(name)) is not None)
    on_disk = {physical_volume.device: physical_volume for physical_volume in physical}
    arrays = dict(facts.arrays)
    sizes: list[Size] = []
    for disk in disks:
        paths = paths_of(inventory, disk)
        sizes += _of_paths(paths, arrays)
        if disk.kind is BlockKind.MULTIPATH:
            sizes.append(_of_map(disk, paths))
        if group is not None and disk.name in on_disk:
            sizes.append(_of_physical(on_disk[disk.name], disk, group, dict(facts.starts)))
    filesystem = _filesystem_of(inventory, volume, disks if group is None else ())
    mount = next(iter(inventory.mounts_of(filesystem.name)), None) if filesystem is not None else None
    if volume is not None and group is not None:
        sizes.append(_of_volume(volume, group))
    if filesystem is not None:
        sizes.append(_of_filesystem(filesystem, mount, facts.reach))
    luns = {size.device for size in sizes if size.layer is Layer.LUN}
    return Growth(
        subject,
        tuple(sizes),
        disks,
        physical,
        group,
        volume,
        filesystem,
        mount,
        facts.reach,
        asked=bool(luns) and luns <= set(arrays),
        problem=(not_ours(group) if group is not None else None)
        or _problem(
            inventory,
            disks=disks,
            physical=physical,
            arrays=arrays,
            filesystem=filesystem,
            reach=facts.reach,
        ),
    )


def _of_paths(paths: tuple[Lun, ...], arrays: dict[str, int]) -> list[Size]:
    largest = max((max(lun.size, arrays.get(lun.disk, 0)) for lun in paths), default=0)
    sizes: list[Size] = []
    for lun in paths:
        lags = lun.size < largest and lun.state.answers
        words = (
            _("down")
            if not lun.state.answers
            else _("the array reports {size}").format(size=size_words(arrays[lun.disk], lun.size))
            if arrays.get(lun.disk, lun.size) > lun.size
            else _("another path has {size}").format(size=size_words(largest, lun.size))
            if lags
            else ""
        )
        sizes.append(Size(Layer.LUN, lun.disk, lun.disk, lun.size, largest, lags, words, lun.state.answers))
    return sizes


def _of_map(disk: BlockDevice, paths: tuple[Lun, ...]) -> Size:
    possible = min((lun.size for lun in paths), default=disk.size)
    lags = possible > disk.size
    words = _("its paths have {size}").format(size=size_words(possible, disk.size)) if lags else ""
    return Size(Layer.MAP, disk.map_name or disk.path, disk.name, disk.size, possible, lags, words)


def _of_physical(
    volume: PhysicalVolume, disk: BlockDevice, group: VolumeGroup, starts: dict[str, int]
) -> Size:
    start = starts.get(volume.uuid)
    gain = possible_gain(volume, disk.size, start or DEFAULT_START, group.extent_size)
    least = group.extent_size if start is not None else max(group.extent_size, UNKNOWN_START)
    lags = group.extent_size > 0 and gain >= least
    words = _("its disk has {size} more").format(size=size_words(gain)) if lags else ""
    possible = volume.size + max(0, gain)
    return Size(Layer.PHYSICAL_VOLUME, volume.path, volume.device, volume.size, possible, lags, words)


def _of_volume(volume: LogicalVolume, group: VolumeGroup) -> Size:
    lags = 0 < group.extent_size <= group.free
    words = (
        _("{group} has {size} free").format(group=clean(group.name, 40), size=size_words(group.free))
        if lags
        else ""
    )
    possible = volume.size + group.free
    return Size(Layer.LOGICAL_VOLUME, volume.name, volume.device, volume.size, possible, lags, words)


def _of_filesystem(device: BlockDevice, mount: Mount | None, reach: Reach | None) -> Size:
    name = mount.target if mount is not None else device.content
    lags = reach is not None and reach.lags(device.size)
    words = (
        _("cannot be read")
        if reach is None
        else _("its device has {size}").format(size=size_words(device.size))
        if lags
        else ""
        if mount is not None
        else _("not mounted")
    )
    size = reach.size if reach is not None else None
    return Size(Layer.FILESYSTEM, name, device.name, size, device.size, lags, words)


def _filesystem_of(
    inventory: Inventory, volume: LogicalVolume | None, disks: tuple[BlockDevice, ...]
) -> BlockDevice | None:
    names = [volume.device] if volume is not None else [disk.name for disk in disks]
    carrying = {filesystem.device for filesystem in inventory.filesystems}
    return next(
        (device for name in names if name in carrying and (device := inventory.device(name)) is not None),
        None,
    )


def _problem(
    inventory: Inventory,
    *,
    disks: tuple[BlockDevice, ...],
    physical: tuple[PhysicalVolume, ...],
    arrays: dict[str, int],
    filesystem: BlockDevice | None,
    reach: Reach | None,
) -> Problem | None:
    """What forbids any growth: a path down, something between, or a device smaller than what stands on it."""
    lost = [physical_volume.path for physical_volume in physical if not physical_volume.device]
    if not disks and not lost:
        return Problem(
            "growth.no-group",
            _("LVM does not list the PVs of this volume."),
            cause=clean(inventory.lvm.error) or _("It was removed, or its disks do not answer."),
            remedy=_("Check the stack again. Nothing grows while its PVs are unknown."),
        )
    if lost:
        return Problem(
            "growth.disk-gone",
            _("A disk below is gone: {disks}.").format(disks=clean(enumerated(lost[:4]))),
            cause=_("Its session was logged out, or the LUN was unmapped."),
            remedy=_("Repair that first. Nothing grows in an incomplete VG."),
        )
    for disk in disks:
        paths = paths_of(inventory, disk)
        if not paths:
            return _between(inventory, disk)
        down = path_down(inventory, paths)
        if down is not None:
            return down
        for lun in paths:
            array = arrays.get(lun.disk, lun.size)
            if array < lun.size:
                return shrunk_problem(f"/dev/{lun.disk}", array, lun.size, _("this host"))
            if lun.size < disk.size:
                return shrunk_problem(f"/dev/{lun.disk}", lun.size, disk.size, disk.map_name)
        volume = next(
            (physical_volume for physical_volume in physical if physical_volume.device == disk.name), None
        )
        if volume is not None and disk.size < volume.size:
            return shrunk_problem(disk.path, disk.size, volume.size, volume.volume_group)
    if filesystem is not None and reach is not None and reach.is_beyond(filesystem.size):
        return shrunk_problem(filesystem.path, filesystem.size, reach.size, _("its file system"))
    return None


def _between(inventory: Inventory, disk: BlockDevice) -> Problem:
    if luns_below(inventory, disk):
        return Problem(
            "growth.between",
            _("{path} is not a whole LUN: it is {what}.").format(
                path=clean(disk.path), what=_between_word(disk)
            ),
            cause=_("It has its own size, which this program does not change."),
            remedy=_("Enlarge it by hand with its own tool ({command}), then come back.").format(
                command=_own_tool(inventory, disk)
            ),
        )
    return Problem(
        "device.not-iscsi",
        _("{path} is not on an iSCSI disk.").format(path=clean(disk.path)),
        remedy=_("Choose a volume on the disks of a session."),
    )


def _between_word(disk: BlockDevice) -> str:
    return {
        BlockKind.PARTITION: _("a partition"),
        BlockKind.CRYPT: _("an encrypted device"),
        BlockKind.RAID: translate_in("RAID", "an array"),
        BlockKind.LOGICAL_VOLUME: _("a logical volume"),
    }.get(disk.kind, _("another device"))


def _own_tool(inventory: Inventory, disk: BlockDevice) -> str:
    """The command that enlarges what lies between a LUN and a PV or file system."""
    if disk.kind is BlockKind.CRYPT:
        return f"cryptsetup resize {clean(disk.map_name, 60)}"
    if disk.kind is BlockKind.RAID:
        return f"mdadm --grow {clean(disk.path, 60)} --size=max"
    if disk.kind is BlockKind.LOGICAL_VOLUME:
        return f"lvextend {clean(disk.path, 60)}"
    if disk.kind is BlockKind.PARTITION:
        whole = next((upper for upper in inventory.devices if disk.name in upper.partitions), None)
        number = re.sub(r"^.*?(\d+)$", r"\1", disk.name)
        return f"growpart {clean(whole.path if whole is not None else 'DISK', 60)} {clean(number, 8)}"
    return "dmsetup"


def _disks_under(disks: tuple[BlockDevice, ...], name: str) -> frozenset[str]:
    """Kernel names of the paths under one of the devices."""
    device = next((disk for disk in disks if disk.name == name), None)
    return frozenset((name, *(device.slaves if device is not None else ())))
