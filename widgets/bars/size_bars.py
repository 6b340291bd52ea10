"""Sizes under each other as bars of one scale, each with what it could have: a stack that grows.

    yield SizeBars(id="sizes")
    ...
    bars.rows = (
        SizeBar("lun", _("LUN"), "sda", 1 << 30, words="1 GiB"),
        SizeBar("pv", _("PV"), "/dev/sda", 1 << 29, room=1 << 30, words="512 MiB", state=State.WARN,
                note=_("its disk has room for 512 MiB more")),
    )

What a row has is drawn full, what it could have with the glyph of what is added, so the bar is read without
colour. Names that do not fit are cut in the middle.
"""

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive

from widgets.bars.bar import Fill, piece, share
from widgets.changing_lines import ChangingLines
from widgets.look import Look
from widgets.state import Role, State, state_role
from widgets.text import cells, cut_middle, pad, wrap

_LONGEST_NAME = 24
_WIDEST_BAR = 40
_NARROWEST_BAR = 8
_WIDE = 100
"""Cells from which a note stands beside its bar."""


class SizeBar(Struct, frozen=True):
    """One row.

    Attributes:
        key: stable name.
        kind: what it is, in a word: `LUN`.
        name: which.
        amount: what it has, in any unit that all rows share; None where that is not known.
        room: what it could have; less than `amount` says nothing.
        words: the amount for a person: `512 MiB`.
        state: how it stands; WARN marks one that lags.
        note: why, in a few words; empty when there is nothing to say.
    """

    key: str
    kind: str
    name: str
    amount: int | None
    room: int = 0
    words: str = ""
    state: State = State.GOOD
    note: str = ""


def draw_bars(rows: tuple[SizeBar, ...], look: Look, width: int) -> list[Content]:
    """Return the lines, each at most `width` cells."""
    kinds = max((cells(row.kind) for row in rows), default=0)
    longest = max((cells(row.name) for row in rows), default=0)
    words = max((cells(row.words) for row in rows), default=0)
    beside = width >= _WIDE
    names = max(6, min(longest, _LONGEST_NAME, width - kinds - words - 8 - _NARROWEST_BAR))
    start = 2 + kinds + 2 + names + 2 + words + 2
    bar = max(0, min(_WIDEST_BAR, width - start))
    scale = max((max(row.amount or 0, row.room) for row in rows), default=0)
    lines: list[Content] = []
    for row in rows:
        role = state_role(row.state) if row.state is State.BAD else Role.TEXT
        line = look.dot(row.state) + " " + look.text(pad(row.kind, kinds) + "  ", Role.MUTED)
        line += look.text(pad(cut_middle(row.name, names, look.glyphs.ellipsis), names) + "  ", role)
        line += look.text(" " * (words - cells(row.words)) + row.words + "  ", role)
        line += _bar(row, scale, bar, look)
        if row.note and beside:
            room = max(10, width - line.cell_length - 2)
            first, *rest = wrap(row.note, room)
            lines.append(line + "  " + look.text(first, Role.MUTED))
            lines += [look.text(" " * (start + bar + 2) + part, Role.MUTED) for part in rest]
            continue
        lines.append(line)
        if row.note:
            # Below its bar where it fits there, else as far to the left as it takes to stay on one line.
            indent = max(4, min(start, width - cells(row.note)))
            lines += [look.text(" " * indent + part, Role.MUTED) for part in wrap(row.note, width - indent)]
    return lines


def _bar(row: SizeBar, scale: int, width: int, look: Look) -> Content:
    if row.amount is None or not scale:
        return look.text(" " * width)
    more = max(0, row.room - row.amount) if row.state is State.WARN else 0
    left = max(0, scale - row.amount - more)
    used, new, blank = share((row.amount, more, left), width)
    return piece(Fill.USED, used, look) + piece(Fill.NEW, new, look) + look.text(" " * blank)


class SizeBars(ChangingLines):
    """The rows."""

    rows: reactive[tuple[SizeBar, ...]] = reactive((), repaint=False)

    def watch_rows(self) -> None:
        """Draw what changed."""
        self.show()

    def draw_lines(self, look: Look, width: int, height: int) -> list[Content]:  # noqa: ARG002 - as high as it is
        """Draw the rows."""
        return draw_bars(self.rows, look, width)
