"""What happened: time, its source, the line itself, and what it means in a few words.

    yield Happenings(id="news")                 # the newest ones, as many as there is room for
    ...
    news.rows = (HappeningRow("1", "14:02:11", "kernel", "connection2:0: detected conn error (1022)",
                              words=_("the target stopped answering pings"), state=State.BAD), ...)

`HappeningList` shows all of them with a cursor, and says on Enter which one was chosen.
"""

from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from widgets.changing_lines import ChangingLines
from widgets.line_list import LineList
from widgets.look import Look
from widgets.state import Role, State, state_role
from widgets.text import cells, cut_end, flat, pad
from widgets.widget_words import marked

_TIME, _SOURCE = 8, 7
_COLUMN, _NARROW_COLUMN = 46, 22
"""Cells of the line itself, and on a narrow screen; the words begin behind them where they can."""

_ROOMY = 80
"""Cells for both from which on the wide column is used."""


class HappeningRow(Struct, frozen=True):
    """One line."""

    key: str
    time: str
    """`14:02:11`."""
    source: str
    """Its source, in a word of at most seven cells."""
    text: str
    words: str = ""
    count: int = 1
    """How often it was reported."""
    state: State | None = None
    """Gives the line itself its colour."""


def draw_happening(row: HappeningRow, look: Look, width: int) -> Content:
    """Return one line of at most `width` cells. Where it is narrow the text is cut, not its meaning."""
    cut = look.glyphs.ellipsis
    head = look.text(pad(flat(row.time), _TIME), Role.MUTED) + " "
    head += look.text(pad(cut_end(flat(row.source), _SOURCE, cut), _SOURCE), Role.MUTED) + "  "
    room = width - head.cell_length
    text = flat(row.text)
    if row.count > 1:
        text += f" ({row.count}x)"
    words = flat(row.words)
    role = Role.TEXT if row.state is None else state_role(row.state)
    if not words or room < _NARROW_COLUMN + 10:
        return head + look.text(cut_end(text, max(1, room), cut), role)
    column = _COLUMN if room >= _ROOMY else _NARROW_COLUMN
    mine = max(column, min(cells(text), room - 2 - cells(words)))
    shown = cut_end(text, mine, cut)
    line = look.text(shown, role) + " " * (mine - cells(shown))
    return head + line + "  " + look.text(cut_end(words, room - mine - 2, cut), Role.MUTED)


class Happenings(ChangingLines):
    """The newest ones, the last at the bottom."""

    rows: reactive[tuple[HappeningRow, ...]] = reactive((), repaint=False)
    empty: reactive[str] = reactive("", repaint=False)
    """Said while nothing has happened."""

    def watch_rows(
        self, before: tuple[HappeningRow, ...] | None = None, now: tuple[HappeningRow, ...] = ()
    ) -> None:
        """Draw the lines that changed; another number of them may want another height."""
        if len(before or ()) == len(now):
            self.show()
        else:
            self.refresh(layout=True)

    def watch_empty(self) -> None:
        """Say something else."""
        self.show()

    def draw_lines(self, look: Look, width: int, height: int) -> list[Content]:
        """Draw the newest ones that there is room for; lines below are empty."""
        if not self.rows:
            lines = [look.text(flat(self.empty), Role.MUTED)]
        else:
            newest = self.rows[-height:] if height else self.rows
            lines = [draw_happening(row, look, width) for row in newest]
        return [*lines, *[Content("")] * max(0, height - len(lines))]


class HappeningList(LineList[HappeningRow]):
    """All of them, with a cursor that stays at the newest until it is moved away from there."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", marked("go to it"))]

    @dataclass
    class Chosen(Message):
        """Enter was pressed on one."""

        list: "HappeningList"
        key: str

        @property
        def control(self) -> "HappeningList":
            """The list itself."""
            return self.list

    def draw(self, line: HappeningRow, look: Look, width: int) -> Content:
        """Draw one line."""
        return draw_happening(line, look, width)

    def show_rows(self, rows: tuple[HappeningRow, ...]) -> None:
        """Replace the lines; a cursor at the newest goes on to the newest."""
        at_end = self.cursor is None or self.cursor >= len(self.lines) - 1
        self.show_lines(rows)
        if at_end and rows:
            self.cursor = len(rows) - 1

    def action_choose(self) -> None:
        """Tell the parent."""
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))
