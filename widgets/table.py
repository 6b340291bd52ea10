"""A list to pick from, with columns: targets, portals, disks, volumes. One row, or several by check marks.

    yield PickList(
        (Column(_("Target"), grow=True), Column(_("Portals"), align_right=True)),
        many=True,
        id="targets",
    )
    ...
    picks.rows = (
        PickRow("t1", ("iqn.2003-01.org.linux-iscsi.lab:t1", "2"), State.HERE, _("new")),
        PickRow("fe80", ("fe80::1", ""), State.WARN, _("skipped"), reason=_("link-local, not reachable")),
    )

Keys: up, down, page keys, Home, End; Space checks (`many`); `a` checks all or none; Enter picks. Messages:
`PickList.Highlighted`, `PickList.Checked` after every change of the marks, `PickList.Picked` on Enter.
Values too long for their column are cut in the middle and shown whole under the list, with the note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

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
from widgets.state import Role
from widgets.tables.pick_lines import Column, PickLine, PickRow, PickWidths, draw_pick, draw_titles
from widgets.text import flat, wrap
from widgets.widget_words import marked

__all__ = ["Column", "PickList", "PickRow"]


class PickLines(LineList[PickLine]):
    """The rows."""

    DEFAULT_CSS = """
    PickLines {
        height: auto;
        max-height: 1fr;
    }
    """

    class Sized(Message):
        """The list has another size, or its first one."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        super().__init__()
        self.columns = columns
        self.widths = PickWidths.measure(columns, (), marks=False)

    def copied(self, line: PickLine) -> str:
        """Return the value of the column that grows, which holds the names."""
        names = [value for column, value in zip(self.columns, line.row.values, strict=True) if column.grow]
        return (names or list(line.row.values))[0]

    def draw(self, line: PickLine, look: Look, width: int) -> Content:
        """Draw one row."""
        return draw_pick(line, self.widths.fitted(self.columns, width), self.columns, look, width)

    @on(events.Resize)
    def _sized(self) -> None:
        self.post_message(self.Sized())


class _Titles(Static):
    """The column titles, in line with the rows."""

    def __init__(self, lines: PickLines) -> None:
        super().__init__(classes="titles")
        self._rows = lines

    def render(self) -> Content:
        width = self._rows.scrollable_content_region.width - 1
        fitted = self._rows.widths.fitted(self._rows.columns, width)
        return draw_titles(fitted, self._rows.columns, look_of(self))


class PickList(Vertical):
    """The list with its titles above and what was cut below."""

    DEFAULT_CSS = """
    PickList {
        height: auto;
        .titles {
            height: 1;
            padding-left: 1;
            text-wrap: nowrap;
            text-overflow: clip;
        }
        .empty, .whole {
            height: auto;
            padding-left: 1;
            color: $muted;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "check", marked("mark")),
        Binding("a", "check_all", show=False, tooltip=marked("Mark all, or none")),
        Binding("enter", "pick", "Pick", show=False),
    ]

    rows: reactive[tuple[PickRow, ...]] = reactive((), repaint=False)
    """The rows. Replace them whole; only lines that differ are drawn again."""
    checked: reactive[frozenset[str]] = reactive(frozenset(), repaint=False)
    """Keys of the rows with a check mark. Keys without a row are dropped when rows are replaced."""
    empty: reactive[str] = reactive("")
    """What to say when there are no rows."""

    @dataclass
    class Highlighted(Message):
        """The cursor came to another row."""

        picks: "PickList"
        key: str

        @property
        def control(self) -> "PickList":
            """The list itself."""
            return self.picks

    @dataclass
    class Checked(Message):
        """The person changed the check marks."""

        picks: "PickList"
        keys: frozenset[str]

        @property
        def control(self) -> "PickList":
            """The list itself."""
            return self.picks

    @dataclass
    class Picked(Message):
        """Enter was pressed on a row that can be picked."""

        picks: "PickList"
        key: str

        @property
        def control(self) -> "PickList":
            """The list itself."""
            return self.picks

    def __init__(
        self,
        columns: tuple[Column, ...],
        rows: Sequence[PickRow] = (),
        *,
        many: bool = False,
        checked: frozenset[str] = frozenset(),
        empty: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.many = many
        self._composed = False
        self._waits = False
        self._list = PickLines(columns)
        self.set_reactive(PickList.rows, tuple(rows))
        self.set_reactive(PickList.checked, checked)
        self.set_reactive(PickList.empty, empty)

    def compose(self) -> ComposeResult:
        """Put the titles above the rows."""
        yield _Titles(self._list)
        yield self._list
        yield Static(classes="empty")
        yield Static(classes="whole")

    def on_mount(self) -> None:
        """Show the first rows."""
        self._composed = True
        self._show()

    def watch_rows(self) -> None:
        """Show other rows."""
        keys = {row.key for row in self.rows}
        self.checked = frozenset(self.checked & keys)
        self._show()

    def watch_checked(self) -> None:
        """Show other marks."""
        self._show()

    def watch_empty(self) -> None:
        """Say something else."""
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Offer the check mark keys only where several rows can be chosen."""
        return self.many if action in {"check", "check_all"} else True

    def _show(self) -> None:
        if not self._composed:
            return
        widths = PickWidths.measure(self._list.columns, self.rows, marks=self.many)
        if widths != self._list.widths:
            self._list.widths = widths
            self._list.redraw()
            self.query_one(_Titles).refresh()
        marks = [self._mark(row) for row in self.rows]
        self._list.show_lines(
            [PickLine(row.key, row, mark) for row, mark in zip(self.rows, marks, strict=True)]
        )
        self.query_one(_Titles).display = bool(self.rows) and any(
            column.title for column in self._list.columns
        )
        self._waits = self._waits or (self._list.has_focus and not self.rows)
        self._list.display = bool(self.rows)
        if self._waits and self.rows and self.screen.focused is None:
            self.focus()
        empty = self.query_one(".empty", Static)
        empty.update(Content(look_of(self).plain(flat(self.empty))))
        empty.display = not self.rows and bool(self.empty)
        self._show_whole()

    def _mark(self, row: PickRow) -> bool | None:
        return row.key in self.checked if self.many else None

    @property
    def key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._list.key

    @property
    def row(self) -> PickRow | None:
        """The row under the cursor."""
        return next((row for row in self.rows if row.key == self.key), None)

    def focus(self, scroll_visible: bool = True) -> "PickList":
        """Give the keys to the list; to one without rows once it has some, if nothing else has them then."""
        self._waits = not self.rows
        if self.rows:
            self._list.focus(scroll_visible)
        return self

    def go_to(self, key: str) -> bool:
        """Put the cursor on a row; return whether there is one with that key."""
        return self._list.go_to(key)

    def action_check(self) -> None:
        """Set or remove the mark of the row; say why when it cannot be chosen."""
        row = self.row
        if row is None:
            return
        if row.reason:
            self.notify(row.reason, severity="warning")
            return
        self.checked = self.checked ^ {row.key}
        self.post_message(self.Checked(self, self.checked))

    def action_check_all(self) -> None:
        """Mark every row that can be chosen, or none when all are."""
        usable = frozenset(row.key for row in self.rows if not row.reason)
        self.checked = frozenset() if usable <= self.checked else usable
        self.post_message(self.Checked(self, self.checked))

    def action_pick(self) -> None:
        """Tell the parent that the row was picked; say why when it cannot be."""
        row = self.row
        if row is None:
            return
        if row.reason:
            self.notify(row.reason, severity="warning")
            return
        self.post_message(self.Picked(self, row.key))

    @on(LineList.Highlighted)
    def _moved(self, event: LineList.Highlighted) -> None:
        event.stop()
        self._show_whole()
        self.post_message(self.Highlighted(self, event.key))

    @on(PickLines.Sized)
    def _sized(self, event: PickLines.Sized) -> None:
        """Show under the list what does not fit now; hidden, without rows, it had no width."""
        event.stop()
        self.query_one(_Titles).refresh()
        self._show_whole()

    def _show_whole(self) -> None:
        """Show the highlighted row's values and note that had to be cut, whole."""
        whole = self.query_one(".whole", Static)
        row = self.row
        width = self._list.scrollable_content_region.width - 1
        if row is None or width < 10:
            whole.display = False
            return
        fitted = self._list.widths.fitted(self._list.columns, width)
        cut = fitted.cut_values(row)
        lines = [line for text in cut for line in wrap(text, width)]
        whole.display = bool(lines)
        whole.update(look_of(self).text("\n".join(lines), Role.MUTED))
