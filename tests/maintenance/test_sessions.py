"""Proposals about sessions: each names exactly what it touches, and says what the next boot brings."""

from msgspec.structs import replace

from tests.setup.building import PORTAL, SECOND, TARGET, installed, logged_in, record
from tui.maintenance.sessions import log_in, log_out, scan, session_of, why_no_login, why_no_logout
from tui.storage.model.block import BlockKind
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Session, SessionState


def two() -> Inventory:
    records = (record(PORTAL, startup="automatic"), record(SECOND))
    session = Session(3, TARGET, PORTAL, state=SessionState.LOGGED_IN, host_number=2)
    return replace(installed(), node_records=records, sessions=(session,))


def used() -> Inventory:
    inventory = logged_in(PORTAL)
    disk = next(one for one in inventory.devices if one.kind is BlockKind.DISK)
    mount = Mount(disk.path, disk.name, "/srv/data", "ext4", ("rw",))
    return replace(inventory, mounts=(mount,))


def test_logging_in_to_several_is_one_plan_side_by_side() -> None:
    inventory = two()
    proposal = log_in(inventory.node_records, inventory)
    assert proposal.plan.together
    assert [one.shown()[0].split()[3:8] for one in proposal.plan.operations] == [
        ["-T", TARGET, "-p", portal.label, "-I"] for portal in (PORTAL, SECOND)
    ]
    assert proposal.notes == (("At the next boot this host logs in automatically with 1 of the 2 records."),)
    assert proposal.way_back is not None
    assert len(proposal.way_back.operations) == 2


def test_without_iscsid_nobody_logs_in() -> None:
    inventory = replace(two(), daemon_answers=False)
    refusal = log_in(inventory.node_records, inventory).refusal
    assert refusal is not None
    assert refusal.code == "daemon.silent"


def test_logging_out_says_that_the_next_boot_logs_in_again() -> None:
    inventory = two()
    proposal = log_out(inventory.sessions, inventory)
    assert proposal.refusal is None
    assert proposal.notes == (
        ("At the next boot this host logs in there automatically, as configured in the records."),
    )
    assert proposal.plan.operations[0].shown() == ("iscsiadm -m session -r 3 --logout",)
    assert proposal.way_back is not None


def test_without_its_record_a_session_cannot_be_put_back() -> None:
    inventory = replace(two(), node_records=())
    assert log_out(inventory.sessions, inventory).way_back is None


def test_a_mounted_disk_is_not_torn_away() -> None:
    inventory = used()
    refusal = log_out(inventory.sessions, inventory).refusal
    assert refusal is not None
    assert "/srv/data" in refusal.summary
    assert "/srv/data" in why_no_logout(inventory.sessions[0], inventory)


def test_a_session_without_a_name_is_left_to_iscsid() -> None:
    nameless = Session(30, "", PORTAL, state=SessionState.FREE)
    refusal = log_out((nameless,), replace(installed(), sessions=(nameless,))).refusal
    assert refusal is not None
    assert refusal.code == "logout.nameless"


def test_who_is_logged_in_already_need_not_be() -> None:
    inventory = two()
    first, second = inventory.node_records
    assert session_of(inventory, first) == inventory.sessions[0]
    assert "session 3" in why_no_login(first, inventory)
    assert not why_no_login(second, inventory)
    failed = replace(inventory.sessions[0], state=SessionState.FAILED)
    assert "reconnect" in why_no_login(first, replace(inventory, sessions=(failed,)))


def test_a_scan_waits_for_the_session() -> None:
    inventory = two()
    assert scan(inventory.sessions).refusal is None
    failed = replace(inventory.sessions[0], state=SessionState.FAILED)
    refusal = scan((failed,)).refusal
    assert refusal is not None
    assert refusal.code == "scan.session-down"
