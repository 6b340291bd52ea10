"""Growing a physical volume to the size of its disk (pvresize(8))."""

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.guards.growth_guard import grown_device, shrunk_problem
from tui.storage.operations.guards.lvm_guard import (
    look_for_change,
    own_group,
)
from tui.storage.operations.lvm.lvm_command import MetadataChange
from tui.storage.operations.operation import CannotUndo, Progress
from tui.storage.probe.devices.sizes import DEFAULT_START, extents_start
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class ResizePhysicalVolume(MetadataChange, frozen=True):
    """Resize a physical volume to all of its disk, which grew.

    Attributes:
        device: the disk or map; it may be larger than it was seen, never smaller.
        uuid: LVM's identity of the physical volume.
        volume_group: the group it belongs to.
        group_uuid: LVM's identity of the group; empty where an earlier version planned this.
    """

    device: DeviceIdentity
    uuid: str
    volume_group: str
    group_uuid: str = ""

    def title(self) -> str:
        return _("Resize the PV to all of {path}").format(path=clean(self.device.path, 60))

    def why(self) -> str:
        return _(
            "The disk is larger than the PV on it. The new space becomes free space of the volume group;"
            " existing data does not move."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "pvresize", self.device.path)

    def is_done(self, host: Host) -> bool:
        """Not one more extent would fit on the disk."""
        inventory = look_at_volumes(host)
        group = group_named(inventory, self.volume_group, self.group_uuid)
        volume = self._volume(inventory)
        device = inventory.device(volume.device) if volume is not None else None
        if group is None or volume is None or device is None or not device.answers:
            return False
        start = extents_start(host, self.device.path) or DEFAULT_START
        return 0 <= possible_gain(volume, device.size, start, group.extent_size) < group.extent_size

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = own_group(inventory, self.volume_group, self.group_uuid)
        device, _paths = grown_device(host, self.device, inventory)
        volume = self._volume(inventory)
        if volume is None or volume.device != device.name or not group.owns(volume):
            raise Refused(
                Problem(
                    "identity.changed",
                    _("{path} no longer holds the PV that was chosen.").format(path=clean(self.device.path)),
                    remedy=_("Check the stack again. Nothing was changed."),
                )
            )
        if volume.duplicate:
            raise Refused(
                Problem(
                    "pv.in-group",
                    _("LVM sees {path} twice.").format(path=clean(self.device.path)),
                    cause=_("The LUN's paths have no multipath map, or this host sees a copy of the LUN."),
                    remedy=_("Create the multipath map or unmap the copy, then retry."),
                )
            )
        if device.size < volume.size:
            raise Refused(shrunk_problem(self.device.path, device.size, volume.size, _("the volume group")))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """The new size is that of the disk and no other."""
        compare(host, self.device, may_have_grown=True)
        MetadataChange.run(self, host, progress)

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _(
                "A PV is not shrunk: volumes may use the new space by now. A metadata backup from before"
                " is kept."
            )
        )

    def _volume(self, inventory: Inventory) -> PhysicalVolume | None:
        return next((pv for pv in inventory.physical_volumes if pv.uuid == self.uuid and pv.size), None)


def possible_gain(volume: PhysicalVolume, disk: int, start: int, extent: int) -> int:
    """Bytes of whole extents by which a physical volume can grow on its disk; negative on one that shrank.

    Args:
        volume: the physical volume.
        disk: bytes its disk has now.
        start: bytes outside of its extents (`probe.sizes.extents_start`).
        extent: bytes of an extent.
    """
    if extent <= 0:
        return 0
    return (disk - start) // extent * extent - volume.size
