"""Facts that tick: label, text, dim words behind it, and a bar that fills; only changed cells are drawn.

yield Countdown(id="outage")
...
countdown.lines = (
    CountLine(_("lost"), "14:02:11", after=_("14 s ago")),
    CountLine(_("fails"), _("in 1 min 46 s"), after=_("after 120 s"), role=Role.STRONG),
    CountLine("", "", share=0.12),
)
"""

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive

from widgets.bars.bar import Fill, piece, share
from widgets.changing_lines import ChangingLines
from widgets.look import Look
from widgets.state import Role
from widgets.text import cells, cut_end, flat, pad

_WIDEST = 32


class CountLine(Struct, frozen=True):
    """One line."""

    label: str
    text: str
    after: str = ""
    role: Role = Role.TEXT
    share: float | None = None
    """How full a bar is, 0 to 1; None for a line of words."""


class Countdown(ChangingLines):
    """The lines. Takes no room while there are none."""

    lines: reactive[tuple[CountLine, ...]] = reactive((), repaint=False)
    label_width: reactive[int] = reactive(0, repaint=False)
    """Cells of the label column; the longest label when 0."""

    def on_mount(self) -> None:
        """Take no room while there is nothing to say."""
        self.display = bool(self.lines)

    def watch_lines(self) -> None:
        """Draw what changed."""
        self.display = bool(self.lines)
        self.show()

    def watch_label_width(self) -> None:
        """Draw the texts elsewhere."""
        self.show()

    def draw_lines(self, look: Look, width: int, height: int) -> list[Content]:  # noqa: ARG002 - as high as it is
        """Draw the lines."""
        label = self.label_width or max((cells(line.label) for line in self.lines), default=0)
        return [self._draw(line, look, label, width) for line in self.lines]

    def _draw(self, line: CountLine, look: Look, label: int, width: int) -> Content:
        cut = look.glyphs.ellipsis
        drawn = look.text(pad(cut_end(flat(line.label), label, cut), label), Role.MUTED) + "  "
        room = max(1, width - label - 2)
        if line.share is not None:
            wide = min(room, _WIDEST)
            filled, left = share([line.share, 1 - line.share], wide)
            return drawn + piece(Fill.USED, filled, look) + piece(Fill.FREE, left, look)
        text = cut_end(flat(line.text), room, cut)
        drawn += look.text(text, line.role)
        if line.after and cells(text) + 2 + cells(line.after) <= room:
            drawn += Content("  ") + look.text(flat(line.after), Role.MUTED)
        return drawn
