"""The task sheet: what is asked for, what holds of it, and the hints.

It lives inside the practice machine, in the same program as the console: so the console keeps the whole
terminal, also one of 80 by 24 on a serial line, one key leads from each to the other, and what is checked is
read by the program itself. A second program beside it would need a terminal emulator to share the screen.
"""

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message

from tui.practice.coach import Coach, Stand
from tui.practice.leaving import Leaving
from tui.practice.scenario import Kind, Scenario
from tui.screens.base_screen import BaseScreen
from tui.screens.paragraphs import Paragraph, Paragraphs, problem_lines
from tui.screens.practice.practice_words import LABELS, minutes_words, sheet, sheet_help
from tui.storage.problem import Problem
from tui.words import marked, translate as _
from widgets.dialogs import Confirm
from widgets.header import TopBar, TopFacts
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.notice import Notice, Offer
from widgets.state import State

SHEET_KEY, SHELL_KEY = "f6", "f7"


class Checked(Message):
    """The coach has checked the goals."""


class TaskSheet(BaseScreen[None]):
    """What is asked for, what holds of it, and the hints that were given.

    Args:
        coach: the learner's state.
        on_shell: opens the shell.
        on_leave: called when the learner wants to end the run in a way, or to be asked how with None.
        on_change: called when the coach knows more.
    """

    DEFAULT_CSS = """
    TaskSheet {
        #body {
            height: 1fr;
            padding: 1 2 0 3;
            scrollbar-size-vertical: 1;
            scrollbar-gutter: stable;
        }
        #text {
            max-width: 92;
        }
        &.-narrow #body {
            padding: 0 1 0 2;
        }
    }
    """
    HAS_COMMANDS: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,c", "go_on", marked("check")),
        Binding("h", "hint", marked("hint")),
        Binding("r", "reset", marked("reset")),
        Binding("escape", "leave", marked("console")),
        Binding(SHEET_KEY, "leave", show=False, tooltip=marked("Go to the console")),
        Binding(SHELL_KEY, "shell", marked("shell")),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(
        self,
        coach: Coach,
        on_shell: Callable[[], None],
        on_leave: Callable[[Leaving | None], None],
        on_change: Callable[[], None],
    ) -> None:
        super().__init__()
        self._coach = coach
        self._open_shell = on_shell
        self._leave_by = on_leave
        self._changed = on_change
        self._checking = False
        self._problem: Problem | None = None
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def compose(self) -> ComposeResult:
        """Put the text between the bars."""
        scenario = self._coach.scenario
        yield TopBar(TopFacts(_("Practice"), scenario.title, note=minutes_words(scenario.minutes)), id="top")
        with VerticalScroll(id="body", can_focus=False):
            yield Paragraphs(id="text", label_width=LABELS)
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show what is known."""
        self.show()

    def show(self) -> None:
        """Show what the coach knows."""
        first: tuple[Paragraph, ...] = ()
        if self._checking:
            first = (Paragraph(_("Checking the machine."), state=State.HERE), Paragraph(""))
        elif self._problem is not None:
            first = (*problem_lines(self._problem), Paragraph(""))
        self.query_one("#text", Paragraphs).paragraphs = (*first, *sheet(self._coach))
        self.query_one("#keys", KeyBar).enter = self._enter_words()
        self._changed()

    def _enter_words(self) -> str:
        if self._coach.stand is Stand.HELD:
            return _("restart")
        return _("leave") if self._coach.stand is Stand.SOLVED else _("check")

    # Checking ---------------------------------------------------------------------------------------------

    def action_go_on(self) -> None:
        """Check; once everything holds, go on to what comes then."""
        if self._coach.stand is Stand.HELD:
            self._leave_by(Leaving.RESTART)
        elif self._coach.stand is Stand.SOLVED:
            self._leave_by(Leaving.AWAY)
        elif not self._checking:
            self._checking, self._problem = True, None
            self.show()
            self.in_background("coach", self._check)

    def _check(self) -> Checked:
        self._coach.check()
        return Checked()

    @on(Checked)
    def _checked(self) -> None:
        self._checking = False
        self.show()
        self.query_one("#body", VerticalScroll).scroll_home(animate=False)

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Show the problem over the task."""
        self._checking, self._problem = False, problem
        self.show()

    # Keys -------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keep the hint's key in sight when there are no more."""
        scenario = self._coach.scenario
        if action == "hint":
            if scenario.kind is Kind.LESSON:
                return False
            return True if self._coach.hints < len(scenario.hints) else None
        return super().check_action(action, parameters)

    def action_hint(self) -> None:
        """Give one more hint."""
        if self._coach.give_hint():
            self.show()
            self.refresh_bindings()
            self.query_one("#body", VerticalScroll).scroll_end(animate=False)

    @work(group="question")
    async def action_reset(self) -> None:
        """Begin again at the start, after asking."""
        question = Confirm(
            _("Start over?"),
            losses=(_("everything that was done on this practice machine"),),
            yes=_("Start over"),
        )
        if await self.app.push_screen_wait(question):
            self._leave_by(Leaving.RESET)

    def action_leave(self) -> None:
        """Go to the console."""
        self.dismiss()

    def action_shell(self) -> None:
        """Open the shell."""
        self._open_shell()

    def action_scroll(self, lines: int) -> None:
        """Scroll the text."""
        self.query_one("#body", VerticalScroll).scroll_relative(y=lines, animate=False)

    def help_title(self) -> str:
        """Return the title of the scenario."""
        return self._coach.scenario.title

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the sheet."""
        return sheet_help()


def leave_question(scenario: Scenario) -> Notice:
    """Ask how to leave."""
    later = _("Its machine can be shut down and continued later, or discarded.")
    not_later = _("Its state is not on its disk, so it cannot be continued later.")
    offers = (Offer(Leaving.LATER.name, _("Later")),) if scenario.resumes else ()
    return Notice(
        _("Leave this practice?"),
        happened=later if scenario.resumes else not_later,
        next_step=_("Your progress is saved in any case. Nothing outside the machine was changed."),
        offers=(*offers, Offer(Leaving.AWAY.name, _("Discard"))),
        close=_("Stay"),
        state=State.HERE,
    )


def leaving_of(answer: str | None) -> Leaving | None:
    """How to leave, by the answer to `leave_question`; None to stay."""
    return None if answer is None else Leaving[answer]
