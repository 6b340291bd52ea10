"""F21: volumes that are active here on a disk that is a virtual machine's."""

from msgspec.structs import replace

from tests.recovery.making import evidence_of, findings, only, several_groups, single_path
from tui.recovery.evidence import Evidence
from tui.recovery.facts import GuestDisk
from tui.recovery.finding import Weight
from tui.storage.model.inventory import Inventory
from tui.storage.operations.lvm.activation import DeactivateVolumeGroup
from tui.storage.operations.lvm.devices_file import RemoveFromDevicesFile

SECOND_DISK = GuestDisk(4711, "qemu-system-x86", "/dev/sdb")


def opened(*guests: GuestDisk, inventory: Inventory | None = None, devices_file: str = "") -> Evidence:
    """Some disks are open in virtual machines."""
    return replace(evidence_of(inventory or several_groups()), guests=guests, devices_file=devices_file)


def test_a_group_on_the_disk_of_a_guest() -> None:
    found = only(opened(SECOND_DISK), "F21.guest-group")
    assert found.weight is Weight.CAUSE
    assert "vg_more" in found.summary
    assert "4711" in found.summary
    first, second = found.fixes
    assert first.proposal is not None
    assert first.proposal.refusal is None
    assert [type(one) for one in first.proposal.plan.operations] == [DeactivateVolumeGroup]
    assert first.confirm
    assert any("global_filter" in line for line in second.by_hand)


def test_with_a_devices_file_the_disk_leaves_it() -> None:
    one = several_groups()
    devices = tuple(
        replace(device, content="LVM2_member") if device.name == "sdb" else device for device in one.devices
    )
    listed = "IDTYPE=sys_wwid IDNAME=naa.1 DEVNAME=/dev/sdb PVID=PVID2\n"
    found = only(
        opened(SECOND_DISK, inventory=replace(one, devices=devices), devices_file=listed), "F21.guest-group"
    )
    assert found.fixes[0].proposal is not None
    kinds = [type(step) for step in found.fixes[0].proposal.plan.operations]
    assert kinds == [DeactivateVolumeGroup, RemoveFromDevicesFile]


def test_what_is_mounted_here_is_not_torn_away() -> None:
    found = only(opened(replace(SECOND_DISK, path="/dev/sda")), "F21.guest-group")
    assert "/srv/data" in found.meaning
    assert found.fixes[0].proposal is not None
    assert found.fixes[0].proposal.refusal is not None


def test_a_guest_on_a_volume_of_this_host_is_well() -> None:
    assert findings(opened(replace(SECOND_DISK, path="/dev/dm-2"))) == ()
    assert findings(opened(replace(SECOND_DISK, path="/dev/null"))) == ()
    idle = several_groups()
    idle = replace(
        idle,
        devices=tuple(one for one in idle.devices if one.name != "dm-2"),
        logical_volumes=tuple(
            replace(one, active=False, device="") if one.volume_group == "vg_more" else one
            for one in idle.logical_volumes
        ),
    )
    assert findings(opened(SECOND_DISK, inventory=idle)) == ()
    assert findings(opened(inventory=single_path())) == ()
