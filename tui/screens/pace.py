"""How often a host that changes by itself is read: less and less often while that brings nothing new.

One reading runs at a time, and comes to its end. Who asks for another one meanwhile gets one more after it,
not one each. What changes meanwhile is read later, at the pace told here, so that at least half of the time
nothing is read, however slow the host is. Nothing is started here and nothing waits: screens ask.
"""

import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from tui.words import translate as _

FIRST = 0.5
"""Seconds between two readings because of changes, while each brings something new."""

LONGEST = 30.0
"""Seconds between two readings of a host that goes on changing; after as many without a change it rests."""

MANY = 8
"""Things of one kind that change by themselves, past which another one of the kind is no news either."""

_STEADY = 10.0
"""Seconds after a change for which a host that goes on changing is still said to."""

_OUTCOMES = 64
"""Outcomes that are remembered of a host that goes on changing."""

Kind = tuple[str, ...]
"""What changed: its kind first, then which one of it, where that is known. A name that is made anew each
time, such as the number of a session, does not belong in it."""

T = TypeVar("T")


def one_more() -> str:
    """What is said to whoever asks for a reading while one runs."""
    return _("This host is being read already. It is read once more after that.")


class Turns(Generic[T]):
    """One thing at a time in the background; of what is asked for meanwhile the newest follows.

    Args:
        begin: begins one; `end` is called when it is over, however it ended.
    """

    def __init__(self, begin: Callable[[T], object] = lambda _what: None) -> None:
        self._begin = begin
        self.running = False
        self._next: T | None = None

    @property
    def followed(self) -> bool:
        """Whether something follows what runs."""
        return self._next is not None

    def ask(self, what: T) -> bool:
        """Begin it now and return True; where one runs already, begin it after that one."""
        if self.running:
            self._next = what
            return False
        self.running = True
        self._begin(what)
        return True

    def end(self) -> T | None:
        """Take what runs to have ended, and begin what follows; return that, or None."""
        following, self._next = self._next, None
        self.running = following is not None
        if following is not None:
            self._begin(following)
        return following


class Pace:
    """When a host is read next.

    A reading because of changes that finds what was found before makes the next one wait twice as long, as
    long as only such things change as have changed before. Something else that changes, and quiet that lasts
    twice as long as any before, is read without that wait; but there is as much rest as the last reading
    took.

    Args:
        clock: seconds, as `time.monotonic`.

    Attributes:
        running: a reading runs.
        followed: one more reading follows the one that runs.
        changes: how often the host changed since it was at rest.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.running = False
        self.changes = 0
        self.followed = self._by_change = False
        self._begun, self._ended, self._cost = 0.0, float("-inf"), 0.0
        self._changed_at = float("-inf")
        self._gap = 0.0
        self._looks = self._fruitless = 0
        self._known: set[Kind] = set()
        self._outcomes: set[Hashable] = set()

    # One at a time ------------------------------------------------------------------------------------------

    def ask(self) -> bool:
        """Ask for a reading; True when it is to begin now, and is taken to have begun.

        Otherwise one runs, and one more follows it.
        """
        if self.running:
            self.followed = True
            return False
        self._begin(by_change=False)
        return True

    def begin(self, kinds: Iterable[Kind]) -> None:
        """Take a reading because of changes to have begun."""
        self._begin(by_change=True)
        self._known.update(kinds)
        self._looks += 1
        if self.changes and self._changed_at >= self._ended:
            self._gap = max(self._gap, self._begun - self._changed_at)

    def _begin(self, *, by_change: bool) -> None:
        self.running, self.followed = True, False
        self._begun, self._by_change = self._clock(), by_change

    def end(self, outcome: Hashable) -> bool:
        """Take the reading to have ended; return whether one more was asked for meanwhile.

        Args:
            outcome: what it found, as far as that would be news.
        """
        self.running = False
        self._ended = self._clock()
        self._cost = self._ended - self._begun
        if self._by_change:
            self._fruitless = self._fruitless + 1 if outcome in self._outcomes else 0
        if len(self._outcomes) >= _OUTCOMES:
            self._outcomes.clear()
        self._outcomes.add(outcome)
        followed, self.followed = self.followed, False
        return followed

    # Changes ------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Heed that the host changed just now."""
        now = self._clock()
        if self._quiet(now) > LONGEST:
            self.changes = self._looks = self._fruitless = 0
            self._gap = 0.0
            self._known.clear()
        elif self.changes and self._changed_at >= self._ended:
            # What is longer because a reading lay in it tells nothing of the host.
            self._gap = max(self._gap, now - self._changed_at)
        self._changed_at = now
        self.changes += 1

    @property
    def restless(self) -> bool:
        """Whether the host goes on changing by itself."""
        now = self._begun if self.running else self._clock()
        return self.changes > 2 and self._quiet(now) <= max(_STEADY, self._pause)

    def _quiet(self, now: float) -> float:
        """Seconds without a change until now; changes are not seen while the host is read."""
        return now - self._changed_at - (self._cost if self._ended > self._changed_at else 0.0)

    @property
    def _pause(self) -> float:
        """Seconds without a change that are more than a pause between two."""
        return max(FIRST, 2 * self._gap)

    @property
    def rest(self) -> float:
        """Seconds after the last reading at which what goes on changing is read at the latest."""
        return max(self._cost, min(LONGEST, FIRST * 2.0 ** min(self._fruitless, 16)))

    def due(self, kinds: Iterable[Kind]) -> float | None:
        """Seconds until what changed is to be read, 0.0 for now; None while a reading runs.

        Args:
            kinds: what is different from what was read last.
        """
        if self.running:
            return None
        if not self._looks:
            return 0.0
        least = self._ended + max(self._cost, FIRST)
        at = self._ended + self.rest if all(self._is_known(kind) for kind in kinds) else least
        quiet = self._changed_at + self._pause
        if self._begun < quiet:
            at = min(at, max(least, quiet))
        return max(0.0, at - self._clock())

    def _is_known(self, kind: Kind) -> bool:
        return kind in self._known or sum(known[:1] == kind[:1] for known in self._known) >= MANY
