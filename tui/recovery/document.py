"""A diagnosis as JSON for programs.

The document is one object. `schema` is 1 as long as no field changes its meaning or goes; new ones may come.

    schema, host, taken_at (seconds since the epoch), seconds (how long the look took)
    status: healthy, findings, or incomplete: nothing was found, but not all could be looked at
    verdict: broken, incomplete, risks (nothing is broken now), or healthy; the exit status of doctor says it
    stacks: [{key, health, rungs: [{key, kind, name, health, reason}]}]: each layer with the state that
        findings and expectations give it: good, warn, degraded, bad, absent, unknown or as-wished
    unexplained: rungs that are broken and that no finding explains, as in `status --json`
    expected: what this host says should be there, and what is there and should come back at boot; each is
        subject (session, encrypted, array, volume, mount, swap, at-boot), name, source {source, lines},
        standing (met, as-wished, coming, unmet), explained_by (key of a finding, or empty)
    unread: [{item, why}], unseen: [{what, why}]: what was not looked at, so that its absence proves nothing
    findings: the causes from the lowest rung up, then what follows from them, then risks; each is
        key, code, number, weight (cause, consequence, risk), follows (key of the cause, or empty),
        kind (of the rung, or null for the host), rungs (keys as in `status --json`), device,
        summary, meaning, seen [{source, lines}], ruled_out [{what, how}], hypotheses [{cause, test}],
        never [{what, why}], accepted (the reason why it is not counted, or null)
        fixes in their order: title, why, confirm (questions for a person), by_hand (commands and acts),
            seconds_left (or null), ask ({who, words} or null), plan (or null)
            a plan is title, why, risk, notes, refusal (a problem or null),
            steps [{kind, title, why, risk, commands}]

Secrets are never in it.
"""

from tui.maintenance.proposal import Proposal
from tui.recovery.diagnosis import Diagnosis
from tui.recovery.expectations.expectation import Account
from tui.recovery.finding import Finding, Fix
from tui.storage.codec import Plain, encode
from tui.storage.stacks.judgement import Verdict
from tui.storage.stacks.stack import Stack

SCHEMA = 1


def diagnosis_document(diagnosis: Diagnosis) -> dict[str, Plain]:
    """The JSON document of a diagnosis, as plain values."""
    evidence = diagnosis.evidence
    accepted = dict(diagnosis.accepted)
    return {
        "schema": SCHEMA,
        "host": evidence.inventory.host,
        "taken_at": evidence.now,
        "seconds": round(evidence.seconds, 2),
        "status": _status(diagnosis),
        "verdict": diagnosis.verdict.value,
        "findings": [
            {**_finding(finding), "accepted": accepted.get(finding.key)} for finding in diagnosis.findings
        ],
        "stacks": [_stack(stack) for stack in diagnosis.stacks],
        "unexplained": [encode(rung) for rung in diagnosis.unexplained],
        "expected": [_account(account) for account in diagnosis.accounts],
        "unread": encode(evidence.unread),
        "unseen": encode(evidence.inventory.unseen),
    }


def _status(diagnosis: Diagnosis) -> str:
    if diagnosis.counted or diagnosis.unexplained:
        return "findings"
    return "healthy" if diagnosis.verdict is Verdict.HEALTHY else "incomplete"


def _finding(finding: Finding) -> dict[str, Plain]:
    return {
        "key": finding.key,
        "code": finding.code,
        "number": finding.number,
        "weight": finding.weight.value,
        "follows": finding.follows,
        "kind": None if finding.kind is None else finding.kind.value,
        "rungs": list(finding.rungs),
        "device": finding.device,
        "summary": finding.summary,
        "meaning": finding.meaning,
        "seen": encode(finding.seen),
        "ruled_out": encode(finding.ruled_out),
        "hypotheses": encode(finding.hypotheses),
        "fixes": [_fix(fix) for fix in finding.fixes],
        "never": encode(finding.never),
    }


def _stack(stack: Stack) -> Plain:
    return {
        "key": stack.key,
        "health": stack.health.value,
        "rungs": [
            {
                "key": rung.key,
                "kind": rung.kind.value,
                "name": rung.name,
                "health": rung.health.value,
                "reason": rung.reason,
            }
            for rung in stack.rungs
        ],
    }


def _account(account: Account) -> Plain:
    expectation = account.expectation
    return {
        "subject": expectation.subject.value,
        "name": expectation.name,
        "source": encode(expectation.source),
        "standing": expectation.standing.value,
        "explained_by": account.explained_by,
    }


def _fix(fix: Fix) -> Plain:
    return {
        "title": fix.title,
        "why": fix.why,
        "confirm": list(fix.confirm),
        "by_hand": list(fix.by_hand),
        "seconds_left": None if fix.seconds_left is None else round(fix.seconds_left, 1),
        "ask": encode(fix.ask),
        "plan": None if fix.proposal is None else _plan(fix.proposal),
    }


def _plan(proposal: Proposal) -> Plain:
    plan = proposal.plan
    return {
        "title": plan.title,
        "why": proposal.why,
        "risk": plan.risk.name.lower(),
        "notes": list(proposal.notes),
        "refusal": encode(proposal.refusal),
        "steps": [
            {
                "kind": type(operation).__name__,
                "title": operation.title(),
                "why": operation.why(),
                "risk": operation.risk.name.lower(),
                "commands": list(operation.shown()),
            }
            for operation in plan.operations
        ],
    }
