"""The part of the console that does something: actions of the rung, and plans that were cut off.

What plans changes is imported when it is needed, or once the first picture stands: it is two thirds of the
program, and the picture need not wait for it.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from tui.screens.access import Access
from tui.screens.background import BackgroundScreen
from tui.screens.rungs import LONGEST
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.stacks.layer_words import layer_word
from tui.storage.stacks.rung import Rung
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.stack_view import StackView

if TYPE_CHECKING:
    from tui.screens.console.action import Action, Subject
    from tui.storage.changing.interrupted import Interrupted


class ActingScreen(BackgroundScreen[None]):
    """A screen over one host, on which things are done with what the cursor is on.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        on_set_up: called when the person wants to set storage up.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,a", "actions", _("actions")),
        # Shown while something is wrong; at any other time the key is there and not in the way.
        Binding("r", "repair", _("repair"), tooltip=_("Find out what is wrong, and repair it")),
        Binding("r", "find_out", show=False, tooltip=_("Find out whether anything is wrong, and repair it")),
        Binding("d", "act('d')", show=False, tooltip=_("Disconnect what the cursor is on")),
        Binding("c", "act('c')", show=False, tooltip=_("Reconnect what was disconnected")),
        Binding("g", "act('g')", show=False, tooltip=_("Grow it")),
        Binding("l", "act('l')", show=False, tooltip=_("Log in or out")),
        Binding("e", "act('e')", show=False, tooltip=_("Show and change the record")),
        Binding("n", "act('n')", show=False, tooltip=_("Make or change volumes")),
        Binding("t", "act('t')", show=False, tooltip=_("Targets and sessions: log in, log out, delete")),
        Binding("p", "act('p')", show=False, tooltip=_("Portals to ask for targets")),
        Binding("i", "act('i')", show=False, tooltip=_("Iface records")),
        Binding("s", "set_up", _("set up")),
        Binding("f9", "other('practice')", show=False, tooltip=_("Practise on a machine of its own")),
        Binding("f8", "other('tour')", show=False, tooltip=_("Look around on a recorded host")),
    ]

    def __init__(self, host: CommandLogHost, access: Access, on_set_up: Callable[[], None]) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self._on_set_up = on_set_up
        self._inventory: Inventory | None = None
        self._others: Mapping[str, Callable[[], None]] = {}

    def offer(self, others: Mapping[str, Callable[[], None]]) -> None:
        """Offer what is to be had beside this host: `practice` and `tour`."""
        self._others = others

    @property
    def has_others(self) -> bool:
        """Whether practice and tour are to be had from here."""
        return bool(self._others)

    def action_other(self, name: str) -> None:
        """Open the practice or the tour."""
        if name in self._others:
            self._others[name]()

    def subject(self) -> "Subject":
        """Return what the cursor is on: a rung, the heading of a stack, or nothing."""
        raise NotImplementedError

    def acted(self) -> None:
        """Be told that something was done, or looked at, so that the host may be different."""
        raise NotImplementedError

    def action_set_up(self) -> None:
        """Open the set-up."""
        self._on_set_up()

    def action_repair(self) -> None:
        """Find out what is wrong, beginning with what the cursor is on."""
        self.action_act("r")

    def action_find_out(self) -> None:
        """Do the same while nothing looks wrong."""
        self.action_act("r")

    # Actions of the rung ------------------------------------------------------------------------------------

    def possible(self) -> "tuple[Action, ...]":
        """Return what can be done with what the cursor is on."""
        from tui.screens.console.actions import actions

        return () if self._inventory is None else actions(self.subject(), self._inventory, self._access)

    @on(StackView.Chosen)
    def action_actions(self) -> None:
        """Show what can be done with what the cursor is on."""
        from tui.screens.console.menu import ActionMenu

        found = self.possible()
        if found:
            self.app.push_screen(ActionMenu(subject_words(self.subject()), found), self.action_act)

    def action_act(self, key: str | None) -> None:
        """Do one thing with what the cursor is on; say why when it cannot be done."""
        action = next((one for one in self.possible() if one.key == key), None)
        if action is None:
            return
        if action.reason:
            self.notify(_("Not possible: {reason}.").format(reason=action.reason), markup=False)
            return
        self.app.push_screen(action.opens(self._host, self._access), lambda _done: self.acted())

    # A plan that was cut off --------------------------------------------------------------------------------

    @work(thread=True, group="ready", exit_on_error=False)
    def get_ready(self) -> None:
        """Import what the keys need in the background, so that the first one is not late."""
        importlib.import_module("tui.screens.console.actions")
        importlib.import_module("tui.screens.console.menu")
        importlib.import_module("tui.screens.recovery.recovery_screen")

    def look_for_interrupted(self) -> None:
        """Look, in the background, whether the last plan was cut off; if so, offer to resume it."""
        self.in_background("interrupted", self._look_for_interrupted)

    def _look_for_interrupted(self) -> None:
        from tui.storage.changing import run_plan
        from tui.storage.changing.interrupted import interrupted
        from tui.storage.changing.journal import is_changing

        places = run_plan.PLACES
        if self._access.reason or is_changing(places.lock):
            return
        found = interrupted(places.journals)
        if found is not None:
            self.app.call_from_thread(self._offer, found)

    def _offer(self, found: "Interrupted") -> None:
        """Ask what becomes of a plan; the set-up asks for its own."""
        from tui.setup.secrets import lacking
        from tui.storage.changing.journal import Origin

        if found.origin is Origin.SETUP:
            self._on_set_up()
            return
        if found.plan is not None:
            found = replace(found, lacks_secret=lacking(found.plan, found.done))
        self._ask(found)

    @work(group="question")
    async def _ask(self, found: "Interrupted") -> None:
        from tui.screens.console import openers
        from tui.screens.resume import Resume
        from tui.storage.changing import run_plan

        answer = await self.app.push_screen_wait(Resume(found))
        if answer and found.plan is not None:
            screen = openers.resume(self._host, self._access, found.plan, found.journal)
            self.app.push_screen(screen, lambda _done: self.acted())
        elif answer is False:
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
