"""What tests of volumes share: an array of three LUNs, and scripts run in the guest by the real executor."""

from tests.lab.operate import Performed, operate, tell
from tests.waiting import until
from tui.lab.guest import Guest
from tui.lab.san import read_description

TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
PORTAL = "192.0.2.10:3260"
UUID = "11111111-2222-4333-8444-555555555555"
UUID_XFS = "22222222-2222-4333-8444-555555555555"
UUID_BTRFS = "33333333-2222-4333-8444-555555555555"

THREE_LUNS = (
    read_description("open")
    + """
[[target.lun]]
number = 1
size = "640M"

[[target.lun]]
number = 2
size = "512M"
"""
)

IMPORTS = """
from tests.lab.volume_side import HOST, disk, identity, look, say, say_boot_check, say_contents
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.files.mount_options import boot_options
from tui.storage.operations.boot.fstab_entry import AddFstabEntry, RemoveFstabEntry
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume, RemoveLogicalVolume
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.mounts.mount_point import MakeMountPoint
from tui.storage.operations.boot.mount_unit import WriteMountUnit
from tui.storage.operations.mounts.owner import SetOwner
from tui.storage.operations.lvm.physical_volume import CreatePhysicalVolume, RemovePhysicalVolume
from tui.storage.operations.boot.rc_local import RemoveRcLocalLines
from tui.storage.operations.filesystem.signatures import WipeSignatures
from tui.storage.operations.lvm.activation import ActivateVolumeGroup, DeactivateVolumeGroup
from tui.storage.operations.lvm.volume_group import CreateVolumeGroup, ExtendVolumeGroup
from tui.storage.operations.filesystem.write_test import WriteTest
from tui.storage.probe.narrow import look_at_devices
from tui.storage.files.rc_local import relevant_lines
"""
"""What every script of a test may name."""


def answer(guest: Guest, script: str) -> dict[str, object]:
    """What a script says last in the guest (`say`)."""
    return tell(guest, IMPORTS + script)[-1]


def carry_out(guest: Guest, operations: str, before: str = "") -> Performed:
    """Run a plan of operations, written as the arguments of `perform`, in the guest; `before` runs first."""
    return operate(guest, f"{IMPORTS}\n{before}\nperform({operations})")[-1]


def each(guest: Guest, *plans: str) -> list[Performed]:
    """Run several plans one after the other in one program, and say what became of each."""
    return operate(guest, "\n".join((IMPORTS, *(f"perform({plan})" for plan in plans))))


def log_in(guest: Guest, *portals: str) -> None:
    """Log in to the lab's target, now and at boot."""
    for portal in portals or (PORTAL,):
        where = ("-T", TARGET, "-p", portal)
        guest.check("iscsiadm", "-m", "node", *where, "-o", "new")
        guest.check("iscsiadm", "-m", "node", *where, "-o", "update", "-n", "node.startup", "-v", "automatic")
        guest.check("iscsiadm", "-m", "node", *where, "-l", timeout=120)
    disks_are_here(guest)
    guest.check("systemctl", "enable", "--quiet", "open-iscsi.service", "iscsid.socket")


DISKS = """(for one in /sys/class/scsi_device/*/device; do
    [ ! -e $one ] || [ "$(cat $one/type)" != 0 ] || [ -n "$(ls $one/block 2>/dev/null)" ] || exit 1
done)"""
"""A shell condition: every LUN has its block device, which the kernel makes after it has told of the LUN."""


def disks_are_here(guest: Guest) -> None:
    """Wait until every LUN that the kernel knows is a disk, and udev has done with it."""
    wait_for(guest, DISKS)
    guest.check("udevadm", "settle")


def sh(guest: Guest, script: str) -> str:
    """The output of a shell script that must succeed, without blanks around it."""
    return guest.check("sh", "-ec", script, timeout=120).strip()


def blank(guest: Guest, disk: str) -> None:
    """Zero a disk (`tests.lab.backing_side`)."""
    guest.check("python3", "-m", "tests.lab.backing_side", "blank", disk, timeout=300)


def copy_disk(guest: Guest, source: str, disk: str) -> None:
    """Have the array make a disk a clone of another, with nothing of it mounted."""
    guest.check("python3", "-m", "tests.lab.backing_side", "copy", source, disk, timeout=300)


def wait_for(guest: Guest, condition: str) -> None:
    """Wait until a shell condition holds."""
    script = f"for i in $(seq 50); do if {condition}; then exit 0; fi; sleep 0.1; done; exit 1"
    said = ""

    def holds() -> bool:
        nonlocal said
        done = guest.run(("sh", "-ec", script), timeout=120)
        said = done.error_text
        return done.status == 0

    until(holds, lambda: f"{condition}\n{said}")


def path_of(guest: Guest, lun: int) -> str:
    """The name of a LUN's disk."""
    return sh(guest, f"readlink -f /dev/disk/by-path/*-lun-{lun}").split()[0]
