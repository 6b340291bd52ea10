"""Volume groups: made of disks, extended, activated."""

from typing import ClassVar

from tui.storage.devices.device_use import why_not_write
from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.devices.sector_sizes import mixed_sectors_problem
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.lvm.names import volume_group_name_problems
from tui.storage.model.inventory import Inventory
from tui.storage.operations.guards.device_guard import refuse_when_mounted_elsewhere
from tui.storage.operations.guards.lvm_guard import (
    look_for_change,
    own_group,
    refuse_taken_path,
)
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.lvm.physical_volume import volume_on
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


class CreateVolumeGroup(LvmCommand, frozen=True):
    """Make a volume group of disks that are physical volumes already."""

    risk: ClassVar[Risk] = Risk.REWRITES

    name: str
    devices: tuple[DeviceIdentity, ...]

    def title(self) -> str:
        return _("Create the volume group {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _(
            "A volume group combines one or more disks into one pool of extents, from which volumes are"
            " created. Disks can be added later."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgcreate", self.name, *(device.path for device in self.devices))

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        return group_named(inventory, self.name) is not None and _members(inventory, self.name) == _names(
            host, inventory, self.devices
        )

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        taken = [group.name for group in inventory.volume_groups]
        for problem in volume_group_name_problems(self.name, taken):
            raise Refused(problem)
        refuse_taken_path(host, self.name, "volume_group")
        for device in self.devices:
            _refuse_unless_free(host, inventory, device)
        _refuse_mixed_sectors(host, inventory, self.devices)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        for device in self.devices:
            compare(host, device)
        LvmCommand.run(self, host, progress)

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveVolumeGroup(self.name),)


class RemoveVolumeGroup(LvmCommand, frozen=True):
    """Remove a volume group that has no volumes; its disks stay physical volumes.

    Attributes:
        name: of the group.
        uuid: LVM's identity of it; empty where the same plan created it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    name: str
    uuid: str = ""

    def title(self) -> str:
        return _("Remove the empty volume group {name}").format(name=clean(self.name, 60))

    def why(self) -> str:
        return _("It has no volumes, so nothing is lost; its disks are free for another group.")

    @property
    def argv(self) -> tuple[str, ...]:
        # Without --yes: vgremove asks before it removes volumes, and gets no answer.
        return ("lvm", "vgremove", self.name)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        gone = not inventory.groups_named(self.name, self.uuid)
        return inventory.lvm.asked and not inventory.lvm.left_out and gone

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = own_group(inventory, self.name, self.uuid)
        volumes = [volume.name for volume in inventory.volumes_of(group)]
        if volumes:
            raise Refused(
                Problem(
                    "group.has-volumes",
                    _("The volume group {group} has volumes: {names}.").format(
                        group=clean(self.name, 60), names=clean(enumerated(volumes[:6]))
                    ),
                    remedy=_("Only an empty group is removed."),
                )
            )

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _("Create the group again from the same disks. LVM archives its metadata in /etc/lvm/archive.")
        )


class _MembersChange(LvmCommand, frozen=True):
    """Adding disks to a volume group, or removing them from it.

    Attributes:
        name: of the group.
        devices: the disks.
        uuid: LVM's identity of the group; empty where the same plan created it.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    name: str
    devices: tuple[DeviceIdentity, ...]
    uuid: str = ""

    @property
    def _paths(self) -> tuple[str, ...]:
        return tuple(device.path for device in self.devices)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        for device in self.devices:
            compare(host, device)
        LvmCommand.run(self, host, progress)


class ExtendVolumeGroup(_MembersChange, frozen=True):
    """Add disks that are physical volumes already to a volume group."""

    def title(self) -> str:
        return _("Add {paths} to the volume group {name}").format(
            paths=clean(enumerated(self._paths)), name=clean(self.name, 60)
        )

    def why(self) -> str:
        return _(
            "The group gets the space of the new disks. From then on it needs all of them: if one is"
            " missing at boot, it is not activated."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgextend", self.name, *self._paths)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        wanted = _names(host, inventory, self.devices)
        group = group_named(inventory, self.name, self.uuid)
        there = _members(inventory, self.name, self.uuid)
        return group is not None and wanted is not None and wanted <= there

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        own_group(inventory, self.name, self.uuid)
        members = _members(inventory, self.name, self.uuid)
        for device in self.devices:
            found, _now = compare(host, device, inventory)
            if found.name not in members:
                _refuse_unless_free(host, inventory, device)
        _refuse_mixed_sectors(host, inventory, self.devices, members)

    def undo(self) -> tuple[Operation, ...]:
        return (ReduceVolumeGroup(self.name, self.devices, self.uuid),)


class ReduceVolumeGroup(_MembersChange, frozen=True):
    """Remove disks that no volume uses from a volume group."""

    def title(self) -> str:
        return _("Remove {paths} from the volume group {name}").format(
            paths=clean(enumerated(self._paths)), name=clean(self.name, 60)
        )

    def why(self) -> str:
        return _("No extent of these disks is in use, so the group does not need them.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgreduce", self.name, *self._paths)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        wanted = _names(host, inventory, self.devices)
        there = _members(inventory, self.name, self.uuid)
        return inventory.lvm.asked and wanted is not None and not wanted & there

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = own_group(inventory, self.name, self.uuid)
        for device in self.devices:
            volume = volume_on(inventory, device, host)
            if volume is not None and group.owns(volume) and volume.free < volume.size:
                raise Refused(
                    Problem(
                        "pv.has-volumes",
                        _("Extents on {path} are in use.").format(path=clean(device.path)),
                        remedy=_("Move them first: pvmove {path}").format(path=clean(device.path)),
                    )
                )

    def undo(self) -> tuple[Operation, ...]:
        return (ExtendVolumeGroup(self.name, self.devices, self.uuid),)


def _members(inventory: Inventory, name: str, uuid: str = "") -> frozenset[str]:
    found = inventory.groups_named(name, uuid)
    members = (volume for group in found for volume in inventory.members_of(group))
    return frozenset(volume.device or volume.path for volume in members)


def _names(host: Host, inventory: Inventory, devices: tuple[DeviceIdentity, ...]) -> frozenset[str] | None:
    """Kernel names of devices that were chosen, or None when one of them is another one now."""
    try:
        return frozenset(compare(host, device, inventory)[0].name for device in devices)
    except Refused:
        return None


def _refuse_unless_free(host: Host, inventory: Inventory, identity: DeviceIdentity) -> None:
    """See that a chosen disk is an unused physical volume in no group."""
    device, _now = compare(host, identity, inventory)
    problem = why_not_write(inventory, device)
    if problem is not None:
        raise Refused(problem)
    refuse_when_mounted_elsewhere(host, inventory, device)
    volume = volume_on(inventory, identity, host)
    path = clean(identity.path)
    if volume is None:
        raise Refused(
            Problem(
                "pv.missing",
                _("{path} is not a PV.").format(path=path),
                remedy=_("Create a PV on it first."),
            )
        )
    if volume.volume_group or volume.duplicate:
        raise Refused(
            Problem(
                "pv.in-group",
                _("LVM sees {path} twice.").format(path=path)
                if volume.duplicate
                else _("{path} already belongs to the volume group {group}.").format(
                    path=path, group=clean(volume.volume_group, 60)
                ),
                remedy=_("Choose another disk, or use it as it is."),
            )
        )


def _refuse_mixed_sectors(
    host: Host,
    inventory: Inventory,
    added: tuple[DeviceIdentity, ...],
    members: frozenset[str] = frozenset(),
) -> None:
    there = (inventory.device(name) for name in members)
    found = (compare(host, device, inventory)[0] for device in added)
    problem = mixed_sectors_problem((*(member for member in there if member is not None), *found))
    if problem is not None:
        raise Refused(problem)
