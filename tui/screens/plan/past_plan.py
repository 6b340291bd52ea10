"""One plan that ran: its operations with their stage, a script of it, and the plan that undoes it."""

import time
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from tui.commands.exporting.ran import ran_script
from tui.commands.running import open_plan
from tui.maintenance.past_plans import PlanEnding, by_words, ending_of, undo_of
from tui.maintenance.proposal import Proposal
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.console.keys import not_possible
from tui.screens.lower import Lower
from tui.screens.paragraphs import Paragraph, Paragraphs, problem_lines
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.recovery.saving import Saved, save
from tui.screens.top_bar import top_bar
from tui.screens.trouble import notice
from tui.storage.changing.journal import Journal, Progressed
from tui.storage.changing.plan import Plan
from tui.storage.changing.run_plan import give_up
from tui.storage.host.command_log import CommandLogHost
from tui.storage.problem import ConsoleError, Problem, Refused
from tui.storage.untrusted import clean
from tui.words import marked, remarked, translate as _
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow

_LONGEST = 600


@dataclass
class UndoFound(Message):
    """What undoes the plan."""

    proposal: Proposal


class PastPlanScreen(BaseScreen[bool]):
    """One plan that ran. Dismisses True when it was undone.

    Args:
        journal: that of the plan.
        host: the host it ran on.
        access: what may be done on it, and why not more.
    """

    DEFAULT_CSS = """
    PastPlanScreen {
        #heading {
            height: auto;
            padding: 1 2 0 3;
        }
        #about {
            padding: 0 2 1 3;
        }
        #operations {
            height: 1fr;
            min-height: 3;
            margin: 0 2 0 2;
        }
    }
    """
    AUTO_FOCUS = "#operations PickLines"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "undo", marked("undo")),
        Binding("s", "save", marked("save as script")),
    ]

    def __init__(self, journal: Journal, host: CommandLogHost, access: Access) -> None:
        super().__init__()
        self._journal, self._host, self._access = journal, host, access
        self._plan: Plan | None = None
        self._is_asking = False

    def compose(self) -> ComposeResult:
        """Put the operations under when, by whom and how it ended, and what one of them did below."""
        yield top_bar(self._host.name, self._access)
        yield Static(id="heading")
        yield Paragraphs(id="about")
        yield PickList(
            (Column("", align_right=True), Column("", grow=True)), empty=_("No operation."), id="operations"
        )
        yield Lower()
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show what the journal says."""
        journal = self._journal
        title = clean(journal.title, _LONGEST) or clean(journal.path.name)
        self.query_one("#heading", Static).update(look_of(self).text(title, Role.STRONG))
        try:
            self._plan = journal.plan()
        except ConsoleError as error:
            self.query_one("#about", Paragraphs).paragraphs = (
                *_about(journal),
                *problem_lines(error.problem),
            )
            self.query_one("#operations", PickList).empty = ""
            self.query_one(Lower).display = False
            return
        self.query_one("#about", Paragraphs).paragraphs = _about(journal)
        self.query_one("#operations", PickList).rows = _rows(journal, self._plan)
        self._explain()

    @on(PickList.Highlighted)
    def _explain(self) -> None:
        key = self.query_one("#operations", PickList).key
        if self._plan is None or key is None:
            return
        operation = self._plan.operations[int(key)]
        failure = self._journal.failure(int(key))
        why = _("It failed: {why}").format(why=failure) if failure else operation.why()
        self.query_one(Lower).explain(remarked(why, operation.risk.word), operation.shown())

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to undo, and to save, only what has changed something."""
        if action in {"undo", "save"}:
            return self._plan is not None and self._journal.has_changes
        return super().check_action(action, parameters)

    def action_undo(self) -> None:
        """Find out what undoes the plan, and put it before the person."""
        if self._access.reason:
            self.notify(not_possible(self._access.reason), markup=False)
        elif not self._is_asking:
            self._is_asking = True
            self.in_background("undo", self._find_undo)

    def _find_undo(self) -> UndoFound:
        other = open_plan(self._journal)
        if other is not None:
            raise Refused(other[1])
        return UndoFound(undo_of(self._journal, self._host))

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Say why it is not undone."""
        self._is_asking = False
        self.app.push_screen(notice(problem))

    @on(UndoFound)
    def _found(self, event: UndoFound) -> None:
        self._is_asking = False
        self.app.push_screen(PlanScreen(event.proposal, self._host, self._access), self._undone)

    def action_save(self) -> None:
        """Write what it changed to a shell script with comments."""
        self.in_background("save", lambda: save("plan", ran_script(self._host, (self._journal,)), "sh"))

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        self.notify(event.words, severity="information" if event.is_written else "error", markup=False)

    def _undone(self, done: bool | None) -> None:
        if not done:
            return
        if not self._journal.ended:
            problem = give_up(self._journal)
            if problem is not None:
                self.notify(problem.summary, severity="error", markup=False)
        self.dismiss(True)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("A plan that ran")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return (
            HelpSection(
                _("The operations"),
                _(
                    "In the order in which they ran, each with what the journal says of it. Already done: "
                    "the host was as the operation leaves it, and nothing was run. Result not known: it had "
                    "begun, and the journal does not say how it ended."
                ),
            ),
            HelpSection(
                _("Undo"),
                _(
                    "b reads the host and shows the plan that restores the state from before, of a plan that "
                    "did not come to its end what was done until then. Nothing runs before you confirm it. "
                    "Where something cannot be undone, nothing is, and the reason is given."
                ),
            ),
            HelpSection(
                _("Save as script"),
                _(
                    "s writes what it changed to a shell script with comments, without secrets. What erases "
                    "data, or cannot be done as safely by a script, is a comment there."
                ),
            ),
        )

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(False)


def _about(journal: Journal) -> tuple[Paragraph, ...]:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(journal.began_at))
    begun = _("Begun {when} {by}.") if journal.began_at else _("When it was begun is not known; {by}.")
    lines = [Paragraph(begun.format(when=when, by=by_words(journal)), Role.MUTED)]
    ending = ending_of(journal)
    if ending is PlanEnding.FINISHED:
        lines.append(Paragraph(_("Every operation was done and verified."), state=State.GOOD))
    elif ending is PlanEnding.GIVEN_UP:
        lines.append(Paragraph(_("It did not finish, and was discarded or undone."), state=State.WAITING))
    elif ending is PlanEnding.OPEN:
        words = _(
            "It was interrupted, or another process runs it just now. The console offers to resume it at "
            "its start."
        )
        lines.append(Paragraph(words, state=State.WARN))
    return tuple(lines)


def _rows(journal: Journal, plan: Plan) -> tuple[PickRow, ...]:
    rows = []
    for number, operation in enumerate(plan.operations):
        state, word = _stage(journal, number)
        rows.append(PickRow(str(number), (str(number + 1), clean(operation.title(), _LONGEST)), state, word))
    return tuple(rows)


def _stage(journal: Journal, number: int) -> tuple[State, str]:
    progressed = journal.progressed(number)
    if progressed is Progressed.DONE:
        return State.GOOD, _("done") if journal.changed(number) else _("already done")
    if journal.failure(number):
        return State.BAD, _("failed")
    if progressed is Progressed.BEGUN:
        return State.UNKNOWN, _("result not known")
    return State.WAITING, _("not started")
