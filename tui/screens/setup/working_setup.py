"""What the set-up wizard does in the background: steps, resuming, undoing; and what comes of it."""

from collections.abc import Callable

from textual import on, work

from tui.maintenance.proposal import Proposal
from tui.screens.access import Access
from tui.screens.lower import Lower
from tui.screens.resume import Decision, Resume
from tui.screens.setup.driver import Driver
from tui.screens.setup.leaving import stop_question
from tui.screens.setup.offers import fields_at_fault
from tui.screens.setup.page import Page
from tui.screens.setup.undo import UndoPlanned, undo_proposal
from tui.screens.trouble import AGAIN, REMOVE_LOCK
from tui.screens.work import CutOff, Finished, Reporter
from tui.screens.working import WorkingScreen
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.storage.changing.interrupted import Interrupted
from tui.storage.problem import Problem
from tui.words import translate as _
from widgets.dialogs import Confirm
from widgets.notice import Offer


class WorkingSetup(WorkingScreen[None]):
    """Runs one task of the wizard at a time, and shows the page that it leads to.

    Args:
        driver: does the work.
        access: what may be done on this host, and why not more.
        clock: seconds, as `time.monotonic`.
    """

    def __init__(self, driver: Driver, access: Access, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.driver = driver
        self._host = driver.host
        self._access = access
        self.page: Page | None = None
        self._is_working = False
        self._trouble: Problem | None = None

    async def _show_page(self, state: SetupState) -> None:
        """Show the page of the state's step, and everything around it."""
        raise NotImplementedError

    def _show_around(self, state: SetupState) -> None:
        """Show header, rail, explanation and keys for a state."""
        raise NotImplementedError

    def _show_keys(self) -> None:
        """Show the keys that mean something now."""
        raise NotImplementedError

    def _say(self, question: str) -> None:
        """Show a line above the page."""
        raise NotImplementedError

    async def action_enter(self) -> None:
        """Do the obvious next thing."""
        raise NotImplementedError

    def _show_trouble(self, problem: Problem, offered: tuple[Offer, ...] | None = None) -> None:
        """Tell of a problem in front of the page, and do what is chosen about it."""
        raise NotImplementedError

    @property
    def working(self) -> bool:
        """Something runs that must not be cut off."""
        return self._is_working

    def _start(self, task: Callable[[], Problem | CutOff | UndoPlanned | None], line: str = "") -> None:
        """Run a task in a thread, its progress in the lower pane."""
        self._trouble = None
        self._is_working = True
        self._begin_work()
        if line:
            self._work.begin_line(line)
        if self.page is not None:
            self.page.disabled = True
        self.query_one(Lower).display = True
        self._show_work()
        self._show_keys()
        self.in_background("setup", lambda: self._run(task))

    def _run(
        self, task: Callable[[], Problem | CutOff | UndoPlanned | None]
    ) -> Finished | CutOff | UndoPlanned:
        ended = task()
        return ended if isinstance(ended, CutOff | UndoPlanned) else Finished(ended)

    def _look(self) -> CutOff | None:
        interrupted = self.driver.interrupted()
        if interrupted is not None:
            return CutOff(interrupted)
        self.driver.begin()
        return None

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Show the problem on the page, with what can be done about it."""
        self.post_message(Finished(problem))

    def _show_work(self) -> None:
        rows = tuple(self._work.rows)
        if self.page is not None and self.page.shows_work(rows):
            return
        self.query_one(Lower).work(rows)

    @on(Finished)
    async def _finished(self, event: Finished) -> None:
        if not self.working or not self.query("#question"):
            return  # Nothing ran, or the program ends just now.
        self._end_work(failed=event.problem is not None)
        if self._leave.is_set():
            await self._stopped()
            return
        state = self.driver.state
        if event.problem is not None:
            await self._show_page(state)
            self._show_trouble(event.problem)
        elif self.page is not None and self.page.step is state.step and self.page.moves_on(state):
            await self._show_page(self.driver.next())
        else:
            await self._show_page(state)

    def _end_work(self, *, failed: bool = False) -> None:
        self._work.end_line(failed=failed)
        self._show_work()
        self._is_working = False
        if self.page is not None:
            self.page.disabled = False

    def _begin_run(self) -> None:
        if self._access.reason:
            refusal = Problem(
                "access.looking-only",
                _("Nothing can be changed: {reason}.").format(reason=self._access.reason),
                remedy=_("You can view every page. To change the host, start the program as root."),
            )
            self._show_trouble(refusal, ())
            return
        self._start(lambda: self.driver.run(Reporter(self.post_message), self._leave))

    def _begin(self) -> Problem | None:
        self.driver.begin()
        return None

    def _remove_lock(self) -> Problem | None:
        """Remove the stale lock, then run the step again."""
        watcher = Reporter(self.post_message)
        return self.driver.remove_stale_lock(watcher, self._leave) or self.driver.run(watcher, self._leave)

    @on(CutOff)
    def _offer_resume(self, event: CutOff) -> None:
        self._is_working = False
        self.query_one(Lower).display = False
        self._ask_resume(event.interrupted)

    @work(group="question")
    async def _ask_resume(self, interrupted: Interrupted) -> None:
        decision = await self.app.push_screen_wait(Resume(interrupted, later_leaves=self.is_root))
        if decision is None:
            self._go_away()
        elif decision is Decision.RESUME:
            self._start(self._resume)
        else:
            self._start(self._give_up, _("reading sessions, disks and volumes"))

    def _resume(self) -> Problem | None:
        problem = self.driver.resume(Reporter(self.post_message), self._leave)
        if problem is None and not self._leave.is_set():
            self.driver.begin()
        return problem

    def _give_up(self) -> Problem | None:
        problem = self.driver.give_up()
        return problem or self._begin()

    def action_undo(self) -> None:
        """Find out what undoes the set-up, in the background, then put it before the person."""
        self._start(self._plan_undo, _("reading sessions, disks and volumes"))

    def _plan_undo(self) -> UndoPlanned:
        return UndoPlanned(self.driver.undo())

    @on(UndoPlanned)
    async def _offer_undo(self, event: UndoPlanned) -> None:
        self._end_work()
        if self._leave.is_set():
            await self._stopped()
        else:
            self._review_undo(undo_proposal(event.undo))

    @work(group="question")
    async def _review_undo(self, proposal: Proposal) -> None:
        """Let the person review and confirm the plan; when it ran to its end, the set-up starts over."""
        from tui.screens.plan.plan_screen import PlanScreen  # noqa: PLC0415 (seldom needed)

        if await self.app.push_screen_wait(PlanScreen(proposal, self.driver.host, self._access)):
            self._start(self._begin, _("reading sessions, disks and volumes"))
        else:
            self._show_around(self.driver.state)
            if self.page is not None:
                self.page.focus_first()

    async def _stopped(self) -> None:
        """Leave the program, if that was asked for, or stay on the page: Enter does the rest."""
        if self._quits:
            self._go_away()
        else:
            await self._show_page(self.driver.state)

    def _question_before_stopping(self) -> Confirm:
        return stop_question(quits=self._quits)

    def _stops(self) -> None:
        self._say(
            _("Leaving when the current operation is done.")
            if self._quits
            else _("Stopping after the current operation.")
        )

    def _was_over(self) -> None:
        if self._quits:
            self._go_away()

    async def open_step(self, step: Step) -> None:
        """Open the page of a step, back or forth."""
        self._trouble = None
        await self._show_page(self.driver.go(step))

    async def _chosen(self, problem: Problem, key: str | None) -> None:
        """Do what was chosen about a problem; the page has the keys again, whatever it was."""
        self._trouble = None
        self._show_around(self.driver.state)
        if key == AGAIN:
            await self.action_enter()
        elif key == REMOVE_LOCK:
            self._start(self._remove_lock)
        elif key in set(Step):
            await self.open_step(Step(key))
            if self.page is not None:
                self.page.begin_at(problem, fields_at_fault(problem))
            return
        if self.page is not None and not self.working:
            self.page.keep_focus()
