"""What was disconnected and not reconnected yet: one entry is chosen, and its plan opens."""

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
from tui.screens.base_screen import BaseScreen
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.top_bar import top_bar
from tui.storage.changing.plan import Plan
from tui.storage.host.command_log import CommandLogHost
from tui.storage.problem import Problem
from tui.words import marked, translate as _, translate_in
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow


def reconnect_screen(host: CommandLogHost, access: Access) -> Screen[bool]:
    """Return the plan where one thing was disconnected, else the list."""
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
            _("iscsi-console disconnected nothing, or it is already reconnected."),
            remedy=_("To log in to a target, select it in the console and press l."),
        ),
    )


class ReconnectScreen(BaseScreen[bool]):
    """Several things that were disconnected. Dismisses True when one of them was reconnected.

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
        Binding("x", "delete", marked("delete")),
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
            yield PickList(
                (
                    Column(_("Disconnected")),
                    Column(translate_in("column: what was disconnected", "What"), grow=True),
                ),
                id="notes",
            )
        yield KeyBar(_("review the plan"), id="keys")

    def on_mount(self) -> None:
        """Show the newest first."""
        self.query_one("#question", Static).update(
            look_of(self).text(_("What do you want to reconnect?"), Role.STRONG)
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

    def action_delete(self) -> None:
        """Delete the entry under the cursor, so that it is not offered any more."""
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

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Reconnect")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain what is restored."""
        section = HelpSection(
            _("Reconnect"),
            _(
                "Each of these was disconnected by iscsi-console, which recorded how to restore it: node "
                "records and fstab, sessions, disks, volumes, mounts, swap space and services. What is "
                "already there is skipped. An entry that is not needed any more can be deleted."
            ),
        )
        return (section,)


def _row(note: Disconnected) -> PickRow:
    if note.problem is not None:
        return PickRow(note.name, (note.name, note.problem.summary), state=State.BAD)
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(note.at))
    return PickRow(note.name, (when, note.words))
