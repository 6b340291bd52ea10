"""Thin pools whose metadata is full or damaged: extended, and repaired."""

from tui.storage.host.interface import Command, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeKind
from tui.storage.operations.guards.lvm_guard import (
    LVM_DEADLINE,
    look_for_change,
    same_group,
    same_volume,
    volumes_in,
)
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import CannotUndo
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.probe.reading import whole_number
from tui.storage.probe.system.tools import tool_path
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_REPAIRING = 3600.0
"""Seconds: thin_repair reads all of the pool's metadata, and writes it again."""


class ExtendPoolMetadata(MetadataChange, frozen=True):
    """Extend the metadata of a thin pool; it may be in use.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: of the pool.
        uuid: LVM's identity of it.
        size: bytes to be added, a multiple of the group's extent.
        size_before: bytes of its metadata when this was planned.
    """

    volume_group: str
    group_uuid: str
    name: str
    uuid: str
    size: int
    size_before: int

    def title(self) -> str:
        return _("Extend the metadata of the thin pool {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _(
            "The pool's metadata maps the blocks of its volumes. When it is full, writes fail, even if"
            " there is space for data."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvextend", "--poolmetadatasize", f"+{self.size}b", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        return metadata_size(host, self.volume_group, self.name) > self.size_before

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        pool_of(inventory, self.volume_group, self.group_uuid, self.name, self.uuid)
        if not 0 < self.size <= group.free or self.size % group.extent_size:
            raise Refused(no_room(self.volume_group, group.free, self.size))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("A pool's metadata volume is not shrunk."))


class RepairThinPool(MetadataChange, frozen=True):
    """Repair the damaged metadata of a thin pool (lvconvert --repair), and keep the old metadata.

    LVM keeps the old metadata as a volume named POOL_meta0. Nothing else can undo the repair, and it is
    never removed by this program; where one is there already, the pool was repaired before, and is not
    repaired a second time.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: of the pool.
        uuid: LVM's identity of it.
    """

    volume_group: str
    group_uuid: str
    name: str
    uuid: str

    def title(self) -> str:
        return _("Repair the metadata of the thin pool {name} (lvconvert --repair)").format(
            name=clean(self.name, 60)
        )

    def why(self) -> str:
        return _(
            "The pool's metadata is damaged, so it cannot be activated. Whatever is readable is written"
            " to a new metadata volume; the damaged one is kept as {kept}."
        ).format(kept=clean(self._kept, 80))

    @property
    def _kept(self) -> str:
        return f"{self.name}_meta0"

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvconvert", "--repair", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        """The damaged metadata is there as a volume of its own: the pool was repaired."""
        volumes = volumes_in(look_at_volumes(host), self.volume_group, self.group_uuid)
        return any(volume.name == self._kept for volume in volumes)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        pool = pool_of(inventory, self.volume_group, self.group_uuid, self.name, self.uuid)
        active = [
            volume.name
            for volume in volumes_in(inventory, self.volume_group, self.group_uuid)
            if volume.active and (volume.pool == self.name or volume.name == pool.name)
        ]
        if active:
            raise Refused(
                Problem(
                    "thin.active",
                    _("Still active: {names}.").format(names=clean(enumerated(active[:6]))),
                    cause=_("An active pool cannot be repaired."),
                    remedy=_("Unmount its volumes and deactivate them and the pool first."),
                )
            )
        if not tool_path(host, "thin_repair"):
            raise Refused(
                Problem(
                    "thin.no-tools",
                    _("thin_repair is not installed."),
                    remedy=_("Install thin-provisioning-tools (on Red Hat: device-mapper-persistent-data)."),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _("The damaged metadata is kept as {kept}; an LVM expert can swap it in again.").format(
                kept=clean(self._kept, 80)
            )
        )


def pool_of(inventory: Inventory, group: str, group_uuid: str, name: str, uuid: str) -> LogicalVolume:
    """The thin pool that was seen.

    Raises:
        Refused: it is gone, another one, or not a thin pool.
    """
    pool = same_volume(inventory, group, name, uuid, group_uuid)
    if pool.kind is not VolumeKind.THIN_POOL:
        raise Refused(
            Problem(
                "thin.pool",
                _("{name} is not a thin pool.").format(name=clean(name, 60)),
                remedy=_("Check the volumes again."),
            )
        )
    return pool


def no_room(group: str, free: int, wanted: int) -> Problem:
    """A group has not enough free space."""
    return Problem(
        "volume.size",
        _("{wanted} requested, but only {free} free in {group}.").format(
            wanted=size_words(wanted, free), group=clean(group, 60), free=size_words(free, wanted)
        ),
        remedy=_("Have a LUN of the group extended, or add a disk to it."),
    )


def metadata_size(host: Host, group: str, name: str) -> int:
    """Bytes of a pool's metadata, 0 where LVM does not report them."""
    fields = ("--noheadings", "--nohints", "--units", "b", "--nosuffix", "-o", "lv_metadata_size")
    outcome = host.run(Command(("lvm", "lvs", *fields, f"{group}/{name}"), deadline=LVM_DEADLINE))
    return (whole_number(outcome.stdout) or 0) if outcome.ok else 0
