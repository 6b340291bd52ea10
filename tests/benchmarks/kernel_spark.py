"""Uevents of the real kernel on demand: of a zram device made for it, else of a disk that is there.

Opened before a made-up tree is put over /sys; what is open still reaches the kernel.
"""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_ADD, _REMOVE = Path("/sys/class/zram-control/hot_add"), Path("/sys/class/zram-control/hot_remove")
_UEVENT = b"change"
"""Written to a device's `uevent`, the kernel announces it again (Documentation/ABI/testing/sysfs-uevent)."""


class NoKernel(Exception):
    """The kernel of this machine cannot be made to announce anything by this user."""


class SparkOfKernel:
    """Makes the kernel announce changes of one block device."""

    def __init__(self) -> None:
        self._remove, self._number = -1, ""
        try:
            if _ADD.exists():
                self._remove = os.open(_REMOVE, os.O_WRONLY)
                self._number = _ADD.read_text().strip()
                device = Path(f"/sys/block/zram{self._number}")
            else:
                device = next(one for one in Path("/sys/block").iterdir() if not one.name.startswith("loop"))
            self._uevent = os.open(device / "uevent", os.O_WRONLY)
        except (OSError, StopIteration) as error:
            raise NoKernel(f"No uevent can be made here: {error}") from error
        self.half = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._uevent)
        if self._number:
            os.write(self._remove, self._number.encode())
            os.close(self._remove)

    def announce(self) -> None:
        """Announce one change."""
        os.pwrite(self._uevent, _UEVENT, 0)

    def storm(self, count: int) -> None:
        """Announce many as fast as the kernel takes them; `half`, cleared before, is set in the middle."""
        for number in range(count):
            os.pwrite(self._uevent, _UEVENT, 0)
            if number == count // 2:
                self.half.set()
