"""Whether a group is activated by itself when its disks appear (lvmautoactivation(7))."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.lvm_guard import (
    LVM_DEADLINE,
    back_up_metadata,
    backup_command,
    look_for_change,
    same_group,
)
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class SetAutoactivation(Operation):
    """Let LVM activate a group by itself, or not. What is active stays active.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        on: by itself.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    volume_group: str
    group_uuid: str
    on: bool

    def title(self) -> str:
        if self.on:
            return _("Let {group} be activated by itself").format(group=clean(self.volume_group, 60))
        return _("Let {group} not be activated by itself").format(group=clean(self.volume_group, 60))

    def why(self) -> str:
        if self.on:
            return _("When all its disks are there, at boot or after a login, its volumes appear below /dev.")
        return _("Its volumes stay away from /dev until somebody activates them.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(backup_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("lvm", "vgchange", "--setautoactivation", "y" if self.on else "n", self.volume_group)

    def is_done(self, host: Host) -> bool:
        group = group_named(look_at_volumes(host), self.volume_group)
        return group is not None and group.uuid == self.group_uuid and group.autoactivation is self.on

    def check(self, host: Host) -> None:
        """It is this host's own group, and whole."""
        same_group(look_for_change(host), self.volume_group, self.group_uuid)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        back_up_metadata(host, self.volume_group)
        change(host, self._argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        return (SetAutoactivation(self.volume_group, self.group_uuid, not self.on),)
