"""Lines that change a little and often: of a new picture only the cells that differ are drawn again.

A subclass says in `draw_lines` what there is to see now, and calls `show` when that may have changed.
"""

from abc import abstractmethod
from itertools import takewhile

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from widgets.look import Look, look_of
from widgets.text import cells


class ChangingLines(Widget):
    """The lines. As high as they are many, unless the style says otherwise."""

    DEFAULT_CSS = """
    ChangingLines {
        height: auto;
        width: 1fr;
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: list[Content] = []
        self._shown_for: tuple[int, int] = (-1, -1)

    @abstractmethod
    def draw_lines(self, look: Look, width: int, height: int) -> list[Content]:
        """Return the lines for a width in cells; `height` is 0 while they may be as many as they like."""

    def show(self) -> None:
        """Draw what differs from what is shown."""
        size = (self.content_size.width, self.content_size.height)
        if not self.is_mounted or not size[0] or size != self._shown_for:
            self.refresh(layout=True)
            return
        before, now = self._shown, self._lines(*size)
        if len(before) != len(now):
            self.refresh(layout=True)
            return
        self._shown = now
        for y, (old, new) in enumerate(zip(before, now, strict=True)):
            span = changed_cells(old, new)
            if span is not None:
                self.refresh(Region(span[0], y, span[1] - span[0], 1))

    def _lines(self, width: int, height: int) -> list[Content]:
        lines = self.draw_lines(look_of(self), width, height)
        return [line.pad_right(max(0, width - line.cell_length)).truncate(width) for line in lines]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Return the lines needed."""
        return len(self.draw_lines(look_of(self), width, 0))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, height = self.content_size.width, self.content_size.height
        if self._shown_for != (width, height):
            self._shown, self._shown_for = self._lines(width, height), (width, height)
        base = self.visual_style
        if not 0 <= y < len(self._shown):
            return Strip.blank(width, base.rich_style)
        segments = [
            Segment(text, style.rich_style)
            for text, style in self._shown[y].render(base, end="", parse_style=self._get_style)
        ]
        return Strip(Segment.simplify(segments)).adjust_cell_length(width, base.rich_style)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> "ChangingLines":
        """Draw again; without regions all of it is made again."""
        if not regions:
            self._shown_for = (-1, -1)
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


def changed_cells(old: Content, new: Content) -> tuple[int, int] | None:
    """Return from which cell to which a line changed, or None where it did not.

    Where styles moved as well the whole line counts.
    """
    before, after = old.plain, new.plain
    if old.spans != new.spans:
        return 0, max(cells(before), cells(after))
    if before == after:
        return None
    if cells(before) != cells(after):
        return 0, max(cells(before), cells(after))
    same = len([*takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))])
    rest = len([*takewhile(lambda pair: pair[0] == pair[1], zip(before[::-1], after[::-1], strict=False))])
    rest = min(rest, min(len(before), len(after)) - same)
    return cells(after[:same]), cells(after) - cells(after[len(after) - rest :])
