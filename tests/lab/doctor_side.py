"""Diagnoses in the guest, and carries out what a finding offers, with the real executor."""

from tests.lab.guest_side import perform
from tests.lab.volume_side import HOST, say
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.document import diagnosis_document
from tui.recovery.gather import gather
from tui.storage.model.iscsi import SessionState
from tui.storage.plan import Plan
from tui.storage.probe.sessions import read_sessions
from tui.storage.waiting import wait_for

_PATIENCE = 60.0
"""Seconds a look may take on a busy machine."""


def look() -> Diagnosis:
    """A diagnosis of this guest."""
    return diagnose(gather(HOST, _PATIENCE))


def say_document() -> Diagnosis:
    """Look, print what `doctor --json` prints, and return what was found."""
    found = look()
    say(dict(diagnosis_document(found)))
    return found


def plan_of(found: Diagnosis, code: str, number: int) -> Plan:
    """The plan of one of a finding's ways out, by its place among those that have one."""
    finding = next(one for one in found.findings if one.code == code)
    return [fix.proposal.plan for fix in finding.fixes if fix.proposal is not None][number]


def mend(code: str, number: int = 0) -> None:
    """Look, carry out one of a finding's plans, and print what became of it."""
    perform(*plan_of(look(), code, number).operations)


def repair(code: str, number: int = 0) -> None:
    """Look, carry out one of a finding's plans, wait for the sessions, and look again.

    Args:
        code: of the finding.
        number: place of the plan among those of the finding; the first by default.
    """
    perform(*plan_of(say_document(), code, number).operations)
    # A new iscsid opens the connections of the sessions it finds anew.
    wait_for(lambda: all(one.state is SessionState.LOGGED_IN for one in read_sessions(HOST)[0]), _PATIENCE)
    say_document()
