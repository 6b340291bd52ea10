"""What every operation of growth and of more volumes says of itself, and that the journal can keep it."""

import pytest

from tui.storage.codec import decode, encode
from tui.storage.devices.identity import DeviceIdentity
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.operations.boot.fstab_names import RenameInFstab
from tui.storage.operations.filesystem.grow_filesystem import GrowFilesystem
from tui.storage.operations.iscsi.rescan import RescanPaths
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.operations.lvm.extend_logical_volume import ExtendLogicalVolume
from tui.storage.operations.lvm.merge_snapshot import MergeSnapshot
from tui.storage.operations.lvm.move_data import MoveData, StopMoving
from tui.storage.operations.lvm.rename import RenameLogicalVolume, RenameVolumeGroup
from tui.storage.operations.lvm.resize_physical_volume import ResizePhysicalVolume
from tui.storage.operations.lvm.snapshot import CreateSnapshot
from tui.storage.operations.lvm.thin import CreateThinPool, CreateThinVolume, RemoveThinPool, metadata_extents
from tui.storage.operations.multipath.resize_map import ResizeMap
from tui.storage.operations.operation import CannotUndo, Operation, Risk

MIB = 1024**2
DISK = DeviceIdentity("/dev/mapper/mpatha", "naa.6001405", 512 * MIB, "iqn.2003-01.org.example:t1", 3, "8:0")
HOSTILE = DeviceIdentity("/dev/sd\x1b[31m", "naa.\x07", 1, "iqn.\x1b]0;x\x07", 0, "8:0")

OPERATIONS: tuple[Operation, ...] = (
    RescanPaths(DISK, ("sda", "sdb")),
    ResizeMap(DISK, "mpatha"),
    ResizePhysicalVolume(DISK, "PVID", "vg"),
    ExtendLogicalVolume("vg", "VGID", "data", "LVID", 508 * MIB, 200),
    ExtendLogicalVolume("vg", "VGID", "data", "LVID", 508 * MIB, 0, 50),
    GrowFilesystem("/dev/vg/data", FilesystemKind.EXT4, "1-2", "/srv/my data"),
    GrowFilesystem("/dev/vg/data", FilesystemKind.XFS, "1-2", "/srv/my data"),
    GrowFilesystem("/dev/vg/data", FilesystemKind.BTRFS, "1-2", "/srv/my data", 2),
    MoveData("vg", "VGID", DISK),
    StopMoving("vg", "VGID", DISK),
    RenameLogicalVolume("vg", "data", "LVID", "archive"),
    RenameVolumeGroup("vg", "VGID", "store"),
    RenameInFstab((("/dev/vg/data", "/dev/vg/archive"),)),
    CreateSnapshot("vg", "VGID", "data", "LVID", "night", 10),
    CreateSnapshot("vg", "VGID", "thin", "LVID", "thin_night"),
    MergeSnapshot("vg", "VGID", "data", "LVID", "night", "SNAPID"),
    DestroyVolume("vg", "VGID", "data", "LVID", 508 * MIB, "ext4 my data"),
    DestroyVolume("vg", "VGID", "night", "LVID", 64 * MIB, "", "data"),
    CreateThinPool("vg", "VGID", "pool", 32),
    RemoveThinPool("vg", "VGID", "pool"),
    CreateThinVolume("vg", "VGID", "pool", "thin", 256 * MIB),
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
    for step in undo:
        back = step.undo()
        assert isinstance(back, CannotUndo) or back == (operation,)


@everyone
def test_nothing_is_forced_and_lvm_keeps_its_notes_first(operation: Operation) -> None:
    words = " ".join(operation.shown()).split()
    assert not {"-f", "-ff", "-F", "--force", "-y", "--resizefs", "-r"} & set(words)
    if "--yes" in words:
        assert isinstance(operation, DestroyVolume | MergeSnapshot | RemoveThinPool)
    rewrites = any(line.startswith("lvm ") and "vgcfgbackup" not in line for line in operation.shown())
    if rewrites and not isinstance(operation, StopMoving):
        assert operation.shown()[0].startswith("lvm vgcfgbackup --file ")


@everyone
def test_only_what_is_destroyed_is_lost(operation: Operation) -> None:
    destroys = isinstance(operation, DestroyVolume | MergeSnapshot)
    assert (operation.risk is Risk.DESTROYS) == destroys
    assert bool(operation.loses()) == destroys


def test_what_is_lost_is_named() -> None:
    plain, snapshot = (candidate for candidate in OPERATIONS if isinstance(candidate, DestroyVolume))
    assert plain.loses() == ("vg/data, 508 MiB: ext4 my data",)
    assert snapshot.loses() == ("vg/night: the saved state of data",)
    unknown = DestroyVolume("vg", "VGID", "data", "LVID", MIB)
    assert "there may be data" in unknown.loses()[0]


@pytest.mark.parametrize(
    "operation",
    [
        RescanPaths(HOSTILE, ("sda",)),
        ResizePhysicalVolume(HOSTILE, "U", "v\x1b[31m"),
        MoveData("v\x1b[31m", "U", HOSTILE),
        GrowFilesystem("/dev/vg/\x1b", FilesystemKind.XFS, "u", "/srv/\x1b[2J"),
        DestroyVolume("v\x07", "U", "\x1b[31m", "U", 1, "ext4 \x1b]0;x\x07"),
        RenameInFstab((("/dev/\x1b", "/dev/\x07"),)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_hostile_names_change_nothing_but_their_own_field(operation: Operation) -> None:
    lines = (operation.title(), *operation.shown(), *operation.loses())
    assert not any("\x1b" in line or "\x07" in line for line in lines)


def test_each_file_system_grows_by_its_own_tool() -> None:
    shown = [candidate.shown() for candidate in OPERATIONS if isinstance(candidate, GrowFilesystem)]
    assert shown == [
        ("resize2fs /dev/vg/data",),
        ("xfs_growfs -d '/srv/my data'",),
        ("btrfs filesystem resize 2:max '/srv/my data'",),
    ]


def test_a_volume_is_extended_to_a_size_or_by_a_share_without_its_file_system() -> None:
    by_size, by_share = (
        candidate.shown()[1] for candidate in OPERATIONS if isinstance(candidate, ExtendLogicalVolume)
    )
    assert by_size == "lvm lvextend --extents 200 vg/data"
    assert by_share == "lvm lvextend --extents +50%FREE vg/data"


def test_a_pool_leaves_room_for_its_notes_and_a_spare() -> None:
    assert metadata_extents(32, 4 * MIB) == 2
    assert metadata_extents(1024 * 1024, 4 * MIB) == 2048
    assert metadata_extents(5, 0) == 0
