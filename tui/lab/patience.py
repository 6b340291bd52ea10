"""How long is waited on a machine that has other work too.

A second counts for less while processes of this host wait for a processor or a disk (/proc/pressure, see the
kernel's Documentation/accounting/psi.rst): what is waited for gets on slower then, and has not failed. At
least `LEAST` of every second counts, so every wait has an end.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LEAST = 0.1
"""Share of a second that counts on the busiest machine."""

TURN = 1.0
"""Longest time between two looks at how busy the machine is, in seconds."""

_PRESSURE = Path("/proc/pressure")


def waited_for(folder: Path = _PRESSURE) -> float | None:
    """Seconds since boot in which a process waited for a processor, and in which one waited for a disk.

    Returns:
        Both together, which may grow by two in a second; None where the kernel does not count them.
    """
    total = 0
    for resource in ("cpu", "io"):
        try:
            text = (folder / resource).read_text()
        except OSError:
            return None
        # some avg10=0.00 avg60=0.00 avg300=0.00 total=45769699
        total += int(text.partition("total=")[2].split()[0])
    return total / 1e6


def share_of_processors() -> float:
    """What of a processor a process has by the load average; for a kernel that does not count waiting."""
    return len(os.sched_getaffinity(0)) / max(os.getloadavg()[0], 0.01)


class Patience:
    """Time that may pass without what is waited for, from now on.

    Args:
        seconds: As long as it may take on a machine that does nothing else.
        clock: Seconds that pass.
        waiting: Seconds of waiting since boot, or None; see `waited_for`.
        share: What of a second counts where waiting is not counted.
    """

    def __init__(
        self,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        waiting: Callable[[], float | None] = waited_for,
        share: Callable[[], float] = share_of_processors,
    ) -> None:
        self.seconds = seconds
        self._clock = clock
        self._waiting = waiting
        self._share = share
        self._spent = 0.0
        self._looked = clock()
        self._waited = waiting()

    def spent(self) -> float:
        """Seconds that count until now."""
        now, waited = self._clock(), self._waiting()
        passed = now - self._looked
        if passed > 0:
            if waited is None or self._waited is None:
                share = self._share()
            else:
                share = 1 - (waited - self._waited) / passed
            self._spent += passed * min(max(share, LEAST), 1.0)
        self._looked, self._waited = now, waited
        return self._spent

    def turns(self, longest: float = TURN) -> Iterator[float]:
        """How long to wait at a time, in seconds, as often as there is time left."""
        while (left := self.seconds - self.spent()) > 0:
            yield min(left, longest)
