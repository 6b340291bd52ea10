"""The stacks, each rung with the state that findings and expectations give it."""

from collections.abc import Iterable

from msgspec.structs import replace

from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Account, Standing
from tui.recovery.finding import Finding, Weight
from tui.storage.stacks.rung import Health, Rung
from tui.storage.stacks.stack import Stack
from tui.words import prose, translate as _

_DOES_NOT_HOLD = frozenset(
    (
        *("F05.disk-offline", "F06.filesystem-stopped", "F12.lun-withdrawn", "F26.lun-exchanged"),
        *(
            "F27.disk-shrunk",
            "F28.storage-full",
            "F28.writes-refused",
            "F29.pool-damaged",
            "F29.pool-mismatch",
        ),
    )
)
"""Codes of findings after which the rung that they are about does not hold, whatever the kernel shows."""

_SHOWN_AS_WELL = frozenset((Health.GOOD, Health.UNKNOWN, Health.AS_WISHED))

_WOULD_HOLD = frozenset((Health.GOOD, Health.WARN))
"""States of what is there and works, as far as itself goes."""


def overlaid(
    evidence: Evidence, findings: Iterable[Finding], accounts: Iterable[Account]
) -> tuple[Stack, ...]:
    """The stacks; a rung with a finding is not good, and one that nobody misses is intended to be away."""
    named: dict[str, Finding] = {}
    for finding in findings:
        if finding.weight is not Weight.RISK:
            for key in finding.rungs[:1]:
                named.setdefault(key, finding)
    standings = {
        key: account.expectation.standing for account in accounts for key in account.expectation.rungs[:1]
    }
    return tuple(replace(stack, rungs=_rungs(stack, named, standings)) for stack in evidence.stacks)


def _rungs(stack: Stack, named: dict[str, Finding], standings: dict[str, Standing]) -> tuple[Rung, ...]:
    """The rungs of a stack; what stands only on something that does not hold does not hold either."""
    broken: dict[str, str] = {}
    found: list[Rung] = []
    for rung in stack.rungs:
        judged = _rung(rung, named, standings)
        finding = _about(rung, named)
        if rung.stands_on and all(key in broken for key in rung.stands_on) and judged.health in _WOULD_HOLD:
            judged = replace(judged, health=Health.BAD, reason=broken[rung.stands_on[0]])
            broken[rung.key] = judged.reason
        elif finding is not None and finding.code in _DOES_NOT_HOLD and judged.health is Health.BAD:
            broken[rung.key] = judged.reason
        found.append(judged)
    return tuple(found)


def _about(rung: Rung, named: dict[str, Finding]) -> Finding | None:
    return next((named[name] for name in (rung.key, *rung.also) if name in named), None)


def _rung(rung: Rung, named: dict[str, Finding], standings: dict[str, Standing]) -> Rung:
    names = (rung.key, *rung.also)
    finding = _about(rung, named)
    if finding is not None and (rung.health in _SHOWN_AS_WELL or _is_worse(finding, rung)):
        health = Health.BAD if finding.code in _DOES_NOT_HOLD else Health.WARN
        return replace(rung, health=health, reason=finding.summary)
    standing = next((standings[name] for name in names if name in standings), None)
    if rung.health is not Health.ABSENT or finding is not None:
        return rung
    if standing is Standing.AS_WISHED:
        words = _("It is intended to be away: it was disconnected, or nothing on this host asks for it.")
        return replace(rung, health=Health.AS_WISHED, reason=prose(words, rung.reason))
    if standing is Standing.COMING:
        return replace(rung, health=Health.UNKNOWN, reason=_("systemd is starting it."))
    return rung


def _is_worse(finding: Finding, rung: Rung) -> bool:
    return finding.code in _DOES_NOT_HOLD and rung.health is Health.WARN
