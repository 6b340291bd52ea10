"""A list of lines with a keyboard cursor, drawn line by line: under the stack, the tables and the logs.

Each line is a frozen value. When the lines are replaced, the old and the new ones are compared and only
those that differ are drawn again, so a steady screen writes nothing and thousands of lines stay quick.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from widgets.look import Look, look_of
from widgets.state import Role
from widgets.widget_words import marked


class Line(Protocol):
    """What a line has to say for itself. Equal lines look equal."""

    @property
    def key(self) -> str | None:
        """What the line stands for; None for a line the cursor skips."""


L = TypeVar("L", bound=Line)

_ALL = 10_000
"""Cells that no line needs."""


class LineList(ScrollView, Generic[L], can_focus=True):
    """Lines with a cursor. A subclass says how a line is drawn in `draw`.

    What a drawing depends on beside the line itself is the subclass's: it calls `redraw` when that changes.
    """

    DEFAULT_CSS = """
    LineList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: clip;
        background: transparent;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "end(-1)", "First", show=False),
        Binding("end", "end(1)", "Last", show=False),
        Binding("y", "copy", show=False, tooltip=marked("Copy what the cursor is on, and show it whole")),
    ]

    cursor: reactive[int | None] = reactive(None, repaint=False)
    """Index of the line the keys act on; None when no line can be chosen."""

    @dataclass
    class Highlighted(Message):
        """Something else is under the cursor."""

        list: "LineList[Any]"
        key: str

        @property
        def control(self) -> "LineList[Any]":
            """The list itself, for `@on(..., "#selector")`."""
            return self.list

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[L, ...] = ()
        self._told: str | None = None
        self._drawn: dict[int, tuple[tuple[L, int, bool, bool], Strip]] = {}

    @abstractmethod
    def draw(self, line: L, look: Look, width: int) -> Content:
        """Return one line of at most `width` cells. The cursor's own marking is added by the list."""

    def copied(self, line: L) -> str:
        """Return what the copy key takes of a line: the whole name of what it stands for."""
        return self.draw(line, look_of(self), _ALL).plain.strip()

    def hits(self, needle: str) -> Iterator[Callable[[], object]]:
        """Yield what goes to each line that has a text in it, also where it is cut (`widgets.find`)."""
        look = look_of(self)
        for index, line in enumerate(self._lines):
            if needle in self.draw(line, look, _ALL).plain.casefold():
                yield partial(self._show_line, index)

    def _show_line(self, index: int) -> None:
        if index < len(self._lines) and self._lines[index].key is not None:
            self.cursor = index
        else:
            self.scroll_to_region(Region(0, index, 1, 1), animate=False, force=True)

    def action_copy(self) -> None:
        """Put the name under the cursor on the terminal's clipboard, and show it whole on one line."""
        from widgets.copied import Copied  # noqa: PLC0415 (seldom needed)

        if self.cursor is not None and self.cursor < len(self._lines):
            text = self.copied(self._lines[self.cursor])
            self.app.copy_to_clipboard(text)
            self.app.push_screen(Copied(text))

    async def on_click(self, event: events.Click) -> None:
        """Go to the line that was clicked; a double click does what Enter does."""
        index = event.y + self.scroll_offset.y
        if not 0 <= index < len(self._lines) or self._lines[index].key is None:
            return
        event.stop()
        self.cursor = index
        if event.chain == 2:
            self.app.simulate_key("enter")

    @property
    def lines(self) -> tuple[L, ...]:
        """The lines shown, top to bottom."""
        return self._lines

    @property
    def key(self) -> str | None:
        """The key of the line under the cursor."""
        if self.cursor is None or self.cursor >= len(self._lines):
            return None
        return self._lines[self.cursor].key

    def show_lines(self, lines: Sequence[L]) -> None:
        """Replace the lines, keeping the cursor on the same key, else on the nearest that is still there."""
        before, place = self._lines, self.cursor or 0
        self._lines = tuple(lines)
        if len(before) == len(self._lines):
            for index, (old, new) in enumerate(zip(before, self._lines, strict=True)):
                if old != new:
                    self.refresh_line(index)
        else:
            self.virtual_size = Size(0, len(self._lines))
            self.refresh(layout=True)
        self.cursor = self._kept(before, place)
        self._tell()

    def _kept(self, before: tuple[L, ...], place: int) -> int | None:
        places = {line.key: index for index, line in enumerate(self._lines) if line.key is not None}
        for distance in range(len(before)):
            for index in (place + distance, place - distance):
                key = before[index].key if 0 <= index < len(before) else None
                if key in places:
                    return places[key]
        return self._near(place)

    def go_to(self, key: str) -> bool:
        """Put the cursor on the line with that key; return whether there is one."""
        index = self._find(key)
        if index is None:
            return False
        self.cursor = index
        return True

    def redraw(self) -> None:
        """Forget what was drawn and draw every visible line again."""
        self._drawn.clear()
        self.refresh()

    def _find(self, key: str) -> int | None:
        return next((index for index, line in enumerate(self._lines) if line.key == key), None)

    def _near(self, place: int) -> int | None:
        choosable = [index for index, line in enumerate(self._lines) if line.key is not None]
        return min(choosable, key=lambda index: abs(index - place), default=None)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        """Draw one visible line, or take it from what was drawn before."""
        width = self._width
        index = y + self.scroll_offset.y
        base = self.visual_style
        if not 0 <= index < len(self._lines):
            return Strip.blank(width, base.rich_style)
        line = self._lines[index]
        under_cursor = index == self.cursor
        mark = (line, width, under_cursor, under_cursor and self.has_focus)
        drawn = self._drawn.get(index)
        if drawn is not None and drawn[0] == mark:
            return drawn[1]
        strip = self._draw_strip(line, width, base, under_cursor=under_cursor)
        if len(self._drawn) > 4 * max(50, self.size.height):
            self._drawn.clear()
        self._drawn[index] = (mark, strip)
        return strip

    def _draw_strip(self, line: L, width: int, base: Style, *, under_cursor: bool) -> Strip:
        look = look_of(self)
        content = self.draw(line, look, width - 1)
        lead = Content(" ")
        if under_cursor:
            focused = self.has_focus
            lead = look.text(look.glyphs.cursor, Role.ACCENT if focused else Role.MUTED)
            if focused and look.native:
                content, lead = Content(content.plain), Content(lead.plain)
            if focused:
                base += Style(reverse=True) if look.native else self._get_style("on $cursor-line")
        content = lead + content
        content = content.pad_right(max(0, width - content.cell_length))
        segments = [
            Segment(text, style.rich_style)
            for text, style in content.render(base, end="", parse_style=self._get_style)
        ]
        return Strip(Segment.simplify(segments)).adjust_cell_length(width, base.rich_style)

    def watch_cursor(self, before: int | None, now: int | None) -> None:
        """Draw the two lines again, keep the cursor in sight and tell the parent."""
        for index in {before, now} - {None}:
            assert index is not None
            self.refresh_line(index)
        if now is not None and now < len(self._lines):
            self.scroll_to_region(Region(0, now, 1, 1), animate=False, force=True)
        self._tell()

    def _tell(self) -> None:
        """Tell the parent when another thing is under the cursor, also when only the lines changed."""
        key = self.key
        if key is not None and key != self._told:
            self.post_message(self.Highlighted(self, key))
        self._told = key

    def on_focus(self) -> None:
        """Mark the line the keys act on."""
        self._refresh_cursor()

    def on_blur(self) -> None:
        """Mark it as waiting."""
        self._refresh_cursor()

    def _refresh_cursor(self) -> None:
        if self.cursor is not None:
            self.refresh_line(self.cursor)

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old style."""
        super().notify_style_update()
        self._drawn.clear()

    def on_resize(self) -> None:
        """Keep the cursor in sight when the list becomes lower."""
        if self.cursor is not None:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def action_move(self, step: int) -> None:
        """Move the cursor to the next line that can be chosen."""
        if self.cursor is None:
            return
        index = self.cursor + step
        while 0 <= index < len(self._lines):
            if self._lines[index].key is not None:
                self.cursor = index
                return
            index += step
        self.scroll_to(y=0 if step < 0 else self.max_scroll_y, animate=False)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a screenful."""
        if self.cursor is not None:
            self.cursor = self._near(self.cursor + pages * max(1, self.size.height - 1))

    def action_end(self, side: int) -> None:
        """Move the cursor to the first or last line."""
        self.cursor = self._near(0 if side < 0 else len(self._lines))
        if side < 0:
            self.scroll_to(y=0, animate=False)
