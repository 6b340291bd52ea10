"""Draws the pictures of screenshots/, which README.md and docs/ show: `python -m tests.screenshots`.

The set-up is drawn in made-up states, the console on captured and made-up hosts, so the pictures are the same
on every machine.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from textual.pilot import Pilot

from tests.moving_picture import Frame, moving
from tests.screens import (
    test_disconnect,
    test_grow,
    test_practice,
    test_records,
    test_recovery,
    test_volumes,
)
from tests.screens.driving import ROOT, OneScreen, settle, setup_app
from tests.screens.living import healthy, with_failure
from tests.screens.scripted import ScriptedDriver
from tests.screens.test_looks import PAGES
from tests.screens.troubled import recovery_app
from tui.app import ConsoleApp
from tui.practice.coach import Begin
from tui.practice.progress import Progress
from tui.screens.practice.run import RunScreen
from tui.screens.records import host_screen
from tui.screens.recovery.recovery_screen import RecoveryScreen
from tui.storage.host.recorded import RecordedHost
from widgets.look import Look, LookApp

PROJECT = Path(__file__).resolve().parent.parent
PICTURES = PROJECT / "screenshots"
SIZE = (100, 30)
CONSOLE_SIZE = (120, 36)


class Picture(Struct, frozen=True):
    """A program as it is shown: how it is made, and the keys that lead to what is to be seen."""

    name: str
    make: Callable[[pytest.MonkeyPatch], LookApp[int]]
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = SIZE
    title: str = "iscsi-console"


def set_up(make: Callable[[], ScriptedDriver], _patch: pytest.MonkeyPatch) -> LookApp[int]:
    """A page of the set-up."""
    return setup_app(make())


def bare(_patch: pytest.MonkeyPatch) -> LookApp[int]:
    """A host that has no iSCSI storage."""
    host = RecordedHost(str(PROJECT / "tests" / "machines" / "bare.json"))
    return ConsoleApp(Look(), host, ROOT, live=False)


def one_record(patch: pytest.MonkeyPatch) -> LookApp[int]:
    """The settings of one record."""
    app = test_records.one_record()
    patch.setattr(host_screen, "take_inventory", lambda _host: test_records.CURRENT[-1])
    return app


def recovery(scene: str, patch: pytest.MonkeyPatch) -> LookApp[int]:
    """The Recovery screen on made-up evidence."""
    make, _keys = test_recovery.SCENES[scene]
    app, _looks = recovery_app(patch, *make())
    return app


def recovery_scene(
    scene: str,
) -> tuple[Callable[[pytest.MonkeyPatch], LookApp[int]], tuple[str, ...]]:
    """What makes a scene of the Recovery screen, and the keys that lead to it."""
    return partial(recovery, scene), test_recovery.SCENES[scene][1]


def lost_session(_patch: pytest.MonkeyPatch) -> LookApp[int]:
    """The console of a host with two stacks, one of which lost its session."""
    return with_failure().app(Look())


def all_well(_patch: pytest.MonkeyPatch) -> LookApp[int]:
    """The same with both sessions logged in."""
    return healthy().app(Look())


def practice_list(_patch: pytest.MonkeyPatch) -> LookApp[int]:
    """The list of lessons and scenarios, for somebody who has begun."""
    with tempfile.TemporaryDirectory() as folder:
        screen, _said = test_practice.catalogue(Path(folder))
    return OneScreen(screen, Look())


def practice_start(patch: pytest.MonkeyPatch) -> LookApp[int]:
    """A machine that is being made ready."""
    # Whoever draws does not wait for the thread that makes the machine ready.
    patch.setattr(test_practice, "AT_MOST", 30.0)
    machines = test_practice.Machines()
    machines.waits.clear()
    with tempfile.TemporaryDirectory() as folder:
        screen = RunScreen(test_practice.CLOSED, machines, Progress(Path(folder)), resume=False)
    return OneScreen(screen, Look())


def practised(
    *missing: str, hints: int = 0, looked: bool = True
) -> Callable[[pytest.MonkeyPatch], LookApp[int]]:
    """The program inside the machine; these goals do not hold."""

    def make(_patch: pytest.MonkeyPatch) -> LookApp[int]:
        coach = test_practice.coach_of(test_practice.CLOSED, Begin(hints=hints), *missing, looked=looked)
        return test_practice.inside(coach, Look())

    return make


SET_UP = tuple(
    Picture(f"setup-{number:02}-{name}", partial(set_up, make), keys)
    for number, (name, (make, keys)) in enumerate(PAGES.items(), start=1)
)
CONSOLE = (
    Picture("console", lost_session, size=CONSOLE_SIZE),
    Picture("console-first", bare, size=CONSOLE_SIZE),
    Picture("console-happened", lost_session, ("w",)),
    Picture("console-disconnect", lambda _patch: test_disconnect.opened(test_disconnect.busy())),
    Picture("console-grow", lambda patch: test_grow.grow_app(patch, test_grow.enlarged())),
    Picture("console-volumes", lambda patch: test_volumes.volumes_app(patch, test_volumes.busy())),
    Picture("console-record", one_record),
)
RECOVERY = tuple(
    Picture(name, *recovery_scene(scene), CONSOLE_SIZE)
    for name, scene in (
        ("recovery", "lost"),
        ("recovery-chain", "chain"),
        ("recovery-question", "question"),
        ("recovery-message", "message"),
        ("recovery-gone", "gone"),
    )
)


PRACTICE = tuple(
    Picture(f"practice-{number}-{name}", make, keys, CONSOLE_SIZE)
    for number, (name, make, keys) in enumerate(
        (
            ("list", practice_list, ("down",) * 4),
            ("start", practice_start, ()),
            ("task", practised(looked=False), ()),
            ("console", practised(looked=False), ("escape",)),
            ("checked", practised("session", "answers", hints=1), ()),
            ("solved", practised(), ()),
        ),
        start=1,
    )
)


def set_up_page(name: str) -> tuple[Callable[[pytest.MonkeyPatch], LookApp[int]], tuple[str, ...]]:
    """What makes a page of the set-up, and the keys that lead to it."""
    make, keys = PAGES[name]
    return partial(set_up, make), keys


STORY = tuple(
    Picture("story", make, keys, SIZE, title)
    for title, (make, keys) in (
        ("set-up: what is to be made, and the commands that make it", set_up_page("volumes")),
        ("set-up: all of it is reviewed before anything is written", set_up_page("review")),
        ("set-up: done, and checked for the next boot", set_up_page("done")),
        ("outage: the console shows what broke, and how long I/O waits", (lost_session, ())),
        ("repair: the cause, how it is known, and what can be done", recovery_scene("chain")),
        ("repair: what no program can know is asked first", recovery_scene("question")),
        ("repaired: every session is logged in again", (all_well, ())),
    )
)
"""Set-up, outage and repair, shown in turn at the beginning of README.md."""

STANDS_STILL = 3
SECONDS = 4.0


async def shown(app: LookApp[int], picture: Picture) -> str:
    """Open a program, press keys, and return what it shows then."""

    async def see(pilot: Pilot[Any]) -> None:
        if any(isinstance(one, RecoveryScreen) for one in app.screen_stack):
            await test_recovery.bring_there(pilot, picture.keys)
            return
        await settle(pilot)
        for key in picture.keys:
            await pilot.press(key)
            await settle(pilot)

    async with app.run_test(size=picture.size, notifications=True) as pilot:
        await see(pilot)
        return app.export_screenshot(title=picture.title)


async def drawn(picture: Picture) -> str:
    """A picture as SVG."""
    with pytest.MonkeyPatch.context() as patch:
        return await shown(picture.make(patch), picture)


async def draw_all() -> None:
    """Draw every page of the set-up, the console with what opens from it, and the story."""
    PICTURES.mkdir(exist_ok=True)
    for picture in (*SET_UP, *CONSOLE, *RECOVERY, *PRACTICE):
        (PICTURES / f"{picture.name}.svg").write_text(await drawn(picture), encoding="utf-8")
    await draw_story()


async def draw_story() -> None:
    """Draw set-up, outage and repair as one picture that moves."""
    frames = [Frame(await drawn(picture), SECONDS) for picture in STORY]
    (PICTURES / "story.svg").write_text(moving(frames, STANDS_STILL), encoding="utf-8")


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    time.tzset()
    asyncio.run(draw_all())
