"""A bound on how many events are listed: in a storm the first ones and a number."""

from collections.abc import Iterable

from tui.storage.news.happening import Happening, Source
from tui.words import translate as _, translate_count


class EventBudget:
    """Lets so many happenings through in a window of time, and counts the others.

    Args:
        most: happenings in one window.
        window: its length in seconds.
    """

    def __init__(self, most: int = 100, window: float = 2.0) -> None:
        self._most, self._window = most, window
        self._began = float("-inf")
        self._told = self._left_out = 0

    def open(self, now: float) -> bool:
        """Whether one more may be listed now; else it is counted."""
        if now - self._began >= self._window:
            self._began, self._told = now, 0
        if self._told < self._most:
            self._told += 1
            return True
        self._left_out += 1
        return False

    def rest(self, now: float) -> Iterable[Happening]:
        """What there is to say of those left out, once for a window of time."""
        if self._left_out and now - self._began >= self._window:
            count, self._left_out = self._left_out, 0
            text = translate_count("{count} more event", "{count} more events", count).format(count=count)
            yield Happening(now, Source.EVENT, text, _("too many at once to list; all were processed"))
