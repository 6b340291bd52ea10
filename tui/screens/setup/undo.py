"""Undoing the set-up: its plan, put before the person like every other."""

from textual.message import Message

from tui.maintenance.proposal import Proposal
from tui.setup.undo import Undo
from tui.storage.problem import Problem
from tui.words import translate as _


class UndoPlanned(Message):
    """It is known what undoes the set-up."""

    def __init__(self, undo: Undo) -> None:
        super().__init__()
        self.undo = undo


def undo_proposal(undo: Undo) -> Proposal:
    """Return the plan with everything to be said about it."""
    nothing = Problem(
        "undo.nothing",
        _("Nothing that the set-up changed is left to undo."),
        remedy=_("What is listed above stays as it is."),
    )
    return Proposal(
        undo.plan,
        _(
            "Everything that the set-up changed is undone, the last change first. What this host had before "
            "the set-up stays as it was."
        ),
        undo.stays,
        undo.refusal or (None if undo.plan.operations else nothing),
        _("Undo the set-up"),
    )
