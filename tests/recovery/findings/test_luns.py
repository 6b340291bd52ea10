"""F05, F12, F26, F28, F43 at one LUN."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import (
    NOW,
    causes,
    daemon_said,
    evidence_of,
    findings,
    kernel_said,
    only,
    single_path,
)
from tests.setup.building import MIB, PORTAL, TARGET, WWID, logged_in
from tui.recovery.evidence import Evidence
from tui.recovery.facts import Identity
from tui.recovery.finding import Weight
from tui.storage.model.block import BlockDevice, BlockKind, LegState, Raid, RaidLeg
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DeviceState
from tui.storage.operations.filesystem.check_filesystem import CheckFilesystem, RepairFilesystem
from tui.storage.operations.iscsi.remove_disks import RemoveDisk
from tui.storage.operations.iscsi.scan import ScanForLuns
from tui.storage.operations.iscsi.scsi_state import SetDiskRunning
from tui.storage.operations.mounts.mount import UnmountFilesystem
from tui.storage.operations.mounts.release import WaitUntilUnused
from tui.storage.stacks.stack import stacks

KEY = f"lun:session:{TARGET}|{PORTAL.label}|default|0"
OTHER = "naa.60014050000000000000000000000099"


def asked(inventory: Inventory, **changes: object) -> Evidence:
    identity = Identity("sda", WWID, WWID, 512 * MIB)
    return replace(
        evidence_of(inventory),
        identities=(replace(identity, **changes),),
    )


def test_a_lun_that_the_target_withdrew() -> None:
    found = only(asked(logged_in(), live="", refused=True), "F12.lun-withdrawn")
    assert found.weight is Weight.CAUSE
    assert found.rungs == (KEY,)
    assert KEY in {rung.key for stack in stacks(logged_in()) for rung in stack.rungs}
    ask = found.fixes[0].ask
    assert ask is not None
    assert WWID in ask.words
    proposal = found.fixes[1].proposal
    assert proposal is not None
    assert [type(one) for one in proposal.plan.operations] == [RemoveDisk, ScanForLuns]
    assert proposal.refusal is None
    assert found.fixes[1].confirm


def test_a_withdrawn_lun_in_use_is_not_taken_away() -> None:
    found = only(asked(single_path(), live="", refused=True), "F12.lun-withdrawn")
    assert "/srv/data" in found.meaning
    proposal = found.fixes[1].proposal
    assert proposal is not None
    assert proposal.refusal is not None
    assert proposal.refusal.code == "disk.in-use"


def test_something_that_is_no_disk_in_the_place_of_a_withdrawn_lun() -> None:
    found = only(asked(logged_in(), live="", stand_in="LIO-ORG RAMDISK-MCP"), "F12.lun-withdrawn")
    assert any("RAMDISK-MCP" in line for seen in found.seen for line in seen.lines)


def test_another_volume_under_the_old_number() -> None:
    found = only(asked(single_path(), live=OTHER), "F26.lun-exchanged")
    lines = [line for seen in found.seen for line in seen.lines]
    assert any(WWID in line for line in lines)
    assert any(OTHER in line for line in lines)
    ask = found.fixes[0].ask
    assert ask is not None
    assert OTHER in ask.words
    assert WWID in ask.words


@pytest.mark.parametrize(
    "changes",
    [{}, {"live": ""}, {"kept": "t10.LIO-ORG", "live": OTHER}, {"kept": "", "live": OTHER}],
    ids=["the same", "not comparable", "another kind of name", "never known"],
)
def test_disks_that_are_what_they_were(changes: dict[str, object]) -> None:
    assert findings(asked(single_path(), **changes)) == ()


def test_changed_assignments_alone_are_normal() -> None:
    line = kernel_said(
        "sd 1:0:0:0: Warning! Received an indication that the LUN assignments on this target have changed. "
        "The Linux SCSI layer does not automatically remap LUN assignments."
    )
    assert findings(replace(asked(single_path()), kernel=(line,))) == ()


def test_a_disk_left_offline_by_the_kernel_is_set_running() -> None:
    inventory = logged_in()
    inventory = replace(
        inventory, luns=tuple(replace(one, state=DeviceState.OFFLINE) for one in inventory.luns)
    )
    found = only(evidence_of(inventory), "F05.disk-offline")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert isinstance(proposal.plan.operations[0], SetDiskRunning)
    assert found.fixes[0].confirm


@pytest.mark.parametrize(
    "line",
    [
        "critical space allocation error, dev sda, sector 2048 op 0x1:(WRITE) flags 0x0 phys_seg 1",
        "sd 1:0:0:0: [sda] tag#3 Add. Sense: Space allocation failed write protect",
    ],
)
def test_a_storage_without_room(line: str) -> None:
    found = only(replace(evidence_of(single_path()), kernel=(kernel_said(line, 600.0),)), "F28.storage-full")
    ask = found.fixes[0].ask
    assert ask is not None
    assert "07/27/07" in ask.words
    assert found.fixes[2].by_hand == ("fstrim -v /srv/data",)
    assert findings(replace(evidence_of(single_path()), kernel=(kernel_said(line, NOW / 2),))) == ()


REFUSED = (
    "sd 1:0:0:0: [sda] tag#3 Add. Sense: Logical unit communication failure",
    "I/O error, dev sda, sector 264718 op 0x1:(WRITE) flags 0x103000 phys_seg 3 prio class 2",
)
MOUNTED = "EXT4-fs (dm-1): mounted filesystem with ordered data mode. Quota mode: none."
BROKEN = "connection1:0: detected conn error (1020)"
BACK = "connection1:0 is operational after recovery (3 attempts)"


def test_a_storage_that_refuses_writes_while_the_session_is_up() -> None:
    one = replace(evidence_of(single_path()), kernel=tuple(kernel_said(line, 60.0) for line in REFUSED))
    found = only(one, "F28.writes-refused")
    assert found.weight is Weight.CAUSE
    assert found.rungs == (KEY,)
    assert len(found.hypotheses) == 3
    ask = found.fixes[0].ask
    assert ask is not None
    assert WWID in ask.words
    plan = found.fixes[1].proposal
    assert plan is not None
    kinds = [type(step) for step in plan.plan.operations]
    assert kinds[:4] == [WaitUntilUnused, UnmountFilesystem, CheckFilesystem, RepairFilesystem]


def test_writes_that_failed_for_another_reason_are_not_the_storages_refusal() -> None:
    one, refused = evidence_of(single_path()), tuple(kernel_said(line, 60.0) for line in REFUSED)
    over = kernel_said(MOUNTED, 30.0)
    assert "dm-1" in {device.name for device in one.inventory.devices}
    assert findings(replace(one, kernel=(*refused, over))) == ()
    old = tuple(kernel_said(line, 7200.0) for line in REFUSED)
    assert findings(replace(one, kernel=old)) == ()
    discarded = tuple(replace(line, text=line.text.replace("WRITE", "DISCARD")) for line in refused)
    assert findings(replace(one, kernel=discarded)) == ()
    during = replace(one, kernel=(kernel_said(BROKEN, 90.0), *refused))
    assert findings(during) == ()
    assert findings(replace(during, daemon=(daemon_said(BACK, 50.0),))) == ()
    after = replace(during, daemon=(daemon_said(BACK, 80.0),))
    assert [finding.code for finding in findings(after)] == ["F28.writes-refused"]
    gone = Identity("sda", WWID, "", refused=True)
    assert [finding.code for finding in findings(replace(one, kernel=refused, identities=(gone,)))] == [
        "F12.lun-withdrawn"
    ]


ABSENT = (
    "sd 1:0:0:0: [sda] tag#26 ASC=0x25 ASCQ=0x0",
    "I/O error, dev sda, sector 8 op 0x1:(WRITE) flags 0x29800 phys_seg 1 prio class 2",
)


@pytest.mark.parametrize("first", [ABSENT[0], "sd 1:0:0:0: rejecting I/O to offline device"])
def test_writes_that_failed_while_a_lun_was_away_are_lost_and_not_refused(first: str) -> None:
    lines = (first, ABSENT[1])
    one = replace(evidence_of(single_path()), kernel=tuple(kernel_said(line, 60.0) for line in lines))
    found = only(one, "F28.writes-lost")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert UnmountFilesystem in [type(step) for step in proposal.plan.operations]
    later = (*one.kernel, *(kernel_said(line, 30.0) for line in REFUSED))
    assert [each.code for each in findings(replace(one, kernel=later))] == ["F28.writes-refused"]


def test_a_working_array_makes_up_for_what_one_leg_did_not_take() -> None:
    """Nothing that works is taken down for it."""
    made = single_path()
    legs = (RaidLeg(("sda",), LegState.FAULTY, good=False), RaidLeg(("sdx",), LegState.IN_SYNC, good=True))
    raid = Raid("raid1", legs)
    array = BlockDevice("md7", "/dev/md7", "9:7", BlockKind.RAID, 1, slaves=("sda",), raid=raid)
    devices = tuple(replace(one, holders=("md7",)) if one.name == "sda" else one for one in made.devices)
    inventory = replace(
        made, devices=(*devices, array), mounts=tuple(replace(one, device="md7") for one in made.mounts)
    )
    for lines in (ABSENT, REFUSED):
        evidence = replace(evidence_of(inventory), kernel=tuple(kernel_said(line, 60.0) for line in lines))
        found = [one for one in findings(evidence) if one.number == "F28"]
        assert [one.code for one in found] == (["F28.writes-refused"] if lines is REFUSED else [])
        assert not [fix for one in found for fix in one.fixes if fix.proposal is not None]


def test_a_session_that_shows_no_disk() -> None:
    inventory = logged_in()
    found = only(evidence_of(replace(inventory, luns=(), devices=())), "F43.no-disk")
    proposal = found.fixes[1].proposal
    assert proposal is not None
    assert isinstance(proposal.plan.operations[0], ScanForLuns)
    assert causes(evidence_of(inventory)) == []
