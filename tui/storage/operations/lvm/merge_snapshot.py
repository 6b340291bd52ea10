"""Going back to a snapshot: merged into its origin, which loses what was written since (lvconvert(8))."""

from typing import ClassVar

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.operations.calls import refuse_when_busy
from tui.storage.operations.guards.device_guard import refuse_when_mounted_elsewhere
from tui.storage.operations.guards.lvm_guard import (
    active_volumes,
    look_for_change,
    same_group,
    same_volume,
    volumes_in,
)
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import CannotUndo, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_MERGING = "O"
"""First letter of lv_attr of an origin into which a snapshot is being merged (lvs(8))."""

_INVALID = "I"
"""Fifth letter of lv_attr of a snapshot that was full and is of no use any more."""


class MergeSnapshot(MetadataChange, frozen=True):
    """Merge a snapshot into the volume it was taken of, while nobody uses either; the snapshot is gone then.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        origin: the volume that goes back.
        origin_uuid: LVM's identity of it.
        name: of the snapshot.
        uuid: LVM's identity of it.
    """

    risk: ClassVar[Risk] = Risk.DESTROYS
    deadline: ClassVar[float] = 24 * 3600.0
    """LVM copies back all that changed; what is not finished then goes on without this program."""

    volume_group: str
    group_uuid: str
    origin: str
    origin_uuid: str
    name: str
    uuid: str

    def title(self) -> str:
        return _("Roll back {origin} to the snapshot {name}").format(
            origin=clean(self.origin, 60), name=clean(self.name, 60)
        )

    def why(self) -> str:
        return _("The volume becomes what it was when the snapshot was taken, and the snapshot is removed.")

    @property
    def argv(self) -> tuple[str, ...]:
        # `--yes` answers only whether to merge; a person has confirmed it.
        return ("lvm", "lvconvert", "--yes", "--merge", f"{self.volume_group}/{self.name}")

    def loses(self) -> tuple[str, ...]:
        return (
            _("{group}/{origin}: everything that was written since the snapshot {name} was taken").format(
                group=clean(self.volume_group, 60),
                origin=clean(self.origin, 60),
                name=clean(self.name, 60),
            ),
        )

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        volumes = volumes_in(inventory, self.volume_group, self.group_uuid)
        origin = next((volume for volume in volumes if volume.name == self.origin), None)
        return (
            inventory.lvm.asked
            and origin is not None
            and origin.attributes[:1] != _MERGING
            and not any(volume.name.strip("[]") == self.name for volume in volumes)
        )

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        origin = same_volume(inventory, self.volume_group, self.origin, self.origin_uuid, self.group_uuid)
        snapshot = same_volume(inventory, self.volume_group, self.name, self.uuid, self.group_uuid)
        if snapshot.origin != self.origin:
            raise Refused(
                Problem(
                    "identity.changed",
                    _("{name} is not a snapshot of {origin}.").format(
                        name=clean(self.name, 60), origin=clean(self.origin, 60)
                    ),
                    remedy=_("Check the volumes and choose again. Nothing was changed."),
                )
            )
        if snapshot.attributes[4:5] == _INVALID:
            raise Refused(
                Problem(
                    "snapshot.invalid",
                    _("The snapshot {name} is invalid.").format(name=clean(self.name, 60)),
                    cause=_("It was full, so the state that it kept is lost."),
                    remedy=_("Remove it. The volume itself is as it was."),
                )
            )
        for volume in (origin, snapshot):
            self._refuse_used(host, inventory, volume)

    def _refuse_used(self, host: Host, inventory: Inventory, volume: LogicalVolume) -> None:
        device = inventory.device(volume.device) if volume.device else None
        if device is None:
            return
        if inventory.is_in_use(device.name):
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("The volume {name} is in use.").format(name=clean(volume.name, 60)),
                    cause=_("LVM would merge at the next activation, in the middle of a boot."),
                    remedy=_("Stop what uses it and unmount it first."),
                    evidence=tuple(clean(mount.target) for mount in inventory.mounts_of(device.name)[:4]),
                )
            )
        refuse_when_mounted_elsewhere(host, inventory, device)
        if volume.name == self.name:
            refuse_when_busy(host, device.path)

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.volume_group, self.group_uuid, self.name)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("What was written since the snapshot was taken is lost."))
