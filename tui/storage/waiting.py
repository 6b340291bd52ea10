"""Waiting for a fact about a host, never for a length of time."""

import time
from collections.abc import Callable


def wait_for(holds: Callable[[], bool], deadline: float, pause: float = 0.1) -> bool:
    """Ask again and again until something holds.

    Args:
        holds: the question; asked at least once, and once more when the deadline passes.
        deadline: seconds to wait at most. A pause that lasts longer because the machine stands still, or is
            busy with something else, counts as it was meant: what is waited for did not get on either.
        pause: seconds between two questions.

    Returns:
        Whether it came to hold.
    """
    left = deadline
    while True:
        begun = time.monotonic()
        if holds():
            return True
        left -= time.monotonic() - begun
        if left <= 0:
            return holds()
        time.sleep(min(pause, left))
        left -= pause
