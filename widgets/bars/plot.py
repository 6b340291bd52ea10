"""Small plots, one line or a few each: label, the newest values as columns, the last one in words.

    yield Plots(id="plots")
    ...
    plots.rows = (
        PlotRow(_("read"), values, "12.4 MiB/s", least=64 * 1024),
        PlotRow(_("latency"), (), _("recorded")),
    )

The newest value stands at the right. The columns are drawn with what the look has: eight heights of blocks,
three on a console of code page 437, three characters in ASCII; colour only repeats what the heights say.
"""

from collections.abc import Sequence

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive

from widgets.changing_lines import ChangingLines
from widgets.look import Look
from widgets.state import Role
from widgets.text import cells, cut_end, flat, pad

_WORDS = 11
"""Cells kept for the words, so that a plot does not move while they change: `999.9 MiB/s`."""

_WIDEST = 40


class PlotRow(Struct, frozen=True):
    """One plot."""

    label: str
    values: tuple[float, ...]
    """Oldest first, none negative; empty where there is nothing to plot."""
    words: str
    """The newest value for a person, or why there is none."""
    least: float = 0.0
    """The value that at least is needed for the full height, so that next to nothing looks like little."""
    role: Role = Role.GOOD


def columns(values: Sequence[float], width: int) -> list[float]:
    """Return the newest values for so many columns, zeros before the first one."""
    newest = list(values[-width:]) if width > 0 else []
    return [0.0] * (width - len(newest)) + newest


def draw_plot(row: PlotRow, look: Look, width: int, tall: int = 1) -> list[Content]:
    """Return the columns of one plot, `tall` lines of `width` cells, the highest line first."""
    levels = look.glyphs.levels
    steps = len(levels) - 1
    shown = columns(row.values, width)
    full = max(*shown, row.least, 1e-12) if shown else 1.0
    heights = [max(1, round(value / full * steps * tall)) if value > 0 else 0 for value in shown]
    lines: list[Content] = []
    for place in range(tall - 1, -1, -1):
        above = [min(steps, max(0, height - place * steps)) for height in heights]
        if place:
            text = "".join(levels[level] if level else " " for level in above)
        else:
            text = "".join(levels[level] for level in above)
        lines.append(_coloured(text, above, row.role, look))
    return lines


def _coloured(text: str, levels: list[int], role: Role, look: Look) -> Content:
    """Draw runs of columns: those that rise in the colour of the plot, the ground line dim."""
    parts: list[Content] = []
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or (levels[index] > 0) != (levels[start] > 0):
            parts.append(look.text(text[start:index], role if levels[start] else Role.LINE))
            start = index
    return Content("").join(parts)


class Plots(ChangingLines):
    """Plots under each other, their labels, columns and words in line."""

    rows: reactive[tuple[PlotRow, ...]] = reactive((), repaint=False)
    label_width: reactive[int] = reactive(0, repaint=False)
    """Cells of the label column; the longest label when 0."""
    tall: reactive[int] = reactive(1, repaint=False)
    """Lines of each plot."""

    def watch_rows(self) -> None:
        """Draw what changed."""
        self.display = bool(self.rows)
        self.show()

    def watch_label_width(self) -> None:
        """Draw the plots elsewhere."""
        self.show()

    def watch_tall(self) -> None:
        """Draw the plots higher or lower."""
        self.show()

    def draw_lines(self, look: Look, width: int, height: int) -> list[Content]:  # noqa: ARG002 - as high as it is
        """Draw the plots."""
        label = self.label_width or max((cells(row.label) for row in self.rows), default=0)
        room = min(_WIDEST, width - label - 2 - 2 - _WORDS)
        lines: list[Content] = []
        for row in self.rows:
            head = (
                look.text(pad(cut_end(flat(row.label), label, look.glyphs.ellipsis), label), Role.MUTED)
                + "  "
            )
            if not row.values or room < 4:
                words = cut_end(flat(row.words), max(1, width - label - 2), look.glyphs.ellipsis)
                lines.append(head + look.text(words, Role.TEXT if row.values else Role.MUTED))
                continue
            plot = draw_plot(row, look, room, self.tall)
            lines += [Content(" " * (label + 2)) + line for line in plot[:-1]]
            words = cut_end(flat(row.words), _WORDS, look.glyphs.ellipsis)
            lines.append(head + plot[-1] + "  " + look.text(words))
        return lines
