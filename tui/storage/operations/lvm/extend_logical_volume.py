"""Giving a logical volume more of its group's free space."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.lvm.names import volume_path
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.operations.calls import as_typed
from tui.storage.operations.guards.lvm_guard import (
    change_group,
    look_for_change,
    notes_command,
    same_group,
    same_volume,
)
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

WHOLE = 100
"""Percent."""


@dataclass(frozen=True, slots=True)
class ExtendLogicalVolume(Operation):
    """Make a volume larger, to a size or by a share of what is free when it runs. What is on it stays.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it, as it was seen.
        name: of the volume.
        uuid: LVM's identity of it, as it was seen.
        size_before: bytes it had when this was planned.
        extents: the size it shall have, in the group's extents; 0 when `share` says it.
        share: percent of the group's free space that it shall get; 0 when `extents` says it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

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
        """What it does."""
        return _("Make the volume {name} larger").format(name=clean(self.name, 60))

    def why(self) -> str:
        """Why it is needed."""
        if self.share >= WHOLE:
            return _("It gets all of the group's free space. What is on it stays and can go on being used.")
        if self.share:
            return _(
                "It gets {share} percent of the group's free space; the rest stays free for other volumes and"
                " for snapshots. What is on it stays and can go on being used."
            ).format(share=self.share)
        return _("It gets space of its group. What is on it stays and can go on being used.")

    def shown(self) -> tuple[str, ...]:
        """The commands. The file system is left alone here; it follows in a step of its own."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        wanted = f"+{self.share}%FREE" if self.share else str(self.extents)
        return ("lvm", "lvextend", "--extents", wanted, f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        """Whether this very volume has the size, or is larger than it was when a share was asked for."""
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.volume_group)
        volume = next((one for one in inventory.volumes_of(self.volume_group) if one.name == self.name), None)
        if group is None or volume is None or volume.uuid != self.uuid or not volume.active:
            return False
        if self.share:
            return volume.size > self.size_before
        return volume.size >= self.extents * group.extent_size

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """See that it is this volume of this group, of a kind that grows in use; the space is free."""
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        volume = same_volume(inventory, self.volume_group, self.name, self.uuid)
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
                    _("{group} has {free} free, which is not enough to make {name} larger.").format(
                        group=clean(self.volume_group, 60),
                        free=size_words(group.free),
                        name=clean(self.name, 60),
                    ),
                    cause=_("The array shows its LUN no larger than before."),
                    remedy=_("Ask the storage administrator to enlarge the LUN, or add a disk to the group."),
                )
            )
        if wanted > free:
            raise Refused(
                Problem(
                    "volume.size",
                    _("{wanted} more are asked for; {group} has {free} free.").format(
                        wanted=size_words(wanted * group.extent_size, group.free),
                        group=clean(self.volume_group, 60),
                        free=size_words(group.free, wanted * group.extent_size),
                    ),
                    remedy=_("Choose a smaller size, enlarge the LUN, or add a disk to the group."),
                    field="size",
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes and run lvextend, which is told nothing of the file system."""
        change_group(host, self.volume_group, self._argv, self.title(), progress)

    def undo(self) -> CannotUndo:
        """It is not taken back."""
        return CannotUndo(
            _(
                "Making a volume smaller cuts off the end of what is on it, so it is not done. LVM's notes"
                " from before are kept."
            )
        )


def why_not_extend(inventory: Inventory, volume: LogicalVolume) -> Problem | None:
    """Why a volume cannot be made larger while it is used, or None."""
    name = clean(volume.name, 60)
    kind = volume.attributes[:1]
    if not volume.active:
        return Problem(
            "volume.inactive",
            _("The volume {name} is not active.").format(name=name),
            remedy=_("Activate its group first."),
        )
    snapshots = [
        one.name
        for one in inventory.volumes_of(volume.volume_group)
        if one.origin == volume.name and not one.pool
    ]
    if snapshots and kind in ("o", "O"):
        return Problem(
            "volume.has-snapshots",
            _("The volume {name} has snapshots: {snapshots}.").format(
                name=name, snapshots=clean(", ".join(snapshots[:6]))
            ),
            cause=_("LVM makes a volume with snapshots larger only while nobody uses it."),
            remedy=_("Remove the snapshots first, when they are no longer needed."),
        )
    reason = {
        "V": _("it lies in a thin pool, so the group's free space is not its own"),
        "C": _("it is cached; LVM makes it larger only without its cache"),
    }.get(kind, "")
    if reason:
        return Problem(
            "volume.kind",
            _("The volume {name} does not grow this way: {reason}.").format(name=name, reason=reason),
            remedy=_("Choose a plain volume."),
        )
    return None
