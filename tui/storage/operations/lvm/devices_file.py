"""LVM's devices file: where it is in use, LVM sees only the disks listed in it (lvmdevices(8))."""

from tui.storage.boot_check.facts import lvm_settings
from tui.storage.devices.identity import DeviceIdentity, compare, identity_of
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.lvm.physical_volume import is_physical_volume
from tui.storage.operations.operation import Operation
from tui.storage.probe.devices.all_signatures import content_of
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

FOLDER = "/etc/lvm/devices"


def uses_devices_file(host: Host) -> bool:
    """Whether LVM uses only the disks listed in its devices file: it is enabled, and the file is there."""
    settings = lvm_settings(host)
    name = settings.get("devicesfile") or "system.devices"
    return settings.get("use_devicesfile") == "1" and host.facts(f"{FOLDER}/{name}") is not None


class AddToDevicesFile(LvmCommand, frozen=True):
    """List a disk that carries a physical volume in LVM's devices file, so that LVM uses it.

    pvcreate lists the disks that it initializes; one that comes from elsewhere is not listed.

    Attributes:
        device: the disk or map.
        moved: the file lists what is on it under another identity, that of a LUN which is gone: LVM asks
            then before it lists it again (`--yes`).
    """

    device: DeviceIdentity
    moved: bool = False

    def title(self) -> str:
        return _("Add {path} to LVM's devices file").format(path=clean(self.device.path))

    def why(self) -> str:
        return _(
            "On this host LVM uses only disks that are listed in its devices file. This disk holds a PV"
            " from elsewhere and is not listed yet. Nothing is written to the disk."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvmdevices", *(("--yes",) if self.moved else ()), "--adddev", self.device.path)

    def is_done(self, host: Host) -> bool:
        return is_physical_volume(host, self.device) is True

    def check(self, host: Host) -> None:
        device, inventory = compare(host, self.device)
        path = clean(self.device.path)
        content = content_of(host, device.path) if device.answers else {}
        if content.get("TYPE") != "LVM2_member":
            raise Refused(
                Problem(
                    "lvm-devices.no-volume",
                    _("No PV is found on {path}.").format(path=path),
                    remedy=_("Check the disk again."),
                )
            )
        twin = _twin(inventory, self.device, content.get("UUID", ""))
        if twin is not None:
            raise Refused(
                Problem(
                    "lvm-devices.twin",
                    _("{path} and {other} hold the same PV.").format(path=path, other=clean(twin.path)),
                    cause=_("One of them is a copy: their WWIDs differ."),
                    remedy=_(
                        "Find out which one is the copy, and import it under another name (vgimportclone)."
                    ),
                )
            )
        if not uses_devices_file(host):
            raise Refused(
                Problem(
                    "lvm-devices.unused",
                    _("LVM does not show {path}, but not because of its devices file.").format(path=path),
                    cause=_("A filter in /etc/lvm/lvm.conf may exclude it, or it belongs to another host."),
                    remedy=_("Check `pvs -a --foreign --shared` and `lvmconfig devices`."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (RemoveFromDevicesFile(self.device),)


def _twin(inventory: Inventory, device: DeviceIdentity, uuid: str) -> BlockDevice | None:
    """Another LUN that is here, by its WWID, with the same physical volume."""
    for other in inventory.devices:
        if uuid and other.content_uuid == uuid and inventory.lun_on(other.name) is not None:
            wwid = identity_of(inventory, other).wwid
            if wwid and device.wwid and wwid != device.wwid:
                return other
    return None


class RemoveFromDevicesFile(LvmCommand, frozen=True):
    """Remove a disk on which nothing is active from LVM's devices file."""

    device: DeviceIdentity

    def title(self) -> str:
        return _("Remove {path} from LVM's devices file").format(path=clean(self.device.path))

    def why(self) -> str:
        return _("LVM ignores the disk from now on. Nothing is written to the disk.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvmdevices", "--deldev", self.device.path)

    def is_done(self, host: Host) -> bool:
        return is_physical_volume(host, self.device) is False

    def check(self, host: Host) -> None:
        device, _inventory = compare(host, self.device)
        if device.holders:
            raise Refused(
                Problem(
                    "lvm-devices.active",
                    _("Volumes on {path} are active.").format(path=clean(self.device.path)),
                    remedy=_("Deactivate the volume group first."),
                )
            )

    def undo(self) -> tuple[Operation, ...]:
        return (AddToDevicesFile(self.device),)
