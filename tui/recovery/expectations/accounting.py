"""Each expectation accounted for: met, as wished, explained by a finding, or told by one of its own."""

from collections import deque
from collections.abc import Iterable

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.catalogue import EXPECTATIONS
from tui.recovery.expectations.expectation import Account, Expectation, Standing
from tui.recovery.finding import Finding, Weight

_TAKES_AWAY = frozenset(
    (
        *("F01", "F02", "F03", "F04", "F05", "F07", "F08", "F10", "F12", "F13", "F15", "F17", "F18", "F19"),
        *("F20", "F21", "F22", "F24", "F25", "F26", "F27", "F29", "F31", "F32", "F33", "F40", "F41", "F42"),
        *("F43", "F45", "F49", "F52"),
    )
)
"""Numbers of findings after which a disk or volume is not here at all; which one, nobody can tell then."""


def accounts(evidence: Evidence, found: Iterable[Finding]) -> tuple[tuple[Account, ...], tuple[Finding, ...]]:
    """Every expectation with what accounts for it, and the findings that tell of those left over.

    Args:
        evidence: what is there.
        found: what the detectors found; a risk explains nothing, since nothing is broken by it, except that
            nobody is logged in through a portal that was never meant for this host (F09).
    """
    below = _Below(evidence)
    causes = [finding for finding in found if finding.weight is not Weight.RISK or finding.number == "F09"]
    accounted: list[Account] = []
    told: dict[str, Finding] = {}
    missing: dict[str, Finding] = {}
    for expect in EXPECTATIONS:
        for expectation in expect(evidence):
            own = expectation.told
            if expectation.standing is not Standing.UNMET or own is None:
                accounted.append(Account(expectation))
                continue
            needed = (missing[key] for key in expectation.rungs if key in missing)
            cause = next(needed, None) or _explaining(expectation, causes, below)
            if cause is None or own.weight is Weight.RISK:
                told[own.key] = cause = own
                if own.weight is not Weight.RISK:
                    causes.append(own)
            if own.weight is not Weight.RISK:
                missing.update((key, cause) for key in expectation.rungs[:1] if key)
            accounted.append(Account(expectation, cause.key))
    return tuple(accounted), tuple(told.values())


def _explaining(expectation: Expectation, causes: list[Finding], below: "_Below") -> Finding | None:
    """The finding that explains why an expectation is not met, the surest first, or None."""
    places = below.of(expectation.rungs)
    for cause in causes:
        if places & {below.key_of(key) for key in cause.rungs}:
            return cause
    for cause in causes:
        if expectation.device and cause.device == expectation.device:
            return cause
    for cause in causes:
        if expectation.told is not None and cause.number in expectation.told.follows_if:
            return cause
    if expectation.is_gone:
        return next((cause for cause in causes if cause.number in _TAKES_AWAY), None)
    return None


class _Below:
    """What stands below each rung."""

    def __init__(self, evidence: Evidence) -> None:
        self._stands_on: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, str] = {}
        for stack in evidence.stacks:
            for rung in stack.rungs:
                self._stands_on[rung.key] = rung.stands_on
                for name in (rung.key, *rung.also):
                    self._names.setdefault(name, rung.key)

    def key_of(self, name: str) -> str:
        """The key of the rung that a name means; unknown ones stay."""
        return self._names.get(name, name)

    def of(self, names: Iterable[str]) -> frozenset[str]:
        """Rungs and everything they stand on."""
        found: set[str] = set()
        waiting = deque(self.key_of(name) for name in names if name)
        while waiting:
            key = waiting.popleft()
            if key not in found:
                found.add(key)
                waiting.extend(self._stands_on.get(key, ()))
        return frozenset(found)
