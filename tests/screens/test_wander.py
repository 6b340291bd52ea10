"""What has to hold of every screen, whatever is pressed: a few walks by random keys.

Something that can be seen has the focus, a key of the bar does something, a key of no bar and no help changes
nothing, and Escape leads to the root, never out. `python -m tests.wander` takes more walks than these.
"""

import pytest

from tests.wander.walk import SIZES, walk
from tui.app import CONSOLE
from tui.screens.base_screen import BaseScreen


@pytest.mark.parametrize("seed", range(1, 9))
def test_every_screen_keeps_its_promises_whatever_is_pressed(seed: int) -> None:
    taken = walk(seed)
    assert not taken.faults, str(taken)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_names_of_any_length_change_nothing_of_that(size: tuple[int, int]) -> None:
    taken = walk(SIZES.index(size), CONSOLE, size=size, long_names=True)
    assert not taken.faults, str(taken)


def test_a_key_of_the_bar_that_does_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseScreen, "action_commands", lambda _screen: None)
    assert walk(1, CONSOLE, size=SIZES[-1], first="f2").faults == (
        "f2 (commands) is in the bar and did nothing",
    )
