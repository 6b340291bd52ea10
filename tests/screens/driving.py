"""Opening the program's screens in a test, and reading what they show."""

from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager, suppress
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import WorkerCancelled

from tests.screens.scripted import ScriptedDriver
from tests.storage.scripted_host import ScriptedHost
from tui.app import SET_UP, ConsoleApp
from tui.screens.access import Access, access
from tui.screens.setup.setup_screen import SetupScreen
from widgets.dialogs import Dialog
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look, LookApp

ROOT = access(is_root=True)
COLOUR = Look()
MONO = Look(Colours.MONO, Glyphs.CP437)
SMALL, LARGE = (80, 24), (120, 40)


_GROUPS = {"setup", "inventory", "glance", "mode", "words", "plan", "records", "asking", "check"}
"""Groups of workers that come to an end without a key being pressed."""


class OneScreen(LookApp[int]):
    """A program of one screen; what it answers is kept.

    Attributes:
        answers: what the screen was dismissed with, once it was.
    """

    def __init__(self, screen: Screen[Any], look: Look = COLOUR) -> None:
        super().__init__(look)
        self._screen = screen
        self.answers: list[object] = []

    async def on_mount(self) -> None:
        """Open the screen."""
        await self.push_screen(self._screen, self.answers.append)


def setup_app(driver: ScriptedDriver, *, look: Look = COLOUR, allowed: Access = ROOT) -> ConsoleApp:
    """The program with the set-up open on a scripted driver."""
    return ConsoleApp(
        look, ScriptedHost(), allowed, first=SET_UP, live=False, make_driver=lambda _host: driver
    )


async def workers_end(pilot: Pilot[Any], groups: Container[str]) -> None:
    """Wait until the workers of some groups have ended.

    A screen that closes cancels its workers, the one that has just said that it is done among them.

    Raises:
        textual.worker.WorkerFailed: If one of them raised an exception.
    """
    for worker in [one for one in pilot.app.workers if one.group in groups]:
        with suppress(WorkerCancelled):
            await worker.wait()


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until nothing runs in the background but a question, and everything is drawn."""
    for _turn in range(3):
        await workers_end(pilot, _GROUPS)
        await pilot.pause()
        while any(isinstance(one, SetupScreen) and one.working for one in pilot.app.screen_stack):
            await pilot.pause(0.01)


@asynccontextmanager
async def opened(
    driver: ScriptedDriver, *, size: tuple[int, int] = SMALL, allowed: Access = ROOT
) -> AsyncIterator[Pilot[Any]]:
    """Run the set-up on a driver."""
    app = setup_app(driver, allowed=allowed)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield pilot


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys and wait, after each, for what it starts."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def lines_of(pilot: Pilot[Any]) -> list[str]:
    """What the terminal shows, line by line."""
    return [strip.text for strip in pilot.app.screen._compositor.render_strips()]


def text_of(pilot: Pilot[Any]) -> str:
    """The same as one text."""
    return "\n".join(lines_of(pilot))


def flat_text(pilot: Pilot[Any]) -> str:
    """The same with every run of blanks and line ends as one blank, so that wrapping does not matter.

    The rail and the scroll bars are left out; of a dialog only what is in its box, and its key bar, is read.
    """
    screen, lines = pilot.app.screen, lines_of(pilot)
    left = 27 if isinstance(screen, SetupScreen) else 0
    if isinstance(screen, Dialog):
        box = screen.query_one(".box").region
        lines = [*(line[box.x : box.right] for line in lines[box.y : box.bottom]), lines[-1]]
    shown = " ".join(line[left:].rstrip(" │┃█") for line in lines)
    return " ".join(shown.split())
