"""What the screen lists: findings, what became of those that went away, and what nothing explains.

No widget is known here; the screen draws what a board holds.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.recovery.diagnosis import Diagnosis, unexplained
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Weight
from tui.storage.stacks.rung import Health, Rung
from tui.storage.stacks.stack import Stack

LOOKED = "looked"
"""Key of the entry that tells what was looked at."""


class Standing(StrEnum):
    """What an entry of the list is."""

    CAUSE = "cause"
    CONSEQUENCE = "consequence"
    RISK = "risk"
    UNEXPLAINED = "unexplained"
    """A rung that does not hold, and no finding tells why."""
    ABSENT = "absent"
    """A rung that is not there, and no finding says that it should be: a record nobody logs in by."""
    ACCEPTED = "accepted"
    """Somebody accepts it, with a reason; it is not counted."""
    REPAIRED = "repaired"
    """It is gone after one of its plans ran."""
    GONE = "gone"
    """It is gone by itself, or by something done elsewhere."""
    UNSURE = "unsure"
    """It was not found again, but less could be read this time."""
    LOOKED = "looked"
    """What was checked, and what could not be read."""


OPEN = frozenset({
    Standing.CAUSE, Standing.CONSEQUENCE, Standing.RISK, Standing.UNEXPLAINED, Standing.ABSENT,
})  # fmt: skip
"""What still wants something done."""

_WEIGHTS = {
    Weight.CAUSE: Standing.CAUSE,
    Weight.CONSEQUENCE: Standing.CONSEQUENCE,
    Weight.RISK: Standing.RISK,
}


_STANDINGS = {Health.BAD: Standing.UNEXPLAINED, Health.DEGRADED: Standing.UNEXPLAINED}


class Entry(Struct, frozen=True):
    """One line of the list.

    Attributes:
        key: stays the same while it is the same thing, also when it goes away.
        standing: what it is.
        finding: what was found; of what is gone, as it was found last.
        rung: the rung that no finding is about.
        depth: 1 for what follows from the cause above it.
        reason: why it is accepted, or empty.
    """

    key: str
    standing: Standing
    finding: Finding | None = None
    rung: Rung | None = None
    depth: int = 0
    reason: str = ""


class Gone(Struct, frozen=True):
    """A finding that was not found again while the screen was open.

    Attributes:
        finding: as it was found last.
        missing: what could not be read when it was found; where more is missing now, nothing is sure.
        after_plan: one of its plans, or one of its cause, ran before the look that did not find it.
        is_sure: since then everything was read that was read when it was found.
    """

    finding: Finding
    missing: frozenset[str]
    after_plan: bool
    is_sure: bool

    @property
    def standing(self) -> Standing:
        """How it is listed."""
        if not self.is_sure:
            return Standing.UNSURE
        return Standing.REPAIRED if self.after_plan else Standing.GONE


class Board(Struct, frozen=True):
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
        """What is found now and not accepted."""
        return self.diagnosis.counted if self.diagnosis is not None else ()

    def finding(self, key: str) -> Finding | None:
        """What is found now under a key, or None."""
        return next((finding for finding in self.findings if finding.key == key), None)

    def entries(self) -> tuple[Entry, ...]:
        """The list: each cause with what follows from it, risks, what nothing explains, what is gone."""
        found = [*_tree(self.findings)]
        if self.evidence is not None and self.diagnosis is not None:
            found += [
                Entry(f"rung {rung.key}", _STANDINGS.get(rung.health, Standing.ABSENT), rung=rung)
                for rung in unexplained(self.diagnosis.stacks, self.diagnosis.findings)
            ]
            accepted = dict(self.diagnosis.accepted)
            found += [
                Entry(finding.key, Standing.ACCEPTED, finding, reason=accepted[finding.key])
                for finding in self.diagnosis.findings
                if finding.key in accepted
            ]
        found += [Entry(finding.finding.key, finding.standing, finding.finding) for finding in self.gone]
        return (*found, Entry(LOOKED, Standing.LOOKED))

    def entry(self, key: str) -> Entry | None:
        """The entry with a key, or None."""
        return next((entry for entry in self.entries() if entry.key == key), None)

    def renewed(self, diagnosis: Diagnosis, tried: str = "") -> "Board":
        """The board after another look.

        Args:
            diagnosis: of the new evidence.
            tried: key of the finding one of whose plans has just run to its end, or empty.
        """
        now = {finding.key for finding in diagnosis.findings}
        left = tuple(finding for finding in self.gone if finding.finding.key not in now)
        if self.diagnosis is None:
            return Board(diagnosis, left)
        before, missing = _missing(self.diagnosis.evidence), _missing(diagnosis.evidence)
        new = tuple(
            Gone(finding, before, _was_tried(finding, tried), missing <= before)
            for finding in self.findings
            if finding.key not in now
        )
        kept = tuple(
            replace(
                finding,
                after_plan=finding.after_plan or _was_tried(finding.finding, tried),
                is_sure=finding.is_sure or missing <= finding.missing,
            )
            for finding in left
        )
        return Board(diagnosis, (*kept, *new))

    def place_for(self, subject: Rung | Stack | None) -> str:
        """The key of the entry to begin with: the one about a rung, else the first there is."""
        entries = self.entries()
        names = _names(subject)
        about = [entry for entry in entries if _is_about(entry, names)]
        if not about and isinstance(subject, Rung) and self.evidence is not None:
            lower = _below(self.evidence, subject.key)
            about = [entry for entry in entries if _is_about(entry, lower)]
        return (about or entries)[0].key


def _tree(findings: Iterable[Finding]) -> Iterable[Entry]:
    """Causes with what follows from each below it; what follows from none that is listed stands by itself."""
    found = tuple(findings)
    keys = {finding.key for finding in found}
    for finding in found:
        if finding.weight is Weight.CONSEQUENCE and finding.follows in keys:
            continue
        yield Entry(finding.key, _WEIGHTS[finding.weight], finding)
        for other in found:
            if other.weight is Weight.CONSEQUENCE and other.follows == finding.key:
                yield Entry(other.key, Standing.CONSEQUENCE, other, depth=1)


def _was_tried(finding: Finding, tried: str) -> bool:
    """Whether a plan that ran was for a finding, or for its cause."""
    return bool(tried) and tried in {finding.key, finding.follows}


def _missing(evidence: Evidence) -> frozenset[str]:
    """What could not be read."""
    return frozenset(
        (
            *(unread.item.value for unread in evidence.unread),
            *(unseen.what for unseen in evidence.inventory.unseen),
        )
    )


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
    return frozenset(
        name for finding in found if finding in rungs for name in (finding, *rungs[finding].also)
    )
