"""The kernel's log, read from /dev/kmsg as it grows (Documentation/ABI/testing/dev-kmsg)."""

import errno
import os
import re
import time

from tui.storage.news.happening import Happening, Source
from tui.storage.news.kernel_words import meaning_of_kernel_line
from tui.storage.news.log_source import Told
from tui.storage.untrusted import clean

KMSG = "/dev/kmsg"

_RECORD = 8192
"""Bytes of the largest record (kernel/printk/printk.c, CONSOLE_EXT_LOG_MAX)."""

_AT_ONCE = 400
"""Records in one turn, so that a flood leaves time for everything else."""

_NUMBER = re.compile(r"[0-9]{1,18}\Z")
"""What 64 bits hold: priorities, and microseconds since the start."""

_KERNEL = 0
"""Syslog facility of the kernel itself; systemd and others write there with theirs."""


class KernelLog:
    """The storage lines of this machine's kernel, those that are there already included.

    Args:
        path: where the records are read.

    Raises:
        OSError: this user may not read it (kernel.dmesg_restrict), or there is none.
    """

    def __init__(self, path: str = KMSG) -> None:
        self._handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            self._booted = _boot_time()
        except BaseException:
            os.close(self._handle)
            raise

    def fileno(self) -> int:
        """The open file."""
        return self._handle

    def take(self) -> Told | None:
        """The storage lines among the next records; None when the log can no longer be read."""
        found: list[Happening] = []
        session = False
        for _turn in range(_AT_ONCE):
            try:
                record = os.read(self._handle, _RECORD)
            except BlockingIOError:
                return Told(tuple(found), session)
            except OSError as error:
                if error.errno == errno.EPIPE:
                    continue  # Records were overwritten before they were read: the next is the oldest left.
                return None
            if not record:
                return None
            line = kernel_line(record.decode(errors="surrogateescape"), self._booted)
            if line is not None:
                found.append(line[0])
                session = session or line[1]
        return Told(tuple(found), session, more=True)

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)


def kernel_line(record: str, booted: float) -> tuple[Happening, bool] | None:
    """What a record says, and whether it is about a session; None when it is not about storage.

    Args:
        record: `PRIORITY,NUMBER,MICROSECONDS,FLAGS;LINE`, then lines with properties of the device.
        booted: seconds since the epoch at which the log's clock stood at 0.
    """
    head, _semicolon, rest = record.partition(";")
    fields = head.split(",")
    if len(fields) < 3 or not all(_NUMBER.match(fields[number]) for number in (0, 2)):
        return None
    if int(fields[0]) >> 3 != _KERNEL:
        return None
    text = rest.partition("\n")[0].strip()
    meaning = meaning_of_kernel_line(text)
    if meaning is None:
        return None
    when = booted + int(fields[2]) / 1e6
    told = Happening(when, Source.KERNEL, clean(text), meaning.words, meaning.subject, meaning.tone)
    return told, meaning.session


def _boot_time() -> float:
    """When the clock of the log stood at 0: it runs with CLOCK_MONOTONIC (printk's local_clock)."""
    return time.time() - time.monotonic()
