"""From evidence to findings in the order in which they should be repaired: the lowest cause first."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.accounting import accounts
from tui.recovery.expectations.expectation import Account
from tui.recovery.finding import Finding, Weight
from tui.recovery.findings.catalogue import DETECTORS
from tui.storage.stacks.rung import Health, Rung, RungKind

_LAYERS = {kind: number for number, kind in enumerate(RungKind, start=1)}
_WEIGHTS = {Weight.CAUSE: 0, Weight.CONSEQUENCE: 1, Weight.RISK: 2}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found.

    Attributes:
        evidence: what it was found in.
        findings: causes from the lowest rung up, then what follows from them, then risks.
        accounts: everything that this host says should be there, and what accounts for it.
    """

    evidence: Evidence
    findings: tuple[Finding, ...]
    accounts: tuple[Account, ...] = ()

    @property
    def causes(self) -> tuple[Finding, ...]:
        """What is broken by itself, the first to be repaired first."""
        return tuple(finding for finding in self.findings if finding.weight is Weight.CAUSE)

    @property
    def healthy(self) -> bool:
        """Whether nothing at all was found."""
        return not self.findings


def diagnose(evidence: Evidence) -> Diagnosis:
    """Run every detector, account for what is expected, tell causes from consequences, and sort."""
    detected = _unlike(finding for detect in DETECTORS for finding in detect(evidence))
    accounted, told = accounts(evidence, detected)
    found = _unlike((*detected, *told))
    ranks = _Ranks(evidence)
    weighed = _weighed(sorted(found, key=ranks.of), ranks)
    return Diagnosis(
        evidence,
        tuple(sorted(weighed, key=lambda finding: (_WEIGHTS[finding.weight], *ranks.of(finding)))),
        accounted,
    )


def _unlike(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once: two detectors may meet the same thing."""
    return list({finding.key: finding for finding in findings}.values())


class _Ranks:
    """How low things stand, and which broken rungs each rung stands on."""

    def __init__(self, evidence: Evidence) -> None:
        self._rungs: dict[str, Rung] = {}
        self._names: dict[str, str] = {}
        self._order: dict[str, int] = {}
        for stack in evidence.stacks:
            for rung in stack.rungs:
                self._rungs[rung.key] = rung
                self._order[rung.key] = len(self._order)
                for name in (rung.key, *rung.also):
                    self._names.setdefault(name, rung.key)

    def of(self, finding: Finding) -> tuple[int, int, str]:
        """What sorts findings from the bottom: their layer, their place in the picture, their code."""
        layer = _LAYERS[finding.kind] if finding.kind is not None else 0
        place = self._order.get(self.key_of(finding.rung), len(self._order))
        return layer, place, finding.code

    def key_of(self, name: str) -> str:
        """The key of the rung that a name means; unknown ones stay."""
        return self._names.get(name, name)

    def below(self, key: str, named: frozenset[str]) -> frozenset[str]:
        """The broken rungs that a rung stands on, directly or through other broken ones; not itself.

        Args:
            key: of the rung.
            named: keys of rungs that count as broken because a finding says so.
        """
        found: set[str] = set()
        waiting = deque([self.key_of(key)])
        while waiting:
            rung = self._rungs.get(waiting.popleft())
            for lower in rung.stands_on if rung is not None else ():
                if lower not in found and (lower in named or self._is_broken(lower)):
                    found.add(lower)
                    waiting.append(lower)
        return frozenset(found)

    def _is_broken(self, key: str) -> bool:
        rung = self._rungs.get(key)
        return rung is not None and rung.health in {Health.BAD, Health.ABSENT, Health.DEGRADED}


def _weighed(findings: list[Finding], ranks: _Ranks) -> list[Finding]:
    """The findings with each that follows from a cause marked so; what follows names the cause behind all."""
    candidates = [other for other in findings if other.weight is Weight.CAUSE]
    behind: dict[str, Finding] = {}
    for finding in candidates:
        cause = _named_in(finding, candidates, ranks) or _standing_below(finding, candidates, ranks)
        if cause is not None and _root(cause, behind).key != finding.key:
            behind[finding.key] = cause
    return [
        replace(other, weight=Weight.CONSEQUENCE, follows=_root(behind[other.key], behind).key)
        if other.key in behind
        else other
        for other in findings
    ]


def _root(finding: Finding, behind: dict[str, Finding]) -> Finding:
    """The finding that a chain of consequences begins with."""
    while finding.key in behind:
        finding = behind[finding.key]
    return finding


def _named_in(finding: Finding, causes: list[Finding], ranks: _Ranks) -> Finding | None:
    for name in finding.follows_if:
        key = ranks.key_of(name)
        for cause in causes:
            named = cause.code == name or cause.code.startswith(f"{name}.")
            if cause.key != finding.key and (named or key in map(ranks.key_of, cause.rungs)):
                return cause
    return None


def _standing_below(finding: Finding, causes: list[Finding], ranks: _Ranks) -> Finding | None:
    """The cause on a broken rung that all of a finding's rungs stand on, or None."""
    named = frozenset(ranks.key_of(key) for cause in causes for key in cause.rungs)
    lower = [ranks.below(key, named) for key in finding.rungs]
    for cause in causes if lower else ():
        places = {ranks.key_of(key) for key in cause.rungs}
        if cause.key != finding.key and all(places & below for below in lower):
            return cause
    return None
