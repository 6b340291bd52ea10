"""One look at a host: where the readers of evidence ask, until when, and what several of them share."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar, cast

from tui.storage.host.interface import Host

T = TypeVar("T")


class Look:
    """What every reader of an item gets.

    Args:
        host: answers by `end` or not at all.
        end: the moment, by `time.monotonic`.
    """

    def __init__(self, host: Host, end: float) -> None:
        self.host, self.end = host, end
        self._guard = threading.Lock()
        self._asked: dict[Callable[[Look], object], Future[object]] = {}

    def once(self, read: "Callable[[Look], T]") -> T:
        """What a reader found, or the error it raised; it runs once, however many items are made from it."""
        with self._guard:
            future = self._asked.get(read)
            mine = future is None
            if future is None:
                future = self._asked[read] = Future()
        if mine:
            try:
                future.set_result(read(self))
            except Exception as error:  # noqa: BLE001 (every item made from it reports it)
                future.set_exception(error)
        return cast("T", future.result())
