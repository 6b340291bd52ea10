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

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer

from widgets.bars.bar import Fill, piece, share
from widgets.line_list import LineList
from widgets.look import Look
from widgets.state import Role, State, state_role, state_word
from widgets.text import cells, cut_end, cut_middle, duration, flat, pad, pad_left, wrap
from widgets.widget_words import translate as _

_BAR = 10
_NAME_LEAST = 20
_WORDS_LEAST = 14
_ASIDE_LEAST = 8


class ProgressRow(Struct, frozen=True):
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
    note: str = ""
    """A sentence under the line, dim: the cause and what to do next."""
    aside: str = ""
    """What else tells it from others, behind the name; cut in the middle where the name leaves no room."""


class ProgressWidths(Struct, frozen=True):
    """The widths, in cells, that keep the columns in line."""

    name: int = 0
    words: int = 0
    time: int = 0
    bars: bool = False

    def fitted(self, width: int) -> "ProgressWidths":
        """Return widths that fit: the words are cut first, then the bars go, then the name is cut."""
        used = 2 + min(self.name, _NAME_LEAST) + 2 + min(self.words, _WORDS_LEAST) + 2 + self.time
        bars = self.bars and used + _BAR + 2 <= width
        room = width - 6 - self.time - (_BAR + 2 if bars else 0)
        name = min(self.name, max(_NAME_LEAST, room - min(self.words, _WORDS_LEAST)))
        return ProgressWidths(name, max(0, room - name), self.time, bars)


class ProgressLine(Struct, frozen=True):
    """A row with the time in words, as it is drawn; or, with `key` None, a line of its note."""

    key: str | None
    row: ProgressRow
    text: str
    widths: ProgressWidths


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


def progress_lines(rows: Sequence[ProgressRow], now: float, width: int) -> list[ProgressLine]:
    """Return the lines for a moment and a width in cells."""
    times = [elapsed_words(row, now) for row in rows]
    widths = ProgressWidths(
        name=max((cells(_name(row)) for row in rows), default=0),
        words=max((cells(_words(row)) for row in rows), default=0),
        time=max((cells(words) for words in times), default=0),
        bars=any(row.fraction is not None for row in rows),
    ).fitted(width)
    lines: list[ProgressLine] = []
    for row, words in zip(rows, times, strict=True):
        lines.append(ProgressLine(row.key, row, words, widths))
        is_cut = row.state in {State.BAD, State.WARN} and cells(_words(row)) > widths.words
        below = [*([_words(row)] if is_cut else []), *([row.note] if row.note else [])]
        lines += [ProgressLine(None, row, line, widths) for text in below for line in wrap(text, width - 2)]
    return lines


def _name(row: ProgressRow, width: int | None = None, ellipsis: str = "") -> str:
    """The name and what else tells it from others: whole, or in a width in cells."""
    name, aside = flat(row.name), flat(row.aside)
    if width is None:
        return f"{name}  {aside}" if aside else name
    room = width - cells(name) - 2
    if aside and room >= _ASIDE_LEAST:
        return f"{name}  {cut_middle(aside, room, ellipsis)}"
    return cut_middle(name, width, ellipsis)


def _words(row: ProgressRow) -> str:
    return flat(row.words) or state_word(row.state)


def draw_progress(line: ProgressLine, look: Look) -> Content:
    """Return one line."""
    if line.key is None:
        return Content("  ") + look.text(line.text, Role.MUTED)
    row, widths, cut = line.row, line.widths, look.glyphs.ellipsis
    words = cut_end(_words(row), widths.words, cut)
    parts = [
        look.dot(row.state),
        Content(" "),
        look.text(pad(_name(row, widths.name, cut), widths.name)),
        Content("  "),
        look.text(words, state_role(row.state)),
        Content(" " * (widths.words - cells(words) + 2)),
    ]
    if widths.bars:
        parts += [_draw_bar(row.fraction, look), Content("  ")]
    parts.append(look.text(pad_left(line.text, widths.time), Role.MUTED))
    return Content("").join(parts)


def _draw_bar(fraction: float | None, look: Look) -> Content:
    if fraction is None:
        return Content(" " * _BAR)
    done = min(1.0, max(0.0, fraction))
    full, free = share([done, 1 - done], _BAR)
    return piece(Fill.USED, full, look) + piece(Fill.FREE, free, look)


class ProgressList(LineList[ProgressLine]):
    """The list. `Highlighted` says which line the cursor is on."""

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
        if self.counting:
            self._timer.resume()
        else:
            self._timer.pause()
        self.tick()

    @property
    def counting(self) -> bool:
        """Whether something runs, so that time is shown passing."""
        return any(row.started is not None and row.ended is None for row in self.rows)

    def tick(self) -> None:
        """Show the time that has passed."""
        self.show_lines(progress_lines(self.rows, self._clock(), max(40, self._width - 1)))

    def on_resize(self) -> None:
        """Fit the columns again."""
        self.tick()

    def draw(self, line: ProgressLine, look: Look, width: int) -> Content:  # noqa: ARG002 - fitted by `tick`
        """Draw one line."""
        return draw_progress(line, look)
