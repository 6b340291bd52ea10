"""The Textual application: which screens there are, in which look, on which host. Nothing else.

Textual may be imported from here on, so the terminal's mode is chosen and applied before (tui.terminal).
"""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segments

from tui.screens.access import Access
from tui.screens.console.reading import OpenLive, open_live
from tui.screens.console.screen import ConsoleScreen
from tui.storage.host.interface import ChangingHost
from tui.storage.host.observed import ObservedHost
from tui.terminal import TerminalMode
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look, LookApp

if TYPE_CHECKING:
    from tui.screens.setup.driver import Driver
    from tui.screens.setup.screen import SetupScreen
    from tui.storage.head_start import HeadStart

CONSOLE, SET_UP = "console", "setup"


class ConsoleApp(LookApp[int]):
    """The program on a terminal.

    Args:
        look: colours and glyphs.
        host: the host.
        access: what may be done on it, and why not more.
        first: what to open, CONSOLE or SET_UP.
        live: the host can change by itself; or what makes what tells of it.
        refresh_seconds: how often what only counts is drawn again.
        make_driver: makes the set-up's driver for the host; that of `tui.setup` when left out.
        head_start: a whole look at the host that began earlier.
    """

    DEFAULT_MODE: ClassVar[str] = "first"
    """The mode the app begins with, in place of Textual's empty screen, which would be laid out before it."""

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
        head_start: "HeadStart | None" = None,
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
        self.add_mode(self.DEFAULT_MODE, self._set_up if first == SET_UP else self._console)
        self.add_mode(SET_UP, self._set_up)

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
        return ConsoleScreen(
            ObservedHost(self._host),
            self._access,
            self._open_set_up,
            self.leave,
            live=self._open_live,
            refresh_seconds=self._refresh_seconds,
            head_start=self._head_start,
        )

    def _set_up(self) -> "SetupScreen":
        from tui.screens.setup.screen import SetupScreen
        from tui.setup.session import Setup

        driver = Setup(self._host) if self._make_driver is None else self._make_driver(self._host)
        return SetupScreen(driver, self._access, self._leave_set_up)

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
        from tui.screens.plan.screen import PlanScreen
        from tui.screens.setup.screen import SetupScreen

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
    head_start: "HeadStart | None" = None,
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


def _run(app: ConsoleApp) -> int:
    result = app.run(mouse=False)
    if app.return_code:
        return app.return_code
    return result or 0
