"""What the screens about the record database have in common: they show one host, and propose plans."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.maintenance.proposal import Proposal
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.changed import HostChanged
from tui.screens.follower import Follower
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.top_bar import top_bar
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.glance import beyond_a_glance, glance
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.memory import Memory
from tui.storage.problem import Problem
from tui.words import translate as _
from widgets.dialogs import Confirm
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role

_READING, _GLANCE = "records", "glance"


@dataclass
class ReadAgain(Message):
    """The host was read again: all of it, or by a glance on top of an inventory."""

    inventory: Inventory
    upon: Inventory | None = None
    beyond: int = 0
    """Stands for what a glance does not tell, of a whole reading."""


class HostScreen(BaseScreen[None]):
    """A heading over parts that show one host, which is read again after every plan and every change.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        inventory: the host as it was read last.
    """

    DEFAULT_CSS = """
    HostScreen {
        #heading {
            height: auto;
            padding: 1 2 1 3;
        }
        #body {
            height: 1fr;
            padding: 0 2 0 3;
        }
        .space {
            margin-top: 1;
        }
    }
    """
    AUTO_FOCUS = ""

    def __init__(self, host: CommandLogHost, access: Access, inventory: Inventory) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self.inventory = inventory
        self._memory = Memory()
        self._follower = Follower(self._begin_to_read, lambda: self._glance(self.inventory), self.set_timer)
        self._changed_meanwhile = False
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def compose(self) -> ComposeResult:
        """Put the parts between the top bar and the keys."""
        yield top_bar(self.inventory.host, self._access)
        yield Static(id="heading")
        with Vertical(id="body"):
            yield from self.parts()
        yield from self.below()
        yield KeyBar(id="keys")

    def parts(self) -> Iterable[Widget]:
        """Return what is between heading and keys."""
        return ()

    def below(self) -> Iterable[Widget]:
        """Return what is right above the keys."""
        return ()

    def heading(self) -> str:
        """Return the heading."""
        return ""

    def show(self) -> None:
        """Show `inventory`."""

    def enter_words(self) -> str:
        """Return what Enter does now; empty for nothing."""
        return ""

    def on_mount(self) -> None:
        """Show what is known, and read it again."""
        self._show()
        self.ready()
        self.read_again()

    def ready(self) -> None:
        """Begin, once everything is shown: focus what is used first."""

    def _show(self) -> None:
        self.query_one("#heading", Static).update(look_of(self).text(self.heading(), Role.STRONG))
        self.show()
        self.refresh_keys()

    def refresh_keys(self) -> None:
        """Update what the keys do."""
        self.query_one("#keys", KeyBar).enter = self.enter_words()
        self.refresh_bindings()

    def propose(self, proposal: Proposal) -> None:
        """Open a plan; afterwards the host is read again."""
        self.app.push_screen(PlanScreen(proposal, self._host, self._access), self.after_plan)

    def after_plan(self, done: bool | None) -> None:  # noqa: ARG002 - a subclass may care
        """Read the host again, whatever became of the plan."""
        self.read_again()

    def read_again(self) -> None:
        """Read the host; once more afterwards when it is being read already."""
        self._memory = Memory()
        self._follower.ask()

    @on(HostChanged)
    def _follow(self, event: HostChanged) -> None:
        """Glance at a host that changed at once; read it whole at its pace."""
        if event.by_itself or not event.whole:
            self._changed_meanwhile = True
            self._follower.glance()
        if event.by_itself:
            self._follower.changed(event.topics)
        elif event.whole:
            self._follower.ask()

    def _begin_to_read(self) -> None:
        self._changed_meanwhile = False
        self.in_background(_READING, self._read)

    def _read(self) -> ReadAgain:
        taken = take_inventory(self._host, self._memory)
        return ReadAgain(taken, beyond=beyond_a_glance(taken))

    def _glance(self, upon: Inventory) -> None:
        self.in_background(_GLANCE, lambda: ReadAgain(glance(self._host, upon, self._memory), upon))

    @on(ReadAgain)
    def _was_read(self, event: ReadAgain) -> None:
        # A whole reading may have come between: what was seen is put on top of that one.
        late = event.upon is not None and event.upon is not self.inventory
        if self.is_attached and not late and event.inventory != self.inventory:
            self.inventory = event.inventory
            self._show()
        if late or (event.upon is None and self._changed_meanwhile):
            self._follower.glance()
        if event.upon is None:
            self._follower.was_read(event.beyond)
        else:
            self._follower.was_glanced()

    def job_failed(self, job: str, problem: Problem) -> None:
        """Show the problem, and go on watching."""
        super().job_failed(job, problem)
        if job == _GLANCE:
            self._follower.was_glanced()
        elif job == _READING:
            self._follower.was_read(None)

    def say(self, words: str) -> None:
        """Show a sentence at the edge of the screen."""
        self.notify(words, severity="warning", markup=False)

    def help_title(self) -> str:
        """Return the heading."""
        return self.heading()

    def action_leave(self) -> None:
        """Go back, after asking where something would be lost."""
        self._leave()

    @work(group="question", exclusive=True)
    async def _leave(self) -> None:
        loss = self.loss()
        question = Confirm(_("Go back?"), loss, yes=_("Go back"), no=_("Stay"))
        if not loss or await self.app.push_screen_wait(question):
            self.dismiss(None)
