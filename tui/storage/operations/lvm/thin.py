"""Thin pools and thin volumes: space is taken when it is written to (lvmthin(7))."""

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeKind
from tui.storage.operations.guards.lvm_guard import (
    active_volumes,
    look_for_change,
    refuse_bad_volume_name,
    same_group,
    same_volume,
    volume_is_gone,
    volumes_in,
)
from tui.storage.operations.lvm.logical_volume import RemoveLogicalVolume
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_LEAST_METADATA = 2 * 1024 * 1024
_METADATA_SHARE = 1024
"""Metadata takes 64 bytes for each chunk of 64 KiB, 2 MiB at least (lvmthin(7), metadata size)."""


def metadata_extents(extents: int, extent: int) -> int:
    """Extents that a pool of so many takes beside its data: its metadata, and a spare for repairing it."""
    metadata = max(_LEAST_METADATA, extents * extent // _METADATA_SHARE)
    return 2 * -(-metadata // extent) if extent else 0


class CreateThinPool(MetadataChange, frozen=True):
    """Create a pool in a group, from which thin volumes allocate what they really use.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: of the pool.
        extents: for data; the metadata comes on top.
    """

    volume_group: str
    group_uuid: str
    name: str
    extents: int

    def title(self) -> str:
        return _("Create the thin pool {name} in {group}").format(
            name=clean(self.name, 60), group=clean(self.volume_group, 60)
        )

    def why(self) -> str:
        return _(
            "Thin volumes allocate space from it as they are written to. When it is full, writes to all"
            " of them fail: monitor how full it is."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        size = ("--extents", str(self.extents), "--name", self.name, self.volume_group)
        return ("lvm", "lvcreate", "--type", "thin-pool", *size)

    def is_done(self, host: Host) -> bool:
        volumes = volumes_in(look_at_volumes(host), self.volume_group, self.group_uuid)
        return any(volume.name == self.name and volume.kind is VolumeKind.THIN_POOL for volume in volumes)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        refuse_bad_volume_name(inventory, self.volume_group, self.name)
        free = group.free_extents
        needed = self.extents + metadata_extents(self.extents, group.extent_size)
        if self.extents < 1 or needed > free:
            raise Refused(
                Problem(
                    "volume.size",
                    _("The pool needs {needed} including metadata; {group} has {free} free.").format(
                        needed=size_words(needed * group.extent_size, group.free),
                        group=clean(self.volume_group, 60),
                        free=size_words(group.free, needed * group.extent_size),
                    ),
                    remedy=_("Choose a smaller size, or add a disk to the group."),
                    field="size",
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveThinPool(self.volume_group, self.group_uuid, self.name),)


class RemoveThinPool(MetadataChange, frozen=True):
    """Remove a thin pool that contains no volume; so no data is lost."""

    volume_group: str
    group_uuid: str
    name: str

    def title(self) -> str:
        return _("Remove the empty thin pool {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _("It contains no volume, so nothing is lost; its space returns to the volume group.")

    @property
    def argv(self) -> tuple[str, ...]:
        # `--yes` answers only whether to remove an active pool; it was seen to contain no volume.
        return ("lvm", "lvremove", "--yes", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        return volume_is_gone(host, self.volume_group, self.name, self.group_uuid)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        pool = same_volume(inventory, self.volume_group, self.name, "", self.group_uuid)
        volumes = volumes_in(inventory, self.volume_group, self.group_uuid)
        inside = [volume.name for volume in volumes if volume.pool == self.name]
        if inside or pool.kind is not VolumeKind.THIN_POOL:
            raise Refused(
                Problem(
                    "volume.needed",
                    _("The pool {name} contains volumes: {names}.").format(
                        name=clean(self.name, 60), names=clean(enumerated(inside[:6]))
                    )
                    if inside
                    else _("{name} is not a thin pool.").format(name=clean(self.name, 60)),
                    remedy=_("Remove each of them on its own first."),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.volume_group, self.group_uuid, self.name)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Create the pool again; it was empty, so nothing is lost."))


class CreateThinVolume(MetadataChange, frozen=True):
    """Make a volume in a thin pool.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        pool: name of the pool.
        name: of the volume.
        size: bytes it shows; a multiple of the group's extent.
    """

    volume_group: str
    group_uuid: str
    pool: str
    name: str
    size: int

    def title(self) -> str:
        return _("Create the thin volume {name} in the pool {pool}").format(
            name=clean(self.name, 60), pool=clean(self.pool, 60)
        )

    def why(self) -> str:
        return _(
            "It can hold a file system like any volume. It has a virtual size, and takes space of the"
            " pool only for what is written."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        pool = f"{self.volume_group}/{self.pool}"
        return ("lvm", "lvcreate", "--thin", "--virtualsize", f"{self.size}b", "--name", self.name, pool)

    def is_done(self, host: Host) -> bool:
        volumes = volumes_in(look_at_volumes(host), self.volume_group, self.group_uuid)
        return any(
            (volume.name, volume.pool, volume.size, volume.active) == (self.name, self.pool, self.size, True)
            for volume in volumes
        )

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        pool = same_volume(inventory, self.volume_group, self.pool, "", self.group_uuid)
        refuse_bad_volume_name(inventory, self.volume_group, self.name)
        if pool.kind is not VolumeKind.THIN_POOL or pool.health:
            raise Refused(
                Problem(
                    "thin.pool",
                    _("{pool} is not a healthy thin pool.").format(pool=clean(self.pool, 60)),
                    cause=clean(pool.health),
                    remedy=_("Check the pool with `lvs -a {group}`.").format(
                        group=clean(self.volume_group, 60)
                    ),
                )
            )
        if self.size < group.extent_size or self.size % group.extent_size:
            raise Refused(
                Problem(
                    "volume.size",
                    _("The size must be a multiple of {extent}.").format(
                        extent=size_words(group.extent_size)
                    ),
                    remedy=_("Choose another size."),
                    field="size",
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveLogicalVolume(self.volume_group, self.name, self.group_uuid),)
