"""The Textual application: which screens there are, in which look, on which host. Nothing else.

Textual may be imported from here on, so the terminal's mode is chosen and applied before (tui.terminal).
"""

import asyncio
import contextlib
import gc
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segments
from textual import events
from textual.screen import Screen

from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.console.reading import OpenLive, open_live
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import ChangingHost
from tui.terminal import TerminalMode
from tui.words import translate as _, translate_count
from widgets import widget_words
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look, LookApp

if TYPE_CHECKING:
    from tui.kernel_output import KernelOutput
    from tui.screens.setup.driver import Driver
    from tui.storage.watching.prefetch import Prefetch

CONSOLE, SET_UP, PRACTICE, TOUR = "console", "setup", "practice", "tour"
"""The modes. The first one has a name of its own, `ConsoleApp.DEFAULT_MODE`."""


class ConsoleApp(LookApp[int]):
    """The program on a terminal.

    Args:
        look: colours and glyphs.
        host: the host.
        access: what may be done on it, and why not more.
        first: what to open, CONSOLE, SET_UP or PRACTICE.
        live: the host can change by itself; or makes what reports its changes.
        refresh_seconds: how often what only counts is drawn again.
        make_driver: makes the set-up's driver for the host; that of `tui.setup` when left out.
        head_start: a reading of the whole host that began earlier.
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
        widget_words.use(_, translate_count)
        self.title = "iscsi-console"
        self._host = host
        self._access = access
        self._first = first
        self._open_live = live if callable(live) else open_live if live else None
        self._refresh_seconds = refresh_seconds
        self._make_driver = make_driver
        self._head_start = head_start
        self.kernel_prints = False
        """Whether the kernel writes its messages on this terminal."""
        self._kernel: KernelOutput | None = None
        self._waits = self._again = False
        self._made_by: dict[str, Callable[[], Screen[Any]]] = {
            CONSOLE: self._console,
            SET_UP: self._set_up,
            PRACTICE: self._practice,
            TOUR: self._tour,
        }
        for mode in (SET_UP, PRACTICE, TOUR):
            self.add_mode(mode, self._made_by[mode])

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen to begin with.

        It is on the stack before it is composed. One that a mode makes is not, where the loop starts tasks
        at once (Python 3.12 and later), and what it is composed of asks the app for its screen.
        """
        return self._made_by[self._first]()

    async def on_event(self, event: events.Event) -> None:
        """Take a key, or a text that is pasted, once the screen in front is ready for it: none is lost."""
        is_typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if is_typed and isinstance(self.screen, BaseScreen):
            await self.screen.before_key()
        await super().on_event(event)

    def on_mount(self) -> None:
        """Let other modes come back to the one that has begun."""
        self.add_mode(self.DEFAULT_MODE, self.get_default_screen)

    def open(self, mode: str) -> None:
        """Open the set-up, the practice or the tour, or go back to the first mode."""
        self.run_worker(self._switch(mode), group="mode")

    async def _switch(self, mode: str) -> None:
        before = self.current_mode
        await self.switch_mode(mode)
        if before == SET_UP:
            # The next set-up begins with what the host is then.
            await self.remove_mode(SET_UP)
            self.add_mode(SET_UP, self._set_up)
        if mode == TOUR:
            from tui.screens.console.console_words import tour_sections
            from widgets.help import Help

            await self.push_screen(Help(_("A tour"), tour_sections()))

    def _leave_mode(self, words: str = "") -> None:
        """Go back to the first mode; end the program when this is the first."""
        if self.current_mode == self.DEFAULT_MODE:
            self.leave(words)
        else:
            self.open(self.DEFAULT_MODE)

    def on_ready(self) -> None:
        """Take up again the search for garbage that was put off for the start (`tui.__main__`).

        What the start made stays for good, and is left out of every search to come.
        """
        if not gc.isenabled():
            self.call_after_refresh(self._resume_collection)
        if self.kernel_prints:
            from tui.kernel_output import KernelOutput

            with contextlib.suppress(OSError):  # Without the log there is the key that draws again.
                self.follow_kernel(KernelOutput())

    def follow_kernel(self, output: "KernelOutput") -> None:
        """Draw the screen again whenever the kernel has written over it."""
        self._kernel = output
        asyncio.get_running_loop().add_reader(output.fileno(), self._kernel_logged)

    def on_unmount(self) -> None:
        """End what follows the kernel."""
        if self._kernel is not None:
            self._leave_kernel(self._kernel)

    def _leave_kernel(self, output: "KernelOutput") -> None:
        asyncio.get_running_loop().remove_reader(output.fileno())
        output.close()
        self._kernel = None

    def _kernel_logged(self) -> None:
        if self._kernel is None:
            return
        try:
            printed = self._kernel.printed()
        except OSError:
            self._leave_kernel(self._kernel)
            return
        if not printed:
            return
        # A message may reach the screen after the log: for one that comes now another turn is waited.
        self._again = self._waits
        if not self._waits:
            self._wait_for_kernel()

    def _wait_for_kernel(self) -> None:
        self._waits, self._again = True, False
        self.set_timer(self._refresh_seconds, self._draw_over_kernel)

    def _draw_over_kernel(self) -> None:
        self.action_redraw()
        self._waits = False
        if self._again:
            self._wait_for_kernel()

    def _resume_collection(self) -> None:
        gc.freeze()
        gc.enable()

    def _console(self) -> ConsoleScreen:
        screen = ConsoleScreen(
            CommandLogHost(self._host),
            self._access,
            partial(self.open, SET_UP),
            self.leave,
            live=self._open_live,
            refresh_seconds=self._refresh_seconds,
            head_start=self._head_start,
        )
        screen.offer({mode: partial(self.open, mode) for mode in (PRACTICE, TOUR)})
        return screen

    def _set_up(self) -> Screen[Any]:
        from tui.recovery.judging import judging
        from tui.screens.console.checking import AT_MOST
        from tui.screens.setup.setup_screen import SetupScreen
        from tui.setup.session import Setup

        make = self._make_driver or partial(Setup, look=judging(AT_MOST))
        driver = make(self._host)
        return SetupScreen(driver, self._access, self._leave_mode)

    def _practice(self) -> Screen[None]:
        from tui.screens.practice.opening import catalogue_screen

        return catalogue_screen(self._leave_mode)

    def _tour(self) -> ConsoleScreen:
        from tui.practice.reading import TOUR_FILE
        from tui.screens.access import access
        from tui.storage.host.recorded import RecordedHost

        host = CommandLogHost(RecordedHost(str(TOUR_FILE)))
        allowed = access(is_root=False, recorded=True)
        return ConsoleScreen(host, allowed, partial(self.open, SET_UP), self._leave_mode)

    def leave(self, words: str = "") -> None:
        """End the program, with words for the terminal it leaves behind."""
        self.exit(0, message=words or None)

    async def action_quit(self) -> None:
        """Leave the program. What runs is asked about first, and what would be lost is named."""
        from tui.screens.quitting import quit_program

        quit_program(self, self.leave)

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


def open_app(
    host: ChangingHost,
    access: Access,
    mode: TerminalMode,
    first: str = CONSOLE,
    *,
    live: bool = True,
    head_start: "Prefetch | None" = None,
) -> int:
    """Open the program on a terminal; return the exit status. Arguments as of a `ConsoleApp`."""
    look, refresh = look_of_mode(mode), mode.refresh_seconds
    app = ConsoleApp(
        look, host, access, first=first, live=live, refresh_seconds=refresh, head_start=head_start
    )
    return run(app, mode)


def run(app: ConsoleApp, mode: TerminalMode) -> int:
    """Run the program on a terminal; return the exit status."""
    app.kernel_prints = mode.kernel_prints
    result = app.run(mouse=mode.mouse)
    return app.return_code or result or 0
