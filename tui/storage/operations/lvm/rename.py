"""Giving a logical volume or a volume group another name."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.lvm.names import logical_volume_name_problems, volume_group_name_problems
from tui.storage.operations.guards.lvm_guard import (
    back_up_metadata,
    backup_command,
    look_for_change,
    own_group,
    refuse_bad_volume_name,
    refuse_taken_path,
    same_volume,
    unseen_volumes,
    volumes_in,
)
from tui.storage.operations.lvm.lvm_command import LvmCommand, MetadataChange
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _


class RenameLogicalVolume(MetadataChange, frozen=True):
    """Give a volume another name. What is on it does not change; its paths below /dev do.

    Attributes:
        volume_group: the group.
        name: its present name.
        uuid: LVM's identity of it.
        new_name: its new name.
    """

    volume_group: str
    name: str
    uuid: str
    new_name: str

    def title(self) -> str:
        return _("Rename the volume {name} to {new}").format(
            name=clean(self.name, 60), new=clean(self.new_name, 60)
        )

    def why(self) -> str:
        return _("Its device nodes change too; its data does not.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvrename", self.volume_group, self.name, self.new_name)

    def is_done(self, host: Host) -> bool:
        volumes = volumes_in(look_at_volumes(host), self.volume_group)
        return any((volume.uuid, volume.name) == (self.uuid, self.new_name) for volume in volumes)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        own_group(inventory, self.volume_group)
        same_volume(inventory, self.volume_group, self.name, self.uuid)
        refuse_bad_volume_name(inventory, self.volume_group, self.new_name)

    def unseen(self, host: Host) -> tuple[str, ...]:
        return unseen_volumes(host, self.volume_group)

    def undo(self) -> tuple[Operation, ...]:
        return (RenameLogicalVolume(self.volume_group, self.new_name, self.uuid, self.name),)


class RenameVolumeGroup(LvmCommand, frozen=True):
    """Give a volume group another name; the paths of all its volumes change.

    Attributes:
        name: its present name.
        uuid: LVM's identity of it, by which it is renamed.
        new_name: its new name.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    name: str
    uuid: str
    new_name: str

    def title(self) -> str:
        return _("Rename the volume group {name} to {new}").format(
            name=clean(self.name, 60), new=clean(self.new_name, 60)
        )

    def why(self) -> str:
        return _("The device nodes of all its volumes change too; their data does not.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(backup_command(self.name)), *LvmCommand.shown(self))

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgrename", self.uuid, self.new_name)

    def is_done(self, host: Host) -> bool:
        groups = look_at_volumes(host).volume_groups
        return any((group.uuid, group.name) == (self.uuid, self.new_name) for group in groups)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = own_group(inventory, self.name, self.uuid, by_uuid=True)
        taken = [group.name for group in inventory.volume_groups]
        problems = list(volume_group_name_problems(self.new_name, taken, "name"))
        for volume in inventory.volumes_of(group):
            problems += logical_volume_name_problems(volume.name, self.new_name, (), "name")
        for problem in problems:
            raise Refused(problem)
        refuse_taken_path(host, self.new_name, "name")

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Vgcfgbackup takes a name alone; of several groups of that name LVM keeps its own archive."""
        if not look_at_volumes(host).is_ambiguous(self.name):
            back_up_metadata(host, self.name)
        LvmCommand.run(self, host, progress)

    def unseen(self, host: Host) -> tuple[str, ...]:
        return unseen_volumes(host, self.new_name, self.uuid)

    def undo(self) -> tuple[Operation, ...]:
        return (RenameVolumeGroup(self.new_name, self.uuid, self.name),)
