"""A horizontal bar of whole cells, for what is full, what is added and what is free."""

from collections.abc import Sequence
from enum import StrEnum

from textual.content import Content

from widgets.look import Look
from widgets.state import Role


class Fill(StrEnum):
    """What a piece of a bar stands for; each is drawn with a character of its own."""

    USED = "used"
    NEW = "new"
    """About to be used, by what the person is planning."""
    FREE = "free"


_ROLES = {Fill.USED: Role.TEXT, Fill.NEW: Role.ACCENT, Fill.FREE: Role.MUTED}


def piece(fill: Fill, count: int, look: Look) -> Content:
    """Return `count` cells of a filling."""
    characters = {Fill.USED: look.glyphs.full, Fill.NEW: look.glyphs.added, Fill.FREE: look.glyphs.empty}
    return look.text(characters[fill] * count, _ROLES[fill])


def share(amounts: Sequence[float], width: int) -> list[int]:
    """Return how many of `width` cells each amount gets.

    Every amount above zero gets a cell as long as there are cells; what rounding leaves over goes to the
    largest remainders. The cells add up to `width` unless all amounts are zero.
    """
    total = sum(amounts)
    if total <= 0 or width <= 0:
        return [0] * len(amounts)
    exact = [amount * width / total for amount in amounts]
    given = [max(1 if amount > 0 else 0, int(cells)) for amount, cells in zip(amounts, exact, strict=True)]
    by_remainder = sorted(range(len(amounts)), key=lambda place: exact[place] - given[place])
    while sum(given) > width:
        fat = [place for place, cells in enumerate(given) if cells > 1] or [
            place for place, cells in enumerate(given) if cells
        ]
        given[max(fat, key=lambda place: given[place] - exact[place])] -= 1
    while sum(given) < width:
        given[by_remainder.pop()] += 1
    return given
