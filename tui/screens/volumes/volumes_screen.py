"""A volume group: how its space is used, how full snapshots and pools are, and what can be done."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.pace import Turns, one_more
from tui.screens.paragraphs import Paragraphs, problem_lines
from tui.screens.top_bar import top_bar
from tui.screens.volumes.form import TaskScreen
from tui.screens.volumes.tasks import Task, tasks
from tui.screens.volumes.volumes_words import fill_lines, help_sections, parts
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup
from tui.storage.probe.devices.fill import Fill, read_fills
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import marked, translate as _
from widgets.bars.meter import Meter
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role
from widgets.table import Column, PickList, PickRow


class VolumesScreen(BaseScreen[bool]):
    """One volume group. Dismisses True when something was changed.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        inventory: the host as it was read last.
        group: the group; it is found again by its UUID when it is renamed.
    """

    DEFAULT_CSS = """
    VolumesScreen {
        #question {
            height: auto;
            padding: 1 2 1 3;
        }
        #body {
            height: 1fr;
            padding: 0 2 0 3;
            scrollbar-size-vertical: 1;
        }
        #fills, #tasks {
            margin-top: 1;
        }
        #tasks {
            height: auto;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "read_again", marked("read again")),
    ]

    class Looked(Message):
        """The group was read again."""

        def __init__(self, inventory: Inventory, fills: tuple[Fill, ...]) -> None:
            super().__init__()
            self.inventory = inventory
            self.fills = fills

    def __init__(
        self, host: CommandLogHost, access: Access, inventory: Inventory, group: VolumeGroup
    ) -> None:
        super().__init__()
        self._host = host
        self._access = access
        self._inventory = inventory
        self._group: VolumeGroup | None = group
        self._uuid = group.uuid
        self._changed = False
        self._turns: Turns[bool] = Turns(self._look)

    def compose(self) -> ComposeResult:
        """Put the space over what can be done with it."""
        yield top_bar(self._host.name, self._access)
        yield Static(id="question")
        with VerticalScroll(id="body", can_focus=False):
            yield Meter(id="space")
            yield Paragraphs(id="fills")
            yield PickList((Column(""), Column("")), id="tasks")
        yield KeyBar(_("choose"), id="keys")

    def on_mount(self) -> None:
        """Show what is known, and look again."""
        self._show(self._inventory, ())
        self.query_one("#tasks", PickList).focus()
        self._turns.ask(True)

    def action_read_again(self) -> None:
        """Read the group once more."""
        followed = self._turns.followed
        if not self._turns.ask(True) and not followed:
            self.notify(one_more(), markup=False)

    def _look(self, _again: bool) -> None:
        host = self._host
        self.in_background("inventory", lambda: self.Looked(take_inventory(host), read_fills(host)))

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Show the problem in place of how full snapshots and pools are."""
        self.query_one("#fills", Paragraphs).paragraphs = problem_lines(problem)
        self._turns.end()

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        if self.query("#tasks"):
            self._show(event.inventory, event.fills)
            self._turns.end()

    def _show(self, inventory: Inventory, fills: tuple[Fill, ...]) -> None:
        self._inventory = inventory
        self._group = next((group for group in inventory.volume_groups if group.uuid == self._uuid), None)
        group = self._group
        words = (
            _("Volumes of {group}").format(group=clean(group.name, 60))
            if group is not None
            else _("This VG no longer exists.")
        )
        self.query_one("#question", Static).update(look_of(self).text(words, Role.STRONG))
        meter = self.query_one("#space", Meter)
        meter.parts = parts(inventory, group) if group is not None else ()
        meter.display = bool(meter.parts)
        self.query_one("#fills", Paragraphs).paragraphs = (
            fill_lines(inventory, group, fills) if group is not None else ()
        )
        self.query_one("#tasks", PickList).rows = tuple(_row(task, self._access) for task in self._tasks())

    def _tasks(self) -> tuple[Task, ...]:
        return () if self._group is None else tasks(self._inventory, self._group)

    # Choosing -------------------------------------------------------------------------------------------

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        self._open(event.key)

    def on_key(self, event: events.Key) -> None:
        """Open a task by its letter."""
        if any(task.key == event.character for task in self._tasks()):
            event.stop()
            event.prevent_default()
            self._open(event.character or "")

    def _open(self, key: str) -> None:
        task = next((task for task in self._tasks() if task.key == key), None)
        if task is None:
            return
        reason = task.reason or self._access.reason
        if reason:
            self.notify(_("Not possible: {reason}.").format(reason=reason), markup=False)
            return
        self.app.push_screen(TaskScreen(self._host, self._access, task), self._done)

    def _done(self, done: bool | None) -> None:
        self._changed = self._changed or bool(done)
        self._turns.ask(True)

    # Keys -----------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Go back; whether something was changed."""
        self.dismiss(self._changed)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Volumes")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain groups, snapshots and thin volumes."""
        return help_sections()


def _row(task: Task, access: Access) -> PickRow:
    reason = task.reason or access.reason
    return PickRow(task.key, (task.key, task.label), note="" if reason else task.words, reason=reason)
