"""A walk: keys that a seed chooses, what has to hold after each of them, and the way back by Escape alone."""

import asyncio
import traceback
from random import Random
from typing import Any

from msgspec import Struct
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import Worker

from tests.screens.driving import settle
from tests.wander.invariants import MOVES, bar, faults, picture
from tests.wander.programs import KINDS, a_program
from tui.app import CONSOLE, ConsoleApp
from tui.screens.setup.setup_screen import SetupScreen
from tui.setup.step import Step
from widgets.dialogs import Confirm
from widgets.fields.form import Field
from widgets.key_bar import LEAVING

SIZES = ((60, 20), (80, 24), (120, 40))
OPENING = ("r", "d", "g", "n", "t", "p", "i", "e", "s", "enter", "w", "f1", "f2", "question_mark", "h")
"""Keys of the console that lead to other screens."""
STEPS = (*sorted(MOVES), "enter", "enter", "space", "escape", "f1", "f2", "slash", "a", "y", "1", "5")
UNKNOWN = ("z", "Z", "equals_sign", "f12", "ctrl+t", "percent_sign")
"""Keys that most screens do not have."""
LENGTHS = (4, 12)
ASKING = frozenset({"question", "words", "mode"})
"""Groups of workers that read nothing of a host."""
MOST_ESCAPES = 12
"""Levels that are ever above the root; the set-up has a page for each of its steps."""


class Walk(Struct, frozen=True):
    """What a seed chose, and how it ended.

    Attributes:
        begin: what the program was opened on, and its size.
        pressed: the keys, each with the screen it was pressed on.
        faults: what did not hold after the last of them.
    """

    seed: int
    begin: str
    pressed: tuple[str, ...]
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"seed {self.seed} ({self.begin}): {'; '.join(self.faults)}\n    {', '.join(self.pressed)}"


def walk(
    seed: int,
    kind: str = "",
    *,
    size: tuple[int, int] | None = None,
    long_names: bool = False,
    first: str = "",
) -> Walk:
    """Take the walk of a seed; what is not given here the seed chooses as well.

    Args:
        seed: chooses the program, its size and the keys.
        kind: the program, `console` or `setup`.
        size: cells of the terminal, across and down.
        long_names: the host's names are as long as LVM and RFC 3720 allow them to be, or nearly so.
        first: the key that is pressed first.
    """
    random = Random(seed)
    chosen_size, chosen_kind = random.choice(SIZES), random.choice(KINDS)
    size, kind = size or chosen_size, kind or chosen_kind
    with a_program(random, kind, long_names=long_names) as (name, app):
        keys = _Keys(random, app)
        opening = random.choice(OPENING) if kind == CONSOLE else "enter"
        try:
            found = asyncio.run(keys.take(size, first or opening, random.randint(*LENGTHS)))
        except Exception:  # noqa: BLE001 (that is what is looked for)
            found = [traceback.format_exc(limit=-4)]
        return Walk(seed, f"{kind}, {name}, {size[0]}x{size[1]}", tuple(keys.pressed), tuple(found))


class _Keys:
    """Presses keys and looks at what they do."""

    def __init__(self, random: Random, app: ConsoleApp) -> None:
        self._random = random
        self._app = app
        self._jobs: list[str] = []
        self.pressed: list[str] = []

    async def take(self, size: tuple[int, int], first: str, length: int) -> list[str]:
        """Press some keys, then Escape until the root is in front; return the first faults."""
        async with self._app.run_test(size=size, notifications=True) as pilot:
            self._count_jobs()
            await rest(pilot)
            found = await self._try(pilot, first)
            for _turn in range(length):
                if not found:
                    found = await self._one(pilot)
            return found or await self._back(pilot)

    async def _one(self, pilot: Pilot[Any]) -> list[str]:
        """Press a key of the bar, one that goes somewhere, or one that nothing is said of."""
        shown = [hint.key for hint in bar(pilot.app.screen) if hint.enabled and hint.key not in LEAVING]
        of_bar = self._random.random() < 0.5
        key = self._random.choice(STEPS if self._random.random() < 0.7 else UNKNOWN)
        if of_bar and shown:
            key = shown[self._random.randrange(99) % len(shown)]
        if key == "enter" and _is_done(pilot):
            key = "escape"  # Enter on the last page of the set-up leaves, as its bar says.
        return await self._try(pilot, key)

    async def _try(self, pilot: Pilot[Any], key: str) -> list[str]:
        screen = pilot.app.screen
        typed = screen.focused is not None and screen.focused.check_consume_key(key, key[:1])
        promised = key not in MOVES and any(one.key == key and one.enabled for one in bar(screen))
        promised = promised and not _is_refused(screen)
        before, ran = picture(pilot), len(self._jobs)
        words = {one: bound.binding.description for one, bound in screen.active_bindings.items()}
        await self._press(pilot, key)
        found = list(faults(pilot))
        if not found and key in UNKNOWN and not typed and key not in words and picture(pilot) != before:
            found.append(f"{key} is in no bar and no help, and changed something")
        if not found and promised and picture(pilot) == before and len(self._jobs) == ran:
            found.append(f"{key} ({words.get(key, '')}) is in the bar and did nothing")
        return found

    def _count_jobs(self) -> None:
        """Remember what runs in the background: reading a host again may well show the same as before."""
        add = self._app.workers.add_worker

        def counting(worker: Worker[Any], start: bool = True, exclusive: bool = True) -> None:
            if worker.group not in ASKING:
                self._jobs.append(worker.group)
            add(worker, start, exclusive)

        self._app.workers.add_worker = counting  # type: ignore[method-assign]

    async def _press(self, pilot: Pilot[Any], key: str) -> None:
        self.pressed.append(f"{key} on {type(pilot.app.screen).__name__}")
        await pilot.press(key)
        await rest(pilot)

    async def _back(self, pilot: Pilot[Any]) -> list[str]:
        for _turn in range(MOST_ESCAPES):
            if _at_root(pilot):
                return []
            if isinstance(pilot.app.screen, Confirm):
                pilot.app.screen.dismiss(True)  # Escape says "stay": what would be lost is asked about.
                await rest(pilot)
            else:
                await self._press(pilot, "escape")
            if found := list(faults(pilot)):
                return found
        return [] if _at_root(pilot) else ["Escape does not lead to the root"]


def _is_refused(screen: Screen[Any]) -> bool:
    """Whether a field or a list says already what is wrong, so that a key can only say the same."""
    fields = any(isinstance(widget, Field) and widget.error for widget in screen.query("Field").results())
    return fields or any(widget.display for widget in screen.query(".wrong-list"))


def _is_done(pilot: Pilot[Any]) -> bool:
    screen = pilot.app.screen
    return isinstance(screen, SetupScreen) and screen.driver.state.step is Step.DONE


def _at_root(pilot: Pilot[Any]) -> bool:
    app = pilot.app
    if len(app.screen_stack) > 1 or app.current_mode != app.DEFAULT_MODE:
        return False
    return not (isinstance(app.screen, SetupScreen) and app.screen.check_action("leave", ()))


async def rest(pilot: Pilot[Any]) -> None:
    """Wait until nothing runs but questions that a person has to answer, and everything is drawn."""
    await settle(pilot)
    while _runs(pilot):
        await pilot.pause(0.01)
        await settle(pilot)


def _runs(pilot: Pilot[Any]) -> bool:
    """Whether a worker runs that waits for no screen to be answered."""
    running = [one for one in pilot.app.workers if not one.is_finished]
    open_screens = [screen for stack in pilot.app._screen_stacks.values() for screen in stack]
    asked = sum(
        back.future is not None and not back.future.done()
        for screen in open_screens
        for back in screen._result_callbacks
    )
    return len(running) > asked
