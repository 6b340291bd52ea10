"""Ending a program that changes a host without a screen."""

import signal
import threading


def asked_to_leave() -> threading.Event:
    """Set by the first signal to end: what runs is finished then. A second one ends the program at once."""
    leave = threading.Event()

    def remember(number: int, _frame: object) -> None:
        leave.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, remember)
    return leave
