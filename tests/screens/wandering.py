"""Wandering through the program's screens by random keys, and what has to hold after each of them."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens import scenes
from tests.screens.driving import COLOUR, ROOT, lines_of, settle
from tests.screens.scripted import ScriptedDriver
from tui.app import CONSOLE, SET_UP, ConsoleApp
from tui.screens.setup.setup_screen import SetupScreen
from tui.screens.working import WorkingScreen
from tui.setup.step import Step
from tui.storage.host.recorded import RecordedHost
from tui.storage.problem import Problem
from widgets.key_bar import KeyBar, KeyHint

MACHINES = Path(__file__).parent.parent / "machines"

SAID = tuple(
    f"iscsiadm: Could not login to [iface: default, target: iqn.2003-01.org.linux-iscsi.lab:t1, portal: "
    f"192.0.2.{number},3260]: initiator reported error (24 - iSCSI login failed due to authorization failure)"
    for number in range(10, 14)
)
"""What iscsiadm says of a login that is refused at four portals."""

REFUSED = Problem(
    "login.authorization",
    "The target refuses this host.",
    "Its access list does not hold the name iqn.1993-08.org.debian:01:c3b048656983, or CHAP is asked for.",
    "Ask the storage administrator to enter the name, or give user name and secret on the page CHAP.",
    evidence=SAID,
)

MOVES = frozenset({
    "up", "down", "left", "right", "tab", "shift+tab", "pageup", "pagedown", "home", "end", "j", "k",
})  # fmt: skip
"""Keys that go somewhere, and do nothing where there is nowhere to go."""

MOST_ESCAPES = 12
"""Levels that are ever above the root; a set-up has a page for each of its steps."""


def long_names(name: str, folder: Path) -> Path:
    """A captured host whose target, VG and LV have the longest names that their layers allow."""
    text = (MACHINES / f"{name}.json").read_text()
    for short, length in (("lab:t1", 180), ("vg_ittest", 100), ("lv_static", 100)):
        text = text.replace(short, short + "-" + "x" * length)
    path = folder / f"long-{name}.json"
    path.write_text(json.dumps(json.loads(text)))
    return path


def over_host(path: Path) -> ConsoleApp:
    """The console over a captured host, as root: every key may be tried, what changes the host fails."""
    return ConsoleApp(COLOUR, RecordedHost(str(path)), ROOT, live=False, make_driver=lambda _host: driver())


def driver(step: Step | None = None) -> ScriptedDriver:
    """A set-up whose login is refused the first time."""
    made = scenes.driver(SCENES[step]() if step is not None else scenes.named())
    made.failures = {Step.LOG_IN: REFUSED, Step.RUN: REFUSED}
    return made


SCENES: dict[Step, Callable[[], Any]] = {
    Step.NAME: scenes.unnamed,
    Step.DISCOVER: scenes.discovered,
    Step.LOG_IN: scenes.stored,
    Step.VOLUMES: scenes.planned,
    Step.MOUNT: scenes.mounted_plan,
    Step.BOOT: scenes.at_boot,
    Step.REVIEW: scenes.reviewed,
}


def set_up(step: Step) -> ConsoleApp:
    """The set-up, opened by itself at a step."""
    made = driver(step)
    host = RecordedHost(str(MACHINES / "bare.json"))
    return ConsoleApp(COLOUR, host, ROOT, first=SET_UP, live=False, make_driver=lambda _host: made)


APPS = {CONSOLE: over_host, SET_UP: set_up}


def bar(screen: Screen[Any]) -> list[KeyHint]:
    """The keys that the bar of a screen shows, without those that leave the program."""
    found: list[KeyHint] = []
    for shown in screen.query(KeyBar):
        text = shown.render().plain
        found += [hint for hint in shown.shown() if hint.words in text]
    return found


def known_keys(screen: Screen[Any]) -> set[str]:
    """Every key that does something on a screen, or is for the field that has the focus."""
    return set(screen.active_bindings)


def picture(pilot: Pilot[Any]) -> tuple[object, ...]:
    """What a key can change: what is shown, what has the focus, and what is said."""
    app = pilot.app
    return (
        tuple(app.screen_stack),
        app.screen.focused,
        tuple(lines_of(pilot)),
        tuple(notification.message for notification in app._notifications),
    )


async def hit(pilot: Pilot[Any], key: str) -> None:
    """Press a key and wait for what it starts."""
    await pilot.press(key)
    await settle(pilot)


def faults(pilot: Pilot[Any]) -> Iterable[str]:
    """Yield what does not hold of the screen in front."""
    app, screen = pilot.app, pilot.app.screen
    if app._exit:
        yield "the program was left"
        return
    if isinstance(screen, WorkingScreen) and screen.working:
        return
    chain, focused = screen.focus_chain, screen.focused
    if chain and focused is None:
        yield f"nothing has the focus on {type(screen).__name__}"
    if focused is not None and focused not in chain:
        yield f"what has the focus on {type(screen).__name__} is out of sight: {focused}"
    if focused is not None and not screen.region.overlaps(focused.region):
        yield f"what has the focus on {type(screen).__name__} is off the screen: {focused}"
    active = screen.active_bindings
    for hint in bar(screen):
        if hint.key not in active and hint.key != "enter":
            yield f"{hint.key} is in the bar of {type(screen).__name__} and does nothing"


async def back_to_the_root(pilot: Pilot[Any]) -> int:
    """Press Escape until nothing is behind the screen in front; return how often."""
    app = pilot.app
    for number in range(MOST_ESCAPES + 1):
        at_root = len(app.screen_stack) == 1 and app.current_mode == app.DEFAULT_MODE
        first = app.screen_stack[0]
        if at_root and not (isinstance(first, SetupScreen) and first.check_action("leave", ())):
            return number
        await hit(pilot, "escape")
        assert not app._exit, "Escape left the program"
    raise AssertionError(f"Escape does not lead back from {app.screen_stack}")
