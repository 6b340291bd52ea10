"""F01, F31, F10: refused at a login, and refused when a session comes back."""

import re

import pytest
from msgspec.structs import replace

from tests.recovery.making import (
    SILENT,
    causes,
    daemon_said,
    evidence_of,
    findings,
    kernel_said,
    lost,
    only,
    single_path,
)
from tests.setup.building import FRESH, NAME, PORTAL, SECOND, TARGET, known, record
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Weight
from tui.storage.iscsi.chap import ChapKind
from tui.storage.model.iscsi import DeviceState, Initiator, SessionState
from tui.storage.operations.iscsi.records import DeleteNodeRecord, SetRecordValues
from tui.storage.operations.iscsi.sessions import LogIn, LogOut
from tui.storage.operations.services.prerequisites import RestartDaemon

AUTHORIZATION = "connection1:0 login rejected: initiator failed authorization with target"
AUTHENTICATION = "session 1 login rejected: Initiator failed authentication with target"
NOT_FOUND = "connection1:0 login rejected: initiator error - target not found (02/03)"
MUTUAL = "session 1: failing authentication, received incorrect CHAP response 0x12"
KEY = f"session:{TARGET}|{PORTAL.label}|default"


def turned_away(line: str) -> Evidence:
    """A session that iscsid tries to bring back in vain."""
    inventory = lost(single_path(), state=SessionState.FREE, disks=DeviceState.TRANSPORT_OFFLINE)
    broke = kernel_said("connection1:0: detected conn error (1020)", ago=60.0)
    return replace(evidence_of(inventory), kernel=(broke,), daemon=(daemon_said(line),))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (AUTHORIZATION, "F01.not-admitted"),
        (AUTHENTICATION, "F01.wrong-chap"),
        (MUTUAL, "F31.target-not-proved"),
        (NOT_FOUND, "F10.target-gone"),
        ("connection1:0 login rejected: target error (03/01)", "F10.target-unavailable"),
        ("connection1:0 login rejected: initiator error (02/07)", "F01.refused"),
    ],
)
def test_each_refusal_of_a_returning_session_has_its_code(line: str, code: str) -> None:
    found = only(turned_away(line), code)
    assert found.weight is Weight.CAUSE
    assert found.rungs == (KEY,)
    assert line in [text for seen in found.seen for text in seen.lines]
    assert "/srv/data" in found.meaning
    assert found.ruled_out


def test_how_often_it_was_refused_is_told_once_it_was_more_than_once() -> None:
    evidence = turned_away(AUTHENTICATION)
    (last,) = evidence.daemon
    words = "logins that iscsid noted as refused like this"
    assert words not in [one.source for one in only(evidence, "F01.wrong-chap").seen]
    before = tuple(replace(last, when=last.when - 2.0 * number) for number in range(11, 0, -1))
    other = replace(last, text=AUTHORIZATION, when=last.when - 60)
    found = only(replace(evidence, daemon=(other, *before, last)), "F01.wrong-chap")
    (told,) = [one.lines for one in found.seen if one.source == words]
    assert re.fullmatch(r"12 since \d\d:\d\d:\d\d, the last one at \d\d:\d\d:\d\d", told[0])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (AUTHORIZATION.replace("connection1", "connection7"), "F01.not-admitted"),
        (AUTHENTICATION.replace("session 1", "session 7"), "F01.wrong-chap"),
        (NOT_FOUND.replace("connection1", "connection7"), "F10.target-gone"),
    ],
)
def test_each_refusal_of_a_first_login_is_given_to_the_only_record(line: str, code: str) -> None:
    found = only(replace(evidence_of(known()), daemon=(daemon_said(line),)), code)
    assert found.rungs == (KEY,)
    last = found.fixes[-1].proposal
    assert last is not None
    expected = DeleteNodeRecord if code.startswith("F10") else LogIn
    assert isinstance(last.plan.operations[0], expected)


def test_of_two_records_only_one_that_iscsiadm_names_is_blamed() -> None:
    refused = daemon_said(AUTHORIZATION.replace("connection1", "connection7"))
    both = evidence_of(known(PORTAL, SECOND))
    assert findings(replace(both, daemon=(refused,))) == ()
    named = daemon_said(
        f"iscsiadm: Could not login to [iface: default, target: {TARGET}, portal: 198.51.100.10,3260]."
    )
    found = only(replace(both, daemon=(refused, named)), "F01.not-admitted")
    assert found.rungs == (f"session:{TARGET}|{SECOND.label}|default",)


def test_a_refusal_whose_number_tells_another_target_is_not_laid_to_the_only_record() -> None:
    refused = daemon_said("connection7:0 login rejected: target error (03/01)", 60.0)
    ended = daemon_said(
        "Connection7:0 to [target: iqn.2003-01.org.example:other, portal: 192.0.2.10,3260] through"
        " [iface: default] is shutdown.",
        30.0,
    )
    assert findings(replace(evidence_of(known()), daemon=(refused, ended))) == ()
    own = replace(ended, text=ended.text.replace("iqn.2003-01.org.example:other", TARGET))
    found = only(replace(evidence_of(known()), daemon=(refused, own)), "F10.target-unavailable")
    assert found.rungs == (KEY,)


@pytest.mark.parametrize("ago", [4000.0, 90_000.0])
def test_an_old_refusal_is_not_told(ago: float) -> None:
    line = daemon_said(AUTHORIZATION.replace("connection1", "connection7"), ago)
    assert findings(replace(evidence_of(known()), daemon=(line,))) == ()


def test_a_refusal_before_a_successful_login_is_not_told() -> None:
    refused = daemon_said(AUTHORIZATION.replace("connection1", "connection7"), 60.0)
    later = daemon_said(
        f"Connection8:0 to [target: {TARGET}, portal: 192.0.2.10,3260] through [iface: default] "
        "is operational now",
        30.0,
    )
    assert findings(replace(evidence_of(known()), daemon=(refused, later))) == ()
    back = daemon_said("connection1:0 is operational after recovery (9 attempts)", 1.0)
    evidence = turned_away(AUTHORIZATION)
    evidence = replace(evidence, daemon=(daemon_said(AUTHORIZATION, 10.0), back))
    assert causes(evidence) == ["F05.session-lost"]


def test_a_portal_that_does_not_answer_refuses_nobody() -> None:
    line = daemon_said(AUTHORIZATION.replace("connection1", "connection7"))
    assert findings(replace(evidence_of(known(), SILENT), daemon=(line,))) == ()


def test_both_names_stand_side_by_side_and_the_message_holds_the_right_one() -> None:
    evidence = turned_away(AUTHORIZATION)
    evidence = replace(evidence, inventory=replace(evidence.inventory, initiator=Initiator(FRESH)))
    found = next(one for one in findings(evidence) if one.code == "F01.not-admitted")
    lines = [line for seen in found.seen for line in seen.lines]
    assert f"/etc/iscsi/initiatorname.iscsi: {FRESH}" in lines
    assert f"session 1: {NAME}" in lines
    restart, asked = found.fixes[0], found.fixes[1].ask
    assert restart.proposal is not None
    assert restart.proposal.plan.operations == (RestartDaemon("iscsid.service"),)
    assert asked is not None
    assert NAME in asked.words
    assert TARGET in asked.words


def test_what_the_record_holds_of_chap_is_shown_without_a_secret() -> None:
    inventory = known(chap=ChapKind.ONE_WAY)
    line = daemon_said(AUTHENTICATION.replace("session 1", "session 7"))
    found = only(replace(evidence_of(inventory), daemon=(line,)), "F01.wrong-chap")
    lines = [line for seen in found.seen for line in seen.lines]
    assert "node.session.auth.password = ********" in lines
    assert "differ" in found.hypotheses[0].cause
    found = only(replace(evidence_of(known()), daemon=(line,)), "F01.wrong-chap")
    assert "has no secret" in found.hypotheses[0].cause


def test_a_target_that_is_gone_can_be_given_up_unless_it_is_in_use() -> None:
    evidence = turned_away(NOT_FOUND)
    fix = only(evidence, "F10.target-gone").fixes[-1]
    assert fix.confirm
    assert fix.proposal is not None
    assert [type(one) for one in fix.proposal.plan.operations] == [SetRecordValues, LogOut, DeleteNodeRecord]
    assert fix.proposal.refusal is not None
    assert fix.proposal.refusal.code == "logout.in-use"


def test_a_manual_record_nobody_tried_is_no_trouble() -> None:
    assert findings(evidence_of(replace(known(), node_records=(record(),)))) == ()


def test_of_the_lines_of_a_session_only_its_refusals_are_shown() -> None:
    evidence = turned_away(AUTHORIZATION)
    other = replace(
        evidence.daemon[0], text="connection1:0 is being reopened", when=evidence.daemon[0].when - 1
    )
    found = only(replace(evidence, daemon=(other, *evidence.daemon)), "F01.not-admitted")
    shown = [line for seen in found.seen for line in seen.lines]
    assert any("login rejected" in line for line in shown)
    assert other.text not in shown
