"""The set-up wizard: one shell around a page per step."""

import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.maintenance.proposal import Proposal
from tui.screens.access import Access
from tui.screens.lower import LOW, Lower
from tui.screens.resume import Decision, Resume
from tui.screens.setup.driver import Driver
from tui.screens.setup.help import general_help
from tui.screens.setup.offers import fields_at_fault, offers
from tui.screens.setup.page import Page
from tui.screens.setup.pages import page_for
from tui.screens.setup.rail import rail_steps
from tui.screens.setup.review import confirmation
from tui.screens.setup.undo import UndoPlanned, undo_proposal
from tui.screens.trouble import AGAIN, REMOVE_LOCK, notice
from tui.screens.work import CutOff, Finished, Reporter
from tui.screens.working import WorkingScreen
from tui.setup.answers import ChapAnswer
from tui.setup.review import review
from tui.setup.state import Explanation, SetupState
from tui.setup.step import ASKED, ORDER, Step, preceding
from tui.setup.steps import by_name
from tui.storage.changing.interrupted import Interrupted
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.dialogs import Confirm
from widgets.fields.form import Field
from widgets.header import TopBar, TopFacts
from widgets.help import HelpSection
from widgets.key_bar import KeyBar, KeyHint
from widgets.look import look_of
from widgets.notice import Offer
from widgets.rail import Rail
from widgets.state import Role

_TIGHT = 70
"""Cells under which the rail is folded to a line."""


class SetupScreen(WorkingScreen[None]):
    """Leads from a bare host to a mounted volume.

    Args:
        driver: does the work.
        access: what may be done on this host, and why not more.
        on_leave: called when the person leaves, with words for the terminal.
        clock: seconds, as `time.monotonic`.
    """

    DEFAULT_CSS = """
    SetupScreen {
        #body {
            height: 1fr;
        }
        #question {
            height: auto;
            padding: 1 2 1 3;
        }
        &.-tight #body {
            layout: vertical;
        }
        &.-tight #rail {
            width: 100%;
            height: 1;
            padding: 0 2 0 3;
            border: none;
        }
        &.-tight #question {
            padding: 0 2 0 3;
        }
        #page {
            height: 1fr;
        }
        &.-high Explain {
            padding: 1 2 1 3;
        }
        &.-low Explain, &.-low #work {
            padding: 0 2 0 3;
        }
    }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", _("go on"), show=False),
        # With priority, so that what is typed right after them, however fast, is for the field they lead to.
        Binding("down,tab", "go(1)", _("field below"), show=False, priority=True),
        Binding("up,shift+tab", "go(-1)", _("field above"), show=False, priority=True),
        Binding("ctrl+n", "next", _("next")),
        Binding("ctrl+p", "back", _("back")),
        Binding("f8", "undo", _("undo this set-up")),
        Binding("1,alt+1", "open_number(1)", show=False, tooltip=_("Open a step by its number, 1 to 9")),
        *(Binding(f"{place},alt+{place}", f"open_number({place})", show=False) for place in range(2, 10)),
    ]

    def __init__(
        self,
        driver: Driver,
        access: Access,
        on_leave: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(clock)
        self.driver = driver
        self._host = driver.host
        self._access = access
        self._gone = on_leave
        self.page: Page | None = None
        self._is_working = False
        self._can_undo = False
        self._trouble: Problem | None = None
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]
        self.HORIZONTAL_BREAKPOINTS = [(0, "-tight"), (_TIGHT, "-narrow"), (100, "-wide")]

    def compose(self) -> ComposeResult:
        """Put the shell together; the first page comes when the host is read."""
        yield TopBar(TopFacts("iscsi-console"), id="top")
        with Horizontal(id="body"):
            yield Rail(_("Set up storage"), id="rail")
            with Vertical():
                yield Static(id="question")
                yield Vertical(id="page")
                yield Lower()
        yield KeyBar(id="keys")

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        if self.page is not None and self._trouble is None and not self.working:
            self._explain(self.driver.state)

    def on_mount(self) -> None:
        """Read the host, in the background."""
        self._say(_("Reading this host."))
        self._start(self._look, _("reading sessions, disks and volumes"))

    # Work in the background -----------------------------------------------------------------------------

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

    # Pages ------------------------------------------------------------------------------------------------

    async def _show_page(self, state: SetupState) -> None:
        """Show the page of the state's step, and everything around it."""
        new = self.page is None or self.page.step is not state.step
        if new:
            # The set-up that is complete, or the one before as long as this one has changed nothing.
            self._can_undo = (self.page is None or state.step is Step.DONE) and self.driver.can_undo
        if new:
            place = self.query_one("#page", Vertical)
            await place.remove_children()
            self.page = page_for(self.driver, state)
            await place.mount(self.page)
        elif self.page is not None:
            self.page.show(state)
            self.page.keep_focus()
        self._say(state.step.question)
        self._show_around(state)
        if new and state.step is Step.RUN and state.problem is None and not self.working:
            self._begin_run()

    def _show_around(self, state: SetupState) -> None:
        """Show header, rail, explanation and keys for a state."""
        self.query_one("#top", TopBar).facts = TopFacts(
            "iscsi-console",
            clean(state.inventory.host),
            clean(state.inventory.initiator.name),
            access=self._access.words,
            access_state=self._access.state,
        )
        rail, over = self.query_one("#rail", Rail), state.step is Step.DONE
        rail.steps = rail_steps(state, failed=self._trouble is not None)
        rail.display = not over
        self.query_one(Lower).display = not over
        if self.page is not None and not self.working and self._trouble is None:
            self._explain(state)
        self._show_keys()

    def _explain(self, state: SetupState) -> None:
        said = self._explanation(state)
        self.query_one(Lower).explain(said.why, said.runs)

    def _explanation(self, state: SetupState) -> Explanation:
        own = self.page.explanation() if self.page is not None else None
        if own is not None:
            return own
        return by_name.logic(state.step).explain(state) if state.step.is_asked else Explanation("")

    def _show_keys(self) -> None:
        bar = self.query_one("#keys", KeyBar)
        bar.enter = "" if self.page is None or self.working else self.page.enter_words()
        self.refresh_bindings()

    def _say(self, question: str) -> None:
        self.query_one("#question", Static).update(look_of(self).text(question, Role.STRONG))

    def _show_trouble(self, problem: Problem, offered: tuple[Offer, ...] | None = None) -> None:
        """Tell of a problem in front of the page, and do what is chosen about it."""
        self._trouble = problem
        step = self.driver.state.step
        self.query_one("#rail", Rail).steps = rail_steps(self.driver.state, failed=True)
        self.query_one(Lower).display = step is not Step.DONE
        self._explain(self.driver.state)
        found = offers(problem, step) if offered is None else offered
        self.app.push_screen(notice(problem, found), partial(self._chosen, problem))

    @on(Page.Edited)
    def _edited(self) -> None:
        if self.page is None or self.working:
            return
        answer = self.page.answer()
        if answer is None:
            return
        self._trouble = None
        state = self.driver.answer(answer)
        self.page.show(state)
        self._show_around(state)

    @on(Page.Looked)
    def _looked(self) -> None:
        if not self.working and self._trouble is None:
            self._explain(self.driver.state)

    @on(Page.Entered)
    async def _entered(self) -> None:
        await self.action_enter()

    # Keys -------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Switch off, in sight, what makes no sense while something runs, or at the first and last step."""
        if action == "go":
            return self.focused is not None and any(
                isinstance(ancestor, Field) for ancestor in self.focused.ancestors
            )
        if action in {"next", "back", "enter"} and (self.working or self.page is None):
            return None
        if action == "open_number":
            return self.page is not None and not self.working and self.driver.state.step is not Step.DONE
        if action == "leave":
            return self.working or self._back() is not None or not self.is_root
        if action == "back":
            return self._back() is not None
        if action == "undo":
            return self._can_undo and not self.working
        if action == "next":
            return self.driver.state.step not in {Step.RUN, Step.DONE}
        return super().check_action(action, parameters)

    def _decide(self) -> bool:
        """Take what the fields say; False when something is wrong, which is then shown."""
        page = self.page
        if page is None:
            return False
        answer = page.answer()
        if answer is None:
            return True
        if page.unfinished():
            return False
        state = self.driver.state
        if answer != by_name.answer(state, page.step):
            state = self.driver.answer(answer)
        found = by_name.logic(page.step).problems(state)
        if not found:
            return True
        unplaced = page.show_problems(found)
        if len(unplaced) == len(found):
            self._show_trouble(unplaced[0], ())
        return False

    async def action_enter(self) -> None:
        """Do the obvious next thing: run the step, or go on when it is done."""
        page = self.page
        if page is None or self.working or not self._decide():
            return
        if page.step is Step.REVIEW:
            self._confirm()
        elif page.step is Step.DONE:
            self._go_away()
        elif page.step is Step.RUN:
            self._begin_run()
        elif page.is_done(self.driver.state):
            await self._show_page(self.driver.next())
        else:
            self._begin_run()

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

    def action_go(self, step: int) -> None:
        """Go to the field above or below."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    async def action_next(self) -> None:
        """Go on without running anything; say why when that is not possible yet."""
        if not self._decide():
            return
        state = self.driver.state
        if state.step is Step.REVIEW:
            self._confirm()
            return
        missing = by_name.logic(state.step).blocker(state)
        if missing is None:
            await self._show_page(self.driver.next())
            return
        self._show_trouble(missing, (Offer(AGAIN, self._again_words()),))

    def _again_words(self) -> str:
        words = self.page.enter_words() if self.page is not None else ""
        return words[:1].upper() + words[1:] if words else _("Go on")

    def _back(self) -> Step | None:
        """Return the step before this one, or None."""
        step = self.driver.state.step
        if step is ORDER[0] or step is Step.DONE:
            return None
        return Step.REVIEW if step is Step.RUN else preceding(step)

    async def action_back(self) -> None:
        """Go to the step before; answers stay."""
        step = self._back()
        if step is not None:
            await self.open_step(step)

    async def action_open_number(self, number: int) -> None:
        """Open a step by its number; say what has to be done before it."""
        step = Step.REVIEW if number > len(ASKED) else ASKED[number - 1]
        if not self._decide_quietly(step):
            return
        state = self.driver.state
        before = ORDER[ORDER.index(state.step) : ORDER.index(step)]
        lacking = next(
            (earlier for earlier in before if earlier.is_asked and by_name.logic(earlier).blocker(state)),
            None,
        )
        if lacking is None:
            await self.open_step(step)
        else:
            self.notify(_("Not possible: {step} is to be done first.").format(step=lacking.label))

    def _decide_quietly(self, step: Step) -> bool:
        """Take what the fields say; on the way forth nothing in them may be wrong."""
        return ORDER.index(step) <= ORDER.index(self.driver.state.step) or self._decide()

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

    def _remove_lock(self) -> Problem | None:
        """Remove the stale lock, then run the step again."""
        watcher = Reporter(self.post_message)
        return self.driver.remove_stale_lock(watcher, self._leave) or self.driver.run(watcher, self._leave)

    def help_title(self) -> str:
        """Return the name of the step."""
        return self.driver.state.step.label if self.page is not None else _("Set up storage")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the page in front."""
        sections = self.page.help() if self.page is not None else ()
        why = self._explanation(self.driver.state).why if self.page is not None else ""
        if why:
            sections = (HelpSection(_("Why this step"), why), *sections)
        return (*sections, *general_help())

    def help_keys(self) -> tuple[KeyHint, ...]:
        """Leave Enter out: the pages say themselves what it does."""
        return tuple(hint for hint in super().help_keys() if hint.key != "enter")

    # Questions --------------------------------------------------------------------------------------------

    @work(group="question")
    async def _confirm(self) -> None:
        """Ask once for everything that writes to a disk, then run it."""
        question = confirmation(review(self.driver.state))
        if await self.app.push_screen_wait(question):
            await self._show_page(self.driver.next())

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

    async def _stopped(self) -> None:
        """Leave the program, if that was asked for, or stay on the page: Enter does the rest."""
        if self._quits:
            self._go_away()
        else:
            await self._show_page(self.driver.state)

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

    def _question_before_stopping(self) -> Confirm:
        if not self._quits:
            return Confirm(
                _("Stop after the running operation?"),
                _(
                    "The running operation is completed first, so that nothing is left half-done. Enter "
                    "runs the rest; steps already done are not run again."
                ),
                yes=_("Finish it and stop"),
                no=_("Continue"),
            )
        return Confirm(
            _("Leave while an operation is running?"),
            _(
                "The running operation is completed first, so that nothing is left half-done. "
                "Then the program ends, and the next start offers to resume."
            ),
            yes=_("Finish and leave"),
            no=_("Stay"),
        )

    def _stops(self) -> None:
        self._say(
            _("Leaving when the current operation is done.")
            if self._quits
            else _("Stopping after the current operation.")
        )

    def _was_over(self) -> None:
        if self._quits:
            self._go_away()

    def _begin(self) -> Problem | None:
        self.driver.begin()
        return None

    def _resume(self) -> Problem | None:
        problem = self.driver.resume(Reporter(self.post_message), self._leave)
        if problem is None and not self._leave.is_set():
            self.driver.begin()
        return problem

    def _give_up(self) -> Problem | None:
        problem = self.driver.give_up()
        return problem or self._begin()

    def action_leave(self) -> None:
        """Go to the step before; from the first one, and from the end, to where the set-up was opened."""
        step = self._back()
        if self.working:
            super().action_leave()
        elif step is not None:
            self.run_worker(self.open_step(step), group="words")
        elif not self.is_root:
            self._leave_to_console()

    @work(group="question", exclusive=True)
    async def _leave_to_console(self) -> None:
        """Ask when something typed would be lost."""
        loss = self.loss()
        question = Confirm(_("Leave the set-up?"), loss, yes=_("Leave"), no=_("Stay"))
        if not loss or await self.app.push_screen_wait(question):
            self._go_away()

    def loss(self) -> str:
        """Say that secrets are not kept: the other answers are."""
        chap = by_name.answer(self.driver.state, Step.CHAP)
        over = self.driver.state.step is Step.DONE
        typed = isinstance(chap, ChapAnswer) and any(
            choice.password or choice.password_in for choice in (chap.session, chap.discovery)
        )
        return (
            _("The CHAP secrets you typed are not kept; all other answers are.") if typed and not over else ""
        )

    def farewell(self) -> str:
        """Keep the answers, without the secrets."""
        self.driver.leave()
        if self.driver.state.step is Step.DONE:
            return _("The storage is set up. View it any time with: iscsi-console")
        return _("Your answers are kept, secrets are not. Continue with: iscsi-console setup")

    def _go_away(self) -> None:
        self._gone(self.farewell())
