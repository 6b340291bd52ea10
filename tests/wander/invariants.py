"""What holds of every screen, whatever was pressed."""

from collections.abc import Iterator
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens.driving import lines_of
from tui.screens.working import WorkingScreen
from widgets.key_bar import KeyBar, KeyHint

MOVES = frozenset({
    "up", "down", "left", "right", "tab", "shift+tab", "pageup", "pagedown", "home", "end", "j", "k",
})  # fmt: skip
"""Keys that go somewhere, and do nothing where there is nowhere to go."""


def bar(screen: Screen[Any]) -> list[KeyHint]:
    """Return the keys that the bar of a screen has room for."""
    found: list[KeyHint] = []
    for shown in screen.query(KeyBar):
        text = shown.render().plain
        found += [hint for hint in shown.shown() if hint.words in text]
    return found


def picture(pilot: Pilot[Any]) -> tuple[object, ...]:
    """Return what a key can change: what is shown, what has the focus, and what is said."""
    app = pilot.app
    return (
        tuple(app.screen_stack),
        app.screen.focused,
        tuple(lines_of(pilot)),
        tuple(notification.message for notification in app._notifications),
    )


def faults(pilot: Pilot[Any]) -> Iterator[str]:
    """Yield what does not hold of the screen in front."""
    app, screen = pilot.app, pilot.app.screen
    if app._exit:
        yield "the program was left"
        return
    if isinstance(screen, WorkingScreen) and screen.working:
        return
    chain, focused = screen.focus_chain, screen.focused
    if focused is None:
        if chain:
            yield "nothing has the focus"
    elif focused not in chain:
        yield f"what has the focus cannot be seen: {focused}"
    elif not screen.find_widget(focused).visible_region and focused.region:
        yield f"what has the focus is off the screen: {focused}"
    active = screen.active_bindings
    for hint in bar(screen):
        if hint.key not in active and hint.key != "enter":
            yield f"{hint.key} is in the bar and bound to nothing"
