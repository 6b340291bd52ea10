"""How much goes through each disk and how long it takes, from the kernel's own counters.

The counters are those of /proc/diskstats (Documentation/admin-guide/iostats.rst). A session's
figures are the sums of its disks'.
"""

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

_SECTOR = 512
"""Bytes of a sector there, whatever the disk's own are."""
_FIELDS = 11
"""Those up to the milliseconds of writes; newer kernels have more."""

SAMPLES = 60
"""Figures kept of each disk, a minute's at one a second."""


class Counters(Struct, frozen=True):
    """What a disk has done since the machine started: requests, bytes, milliseconds they took in all."""

    reads: int = 0
    writes: int = 0
    read_bytes: int = 0
    written_bytes: int = 0
    milliseconds: int = 0


class Rates(Struct, frozen=True):
    """What a disk did between two samples.

    Attributes:
        read: bytes a second.
        written: bytes a second.
        requests: requests a second.
        waited: seconds that all those of one second took together.
    """

    read: float = 0.0
    written: float = 0.0
    requests: float = 0.0
    waited: float = 0.0

    @property
    def latency(self) -> float | None:
        """Seconds that a request took on average, or None when there was none."""
        return self.waited / self.requests if self.requests > 0 else None

    def __add__(self, other: "Rates") -> "Rates":
        return Rates(
            self.read + other.read,
            self.written + other.written,
            self.requests + other.requests,
            self.waited + other.waited,
        )


IDLE = Rates()


def rates_between(before: Counters, after: Counters, seconds: float) -> Rates:
    """The rates between two readings; idle where the counters went back, as those of a new disk do."""
    if after is before or seconds <= 0 or after == before:
        return IDLE
    reads, writes = after.reads - before.reads, after.writes - before.writes
    read, written = after.read_bytes - before.read_bytes, after.written_bytes - before.written_bytes
    waited = after.milliseconds - before.milliseconds
    if min(reads, writes, read, written, waited) < 0:
        return IDLE
    return Rates(read / seconds, written / seconds, (reads + writes) / seconds, waited / 1000 / seconds)


class Activity:
    """The newest rates of every disk. May be used from several threads; memory is bounded by the disks."""

    def __init__(self, most: int = SAMPLES) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._at = 0.0
        self._last: dict[str, Counters] = {}
        self._history: dict[str, deque[Rates]] = {}

    def sample(self, at: float, counters: Mapping[str, Counters]) -> None:
        """Take a reading of all disks.

        Args:
            at: seconds of a clock that only goes forward.
            counters: by kernel name.
        """
        with self._guard:
            seconds = at - self._at
            first = not self._last
            for name, now in counters.items():
                before = self._last.get(name)
                if before is None or first:
                    continue
                history = self._history.get(name)
                if history is None:
                    history = self._history[name] = deque(maxlen=self._most)
                history.append(rates_between(before, now, seconds))
            for name in self._history.keys() - counters.keys():
                del self._history[name]
            self._at, self._last = at, dict(counters)

    def of(self, disks: Iterable[str]) -> tuple[Rates, ...]:
        """The sums of some disks, oldest first, the newest of all at the end; empty before two samples."""
        with self._guard:
            found = [tuple(history) for name in disks if (history := self._history.get(name)) is not None]
        if len(found) <= 1:
            return found[0] if found else ()
        longest = max(map(len, found))
        sums = [IDLE] * longest
        for item in found:
            offset = longest - len(item)
            for place, rates in enumerate(item):
                if rates is not IDLE:
                    sums[offset + place] += rates
        return tuple(sums)


class DiskStats:
    """/proc/diskstats, read again and again: of a disk that did nothing the line is compared, and no more.

    Args:
        path: the file.
    """

    def __init__(self, path: str = "/proc/diskstats") -> None:
        self._path = path
        self._lines: dict[str, tuple[str, Counters]] = {}

    def read(self) -> dict[str, Counters]:
        """The counters of every disk of this machine now, by kernel name; none where they cannot be read."""
        try:
            lines = Path(self._path).read_text(errors="replace").split("\n")
        except OSError:
            return {}
        self._lines = {
            line: known for line in lines if (known := self._lines.get(line) or _counted(line)) is not None
        }
        return dict(self._lines.values())


def _counted(line: str) -> tuple[str, Counters] | None:
    """Name and counters of a line, `MAJOR MINOR NAME READS MERGED SECTORS MS WRITES MERGED SECTORS MS …`."""
    fields = line.split()
    if len(fields) < _FIELDS or not all(field.isdecimal() for field in fields[3:_FIELDS]):
        return None
    reads, _merged, read, read_time, writes, _merged_too, written, write_time = map(int, fields[3:_FIELDS])
    return fields[2], Counters(reads, writes, read * _SECTOR, written * _SECTOR, read_time + write_time)
