"""What the set-up looks like: every step in both sizes, in colour and on a console without colours.

The pictures are compared with those kept in __snapshots__; whoever changes a page looks at the new ones.
"""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.screens import scenes
from tests.screens.driving import COLOUR, LARGE, MONO, SMALL, settle, setup_app
from tests.screens.scripted import ScriptedDriver
from tests.setup.building import PORTAL, SECOND
from tests.snapshot import SnapCompare
from tui.setup.answers import ChapAnswer, ChapChoice
from tui.setup.step import Step
from tui.storage.iscsi.chap import ChapKind
from tui.storage.problem import Problem
from tui.storage.secret import Secret
from widgets.look import Look

REFUSED = Problem(
    "login.authorization",
    "The target refuses this host.",
    "Its access list does not hold the name iqn.1993-08.org.debian:01:c3b048656983, or CHAP is asked for.",
    "Ask the storage administrator to enter the name, or give user name and secret on the page CHAP.",
    evidence=("iscsid: Login failed to authenticate with target iqn.2003-01.org.linux-iscsi.lab:t1",),
)


def chap() -> ScriptedDriver:
    mutual = ChapChoice(ChapKind.MUTUAL, "db7", Secret("practice-in-12"), "array", Secret("practice-out-1"))
    state = replace(scenes.named(), step=Step.CHAP)
    return scenes.driver(state.answered(ChapAnswer(session=mutual)))


def targets() -> ScriptedDriver:
    state = scenes.with_target(scenes.discovered(), PORTAL, SECOND)
    return scenes.driver(replace(state, step=Step.TARGET))


def refused() -> ScriptedDriver:
    driver = scenes.driver(scenes.stored())
    driver.failures[Step.LOG_IN] = REFUSED
    return driver


def stopped() -> ScriptedDriver:
    driver = scenes.driver(replace(scenes.reviewed(), step=Step.RUN))
    driver.failures[Step.RUN] = Problem(
        "boot.not-enabled",
        "The service multipathd could not be enabled.",
        "The file system of /etc is mounted read-only.",
        "Make it writable, then try again; what is done already is not repeated.",
    )
    return driver


def cut_off() -> ScriptedDriver:
    driver = scenes.driver(scenes.named())
    driver.cut_off = scenes.interrupted()
    return driver


PAGES: dict[str, tuple[Callable[[], ScriptedDriver], tuple[str, ...]]] = {
    "name": (lambda: scenes.driver(scenes.unnamed()), ()),
    "chap": (chap, ()),
    "discover": (lambda: scenes.driver(scenes.discovered()), ()),
    "target": (targets, ()),
    "log-in": (lambda: scenes.driver(scenes.connected()), ()),
    "log-in-refused": (refused, ("enter",)),
    "volumes": (lambda: scenes.driver(scenes.planned()), ()),
    "volumes-existing": (lambda: scenes.driver(scenes.carrying()), ()),
    "mount": (lambda: scenes.driver(scenes.mounted_plan()), ()),
    "boot": (lambda: scenes.driver(scenes.at_boot()), ()),
    "review": (lambda: scenes.driver(scenes.reviewed()), ()),
    "confirm": (lambda: scenes.driver(scenes.erasing()), ("enter",)),
    "run": (stopped, ()),
    "done": (scenes.done, ()),
    "resume": (cut_off, ()),
}


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page(snap_compare: SnapCompare, page: str, size: tuple[int, int], look: Look) -> None:
    driver, keys = PAGES[page]

    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        if keys:
            await pilot.press(*keys)
            await settle(pilot)

    assert snap_compare(setup_app(driver(), look=look), terminal_size=size, run_before=bring_there)
