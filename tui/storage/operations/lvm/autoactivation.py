"""Whether a group is activated by itself when its disks appear (lvmautoactivation(7))."""

from tui.storage.host.interface import Host
from tui.storage.operations.guards.lvm_guard import (
    look_for_change,
    same_group,
)
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import Operation
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.untrusted import clean
from tui.words import translate as _


class SetAutoactivation(MetadataChange, frozen=True):
    """Enable or disable autoactivation of a group. What is active stays active.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        on: enabled.
    """

    volume_group: str
    group_uuid: str
    on: bool

    def title(self) -> str:
        if self.on:
            return _("Enable autoactivation of {group}").format(group=clean(self.volume_group, 60))
        return _("Disable autoactivation of {group}").format(group=clean(self.volume_group, 60))

    def why(self) -> str:
        if self.on:
            return _("When all its disks are present, at boot or after a login, its volumes are activated.")
        return _("Its volumes stay inactive until they are activated by hand.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "vgchange", "--setautoactivation", "y" if self.on else "n", self.volume_group)

    def is_done(self, host: Host) -> bool:
        group = group_named(look_at_volumes(host), self.volume_group, self.group_uuid)
        return group is not None and group.autoactivation is self.on

    def check(self, host: Host) -> None:
        same_group(look_for_change(host), self.volume_group, self.group_uuid)

    def undo(self) -> tuple[Operation, ...]:
        return (SetAutoactivation(self.volume_group, self.group_uuid, not self.on),)
