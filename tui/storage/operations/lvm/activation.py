"""Activating and deactivating a volume group, or one of its logical volumes.

Where several groups have one name, LVM takes a group by its UUID alone (`--select vg_uuid=…`); what is shown
then says so.
"""

from typing import ClassVar

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
from tui.words import translate as _


class ActivateVolumeGroup(LvmCommand, frozen=True):
    """Activate the volumes of a group.

    Attributes:
        name: of the group.
        uuid: LVM's identity of it; empty where the same plan creates it or brings its disks.
        by_uuid: several groups have the name, so LVM is given the UUID.
    """

    survives_reboot: ClassVar[bool] = False

    name: str
    uuid: str = ""
    by_uuid: bool = False

    def title(self) -> str:
        return _("Activate the volume group {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _("Their device nodes appear, and they can be mounted. Their data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgchange", "--activate", "y", *_group_words(self.name, self.uuid, self.by_uuid))

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
        return (DeactivateVolumeGroup(self.name, self.uuid, self.by_uuid),)


class DeactivateVolumeGroup(LvmCommand, frozen=True):
    """Deactivate the volumes of a group, none of which is in use.

    Attributes:
        name: of the group.
        uuid: LVM's identity of it; empty where the same plan created it or brought its disks.
        by_uuid: several groups have the name, so LVM is given the UUID.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False

    name: str
    uuid: str = ""
    by_uuid: bool = False

    def title(self) -> str:
        return _("Deactivate the volume group {name}").format(name=clean(self.name, 60))

    def takes_away(self) -> str:
        return _("The volume group {name} is not active.").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _(
            "Their device nodes are removed, so nothing holds the disks open. Their data does not change."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgchange", "--activate", "n", *_group_words(self.name, self.uuid, self.by_uuid))

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
                        group=clean(self.name, 60), names=clean(", ".join(used[:6]))
                    ),
                    remedy=_("Unmount them first."),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.name, self.uuid)

    def undo(self) -> tuple[Operation, ...]:
        return (ActivateVolumeGroup(self.name, self.uuid, self.by_uuid),)


class DeactivateLogicalVolume(LvmCommand, frozen=True):
    """Deactivate one volume that nothing uses; the rest of its group does not change.

    Attributes:
        volume_group: name of the group.
        name: of the volume.
        group_uuid: LVM's identity of the group; empty where an earlier version planned this.
        uuid: LVM's identity of the volume; empty likewise.
        by_uuid: several groups have the name, so LVM is given the UUIDs.
        skipped: it has the activation skip flag, as thin snapshots do, and was activated in spite of it.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    volume_group: str
    name: str
    group_uuid: str = ""
    uuid: str = ""
    by_uuid: bool = False
    skipped: bool = False

    def title(self) -> str:
        return _("Deactivate the logical volume {name}").format(name=_shown(self.volume_group, self.name))

    def takes_away(self) -> str:
        return _("The logical volume {name} is not active.").format(name=_shown(self.volume_group, self.name))

    def why(self) -> str:
        return _("Its device node is removed, so nothing can use it. Its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvchange", "--activate", "n", *_volume_words(self))

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        return inventory.lvm.asked and not any(volume.active for volume in _meant(inventory, self))

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        if not self.by_uuid:
            refuse_ambiguous(inventory, self.volume_group)
        if any(_is_used(inventory, volume) for volume in _meant(inventory, self)):
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("{name} is in use.").format(name=_shown(self.volume_group, self.name)),
                    remedy=_("Unmount it and close it first."),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.volume_group, self.group_uuid, self.name)

    def undo(self) -> tuple[Operation, ...]:
        return (
            ActivateLogicalVolume(
                self.volume_group, self.name, self.group_uuid, self.uuid, self.by_uuid, self.skipped
            ),
        )


class ActivateLogicalVolume(LvmCommand, frozen=True):
    """Activate one volume; the rest of its group does not change.

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

    def title(self) -> str:
        return _("Activate the logical volume {name}").format(name=_shown(self.volume_group, self.name))

    def why(self) -> str:
        return _("Its device node appears, so it can be used. Its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        despite = ("--ignoreactivationskip",) if self.skipped else ()
        return ("lvm", "lvchange", "--activate", "y", *despite, *_volume_words(self))

    def is_done(self, host: Host) -> bool:
        found = _meant(look_at_volumes(host), self)
        return len(found) == 1 and found[0].active

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = own_group(inventory, self.volume_group, self.group_uuid, by_uuid=self.by_uuid)
        refuse_taken_map(inventory, group, (self.name,))

    def unseen(self, host: Host) -> tuple[str, ...]:
        return unseen_volumes(host, self.volume_group, self.group_uuid)

    def undo(self) -> tuple[Operation, ...]:
        return (
            DeactivateLogicalVolume(
                self.volume_group, self.name, self.group_uuid, self.uuid, self.by_uuid, self.skipped
            ),
        )


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


def _group_words(name: str, uuid: str, by_uuid: bool) -> tuple[str, ...]:
    return ("--select", f"vg_uuid={uuid}") if by_uuid else (name,)


def _volume_words(operation: ActivateLogicalVolume | DeactivateLogicalVolume) -> tuple[str, ...]:
    if operation.by_uuid:
        return ("--select", f"vg_uuid={operation.group_uuid} && lv_uuid={operation.uuid}")
    return (f"{operation.volume_group}/{operation.name}",)


def _meant(
    inventory: Inventory, operation: ActivateLogicalVolume | DeactivateLogicalVolume
) -> tuple[LogicalVolume, ...]:
    """The volumes an operation is about: one, unless it names none by UUID and several have the name."""
    volumes = volumes_in(inventory, operation.volume_group, operation.group_uuid)
    return tuple(
        volume for volume in volumes if volume.name == operation.name and operation.uuid in {"", volume.uuid}
    )


def _activatable(inventory: Inventory, group: VolumeGroup) -> tuple[LogicalVolume, ...]:
    """The volumes with a name below /dev; pools and volumes that are to be skipped have none."""
    volumes = inventory.volumes_of(group)
    return tuple(volume for volume in volumes if volume.path and not volume.skip_activation)


def _is_used(inventory: Inventory, volume: LogicalVolume) -> bool:
    return is_held(volume) or (bool(volume.device) and inventory.is_in_use(volume.device))


def _shown(group: str, name: str) -> str:
    return clean(f"{group}/{name}", 120)
