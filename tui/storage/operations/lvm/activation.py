"""Activating and deactivating a volume group, or one of its logical volumes.

Where several groups have one name, LVM takes a group by its UUID alone (`--select vg_uuid=…`); what is shown
then says so.
"""

from typing import ClassVar

from msgspec.structs import astuple

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.guards.lvm_guard import (
    active_volumes,
    look_for_change,
    own_group,
    refuse_ambiguous,
    refuse_taken_map,
    unseen_volumes,
    volumes_in,
)
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.operation import Operation, Risk
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


class _GroupCommand(LvmCommand, frozen=True):
    """`vgchange --activate` of a group.

    Attributes:
        name: of the group.
        uuid: LVM's identity of it; empty where the same plan creates it or brings its disks.
        by_uuid: several groups have the name, so LVM is given the UUID.
    """

    survives_reboot: ClassVar[bool] = False
    _activate: ClassVar[str]

    name: str
    uuid: str = ""
    by_uuid: bool = False

    @property
    def argv(self) -> tuple[str, ...]:
        group = ("--select", f"vg_uuid={self.uuid}") if self.by_uuid else (self.name,)
        return ("lvm", "vgchange", "--activate", self._activate, *group)


class ActivateVolumeGroup(_GroupCommand, frozen=True):
    """Activate the volumes of a group."""

    _activate: ClassVar[str] = "y"

    def title(self) -> str:
        return _("Activate the volume group {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _("Their device nodes appear, and they can be mounted. Their data does not change.")

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.name, self.uuid)
        if group is None or group.foreign or group.shared or group.exported:
            return False
        return all(volume.active for volume in _activatable(inventory, group))

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = own_group(inventory, self.name, self.uuid, by_uuid=self.by_uuid)
        inactive = [volume.name for volume in _activatable(inventory, group) if not volume.active]
        refuse_taken_map(inventory, group, inactive)

    def unseen(self, host: Host) -> tuple[str, ...]:
        return unseen_volumes(host, self.name, self.uuid)

    def undo(self) -> tuple[Operation, ...]:
        return (DeactivateVolumeGroup(*astuple(self)),)


class DeactivateVolumeGroup(_GroupCommand, frozen=True):
    """Deactivate the volumes of a group, none of which is in use."""

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    _activate: ClassVar[str] = "n"

    def title(self) -> str:
        return _("Deactivate the volume group {name}").format(name=clean(self.name, 60))

    def takes_away(self) -> str:
        return _("The volume group {name} is not active.").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _(
            "Their device nodes are removed, so nothing holds the disks open. Their data does not change."
        )

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        volumes = volumes_in(inventory, self.name, self.uuid)
        return inventory.lvm.asked and not any(volume.active for volume in volumes)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        if not self.by_uuid:
            refuse_ambiguous(inventory, self.name)
        volumes = volumes_in(inventory, self.name, self.uuid)
        used = [volume.name for volume in volumes if _is_used(inventory, volume)]
        if used:
            raise Refused(
                Problem(
                    "group.in-use",
                    _("Volumes of {group} are in use: {names}.").format(
                        group=clean(self.name, 60), names=clean(enumerated(used[:6]))
                    ),
                    remedy=_("Unmount them first."),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.name, self.uuid)

    def undo(self) -> tuple[Operation, ...]:
        return (ActivateVolumeGroup(*astuple(self)),)


class _VolumeCommand(LvmCommand, frozen=True):
    """`lvchange --activate` of one volume; the rest of its group does not change.

    Attributes:
        volume_group: name of the group.
        name: of the volume.
        group_uuid: LVM's identity of the group; empty where an earlier version planned this.
        uuid: LVM's identity of the volume; empty likewise.
        by_uuid: several groups have the name, so LVM is given the UUIDs.
        skipped: it has the activation skip flag, as thin snapshots do, and was activated in spite of it.
    """

    survives_reboot: ClassVar[bool] = False
    volume_group: str
    name: str
    group_uuid: str = ""
    uuid: str = ""
    by_uuid: bool = False
    skipped: bool = False

    def _command(self, *options: str) -> tuple[str, ...]:
        volume = (
            ("--select", f"vg_uuid={self.group_uuid} && lv_uuid={self.uuid}")
            if self.by_uuid
            else (f"{self.volume_group}/{self.name}",)
        )
        return ("lvm", "lvchange", "--activate", *options, *volume)

    def _meant(self, inventory: Inventory) -> tuple[LogicalVolume, ...]:
        """The volumes it is about: one, unless it names none by UUID and several have the name."""
        volumes = volumes_in(inventory, self.volume_group, self.group_uuid)
        return tuple(
            volume for volume in volumes if volume.name == self.name and self.uuid in {"", volume.uuid}
        )

    @property
    def _shown_name(self) -> str:
        return clean(f"{self.volume_group}/{self.name}", 120)


class DeactivateLogicalVolume(_VolumeCommand, frozen=True):
    """Deactivate one volume that nothing uses."""

    risk: ClassVar[Risk] = Risk.INTERRUPTS

    def title(self) -> str:
        return _("Deactivate the logical volume {name}").format(name=self._shown_name)

    def takes_away(self) -> str:
        return _("The logical volume {name} is not active.").format(name=self._shown_name)

    def why(self) -> str:
        return _("Its device node is removed, so nothing can use it. Its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return self._command("n")

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        return inventory.lvm.asked and not any(volume.active for volume in self._meant(inventory))

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        if not self.by_uuid:
            refuse_ambiguous(inventory, self.volume_group)
        if any(_is_used(inventory, volume) for volume in self._meant(inventory)):
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("{name} is in use.").format(name=self._shown_name),
                    remedy=_("Unmount it and close it first."),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.volume_group, self.group_uuid, self.name)

    def undo(self) -> tuple[Operation, ...]:
        return (ActivateLogicalVolume(*astuple(self)),)


class ActivateLogicalVolume(_VolumeCommand, frozen=True):
    """Activate one volume."""

    def title(self) -> str:
        return _("Activate the logical volume {name}").format(name=self._shown_name)

    def why(self) -> str:
        return _("Its device node appears, so it can be used. Its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return self._command("y", *(("--ignoreactivationskip",) if self.skipped else ()))

    def is_done(self, host: Host) -> bool:
        found = self._meant(look_at_volumes(host))
        return len(found) == 1 and found[0].active

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = own_group(inventory, self.volume_group, self.group_uuid, by_uuid=self.by_uuid)
        refuse_taken_map(inventory, group, (self.name,))

    def unseen(self, host: Host) -> tuple[str, ...]:
        return unseen_volumes(host, self.volume_group, self.group_uuid)

    def undo(self) -> tuple[Operation, ...]:
        return (DeactivateLogicalVolume(*astuple(self)),)


def is_held(volume: LogicalVolume) -> bool:
    """Whether somebody has a volume open. A pool is open by its own volumes, which are asked themselves."""
    return volume.open and bool(volume.path)


def activation(inventory: Inventory, group: VolumeGroup) -> ActivateVolumeGroup:
    """Activating a group that was seen: by its UUID while several have its name."""
    return ActivateVolumeGroup(group.name, group.uuid, inventory.is_ambiguous(group.name))


def deactivation(inventory: Inventory, group: VolumeGroup) -> DeactivateVolumeGroup:
    """Deactivating a group that was seen: by its UUID while several have its name."""
    return DeactivateVolumeGroup(group.name, group.uuid, inventory.is_ambiguous(group.name))


def deactivation_of(inventory: Inventory, volume: LogicalVolume) -> DeactivateLogicalVolume:
    """Deactivating a volume that was seen: by UUID while several groups have its group's name."""
    by_uuid = inventory.is_ambiguous(volume.volume_group)
    return DeactivateLogicalVolume(
        volume.volume_group, volume.name, volume.vg_uuid, volume.uuid, by_uuid, volume.skip_activation
    )


def _activatable(inventory: Inventory, group: VolumeGroup) -> tuple[LogicalVolume, ...]:
    """The volumes with a name below /dev; pools and volumes that are to be skipped have none."""
    volumes = inventory.volumes_of(group)
    return tuple(volume for volume in volumes if volume.path and not volume.skip_activation)


def _is_used(inventory: Inventory, volume: LogicalVolume) -> bool:
    return is_held(volume) or (bool(volume.device) and inventory.is_in_use(volume.device))
