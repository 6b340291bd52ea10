"""The question at the start when the last plan was interrupted."""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.storage.changing.interrupted import Interrupted
from tui.storage.changing.journal import Progressed
from tui.storage.changing.midway import NOWHERE, Midway
from tui.storage.changing.plan import Plan
from tui.storage.untrusted import clean
from tui.words import marked, prose, translate as _
from widgets.dialogs import Dialog, PushButton
from widgets.look import look_of
from widgets.state import Role, State

_LONGEST = 600
"""Characters kept of a sentence that may hold names."""


class Decision(StrEnum):
    """What becomes of an interrupted plan."""

    RESUME = "resume"
    UNDO = "undo"
    DISCARD = "discard"


class Resume(Dialog[Decision | None]):
    """Answers what becomes of the plan, None to decide later.

    Args:
        interrupted: the plan.
        left: how it left the host; with a way back, to undo it is offered first.
        later_leaves: deciding later leaves the program, so that Escape only goes to that button.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", marked("decide later"))]

    def __init__(
        self, interrupted: Interrupted, left: Midway = NOWHERE, *, later_leaves: bool = False
    ) -> None:
        super().__init__(_heading(interrupted), State.WARN)
        self._later_leaves = later_leaves
        self._interrupted = interrupted
        self._left = left
        self._undo = PushButton(_("Undo"))
        self._can_go_on = interrupted.plan is not None and not interrupted.lacks_secret
        self._go_on = PushButton(_("Resume"), disabled=not self._can_go_on)
        self._is_setup = interrupted.origin.is_setup
        self._give_up = PushButton(_("Start over") if self._is_setup else _("Discard"))
        self._later = PushButton(_("Decide later"))

    def body(self) -> Iterable[Widget]:
        """Return how the host was left, what was done and what is left."""
        for state in self._left.states:
            yield self.paragraph(clean(state, _LONGEST), Role.WARN)
        yield self.paragraph(
            _(
                "Completed operations are not run again. Before each remaining one the host is checked "
                "again. Start over leaves the host as it is now and asks the questions again."
            )
            if self._is_setup
            else _(
                "Completed operations are not run again. Before each remaining one the host is checked "
                "again. Discard leaves the host as it is now."
            )
        )
        if self._interrupted.lacks_secret:
            yield self.paragraph(
                _(
                    "It cannot be resumed, because secrets are not stored. Start over; the pages keep the "
                    "other answers."
                )
                if self._is_setup
                else _(
                    "It cannot be resumed, because secrets are not stored. Discard it and make a new plan."
                ),
                Role.WARN,
            )
        if self._interrupted.problem is not None:
            problem = self._interrupted.problem
            yield self.paragraph(prose(problem.summary, problem.remedy), Role.WARN)
        if self._interrupted.plan is not None:
            yield Static(self._lines(self._interrupted.plan))

    def _lines(self, plan: Plan) -> Content:
        look = look_of(self.app)
        words = {
            Progressed.DONE: (State.GOOD, _("done")),
            Progressed.BEGUN: (State.WARN, _("started, result unknown")),
            Progressed.NOT_BEGUN: (State.WAITING, _("not started")),
        }
        lines = [look.text(clean(plan.title), Role.STRONG)]
        for operation, progressed in zip(plan.operations, self._interrupted.progressed, strict=True):
            state, word = words[progressed]
            lines.append(
                Content.assemble(
                    look.dot(state),
                    " ",
                    look.text(clean(operation.title())),
                    "  ",
                    look.text(word, Role.MUTED),
                )
            )
        return Content("\n").join(lines)

    def buttons(self) -> Iterable[PushButton]:
        """Return the answers."""
        if self._left.way_back is not None:
            yield self._undo
        yield self._go_on
        yield self._give_up
        yield self._later

    def on_mount(self) -> None:
        """Put the focus on the answer that fits."""
        if self._left.way_back is not None and self._left.states:
            self._undo.focus()
            return
        (self._go_on if self._can_go_on else self._give_up).focus()

    def action_leave(self) -> None:
        """Decide later; where that leaves the program, Enter on the button does it."""
        if self._later_leaves:
            self.set_focus(self._later)
        else:
            self.dismiss(None)

    @on(PushButton.Pressed)
    def _pressed(self, event: PushButton.Pressed) -> None:
        decisions = (
            (self._go_on, Decision.RESUME),
            (self._undo, Decision.UNDO),
            (self._give_up, Decision.DISCARD),
        )
        self.dismiss(next((decision for button, decision in decisions if button is event.button), None))


def _heading(interrupted: Interrupted) -> str:
    if interrupted.origin.is_setup:
        return _("The last set-up was interrupted. Resume it?")
    return _("The last change was interrupted. Resume it?")
