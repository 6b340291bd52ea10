"""A plan of a finding carried out in the guest by the executor, every question answered with yes."""

import threading

from tests.lab.doctor_side import say_document
from tests.lab.volume_side import HOST, say
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.storage.changing.journal import Origin
from tui.storage.changing.run_plan import carry_out
from tui.storage.changing.watcher import Unwatched

_PATIENCE = 60.0


def carry_out_fix(code: str, number: int) -> None:
    """Carry out a plan of the first finding with a code, and print what became of it, then what doctor says.

    Args:
        code: of the finding.
        number: of the plan among the finding's plans, 0 for the first.
    """
    found = next(one for one in diagnose(gather(HOST, _PATIENCE)).findings if one.code == code)
    proposal = [fix.proposal for fix in found.fixes if fix.proposal is not None][number]
    if proposal.refusal is not None:
        say({"stages": [], "problem": proposal.refusal.code})
        return
    ending = carry_out(proposal.plan, HOST, Unwatched(), threading.Event(), origin=Origin.CONSOLE)
    if not ending.ok and ending.journal is not None:
        ending.journal.abandon()
    say(
        {
            "stages": [stage.value for stage in ending.result.stages] if ending.result else [],
            "problem": f"{ending.problem.code}: {ending.problem.evidence}" if ending.problem else "",
        }
    )
    say_document()
