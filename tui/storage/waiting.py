"""Waiting for a fact about a host, never for a length of time."""

import time
from collections.abc import Callable


def wait_for(holds: Callable[[], bool], deadline: float, pause: float = 0.1) -> bool:
    """Ask again and again until something holds.

    Args:
        holds: the question; asked at least once, and once more when the deadline passes.
        deadline: seconds to wait at most.
        pause: seconds between two questions.

    Returns:
        Whether it came to hold.
    """
    end = time.monotonic() + deadline
    while not holds():
        left = end - time.monotonic()
        if left <= 0:
            return holds()
        time.sleep(min(pause, left))
    return True
