"""How the rows of a pick list become lines: the widths of its columns, marks, states and notes."""

from collections.abc import Sequence

from msgspec import Struct
from textual.content import Content

from widgets.look import Look
from widgets.state import Role, State, state_role, state_word
from widgets.text import cells, cut_end, cut_middle, flat, pad, pad_left

_LEAST = 6
_NOTE_LEAST = 12


class Column(Struct, frozen=True):
    """One column of a list."""

    title: str
    """Dim words above it; none of the columns having one leaves the line out."""
    grow: bool = False
    """Give way when the line is short, and take what is left of it otherwise."""
    align_right: bool = False
    """For numbers."""


class PickRow(Struct, frozen=True):
    """One row of a list."""

    key: str
    values: tuple[str, ...]
    """One text per column; too long ones are cut in the middle."""
    state: State | None = None
    """Drawn in front, with its word; None leaves both out."""
    state_word: str = ""
    note: str = ""
    """A few dim words at the end of the line."""
    reason: str = ""
    """Why the row cannot be chosen; takes the place of the note."""


class PickLine(Struct, frozen=True):
    """A row with its check mark; None where nothing is checked in this list."""

    key: str
    row: PickRow
    checked: bool | None = None


class PickWidths(Struct, frozen=True):
    """Widths in cells: what the rows would like, or, once fitted, what they get."""

    marks: bool = False
    """Whether there are check marks in front."""
    state: int = 0
    """Of the state word; 0 when no row has a state."""
    values: tuple[int, ...] = ()
    note: int = 0

    @classmethod
    def measure(cls, columns: Sequence[Column], rows: Sequence[PickRow], *, marks: bool) -> "PickWidths":
        """Return the widths the rows would like to have."""
        return cls(
            marks=marks,
            state=max((cells(_word(row)) for row in rows if row.state is not None), default=0),
            values=tuple(
                max([cells(column.title), *(cells(flat(row.values[place])) for row in rows)])
                for place, column in enumerate(columns)
            ),
            note=max((cells(_note(row)) for row in rows), default=0),
        )

    @property
    def lead(self) -> int:
        """Cells before the first column: check mark, dot and state word."""
        return (4 if self.marks else 0) + (self.state + 4 if self.state else 0)

    def fitted(self, columns: Sequence[Column], width: int) -> "PickWidths":
        """Return widths that fit: growing columns give way first, then the note, then the rest."""
        values = list(self.values)
        room = width - self.lead
        note = min(self.note, _NOTE_LEAST)
        growing = [place for place, column in enumerate(columns) if column.grow]
        for places, least in ((growing, 24), (growing, _LEAST), (range(len(values)), _LEAST)):
            for place in places:
                over = sum(values) + 2 * len(values) + (note + 2 if note else 0) - room
                if over > 0:
                    values[place] = max(min(least, values[place]), values[place] - over)
            if sum(values) + 2 * len(values) > room - (note + 2 if note else 0):
                note = 0
        left = room - sum(values) - 2 * len(values)
        return PickWidths(self.marks, self.state, tuple(values), max(0, min(self.note, left)) if note else 0)

    def cut_values(self, row: PickRow) -> list[str]:
        """Return the texts of a row that these widths do not show whole."""
        cut = [
            flat(value)
            for value, width in zip(row.values, self.values, strict=True)
            if cells(flat(value)) > width
        ]
        note = _note(row)
        return [*cut, note] if cells(note) > self.note else cut


def _word(row: PickRow) -> str:
    return flat(row.state_word) or ("" if row.state is None else state_word(row.state))


def _note(row: PickRow) -> str:
    return flat(row.reason or row.note)


def draw_pick(
    line: PickLine, widths: PickWidths, columns: Sequence[Column], look: Look, width: int
) -> Content:
    """Return one row in at most `width` cells, with widths fitted to them."""
    row = line.row
    cut = look.glyphs.ellipsis
    parts: list[Content] = []
    if line.checked is not None:
        mark = look.glyphs.check_on if line.checked else look.glyphs.check_off
        mark = look.glyphs.check_locked if row.reason else mark
        role = Role.DISABLED if row.reason else Role.ACCENT if line.checked else Role.TEXT
        parts.append(look.text(mark + " ", role))
    if widths.state:
        dot = look.dot(row.state) if row.state is not None else Content(" ")
        role = state_role(row.state) if row.state is not None else Role.TEXT
        parts += [
            dot,
            Content(" "),
            look.text(_word(row), role),
            Content(" " * (widths.state - cells(_word(row)) + 2)),
        ]
    text_role = Role.MUTED if row.reason else Role.TEXT
    for value, column, room in zip(row.values, columns, widths.values, strict=True):
        shown = cut_middle(flat(value), room, cut)
        shown = pad_left(shown, room) if column.align_right else pad(shown, room)
        parts += [look.text(shown, text_role), Content("  ")]
    used = sum(part.cell_length for part in parts)
    if widths.note and width > used:
        parts.append(look.text(cut_end(_note(row), min(widths.note, width - used), cut), Role.MUTED))
    return Content("").join(parts)


def draw_titles(widths: PickWidths, columns: Sequence[Column], look: Look) -> Content:
    """Return the line of titles above the rows, for widths fitted to it."""
    titles = [
        pad_left(cut_end(flat(column.title), room, look.glyphs.ellipsis), room)
        if column.align_right
        else pad(cut_end(flat(column.title), room, look.glyphs.ellipsis), room)
        for column, room in zip(columns, widths.values, strict=True)
    ]
    return look.text(" " * widths.lead + "  ".join(titles), Role.MUTED)
