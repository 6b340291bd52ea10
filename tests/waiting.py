"""The one way in which tests wait: for a fact, as long as a machine that has other work too may need.

A deadline here only says how long a test that fails may take: it is far beyond what a healthy program needs,
and does not run on while others have the processors or the disk (`tui.lab.patience`).
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from textual.pilot import Pilot

from tui.lab.patience import Patience

FACT = 60.0
"""Seconds, as a `Patience` counts them, for a fact that is about to come."""

AT_MOST = 900.0
"""Seconds of the wall for what is waited for by other means: a child (`subprocess`), a thread. What does not
hang never takes so long."""

TURN = 0.05

_Fact = TypeVar("_Fact")


def turns(what: object, seconds: float = FACT, turn: float = TURN) -> Iterator[float]:
    """How long to wait at a time until a fact is looked for again.

    Args:
        what: is waited for; called for its words in the end, where it can be.
        seconds: how long, as a `Patience` counts.
        turn: longest time between two looks.

    Raises:
        AssertionError: it did not come.
    """
    yield from Patience(seconds).turns(turn)
    yield 0.0
    said = what() if callable(what) else what
    raise AssertionError(f"not within {seconds:.0f} s: {said}")


def until(holds: Callable[[], _Fact], what: object, seconds: float = FACT, *, turn: float = TURN) -> _Fact:
    """Wait until something holds, and return what it was found to be.

    Args:
        holds: looks; what it returns is taken for true or false.
        what: is waited for, for the message; see `turns`.
        seconds: see `turns`.
        turn: see `turns`.

    Raises:
        AssertionError: it never does.
    """
    for wait in turns(what, seconds, turn):
        if found := holds():
            break
        time.sleep(wait)
    return found


async def until_shown(
    pilot: Pilot[Any], holds: Callable[[], bool], what: object, seconds: float = FACT
) -> None:
    """Wait until something holds in a program driven by Textual's Pilot, which goes on meanwhile."""
    for wait in turns(what, seconds, turn=0.01):
        if holds():
            return
        await pilot.pause(wait)


class Stopwatch:
    """How long something takes without what others took of the machine; for bounds from above."""

    def __init__(self) -> None:
        self._patience = Patience(0.0)
        self._reading = threading.Lock()

    def seconds(self) -> float:
        """Since it was made; any thread may ask."""
        with self._reading:
            return self._patience.spent()
