"""F05: a session without its connection, within its timer and after it."""

import time

import pytest
from msgspec.structs import replace

from tests.recovery.making import (
    HEALTHY,
    NO_ROUTE,
    NOW,
    OPEN,
    REFUSED,
    SILENT,
    causes,
    daemon_said,
    evidence_of,
    findings,
    kernel_said,
    lost,
    only,
    single_path,
    two_paths,
)
from tests.setup.building import PORTAL, SECOND, TARGET
from tui.recovery.facts import Link
from tui.recovery.finding import Weight
from tui.storage.host.interface import PortAnswer
from tui.storage.model.iscsi import DeviceState, SessionState

CODE = "F05.session-lost"
BROKE = kernel_said("connection1:0: detected conn error (1022)", ago=30.0)


@pytest.mark.parametrize("kind", HEALTHY)
def test_a_healthy_host_has_no_finding(kind: str) -> None:
    assert findings(evidence_of(HEALTHY[kind]())) == ()


def test_within_its_timer_waiting_is_the_first_fix_and_the_time_left_is_told() -> None:
    found = only(replace(evidence_of(lost(single_path()), SILENT), kernel=(BROKE,)), CODE)
    assert found.weight is Weight.CAUSE
    assert found.rungs == (f"session:{TARGET}|{PORTAL.label}|default",)
    assert found.fixes[0].seconds_left == pytest.approx(90.0)
    assert time.strftime("%H:%M:%S", time.localtime(NOW + 90.0)) in found.meaning
    assert "/srv/data" in found.meaning
    assert all(fix.proposal is None for fix in found.fixes)
    told = [line for seen in found.seen for line in seen.lines]
    assert BROKE.text in told
    assert "recovery_tmo: 120" in told


def test_the_time_left_counts_from_the_first_error_after_the_last_recovery() -> None:
    earlier = kernel_said("connection1:0: detected conn error (1020)", ago=500.0)
    back = daemon_said("connection1:0 is operational after recovery (1 attempts)", ago=480.0)
    again = kernel_said("connection1:0: detected conn error (1022)", ago=10.0)
    evidence = replace(
        evidence_of(lost(single_path()), SILENT), kernel=(earlier, BROKE, again), daemon=(back,)
    )
    assert only(evidence, CODE).fixes[0].seconds_left == pytest.approx(90.0)


def test_a_timer_that_never_runs_down_has_no_time_left() -> None:
    found = only(evidence_of(lost(single_path(), timer=-1), SILENT), CODE)
    assert found.fixes[0].seconds_left is None
    assert "however long" in found.meaning


def test_after_its_timer_nobody_is_told_to_wait_for_the_timer() -> None:
    inventory = lost(single_path(), state=SessionState.FREE, disks=DeviceState.TRANSPORT_OFFLINE)
    found = only(evidence_of(inventory, SILENT), CODE)
    assert all(fix.seconds_left is None for fix in found.fixes)
    assert found.fixes[-1].confirm
    assert "I/O fails at once" in found.meaning


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (SILENT, ["the network administrator", "the storage administrator"]),
        (NO_ROUTE, ["the network administrator", "the storage administrator"]),
        (REFUSED, ["the storage administrator"]),
        (OPEN, []),
    ],
)
def test_who_is_asked_follows_from_how_the_portal_answers(answer: PortAnswer, asked: list[str]) -> None:
    found = only(evidence_of(lost(single_path()), answer), CODE)
    asks = [fix.ask for fix in found.fixes if fix.ask is not None]
    assert [ask.who for ask in asks] == asked
    for ask in asks:
        assert TARGET in ask.words
        assert PORTAL.label in ask.words
        assert "192.0.2.5 (eth1)" in ask.words
        assert "iqn.1993-08.org.debian:01:c3b048656983" in ask.words
        assert "{" not in ask.words


def test_a_dead_link_of_this_host_is_named() -> None:
    evidence = replace(
        evidence_of(lost(single_path()), SILENT), links=(Link("eth1", 1500, "down", carrier=False),)
    )
    assert "eth1" in only(evidence, CODE).hypotheses[0].cause


def test_sessions_of_one_portal_are_one_finding_and_those_of_two_portals_two() -> None:
    found = findings(evidence_of(lost(two_paths()), SILENT))
    assert [one.code for one in found] == [CODE, CODE]
    assert all(one.weight is Weight.CAUSE for one in found)


def test_with_a_good_path_left_nothing_waits() -> None:
    found = only(evidence_of(lost(two_paths(), SECOND), SILENT), CODE)
    assert "Other paths still reach" in found.meaning


def test_a_refused_session_is_not_a_lost_one() -> None:
    line = daemon_said("connection1:0 login rejected: initiator failed authorization with target (02/02)")
    evidence = replace(evidence_of(lost(single_path()), OPEN), daemon=(line,))
    assert CODE not in causes(evidence)
