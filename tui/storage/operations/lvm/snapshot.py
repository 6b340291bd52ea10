"""Snapshots: the state of a volume at one moment, kept while the volume itself goes on changing."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.lvm.names import logical_volume_name_problems, volume_path
from tui.storage.operations.calls import as_typed, settle
from tui.storage.operations.guards.lvm_guard import (
    change_group,
    look_for_change,
    notes_command,
    same_group,
    same_volume,
)
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class CreateSnapshot(Operation):
    """Keep the present state of a volume as a volume of its own.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        origin: the volume.
        origin_uuid: LVM's identity of it.
        name: of the snapshot.
        extents: space for what changes in the origin from now on; 0 for a volume of a thin pool, whose
            snapshots take their space from the pool.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    group_uuid: str
    origin: str
    origin_uuid: str
    name: str
    extents: int = 0

    def title(self) -> str:
        """What it does."""
        return _("Take the snapshot {name} of {origin}").format(
            name=clean(self.name, 60), origin=clean(self.origin, 60)
        )

    def why(self) -> str:
        """Why it is needed."""
        if not self.extents:
            return _(
                "It shows the volume as it is at this moment and takes space of the pool as either changes."
            )
        return _(
            "It shows the volume as it is at this moment. What changes in the volume afterwards fills the"
            " snapshot's space; when that is full, the snapshot is lost and the volume itself is not."
        )

    def shown(self) -> tuple[str, ...]:
        """The commands."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        size = ("--extents", str(self.extents)) if self.extents else ()
        origin = f"{self.volume_group}/{self.origin}"
        return ("lvm", "lvcreate", "--snapshot", *size, "--name", self.name, origin)

    def is_done(self, host: Host) -> bool:
        """Whether there is a snapshot of that name of this volume."""
        volumes = look_at_volumes(host).volumes_of(self.volume_group)
        return any((one.name, one.origin) == (self.name, self.origin) for one in volumes)

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """See that it is this volume, of a kind that can have snapshots, that name and space are free."""
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        origin = same_volume(inventory, self.volume_group, self.origin, self.origin_uuid)
        taken = [one.name for one in inventory.volumes_of(self.volume_group)]
        for problem in logical_volume_name_problems(self.name, self.volume_group, taken, "name"):
            raise Refused(problem)
        if bool(origin.pool) == bool(self.extents) or origin.attributes[:1] in ("s", "t"):
            raise Refused(
                Problem(
                    "snapshot.kind",
                    _("A snapshot of {origin} is not made this way.").format(origin=clean(self.origin, 60)),
                    cause=_("It is a thin volume, which needs no size, or a snapshot or a pool itself."),
                    remedy=_("Look at the volume again."),
                )
            )
        free = group.free_extents
        if self.extents > free:
            raise Refused(
                Problem(
                    "volume.size",
                    _("The snapshot is to have {wanted}; {group} has {free} free.").format(
                        wanted=size_words(self.extents * group.extent_size, group.free),
                        group=clean(self.volume_group, 60),
                        free=size_words(group.free, self.extents * group.extent_size),
                    ),
                    remedy=_("Choose a smaller size, or add a disk to the group."),
                    field="size",
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes and run lvcreate; the kernel holds writes back for the moment it takes."""
        change_group(host, self.volume_group, self._argv, self.title(), progress)
        if self.extents:
            settle(host, volume_path(self.volume_group, self.name))

    def undo(self) -> tuple[Operation, ...]:
        """Remove the snapshot; the volume stays as it is."""
        return (DestroyVolume(self.volume_group, self.group_uuid, self.name, "", 0, snapshot_of=self.origin),)
