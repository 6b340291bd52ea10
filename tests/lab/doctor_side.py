"""Diagnoses in the guest, and carries out what a finding offers, with the real executor."""

from dataclasses import asdict

from tests.lab.guest_side import perform
from tests.lab.volume_side import HOST, say
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.finding import Finding
from tui.recovery.gather import gather
from tui.storage.plan import Plan

_PATIENCE = 60.0
"""Seconds a look may take on a busy machine."""


def look() -> Diagnosis:
    """A diagnosis of this guest."""
    return diagnose(gather(HOST, _PATIENCE))


def say_diagnosis() -> None:
    """Print what is found."""
    found = look()
    say(
        {
            "causes": [one.code for one in found.causes],
            "all": [f"{one.code}:{one.weight.value}" for one in found.findings],
            "texts": [asdict(one) for one in found.findings],
            "unread": [f"{one.item.value}: {one.why}" for one in found.evidence.unread],
        }
    )


def plan_of(code: str, number: int) -> Plan:
    """The plan of one of a finding's ways out, by its place among those that have one."""
    found: list[Finding] = [one for one in look().findings if one.code == code]
    assert found, code
    plans = [fix.proposal.plan for fix in found[0].fixes if fix.proposal is not None]
    return plans[number]


def mend(code: str, number: int = 0) -> None:
    """Carry out that plan and print what became of it."""
    perform(*plan_of(code, number).operations)
