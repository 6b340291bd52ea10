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

from tests.screens import (
    test_disconnect,
    test_grow,
    test_practice,
    test_records,
    test_recovery,
    test_volumes,
)
from tests.screens.driving import ROOT, OneScreen, settle, setup_app
from tests.screens.living import with_failure
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
    Picture("console", lambda _patch: with_failure().app(Look()), size=CONSOLE_SIZE),
    Picture("console-first", bare, size=CONSOLE_SIZE),
    Picture("console-happened", lambda _patch: with_failure().app(Look()), ("w",)),
    Picture("console-disconnect", lambda _patch: test_disconnect.opened(test_disconnect.busy())),
    Picture("console-grow", lambda patch: test_grow.grow_app(patch, test_grow.enlarged())),
    Picture("console-volumes", lambda patch: test_volumes.volumes_app(patch, test_volumes.busy())),
    Picture("console-record", one_record),
)
RECOVERY = tuple(
    Picture(name, partial(recovery, scene), test_recovery.SCENES[scene][1], CONSOLE_SIZE)
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


async def draw(app: LookApp[int], picture: Picture) -> None:
    """Open a program, press keys, and write what it shows then."""

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
        shown = app.export_screenshot(title="iscsi-console")
        (PICTURES / f"{picture.name}.svg").write_text(shown, encoding="utf-8")


async def draw_all() -> None:
    """Draw every page of the set-up, and the console with what opens from it."""
    PICTURES.mkdir(exist_ok=True)
    for picture in (*SET_UP, *CONSOLE, *RECOVERY, *PRACTICE):
        with pytest.MonkeyPatch.context() as patch:
            await draw(picture.make(patch), picture)


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    time.tzset()
    asyncio.run(draw_all())
