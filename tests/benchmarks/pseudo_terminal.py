"""A program on a pseudo terminal of 80x24: what it writes and when, how much, and what it costs."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import psutil

ROWS, COLUMNS = 24, 80
_SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]*[0-~])"
)
_PATIENCE = 60.0
"""Seconds after which a program that shows nothing has failed."""


class NothingShown(Exception):
    """A program did not show in time what it should."""


def shown(written: bytes) -> bytes:
    """What a terminal was told to show, without the sequences that say where and how."""
    return _SEQUENCE.sub(b"", written)


class PseudoTerminal:
    """One program on a terminal that reads all it writes at once.

    Args:
        argv: the program.
        environment: its environment; TERM is set.
    """

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._news = threading.Condition()
        self._written = bytearray()
        self._last = 0.0
        self.began = time.perf_counter()
        self._child = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(slave)
        self.process = psutil.Process(self._child.pid)
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()
        self._reader.join()
        os.close(self._master)

    def _drain(self) -> None:
        while True:
            try:
                some = os.read(self._master, 65536)
            except OSError:
                return
            with self._news:
                self._written += some
                self._last = time.perf_counter()
                self._news.notify_all()

    @property
    def count(self) -> int:
        """How many bytes were written so far."""
        return len(self._written)

    def wait_for(self, text: str, since: int = 0) -> float:
        """Wait until a text was written behind the first `since` bytes; return the time (perf_counter).

        Raises:
            NothingShown: it was not.
        """
        wanted = text.encode()
        return self._wait(lambda: wanted in shown(bytes(self._written[since:])), f"'{text}'")

    def wait_for_more(self, since: int) -> float:
        """Wait until anything is written behind the first `since` bytes; return the time (perf_counter).

        Raises:
            NothingShown: nothing was.
        """
        return self._wait(lambda: len(self._written) > since, "a change")

    def wait_for_rest(self, quiet: float) -> None:
        """Wait until nothing was written for a while.

        Raises:
            NothingShown: it never came to rest.
        """
        deadline = time.perf_counter() + _PATIENCE
        while (left := self._last + quiet - time.perf_counter()) > 0:
            if time.perf_counter() > deadline:
                raise NothingShown("It never came to rest.")
            threading.Event().wait(left)

    def press(self, keys: bytes) -> float:
        """Press keys; return the time (perf_counter)."""
        pressed = time.perf_counter()
        os.write(self._master, keys)
        return pressed

    def cost(self) -> float:
        """Seconds of processor time so far, of the program and of children it waited for."""
        times = self.process.cpu_times()
        return times.user + times.system + times.children_user + times.children_system

    def _wait(self, arrived: Callable[[], bool], what: str) -> float:
        with self._news:
            if not self._news.wait_for(arrived, _PATIENCE):
                last = shown(bytes(self._written[-4000:])).decode(errors="replace")
                raise NothingShown(f"Not shown within {_PATIENCE:.0f} s: {what}. Last: {last}")
            return self._last
