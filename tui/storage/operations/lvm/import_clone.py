"""A clone or snapshot of LUNs, made a group of its own beside the original (vgimportclone(8))."""

from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.lvm.names import volume_group_name_problems
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import unseen_content
from tui.storage.operations.guards.device_guard import guard
from tui.storage.operations.guards.lvm_guard import look_for_change, refuse_taken_path
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.operation import CannotUndo, Progress, Risk
from tui.storage.probe.devices.all_signatures import content_of
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class ImportClone(LvmCommand, frozen=True):
    """Give the disks of a clone identities of their own, and their group another name.

    Attributes:
        devices: every disk of the clone, as the person identified them; never one of the original.
        physical_volumes: the identities that they share with the disks of the original.
        original: name of the original group.
        new_name: of the group that is made of the clone.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    devices: tuple[DeviceIdentity, ...]
    physical_volumes: tuple[str, ...]
    original: str
    new_name: str

    def title(self) -> str:
        return _("Import the clone of {group} as the volume group {name}").format(
            group=clean(self.original, 60), name=clean(self.new_name, 60)
        )

    def why(self) -> str:
        return _(
            "Two sets of disks carry the same UUIDs, so LVM may confuse them. The clone gets new ones;"
            " the original is not changed."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        paths = tuple(device.path for device in self.devices)
        return ("lvm", "vgimportclone", "--basevgname", self.new_name, *paths)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        try:
            disks = {compare(host, device, inventory)[0].name for device in self.devices}
        except Refused:
            return False
        group = group_named(inventory, self.new_name)
        return group is not None and {pv.device for pv in inventory.members_of(group)} == disks

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        for problem in volume_group_name_problems(
            self.new_name, [group.name for group in inventory.volume_groups]
        ):
            raise Refused(problem)
        refuse_taken_path(host, self.new_name)
        devices = [guard(host, device, inventory) for device in self.devices]
        carried = [_carried(host, device) for device in devices]
        if sorted(carried) != sorted(self.physical_volumes) or len(set(carried)) != len(carried):
            raise Refused(
                Problem(
                    "clone.changed",
                    _("The chosen disks do not hold what was found on them before."),
                    remedy=_("Check the disks again. Nothing was written."),
                    evidence=tuple(clean(uuid, 60) for uuid in carried[:6]),
                )
            )
        self._refuse_no_twin(inventory, {device.name for device in devices}, host)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        for device in self.devices:
            compare(host, device)
        LvmCommand.run(self, host, progress)

    def unseen(self, host: Host) -> tuple[str, ...]:
        """Those disks that udev knows by the identity of the original."""

        def is_own(found: BlockDevice) -> bool:
            return found.content_uuid not in self.physical_volumes

        return tuple(path for disk in self.devices for path in unseen_content(host, disk.path, is_own))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The clone keeps its new UUIDs. The storage can create another clone."))

    def _refuse_no_twin(self, inventory: Inventory, chosen: set[str], host: Host) -> None:
        """See that each has its twin among the disks that were not chosen, under another WWID.

        Without one it is the original that was chosen, or the same LUN over another path.
        """
        wwids = {lun.wwid for lun in inventory.luns if lun.disk in chosen and lun.wwid}
        twins = {
            _carried(host, device)
            for device in inventory.devices
            if device.name not in chosen
            and device.answers
            and device.content == "LVM2_member"
            and not device.multipath_member
            and not _wwids(inventory, device) & wwids
        }
        alone = sorted(set(self.physical_volumes) - twins)
        if alone:
            raise Refused(
                Problem(
                    "clone.no-original",
                    _("No other disk carries the same UUID, so this is not a clone next to its original."),
                    cause=_("The original is missing, or the chosen disks are another path to it."),
                    remedy=_("Compare the WWIDs. The same WWID is one LUN, and needs multipath."),
                    evidence=tuple(clean(uuid, 60) for uuid in alone[:6]),
                )
            )


def _carried(host: Host, device: BlockDevice) -> str:
    found = content_of(host, device.path)
    return found.get("UUID", "") if found.get("TYPE") == "LVM2_member" else ""


def _wwids(inventory: Inventory, device: BlockDevice) -> set[str]:
    disks = {device.name, *device.slaves}
    return {lun.wwid for lun in inventory.luns if lun.disk in disks and lun.wwid}
