"""RAID LVs that work without a leg: loaded anew when the leg is back, repaired when it is gone for good."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.block import BlockDevice, LegState
from tui.storage.model.inventory import Inventory
from tui.storage.operations.guards.lvm_guard import broken_group, look_for_change, same_volume
from tui.storage.operations.guards.may_return import refuse_while_disks_may_return
from tui.storage.operations.lvm.lvm_command import LvmCommand, MetadataChange
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import translate as _

_NOTICING = 5.0
"""Seconds for the kernel to take a leg back."""


class RefreshRaidVolume(LvmCommand, frozen=True):
    """Have the kernel use the legs of a RAID LV again that are back (lvmraid(7), lvchange --refresh).

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: the volume, or the pool that the array is a part of.
        array: dm uuid of the array.
    """

    survives_reboot: ClassVar[bool] = False
    volume_group: str
    group_uuid: str
    name: str
    array: str

    def title(self) -> str:
        return _("Refresh {name}").format(name=_shown(self.volume_group, self.name))

    def why(self) -> str:
        return _(
            "Its maps are loaded again with the disks that are here now, and the leg that is back is brought"
            " up to date. It stays in use meanwhile."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvchange", "--refresh", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        array = array_of(inventory, self.array)
        return array is not None and legs_in_use(inventory, array)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        group = broken_group(inventory, self.volume_group, self.group_uuid)
        if group.missing_volumes:
            raise Refused(
                Problem(
                    "raid.leg-missing",
                    _("A PV of {group} is still missing.").format(group=clean(self.volume_group, 60)),
                    cause=_("Without it LVM would load the same maps again."),
                    remedy=_("Bring the disk back first, or replace the leg with `lvconvert --repair`."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Refresh it, and once more where the kernel looked at the leg before its own maps were loaded.

        LVM loads a table that differs from the one before (a volume made with --nosync) from the top: the
        array then still meets the old disk (`Failed to read superblock`).
        """
        LvmCommand.run(self, host, progress)
        if not wait_for(lambda: self.is_done(host), _NOTICING):
            LvmCommand.run(self, host, progress)

    def undo(self) -> tuple[Operation, ...]:
        return ()


class RepairRaidVolume(MetadataChange, frozen=True):
    """Replace the lost legs of a RAID LV by free space on other PVs (lvmraid(7), lvconvert --repair).

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: the volume.
        uuid: LVM's identity of it.
        array: its dm uuid.
    """

    volume_group: str
    group_uuid: str
    name: str
    uuid: str
    array: str

    def title(self) -> str:
        return _("Replace the lost legs of {name}").format(name=_shown(self.volume_group, self.name))

    def why(self) -> str:
        return _(
            "Free space on other PVs of the VG becomes the new leg, and is filled from the legs that are"
            " left. The volume stays in use. What is on the lost disk is not used any more."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvconvert", "--yes", "--repair", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        inventory = look_at_devices(host)
        array = array_of(inventory, self.array)
        return array is not None and legs_in_use(inventory, array)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        broken_group(inventory, self.volume_group, self.group_uuid)
        same_volume(inventory, self.volume_group, self.name, self.uuid, self.group_uuid)
        refuse_while_disks_may_return(host, inventory)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The leg that was replaced is not part of the volume any more."))


def array_of(inventory: Inventory, uuid: str) -> BlockDevice | None:
    """The RAID LV with that dm uuid, when its legs are known."""
    found = (device for device in inventory.devices if device.map_uuid == uuid)
    return next((device for device in found if device.raid is not None), None)


def legs_in_use(inventory: Inventory, array: BlockDevice) -> bool:
    """Whether every leg of an array is good or being rebuilt on a device that answers."""

    def used(name: str) -> bool:
        device = inventory.device(name)
        return device is not None and device.answers

    places = array.raid.places if array.raid is not None else ()
    return bool(places) and all(
        leg.good or (leg.state is LegState.REBUILDING and all(map(used, leg.devices))) for leg in places
    )


def _shown(group: str, name: str) -> str:
    return clean(f"{group}/{name}", 120)
