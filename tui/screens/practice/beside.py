"""What the console shows of the task: a strip under it, and where there is room the whole task beside it."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.practice.coach import Coach
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.practice.practice_words import sheet
from tui.words import translate as _
from widgets.look import look_of
from widgets.state import Role
from widgets.text import cut_end

PANE = 42
"""Cells of the pane."""


class TaskStrip(Widget):
    """One line: which task, how far it is, and the keys that lead to it."""

    DEFAULT_CSS = """
    TaskStrip {
        height: 1;
        padding: 0 2;
        background: $panel;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    words: reactive[str] = reactive("")

    def __init__(self, title: str) -> None:
        super().__init__(id="task")
        self._title = title

    def render(self) -> Content:
        """Draw the line; the keys stay whole."""
        look = look_of(self)
        right = look.text("F6", Role.ACCENT) + look.text(f" {_('task')}   ", Role.MUTED)
        right += look.text("F7", Role.ACCENT) + look.text(f" {_('shell')}", Role.MUTED)
        room = max(10, self.content_size.width - right.cell_length - 3)
        title = cut_end(self._title, room, look.glyphs.ellipsis)
        left = look.text(title, Role.STRONG)
        rest = room - left.cell_length - 3
        if self.words and rest > 8:
            left += Content("   ") + look.text(cut_end(self.words, rest, look.glyphs.ellipsis))
        gap = " " * max(1, self.content_size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, gap, right)


class TaskPane(VerticalScroll, can_focus=False):
    """The task sheet beside the console, for reading; the sheet itself is where it is worked with."""

    DEFAULT_CSS = """
    TaskPane {
        dock: right;
        width: 42;
        height: 1fr;
        padding: 2 1 1 2;
        border-left: solid $line;
        scrollbar-size-vertical: 1;
    }
    """

    def compose(self) -> ComposeResult:
        """Put the text into the pane."""
        yield Paragraphs(label_width=_LABELS)

    def show(self, coach: Coach) -> None:
        """Show what the coach knows."""
        title = Paragraph(coach.scenario.title, Role.STRONG)
        self.query_one(Paragraphs).paragraphs = (title, Paragraph(""), *sheet(coach))


_LABELS = 8
"""Cells of the label column."""
