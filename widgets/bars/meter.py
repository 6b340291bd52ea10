"""A bar of what is used, what is about to be used and what is left, with the numbers in words under it.

    yield Meter(id="space")
    ...
    meter.parts = (
        MeterPart(_("other volumes"), used, Fill.USED, used_words),
        MeterPart("lv_static", wanted, Fill.NEW, wanted_words),
        MeterPart(_("free"), free, Fill.FREE, free_words),
    )

Each filling is a character of its own, so the bar can be read without colour.
"""

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive

from widgets.bars.bar import Fill, piece, share
from widgets.changing_lines import ChangingLines
from widgets.look import Look
from widgets.state import Role
from widgets.text import flat


class MeterPart(Struct, frozen=True):
    """One piece of the bar and its words in the legend."""

    label: str
    amount: int
    """In any unit, the same for all parts; not negative."""
    fill: Fill
    words: str = ""
    """The amount for a person: `200 MiB`."""


def draw_meter(parts: tuple[MeterPart, ...], look: Look, width: int) -> list[Content]:
    """Return the bar and its legend in lines of at most `width` cells."""
    counts = share([part.amount for part in parts], width)
    bar = Content("").join(piece(part.fill, count, look) for part, count in zip(parts, counts, strict=True))
    lines = [bar]
    for part in parts:
        words = look.text(flat(part.label), Role.MUTED) + " " + look.text(flat(part.words))
        entry = piece(part.fill, 1, look) + " " + words
        if len(lines) > 1 and lines[-1].cell_length + 3 + entry.cell_length <= width:
            lines[-1] = lines[-1] + "   " + entry
        else:
            lines.append(entry)
    return lines


class Meter(ChangingLines):
    """The bar with its legend."""

    parts: reactive[tuple[MeterPart, ...]] = reactive((), repaint=False)

    def watch_parts(self) -> None:
        """Draw what changed."""
        self.show()

    def draw_lines(self, look: Look, width: int, height: int) -> list[Content]:  # noqa: ARG002 - as high as it is
        """Draw the bar and its legend."""
        return draw_meter(self.parts, look, width)
