"""What every operation of repair says of itself, and that the journal can keep it."""

import re

import pytest
from msgspec.structs import replace

from tui.storage.codec import decode, encode
from tui.storage.devices.identity import DeviceIdentity
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.iscsi.luns import LunName
from tui.storage.operations.boot.fstab_line import ChangeFstabLine
from tui.storage.operations.filesystem.check_filesystem import CheckFilesystem, RepairFilesystem
from tui.storage.operations.filesystem.new_uuid import GiveFilesystemNewUuid
from tui.storage.operations.filesystem.replay_log import ReplayLog
from tui.storage.operations.filesystem.signatures import WipeSignatures
from tui.storage.operations.iscsi.scsi_state import SetDiskRunning
from tui.storage.operations.lvm.autoactivation import SetAutoactivation
from tui.storage.operations.lvm.idle_map import RemoveIdleMap
from tui.storage.operations.lvm.import_clone import ImportClone
from tui.storage.operations.lvm.metadata import UpdateMetadata
from tui.storage.operations.lvm.missing_disks import (
    RemoveMissingPvs,
    RemoveMissingPvsAndVolumes,
    RestoreMissingPv,
)
from tui.storage.operations.lvm.ownership import ExportGroup, ImportGroup, TakeOverGroup
from tui.storage.operations.lvm.partial_activation import ActivateCompleteVolume
from tui.storage.operations.lvm.restore_metadata import RestoreGroupMetadata
from tui.storage.operations.lvm.restore_pv_header import RestorePvHeader
from tui.storage.operations.lvm.stale_map import RemoveStaleMap
from tui.storage.operations.lvm.thin_repair import ExtendPoolMetadata, RepairThinPool
from tui.storage.operations.multipath.forget_wwid import ForgetWwid, RememberWwid
from tui.storage.operations.multipath.maps import StartMultipathd
from tui.storage.operations.multipath.queueing import ResumeQueueing, StopQueueing
from tui.storage.operations.operation import CannotUndo, Operation, Risk
from tui.storage.operations.repair_copies import CopyBeforeRepair, RestoreDiskHeader

MIB = 1024**2
DISK = DeviceIdentity("/dev/sda", "naa.6001405", 512 * MIB, "iqn.2003-01.org.example:t1", 3, "8:0")
HOSTILE = DeviceIdentity("/dev/sd\x1b[31m", "naa.\x07", 1, "iqn.\x1b]0;x\x07", 0, "8:0")
NOTES = "/etc/lvm/backup/vg"
EXT4, XFS = FilesystemKind.EXT4, FilesystemKind.XFS

OPERATIONS: tuple[Operation, ...] = (
    CopyBeforeRepair("2026-05-01-031500", ("vg",), (DISK,)),
    RestoreDiskHeader(DISK, "/var/lib/iscsi-console/kept/x/beginning-naa.6001405"),
    SetDiskRunning(LunName("iqn.2003-01.org.example:t1", 3, "naa.6001405"), ("sda", "sdb")),
    CheckFilesystem("/dev/vg/data", EXT4, "1-2"),
    CheckFilesystem("/dev/vg/data", XFS, "1-2", must_be_clean=True),
    RepairFilesystem("/dev/vg/data", EXT4, "1-2"),
    RepairFilesystem("/dev/vg/data", XFS, "1-2"),
    ReplayLog("/dev/vg/data", XFS, "1-2", twin=True),
    RemoveStaleMap("vg-data", "LVM-x"),
    RemoveIdleMap("vg-data", "LVM-x"),
    StartMultipathd(("naa.6001405",)),
    RestorePvHeader(DISK, "PVID", NOTES, "vg"),
    RestoreGroupMetadata("vg", "VGID", NOTES, 4),
    RestoreMissingPv("vg", "VGID", DISK, "PVID"),
    RemoveMissingPvs("vg", "VGID", ("PVID",)),
    RemoveMissingPvsAndVolumes("vg", "VGID", ("PVID",), ("data", "logs")),
    ActivateCompleteVolume("vg", "VGID", "data", "LVID"),
    UpdateMetadata("vg", "VGID"),
    ImportClone((DISK,), ("PVID",), "vg", "vg_clone"),
    GiveFilesystemNewUuid("/dev/vg_clone/data", EXT4, "1-2", "3-4"),
    GiveFilesystemNewUuid("/dev/vg_clone/data", XFS, "1-2", "3-4"),
    ImportGroup("vg", "VGID"),
    ExportGroup("vg", "VGID"),
    TakeOverGroup("vg", "VGID", "db6", "db7"),
    SetAutoactivation("vg", "VGID", on=True),
    StopQueueing("naa.6001405", "mpatha", ("/srv",)),
    ResumeQueueing("naa.6001405", "mpatha"),
    ForgetWwid("naa.6001405", "sda"),
    RememberWwid("naa.6001405", "sda"),
    ChangeFstabLine("/dev/sdb /srv ext4", "UUID=1-2 /srv ext4 _netdev", "A reason."),
    ExtendPoolMetadata("vg", "VGID", "pool", "LVID", 8 * MIB, 4 * MIB),
    RepairThinPool("vg", "VGID", "pool", "LVID"),
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
        same = isinstance(operation, ActivateCompleteVolume) or back in ((operation,), ())
        assert isinstance(back, CannotUndo) or same


@everyone
def test_only_giving_up_what_is_named_is_forced(operation: Operation) -> None:
    words = " ".join(line for line in operation.shown() if not line.startswith("edit ")).split()
    assert not {"-y", "--yes"} & set(words)
    assert ("--force" in words) == isinstance(operation, RemoveMissingPvsAndVolumes)


@everyone
def test_only_what_destroys_says_what_is_lost(operation: Operation) -> None:
    assert bool(operation.loses()) == (operation.risk is Risk.DESTROYS)


def test_what_can_lose_data_wants_a_word_typed() -> None:
    destroying = {type(candidate) for candidate in OPERATIONS if candidate.risk is Risk.DESTROYS}
    assert destroying == {RestoreDiskHeader, RemoveMissingPvsAndVolumes, StopQueueing}
    lost = RemoveMissingPvsAndVolumes("vg", "VGID", ("PVID",), ("data", "logs")).loses()
    assert [line.partition(":")[0] for line in lost] == ["vg/data", "vg/logs"]


@pytest.mark.parametrize(
    "operation",
    [
        CopyBeforeRepair("../../x\x1b", ("v\x1bg",), (HOSTILE,)),
        RestorePvHeader(HOSTILE, "P\x1b", "/etc/\x1b", "v\x1b"),
        RemoveMissingPvsAndVolumes("v\x1b", "VGID", ("\x1b",), ("d\x1b[2J",)),
        ImportClone((HOSTILE,), ("\x1b",), "v\x1b", "n\x1b"),
        TakeOverGroup("v\x1b", "VGID", "h\x1b[31m", "o\x1b"),
        StopQueueing("naa.\x07", "m\x1b", ("/srv/\x1b",)),
        ChangeFstabLine("/dev/\x1b /srv\x1b ext4", "UUID=\x1b /srv\x1b ext4", "A reason."),
    ],
    ids=lambda one: type(one).__name__,
)
def test_hostile_names_change_nothing_but_their_own_field(operation: Operation) -> None:
    lines = (operation.title(), operation.why(), *operation.shown(), *operation.loses())
    assert not any("\x1b" in line or "\x07" in line for line in lines)


def test_what_is_kept_lies_in_one_folder_and_says_how_to_go_back() -> None:
    keep = CopyBeforeRepair("../../etc", ("vg",), (DISK,))
    assert re.fullmatch(r"/var/lib/iscsi-console/kept/etc\+[0-9a-f]{16}", keep.folder)
    instructions = keep.instructions
    assert f"dd if={keep.folder}/beginning-naa.6001405 of=/dev/sda bs=1M count=1" in instructions
    assert f"lvm vgcfgrestore --file {keep.folder}/lvm-vg vg" in instructions
    assert "naa.6001405" in instructions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("t10." + "x" * 100 + "1", "t10." + "x" * 100 + "2"),
        ("t10.a b", "t10.a_b"),
        ("t10.a/b", "t10.a-b"),
        ("naa.1.", "naa.1"),
        ("naa.1", "naa.1\x1b"),
        ("", "-"),
    ],
    ids=ascii,
)
def test_copies_of_two_disks_never_share_a_name(one: str, other: str) -> None:
    disks = (replace(DISK, wwid=one), replace(DISK, wwid=other, path="/dev/sdb"))
    keep = CopyBeforeRepair("x", (), disks)
    places = {keep.copy_of(disk) for disk in disks}
    assert len(places) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9._+-]{1,200}", place.rpartition("/")[2]) for place in places)
    assert WipeSignatures(disks[0], ()).folder != WipeSignatures(disks[1], ()).folder


def test_copies_of_two_disks_with_one_wwid_are_two() -> None:
    disks = (DISK, replace(DISK, path="/dev/sdb"))
    keep = CopyBeforeRepair("x", (), disks)
    assert keep.copy_of(disks[0]) != keep.copy_of(disks[1])


def test_a_plain_name_stays_as_it_is() -> None:
    assert CopyBeforeRepair("2026-05-01-031500-vg_data", ("vg_data",)).metadata_of("vg_data") == (
        "/var/lib/iscsi-console/kept/2026-05-01-031500-vg_data/lvm-vg_data"
    )
