"""The Textual application: which screens there are, in which look, on which host. Nothing else.

Textual may be imported from here on, so the terminal's mode is chosen and applied before (tui.terminal).
"""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segments
from textual import work
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.screens.access import Access
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.console.reading import OpenLive, open_live
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import ChangingHost
from tui.terminal import TerminalMode
from tui.words import translate as _
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look, LookApp

if TYPE_CHECKING:
    from tui.practice.coach import Coach
    from tui.practice.leaving import Leaving
    from tui.practice.shell import Typed
    from tui.screens.practice.inside import PracticeConsole
    from tui.screens.setup.driver import Driver
    from tui.screens.setup.setup_screen import SetupScreen
    from tui.storage.watching.prefetch import Prefetch

CONSOLE, SET_UP, PRACTICE, TOUR = "console", "setup", "practice", "tour"


class ConsoleApp(LookApp[int]):
    """The program on a terminal.

    Args:
        look: colours and glyphs.
        host: the host.
        access: what may be done on it, and why not more.
        first: what to open, CONSOLE, SET_UP or PRACTICE.
        live: the host can change by itself; or what makes what tells of it.
        refresh_seconds: how often what only counts is drawn again.
        make_driver: makes the set-up's driver for the host; that of `tui.setup` when left out.
        head_start: a whole look at the host that began earlier.
    """

    DEFAULT_MODE: ClassVar[str] = "first"
    """The mode the app begins with."""

    def __init__(
        self,
        look: Look,
        host: ChangingHost,
        access: Access,
        *,
        first: str = CONSOLE,
        live: bool | OpenLive = True,
        refresh_seconds: float = 1.0,
        make_driver: "Callable[[ChangingHost], Driver] | None" = None,
        head_start: "Prefetch | None" = None,
    ) -> None:
        super().__init__(look)
        self.title = "iscsi-console"
        self._host = host
        self._access = access
        self._first = first
        self._open_live = live if callable(live) else open_live if live else None
        self._refresh_seconds = refresh_seconds
        self._make_driver = make_driver
        self._head_start = head_start
        self.add_mode(SET_UP, self._set_up)
        self.add_mode(PRACTICE, self._practice)
        self.add_mode(TOUR, self._tour)

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen to begin with.

        It is on the stack before it is composed. One that a mode makes is not, where the loop starts tasks
        at once (Python 3.12 and later), and what it is composed of asks the app for its screen.
        """
        made_by: dict[str, Callable[[], Screen[Any]]] = {
            CONSOLE: self._console,
            SET_UP: self._set_up,
            PRACTICE: self._practice,
        }
        return made_by[self._first]()

    def on_mount(self) -> None:
        """Let other modes come back to the one that has begun."""
        self.add_mode(self.DEFAULT_MODE, self.get_default_screen)

    def on_ready(self) -> None:
        """Take up again the search for garbage that was put off for the start (`tui.__main__`).

        What the start made stays for good, and is left out of every search to come.
        """
        if not gc.isenabled():
            self.call_after_refresh(self._resume_collection)

    def _resume_collection(self) -> None:
        gc.freeze()
        gc.enable()

    def _console(self) -> ConsoleScreen:
        screen = ConsoleScreen(
            CommandLogHost(self._host),
            self._access,
            self._open_set_up,
            self.leave,
            live=self._open_live,
            refresh_seconds=self._refresh_seconds,
            head_start=self._head_start,
        )
        screen.offer({PRACTICE: self.open_practice, TOUR: self.open_tour})
        return screen

    def _set_up(self) -> "SetupScreen":
        from tui.screens.setup.setup_screen import SetupScreen
        from tui.setup.session import Setup

        driver = Setup(self._host) if self._make_driver is None else self._make_driver(self._host)
        return SetupScreen(driver, self._access, self._leave_set_up)

    def _practice(self) -> Screen[None]:
        from tui.screens.practice.opening import catalogue_screen

        return catalogue_screen(self._leave_practice)

    def open_practice(self) -> None:
        """Show what can be practised."""
        self.run_worker(self._to_practice(), group="mode")

    async def _to_practice(self) -> None:
        await self.switch_mode(PRACTICE)

    def _leave_practice(self) -> None:
        if self._first == PRACTICE:
            self.leave()
        else:
            self.run_worker(self._to_console(), group="mode")

    async def _to_console(self) -> None:
        await self.switch_mode(self.DEFAULT_MODE)

    def _tour(self) -> ConsoleScreen:
        from tui.practice.reading import TOUR_FILE
        from tui.screens.access import access
        from tui.storage.host.recorded import RecordedHost

        return ConsoleScreen(
            CommandLogHost(RecordedHost(str(TOUR_FILE))),
            access(is_root=False, recorded=True),
            self._open_set_up,
            self._leave_practice,
        )

    def open_tour(self) -> None:
        """Show the console on a recorded host, with words for the way."""
        self.run_worker(self._to_tour(), group="mode")

    async def _to_tour(self) -> None:
        from tui.screens.console.console_words import tour_sections
        from widgets.help import Help

        await self.switch_mode(TOUR)
        await self.push_screen(Help(_("A tour"), tour_sections()))

    def _open_set_up(self) -> None:
        self.run_worker(self._to_set_up(), group="mode")

    async def _to_set_up(self) -> None:
        await self.switch_mode(SET_UP)

    def _leave_set_up(self, words: str) -> None:
        if self._first == SET_UP:
            self.leave(words)
        else:
            self.run_worker(self._back_to_console(), group="mode")

    async def _back_to_console(self) -> None:
        await self.switch_mode(self.DEFAULT_MODE)
        await self.remove_mode(SET_UP)
        self.add_mode(SET_UP, self._set_up)

    def leave(self, words: str = "") -> None:
        """End the program, with words for the terminal it leaves behind."""
        self.exit(0, message=words or None)

    async def action_quit(self) -> None:
        """Leave as Escape does: what runs is asked about first."""
        from tui.screens.plan.plan_screen import PlanScreen
        from tui.screens.setup.setup_screen import SetupScreen

        screen = self.screen
        running = next(
            (one for one in self.screen_stack if isinstance(one, PlanScreen) and one.working), None
        )
        if running is not None:
            running.action_leave()
        elif isinstance(screen, SetupScreen | ConsoleScreen):
            screen.action_leave()
        elif self.screen_stack and isinstance(self.screen_stack[0], SetupScreen):
            self.screen_stack[0].action_leave()
        else:
            self.leave()

    def _fatal_error(self) -> None:
        # Textual's own traceback shows local variables, and one of them could be a secret being written.
        from rich.traceback import Traceback

        self.bell()
        traceback = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()


class PracticeApp(ConsoleApp):
    """The program inside a practice machine: the console, with a task.

    Args:
        look: colours and glyphs.
        host: the machine.
        access: what may be done on it.
        coach: goes with the learner.
        live: as of a `ConsoleApp`.
        refresh_seconds: how often what only counts is drawn again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "sheet", _("task"), show=False),
        Binding("f7", "shell", _("shell"), show=False),
    ]

    def __init__(
        self,
        look: Look,
        host: ChangingHost,
        access: Access,
        coach: "Coach",
        *,
        live: bool | OpenLive = True,
        refresh_seconds: float = 1.0,
    ) -> None:
        super().__init__(look, host, access, live=live, refresh_seconds=refresh_seconds)
        self._coach = coach
        self._practised: PracticeConsole | None = None
        self._typed_lines: Typed | None = None

    def on_mount(self) -> None:
        """Show the task before the console."""
        self.action_sheet()
        self._coach.tell()

    def _console(self) -> ConsoleScreen:
        from tui.screens.practice.inside import PracticeConsole

        self._practised = PracticeConsole(
            self._coach,
            CommandLogHost(self._host),
            self._access,
            self._open_set_up,
            self.leave,
            live=self._open_live,
            refresh_seconds=self._refresh_seconds,
        )
        return self._practised

    def action_sheet(self) -> None:
        """Show the task."""
        from tui.screens.practice.sheet import TaskSheet

        sheet = TaskSheet(self._coach, self.action_shell, self._leave_by, self._show_task)
        self.push_screen(sheet)

    def _show_task(self) -> None:
        if self._practised is not None and self._practised.is_mounted:
            self._practised.show_task()

    def action_shell(self) -> None:
        """Give the terminal to a shell of the machine, and tell what was typed there."""
        from tui.practice.shell import run_shell

        with self.suspend():
            run_shell()
        if self._practised is not None:
            self._practised.told(self._typed.take(self._host.now()))
            self._practised.acted()

    @property
    def _typed(self) -> "Typed":
        if self._typed_lines is None:
            from tui.practice.shell import Typed

            self._typed_lines = Typed()
        return self._typed_lines

    def leave(self, words: str = "") -> None:  # noqa: ARG002 - the machine goes, and words with it
        """Ask how to leave."""
        self._leave_by(None)

    def _leave_by(self, way: "Leaving | None") -> None:
        if way is not None:
            self.exit(way.value)
            return
        self._ask_how_to_leave()

    @work(group="question")
    async def _ask_how_to_leave(self) -> None:
        from tui.screens.practice.sheet import leave_question, leaving_of

        way = leaving_of(await self.push_screen_wait(leave_question(self._coach.scenario)))
        if way is not None:
            self.exit(way.value)


def look_of_mode(mode: TerminalMode) -> Look:
    """Return the look for a terminal mode."""
    return Look(Colours(mode.look.value), Glyphs(mode.glyphs.value))


def open_setup(host: ChangingHost, access: Access, mode: TerminalMode) -> int:
    """Open the set-up wizard on a terminal; return the exit status."""
    return _run(ConsoleApp(look_of_mode(mode), host, access, first=SET_UP))


def open_console(
    host: ChangingHost,
    access: Access,
    mode: TerminalMode,
    *,
    live: bool = True,
    head_start: "Prefetch | None" = None,
) -> int:
    """Open the console on a terminal; return the exit status.

    Args:
        host: the host.
        access: what may be done on it.
        mode: how the terminal is used.
        live: the host can change by itself; a recorded one cannot.
        head_start: a whole look at the host that began earlier.
    """
    app = ConsoleApp(
        look_of_mode(mode),
        host,
        access,
        live=live,
        refresh_seconds=mode.refresh_seconds,
        head_start=head_start,
    )
    return _run(app)


def open_practice(host: ChangingHost, access: Access, mode: TerminalMode) -> int:
    """Open the list of what can be practised on a terminal; return the exit status."""
    return _run(ConsoleApp(look_of_mode(mode), host, access, first=PRACTICE))


def open_task(host: ChangingHost, access: Access, mode: TerminalMode, coach: "Coach") -> int:
    """Open the console with a task, inside a practice machine; return how it was left."""
    return _run(PracticeApp(look_of_mode(mode), host, access, coach, refresh_seconds=mode.refresh_seconds))


def _run(app: ConsoleApp) -> int:
    result = app.run(mouse=False)
    if app.return_code:
        return app.return_code
    return result or 0
