"""A plan that cannot go on is not begun: nothing is unmounted for a repair that would be refused."""

import pytest

from tests.lab.conftest import GuestFactory
from tests.lab.volumes import PORTAL, TARGET, UUID, carry_out, log_in, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest

pytestmark = pytest.mark.lab

MORE = """
from tui.storage.operations.filesystem.check_filesystem import CheckFilesystem, RepairFilesystem
from tui.storage.operations.filesystem.new_uuid import GiveFilesystemNewUuid
from tui.storage.operations.iscsi.scsi_state import SetDiskRunning
from tui.storage.iscsi.luns import LunName
KIND = FilesystemKind.EXT4
"""
MOUNT = "'/dev/vg/data', '/srv/data', 'ext4'"
AFTER = {
    "repair": f"RepairFilesystem('/dev/vg/data', KIND, '{UUID}')",
    "check": f"CheckFilesystem('/dev/vg/data', KIND, '{UUID}', True)",
    "identity": f"GiveFilesystemNewUuid('/dev/vg/data', KIND, '{UUID}', '{UUID[::-1]}')",
}
PROTECT = "blockdev --set{} /dev/sda /dev/vg/data"


@pytest.fixture(scope="module")
def guest(guest_factory: GuestFactory) -> Guest:
    guest = guest_factory("open")
    log_in(guest)
    sh(
        guest,
        f"""
        vgcreate -qq vg /dev/sda; lvcreate -qq -Wn -l 100%FREE -n data vg
        mkfs.ext4 -q -U {UUID} /dev/vg/data; mkdir -p /srv/data; mount /dev/vg/data /srv/data
        echo kept > /srv/data/kept; sync
        iscsiadm -m node -T {TARGET} -p {PORTAL} -o update -n node.session.timeo.replacement_timeout -v 3
        echo 3 > /sys/class/iscsi_session/session1/recovery_tmo
        """,
    )
    return guest


@pytest.fixture
def silent(guest: Guest) -> Guest:
    """Its disk does not answer, and the kernel has given up waiting."""
    guest.fault(Fault.TARGET_STOPPED)
    wait_for(guest, "grep -qx FREE /sys/class/iscsi_session/session1/state")
    return guest


@pytest.mark.parametrize("operation", AFTER.values(), ids=AFTER)
def test_what_is_mounted_stays_mounted_when_its_disk_is_silent(silent: Guest, operation: str) -> None:
    done = carry_out(silent, f"UnmountFilesystem({MOUNT}), {operation}, MountFilesystem({MOUNT})", MORE)
    assert done.stages == ["waiting", "failed", "waiting"]
    assert done.codes == ["", "device.silent", ""]
    assert done.commands == []
    assert sh(silent, "findmnt -no SOURCE /srv/data") == "/dev/mapper/vg-data"
    silent.fault(Fault.TARGET_STARTED)
    wait_for(silent, "grep -qx LOGGED_IN /sys/class/iscsi_session/session1/state")


def test_nor_is_it_unmounted_when_its_disk_is_write_protected(guest: Guest) -> None:
    sh(guest, PROTECT.format("ro"))
    done = carry_out(guest, f"UnmountFilesystem({MOUNT}), {AFTER['repair']}, MountFilesystem({MOUNT})", MORE)
    sh(guest, PROTECT.format("rw"))
    assert done.codes == ["", "device.read-only", ""]
    assert done.commands == []
    assert sh(guest, "findmnt -no SOURCE /srv/data") == "/dev/mapper/vg-data"


def test_nor_when_another_file_system_is_there_than_was_chosen(guest: Guest) -> None:
    another = AFTER["repair"].replace(UUID, UUID[::-1])
    done = carry_out(guest, f"UnmountFilesystem({MOUNT}), {another}, MountFilesystem({MOUNT})", MORE)
    assert done.codes == ["", "identity.changed", ""]
    assert sh(guest, "findmnt -no SOURCE /srv/data") == "/dev/mapper/vg-data"


def test_a_plan_that_brings_the_disk_back_itself_is_begun(guest: Guest) -> None:
    sh(guest, "umount /srv/data; echo offline > /sys/block/sda/device/state")
    lun = "lun = next(lun for lun in look_at_devices(HOST).luns if lun.number == 0)\n"
    running = "SetDiskRunning(LunName('', 0, lun.wwid), (lun.disk,))"
    done = carry_out(guest, f"{running}, {AFTER['check']}, MountFilesystem({MOUNT})", MORE + lun)
    assert done.stages == ["done", "done", "done"], done
    assert sh(guest, "cat /srv/data/kept") == "kept"
