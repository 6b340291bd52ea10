"""Proposals about node records, discovery portals and ifaces."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.setup.building import PORTAL, SECOND, TARGET, installed, record
from tui.maintenance.record_fields import Effect, changes, fields, problems
from tui.maintenance.records import (
    add_interface,
    delete,
    delete_interface,
    edit,
    forget_portal,
    kind_of,
    rediscover,
    wanted_chap,
    why_interface_stays,
    why_no_deletion,
)
from tui.storage.iscsi.chap import NO_CHAP, ChapKind, ChapSettings
from tui.storage.iscsi.discovery import Found, Standing
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import ChapFacts, DiscoveryRecord, InterfaceRecord, Portal, Session, SessionState
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.probe.iscsi.settings import Settings, parse_settings
from tui.storage.secret import Secret

GOLDEN = Settings(
    parse_settings((Path(__file__).parent.parent / "golden" / "node-record-2.1.8.txt").read_text())
)
MUTUAL = ChapFacts("CHAP", "host", True, "array", True)


def with_session() -> Inventory:
    session = Session(3, TARGET, PORTAL, state=SessionState.LOGGED_IN)
    return replace(installed(), node_records=(record(PORTAL), record(SECOND)), sessions=(session,))


def shown(proposal_plan_operations: tuple[object, ...]) -> list[str]:
    return [line for one in proposal_plan_operations for line in one.shown()]  # type: ignore[attr-defined]  # operations


def test_every_field_is_in_a_shipped_record_with_a_value_it_allows() -> None:
    stored = {field.key: GOLDEN.text(field.key) for field in fields()}
    assert all(stored.values())
    assert problems(stored) == ()
    assert changes(GOLDEN, stored) == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("node.startup", "sometimes"),
        ("node.session.queue_depth", "0"),
        ("node.session.queue_depth", "many"),
        ("node.session.cmds_max", "100"),
        ("node.session.timeo.replacement_timeout", "-2"),
        ("node.session.timeo.replacement_timeout", "--1"),
        ("node.conn[0].iscsi.HeaderDigest", "MD5"),
    ],
)
def test_a_value_that_open_iscsi_would_not_take_is_told(key: str, value: str) -> None:
    (found,) = problems({key: value})
    assert found.field == key


def test_the_difference_says_when_it_is_felt() -> None:
    wanted = {"node.startup": "automatic", "node.session.timeo.replacement_timeout": "-1"}
    found = changes(GOLDEN, wanted)
    assert [change.field.effect for change in found] == [Effect.NEXT_BOOT, Effect.NEXT_LOGIN]
    assert found[0].words == "At boot: manual becomes automatic, at the next boot"
    assert found[1].words == "Recovery timeout (replacement_timeout): 120 becomes -1, at the next login"


def test_an_edit_touches_one_record_and_can_be_taken_back() -> None:
    proposal = edit(record(PORTAL), GOLDEN, {"node.startup": "automatic"}, None, with_session())
    (operation,) = proposal.plan.operations
    assert isinstance(operation, SetRecordValues)
    assert operation.values == (("node.startup", "automatic"), ("node.conn[0].startup", "automatic"))
    assert operation.previous == (("node.startup", "manual"), ("node.conn[0].startup", "manual"))
    assert "-T " in operation.shown()[0]
    assert "-I default" in operation.shown()[0]
    assert proposal.notes[-1] == "Session 3 keeps its settings until it logs out and in again."
    assert proposal.way_back is not None
    assert proposal.way_back.operations == operation.undo()


def test_what_a_record_does_not_say_cannot_be_put_back() -> None:
    proposal = edit(record(PORTAL), Settings(()), {"node.session.queue_depth": "64"}, None, installed())
    assert proposal.way_back is None
    assert proposal.notes == ("Queue depth: the default becomes 64, at the next login",)


def test_chap_is_written_only_where_it_is_another() -> None:
    typed = ChapSettings("host", username_in="array")
    assert wanted_chap(ChapKind.MUTUAL, typed, MUTUAL) is None
    assert wanted_chap(ChapKind.NONE, typed, ChapFacts()) is None
    assert wanted_chap(ChapKind.NONE, typed, MUTUAL) == NO_CHAP
    one_way = wanted_chap(ChapKind.ONE_WAY, replace(typed, password=Secret("practice-in-12")), MUTUAL)
    assert one_way == ChapSettings("host", Secret("practice-in-12"))
    assert wanted_chap(ChapKind.ONE_WAY, ChapSettings("other"), ChapFacts("CHAP", "host", True)) is not None


def test_a_secret_is_in_no_word_of_the_proposal() -> None:
    chap = ChapSettings("host", Secret("practice-in-12"))
    proposal = edit(record(PORTAL), GOLDEN, {}, chap, with_session())
    (operation,) = proposal.plan.operations
    assert isinstance(operation, SetRecordChap)
    assert proposal.notes[0] == "CHAP: none becomes one-way, at the next login"
    assert "practice-in-12" not in repr(proposal)
    assert "practice-in-12" not in "".join(shown(proposal.plan.operations))


def test_the_kind_is_told_by_the_secrets() -> None:
    assert kind_of(MUTUAL) is ChapKind.MUTUAL
    assert kind_of(ChapFacts("None", "host", True)) is ChapKind.ONE_WAY
    assert kind_of(ChapFacts("CHAP")) is ChapKind.NONE


def test_a_record_in_use_stops_the_deletion_of_all() -> None:
    inventory = with_session()
    refusal = delete(inventory.node_records, inventory).refusal
    assert refusal is not None
    assert refusal.code == "record.in-use"
    assert "session" in refusal.summary
    assert why_no_deletion(inventory.node_records[0], inventory)
    assert not why_no_deletion(inventory.node_records[1], inventory)


def test_every_deletion_names_target_portal_and_iface() -> None:
    inventory = replace(with_session(), sessions=())
    proposal = delete(inventory.node_records, inventory)
    assert proposal.refusal is None
    assert shown(proposal.plan.operations) == [
        f"iscsiadm -m node -T {TARGET} -p {portal.label} -I default -o delete" for portal in (PORTAL, SECOND)
    ]
    assert proposal.way_back is None


def test_a_portal_is_forgotten_with_its_secret_and_what_iscsiadm_made_by_asking_it() -> None:
    portal = DiscoveryRecord("sendtargets", Portal("192.0.2.10"), MUTUAL)
    alone = forget_portal(portal, (), installed())
    assert alone.notes[0] == "The node records stay, and so do sessions."
    assert "Its CHAP secret for discovery is lost." in alone.notes
    assert alone.refusal is None
    with_records = forget_portal(portal, (record(SECOND),), with_session())
    assert TARGET in with_records.notes[0]
    assert with_records.refusal is None
    in_use = forget_portal(portal, (record(PORTAL),), with_session())
    assert in_use.refusal is not None
    assert in_use.refusal.code == "record.in-use"


def test_rediscovery_adds_and_deletes_only_what_was_chosen() -> None:
    portal = DiscoveryRecord("sendtargets", Portal("192.0.2.10"))
    new = Found("iqn.2003-01.org.linux-iscsi.lab:t2", PORTAL, Standing.NEW)
    gone = Found(TARGET, SECOND, Standing.VANISHED, recorded=True)
    known = Found(TARGET, PORTAL, Standing.KNOWN, recorded=True)
    inventory = with_session()
    proposal = rediscover(portal, (new, gone, known), inventory)
    assert shown(proposal.plan.operations) == [
        f"iscsiadm -m node -T {new.target} -p 192.0.2.10:3260,1 -I default -o new",
        f"iscsiadm -m node -T {TARGET} -p {SECOND.label} -I default -o delete",
    ]
    assert proposal.refusal is None
    in_use = rediscover(portal, (replace(gone, portal=PORTAL),), inventory)
    assert in_use.refusal is not None


def test_an_iface_that_is_used_stays() -> None:
    bound = InterfaceRecord("eth1", network_device="eth1")
    inventory = replace(installed(), node_records=(record(PORTAL, iface="eth1"),))
    assert why_interface_stays(InterfaceRecord("default"), inventory)
    assert delete_interface(bound, inventory).refusal is not None
    session = Session(3, TARGET, PORTAL, iface="eth1")
    assert why_interface_stays(bound, replace(installed(), sessions=(session,)))
    assert delete_interface(bound, installed()).refusal is None
    made = add_interface(bound)
    assert made.way_back is not None
    assert shown(made.way_back.operations) == ["iscsiadm -m iface -I eth1 -o delete"]
