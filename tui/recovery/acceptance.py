"""Findings that somebody accepts, each with a reason: shown as accepted, and not counted."""

import re
from collections.abc import Iterable

from tui.recovery.facts import AcceptedFinding
from tui.recovery.finding import Finding

_TYPED = re.compile(r"(F\d{2}(?:\.[a-z-]+)?)(?:[:@](.*))?")


def parse_acceptance(text: str, reason: str) -> AcceptedFinding | None:
    """`CODE`, `CODE:KEY`, or `CODE@KEY` as `Finding.key` is written; None for what can be no code."""
    typed = _TYPED.fullmatch(text)
    return AcceptedFinding(typed[1], typed[2] or "", reason) if typed else None


def covers(acceptance: AcceptedFinding, finding: Finding) -> bool:
    """Whether a finding is one that is accepted."""
    if acceptance.code not in {finding.code, finding.number}:
        return False
    return not acceptance.place or acceptance.place == (finding.rung or finding.device)


def reasons(
    findings: Iterable[Finding], acceptances: Iterable[AcceptedFinding]
) -> tuple[tuple[str, str], ...]:
    """The keys of those findings that are accepted, each with the reason of the first entry for it."""
    known = tuple(acceptances)
    found: dict[str, str] = {}
    for finding in findings:
        entry = next((entry for entry in known if covers(entry, finding)), None)
        if entry is not None:
            found[finding.key] = entry.reason
    return tuple(found.items())
