"""Undoing a set-up: what its journals say was changed, and only while it is still what the set-up created."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.setup.building import NAME, PORTAL, SECOND, TARGET, installed, known, logged_in, record
from tests.storage.scripted_host import ScriptedHost
from tui.setup.session import Places, Setup
from tui.setup.undo import Changed, latest, undo
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.plan import Plan
from tui.storage.devices.identity import DeviceIdentity
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.iscsi.chap import ChapKind, ChapSettings
from tui.storage.iscsi.discovery import DiscoveryKind, NodeKey
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.boot.fstab_entry import AddFstabEntry
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.iscsi.discovery import StoreDiscovered
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume
from tui.storage.operations.lvm.physical_volume import CreatePhysicalVolume
from tui.storage.operations.lvm.volume_group import CreateVolumeGroup
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.mounts.mount_point import MakeMountPoint
from tui.storage.operations.operation import Operation, Risk
from tui.storage.operations.services.prerequisites import EnableService, LoadModule

UUID = "11111111-2222-3333-4444-555555555555"
DISK = DeviceIdentity("/dev/sda", "naa.6001", 1 << 29, TARGET, 0)
LV = "/dev/vg/data"
DEFAULTS = (("node.startup", "automatic"),)

NAMED: tuple[Operation, ...] = (
    LoadModule("iscsi_tcp"),
    SetInitiatorName(NAME, "iqn.2000-01.com.example:before"),
    EnableService("iscsid.socket"),
)
STORED: tuple[Operation, ...] = (
    StoreDiscovered(DiscoveryKind.SENDTARGETS, PORTAL, (NodeKey(TARGET, PORTAL), NodeKey(TARGET, SECOND))),
    SetRecordChap(TARGET, PORTAL, "default", ChapSettings(ChapKind.NONE)),
    SetRecordValues(TARGET, PORTAL, "default", DEFAULTS),
    SetRecordValues(TARGET, SECOND, "default", DEFAULTS, (("node.startup", "manual"),)),
)
LOGGED_IN: tuple[Operation, ...] = (LogIn(TARGET, PORTAL, "default"),)
MADE: tuple[Operation, ...] = (
    CreatePhysicalVolume(DISK),
    CreateVolumeGroup("vg", (DISK,)),
    CreateLogicalVolume("vg", "data", 10),
    MakeFilesystem(LV, FilesystemKind.EXT4, "", UUID),
    MakeMountPoint("/srv/data"),
    AddFstabEntry(f"UUID={UUID}", "/srv/data", "ext4", ("rw",), 2),
    MountFilesystem(LV, "/srv/data", "ext4", ("rw",)),
)
WHOLE = tuple(Changed(plan, plan) for plan in (NAMED, STORED, LOGGED_IN, MADE))


def host_now(uuid: str = UUID, *others: str) -> Inventory:
    """The host after the set-up; the file system has that UUID, and the VG has other LVs too."""
    inventory = logged_in()
    device = BlockDevice(
        "dm-0", LV, "253:0", BlockKind.LOGICAL_VOLUME, 1 << 28, content="ext4", content_uuid=uuid
    )
    return replace(
        inventory,
        devices=(*inventory.devices, device),
        volume_groups=(VolumeGroup("vg", "vg-uuid", 1 << 29),),
        logical_volumes=(
            LogicalVolume("data", "vg", "lv-uuid", 1 << 28, LV, "dm-0", active=True),
            *(LogicalVolume(name, "vg", name) for name in others),
        ),
        node_records=(record(PORTAL),),
    )


def names(operations: tuple[Operation, ...]) -> list[str]:
    return [type(operation).__name__ for operation in operations]


def test_the_whole_way_back_with_the_volume_destroyed_and_its_group_and_record_removed() -> None:
    found = undo(WHOLE, host_now())
    assert found.refusal is None
    assert names(found.plan.operations) == [
        "UnmountFilesystem",
        "RemoveFstabEntry",
        "RemoveMountPoint",
        "DestroyVolume",
        "RemoveVolumeGroup",
        "RemovePhysicalVolume",
        "LogOut",
        "SetRecordValues",
        "DeleteNodeRecord",
        "DisableService",
        "SetInitiatorName",
    ]
    assert found.plan.risk is Risk.DESTROYS
    assert found.plan.loses() == ("vg/data, 256 MiB: ext4",)
    assert found.plan.operations[3] == DestroyVolume("vg", "vg-uuid", "data", "lv-uuid", 1 << 28, "ext4")


def test_what_existed_before_is_set_back_and_what_cannot_be_undone_says_why() -> None:
    found = undo(WHOLE, host_now())
    kept = [operation for operation in found.plan.operations if isinstance(operation, SetRecordValues)]
    assert [operation.values for operation in kept] == [(("node.startup", "manual"),)]
    assert [operation.portal for operation in kept] == [SECOND]
    deleted = [
        operation for operation in found.plan.operations if type(operation).__name__ == "DeleteNodeRecord"
    ]
    assert [getattr(operation, "portal", None) for operation in deleted] == [PORTAL]
    assert len(found.stays) == 1
    assert found.stays[0].startswith("Not undone: ")
    assert "iscsi_tcp" in found.stays[0]
    assert found.stays[0].endswith(LoadModule("iscsi_tcp").undo().reason)


def test_a_name_that_was_the_first_one_stays() -> None:
    change = (SetInitiatorName(NAME, ""),)
    found = undo((Changed(change, change),), installed())
    assert found.plan.operations == ()
    assert "no initiator name before" in found.stays[0]


def test_a_service_that_other_records_need_stays_enabled() -> None:
    found = undo(WHOLE, replace(host_now(), node_records=(record(PORTAL), record(SECOND))))
    assert "DisableService" not in names(found.plan.operations)
    assert any("Other node records" in line for line in found.stays)


def test_another_file_system_than_the_one_created_is_not_destroyed() -> None:
    found = undo(WHOLE, host_now("99999999-2222-3333-4444-555555555555"))
    assert found.refusal is not None
    assert found.refusal.code == "undo.another-content"
    inactive = host_now()
    volumes = tuple(replace(volume, device="", active=False) for volume in inactive.logical_volumes)
    found = undo(WHOLE, replace(inactive, logical_volumes=volumes))
    assert found.refusal is not None
    assert found.refusal.code == "undo.another-content"


def test_a_group_with_other_volumes_is_refused_by_their_names() -> None:
    found = undo(WHOLE, host_now(UUID, "logs"))
    assert found.refusal is not None
    assert found.refusal.code == "undo.other-volumes"
    assert "logs" in found.refusal.summary
    assert "data" not in found.refusal.summary.partition(":")[2]


def test_a_volume_that_is_gone_is_not_destroyed() -> None:
    gone = replace(host_now(), logical_volumes=(), volume_groups=())
    found = undo(WHOLE, gone)
    assert found.refusal is None
    assert "DestroyVolume" not in names(found.plan.operations)


def test_a_volume_without_a_file_system_is_only_removed_empty() -> None:
    change = MADE[:3]
    found = undo((Changed(change, change),), host_now())
    assert names(found.plan.operations)[0] == "RemoveLogicalVolume"
    assert found.plan.risk < Risk.DESTROYS


def journal(
    folder: Path, *operations: Operation, done: tuple[int, ...], origin: Origin = Origin.SETUP
) -> None:
    """A finished journal in which the operations of these numbers changed something."""
    made = Journal.open(Plan("a plan", operations), folder, origin)
    for number in range(len(operations)):
        made.begin(number)
        made.done(number, already=number not in done)
    made.finish()


def test_only_what_was_changed_counts_and_only_by_the_set_up(tmp_path: Path) -> None:
    journal(tmp_path, *NAMED, done=(1,))
    journal(tmp_path, *LOGGED_IN, done=(0,), origin=Origin.CONSOLE)
    journal(tmp_path, *STORED, done=(0, 2))
    found = latest(tmp_path)
    assert [names(changed.done) for changed in found] == [
        ["SetInitiatorName"],
        ["StoreDiscovered", "SetRecordValues"],
    ]
    assert names(found[1].planned) == names(STORED)


def test_a_set_up_ends_with_its_mount(tmp_path: Path) -> None:
    journal(tmp_path, *NAMED, done=(1,))
    journal(tmp_path, *MADE, done=tuple(range(7)))
    journal(tmp_path, *NAMED, done=())
    assert [names(changed.done)[-1] for changed in latest(tmp_path)] == [
        "SetInitiatorName",
        "MountFilesystem",
    ]
    journal(tmp_path, *LOGGED_IN, done=(0,))
    assert [names(changed.done) for changed in latest(tmp_path)] == [["LogIn"]]


def test_what_another_version_did_is_not_known_and_nothing_before_it_is_undone(tmp_path: Path) -> None:
    journal(tmp_path, *NAMED, done=(1,))
    journal(tmp_path, *LOGGED_IN, done=(0,))
    newest = max(tmp_path.glob("*.jsonl"))
    newest.write_text(newest.read_text().replace('"LogIn"', '"LogInElsewhere"'))
    assert latest(tmp_path) == ()
    journal(tmp_path, *STORED, done=(0,))
    assert [names(changed.done) for changed in latest(tmp_path)] == [["StoreDiscovered"]]


@pytest.mark.parametrize("folder", ["nothing", "."])
def test_without_journals_there_is_nothing_to_undo(tmp_path: Path, folder: str) -> None:
    places = Places(tmp_path / folder, tmp_path / "lock")
    assert latest(places.journals) == ()
    assert not Setup(ScriptedHost(), places).can_undo
    assert Setup(ScriptedHost(), places).undo().plan.operations == ()


def test_only_root_is_offered_to_undo_and_what_is_gone_is_left_out(tmp_path: Path) -> None:
    journal(tmp_path / "journal", *STORED, done=(0,))
    places = Places(tmp_path / "journal", tmp_path / "lock")
    assert Setup(ScriptedHost(), places).can_undo
    assert not Setup(ScriptedHost(root=False), places).can_undo
    unchanged = Places(tmp_path / "unchanged", tmp_path / "lock")
    journal(unchanged.journals, *STORED, done=())
    journal(unchanged.journals, *STORED, done=(0,), origin=Origin.CONSOLE)
    assert not Setup(ScriptedHost(), unchanged).can_undo
    assert known(PORTAL).node_records
    assert Setup(ScriptedHost(), places).undo().plan.operations == ()
