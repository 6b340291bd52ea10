"""The few questions of one task, and the plan they lead to."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from tui.maintenance.proposal import Proposal
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.top_bar import top_bar
from tui.screens.volumes.tasks import Task
from tui.storage.host.command_log import CommandLogHost
from tui.words import translate as _
from widgets.fields.choice_field import CheckField, ChoiceField
from widgets.fields.form import Form
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role


class TaskScreen(BaseScreen[bool]):
    """One task. Dismisses True when its plan ran to the end.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        task: what is to be done.
    """

    @dataclass
    class Proposed(Message):
        """What was read for it."""

        proposal: Proposal

    DEFAULT_CSS = """
    TaskScreen {
        #question {
            height: auto;
            padding: 1 2 1 3;
        }
        #why {
            padding: 0 2 1 3;
            max-width: 90;
        }
        #form {
            height: 1fr;
            padding: 0 2 0 3;
        }
    }
    """

    def __init__(self, host: CommandLogHost, access: Access, task: Task) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self._todo = task

    def compose(self) -> ComposeResult:
        """Put why over the questions."""
        yield top_bar(self._host.name, self._access)
        yield Static(look_of(self.app).text(self._todo.label, Role.STRONG), id="question")
        yield Paragraphs((Paragraph(self._todo.why),), id="why")
        with Form(id="form"):
            yield from self._todo.fields()
        yield KeyBar(_("review the plan"), id="keys")

    def on_mount(self) -> None:
        """Begin at the first question."""
        form = self.query_one("#form", Form)
        form.align_labels()
        fields = form.fields()
        if fields:
            form.focus_field(fields[0])

    @on(Form.Submitted)
    def _review(self, event: Form.Submitted) -> None:
        event.stop()
        read, host = self._todo.read, self._host
        if read is None:
            self._put(self._todo.propose(self._typed))
            return
        typed = {
            str(field.id): self._typed(str(field.id)) for field in self.query_one("#form", Form).fields()
        }
        self.in_background("proposal", lambda: self.Proposed(read(host, lambda name: typed.get(name, ""))))

    @on(Proposed)
    def _proposed(self, event: Proposed) -> None:
        self._put(event.proposal)

    def _put(self, proposal: Proposal) -> None:
        self.app.push_screen(PlanScreen(proposal, self._host, self._access), self._done)

    def _typed(self, name: str) -> str:
        field = next(iter(self.query(f"#{name}")), None)
        match field:
            case TextField() | ChoiceField():
                return field.value
            case CheckField():
                return "yes" if field.value else ""
            case _:
                return ""

    def _done(self, done: bool | None) -> None:
        if done:
            self.dismiss(True)

    def action_leave(self) -> None:
        """Go back without doing it."""
        self.dismiss(False)

    def help_title(self) -> str:
        """Return what the task does."""
        return self._todo.label

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the task."""
        return (
            HelpSection(self._todo.label, self._todo.why),
            HelpSection(
                _("What happens on Enter"),
                _(
                    "Nothing is changed yet: the next page shows every command and asks you to confirm. What "
                    "can lose data requires a word to be typed."
                ),
            ),
        )
