"""What every operation of the volume half says of itself, and that the journal can keep it."""

import pytest

from tui.storage.codec import decode, encode
from tui.storage.devices.identity import DeviceIdentity
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.operations.boot.fstab_entry import AddFstabEntry, RemoveFstabEntry
from tui.storage.operations.boot.mount_unit import RemoveMountUnit, WriteMountUnit
from tui.storage.operations.boot.rc_local import RemoveRcLocalLines, RestoreRcLocalLines
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.filesystem.signatures import WipeSignatures
from tui.storage.operations.filesystem.write_test import WriteTest
from tui.storage.operations.lvm.activation import ActivateVolumeGroup, DeactivateVolumeGroup
from tui.storage.operations.lvm.devices_file import AddToDevicesFile, RemoveFromDevicesFile
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume, RemoveLogicalVolume
from tui.storage.operations.lvm.physical_volume import CreatePhysicalVolume, RemovePhysicalVolume
from tui.storage.operations.lvm.volume_group import (
    CreateVolumeGroup,
    ExtendVolumeGroup,
    ReduceVolumeGroup,
    RemoveVolumeGroup,
)
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.mounts.mount_point import MakeMountPoint, RemoveMountPoint
from tui.storage.operations.mounts.owner import SetOwner
from tui.storage.operations.operation import CannotUndo, Operation, Risk
from tui.storage.probe.devices.all_signatures import Signature

DISK = DeviceIdentity("/dev/sda", "naa.6001405", 512 * 1024 * 1024, "iqn.2003-01.org.example:t1", 3, "8:0")
HOSTILE = DeviceIdentity("/dev/sd\x1b[31m", "naa.\x07", 1, "iqn.\x1b]0;x\x07", 0, "8:0")
FSTAB = ("UUID=1-2", "/srv/my data", "ext4", ("_netdev", "nofail", "x-systemd.device-timeout=60s"))

OPERATIONS: tuple[Operation, ...] = (
    WipeSignatures(DISK, (Signature("ext4", 1080, "1-2", "my data"),), ("sda1",)),
    CreatePhysicalVolume(DISK),
    RemovePhysicalVolume(DISK),
    CreateVolumeGroup("vg", (DISK, DISK)),
    RemoveVolumeGroup("vg"),
    ExtendVolumeGroup("vg", (DISK,)),
    ReduceVolumeGroup("vg", (DISK,)),
    ActivateVolumeGroup("vg"),
    DeactivateVolumeGroup("vg"),
    CreateLogicalVolume("vg", "data", 100),
    RemoveLogicalVolume("vg", "data"),
    MakeFilesystem("/dev/vg/data", FilesystemKind.XFS, "data", "1-2"),
    MakeMountPoint("/srv/my data"),
    RemoveMountPoint("/srv/my data"),
    MountFilesystem("/dev/vg/data", "/srv/my data", "ext4", ("acl", "nofail")),
    UnmountFilesystem("/dev/vg/data", "/srv/my data", "ext4", ("acl", "nofail")),
    SetOwner("/srv/my data", "postgres", "postgres", "0750", (0, 0, 0o755)),
    WriteTest("/srv/my data"),
    AddFstabEntry(*FSTAB, 2),
    RemoveFstabEntry(*FSTAB, 2),
    WriteMountUnit(*FSTAB),
    RemoveMountUnit(*FSTAB),
    RemoveRcLocalLines(("mount /dev/vg/data /srv",)),
    RestoreRcLocalLines(("mount /dev/vg/data /srv",)),
    AddToDevicesFile(DISK),
    RemoveFromDevicesFile(DISK),
)
everyone = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: type(one).__name__)


@everyone
def test_it_explains_itself(operation: Operation) -> None:
    assert operation.title()
    assert not operation.title().endswith(".")
    assert operation.why().endswith(".")
    assert operation.shown()
    assert all(line and "\n" not in line for line in operation.shown())


@everyone
def test_the_journal_gives_it_back(operation: Operation) -> None:
    kind = Operation.kinds[type(operation).__name__]
    assert decode(kind, encode(operation)) == operation


@everyone
def test_it_can_be_undone_or_says_why_not(operation: Operation) -> None:
    undo = operation.undo()
    if isinstance(undo, CannotUndo):
        assert undo.reason.endswith(".")
        return
    assert all(isinstance(step, Operation) for step in undo)
    # Undoing the undoing leads back, or is said to be impossible.
    for step in undo:
        back = step.undo()
        assert isinstance(back, CannotUndo) or back == (operation,)


@everyone
def test_nothing_is_forced(operation: Operation) -> None:
    words = " ".join(operation.shown()).split()
    assert not {"-f", "-ff", "-F", "--force", "-y"} & set(words)
    if "--yes" in words:
        assert isinstance(operation, CreateLogicalVolume | RemoveLogicalVolume | AddToDevicesFile)


def test_only_erasing_destroys_and_it_says_what() -> None:
    destroying = [candidate for candidate in OPERATIONS if candidate.risk is Risk.DESTROYS]
    assert [type(candidate) for candidate in destroying] == [WipeSignatures]
    lost = destroying[0].loses()
    for fact in ("/dev/sda", "naa.6001405", "512 MiB", "LUN 3", "iqn.2003-01.org.example:t1"):
        assert fact in lost[0]
    assert "ext4 (my data)" in lost[1]
    assert "sda1" in lost[2]
    assert all(not candidate.loses() for candidate in OPERATIONS if candidate.risk is not Risk.DESTROYS)


@pytest.mark.parametrize(
    "operation",
    [
        WipeSignatures(HOSTILE, (Signature("e\x1b", 0, "", "\x1b[2J"),), ("\x1b",)),
        CreatePhysicalVolume(HOSTILE),
        CreateVolumeGroup("v\x1b[31m", (HOSTILE,)),
        AddFstabEntry("UUID=\x1b", "/srv/\x1b[31m", "ext4", ("a\x1b",)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_hostile_names_change_nothing_but_their_own_field(operation: Operation) -> None:
    lines = (operation.title(), *operation.shown(), *operation.loses())
    assert not any("\x1b" in line or "\x07" in line for line in lines)


def test_a_signatures_folder_has_a_plain_name() -> None:
    assert WipeSignatures(DISK).folder.endswith("/wipefs-naa.6001405")
    odd = DeviceIdentity("/dev/sda", "../../etc", 1)
    name = WipeSignatures(odd).folder.rpartition("/")[2]
    # What had to be left out stands in a digest: two names never become one.
    assert name.startswith("wipefs-etc+")
    assert name != WipeSignatures(DeviceIdentity("/dev/sda", ".././etc", 1)).folder.rpartition("/")[2]
