"""F33: damaged records and a stale lock."""

from msgspec.structs import replace

from tests.recovery.making import evidence_of, findings, only, single_path
from tests.setup.building import PORTAL, TARGET
from tui.recovery.evidence import Item, Unread
from tui.recovery.facts import DaemonProcess, DatabaseLock
from tui.storage.operations.iscsi.damaged_record import RemoveDamagedRecord
from tui.storage.operations.iscsi.discovery import AddNodeRecord
from tui.storage.operations.iscsi.records import RemoveStaleLock

PATH = f"/etc/iscsi/nodes/{TARGET}/192.0.2.10,3260,1/default"
STRAY = "/etc/iscsi/nodes/notes.txt"


def test_damaged_records_are_moved_away_and_made_anew_where_their_name_tells() -> None:
    inventory = replace(single_path(), damaged_records=(PATH, STRAY))
    found = only(evidence_of(inventory), "F33.damaged-record")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert proposal.plan.operations == (
        RemoveDamagedRecord(PATH),
        RemoveDamagedRecord(STRAY),
        AddNodeRecord(TARGET, PORTAL, "default"),
    )
    assert proposal.notes


def test_a_lock_that_nobody_holds_is_removed() -> None:
    lock = DatabaseLock("/run/lock/iscsi/lock.write", taken=True, seconds=300.0)
    found = only(replace(evidence_of(single_path()), database=lock), "F33.stale-lock")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert proposal.plan.operations == (RemoveStaleLock(),)


def test_a_lock_with_an_iscsiadm_at_work_is_left_to_a_person() -> None:
    lock = DatabaseLock("/run/lock/iscsi/lock.write", taken=True, seconds=300.0)
    evidence = replace(evidence_of(single_path()), database=lock)
    running = (*evidence.daemons, DaemonProcess(900, "iscsiadm", "S", 310.0))
    found = only(replace(evidence, daemons=running), "F33.stale-lock")
    assert found.fixes[0].proposal is None
    assert found.fixes[0].by_hand[0].startswith("kill 900")
    assert found.fixes[0].confirm


def test_a_lock_of_moments_is_no_trouble() -> None:
    lock = DatabaseLock("/run/lock/iscsi/lock.write", taken=True, seconds=1.0)
    assert findings(replace(evidence_of(single_path()), database=lock)) == ()
    old = replace(lock, seconds=300.0)
    unread = (Unread(Item.DATABASE, "no answer in time"),)
    assert findings(replace(evidence_of(single_path()), database=old, unread=unread)) == ()
