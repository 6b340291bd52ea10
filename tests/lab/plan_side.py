"""One change of a guest as a program that carries on what was interrupted, or begins.

`main` is for `tests.lab.struck`: `grow GROUP VOLUME` lets a volume grow to the end, `fix CODE` carries out
the first plan of the first finding with a code.
"""

import sys
import threading

from tests.lab.growth_side import look
from tests.lab.volume_side import HOST
from tui.maintenance.growth_plan import Wish, propose
from tui.maintenance.proposal import Proposal
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.run_plan import carry_on, carry_out
from tui.storage.changing.watcher import Unwatched
from tui.storage.problem import problem_text

_PATIENCE = 60.0
_LOOKS = 3


def proposed(what: str, *names: str) -> Proposal | None:
    """The change that is asked for; None when the host needs it no more."""
    if what == "grow":
        inventory, found = look(*names)
        return propose(found, inventory, Wish())
    findings = diagnose(gather(HOST, _PATIENCE)).findings
    fixes = [fix.proposal for one in findings if one.code == names[0] for fix in one.fixes]
    return next((proposal for proposal in fixes if proposal is not None), None)


def main() -> int:
    """Carry on what was interrupted, or begin; the exit status."""
    journal = Journal.unfinished()
    if journal is not None:
        ending = carry_on(journal, journal.plan(), HOST, Unwatched(), threading.Event())
    else:
        # A look at a busy machine may be incomplete: only several of them show that nothing is left to do.
        looks = (proposed(*sys.argv[1:]) for _look in range(_LOOKS))
        proposal = next((found for found in looks if found is not None), None)
        if proposal is None:
            return 0
        if proposal.refusal is not None and proposal.refusal.code != "growth.nothing-new":
            sys.stderr.write(problem_text(proposal.refusal) + "\n")
            return 1
        leave = threading.Event()
        ending = carry_out(proposal.plan, HOST, Unwatched(), leave, origin=Origin.CONSOLE)
    if ending.problem is not None:
        sys.stderr.write(problem_text(ending.problem) + "\n")
    return 0 if ending.ok else 1
