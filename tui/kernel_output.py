"""Tells when the kernel has written on the terminal the program runs on.

A kernel prints its messages on its consoles, over whatever is there; on the machine's own screen that is the
program. It prints those whose level is below the console's (proc(5), /proc/sys/kernel/printk).
"""

import contextlib
import errno
import os
from pathlib import Path

_KMSG = "/dev/kmsg"
_LEVELS = "/proc/sys/kernel/printk"

_RECORD = 8192
"""Bytes of the largest record (kernel/printk/printk.c, CONSOLE_EXT_LOG_MAX)."""
_LEVEL_BITS = 7
"""The lower three bits of a priority are its level, the others the facility (syslog(3))."""


class KernelOutput:
    """The kernel's log from now on, of which only matters whether a line of it is printed.

    Args:
        log: where the records are read.
        levels: the file whose first number is the console's level.

    Raises:
        OSError: this user may not read the log (kernel.dmesg_restrict), or there is none.
    """

    def __init__(self, log: str = _KMSG, levels: str = _LEVELS) -> None:
        self._levels = levels
        self._handle = os.open(log, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.suppress(OSError):
            os.lseek(self._handle, 0, os.SEEK_END)

    def fileno(self) -> int:
        """The open file, readable when there are records."""
        return self._handle

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def printed(self) -> bool:
        """Take the records that have come, and return whether the kernel prints one of them.

        Raises:
            OSError: the log can no longer be read.
        """
        level = self._level()
        found = False
        while True:
            try:
                record = os.read(self._handle, _RECORD)
            except BlockingIOError:
                return found
            except BrokenPipeError:
                found = True  # Records were overwritten before they were read, and one may have been printed.
                continue
            if not record:
                raise OSError(errno.ENODATA, "the log ended")
            priority = record.partition(b",")[0]
            found = found or (priority.isdigit() and int(priority[:9]) & _LEVEL_BITS < level)

    def _level(self) -> int:
        """The level below which messages are printed; where it cannot be read any may be."""
        try:
            return int(Path(self._levels).read_text(encoding="ascii").split()[0])
        except (OSError, ValueError, IndexError):
            return _LEVEL_BITS + 1
