"""The Textual application inside a practice machine: the console, with a task."""

from functools import partial

from tui.app import SET_UP, look_of_mode, run
from tui.guided_app import GuidedApp
from tui.practice.coach import Coach
from tui.practice.leaving import Leaving
from tui.practice.shell import Typed
from tui.screens.access import Access
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.console.reading import OpenLive
from tui.screens.practice.beside import TaskStrip
from tui.screens.practice.inside import PracticeConsole
from tui.screens.practice.practice_words import strip_words
from tui.screens.practice.sheet import TaskSheet, leave_question, leaving_of
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import ChangingHost
from tui.terminal import TerminalMode
from widgets.look import Look


class PracticeApp(GuidedApp):
    """The program inside a practice machine: the console, with a task.

    Args:
        look: colours and glyphs.
        host: the machine.
        access: what may be done on it.
        coach: the learner's state.
        live: as of a `ConsoleApp`.
        refresh_seconds: how often what only counts is drawn again.
    """

    WITHOUT_STRIP = (*GuidedApp.WITHOUT_STRIP, TaskSheet)

    def __init__(
        self,
        look: Look,
        host: ChangingHost,
        access: Access,
        coach: Coach,
        *,
        live: bool | OpenLive = True,
        refresh_seconds: float = 1.0,
    ) -> None:
        super().__init__(look, host, access, live=live, refresh_seconds=refresh_seconds)
        self._coach = coach
        self._practised: PracticeConsole | None = None
        self._typed = Typed()

    def on_mount(self) -> None:
        """Show the task before the console."""
        self.action_sheet()
        self._coach.tell()

    def _console(self) -> ConsoleScreen:
        self._practised = PracticeConsole(
            self._coach,
            CommandLogHost(self._host),
            self._access,
            partial(self.open, SET_UP),
            self.leave,
            live=self._open_live,
            refresh_seconds=self._refresh_seconds,
        )
        return self._practised

    def action_sheet(self) -> None:
        """Show the task."""
        self.push_screen(TaskSheet(self._coach, self.action_shell, self._leave_by, self._show_task))

    def _show_task(self) -> None:
        if self._practised is not None and self._practised.is_mounted:
            self._practised.show_task()
        for screen in self.screen_stack:
            for strip in screen.query(TaskStrip):
                strip.words = strip_words(self._coach)

    def strip(self) -> TaskStrip:
        """Return the line with the title of the task, and how far it is."""
        strip = TaskStrip(self._coach.scenario.title)
        strip.words = strip_words(self._coach)
        return strip

    def offered(self) -> tuple[str, ...]:
        """Return the commands of the lesson's present step."""
        step = self._coach.step
        return step.commands if step is not None else ()

    def left_shell(self) -> None:
        """Report what was typed in the shell."""
        if self._practised is not None:
            self._practised.told(self._typed.take(self._host.now()))
            self._practised.acted()

    def leave(self, words: str = "") -> None:  # noqa: ARG002 - the machine ends, and words with it
        """Ask how to leave."""
        self._leave_by(None)

    def _leave_by(self, choice: Leaving | None) -> None:
        if choice is None:
            self.push_screen(leave_question(self._coach.scenario), self._leave_as_answered)
        else:
            self.exit(choice.value)

    def _leave_as_answered(self, answer: str | None) -> None:
        choice = leaving_of(answer)
        if choice is not None:
            self.exit(choice.value)


def open_task(host: ChangingHost, access: Access, mode: TerminalMode, coach: Coach) -> int:
    """Open the console with a task, inside a practice machine; return how it was left."""
    app = PracticeApp(look_of_mode(mode), host, access, coach, refresh_seconds=mode.refresh_seconds)
    return run(app, mode)
