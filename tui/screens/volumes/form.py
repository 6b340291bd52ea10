"""The few questions of one task, and the plan they lead to."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from tui.screens.access import Access
from tui.screens.commands import command_rows
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.top_bar import top_bar
from tui.screens.volumes.tasks import Task
from tui.storage.host.command_log import CommandLogHost
from tui.words import translate as _
from widgets.commands import Commands
from widgets.fields.choice_field import CheckField, ChoiceField
from widgets.fields.form import Form
from widgets.fields.text_field import TextField
from widgets.help import Help, HelpSection, keys_of
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role


class TaskScreen(Screen[bool]):
    """One task. Dismisses True when its plan ran to the end.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        task: what is to be done.
    """

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
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", _("help")),
        Binding("f2", "commands", _("commands")),
        Binding("escape", "leave", _("leave")),
    ]

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
        yield KeyBar(_("look at the plan"), id="keys")

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
        proposal = self._todo.propose(self._typed)
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

    def action_help(self) -> None:
        """Explain the screen."""
        sections = (
            HelpSection(self._todo.label, self._todo.why),
            HelpSection(
                _("What happens on Enter"),
                _(
                    "Nothing yet: the next page shows every command. Only there you say yes, and what can"
                    " lose data asks for a word."
                ),
            ),
        )
        self.app.push_screen(Help(self._todo.label, sections, keys_of(self)))

    def action_commands(self) -> None:
        """Show every command that ran."""
        self.app.push_screen(Commands(command_rows(self._host.ran())))
