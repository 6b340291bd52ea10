"""The question at the start when the last plan was cut off: go on from there?"""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.storage.changing.interrupted import Interrupted
from tui.storage.changing.journal import Origin, Progressed
from tui.storage.changing.plan import Plan
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.dialogs import Dialog, PushButton
from widgets.look import look_of
from widgets.state import Role, State


class Resume(Dialog[bool | None]):
    """Answers True to go on, False to give the plan up, None to leave the program without deciding."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", _("decide later"))]

    def __init__(self, interrupted: Interrupted) -> None:
        super().__init__(_heading(interrupted), State.WARN)
        self._interrupted = interrupted
        self._can_go_on = interrupted.plan is not None and not interrupted.lacks_secret
        self._go_on = PushButton(_("Go on"), disabled=not self._can_go_on)
        self._is_setup = interrupted.origin is Origin.SETUP
        self._give_up = PushButton(_("Begin anew") if self._is_setup else _("Give it up"))
        self._later = PushButton(_("Decide later"))

    def body(self) -> Iterable[Widget]:
        """Return what was done and what is left."""
        yield self.paragraph(
            _(
                "What is done is not repeated. Before each of the others the host is looked at again. "
                "Begin anew leaves the host as it is now and asks the questions again."
            )
            if self._is_setup
            else _(
                "What is done is not repeated. Before each of the others the host is looked at again. "
                "Give it up leaves the host as it is now."
            )
        )
        if self._interrupted.lacks_secret:
            yield self.paragraph(
                _(
                    "It cannot go on by itself, because secrets are not kept. Begin anew; the pages remember "
                    "the rest."
                )
                if self._is_setup
                else _("It cannot go on by itself, because secrets are not kept. Give it up, and ask anew."),
                Role.WARN,
            )
        if self._interrupted.problem is not None:
            problem = self._interrupted.problem
            yield self.paragraph(f"{problem.summary} {problem.remedy}", Role.WARN)
        if self._interrupted.plan is not None:
            yield Static(self._lines(self._interrupted.plan))

    def _lines(self, plan: Plan) -> Content:
        look = look_of(self.app)
        words = {
            Progressed.DONE: (State.GOOD, _("done")),
            Progressed.BEGUN: (State.WARN, _("begun, not known to be done")),
            Progressed.NOT_BEGUN: (State.WAITING, _("left to do")),
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
        """Return the three answers."""
        yield self._go_on
        yield self._give_up
        yield self._later

    def on_mount(self) -> None:
        """Put the focus on the answer that fits."""
        (self._go_on if self._can_go_on else self._give_up).focus()

    @on(PushButton.Pressed)
    def _pressed(self, event: PushButton.Pressed) -> None:
        if event.button is self._later:
            self.dismiss(None)
        else:
            self.dismiss(event.button is self._go_on)


def _heading(interrupted: Interrupted) -> str:
    if interrupted.origin is Origin.SETUP:
        return _("The last set-up was cut off. Go on from there?")
    return _("The last change was cut off. Go on from there?")
