"""From evidence to findings in the order in which they should be repaired: the lowest cause first."""

from collections import deque
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from tui.recovery.acceptance import reasons
from tui.recovery.evidence import Evidence, item_words
from tui.recovery.expectations.accounting import accounts
from tui.recovery.expectations.expectation import Account
from tui.recovery.facts import AcceptedFinding
from tui.recovery.finding import Finding, Weight
from tui.recovery.findings.catalogue import DETECTORS
from tui.recovery.overlay import overlaid
from tui.storage.stacks.judgement import Judgement, Told, Verdict
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.storage.stacks.stack import Stack
from tui.storage.untrusted import clean

_LAYERS = {kind: number for number, kind in enumerate(RungKind, start=1)}
_WEIGHTS = {Weight.CAUSE: 0, Weight.CONSEQUENCE: 1, Weight.RISK: 2}


class Diagnosis(Struct, frozen=True):
    """What was found.

    Attributes:
        evidence: what it was found in.
        findings: causes from the lowest rung up, then what follows from them, then risks.
        accounts: everything that this host says should be there, and what accounts for it.
        accepted: keys of findings that somebody accepts, each with the reason; they are not counted.
    """

    evidence: Evidence
    findings: tuple[Finding, ...]
    accounts: tuple[Account, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()

    @property
    def causes(self) -> tuple[Finding, ...]:
        """What is broken by itself, the first to be repaired first."""
        return tuple(finding for finding in self.findings if finding.weight is Weight.CAUSE)

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """Those of the evidence, each rung with the state that all of this gives it."""
        return overlaid(self.evidence, self.findings, self.accounts)

    @property
    def counted(self) -> tuple[Finding, ...]:
        """The findings that nobody accepts."""
        accepted = dict(self.accepted)
        return tuple(finding for finding in self.findings if finding.key not in accepted)

    @property
    def unexplained(self) -> tuple[Rung, ...]:
        """The rungs that do not hold or are missed, and that no finding, accepted or not, explains."""
        return unexplained(self.stacks, self.findings)

    @property
    def verdict(self) -> Verdict:
        """What all of it comes to."""
        if any(finding.weight is not Weight.RISK for finding in self.counted) or self.unexplained:
            return Verdict.BROKEN
        if not is_whole(self.evidence):
            return Verdict.INCOMPLETE
        return Verdict.RISKS if self.counted else Verdict.HEALTHY

    @property
    def judgement(self) -> Judgement:
        """What every surface shows of it."""
        accepted, evidence = dict(self.accepted), self.evidence
        unexplained = self.unexplained
        causes = sum(finding.weight is Weight.CAUSE for finding in self.counted)
        follow = sum(finding.weight is Weight.CONSEQUENCE for finding in self.counted)
        return Judgement(
            self.verdict,
            evidence.stacks,
            self.stacks,
            tuple(
                Told(
                    finding.key,
                    finding.code,
                    finding.summary,
                    finding.rungs,
                    finding.weight is Weight.RISK,
                    accepted.get(finding.key, ""),
                )
                for finding in self.findings
            ),
            causes + len(unexplained) or follow,
            (
                *(clean(unseen.what) for unseen in evidence.inventory.unseen),
                *(item_words(unread.item) for unread in evidence.unread),
            ),
            evidence.now,
        )


def is_whole(evidence: Evidence) -> bool:
    """Whether enough was seen to call a host healthy on which nothing was found."""
    return evidence.inventory.root and not evidence.inventory.unseen and not evidence.unread


def diagnose(evidence: Evidence, ignored: Iterable[AcceptedFinding] = ()) -> Diagnosis:
    """Run every detector, account for what is expected, tell causes from consequences, and sort.

    Args:
        evidence: what was read.
        ignored: findings that are accepted beside those of this host's own file.
    """
    detected = _unlike(finding for detect in DETECTORS for finding in detect(evidence))
    accounted, told = accounts(evidence, detected)
    found = _unlike((*detected, *told))
    ranks = _Ranks(evidence)
    weighed = _weighed(sorted(found, key=ranks.of), ranks)
    ordered = tuple(sorted(weighed, key=lambda finding: (_WEIGHTS[finding.weight], *ranks.of(finding))))
    return Diagnosis(evidence, ordered, accounted, reasons(ordered, (*ignored, *evidence.accepted)))


def unexplained(stacks: Iterable[Stack], findings: Iterable[Finding]) -> tuple[Rung, ...]:
    """The rungs that do not hold, that no finding is about, and that stand on none of these either."""
    named = {key for finding in findings for key in finding.rungs}
    devices = {finding.device for finding in findings if finding.device}
    left: list[Rung] = []
    for stack in stacks:
        told: set[str] = set()
        for rung in stack.rungs:
            is_told = bool({rung.key, *rung.also} & named) or (rung.device in devices and bool(rung.device))
            if is_told or not told.isdisjoint(rung.stands_on):
                told.add(rung.key)
            elif rung.health in {Health.BAD, Health.DEGRADED, Health.ABSENT}:
                told.add(rung.key)
                left.append(rung)
    return tuple(left)


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
