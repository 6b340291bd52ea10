"""The stacks of the storage engine as rows of the stack view."""

from collections.abc import Iterable, Mapping

from tui.storage.stacks.layer_words import layer_word
from tui.storage.stacks.rung import RungKind
from tui.storage.stacks.stack import Health, Rung, Stack
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _
from widgets.stack_view import Rung as Row
from widgets.state import State

LONGEST = 4096
"""Characters kept of a name; the widgets cut what does not fit and show the whole in the details."""

_STATES = {
    Health.GOOD: State.GOOD,
    Health.WARN: State.WARN,
    Health.DEGRADED: State.DEGRADED,
    Health.BAD: State.BAD,
    Health.ABSENT: State.ABSENT,
    Health.UNKNOWN: State.UNKNOWN,
    Health.AS_WISHED: State.INTENDED,
}


def state_of(health: Health) -> State:
    """Return how a health is drawn."""
    return _STATES[health]


def is_wrong(subject: Rung | Stack | None) -> bool:
    """Return whether a rung, or any of a stack, does not hold."""
    return subject is not None and subject.health in {Health.BAD, Health.ABSENT}


class Rows:
    """Makes rows of stacks, and makes those of rungs that stayed the same only once."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Rung, str, Row]] = {}

    def of(self, stacks: Iterable[Stack], notes: Mapping[str, str]) -> tuple[Row, ...]:
        """Return the rows of stacks, a heading over each. Keys are those of the rungs.

        Args:
            stacks: the stacks, top to bottom.
            notes: since when some rungs are lost, by key; shown in place of their details.
        """
        before, self._made = self._made, {}
        rows: list[Row] = []
        for stack in stacks:
            rows.append(_heading(stack))
            for rung in stack.rungs:
                note = notes.get(rung.key, "")
                known = before.get(rung.key)
                if known is None or known[1] != note or known[0] != rung:
                    known = (rung, note, _row(rung, note))
                self._made[rung.key] = known
                rows.append(known[2])
        return tuple(rows)


def rows_of(stacks: Iterable[Stack]) -> tuple[Row, ...]:
    """Return the rows of stacks, a heading over each. Keys are those of the rungs."""
    return Rows().of(stacks, {})


def heading_key(stack: Stack) -> str:
    """Return the key of the row over a stack."""
    return f"stack {stack.key}"


def _heading(stack: Stack) -> Row:
    names = [clean(name, LONGEST) for name in stack.targets if name]
    groups = [clean(name, LONGEST) for name in stack.volume_groups]
    first = names or groups or [_("no target")]
    name = first[0].rpartition(":")[2] or first[0]
    rest = enumerated(names[1:]) if len(names) > 1 else first[0] if name != first[0] else ""
    return Row(
        heading_key(stack), "", name, detail=rest, heading=True, state=state_of(stack.health), whole=first[0]
    )


def _row(rung: Rung, note: str) -> Row:
    details = [clean(word, LONGEST) for word in rung.detail if word]
    return Row(
        rung.key,
        layer_word(rung.kind),
        clean(rung.name, LONGEST),
        rung.depth,
        details[0] if details and not note else "",
        state_of(rung.health),
        clean(rung.state),
        note or enumerated(details[1:]),
        whole=_whole(rung),
    )


def _whole(rung: Rung) -> str:
    """Return what tells a layer from all others: the IQN, the WWID of a map, VG and LV, the disk of a LUN."""
    if rung.kind in {RungKind.PORTAL, RungKind.SESSION}:
        return clean(rung.target, LONGEST)
    if rung.kind is RungKind.MULTIPATH:
        return clean(rung.key.partition(":")[2], LONGEST)
    if rung.kind is RungKind.LUN and rung.detail:
        return f"/dev/{clean(rung.detail[0], LONGEST)}"
    also = next((name for name in rung.also if name.startswith("lv-name:")), "")
    return clean(also.removeprefix("lv-name:") or rung.name, LONGEST)
