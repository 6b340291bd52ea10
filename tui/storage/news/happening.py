"""What happened to the storage of a host, one line each, the newest kept."""

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

MOST = 1000
"""Happenings kept: more than anyone reads, and a megabyte at most."""

_SAME_WITHIN = 10.0
"""Seconds in which the same line counts as the same happening, only more often."""

_LOOK_BACK = 8
"""How many of the newest are compared with a new one: storms repeat a few lines in turn."""


class Source(StrEnum):
    """Where it comes from."""

    EVENT = "event"
    """A uevent of the kernel, as udev passes it on."""
    SESSION = "session"
    """A session's state in sysfs, which changes without an event."""
    KERNEL = "kernel"
    """A line of the kernel's log."""
    DAEMON = "iscsid"
    """A line that iscsid wrote into the journal."""
    COMMAND = "command"
    """A command that this program ran to change something."""
    SHELL = "shell"
    """A command that was typed in the shell of the practice machine."""


class Tone(StrEnum):
    """How it is meant."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Happening(Struct, frozen=True):
    """One thing that happened.

    Attributes:
        when: seconds since the epoch.
        source: where it comes from.
        text: the line as it came, already cleaned (`untrusted.clean`).
        words: what it means, in a few words; empty where the line says it.
        subject: what it is about: the key of a rung, or a raw name such as `device:sda` that
            `news.subject.SubjectIndex` finds the rung of.
        tone: how it is meant.
        count: how often it came within a short time.
    """

    when: float
    source: Source
    text: str
    words: str = ""
    subject: str = ""
    tone: Tone = Tone.PLAIN
    count: int = 1

    def is_same(self, other: "Happening") -> bool:
        """Whether both say the same, whenever they came."""
        return (self.source, self.text, self.subject) == (other.source, other.text, other.subject)


class HappeningLog:
    """The newest happenings in the order of their times; may be used from several threads.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: list[Happening] = []
        self._guard = threading.Lock()
        self._version = 0

    @property
    def version(self) -> int:
        """A number that grows with every change, so that what shows the log knows when to read it."""
        return self._version

    def add(self, happenings: Iterable[Happening]) -> None:
        """Add some; a repeated line makes its count higher and its time later."""
        with self._guard:
            for happening in happenings:
                self._version += 1
                self._add(happening)
            del self._kept[: -self._most]

    def kept(self) -> tuple[Happening, ...]:
        """All that is kept, oldest first."""
        with self._guard:
            return tuple(self._kept)

    def newest(self, most: int) -> tuple[Happening, ...]:
        """The newest ones, oldest of them first."""
        with self._guard:
            return tuple(self._kept[-most:]) if most > 0 else ()

    def rewrite(self, change: Callable[[Iterable[Happening]], Sequence[Happening]], newest: int) -> None:
        """Replace the newest ones by what a function makes of them, as many and in the same order."""
        with self._guard:
            before = self._kept[-newest:]
            after = list(change(before))
            if after != before:
                self._kept[-newest:] = after
                self._version += 1

    def _add(self, happening: Happening) -> None:
        for place in range(len(self._kept) - 1, max(-1, len(self._kept) - 1 - _LOOK_BACK), -1):
            known = self._kept[place]
            if known.is_same(happening) and abs(happening.when - known.when) <= _SAME_WITHIN:
                del self._kept[place]
                happening = replace(
                    happening, when=max(happening.when, known.when), count=happening.count + known.count
                )
                break
        place = bisect_right(self._kept, happening.when, key=lambda known: known.when)
        self._kept.insert(place, happening)
