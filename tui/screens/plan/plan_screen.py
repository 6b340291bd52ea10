"""The screen every plan goes through: reviewed, confirmed and run, with its outcome."""

import time
from collections.abc import Callable
from enum import StrEnum
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui.maintenance.confirmation import needs_no_question
from tui.maintenance.proposal import Proposal
from tui.practice.rehearsal.result import noted
from tui.screens.access import Access
from tui.screens.lower import Lower
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.plan.plan_words import (
    about,
    help_sections,
    operation_rows,
    outcome,
    question,
    undo_words,
)
from tui.screens.top_bar import top_bar
from tui.screens.trouble import AGAIN, REMOVE_LOCK, notice, remedies
from tui.screens.work import Ended, Reporter
from tui.screens.working import WorkingScreen
from tui.storage.changing.journal import Journal
from tui.storage.changing.midway import NOWHERE, Midway
from tui.storage.changing.plan import Plan, Stage
from tui.storage.changing.run_plan import Ending, carry_on, carry_out, give_up
from tui.storage.host.command_log import CommandLogHost
from tui.storage.operations.iscsi.records import RemoveStaleLock
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import marked, remarked, translate as _
from widgets.bars.progress import ProgressList
from widgets.dialogs import Confirm
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.notice import Offer
from widgets.state import Role, State
from widgets.table import Column, PickList

UNDO = "undo"


class Phase(StrEnum):
    """Where the screen stands."""

    REVIEW = "review"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"


class PlanScreen(WorkingScreen[bool]):
    """One proposal. Dismisses True when the plan ran to its end and was not undone.

    Args:
        proposal: what is put before the person.
        host: the host to change.
        access: what may be done on it, and why not more.
        resumed: the journal of an earlier run of the same plan, which is resumed at once.
        left: how that run left the host.
    """

    DEFAULT_CSS = """
    PlanScreen {
        #question {
            height: auto;
            padding: 1 2 1 3;
        }
        #body {
            height: 1fr;
            padding: 0 2 0 3;
        }
        #words {
            height: auto;
            max-height: 60%;
            margin-bottom: 1;
            scrollbar-size-vertical: 1;
        }
        #operations, #progress {
            height: 1fr;
            min-height: 3;
        }
        &.-high Explain {
            padding: 1 2 1 3;
        }
        &.-low Explain {
            padding: 0 2 0 3;
        }
    }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", marked("continue"), show=False),
        Binding("b", "undo", marked("undo")),
        Binding("pageup", "scroll_words(-4)", show=False),
        Binding("pagedown", "scroll_words(4)", show=False),
    ]

    def __init__(
        self,
        proposal: Proposal,
        host: CommandLogHost,
        access: Access,
        *,
        resumed: Journal | None = None,
        left: Midway = NOWHERE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock)
        self.proposal = noted(proposal, host.name)
        self.phase = Phase.REVIEW
        self._host = host
        self._access = access
        self._ending = None if resumed is None else Ending(journal=resumed, midway=left)
        self._touched = self._half_done = resumed is not None
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    @property
    def working(self) -> bool:
        """Something runs that must not be cut off."""
        return self.phase is Phase.RUNNING

    def compose(self) -> ComposeResult:
        """Put the reasons over the operations, and what one of them does below."""
        yield top_bar(self._host.name, self._access)
        yield Static(id="question")
        with Vertical(id="body"):
            with VerticalScroll(id="words", can_focus=False):
                yield Paragraphs(id="about")
            yield PickList(
                (Column("", align_right=True), Column("", grow=True)),
                empty=_("Nothing to do."),
                id="operations",
            )
            yield ProgressList(id="progress")
        yield Lower()
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Begin with the review; what is resumed was confirmed before."""
        self._review()
        if self._ending is not None and self._refusal is None:
            self._run()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        if self.phase is Phase.REVIEW:
            self._review()

    # The review -----------------------------------------------------------------------------------------

    @property
    def _refusal(self) -> Problem | None:
        """Why the plan is not run, or None."""
        if self.proposal.refusal is not None:
            return self.proposal.refusal
        if self._access.reason:
            return Problem(
                "access.looking-only",
                _("Nothing can be changed: {reason}.").format(reason=self._access.reason),
                remedy=_("You can review the plan. To run it, start the program as root."),
            )
        return None

    def _review(self) -> None:
        self._say(clean(self.proposal.plan.title))
        self.query_one("#about", Paragraphs).paragraphs = about(self.proposal, self._refusal)
        wide = self.size.width >= 100
        picks = self.query_one("#operations", PickList)
        picks.rows = operation_rows(self.proposal.plan, with_risk=wide)
        self._show_phase()
        picks.focus()
        self._explain()

    @on(PickList.Highlighted)
    def _explain(self) -> None:
        if self.phase is not Phase.REVIEW:
            return
        key = self.query_one("#operations", PickList).key
        operations = self.proposal.plan.operations
        if key is None or int(key) >= len(operations):
            self.query_one(Lower).explain(_("Nothing to do: already in this state."))
            return
        operation = operations[int(key)]
        self.query_one(Lower).explain(remarked(operation.why(), operation.risk.word), operation.shown())

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        self.action_enter()

    def _show_phase(self) -> None:
        review = self.phase is Phase.REVIEW
        self.query_one("#operations", PickList).display = review
        self.query_one("#progress", ProgressList).display = not review
        self.query_one(Lower).display = review
        self.query_one("#words", VerticalScroll).display = bool(
            self.query_one("#about", Paragraphs).paragraphs
        )
        self.query_one("#keys", KeyBar).enter = self._enter_words()
        self.refresh_bindings()

    def _enter_words(self) -> str:
        if self.phase is Phase.DONE:
            return _("close")
        if self.phase is Phase.FAILED:
            return _("what went wrong")
        if self.phase is not Phase.REVIEW:
            return ""
        if self._refusal is not None or not self.proposal.plan.operations:
            return _("close")
        return self.proposal.yes.lower() or _("do it")

    def _say(self, words: str) -> None:
        self.query_one("#question", Static).update(look_of(self).text(words, Role.STRONG))

    # Running --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        """Run the plan, or what is left of it."""
        before = self._ending
        journal = before.journal if before is not None else None
        plan, host, leave = self.proposal.plan, self._host, self._leave
        watcher = Reporter(self.post_message)
        if journal is None:
            self._start(lambda: carry_out(plan, host, watcher, leave))
        else:
            self._start(lambda: carry_on(journal, plan, host, watcher, leave))

    def _start(self, task: Callable[[], Ending]) -> None:
        self.phase = Phase.RUNNING
        self._begin_work()
        self._say(clean(self.proposal.plan.title))
        self.query_one("#about", Paragraphs).paragraphs = (
            Paragraph(
                _("Each operation is checked, run and verified before the next one starts."),
                Role.MUTED,
            ),
        )
        self._show_work()
        self._show_phase()
        self.in_background("plan", lambda: Ended(task()))

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """End the run with the problem, and keep what is known of it."""
        journal = self._ending.journal if self._ending is not None else None
        self.post_message(Ended(Ending(problem=problem, journal=journal)))

    def _show_work(self) -> None:
        progress = self.query_one("#progress", ProgressList)
        progress.rows = tuple(self._work.rows)
        running = [row.key for row in self._work.rows if row.state is State.HERE]
        if running:
            progress.go_to(running[0])

    @on(Ended)
    def _ended(self, event: Ended) -> None:
        if not self.query("#question"):
            return  # The program ends just now.
        ending = event.ending
        # A run that was refused before its first operation leaves the journal of the one before as it is.
        before = self._ending.journal if self._ending is not None else None
        if ending.journal is None and not ending.ok and before is not None:
            left = self._ending.midway if self._ending is not None else NOWHERE
            ending = Ending(ending.result, ending.problem, before, left)
        self._ending = ending
        stages = ending.result.stages if ending.result is not None else ()
        self._half_done = self._half_done or Stage.DONE in stages
        self._touched = self._touched or any(stage in {Stage.DONE, Stage.FAILED} for stage in stages)
        self._work.end_line(failed=ending.problem is not None)
        if self._leave.is_set() and not ending.ok:
            self._go_away()
            return
        self.phase = Phase.DONE if ending.ok else Phase.FAILED
        self.query_one("#about", Paragraphs).paragraphs = outcome(
            self.proposal, ending, touched=self._touched
        )
        self._show_work()
        self._show_phase()
        self.query_one("#progress", ProgressList).focus()
        if not ending.ok:
            self._show_trouble()

    def _show_trouble(self) -> None:
        """Tell what went wrong, and offer what can be done about it."""
        problem = self._ending.problem if self._ending is not None else None
        if problem is not None:
            so_far = " ".join(paragraph.text for paragraph in self.query_one("#about", Paragraphs).paragraphs)
            self.app.push_screen(notice(problem, self._offers(problem), so_far=so_far), self._chosen)

    def _offers(self, problem: Problem) -> tuple[Offer, ...]:
        """Return what can be done now; where something is missing on the host, the way back first."""
        back = () if self._undo_plan() is None else (Offer(UNDO, _("Undo")),)
        again = (*remedies(problem), Offer(AGAIN, _("Retry")))
        missing = self._ending is not None and self._ending.midway.states
        return (*back, *again) if missing else (*again, *back)

    def _undo_plan(self) -> Plan | None:
        """Return the plan that undoes what was done, when there is something to undo."""
        if self.phase is Phase.FAILED and self._ending is not None:
            return self._ending.midway.way_back
        return self.proposal.way_back if self.phase is Phase.DONE and self._touched else None

    # Keys -----------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to undo only what can be undone."""
        return self._undo_plan() is not None if action == "undo" else super().check_action(action, parameters)

    def action_enter(self) -> None:
        """Do the obvious next thing: run the plan, or close when it is over."""
        if self.phase is Phase.DONE:
            self._go_away()
        elif self.phase is Phase.FAILED:
            self._show_trouble()
        elif self.phase is Phase.REVIEW:
            if self._refusal is not None or not self.proposal.plan.operations:
                self._go_away()
            else:
                self._confirm()

    @work(group="question", exclusive=True)
    async def _confirm(self) -> None:
        """Ask, unless the plan only changes settings and can be undone: then the review was the question."""
        if needs_no_question(self.proposal):
            self._run()
            return
        if await self.app.push_screen_wait(question(self.proposal)):
            self._run()

    def action_undo(self) -> None:
        """Open the plan that undoes this one."""
        plan = self._undo_plan()
        if plan is None:
            return
        proposal = Proposal(plan, undo_words(plan))
        self.app.push_screen(PlanScreen(proposal, self._host, self._access), self._undone)

    def _undone(self, done: bool | None) -> None:
        if done:
            self._forget()
            self.dismiss(False)

    def _chosen(self, key: str | None) -> None:
        if key == AGAIN:
            self._run()
        elif key == REMOVE_LOCK:
            lock = Proposal(
                Plan(_("Remove the stale lock"), (RemoveStaleLock(),)),
                _("This is retried afterwards."),
                yes=_("Remove"),
            )
            self.app.push_screen(PlanScreen(lock, self._host, self._access), self._unlocked)
        elif key == UNDO:
            self.action_undo()

    def _unlocked(self, done: bool | None) -> None:
        if done:
            self._run()

    def _question_before_stopping(self) -> Confirm:
        return Confirm(
            _("Stop before the end?"),
            _(
                "The current operation is finished first, so nothing is left half done. The next start "
                "offers to resume the remaining operations."
            ),
            yes=_("Finish it and stop"),
            no=_("Continue"),
        )

    def _stops(self) -> None:
        self._say(_("Stopping after the current operation."))

    def _go_away(self) -> None:
        ending = self._ending
        self.farewell()
        self.dismiss(ending is not None and ending.ok)
        if self._quits:
            self.app.call_later(self.app.action_quit)

    def farewell(self) -> str:
        """Forget a plan that failed and of which nothing was done."""
        ending = self._ending
        if ending is not None and not ending.ok and not self._is_worth_resuming:
            self._forget()
        return ""

    @property
    def _is_worth_resuming(self) -> bool:
        """Whether the plan ran only in part, so that the next start offers to resume it."""
        return self._half_done and not self.proposal.plan.together

    def _forget(self) -> None:
        """Do not offer to resume the plan."""
        journal = self._ending.journal if self._ending is not None else None
        if journal is not None:
            give_up(journal)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("What will be done")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the review, and what happens while the plan runs."""
        return help_sections(self.proposal)

    def action_scroll_words(self, lines: int) -> None:
        """Scroll what is said above the operations."""
        self.query_one("#words", VerticalScroll).scroll_relative(y=lines, animate=False)
