"""The console inside the practice machine: that of any host, with the task under it or beside it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message

from tui.practice.coach import Coach
from tui.practice.scenario import Kind
from tui.screens.access import Access
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.console.reading import OpenLive
from tui.screens.pace import Turns
from tui.screens.practice.beside import PANE, TaskPane, TaskStrip
from tui.screens.practice.practice_words import strip_words
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.news.happening import Happening
from tui.storage.problem import Problem
from tui.storage.stacks.stack import Stack
from tui.words import translate as _

_NARROWEST = 78
"""Cells that the console keeps beside the pane."""


_COACH = "coach"


class StepDone(Message):
    """A step of a lesson was done."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title


class LookOver(Message):
    """It was checked whether the step is done.

    Attributes:
        done: the title of the step that is, or empty.
    """

    def __init__(self, done: str) -> None:
        super().__init__()
        self.done = done


class PracticeConsole(ConsoleScreen):
    """The console of the practice machine.

    Args:
        coach: the learner's state.
        host: the machine.
        access: what may be done on it: everything.
        on_set_up: called when the person wants to set storage up.
        on_leave: called when the person leaves.
        live: opens the watch over the machine.
        refresh_seconds: how often what only counts is drawn again.
    """

    DEFAULT_CSS = """
    PracticeConsole.-narrow #news {
        max-height: 2;
    }
    PracticeConsole.-narrow.-beside #news {
        max-height: 7;
    }
    """
    WIDE: ClassVar[int] = ConsoleScreen.WIDE + PANE

    def __init__(
        self,
        coach: Coach,
        host: CommandLogHost,
        access: Access,
        on_set_up: Callable[[], None],
        on_leave: Callable[[], None],
        *,
        live: OpenLive | None,
        refresh_seconds: float,
    ) -> None:
        super().__init__(host, access, on_set_up, on_leave, live=live, refresh_seconds=refresh_seconds)
        self._coach = coach
        self._looks: Turns[Inventory] = Turns(self._look)

    def compose(self) -> ComposeResult:
        """Put the strip under the console, and the pane beside it."""
        self._make_room(self.app.size.width)
        yield TaskPane()
        yield from super().compose()
        yield TaskStrip(self._coach.scenario.title)

    def _make_room(self, width: int) -> None:
        self.set_class(width >= _NARROWEST + PANE, "-beside")

    @property
    def room_width(self) -> int:
        """Cells that the pane leaves."""
        return self.app.size.width - (PANE if self.has_class("-beside") else 0)

    def on_resize(self, event: events.Resize) -> None:
        """Show the pane where the console keeps a width that it can be worked with in."""
        self._make_room(event.size.width)
        self.query_one(TaskPane).display = self.has_class("-beside")

    def on_mount(self) -> None:
        """Begin as the console does."""
        super().on_mount()
        self.show_task()

    def show_task(self) -> None:
        """Show how far the task is."""
        self.query_one(TaskStrip).words = strip_words(self._coach)
        self.query_one(TaskPane).show(self._coach)

    def told(self, happenings: Sequence[Happening]) -> None:
        """Report what happened elsewhere, such as in the shell."""
        if self._live is not None and happenings:
            self._live.desk.told(happenings)

    def show_inventory(self, inventory: Inventory, found: tuple[Stack, ...]) -> None:
        """Show the host as it is now; a lesson goes on by itself when its step is done."""
        super().show_inventory(inventory, found)
        is_wanted = self._coach.scenario.kind is Kind.LESSON and self._coach.step is not None
        if is_wanted:
            self._looks.ask(inventory)

    def _look(self, inventory: Inventory) -> None:
        def look() -> LookOver:
            step = self._coach.step
            is_done = step is not None and self._coach.look(inventory)
            return LookOver(step.title if step is not None and is_done else "")

        self.in_background(_COACH, look)

    def job_failed(self, job: str, problem: Problem) -> None:
        """Show the problem; the step is checked again when the host changes."""
        super().job_failed(job, problem)
        if job == _COACH:
            self._looks.end()

    @on(LookOver)
    def _look_over(self, event: LookOver) -> None:
        self._looks.end()
        if event.done:
            self.post_message(StepDone(event.done))

    @on(StepDone)
    def _step_done(self, event: StepDone) -> None:
        self.show_task()
        self.notify(_("Done: {title}. Press F6 for the next step.").format(title=event.title))
