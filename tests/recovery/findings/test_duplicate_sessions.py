"""F16, F35, F45: doubled sessions, refused logouts, sessions without a name."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import daemon_said, evidence_of, findings, lost, only, single_path, two_paths
from tests.setup.building import PORTAL, TARGET, logged_in, record
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Weight
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DeviceState, Portal, Session, SessionState
from tui.storage.operations.iscsi.second_record import RemoveSecondRecord
from tui.storage.operations.iscsi.sessions import LogOut
from tui.storage.stacks.stack import stacks


def doubled(*, joined: bool = False) -> Inventory:
    """Two sessions by one record; the first carries a volume."""
    made = two_paths() if joined else logged_in(PORTAL, PORTAL)
    return replace(
        made,
        sessions=tuple(replace(one, portal=PORTAL) for one in made.sessions),
        node_records=(record(),),
    )


def test_a_second_session_that_nothing_uses_can_be_logged_out() -> None:
    inventory = doubled()
    found, *rest = findings(evidence_of(inventory))
    assert (found.code, found.weight) == ("F16.doubled-session", Weight.CAUSE)
    assert all(one.follows == found.key for one in rest)
    proposal = found.fixes[0].proposal
    assert proposal is not None
    (leaving,) = proposal.plan.operations
    assert isinstance(leaving, LogOut)
    assert leaving.sid == 2
    assert proposal.refusal is None
    keys = {rung.key for stack in stacks(inventory) for rung in stack.rungs}
    assert set(found.rungs) <= keys


def test_several_sessions_that_multipath_joins_are_wanted() -> None:
    assert findings(evidence_of(doubled(joined=True))) == ()


def test_two_records_that_differ_by_their_group_only() -> None:
    inventory = single_path()
    other = record(Portal(PORTAL.address, PORTAL.port, 2))
    found = only(evidence_of(replace(inventory, node_records=(record(), other))), "F16.doubled-record")
    assert found.weight is Weight.RISK


@pytest.mark.parametrize(
    ("kept", "other"),
    [
        (PORTAL, Portal("nas.example.com", 3260, 1, (PORTAL.address,))),
        (Portal("nas.example.com", 3260, None, ("2001:db8::1", PORTAL.address)), PORTAL),
        (Portal("2001:db8::1"), Portal("2001:DB8:0::1", 3260, 1)),
    ],
    ids=["session by address", "session by name", "two spellings"],
)
def test_two_records_that_write_one_portal_differently(kept: Portal, other: Portal) -> None:
    made = single_path()
    inventory = replace(
        made,
        sessions=tuple(replace(session, portal=kept) for session in made.sessions),
        node_records=(record(other), record(kept)),
    )
    found = only(evidence_of(inventory), "F16.doubled-record")
    assert kept.label in found.meaning
    assert other.label in found.meaning
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert proposal.refusal is None
    assert proposal.plan.operations == (RemoveSecondRecord(TARGET, other, "default", kept),)


def test_two_names_of_two_places_are_two_records() -> None:
    other = record(Portal("nas.example.com", 3260, 1, ("192.0.2.99",)))
    assert "F16.doubled-record" not in [
        one.code for one in findings(evidence_of(replace(single_path(), node_records=(record(), other))))
    ]


def test_a_logout_refused_because_the_session_comes_back() -> None:
    line = "session 1 cannot be terminted because it's trying to reconnect: try again later"
    inventory = lost(single_path(), state=SessionState.FREE, disks=DeviceState.TRANSPORT_OFFLINE)
    evidence = replace(evidence_of(inventory), daemon=(daemon_said(line),))
    refused = next(one for one in findings(evidence) if one.code == "F35.logout-refused")
    assert refused.weight is Weight.RISK
    assert "reconnect it" in refused.meaning


def test_a_logout_refused_because_the_session_is_in_use() -> None:
    line = "Session is actively in use for mounted storage, and iscsid.safe_logout is configured"
    found = only(replace(evidence_of(single_path()), daemon=(daemon_said(line),)), "F35.logout-refused")
    assert "/srv/data" in found.meaning
    old = daemon_said(line, 5000.0)
    assert findings(replace(evidence_of(single_path()), daemon=(old,))) == ()


def test_a_refusal_is_not_laid_to_a_session_that_has_come_since() -> None:
    words = "is actively in use for mounted storage, and iscsid.safe_logout is configured."
    came = daemon_said(
        f"Connection1:0 to [target: {TARGET}, portal: 192.0.2.10,3260] through [iface: default]"
        " is operational now",
        30.0,
    )
    for line in (f"Session 7 {words}", f"Session {words}"):
        evidence = replace(evidence_of(single_path()), daemon=(daemon_said(line, 60.0), came))
        assert findings(evidence) == ()
    own = replace(evidence_of(single_path()), daemon=(daemon_said(f"Session 1 {words}", 10.0), came))
    only(own, "F35.logout-refused")


def nameless(creator: int) -> Evidence:
    inventory = single_path()
    orphan = Session(9, "", Portal("192.0.2.10"), state=SessionState.FREE, creator=creator)
    return evidence_of(replace(inventory, sessions=(*inventory.sessions, orphan)))


def test_a_session_without_a_name_made_by_a_dead_daemon() -> None:
    found = only(nameless(77), "F45.nameless-session")
    assert found.weight is Weight.RISK
    assert found.rungs == ("session:#9",)
    assert found.ruled_out
    assert all(fix.proposal is None for fix in found.fixes)
    assert "2 hosts, 2 sessions" in [line for seen in found.seen for line in seen.lines]


def test_one_made_by_the_running_daemon_may_be_just_coming() -> None:
    found = only(nameless(812), "F45.nameless-session")
    assert "being created or removed" in found.hypotheses[0].cause
    assert not found.ruled_out
