"""F18, F19, F32: iscsid, its kernel module, the initiator name."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import (
    HEALTHY,
    OPEN,
    SILENT,
    causes,
    evidence_of,
    findings,
    lost,
    only,
    single_path,
)
from tests.setup.building import FRESH, NAME, installed, known
from tui.recovery.evidence import Evidence, Item, Unread
from tui.recovery.facts import KernelModules
from tui.recovery.finding import Weight
from tui.storage.model.inventory import Inventory, Unseen
from tui.storage.model.iscsi import Initiator, Role
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.operations.services.prerequisites import EnableService, LoadModule, StartService


def without_daemon(inventory: Inventory) -> Evidence:
    stopped = {Role.DAEMON, Role.DAEMON_SOCKET}
    services = tuple(
        replace(one, active="inactive") if one.role in stopped else one for one in inventory.services
    )
    return evidence_of(replace(inventory, daemon_answers=False, services=services))


def test_a_stopped_daemon_is_started_and_sessions_are_left_alone() -> None:
    found = only(without_daemon(single_path()), "F18.daemon-down")
    assert found.weight is Weight.CAUSE
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert proposal.plan.operations == (StartService("iscsid.socket"), StartService("iscsid.service"))
    assert "keep working" in found.meaning


def test_a_disabled_socket_is_enabled_too() -> None:
    evidence = without_daemon(known())
    services = tuple(
        replace(one, enabled="disabled") if one.role is Role.DAEMON_SOCKET else one
        for one in evidence.inventory.services
    )
    evidence = replace(evidence, inventory=replace(evidence.inventory, services=services))
    proposal = only(evidence, "F18.daemon-down").fixes[0].proposal
    assert proposal is not None
    assert proposal.plan.operations[0] == EnableService("iscsid.socket")


def test_systemd_listening_for_a_daemon_that_does_not_run_is_not_enough_for_sessions() -> None:
    evidence = replace(evidence_of(single_path()), daemons=())
    assert causes(evidence) == ["F18.daemon-down"]
    assert findings(replace(evidence_of(known()), daemons=())) == ()


def test_nothing_is_said_of_a_daemon_that_could_not_be_seen() -> None:
    inventory = replace(single_path(), daemon_answers=False, unseen=(Unseen("/proc/net/unix", "denied"),))
    assert findings(evidence_of(inventory)) == ()
    unread = (Unread(Item.DAEMONS, "no answer in time"),)
    assert findings(replace(evidence_of(single_path()), daemons=(), unread=unread)) == ()


def test_a_host_without_iscsi_needs_no_daemon() -> None:
    assert findings(without_daemon(installed())) == ()


def test_a_lost_session_whose_portal_answers_waits_for_the_daemon() -> None:
    evidence = without_daemon(lost(single_path()))
    first, second = findings(evidence)
    assert (first.code, first.weight) == ("F18.daemon-down", Weight.CAUSE)
    assert (second.code, second.weight) == ("F05.session-lost", Weight.CONSEQUENCE)
    assert second.follows == first.key


def test_with_a_silent_portal_both_are_causes() -> None:
    evidence = without_daemon(lost(single_path()))
    evidence = replace(evidence, portals=tuple(replace(one, answer=SILENT) for one in evidence.portals))
    assert causes(evidence) == ["F18.daemon-down", "F05.session-lost"]
    assert OPEN not in {one.answer for one in evidence.portals}


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        (
            KernelModules("6.1.0-9-amd64", folder=False, can_load=False, said=("FATAL",)),
            "no longer installed",
        ),
        (
            KernelModules("6.1.0", folder=True, can_load=False, said=("install /bin/false",)),
            "a command instead of",
        ),
        (
            KernelModules("6.1.0-9-cloud-amd64", folder=True, can_load=False, said=("FATAL: not found",)),
            "comes without iscsi_tcp",
        ),
    ],
)
def test_why_the_module_cannot_be_loaded_is_told_apart(modules: KernelModules, words: str) -> None:
    found = only(replace(evidence_of(known()), modules=modules), "F19.module-missing")
    assert words in found.meaning
    assert modules.said[0] in found.seen[1].lines
    if modules.folder:
        proposal = found.fixes[0].proposal
        assert proposal is not None
        assert proposal.plan.operations == (LoadModule("iscsi_tcp"),)
        assert found.fixes[0].confirm


def test_a_module_that_could_be_loaded_is_not_missed() -> None:
    for can_load in (True, None):
        assert (
            findings(replace(evidence_of(known()), modules=KernelModules("6.1.0", can_load=can_load))) == ()
        )


def test_a_daemon_that_cannot_run_without_its_module_follows_from_it() -> None:
    evidence = replace(without_daemon(known()), modules=KernelModules("6.1.0", folder=True, can_load=False))
    assert causes(evidence) == ["F19.module-missing"]


def test_a_missing_name_is_taken_from_the_sessions_where_there_are_any() -> None:
    named = single_path()
    found = findings(evidence_of(replace(named, initiator=Initiator(""))))
    assert [one.code for one in found] == ["F32.no-name"]
    proposal = found[0].fixes[0].proposal
    assert proposal is not None
    assert proposal.plan.operations == (SetInitiatorName(NAME),)
    found = findings(evidence_of(replace(known(), initiator=Initiator(""))))
    assert [one.code for one in found] == ["F32.no-name"]
    assert all(fix.proposal is None for fix in found[0].fixes)
    assert found[0].fixes[0].confirm


def test_a_malformed_name_is_found_and_one_that_targets_take_is_not() -> None:
    assert causes(evidence_of(replace(known(), initiator=Initiator("my host")))) == ["F32.bad-name"]
    capital = NAME.replace("debian", "Debian")
    assert findings(evidence_of(replace(known(), initiator=Initiator(capital)))) == ()


@pytest.mark.parametrize(
    "initiator",
    [Initiator("", generates=True), Initiator("", readable=False)],
    ids=["made at start", "unreadable"],
)
def test_no_name_is_missed_where_that_is_no_fault(initiator: Initiator) -> None:
    assert findings(evidence_of(replace(known(), initiator=initiator))) == ()
    assert findings(evidence_of(replace(installed(), initiator=Initiator("")))) == ()


def test_a_name_changed_under_live_sessions_is_a_risk() -> None:
    found = only(evidence_of(replace(single_path(), initiator=Initiator(FRESH))), "F32.name-changed")
    assert found.weight is Weight.RISK
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert proposal.plan.operations == (SetInitiatorName(NAME),)


@pytest.mark.parametrize("kind", HEALTHY)
def test_healthy_hosts_have_none_of_it(kind: str) -> None:
    assert findings(evidence_of(HEALTHY[kind]())) == ()
