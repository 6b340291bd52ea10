"""The one verdict on a host: the state of every layer, and what all of it comes to. Every surface shows this.

`tui.recovery.diagnosis` makes a `Judgement` from evidence. A surface that reads a host more often than it is
diagnosed shows what `judge` tells: a layer that is as it was when it was diagnosed keeps its state; of any
other one is said only what is sure without a diagnosis, which is never that it is well.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.stacks.rung import Health, Rung
from tui.storage.stacks.stack import Stack, broken_first
from tui.words import translate as _, translate_count


class Verdict(StrEnum):
    """What a diagnosis comes to, the worst first; every surface and exit status says this."""

    BROKEN = "broken"
    """Something is broken or degraded now."""
    INCOMPLETE = "incomplete"
    """Nothing broken was found, and not everything could be looked at."""
    RISKS = "risks"
    """Nothing is broken now; the next boot, outage or change will break something."""
    HEALTHY = "healthy"
    """Nothing was found, no rung is broken, and what is expected is there or intended to be away."""


class Told(Struct, frozen=True):
    """A finding in a line.

    Attributes:
        key: stable name of the finding.
        code: its code.
        summary: what is wrong, one sentence.
        rungs: keys of the layers that it is about.
        is_risk: nothing is broken by it now.
        reason: why somebody accepts it, or empty; it is not counted then.
    """

    key: str
    code: str
    summary: str
    rungs: tuple[str, ...]
    is_risk: bool
    reason: str = ""


class Judgement(Struct, frozen=True):
    """What a diagnosis says of a host.

    Attributes:
        verdict: what it comes to.
        seen: the stacks as the inventory alone shows them.
        stacks: the same, each layer with its state.
        told: the findings, in the order in which they should be repaired.
        problems: how many things are broken by themselves, with or without a known reason.
        unread: what could not be looked at, in words.
        taken_at: when it was looked at, in seconds since the epoch.
    """

    verdict: Verdict
    seen: tuple[Stack, ...] = ()
    stacks: tuple[Stack, ...] = ()
    told: tuple[Told, ...] = ()
    problems: int = 0
    unread: tuple[str, ...] = ()
    taken_at: float = 0.0

    @property
    def risks(self) -> int:
        """How many risks count."""
        return sum(told.is_risk and not told.reason for told in self.told)


class Judged(Struct, frozen=True):
    """A host as it was read last, with what the last diagnosis says of it.

    Attributes:
        stacks: each layer with its state.
        judgement: of the last diagnosis, or None.
        is_current: no layer has changed since that.
    """

    stacks: tuple[Stack, ...]
    judgement: Judgement | None = None
    is_current: bool = False

    @property
    def verdict(self) -> Verdict | None:
        """What all of it comes to; None where that is not known of the host as it is now."""
        return self.judgement.verdict if self.judgement is not None and self.is_current else None

    @property
    def problems(self) -> int:
        """How many things are known to be broken by themselves."""
        if self.judgement is not None and self.is_current:
            return self.judgement.problems
        return sum(len(broken_first(stack)) for stack in self.stacks)

    def told_of(self, rung: Rung) -> tuple[Told, ...]:
        """The findings about a layer."""
        names = {rung.key, *rung.also}
        found = self.judgement.told if self.judgement is not None else ()
        return tuple(told for told in found if names & set(told.rungs))


def verdict_words(judged: Judged) -> str:
    """What a host comes to in a few words; the same in the header of the console and in `status`."""
    count = judged.problems
    if count or judged.verdict is Verdict.BROKEN:
        return translate_count("{count} problem", "{count} problems", count).format(count=count)
    if judged.judgement is None or judged.verdict is None:
        return _("not checked yet")
    if judged.verdict is Verdict.INCOMPLETE:
        return _("not all checked")
    risks = judged.judgement.risks
    if judged.verdict is Verdict.RISKS:
        return translate_count("{count} risk", "{count} risks", risks).format(count=risks)
    return _("nothing is wrong")


def judge(seen: Iterable[Stack], judgement: Judgement | None = None) -> Judged:
    """What is known of the stacks of an inventory.

    Args:
        seen: the stacks as the inventory alone shows them.
        judgement: of the last diagnosis, or None before there is one.
    """
    known = _by_key(judgement.seen) if judgement is not None else {}
    states = _by_key(judgement.stacks) if judgement is not None else {}
    changed = False
    found: list[Stack] = []
    for stack in seen:
        rungs: list[Rung] = []
        for rung in stack.rungs:
            before = known.pop(rung.key, None)
            if before is not None and _stands_alike(before, rung):
                rungs.append(_carried(rung, before, states[rung.key]))
            else:
                changed = True
                rungs.append(undiagnosed(rung))
        found.append(replace(stack, rungs=tuple(rungs)))
    return Judged(tuple(found), judgement, judgement is not None and not changed and not known)


def undiagnosed(rung: Rung) -> Rung:
    """A layer of which only the inventory is known: that it is well, or should be there, is not."""
    if rung.health is Health.GOOD:
        return replace(rung, health=Health.UNKNOWN)
    if rung.health is Health.ABSENT:
        return replace(
            rung,
            health=Health.UNKNOWN,
            reason=_("It is not there. Whether it should be, is not checked yet."),
        )
    return rung


def _by_key(stacks: Iterable[Stack]) -> dict[str, Rung]:
    return {rung.key: rung for stack in stacks for rung in stack.rungs}


def _stands_alike(one: Rung, other: Rung) -> bool:
    """Whether two looks found a layer in one state; sizes and counters may differ."""
    return (one.health, one.state, one.name, one.device, one.stands_on) == (
        *(other.health, other.state, other.name, other.device, other.stands_on),
    )


def _carried(rung: Rung, before: Rung, state: Rung) -> Rung:
    reason = rung.reason if state.reason == before.reason else state.reason
    return replace(rung, health=state.health, reason=reason)
