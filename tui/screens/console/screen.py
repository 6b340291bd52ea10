"""The console: the stacks of this host, and the details of the rung under the cursor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.screens.access import Access
from tui.screens.commands import command_rows
from tui.screens.console.acting import ActingScreen
from tui.screens.console.actions import Subject
from tui.screens.console.details import details
from tui.screens.failure import unexpected
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.rungs import rows_of
from tui.storage.host.observed import ObservedHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.storage.rung import Health
from tui.storage.stack import Stack, first_broken, stacks
from tui.storage.untrusted import clean
from tui.storage.watch import Watch
from tui.words import translate as _, translate_count
from widgets.commands import Commands
from widgets.header import TopBar, TopFacts
from widgets.help import Help, HelpSection, keys_of
from widgets.key_bar import KeyBar
from widgets.stack_view import StackView
from widgets.state import Role, State


@dataclass
class HostRead(Message):
    """The host was read again."""

    inventory: Inventory


@dataclass
class HostChanged(Message):
    """Something about the storage changed."""

    def can_replace(self, message: Message) -> bool:
        """Let many changes count as one."""
        return isinstance(message, HostChanged)


class ConsoleScreen(ActingScreen):
    """The stacks of one host, kept up to date.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        on_set_up: called when the person wants to set storage up.
        on_leave: called when the person leaves.
        live: look for changes by itself; a recorded host has none.
    """

    DEFAULT_CSS = """
    ConsoleScreen {
        #body {
            height: 1fr;
        }
        #left {
            width: 1fr;
            padding: 1 1 0 1;
        }
        #details {
            width: 44;
            height: 1fr;
            border-left: solid $line;
            padding: 1 2;
            scrollbar-size-vertical: 1;
        }
        #empty, #unseen {
            padding: 1 2;
            max-width: 76;
        }
        &.-narrow #body {
            layout: vertical;
        }
        &.-narrow #details {
            width: 100%;
            height: 9;
            border-left: none;
            padding: 0 2;
            border-top: solid $line;
        }
        &.-narrow #left {
            padding: 1 1 0 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "read_again", _("read again")),
        Binding("f1", "help", _("help")),
        Binding("f2", "commands", _("commands")),
        Binding("escape,q", "leave", _("leave")),
    ]

    def __init__(
        self,
        host: ObservedHost,
        access: Access,
        on_set_up: Callable[[], None],
        on_leave: Callable[[], None],
        *,
        live: bool = True,
    ) -> None:
        super().__init__(host, access, on_set_up)
        self._gone = on_leave
        self._stacks: tuple[Stack, ...] = ()
        self._reading = self._stale = False
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
        self._watch = Watch(host, lambda _layers: self._changed()) if live else None

    def compose(self) -> ComposeResult:
        """Put the ladder beside its details, or over them where there is little room."""
        yield TopBar(self._facts(), id="top")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Paragraphs(id="empty")
                yield StackView(id="stack")
                yield Paragraphs(id="unseen")
            with VerticalScroll(id="details", can_focus=False):
                yield Paragraphs(id="about")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Read the host and begin to watch it."""
        self.query_one("#empty", Paragraphs).paragraphs = (
            Paragraph(_("Looking at this host."), state=State.HERE),
        )
        self.query_one("#stack", StackView).display = False
        self.action_read_again()
        if self._watch is not None:
            self._watch.start()
            self.look_for_interrupted()

    def on_unmount(self) -> None:
        """End the watch."""
        if self._watch is not None:
            self._watch.stop()

    # Reading ------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self.post_message(HostChanged())

    def acted(self) -> None:
        """Read the host again after something was done."""
        self.post_message(HostChanged())

    @on(HostChanged)
    def action_read_again(self) -> None:
        """Read the host; once more afterwards when it changed meanwhile."""
        if self._reading:
            self._stale = True
            return
        self._reading, self._stale = True, False
        self._read()

    @work(thread=True, group="inventory", exit_on_error=False)
    def _read(self) -> None:
        self.post_message(HostRead(take_inventory(self._host)))

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group == "inventory":
            self._reading = False
            problem = unexpected(event.worker.error)
            self.query_one("#about", Paragraphs).paragraphs = (
                Paragraph(problem.summary, Role.BAD, state=State.BAD),
                Paragraph(problem.remedy),
                *(Paragraph(line, Role.MUTED) for line in problem.evidence),
            )

    @on(HostRead)
    def _show(self, event: HostRead) -> None:
        self._reading = False
        if event.inventory != self._inventory:
            self._inventory = event.inventory
            self._stacks = stacks(event.inventory)
            self.query_one("#top", TopBar).facts = self._facts()
            self._show_stacks(event.inventory)
        if self._stale:
            self.action_read_again()

    def _show_stacks(self, inventory: Inventory) -> None:
        view, empty = self.query_one("#stack", StackView), self.query_one("#empty", Paragraphs)
        first = not view.display
        view.rungs = rows_of(self._stacks)
        view.display = bool(self._stacks)
        empty.paragraphs = () if self._stacks else _nothing_yet(self._access)
        self.query_one("#unseen", Paragraphs).paragraphs = _unseen(inventory)
        if first and self._stacks:
            view.focus()
            broken = next((rung for stack in self._stacks if (rung := first_broken(stack)) is not None), None)
            if broken is not None:
                view.go_to(broken.key)
        self._show_details()

    def _facts(self) -> TopFacts:
        inventory = self._inventory
        if inventory is None:
            return TopFacts("iscsi-console", clean(self._host.name), access=self._access.words)
        broken = sum(
            rung.health in {Health.BAD, Health.ABSENT} for stack in self._stacks for rung in stack.rungs
        )
        sessions = len(inventory.sessions)
        return TopFacts(
            "iscsi-console",
            clean(inventory.host),
            clean(inventory.initiator.name),
            self._access.words,
            self._access.state,
            translate_count("{count} problem", "{count} problems", broken).format(count=broken)
            if broken
            else "",
            translate_count("{count} session", "{count} sessions", sessions).format(count=sessions),
        )

    # The rung under the cursor ------------------------------------------------------------------------------

    @on(StackView.Highlighted)
    def _show_details(self) -> None:
        key = self.query_one("#stack", StackView).key
        rung = next((one for stack in self._stacks for one in stack.rungs if one.key == key), None)
        lines: tuple[Paragraph, ...] = ()
        if rung is not None and self._inventory is not None:
            lines = details(rung, self._inventory)
        elif key is not None:
            lines = self._about_stack(key)
        pane = self.query_one("#details", VerticalScroll)
        pane.display = bool(self._stacks)
        self.query_one("#about", Paragraphs).paragraphs = lines
        pane.scroll_home(animate=False)

    def _about_stack(self, key: str) -> tuple[Paragraph, ...]:
        stack = next((one for one in self._stacks if f"stack {one.key}" == key), None)
        if stack is None:
            return ()
        lines = [Paragraph(clean(name, 4096), label=_("target")) for name in stack.targets if name]
        lines += [Paragraph(clean(name, 4096), label=_("group")) for name in stack.volume_groups]
        return tuple(lines)

    # Keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Keep what is not possible here in sight."""
        return None if action == "set_up" and self._access.reason else True

    def on_key(self, event: events.Key) -> None:
        """Say why a key that is switched off does nothing."""
        if event.key == "s" and self._access.reason:
            self.notify(_("Not possible: {reason}.").format(reason=self._access.reason), markup=False)

    def subject(self) -> Subject:
        """Return what the cursor is on: a rung, the heading of a stack, or nothing."""
        key = self.query_one("#stack", StackView).key
        for stack in self._stacks:
            if key == f"stack {stack.key}":
                return stack
            rung = next((one for one in stack.rungs if one.key == key), None)
            if rung is not None:
                return rung
        return None

    def action_leave(self) -> None:
        """Leave the program."""
        self._gone()

    def action_help(self) -> None:
        """Explain the screen."""
        self.app.push_screen(Help(_("Storage on this host"), _help(), keys_of(self)))

    def action_commands(self) -> None:
        """Show every command that ran."""
        self.app.push_screen(Commands(command_rows(self._host.ran())))


def _nothing_yet(access: Access) -> tuple[Paragraph, ...]:
    next_step = (
        Paragraph(_("Not possible now: {reason}.").format(reason=access.reason), Role.WARN, state=State.WARN)
        if access.reason
        else Paragraph(_("Press s: the set-up leads you from here to a mounted volume."), Role.ACCENT)
    )
    return (
        Paragraph(_("There is no iSCSI storage on this host yet."), Role.STRONG),
        Paragraph(""),
        Paragraph(
            _(
                "iSCSI makes a disk of another machine appear here over the network. You need the address of "
                "the storage (its portal) from the storage administrator, who needs this host's initiator "
                "name."
            )
        ),
        Paragraph(""),
        next_step,
    )


def _unseen(inventory: Inventory) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(
            _("Not seen: {what}").format(what=clean(one.what)),
            Role.MUTED,
            state=State.UNKNOWN,
            after=clean(one.why),
        )
        for one in inventory.unseen[:3]
    )


def _help() -> tuple[HelpSection, ...]:
    return (
        HelpSection(
            _("How to read the ladder"),
            _(
                "Each stack begins with the portal: the address where the storage listens. The session is "
                "the connection to it, the LUN the disk it shows. Then come LVM's layers, the file system, "
                "and the folder where its files appear. Every rung stands on the one before it. When "
                "something is broken, the first broken rung is where to look."
            ),
        ),
        HelpSection(
            _("Keys of the ladder"),
            _(
                "Arrow keys move, left and right fold and unfold, ! goes to the next problem, / searches. "
                "The pane beside it explains the rung under the cursor."
            ),
        ),
    )
