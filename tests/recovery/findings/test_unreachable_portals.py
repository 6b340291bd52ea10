"""F02 and F09: portals that take no connection."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import (
    NO_NETWORK,
    NO_ROUTE,
    OPEN,
    REFUSED,
    SILENT,
    causes,
    daemon_said,
    evidence_of,
    findings,
    lost,
    only,
    single_path,
)
from tests.setup.building import PORTAL, TARGET, known, record
from tui.recovery.evidence import Evidence
from tui.recovery.facts import Link, PortalReply
from tui.recovery.finding import Weight
from tui.storage.host.interface import Answer, PortAnswer
from tui.storage.model.iscsi import Portal
from tui.storage.operations.iscsi.records import DeleteNodeRecord, SetRecordValues
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.probe.system.routes import Route

OTHER = Portal("203.0.113.9", 3260, 1)
LOCAL = Portal("fe80::1", 3260, 1)


def automatic(answer: PortAnswer) -> Evidence:
    """A record that asks for a login at boot, and nobody logged in."""
    inventory = replace(known(), node_records=(record(startup="automatic"),))
    return evidence_of(inventory, answer)


@pytest.mark.parametrize(
    ("answer", "words", "asked"),
    [
        (REFUSED, "refuses the connection", ["the storage administrator"]),
        (SILENT, "does not answer", ["the network administrator", "the storage administrator"]),
        (NO_ROUTE, "No route to host", ["the network administrator", "the storage administrator"]),
        (
            PortAnswer(Answer.NO_SUCH_HOST, 0.1, "Name or service not known"),
            "cannot be resolved",
            ["the storage administrator"],
        ),
    ],
)
def test_how_it_answers_decides_the_words(answer: PortAnswer, words: str, asked: list[str]) -> None:
    found = only(automatic(answer), "F02.portal-unreachable")
    assert words in found.summary
    assert found.rungs == (f"portal:{TARGET}|{PORTAL.label}",)
    assert [fix.ask.who for fix in found.fixes if fix.ask is not None] == asked
    assert found.hypotheses
    last = found.fixes[-1]
    assert last.proposal is not None
    assert last.proposal.plan.operations == (LogIn(TARGET, PORTAL),)
    assert last.confirm


def test_without_a_route_this_host_is_looked_at_first() -> None:
    evidence = replace(automatic(NO_NETWORK), routes=(Route(PORTAL.address, error="Network is unreachable"),))
    found = only(evidence, "F02.portal-unreachable")
    assert f"ip route get {PORTAL.address}" in found.fixes[0].by_hand
    assert "no route to that network" in found.hypotheses[0].cause


def test_a_link_that_is_down_here_is_the_only_hypothesis() -> None:
    evidence = replace(automatic(SILENT), links=(Link("eth1", 1500, "down", carrier=False),))
    assert len(only(evidence, "F02.portal-unreachable").hypotheses) == 1


def test_a_manual_record_is_missed_only_when_somebody_just_tried() -> None:
    assert findings(evidence_of(known(), REFUSED)) == ()
    tried = daemon_said("cannot make a connection to 192.0.2.10:3260 (-1,111)", 60.0)
    assert causes(replace(evidence_of(known(), REFUSED), daemon=(tried,))) == ["F02.portal-unreachable"]
    long_ago = daemon_said("cannot make a connection to 192.0.2.10:3260 (-1,111)", 5000.0)
    assert findings(replace(evidence_of(known(), REFUSED), daemon=(long_ago,))) == ()


def test_a_portal_that_answers_or_was_not_tried_is_none() -> None:
    for evidence in (
        automatic(OPEN),
        automatic(PortAnswer(Answer.UNTRIED, 0.0)),
        replace(automatic(SILENT), portals=()),
    ):
        assert causes(evidence) == ["F49.not-logged-in"]


def test_a_lost_session_through_the_same_portal_tells_of_it_already() -> None:
    inventory = lost(single_path())
    other = record(target=f"{TARGET}b", startup="automatic")
    inventory = replace(inventory, node_records=(*inventory.node_records, other))
    assert causes(evidence_of(inventory, SILENT)) == ["F05.session-lost"]


def stray(portal: Portal, route: Route, answer: PortAnswer = SILENT) -> Evidence:
    inventory = single_path()
    told = record(portal, startup="automatic", connection_startup="automatic")
    evidence = evidence_of(replace(inventory, node_records=(*inventory.node_records, told)))
    return replace(
        evidence,
        portals=(PortalReply(PORTAL, OPEN), PortalReply(portal, answer)),
        routes=(Route(PORTAL.address, "eth1", "192.0.2.5"), route),
    )


@pytest.mark.parametrize(
    ("portal", "route"),
    [
        (LOCAL, Route("fe80::1", "eth0", "fe80::2")),
        (OTHER, Route("203.0.113.9", "eth0", "198.18.0.5", gateway="198.18.0.1")),
        (OTHER, Route("203.0.113.9", error="Network is unreachable")),
    ],
)
def test_a_portal_never_meant_for_this_host_is_a_risk_at_boot(portal: Portal, route: Route) -> None:
    found = only(stray(portal, route), "F09.stray-portal")
    assert found.weight is Weight.RISK
    leave, delete = (fix.proposal for fix in found.fixes[:2])
    assert leave is not None
    assert delete is not None
    (changed,) = leave.plan.operations
    assert isinstance(changed, SetRecordValues)
    assert changed.portal == portal
    assert changed.values == (("node.startup", "manual"), ("node.conn[0].startup", "manual"))
    assert delete.plan.operations == (DeleteNodeRecord(TARGET, portal, "default"),)
    assert delete.refusal is None
    assert all(fix.confirm for fix in found.fixes[:2])


def test_a_dead_second_path_in_this_hosts_own_network_is_no_stray() -> None:
    evidence = stray(OTHER, Route("203.0.113.9", "eth2", "203.0.113.5"))
    assert causes(evidence) == ["F02.portal-unreachable"]


def test_only_a_refusal_may_be_a_service_that_is_stopped() -> None:
    stopped = "iSCSI service is stopped"
    refused = only(automatic(REFUSED), "F02.portal-unreachable").hypotheses
    silent = only(automatic(SILENT), "F02.portal-unreachable").hypotheses
    assert any(stopped in hypothesis.cause for hypothesis in refused)
    assert all(stopped not in hypothesis.cause for hypothesis in silent)
