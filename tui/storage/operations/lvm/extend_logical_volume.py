"""Giving a logical volume more of its group's free space."""

from tui.storage.host.interface import Host
from tui.storage.lvm.names import volume_path
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeKind
from tui.storage.operations.guards.lvm_guard import (
    look_for_change,
    same_group,
    same_volume,
    volume_named,
)
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import CannotUndo
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

WHOLE = 100
"""Percent."""


class ExtendLogicalVolume(MetadataChange, frozen=True):
    """Make a volume larger, to a size or by a share of what is free when it runs. What is on it stays.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it, as it was seen.
        name: of the volume.
        uuid: LVM's identity of it, as it was seen.
        size_before: bytes it had when this was planned.
        extents: the size it gets, in the group's extents; 0 when `share` says it.
        share: percent of the group's free space that it gets; 0 when `extents` says it.
    """

    volume_group: str
    group_uuid: str
    name: str
    uuid: str
    size_before: int
    extents: int = 0
    share: int = 0

    @property
    def path(self) -> str:
        """Its name below /dev."""
        return volume_path(self.volume_group, self.name)

    def title(self) -> str:
        return _("Extend the volume {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        if self.share >= WHOLE:
            return _("It gets all free space of its volume group. Its data stays and can be used meanwhile.")
        if self.share:
            return _(
                "It gets {share} percent of the free space of its volume group; the rest stays free for"
                " other volumes and for snapshots. Its data stays and can be used meanwhile."
            ).format(share=self.share)
        return _("It gets free space of its volume group. Its data stays and can be used meanwhile.")

    @property
    def argv(self) -> tuple[str, ...]:
        # Without --resizefs: the file system grows in a step of its own.
        wanted = f"+{self.share}%FREE" if self.share else str(self.extents)
        return ("lvm", "lvextend", "--extents", wanted, f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        """It has the size; or it is larger than it was, when a share was asked for."""
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.volume_group, self.group_uuid)
        volume = volume_named(inventory, self.volume_group, self.name, self.group_uuid)
        if group is None or volume is None or volume.uuid != self.uuid or not volume.active:
            return False
        if self.share:
            return volume.size > self.size_before
        return volume.size >= self.extents * group.extent_size

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        volume = same_volume(inventory, self.volume_group, self.name, self.uuid, self.group_uuid)
        problem = why_not_extend(inventory, volume)
        if problem is not None:
            raise Refused(problem)
        free = group.free_extents
        wanted = (
            self.extents - volume.size // group.extent_size if not self.share else free * self.share // WHOLE
        )
        if self.share and wanted < 1:
            raise Refused(
                Problem(
                    "growth.nothing-new",
                    _("{group} has {free} free, which is not enough to extend {name}.").format(
                        group=clean(self.volume_group, 60),
                        free=size_words(group.free),
                        name=clean(self.name, 60),
                    ),
                    cause=_("The array does not report a larger LUN."),
                    remedy=_("Ask the storage administrator to extend the LUN, or add a disk to the group."),
                )
            )
        if wanted > free:
            raise Refused(
                Problem(
                    "volume.size",
                    _("{wanted} requested, but only {free} free in {group}.").format(
                        wanted=size_words(wanted * group.extent_size, group.free),
                        group=clean(self.volume_group, 60),
                        free=size_words(group.free, wanted * group.extent_size),
                    ),
                    remedy=_("Choose a smaller size, have the LUN extended, or add a disk to the group."),
                    field="size",
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _(
                "Shrinking a volume cuts off the end of its data, so it is not done. A metadata backup"
                " from before is kept."
            )
        )


def why_not_extend(inventory: Inventory, volume: LogicalVolume) -> Problem | None:
    """Why a volume cannot be made larger while it is used, or None."""
    name = clean(volume.name, 60)
    if not volume.active:
        return Problem(
            "volume.inactive",
            _("The volume {name} is not active.").format(name=name),
            remedy=_("Activate its volume group first."),
        )
    group = inventory.group_of(volume)
    snapshots = [
        other.name
        for other in (inventory.volumes_of(group) if group is not None else ())
        if other.origin == volume.name and not other.pool
    ]
    if snapshots and volume.kind in (VolumeKind.ORIGIN, VolumeKind.MERGING_ORIGIN):
        return Problem(
            "volume.has-snapshots",
            _("The volume {name} has snapshots: {snapshots}.").format(
                name=name, snapshots=clean(enumerated(snapshots[:6]))
            ),
            cause=_("LVM can extend a volume with snapshots only while it is inactive."),
            remedy=_("Remove the snapshots first, if they are no longer needed."),
        )
    reason = {
        VolumeKind.THIN_VOLUME: _("it is in a thin pool, so it does not use the group's free space"),
        VolumeKind.CACHED: _("it is cached; LVM can extend it only without its cache"),
    }.get(volume.kind, "")
    if reason:
        return Problem(
            "volume.kind",
            _("{name} cannot be extended here: {reason}.").format(name=name, reason=reason),
            remedy=_("Choose a plain volume."),
        )
    return None
