"""What the screens about the record database have in common: they look at one host, and propose plans."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from tui.maintenance.proposal import Proposal
from tui.screens.access import Access
from tui.screens.changed import HostChanged
from tui.screens.commands import command_rows
from tui.screens.failure import unexpected
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.top_bar import top_bar
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.glance import glance
from tui.storage.probe.inventory import take_inventory
from tui.words import translate as _
from widgets.commands import Commands
from widgets.help import Help, HelpSection, keys_of
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role


@dataclass
class ReadAgain(Message):
    """The host was read again."""

    inventory: Inventory


class HostScreen(Screen[None]):
    """A heading over parts that show one host. It is read again after every plan, and when it changed.

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
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", _("help")),
        Binding("f2", "commands", _("commands")),
        Binding("escape", "leave", _("back")),
    ]

    def __init__(self, host: CommandLogHost, access: Access, inventory: Inventory) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self.inventory = inventory
        self._reading = False
        self._missed: HostChanged | None = None
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
        """Say what Enter does now; empty for nothing."""
        return ""

    def help(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return ()

    def on_mount(self) -> None:
        """Show what is known, and look whether it is still so."""
        self._show()
        self.ready()
        self.read_again()

    def ready(self) -> None:
        """Begin, once everything is shown: give the keys to what is used first."""

    def _show(self) -> None:
        self.query_one("#heading", Static).update(look_of(self).text(self.heading(), Role.STRONG))
        self.show()
        self.refresh_keys()

    def refresh_keys(self) -> None:
        """Say anew what the keys do."""
        self.query_one("#keys", KeyBar).enter = self.enter_words()
        self.refresh_bindings()

    def propose(self, proposal: Proposal) -> None:
        """Put a plan before the person; afterwards the host is read again."""
        self.app.push_screen(PlanScreen(proposal, self._host, self._access), self.after_plan)

    def after_plan(self, done: bool | None) -> None:  # noqa: ARG002 - a subclass may care
        """Read the host again, whatever became of the plan."""
        self.read_again()

    def read_again(self) -> None:
        """Read the host; once more afterwards when it is asked for, or the host changes, meanwhile."""
        self._follow(HostChanged())

    @on(HostChanged)
    def _follow(self, event: HostChanged) -> None:
        if self._reading:
            self._missed = HostChanged(event.whole or (self._missed is not None and self._missed.whole))
            return
        self._reading, self._missed = True, None
        self._read(None if event.whole else self.inventory)

    @work(thread=True, group="records", exit_on_error=False)
    def _read(self, upon: Inventory | None) -> None:
        """Read all of the host, or only what a glance tells, upon what was known."""
        seen = take_inventory(self._host) if upon is None else glance(self._host, upon)
        self.post_message(ReadAgain(seen))

    @on(ReadAgain)
    def _was_read(self, event: ReadAgain) -> None:
        self._reading = False
        if self.is_attached and event.inventory != self.inventory:
            self.inventory = event.inventory
            self._show()
        if self._missed is not None:
            self._follow(self._missed)

    @on(Worker.StateChanged)
    def _worker_failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group == "records":
            self._reading = False
            self.notify(unexpected(event.worker.error).summary, severity="error", markup=False)

    def say(self, words: str) -> None:
        """Say a sentence at the edge of the screen."""
        self.notify(words, severity="warning", markup=False)

    def action_help(self) -> None:
        """Explain the screen."""
        self.app.push_screen(Help(self.heading(), self.help(), keys_of(self)))

    def action_commands(self) -> None:
        """Show every command that ran."""
        self.app.push_screen(Commands(command_rows(self._host.ran())))

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)
