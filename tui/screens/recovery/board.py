"""What the screen lists: findings, what became of those that went away, and what nothing explains.

No widget is known here; the screen draws what a board holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tui.recovery.diagnosis import Diagnosis
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Weight
from tui.storage.rung import Health, Rung
from tui.storage.stack import Stack

LOOKED = "looked"
"""Key of the entry that tells what was looked at."""


class Standing(StrEnum):
    """What an entry of the list is."""

    CAUSE = "cause"
    CONSEQUENCE = "consequence"
    RISK = "risk"
    UNEXPLAINED = "unexplained"
    """A rung that does not hold, and no finding tells why."""
    REPAIRED = "repaired"
    """It is gone after one of its plans ran."""
    GONE = "gone"
    """It is gone by itself, or by something done elsewhere."""
    UNSURE = "unsure"
    """It was not found again, but less could be read this time."""
    LOOKED = "looked"
    """What was looked at, and what could not be read."""


OPEN = frozenset({Standing.CAUSE, Standing.CONSEQUENCE, Standing.RISK, Standing.UNEXPLAINED})
"""What still wants something done."""

_WEIGHTS = {
    Weight.CAUSE: Standing.CAUSE,
    Weight.CONSEQUENCE: Standing.CONSEQUENCE,
    Weight.RISK: Standing.RISK,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list.

    Attributes:
        key: stays the same while it is the same thing, also when it goes away.
        standing: what it is.
        finding: what was found; of what is gone, as it was found last.
        rung: the rung that nothing explains.
        depth: 1 for what follows from the cause above it.
    """

    key: str
    standing: Standing
    finding: Finding | None = None
    rung: Rung | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Gone:
    """A finding that went away while the screen was open, and how."""

    finding: Finding
    standing: Standing


@dataclass(frozen=True, slots=True)
class Board:
    """Everything there is to list.

    Attributes:
        diagnosis: the last one, or None before there is any.
        gone: what went away since the screen was opened, in the order in which it did.
    """

    diagnosis: Diagnosis | None = None
    gone: tuple[Gone, ...] = ()

    @property
    def evidence(self) -> Evidence | None:
        """What the last diagnosis was made from."""
        return self.diagnosis.evidence if self.diagnosis is not None else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is found now."""
        return self.diagnosis.findings if self.diagnosis is not None else ()

    def finding(self, key: str) -> Finding | None:
        """What is found now under a key, or None."""
        return next((one for one in self.findings if one.key == key), None)

    def entries(self) -> tuple[Entry, ...]:
        """The list: each cause with what follows from it, risks, what nothing explains, what is gone."""
        found = [*_tree(self.findings)]
        if self.evidence is not None:
            found += [
                Entry(f"rung {rung.key}", Standing.UNEXPLAINED, rung=rung)
                for rung in unexplained(self.evidence, self.findings)
            ]
        found += [Entry(one.finding.key, one.standing, one.finding) for one in self.gone]
        return (*found, Entry(LOOKED, Standing.LOOKED))

    def entry(self, key: str) -> Entry | None:
        """The entry with a key, or None."""
        return next((one for one in self.entries() if one.key == key), None)

    def renewed(self, diagnosis: Diagnosis, tried: str = "") -> "Board":
        """The board after another look.

        Args:
            diagnosis: of the new evidence.
            tried: key of the finding one of whose plans has just run to its end, or empty.
        """
        now = {one.key for one in diagnosis.findings}
        left = tuple(one for one in self.gone if one.finding.key not in now)
        if self.diagnosis is None:
            return Board(diagnosis, left)
        sure = _tells_as_much(diagnosis.evidence, self.diagnosis.evidence)
        went = (one for one in self.findings if one.key not in now)
        new = tuple(Gone(one, _how(one, tried, sure=sure)) for one in went)
        kept = tuple(
            Gone(one.finding, Standing.GONE if sure and one.standing is Standing.UNSURE else one.standing)
            for one in left
        )
        return Board(diagnosis, (*kept, *new))

    def place_for(self, subject: Rung | Stack | None) -> str:
        """The key of the entry to begin with: the one about a rung, else the first there is."""
        entries = self.entries()
        names = _names(subject)
        about = [one for one in entries if _is_about(one, names)]
        if not about and isinstance(subject, Rung) and self.evidence is not None:
            lower = _below(self.evidence, subject.key)
            about = [one for one in entries if _is_about(one, lower)]
        return (about or entries)[0].key


def unexplained(evidence: Evidence, findings: Iterable[Finding]) -> tuple[Rung, ...]:
    """The rungs that do not hold, that no finding is about, and that stand on none of these either."""
    named = {key for one in findings for key in one.rungs}
    devices = {one.device for one in findings if one.device}
    left: list[Rung] = []
    for stack in evidence.stacks:
        told: set[str] = set()
        for rung in stack.rungs:
            is_told = bool({rung.key, *rung.also} & named) or (rung.device in devices and bool(rung.device))
            if is_told or not told.isdisjoint(rung.stands_on):
                told.add(rung.key)
            elif rung.health in {Health.BAD, Health.ABSENT}:
                told.add(rung.key)
                left.append(rung)
    return tuple(left)


def _tree(findings: Iterable[Finding]) -> Iterable[Entry]:
    """Causes with what follows from each below it; what follows from none that is listed stands by itself."""
    found = tuple(findings)
    keys = {one.key for one in found}
    for one in found:
        if one.weight is Weight.CONSEQUENCE and one.follows in keys:
            continue
        yield Entry(one.key, _WEIGHTS[one.weight], one)
        for other in found:
            if other.weight is Weight.CONSEQUENCE and other.follows == one.key:
                yield Entry(other.key, Standing.CONSEQUENCE, other, depth=1)


def _how(finding: Finding, tried: str, *, sure: bool) -> Standing:
    if not sure:
        return Standing.UNSURE
    return Standing.REPAIRED if tried in {finding.key, finding.follows} and tried else Standing.GONE


def _tells_as_much(now: Evidence, before: Evidence) -> bool:
    """Whether everything that was read before could be read this time as well."""
    unread = {one.item for one in now.unread} - {one.item for one in before.unread}
    unseen = {one.what for one in now.inventory.unseen} - {one.what for one in before.inventory.unseen}
    return not unread and not unseen


def _names(subject: Rung | Stack | None) -> frozenset[str]:
    if subject is None:
        return frozenset()
    rungs = (subject,) if isinstance(subject, Rung) else subject.rungs
    return frozenset(name for rung in rungs for name in (rung.key, *rung.also))


def _is_about(entry: Entry, names: frozenset[str]) -> bool:
    if entry.rung is not None:
        return not names.isdisjoint((entry.rung.key, *entry.rung.also))
    return entry.finding is not None and not names.isdisjoint(entry.finding.rungs)


def _below(evidence: Evidence, key: str) -> frozenset[str]:
    """Every name of the rungs that a rung stands on, directly or not."""
    rungs = {rung.key: rung for stack in evidence.stacks for rung in stack.rungs}
    found: set[str] = set()
    waiting = [key]
    while waiting:
        rung = rungs.get(waiting.pop())
        for lower in rung.stands_on if rung is not None else ():
            if lower not in found:
                found.add(lower)
                waiting.append(lower)
    return frozenset(name for one in found if one in rungs for name in (one, *rungs[one].also))
