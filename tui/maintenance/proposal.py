"""A plan with its reasons, warnings and undo plan, as put to the user."""

from msgspec import Struct

from tui.storage.changing.plan import Plan
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.problem import Problem
from tui.words import translate as _


class Proposal(Struct, frozen=True):
    """A plan that is put before a person.

    Attributes:
        plan: what will be done; its title says what for.
        why: a sentence or two for a person.
        notes: what they should know first: what happens at the next boot, what stays.
        refusal: why it may not be done at all, or None; with one, the plan is not run.
        yes: the word on the button that does it; a verb. Empty for a general one.
        way_back: the plan that undoes everything, or None when there is none.
    """

    plan: Plan
    why: str
    notes: tuple[str, ...] = ()
    refusal: Problem | None = None
    yes: str = ""
    way_back: Plan | None = None


def way_back_of(plan: Plan) -> Plan | None:
    """The plan made of what undoes each operation, the last first; None when one cannot be undone."""
    undone: list[Operation] = []
    for operation in reversed(plan.operations):
        back = operation.undo()
        if isinstance(back, CannotUndo):
            return None
        undone += back
    title = _("Undo: {title}").format(title=plan.title)
    return Plan(title, tuple(undone), plan.together) if undone else None
