"""What holds on every screen, whatever keys are pressed: found by random keys on recorded hosts."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from textual.pilot import Pilot

from tests.screens import wandering
from tests.screens.driving import settle
from tests.screens.wandering import MACHINES, MOVES, bar, faults, hit, known_keys, picture
from tui.app import ConsoleApp
from tui.setup.step import Step

SIZES = ((60, 20), (80, 24), (120, 40))
HOSTS = ("failed-session", "multipath-xfs", "single-path-ext4", "record-only", "bare")
OPENING = ("r", "d", "g", "n", "t", "p", "i", "e", "s", "enter", "w", "f1", "f2", "question_mark")
"""Keys of the console that lead to other screens."""
STEPS = (*sorted(MOVES), "enter", "enter", "space", "escape", "f1", "f2", "slash", "a", "y", "1", "5")
UNKNOWN = ("z", "Z", "equals_sign", "f12", "ctrl+t", "percent_sign")
LEAVING = {"q", "ctrl+q"}

FEW = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

ways = st.lists(
    st.one_of(st.sampled_from(STEPS), st.integers(0, 6), st.sampled_from(UNKNOWN)), min_size=4, max_size=10
)
"""Keys by their names, and keys of the bar by their places in it."""


async def wander(pilot: Pilot[Any], way: list[str | int]) -> None:
    """Press the keys of a way, and check after each what has to hold."""
    pressed: list[str] = []
    for step in way:
        screen = pilot.app.screen
        shown = [hint.key for hint in bar(screen) if hint.enabled and hint.key not in LEAVING]
        if isinstance(step, int):
            if not shown:
                continue
            key = shown[step % len(shown)]
        else:
            key = step
        is_unknown = key in UNKNOWN and key not in known_keys(screen)
        is_promised = isinstance(step, int) and key not in MOVES
        typing = screen.focused is not None and screen.focused.check_consume_key(key, key[:1])
        before = picture(pilot)
        await hit(pilot, key)
        pressed.append(f"{key} on {type(screen).__name__}")
        found = list(faults(pilot))
        if is_unknown and not typing and picture(pilot) != before:
            found.append("a key that is in no bar and no help changed something")
        if is_promised and picture(pilot) == before:
            found.append("a key of the bar did nothing")
        assert not found, (found, pressed)


def walk(app: ConsoleApp, size: tuple[int, int], first: str, way: list[str | int]) -> None:
    """Open the program, go somewhere, wander, and come back by Escape alone."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await settle(pilot)
            await wander(pilot, [first, *way] if first else way)
            assert await wandering.back_to_the_root(pilot) <= wandering.MOST_ESCAPES
            assert not list(faults(pilot))

    asyncio.run(run())


@pytest.mark.parametrize("size", SIZES, ids=str)
@FEW
@given(host=st.sampled_from(HOSTS), first=st.sampled_from(OPENING), way=ways, long=st.booleans())
def test_no_key_is_dead_and_none_leaves_on_the_console(
    size: tuple[int, int], host: str, first: str, way: list[str | int], long: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = wandering.long_names(host, Path(folder)) if long else MACHINES / f"{host}.json"
        walk(wandering.over_host(path), size, first, way)


@pytest.mark.parametrize("size", SIZES, ids=str)
@FEW
@given(step=st.sampled_from(sorted(wandering.SCENES)), way=ways)
def test_no_key_is_dead_and_none_leaves_in_the_set_up(
    size: tuple[int, int], step: Step, way: list[str | int]
) -> None:
    walk(wandering.set_up(step), size, "enter", way)
