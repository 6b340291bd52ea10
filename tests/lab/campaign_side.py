"""A look and its first fix in the guest, as a person would take it who does what is said first."""

import re
import subprocess
import tempfile
from pathlib import Path

from tests.lab.volume_side import HOST, say
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.document import diagnosis_document
from tui.recovery.finding import Finding, Fix
from tui.recovery.gather import gather
from tui.storage.changing.executor import execute
from tui.storage.changing.journal import Journal
from tui.storage.operations.operation import Risk

_PATIENCE = 60.0
"""Seconds a look may take on a busy machine."""

_NOT_SO = re.compile(
    r"retired|for good|not wanted|gone for|no longer needed|not needed|never come|decommission"
)
"""In a title or a question that a person on this host answers with no: nothing here is gone for good."""


def look_and_fix(state: str, fixes: bool) -> None:
    """Look, carry out the first plan that may be, and print the document with more.

    It has `ran`, the plan and what became of it, or null, and `states`: what the kernel had right before and
    right after the look.

    Args:
        state: the shell script that says the latter.
        fixes: whether a plan is carried out.
    """
    before = _said(state)
    diagnosis = diagnose(gather(HOST, _PATIENCE))
    told: dict[str, object] = dict(diagnosis_document(diagnosis))
    told["states"] = [before, _said(state)]
    chosen = _first(diagnosis) if fixes else None
    told["ran"] = None
    if chosen is not None:
        finding, fix = chosen
        problem = _carry_out(fix)
        told["ran"] = {"key": finding.key, "title": fix.title, "done": not problem, "problem": problem}
    say(told)


def _said(script: str) -> str:
    return subprocess.run(("sh", "-c", script), check=True, capture_output=True, text=True).stdout


def _first(diagnosis: Diagnosis) -> tuple[Finding, Fix] | None:
    for finding in diagnosis.findings:
        for fix in finding.fixes:
            proposal = fix.proposal
            if proposal is None or proposal.refusal is not None or proposal.plan.risk is Risk.DESTROYS:
                continue
            if not any(_NOT_SO.search(words) for words in (fix.title, *fix.confirm)):
                return finding, fix
    return None


def _carry_out(fix: Fix) -> str:
    """Run a plan; the problem's code and evidence, or empty."""
    assert fix.proposal is not None
    plan = fix.proposal.plan
    result = execute(plan, HOST, Journal.open(plan, Path(tempfile.mkdtemp(prefix="journal-"))))
    problem = result.problem
    if problem is not None:
        return " ".join((problem.code, problem.summary, *problem.evidence[:3]))
    return "" if result.ok else ", ".join(result.stages)
