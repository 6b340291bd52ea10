"""In which order the stacks stand, and which of them are folded."""

from collections.abc import Iterable
from enum import StrEnum

from tui.screens.rungs import heading_key
from tui.storage.stacks.rung import Health
from tui.storage.stacks.stack import Stack
from tui.words import translate as _, translate_count

MANY = 12
"""Number of stacks from which healthy ones are folded at the start."""

_WORST_FIRST = (
    *(Health.BAD, Health.ABSENT, Health.DEGRADED, Health.WARN, Health.UNKNOWN),
    *(Health.AS_WISHED, Health.GOOD),
)


class Order(StrEnum):
    """How the stacks are sorted."""

    FOUND = "found"
    """As the kernel counts the sessions and the database its records."""
    WORST = "worst"
    NAME = "name"

    @property
    def words(self) -> str:
        """What a person reads when the order changes."""
        return {
            Order.FOUND: _("Stacks in the order of their sessions."),
            Order.WORST: _("Stacks with problems first."),
            Order.NAME: _("Stacks by name."),
        }[self]

    @property
    def following(self) -> "Order":
        """The next one, round the end."""
        every = list(Order)
        return every[(every.index(self) + 1) % len(every)]


def ordered(stacks: Iterable[Stack], order: Order) -> tuple[Stack, ...]:
    """Return the stacks in an order; what is equal in it stays as it was found."""
    found = tuple(stacks)
    if order is Order.WORST:
        return tuple(sorted(found, key=lambda stack: _WORST_FIRST.index(stack.health)))
    if order is Order.NAME:
        return tuple(sorted(found, key=lambda stack: (*stack.targets, *stack.volume_groups, stack.key)))
    return found


def folding_words(count: int, *, folded: bool) -> str:
    """Say what happened to the healthy stacks.

    Args:
        count: how many there are.
        folded: they are folded now; else unfolded.
    """
    if not count:
        return _("No stack is healthy: nothing is folded.")
    if folded:
        words = translate_count("{count} healthy stack folded.", "{count} healthy stacks folded.", count)
    else:
        words = translate_count("{count} healthy stack unfolded.", "{count} healthy stacks unfolded.", count)
    return words.format(count=count)


def healthy(stacks: Iterable[Stack], seen: Iterable[Stack]) -> frozenset[str]:
    """Return the keys of the headings of healthy stacks, and of those that are only not checked yet.

    Args:
        stacks: with their states.
        seen: as the inventory alone shows them.
    """
    unchecked = {stack.key for stack in seen if stack.health is Health.GOOD}
    return frozenset(
        heading_key(stack)
        for stack in stacks
        if stack.health is Health.GOOD or (stack.health is Health.UNKNOWN and stack.key in unchecked)
    )


def refolded(
    folded: frozenset[str], before: frozenset[str], now: frozenset[str], there: frozenset[str]
) -> frozenset[str]:
    """Return what is folded after the host changed, while healthy stacks are kept folded.

    A stack that became healthy is folded, one that broke is unfolded; what a person folded or unfolded stays.

    Args:
        folded: keys that are folded.
        before: headings of the stacks that were healthy.
        now: headings of those that are.
        there: headings that were there before; a new healthy stack is folded too.
    """
    return (folded | (now - before) | (now - there)) - (before - now)
