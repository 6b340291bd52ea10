"""The part of the console that does something: the keys (`KEYS`), and plans that were interrupted.

What plans changes is imported when it is needed, or once the first picture is shown: it is two thirds of the
program, and the picture need not wait for it.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace
from textual import events, on, work
from textual.binding import Binding, BindingType

from tui.actions.declared import Declared
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.console.keys import KEYS, Action, actions, not_possible
from tui.screens.rungs import LONGEST
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.stacks.layer_words import layer_word
from tui.storage.stacks.rung import Rung
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.stack_view import StackView

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.actions.here import Subject
    from tui.recovery.diagnosis import Diagnosis
    from tui.storage.changing.interrupted import Interrupted
    from tui.storage.changing.midway import Midway


def _bindings(key: Declared) -> Iterator[Binding]:
    """The bindings of a key; the first that `check_action` allows is the one that counts."""
    action = key.runs or f"act('{key.key}')"
    if key.when_wrong:
        yield Binding(key.key, f"act_when_wrong('{key.key}')", key.bar, tooltip=key.words)
    yield Binding(key.key, action, key.bar, show=bool(key.bar) and not key.when_wrong, tooltip=key.words)


class ActingScreen(BaseScreen[None]):
    """A screen over one host, on which things are done with what the cursor is on.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        on_set_up: called when the person wants to set storage up.

    Attributes:
        is_wrong: something on the host is broken.
        diagnosis: of the last check, or None before there is one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [binding for key in KEYS for binding in _bindings(key)]

    def __init__(self, host: CommandLogHost, access: Access, on_set_up: Callable[[], None]) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self._on_set_up = on_set_up
        self._inventory: Inventory | None = None
        self.is_wrong = False
        self.diagnosis: Diagnosis | None = None
        self._others: Mapping[str, Callable[[], None]] = {}
        self._asked: set[str] = set()

    def offer(self, others: Mapping[str, Callable[[], None]]) -> None:
        """Offer what is available beside this host: `practice` and `tour`."""
        self._others = others

    @property
    def has_others(self) -> bool:
        """Whether practice and tour can be opened from here."""
        return bool(self._others)

    def action_other(self, name: str) -> None:
        """Open the practice or the tour."""
        if name in self._others:
            self._others[name]()

    def subject(self) -> "Subject":
        """Return what the cursor is on: a rung, the heading of a stack, or nothing."""
        raise NotImplementedError

    def take_diagnosis(self, diagnosis: "Diagnosis") -> None:
        """Show what a check of the host found."""
        raise NotImplementedError

    def acted(self) -> None:
        """Take notice that something was done, or checked, so that the host may be different."""
        raise NotImplementedError

    def action_set_up(self) -> None:
        """Open the set-up."""
        self._on_set_up()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what is impossible now; leave out what does not apply."""
        if action == "other":
            return self.has_others
        if action == "act_when_wrong":
            return self.is_wrong
        if self._access.reason and any(key.runs == action and key.changes for key in KEYS):
            return None
        return super().check_action(action, parameters)

    def on_key(self, event: events.Key) -> None:
        """Say why a key that is greyed out does nothing."""
        if self._access.reason and any(key.key == event.key and key.runs and key.changes for key in KEYS):
            self.notify(not_possible(self._access.reason), markup=False)

    # Actions of the layer -----------------------------------------------------------------------------------

    def possible(self) -> tuple[Action, ...]:
        """Return what can be done with what the cursor is on."""
        from tui.actions.here import Here

        if self._inventory is None:
            return ()
        return actions(Here(self.subject(), self._inventory, self.diagnosis), self._access)

    @on(StackView.Chosen)
    def action_actions(self) -> None:
        """List what can be done with what the cursor is on."""
        from tui.screens.console.menu import ActionMenu

        found = self.possible()
        if found:
            self.app.push_screen(ActionMenu(subject_words(self.subject()), found), self.action_act)

    def action_act(self, key: str | None) -> None:
        """Do one thing with what the cursor is on; say why when it cannot be done."""
        action = next((action for action in self.possible() if action.key == key), None)
        if action is None:
            where = next((declared.where for declared in KEYS if declared.key == key and declared.where), "")
            if where:
                # translators: {where} is such as "a layer" or "a portal or a session"
                self.notify(
                    not_possible(_("the cursor is not on {where}").format(where=_(where))), markup=False
                )
            return
        if action.reason:
            self.notify(not_possible(action.reason), markup=False)
            return
        screen = action.opens(self._host, self._access)
        self.app.push_screen(screen, lambda _done: self._came_back(screen))

    def _came_back(self, screen: "Screen[Any]") -> None:
        """Take over what a screen found that has checked the host."""
        from tui.screens.recovery.looking_screen import LookingScreen

        if isinstance(screen, LookingScreen) and not screen.guessed and screen.board.diagnosis is not None:
            self.take_diagnosis(screen.board.diagnosis)
        self.acted()

    action_act_when_wrong = action_act

    # A plan that was interrupted ----------------------------------------------------------------------------

    @work(thread=True, group="ready", exit_on_error=False)
    def get_ready(self) -> None:
        """Import what the keys need in the background, so that the first one is not late."""
        importlib.import_module("tui.actions.here")
        importlib.import_module("tui.screens.console.menu")
        importlib.import_module("tui.screens.recovery.recovery_screen")

    def look_for_interrupted(self) -> None:
        """Look, in the background, for plans that were cut off, and ask about each of them once."""
        self.in_background("interrupted", self._look_for_interrupted)

    def _look_for_interrupted(self) -> None:
        from tui.storage.changing import run_plan
        from tui.storage.changing.change_lock import is_changing
        from tui.storage.changing.interrupted import all_interrupted
        from tui.storage.changing.midway import NOWHERE, midway

        places = run_plan.PLACES
        if self._access.reason or is_changing(places.lock):
            return
        open_ones = all_interrupted(places.journals)
        found = next((plan for plan in open_ones if plan.journal.identifier not in self._asked), None)
        if found is not None:
            self._asked.add(found.journal.identifier)
            left = midway(found.plan, found.journal, self._host) if found.plan is not None else NOWHERE
            self.app.call_from_thread(self._offer, found, left)

    def _offer(self, found: "Interrupted", left: "Midway") -> None:
        """Ask what becomes of a plan; the set-up asks for its own."""
        from tui.setup.secrets import lacking

        if found.origin.is_setup:
            self._on_set_up()
            return
        if found.plan is not None:
            found = replace(found, lacks_secret=lacking(found.plan, found.done))
        self._ask(found, left)

    @work(group="question")
    async def _ask(self, found: "Interrupted", left: "Midway") -> None:
        from tui.maintenance.proposal import Proposal, way_back_of
        from tui.screens.plan.plan_screen import PlanScreen
        from tui.screens.plan.plan_words import undo_words
        from tui.screens.resume import Decision, Resume

        answer = await self.app.push_screen_wait(Resume(found, left))
        if answer is Decision.RESUME and found.plan is not None:
            why = _("This plan was started earlier and interrupted. Steps already done are not run again.")
            proposal = Proposal(found.plan, why, way_back=way_back_of(found.plan))
            screen = PlanScreen(proposal, self._host, self._access, resumed=found.journal, left=left)
            await self.app.push_screen_wait(screen)
            self.acted()
        elif answer is Decision.UNDO and left.way_back is not None:
            proposal = Proposal(left.way_back, undo_words(left.way_back))
            undone = await self.app.push_screen_wait(PlanScreen(proposal, self._host, self._access))
            if undone:
                self._give_up(found)
            self.acted()
        elif answer is Decision.DISCARD:
            self._give_up(found)
        self.look_for_interrupted()

    def _give_up(self, found: "Interrupted") -> None:
        from tui.storage.changing import run_plan

        problem = run_plan.give_up(found.journal)
        if problem is not None:
            self.notify(problem.summary, severity="error", markup=False)


def subject_words(subject: "Subject") -> str:
    """Return what people call the thing under the cursor."""
    if subject is None:
        return _("This host")
    if isinstance(subject, Rung):
        return f"{layer_word(subject.kind)} {clean(subject.name, LONGEST)}".strip()
    names = [clean(name, LONGEST) for name in (*subject.targets, *subject.volume_groups) if name]
    return names[0] if names else _("Stack")
