"""Snapshots: the state of a volume at one moment, kept while the volume itself goes on changing."""

from tui.storage.host.interface import Host
from tui.storage.model.lvm import VolumeKind
from tui.storage.operations.guards.lvm_guard import (
    look_for_change,
    refuse_bad_volume_name,
    same_group,
    same_volume,
    volumes_in,
)
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import Operation
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _


class CreateSnapshot(MetadataChange, frozen=True):
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

    volume_group: str
    group_uuid: str
    origin: str
    origin_uuid: str
    name: str
    extents: int = 0

    def title(self) -> str:
        return _("Take the snapshot {name} of {origin}").format(
            name=clean(self.name, 60), origin=clean(self.origin, 60)
        )

    def why(self) -> str:
        if not self.extents:
            return _(
                "It shows the volume as it is now. It takes space of the pool as either of them changes."
            )
        return _(
            "It shows the volume as it is now. Later changes of the volume fill the snapshot's space;"
            " when that is full, the snapshot becomes invalid and the volume itself does not."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        size = ("--extents", str(self.extents)) if self.extents else ()
        origin = f"{self.volume_group}/{self.origin}"
        return ("lvm", "lvcreate", "--snapshot", *size, "--name", self.name, origin)

    def is_done(self, host: Host) -> bool:
        volumes = volumes_in(look_at_volumes(host), self.volume_group, self.group_uuid)
        return any((volume.name, volume.origin) == (self.name, self.origin) for volume in volumes)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        origin = same_volume(inventory, self.volume_group, self.origin, self.origin_uuid, self.group_uuid)
        refuse_bad_volume_name(inventory, self.volume_group, self.name)
        if bool(origin.pool) == bool(self.extents) or origin.kind in (
            VolumeKind.SNAPSHOT,
            VolumeKind.THIN_POOL,
        ):
            raise Refused(
                Problem(
                    "snapshot.kind",
                    _("A snapshot of {origin} cannot be created this way.").format(
                        origin=clean(self.origin, 60)
                    ),
                    cause=_("It is a thin volume, which needs no size, or a snapshot or a pool itself."),
                    remedy=_("Check the volume again."),
                )
            )
        free = group.free_extents
        if self.extents > free:
            raise Refused(
                Problem(
                    "volume.size",
                    _("The snapshot needs {wanted}, but {group} has only {free} free.").format(
                        wanted=size_words(self.extents * group.extent_size, group.free),
                        group=clean(self.volume_group, 60),
                        free=size_words(group.free, self.extents * group.extent_size),
                    ),
                    remedy=_("Choose a smaller size, or add a disk to the group."),
                    field="size",
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (DestroyVolume(self.volume_group, self.group_uuid, self.name, "", 0, snapshot_of=self.origin),)
