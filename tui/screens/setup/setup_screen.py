"""The set-up wizard: one shell around a page per step."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui.screens.access import Access
from tui.screens.lower import LOW, Lower
from tui.screens.setup.driver import Driver
from tui.screens.setup.help import general_help
from tui.screens.setup.leaving import farewell_words, lost_by_leaving
from tui.screens.setup.offers import offers
from tui.screens.setup.page import Page
from tui.screens.setup.pages import page_for
from tui.screens.setup.rail import rail_steps
from tui.screens.setup.review import confirmation
from tui.screens.setup.working_setup import WorkingSetup
from tui.screens.trouble import AGAIN, notice
from tui.setup.review import review
from tui.setup.state import Explanation, SetupState
from tui.setup.step import ASKED, ORDER, Step, preceding
from tui.setup.steps import by_name
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import marked, translate as _
from widgets.dialogs import Confirm
from widgets.fields.form import Field
from widgets.header import TopBar, TopFacts
from widgets.help import HelpSection
from widgets.key_bar import KeyBar, KeyHint
from widgets.look import look_of
from widgets.notice import Offer
from widgets.rail import Rail
from widgets.state import Role

_SOON = 1.0
"""Seconds that keys and pages wait for each other at most: where there is no room, a page gets no place."""

_TIGHT = 70
"""Cells under which the rail is folded to a line."""


class SetupScreen(WorkingSetup):
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
        Binding("enter", "enter", marked("go on"), show=False),
        # With priority, so that what is typed right after them, however fast, is for the field they lead to.
        Binding("down,tab", "go(1)", marked("field below"), show=False, priority=True),
        Binding("up,shift+tab", "go(-1)", marked("field above"), show=False, priority=True),
        Binding("ctrl+n", "next", marked("next")),
        Binding("ctrl+p", "back", marked("back")),
        Binding("f8", "undo", marked("undo"), tooltip=marked("undo this set-up")),
        Binding("1,alt+1", "open_number(1)", show=False, tooltip=marked("Open a step by its number, 1 to 9")),
        *(Binding(f"{place},alt+{place}", f"open_number({place})", show=False) for place in range(2, 10)),
    ]

    def __init__(
        self,
        driver: Driver,
        access: Access,
        on_leave: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(driver, access, clock)
        self._gone = on_leave
        self._is_left = False
        self._turning = asyncio.Lock()
        """Held while a page is changed: keys may be pressed faster than pages change."""
        self._can_undo = False
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

    # Pages ------------------------------------------------------------------------------------------------

    async def _show_page(self, state: SetupState) -> None:
        """Show the page of the state's step, and everything around it."""
        async with self._turning:
            if not self._is_left:
                await self._turn_to(state)

    async def _turn_to(self, state: SetupState) -> None:
        new = self.page is None or self.page.step is not state.step
        if new:
            # The set-up that is complete, or the one before as long as this one has changed nothing.
            self._can_undo = (self.page is None or state.step is Step.DONE) and self.driver.can_undo
        if new:
            place = self.query_one("#page", Vertical)
            await self._pass_keys_on(place)
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

    async def _pass_keys_on(self, place: Vertical) -> None:
        """Let the page that goes pass on the keys that it has been given: what it still has would be lost."""
        above = self.focused.ancestors_with_self if self.focused is not None else []
        for node in above if place in above else []:
            if node is place:
                break
            passed = asyncio.Event()
            if node.call_later(passed.set):
                with suppress(TimeoutError):
                    await asyncio.wait_for(passed.wait(), _SOON)

    async def _turned(self) -> None:
        """Wait until the page that is being opened is there."""
        async with self._turning:
            pass

    async def before_key(self) -> None:
        """Wait until the page that is being opened has the focus."""
        await self._turned()
        page = self.page
        if page is None or page.has_keys.is_set():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(page.has_keys.wait(), _SOON)
        page.has_keys.set()

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
        if self.page is None or self.working or not self.page.is_whole:
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
        is_whole = self.page is not None and self.page.is_whole
        if is_whole and not self.working and self._trouble is None:
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
        if page is None or not page.is_whole:
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
        await self._turned()
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

    def action_go(self, step: int) -> None:
        """Go to the field above or below."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    async def action_next(self) -> None:
        """Go on without running anything; say why when that is not possible yet."""
        await self._turned()
        if not self.check_action("next", ()) or not self._decide():
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
        await self._turned()
        if not self.check_action("open_number", ()):
            return
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

    @work(group="question")
    async def _confirm(self) -> None:
        """Ask once for everything that writes to a disk, then run it."""
        question = confirmation(review(self.driver.state))
        if await self.app.push_screen_wait(question):
            await self._show_page(self.driver.next())

    def action_leave(self) -> None:
        """Go to the step before; from the first one, and from the end, to where the set-up was opened."""
        if self.working:
            super().action_leave()
        else:
            self._one_back()

    @work(group="words")
    async def _one_back(self) -> None:
        step = self._back()
        if step is not None:
            await self.open_step(step)
        elif not self.is_root:
            self._leave_to_console()

    @work(group="question", exclusive=True)
    async def _leave_to_console(self) -> None:
        """Ask when something typed would be lost."""
        loss = self.loss()
        question = Confirm(_("Leave the set-up?"), loss, yes=_("Leave"), no=_("Stay"))
        if not loss or await self.app.push_screen_wait(question):
            async with self._turning:
                self._go_away()

    def loss(self) -> str:
        """Say that secrets are not kept: the other answers are."""
        return lost_by_leaving(self.driver.state)

    def farewell(self) -> str:
        """Keep the answers, without the secrets."""
        self.driver.leave()
        return farewell_words(self.driver.state)

    def _go_away(self) -> None:
        if self._is_left:
            return
        self._is_left = True
        self._gone(self.farewell())
