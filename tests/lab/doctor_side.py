"""Looks at a guest as `doctor` does, and carries out what it proposes, for scripts that run in it."""

import json
import sys

from tests.lab.guest_side import perform
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.document import diagnosis_document
from tui.recovery.gather import gather
from tui.storage.host.local import LocalHost
from tui.storage.model.iscsi import SessionState
from tui.storage.probe.sessions import read_sessions
from tui.storage.waiting import wait_for

HOST = LocalHost()

WITHIN = 60.0
"""Seconds: a guest is slow, and what counts here is what is found."""


def look() -> Diagnosis:
    """Look, and print the whole document as one line."""
    diagnosis = diagnose(gather(HOST, WITHIN))
    sys.stdout.write(json.dumps(diagnosis_document(diagnosis)) + "\n")
    return diagnosis


def repair(code: str, number: int = -1) -> None:
    """Carry out the plan of a finding's fix with the real executor, then look again.

    Args:
        code: of the finding.
        number: which of the fixes that have a plan; by default the last.
    """
    diagnosis = diagnose(gather(HOST, WITHIN))
    finding = next(one for one in diagnosis.findings if one.code == code)
    proposals = [fix.proposal for fix in finding.fixes if fix.proposal is not None]
    plan = proposals[number].plan
    perform(*plan.operations, together=plan.together)
    # A new iscsid opens the connections of the sessions it finds anew.
    wait_for(lambda: all(one.state is SessionState.LOGGED_IN for one in read_sessions(HOST)[0]), WITHIN)
    look()
