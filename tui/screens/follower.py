"""Keeps what a screen shows of a host true: by a glance at once, and by reading all of it at a pace."""

import time
from collections.abc import Callable, Hashable
from typing import Protocol

from tui.screens.pace import Pace
from tui.storage.model.topic import Topic

_SOON = 3.0
"""Seconds after which it is soon enough for nobody to be told that a reading is still to come."""

_QUICK = 0.1
"""Seconds of a glance after which the next one may follow at once."""


class Pending(Protocol):
    """Something that is to happen later."""

    def stop(self) -> None:
        """Let it not happen."""


class Follower:
    """Decides when a host is glanced at and when it is read whole. For the thread that draws.

    Args:
        read: begins to read the whole host in the background; `was_read` is called when it is done.
        glance: begins a glance in the background; `was_glanced` is called when it is done.
        later: calls something after some seconds.
        may_read: whether this is a time for reading what changed; if not, `go_on` is called when it is.
        clock: seconds, as `time.monotonic`.
    """

    def __init__(
        self,
        read: Callable[[], object],
        glance: Callable[[], object],
        later: Callable[[float, Callable[[], None]], Pending],
        may_read: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._glance = read, glance
        self._later, self._may_read, self._clock = later, may_read, clock
        self._pace = Pace(clock)
        self._waiting: frozenset[Topic] = frozenset()
        self._pending: Pending | None = None
        self._glancing = self._glance_again = False
        self._glance_begun = 0.0

    @property
    def reading(self) -> bool:
        """Whether the whole host is being read."""
        return self._pace.running

    @property
    def followed(self) -> bool:
        """Whether the whole host is read once more after that."""
        return self._pace.followed

    @property
    def lags(self) -> bool:
        """Whether the host goes on changing, and is read whole less often for that."""
        return self._pace.restless and self._pace.rest > _SOON

    # The whole host -----------------------------------------------------------------------------------------

    def ask(self) -> bool:
        """Read the whole host now; False where it is being read already and is read once more after that."""
        if not self._pace.ask():
            return False
        self._begin()
        return True

    def changed(self, topics: frozenset[Topic]) -> None:
        """Heed that some topics changed, of which a glance does not see all."""
        self._pace.changed()
        self._waiting |= topics
        self.go_on()

    def go_on(self) -> None:
        """Read what changed, once it is due."""
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
        if not self._waiting or not self._may_read():
            return
        kinds = [(topic.value,) for topic in self._waiting]
        due = self._pace.due(kinds)
        if due == 0.0:
            self._pace.begin(kinds)
            self._begin()
        elif due is not None:
            self._pending = self._later(due, self.go_on)

    def _begin(self) -> None:
        self._waiting = frozenset()
        self._read()

    def was_read(self, outcome: Hashable) -> None:
        """Heed that the whole host was read, or could not be.

        Args:
            outcome: what was found of which a glance does not tell.
        """
        if self._pace.end(outcome):
            self.ask()
        else:
            self.go_on()

    # A glance -----------------------------------------------------------------------------------------------

    def glance(self) -> None:
        """Glance now; once more afterwards when one is being taken already."""
        if self._glancing:
            self._glance_again = True
            return
        self._glancing, self._glance_again = True, False
        self._glance_begun = self._clock()
        self._glance()

    def was_glanced(self) -> None:
        """Heed that a glance was taken, or could not be."""
        cost = self._clock() - self._glance_begun
        if not self._glance_again:
            self._glancing = False
        elif cost <= _QUICK:
            self._glancing = False
            self.glance()
        else:
            # Still taken for one that runs: half of the time is left for everything else.
            self._later(cost, self._end_glance)

    def _end_glance(self) -> None:
        self._glancing = False
        self.glance()
