"""Removing a volume with what is on it: the only way to lose a volume's data here, and never by accident."""

from typing import ClassVar

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeKind
from tui.storage.operations.calls import refuse_when_busy
from tui.storage.operations.guards.device_guard import refuse_when_mounted_elsewhere
from tui.storage.operations.guards.lvm_guard import (
    active_volumes,
    look_for_change,
    same_group,
    same_volume,
    volume_is_gone,
    volumes_in,
)
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import CannotUndo, Risk
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


class DestroyVolume(MetadataChange, frozen=True):
    """Remove a plain volume, a snapshot or a thin volume that nobody uses, with all that is on it.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: of the volume.
        uuid: LVM's identity of it; empty only to undo a snapshot that was just made.
        size: bytes it had when it was chosen; 0 likewise.
        content: what was found on it: `ext4 (my data)`, or empty.
        snapshot_of: the volume it is a snapshot of, or empty.
    """

    risk: ClassVar[Risk] = Risk.DESTROYS

    volume_group: str
    group_uuid: str
    name: str
    uuid: str
    size: int
    content: str = ""
    snapshot_of: str = ""

    def title(self) -> str:
        if self.snapshot_of:
            return _("Remove the snapshot {name} of {origin}").format(
                name=clean(self.name, 60), origin=clean(self.snapshot_of, 60)
            )
        return _("Remove the volume {name} and its data").format(name=clean(self.name, 60))

    def why(self) -> str:
        if self.snapshot_of:
            return _("The saved state is lost; the original volume does not change.")
        return _("Its space returns to the volume group, and its data is lost.")

    @property
    def argv(self) -> tuple[str, ...]:
        # `--yes` answers only whether to remove an active volume; a person has confirmed it.
        return ("lvm", "lvremove", "--yes", f"{self.volume_group}/{self.name}")

    def loses(self) -> tuple[str, ...]:
        if self.snapshot_of:
            return (
                _("{group}/{name}: the saved state of {origin}").format(
                    group=clean(self.volume_group, 60),
                    name=clean(self.name, 60),
                    origin=clean(self.snapshot_of, 60),
                ),
            )
        return (
            _("{group}/{name}, {size}: {content}").format(
                group=clean(self.volume_group, 60),
                name=clean(self.name, 60),
                size=size_words(self.size),
                content=clean(self.content, 80) or _("no known file system, but there may be data"),
            ),
        )

    def is_done(self, host: Host) -> bool:
        return volume_is_gone(host, self.volume_group, self.name, self.group_uuid)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        volume = same_volume(inventory, self.volume_group, self.name, self.uuid, self.group_uuid)
        self._refuse_another(volume)
        self._refuse_needed(inventory, volume)
        device = inventory.device(volume.device) if volume.device else None
        if device is None:
            return
        if inventory.is_in_use(device.name) or device.holders:
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("The volume {name} is in use.").format(name=clean(self.name, 60)),
                    cause=_("It is mounted, used as swap space, or part of another device."),
                    remedy=_("Stop what uses it and unmount it first."),
                    evidence=tuple(clean(mount.target) for mount in inventory.mounts_of(device.name)[:4]),
                )
            )
        refuse_when_mounted_elsewhere(host, inventory, device)
        if not self.snapshot_of:
            refuse_when_busy(host, device.path)

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.volume_group, self.group_uuid, self.name)

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _(
                "The data is lost. A metadata backup from before is kept; an LVM expert may be able to"
                " restore from it."
            )
        )

    def _refuse_another(self, volume: LogicalVolume) -> None:
        if (self.size and volume.size != self.size) or volume.origin != self.snapshot_of:
            raise Refused(
                Problem(
                    "identity.changed",
                    _("{name} is not the volume that was chosen.").format(name=clean(self.name, 60)),
                    cause=_("Its size has changed, or the name now belongs to another volume."),
                    remedy=_("Check the volumes and choose again. Nothing was changed."),
                )
            )

    def _refuse_needed(self, inventory: Inventory, volume: LogicalVolume) -> None:
        needing = [
            other.name
            for other in volumes_in(inventory, self.volume_group, self.group_uuid)
            if other.pool == volume.name or (other.origin == volume.name and not other.pool)
        ]
        if needing or volume.kind is VolumeKind.THIN_POOL:
            raise Refused(
                Problem(
                    "volume.needed",
                    _("Other volumes depend on {name}: {names}.").format(
                        name=clean(self.name, 60), names=clean(enumerated(needing[:6]))
                    )
                    if needing
                    else _("{name} is a thin pool.").format(name=clean(self.name, 60)),
                    cause=_("They would be removed with it."),
                    remedy=_("Remove each of them on its own first."),
                )
            )
