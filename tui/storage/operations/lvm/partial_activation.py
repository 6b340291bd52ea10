"""One whole volume of a group that is not whole, activated so that its files can be used or saved."""

from typing import ClassVar

from tui.storage.host.interface import Host
from tui.storage.operations.guards.lvm_guard import broken_group, look_for_change, same_volume, volumes_in
from tui.storage.operations.lvm.activation import DeactivateLogicalVolume
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.lvm.missing_disks import partial_volumes
from tui.storage.operations.operation import Operation
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class ActivateCompleteVolume(LvmCommand, frozen=True):
    """Activate a volume that does not lie on the missing disks; one that does is never activated in part.

    Attributes:
        volume_group: its group, of which disks are missing.
        group_uuid: LVM's identity of it.
        name: of the volume.
        uuid: LVM's identity of it.
    """

    survives_reboot: ClassVar[bool] = False
    volume_group: str
    group_uuid: str
    name: str
    uuid: str

    def title(self) -> str:
        return _("Activate {name}, which has no missing extents").format(
            name=clean(f"{self.volume_group}/{self.name}", 120)
        )

    def why(self) -> str:
        return _("None of its extents is on a missing disk, so it can be used. Its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvchange", "--activate", "y", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        volumes = volumes_in(look_at_volumes(host), self.volume_group, self.group_uuid)
        return any(volume.uuid == self.uuid and volume.active for volume in volumes)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        broken_group(inventory, self.volume_group, self.group_uuid)
        same_volume(inventory, self.volume_group, self.name, self.uuid, self.group_uuid)
        if self.name in partial_volumes(inventory, self.volume_group, self.group_uuid):
            raise Refused(
                Problem(
                    "volume.partial",
                    _("{name} has extents on a missing disk.").format(name=clean(self.name, 60)),
                    remedy=_("Bring the disk back. A volume with missing extents is not activated."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (DeactivateLogicalVolume(self.volume_group, self.name, self.group_uuid, self.uuid),)
