"""A clock that a test drives, and what is to happen by it."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct, field


@dataclass(slots=True, eq=False)
class Pending:
    """Something that is to happen."""

    at: float
    then: Callable[[], None]
    is_stopped: bool = False

    def stop(self) -> None:
        self.is_stopped = True


class Clock(Struct):
    """Seconds that pass when a test says so."""

    now: float = 1000.0
    pending: list[Pending] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def later(self, seconds: float, then: Callable[[], None]) -> Pending:
        one = Pending(self.now + seconds, then)
        self.pending.append(one)
        return one

    def pass_to(self, moment: float) -> None:
        """Go on to a moment; what is to happen until then happens when it is due."""
        while due := [one for one in self.pending if one.at <= moment and not one.is_stopped]:
            first = min(due, key=lambda one: one.at)
            self.pending.remove(first)
            self.now = max(self.now, first.at)
            first.then()
        self.now = max(self.now, moment)
