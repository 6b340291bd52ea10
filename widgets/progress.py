"""Running things, one line each: how it stands, what it is, what it does, for how long, until when.

    yield ProgressList(id="logins")
    ...
    logins.rows = (
        ProgressRow("p1", "192.0.2.10:3260", State.GOOD, _("logged in"), started=t0, ended=t1),
        ProgressRow("p2", "198.51.100.10:3260", State.HERE, _("logging in"), started=t0, deadline=15),
    )

Times are seconds of `time.monotonic()`. The list counts by itself while something runs, and draws only the
lines whose words changed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer

from widgets.bar import Fill, piece, share
from widgets.line_list import LineList
from widgets.look import Look
from widgets.state import Role, State, state_role, state_word
from widgets.text import cells, cut_end, cut_middle, duration, flat, pad, pad_left
from widgets.words import translate as _

_BAR = 10
_NAME_MOST = 44


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One running thing."""

    key: str
    name: str
    state: State = State.WAITING
    words: str = ""
    """What it does or how it ended; empty takes the word of the state."""
    started: float | None = None
    ended: float | None = None
    deadline: float | None = None
    """Seconds after the start when it is given up."""
    fraction: float | None = None
    """How much of it is done, from 0 to 1, when that is known."""


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """A row with the time in words, as it is drawn."""

    key: str
    row: ProgressRow
    time: str
    name_width: int
    time_width: int
    bars: bool


def elapsed_words(row: ProgressRow, now: float) -> str:
    """Return for how long a thing has run: `3 s of 15 s` while it runs, `3.2 s` when it has ended."""
    if row.started is None:
        return ""
    if row.ended is not None:
        return duration(max(0.0, row.ended - row.started))
    elapsed = duration(int(max(0.0, now - row.started)) or 0)
    if row.deadline is None:
        return elapsed
    return _("{elapsed} of {deadline}").format(elapsed=elapsed, deadline=duration(row.deadline))


def progress_lines(rows: Sequence[ProgressRow], now: float) -> list[ProgressLine]:
    """Return the lines for a moment, their columns in line."""
    times = [elapsed_words(row, now) for row in rows]
    name_width = min(_NAME_MOST, max((cells(flat(row.name)) for row in rows), default=0))
    time_width = max((cells(words) for words in times), default=0)
    bars = any(row.fraction is not None for row in rows)
    return [
        ProgressLine(row.key, row, words, name_width, time_width, bars)
        for row, words in zip(rows, times, strict=True)
    ]


def draw_progress(line: ProgressLine, look: Look, width: int) -> Content:
    """Return one line of at most `width` cells; on a short one the bar goes first, then the name is cut."""
    row = line.row
    cut = look.glyphs.ellipsis
    bars = line.bars and width >= 2 + line.name_width + 2 + 12 + 2 + _BAR + 2 + line.time_width
    tail = line.time_width + 2 + (_BAR + 2 if bars else 0)
    name_width = max(8, min(line.name_width, width - tail - 2 - 14))
    words_width = max(0, width - 2 - name_width - 2 - tail)
    words = cut_end(flat(row.words) or state_word(row.state), words_width, cut)
    parts = [
        look.dot(row.state),
        Content(" "),
        look.text(pad(cut_middle(flat(row.name), name_width, cut), name_width)),
        Content("  "),
        look.text(pad(words, words_width), state_role(row.state)),
        Content("  "),
    ]
    if bars:
        parts += [_draw_bar(row.fraction, look), Content("  ")]
    parts.append(look.text(pad_left(line.time, line.time_width), Role.MUTED))
    return Content("").join(parts)


def _draw_bar(fraction: float | None, look: Look) -> Content:
    if fraction is None:
        return Content(" " * _BAR)
    done = min(1.0, max(0.0, fraction))
    full, free = share([done, 1 - done], _BAR)
    return piece(Fill.USED, full, look) + piece(Fill.FREE, free, look)


class ProgressList(LineList[ProgressLine]):
    """The list. `Highlighted` tells which line the cursor is on."""

    DEFAULT_CSS = """
    ProgressList {
        height: auto;
        max-height: 100%;
    }
    """

    rows: reactive[tuple[ProgressRow, ...]] = reactive((), repaint=False)

    def __init__(
        self,
        rows: Sequence[ProgressRow] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._timer: Timer | None = None
        self.set_reactive(ProgressList.rows, tuple(rows))

    def on_mount(self) -> None:
        """Begin to count."""
        self._timer = self.set_interval(1.0, self.tick, pause=True)
        self.watch_rows()

    def watch_rows(self) -> None:
        """Show other rows; count only while one of them runs."""
        if self._timer is None:
            return
        running = any(row.started is not None and row.ended is None for row in self.rows)
        if running:
            self._timer.resume()
        else:
            self._timer.pause()
        self.tick()

    def tick(self) -> None:
        """Show the time that has passed."""
        self.show_lines(progress_lines(self.rows, self._clock()))

    def draw(self, line: ProgressLine, look: Look, width: int) -> Content:
        """Draw one line."""
        return draw_progress(line, look, width)
