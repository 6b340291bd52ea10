"""Physical volumes: created on a disk, and removed."""

from typing import ClassVar

from tui.storage.devices.contents import contents
from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.calls import unseen_content
from tui.storage.operations.guards.device_guard import guard
from tui.storage.operations.guards.lvm_guard import look_for_change
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_MEMBER = "LVM2_member"
"""What libblkid, and udev with it, calls a disk with LVM's label."""


def volume_on(inventory: Inventory, identity: DeviceIdentity, host: Host) -> PhysicalVolume | None:
    """The physical volume that LVM found on a device that was chosen, or None.

    Raises:
        Refused: the device is another one now, or LVM did not scan it: what udev knows of it may be older
            than what was last written.
    """
    device, _now = compare(host, identity, inventory)
    if not inventory.lvm.asked or device.name in inventory.lvm.left_out:
        raise Refused(
            Problem(
                "pv.not-scanned",
                _("It is unknown whether {path} is a PV.").format(path=clean(identity.path)),
                _("LVM did not scan it, because it does not respond now."),
                _("Bring the disk back, then retry."),
            )
        )
    return next((pv for pv in inventory.physical_volumes if pv.device == device.name), None)


def is_physical_volume(host: Host, identity: DeviceIdentity) -> bool | None:
    """Whether LVM finds a physical volume on a device that was chosen, or None where that is not known."""
    try:
        return volume_on(look_at_volumes(host), identity, host) is not None
    except Refused:
        return None


class CreatePhysicalVolume(LvmCommand, frozen=True, eq=False):
    """Create a physical volume on an empty disk.

    Attributes:
        device: the disk.
        over: it was confirmed that data is lost to which no signature leads: it need not be blank.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    device: DeviceIdentity
    over: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CreatePhysicalVolume) and self.device == other.device

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.device)

    def title(self) -> str:
        return _("Create a PV on {path}").format(path=clean(self.device.path))

    def why(self) -> str:
        return _(
            "A PV header and a small metadata area are written to the start of the disk. It is then a"
            " physical volume: the building block of a volume group."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        # Without --yes: LVM asks before it overwrites anything, and gets no answer.
        return ("lvm", "pvcreate", self.device.path)

    def is_done(self, host: Host) -> bool:
        return is_physical_volume(host, self.device) is True

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        device = guard(host, self.device, inventory)
        found = contents(host, inventory, device)
        if found.refusal is not None:
            raise Refused(found.refusal)
        if not (found.empty or (self.over and not found.is_known)):
            raise Refused(
                Problem(
                    "pv.not-empty",
                    _("{path} is not empty.").format(path=clean(self.device.path)),
                    cause=_("It holds data that would be lost."),
                    remedy=_("Use it as it is, or confirm that it should be erased."),
                    evidence=found.words[:8],
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Where LVM uses a devices file, pvcreate adds the disk to it."""
        compare(host, self.device)
        LvmCommand.run(self, host, progress)

    def unseen(self, host: Host) -> tuple[str, ...]:
        """The disk, when udev does not call it a physical volume."""
        return unseen_content(host, self.device.path, lambda found: found.content == _MEMBER)

    def undo(self) -> tuple[Operation, ...]:
        return (RemovePhysicalVolume(self.device),)


class RemovePhysicalVolume(LvmCommand, frozen=True):
    """Remove the PV from a disk that no volume group uses."""

    risk: ClassVar[Risk] = Risk.REWRITES

    device: DeviceIdentity

    def title(self) -> str:
        return _("Remove the PV from {path}").format(path=clean(self.device.path))

    def why(self) -> str:
        return _("The disk is a PV that no volume group uses; without the PV header it is free.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "pvremove", self.device.path)

    def is_done(self, host: Host) -> bool:
        return is_physical_volume(host, self.device) is False

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        device = guard(host, self.device, inventory)
        refusal = contents(host, inventory, device).refusal
        if refusal is not None:
            raise Refused(refusal)
        volume = volume_on(inventory, self.device, host)
        if volume is not None and volume.volume_group:
            raise Refused(
                Problem(
                    "pv.in-group",
                    _("{path} belongs to the volume group {group}.").format(
                        path=clean(self.device.path), group=clean(volume.volume_group, 60)
                    ),
                    remedy=_("Remove the group first, or remove the disk from it."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        compare(host, self.device)
        LvmCommand.run(self, host, progress)

    def unseen(self, host: Host) -> tuple[str, ...]:
        """The disk, while udev calls it a physical volume."""
        return unseen_content(host, self.device.path, lambda found: found.content != _MEMBER)

    def undo(self) -> tuple[Operation, ...]:
        return (CreatePhysicalVolume(self.device, over=True),)
