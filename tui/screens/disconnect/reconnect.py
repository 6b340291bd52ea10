"""What was disconnected and not put back: one of it is chosen, and its plan opens."""

import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from tui.maintenance.proposal import Proposal
from tui.maintenance.reconnect import Disconnected, disconnected, propose_forget, propose_reconnect
from tui.screens.access import Access
from tui.screens.commands import command_rows
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.top_bar import top_bar
from tui.storage.changing.plan import Plan
from tui.storage.host.command_log import CommandLogHost
from tui.storage.problem import Problem
from tui.words import translate as _
from widgets.commands import Commands
from widgets.help import Help, HelpSection, keys_of
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow


def reconnect_screen(host: CommandLogHost, access: Access) -> Screen[bool]:
    """Return the screen that leads back: the plan where one thing was disconnected, else the list."""
    found = disconnected(host)
    if len(found) > 1:
        return ReconnectScreen(host, access, found)
    return PlanScreen(propose_reconnect(found[0]) if found else _nothing(), host, access)


def _nothing() -> Proposal:
    return Proposal(
        Plan(_("Reconnect"), ()),
        "",
        refusal=Problem(
            "reconnect.nothing",
            _("Nothing was disconnected by this program, or it is back already."),
            remedy=_("To log in to a target, choose it in the console and press l."),
        ),
    )


class ReconnectScreen(Screen[bool]):
    """Several things that were disconnected. Dismisses True when one of them was put back.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        found: what was disconnected, the newest first.
    """

    DEFAULT_CSS = """
    ReconnectScreen {
        #question {
            height: auto;
            padding: 1 2 1 3;
        }
        #body {
            height: 1fr;
            padding: 0 2 0 3;
        }
        #notes {
            height: 1fr;
        }
    }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "forget", _("forget")),
        Binding("f1", "help", _("help")),
        Binding("f2", "commands", _("commands")),
        Binding("escape", "leave", _("leave")),
    ]

    def __init__(self, host: CommandLogHost, access: Access, found: tuple[Disconnected, ...]) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self._found = {note.name: note for note in found}

    def compose(self) -> ComposeResult:
        """List what was disconnected."""
        yield top_bar(self._host.name, self._access)
        yield Static(id="question")
        with Vertical(id="body"):
            yield PickList((Column(_("Disconnected")), Column(_("What"), grow=True)), id="notes")
        yield KeyBar(_("look at the plan"), id="keys")

    def on_mount(self) -> None:
        """Show the newest first."""
        self.query_one("#question", Static).update(
            look_of(self).text(_("Which of these is to be reconnected?"), Role.STRONG)
        )
        picks = self.query_one("#notes", PickList)
        picks.rows = tuple(_row(note) for note in self._found.values())
        picks.focus()

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        note = self._found.get(event.key)
        if note is not None:
            self._open(propose_reconnect(note))

    def action_forget(self) -> None:
        """No longer offer the one under the cursor."""
        note = self._found.get(self.query_one("#notes", PickList).key or "")
        if note is not None:
            self._open(propose_forget(note))

    def _open(self, proposal: Proposal) -> None:
        self.app.push_screen(PlanScreen(proposal, self._host, self._access), self._ended)

    def _ended(self, done: bool | None) -> None:
        if done:
            self.dismiss(True)

    def action_leave(self) -> None:
        """Go back without changing anything."""
        self.dismiss(False)

    def action_help(self) -> None:
        """Explain the screen."""
        section = HelpSection(
            _("Reconnect"),
            _(
                "Each of these was taken apart by this program, which wrote down how to put it together "
                "again: records and fstab, sessions, disks, volumes, mounts, swap space and services. What "
                "is there already is skipped. What is not wanted back can be forgotten."
            ),
        )
        self.app.push_screen(Help(_("Reconnect"), (section,), keys_of(self)))

    def action_commands(self) -> None:
        """Show every command that ran."""
        self.app.push_screen(Commands(command_rows(self._host.ran())))


def _row(note: Disconnected) -> PickRow:
    if note.problem is not None:
        return PickRow(note.name, (note.name, note.problem.summary), state=State.BAD)
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(note.at))
    return PickRow(note.name, (when, note.words))
