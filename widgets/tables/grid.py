"""A table that is wider than the screen: named rows, many columns, and a cursor on one cell.

    yield Grid(id="hosts")
    ...
    grid.columns = ("db1", "db2", "db3")
    grid.rows = (
        GridRow("title", _("LUNs")),
        GridRow("naa.6001", "naa.6001", (GridCell(State.GOOD, _("mounted")), ...)),
    )

Keys: up, down, page keys, Home, End; left and right go to the next column, with Ctrl by a screenful. Enter
picks. Messages: `Grid.Highlighted` when another cell is under the cursor, `Grid.Picked` on Enter. Only what
is in sight is drawn, so that hundreds of columns are as quick as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from widgets.line_list import LineList
from widgets.look import Look, look_of
from widgets.state import Role, State, state_role
from widgets.text import cells, cut_end, cut_middle, flat, pad
from widgets.widget_words import marked, translate as _

_LEAST, _MOST = 6, 13
"""Cells of the words in a column."""
_AROUND = 4
"""Cells of a column beside its words: a bracket at both ends, the dot, and a blank behind that."""
_NAMES_LEAST = 16


class GridCell(Struct, frozen=True):
    """One cell: a dot, and a word or two; a state of None leaves the dot out."""

    state: State | None
    words: str = ""


class GridRow(Struct, frozen=True):
    """One row; without cells it is a title, which the cursor skips."""

    name: str
    title: str
    cells: tuple[GridCell, ...] = ()

    @property
    def key(self) -> str | None:
        """What it stands for; None for a title."""
        return self.name if self.cells else None


class _Widths(Struct, frozen=True):
    """Cells of the names of the rows and of the words in a column, and how many columns fit."""

    names: int
    words: int
    count: int

    @property
    def column(self) -> int:
        """Cells of a column."""
        return self.words + _AROUND


class _GridLines(LineList[GridRow]):
    """The rows."""

    class Sized(Message):
        """The list has another size, or its first one."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[str, ...] = ()
        self.column = 0
        self.first = 0
        self._longest_name = self._longest_word = 0

    def measure(self, rows: Sequence[GridRow]) -> None:
        """Note how wide names and words would like to be."""
        self._longest_name = max((cells(flat(row.title)) for row in rows), default=0)
        words = {cell.words for row in rows for cell in row.cells}
        self._longest_word = max((cells(flat(text)) for text in (*words, *self.columns)), default=0)

    def widths(self, width: int) -> _Widths:
        """Return what fits into a width; names get three tenths of it at most."""
        words = max(_LEAST, min(_MOST, self._longest_word))
        names = max(_NAMES_LEAST, min(self._longest_name, width * 3 // 10))
        return _Widths(names, words, max(1, (width - names) // (words + _AROUND)))

    @property
    def fitted(self) -> _Widths:
        """What fits now."""
        return self.widths(self.scrollable_content_region.width - 1)

    def draw(self, line: GridRow, look: Look, width: int) -> Content:
        """Draw the name of a row and the cells in sight."""
        if not line.cells:
            return look.text(cut_end(flat(line.title), width, look.glyphs.ellipsis), Role.MUTED)
        widths = self.widths(width)
        name = cut_middle(flat(line.title), widths.names, look.glyphs.ellipsis)
        under = line.key == self.key
        found = (
            self._cell(line.cells[place], widths.words, look, chosen=under and place == self.column)
            for place in range(self.first, min(len(line.cells), self.first + widths.count))
        )
        return Content("").join((look.text(pad(name, widths.names)), *found))

    @staticmethod
    def _cell(cell: GridCell, width: int, look: Look, *, chosen: bool) -> Content:
        words = pad(cut_end(flat(cell.words), width, look.glyphs.ellipsis), width)
        role = Role.MUTED if cell.state is None else state_role(cell.state)
        dot = Content(" ") if cell.state is None else look.dot(cell.state)
        left, right = ("[", "]") if chosen else (" ", " ")
        return Content("").join(
            (look.text(left, Role.ACCENT), dot, look.text(" " + words, role), look.text(right, Role.ACCENT))
        )

    def copied(self, line: GridRow) -> str:
        """Return the whole name of the row."""
        return flat(line.title)

    def go_to_column(self, column: int) -> bool:
        """Put the cursor on a column and bring it into sight; return whether it was on another one."""
        column = max(0, min(column, len(self.columns) - 1))
        count = self.fitted.count
        first = min(self.first, column)
        if column >= first + count:
            first = column - count + 1
        first = max(0, min(first, len(self.columns) - count))
        moved = (column, first) != (self.column, self.first)
        self.column, self.first = column, first
        if moved:
            self.redraw()
        return moved

    @on(events.Resize)
    def _sized(self) -> None:
        self.go_to_column(self.column)
        self.post_message(self.Sized())


class _Titles(Static):
    """The names of the columns in sight, and how many there are at either side."""

    def __init__(self, lines: _GridLines) -> None:
        super().__init__(classes="titles")
        self._rows = lines

    def render(self) -> Content:
        rows, look = self._rows, look_of(self)
        widths = rows.fitted
        last = min(len(rows.columns), rows.first + widths.count)
        parts = [look.text(pad(cut_end(self._place(last), widths.names), widths.names), Role.MUTED)]
        for place in range(rows.first, last):
            name = cut_middle(flat(rows.columns[place]), widths.words + 2, look.glyphs.ellipsis)
            role = Role.STRONG if place == rows.column else Role.MUTED
            parts.append(look.text(" " + pad(name, widths.column - 1), role))
        return Content("").join(parts)

    def _place(self, last: int) -> str:
        count = len(self._rows.columns)
        if last - self._rows.first >= count:
            return ""
        return _("{first}-{last} of {count}").format(first=self._rows.first + 1, last=last, count=count)


class Grid(Vertical):
    """The rows with the names of the columns above."""

    DEFAULT_CSS = """
    Grid {
        height: 1fr;
        .titles {
            height: 1;
            padding-left: 1;
            text-wrap: nowrap;
            text-overflow: clip;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "column(-1)", "Left", show=False),
        Binding("right", "column(1)", "Right", show=False),
        Binding(
            "ctrl+left", "columns(-1)", show=False, tooltip=marked("Go a screenful of columns to the left")
        ),
        Binding(
            "ctrl+right", "columns(1)", show=False, tooltip=marked("Go a screenful of columns to the right")
        ),
        Binding("enter", "pick", "Pick", show=False),
    ]

    columns: reactive[tuple[str, ...]] = reactive((), repaint=False)
    """The names of the columns. Set before the rows that have cells for them."""
    rows: reactive[tuple[GridRow, ...]] = reactive((), repaint=False)
    """The rows. Replace them whole; only lines that differ are drawn again."""

    class Highlighted(Message):
        """Another cell is under the cursor."""

    @dataclass
    class Picked(Message):
        """Enter was pressed on a cell."""

        column: int

    def compose(self) -> ComposeResult:
        """Put the names of the columns above the rows."""
        self._list = _GridLines()
        yield _Titles(self._list)
        yield self._list

    def watch_columns(self) -> None:
        """Draw other columns."""
        self._list.columns = self.columns
        self._list.go_to_column(self._list.column)
        self._list.redraw()
        self._show_titles()

    def watch_rows(self) -> None:
        """Draw other rows."""
        before = self._list.fitted
        self._list.measure(self.rows)
        if self._list.fitted != before:
            self._list.go_to_column(self._list.column)
            self._list.redraw()
        self._list.show_lines(self.rows)
        self._show_titles()
        self.post_message(self.Highlighted())

    def _show_titles(self) -> None:
        self.query_one(_Titles).refresh()

    @property
    def key(self) -> str | None:
        """The name of the row under the cursor."""
        return self._list.key

    @property
    def column(self) -> int:
        """The column under the cursor."""
        return self._list.column

    def focus(self, scroll_visible: bool = True) -> "Grid":
        """Give the keys to the rows."""
        self._list.focus(scroll_visible)
        return self

    def go_to(self, name: str, column: int) -> None:
        """Put the cursor on a row, if there is one of that name, and on a column."""
        self._list.go_to(name)
        self._go_to_column(column)

    def action_column(self, step: int) -> None:
        """Go to the next column."""
        self._go_to_column(self._list.column + step)

    def action_columns(self, screens: int) -> None:
        """Go a screenful of columns further."""
        self._go_to_column(self._list.column + screens * self._list.fitted.count)

    def action_pick(self) -> None:
        """Report the column that was picked."""
        if self.columns:
            self.post_message(self.Picked(self._list.column))

    def _go_to_column(self, column: int) -> None:
        if self._list.go_to_column(column):
            self._show_titles()
            self.post_message(self.Highlighted())

    @on(LineList.Highlighted)
    def _moved(self, event: LineList.Highlighted) -> None:
        event.stop()
        self.post_message(self.Highlighted())

    @on(_GridLines.Sized)
    def _sized(self, event: _GridLines.Sized) -> None:
        event.stop()
        self._show_titles()
