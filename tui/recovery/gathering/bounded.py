"""A host that answers by a moment or not at all, and many questions to it side by side."""

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.host.forwarding import ForwardingHost
from tui.storage.host.interface import Answer, Command, Host, Outcome, PortAnswer

_SHARE = 0.7
"""Of the time that is left, what one command may take, so that the next one still gets some."""

_SHORTEST = 0.05
"""Seconds below which a command is not begun any more."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedHost(ForwardingHost):
    """Passes every question on to another host, with deadlines that end by a moment.

    Args:
        host: the other host.
        end: the moment, by `time.monotonic`.
        share: of the time left, what one command may take.
    """

    def __init__(self, host: Host, end: float, share: float = _SHARE) -> None:
        super().__init__(host)
        self._end, self._share = end, share

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        """Run a command that is killed in time; one for which no time is left is not begun."""
        left = self._end - time.monotonic()
        if left < _SHORTEST:
            return Outcome(None)
        return super().run(replace(command, deadline=min(command.deadline, left * self._share)), on_line)

    def connect(self, address: str, port: int, deadline: float = 3.0) -> PortAnswer:
        """Try a TCP connection for as long as there is time."""
        left = self._end - time.monotonic()
        if left < _SHORTEST:
            return PortAnswer(Answer.UNTRIED, 0.0)
        return super().connect(address, port, min(deadline, left))


class Done(Struct, Generic[V], frozen=True):
    """What became of one question: its answer, or the error that it raised."""

    value: V | None
    error: Exception | None = None


def side_by_side(questions: Mapping[K, Callable[[], V]], end: float, workers: int = 32) -> dict[K, Done[V]]:
    """Ask many questions at the same time; those not answered by a moment are left out.

    The threads are daemons: one that never comes back (a name that does not resolve, an attribute that
    hangs in the kernel) does not keep the program from ending.

    Args:
        questions: what to ask, by a key.
        end: the moment, by `time.monotonic`.
        workers: how many at once.
    """
    waiting = list(questions.items())[::-1]
    answers: dict[K, Done[V]] = {}
    guard = threading.Lock()
    changed = threading.Condition(guard)

    def work() -> None:
        while True:
            with guard:
                if not waiting or time.monotonic() >= end:
                    return
                key, ask = waiting.pop()
            try:
                done = Done(ask())
            except Exception as error:  # noqa: BLE001 (one answer less: the rest of the evidence counts)
                done = Done(None, error)
            with changed:
                answers[key] = done
                changed.notify_all()

    for _number in range(min(workers, len(waiting))):
        threading.Thread(target=work, daemon=True).start()
    with changed:
        changed.wait_for(lambda: len(answers) == len(questions), max(0.0, end - time.monotonic()))
        return dict(answers)
