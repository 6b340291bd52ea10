"""What was measured, in numbers: spreads, ratios of rounds that ran side by side, and the table of them."""

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from statistics import median, quantiles

from msgspec import Struct, to_builtins


class Unit(StrEnum):
    """What a figure counts."""

    SECONDS = "s"
    CORE_SECONDS = "s CPU"
    MILLISECONDS = "ms"
    BYTES_PER_SECOND = "B/s"
    MEBIBYTES = "MiB"
    CORE_MILLISECONDS_PER_SECOND = "ms CPU/s"


class Bound(StrEnum):
    """On which side of a target a figure should be."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


class Spread(Struct, frozen=True):
    """The least, the middle and the most of some values; `tail` is their 99th percentile."""

    minimum: float
    median: float
    maximum: float
    tail: float
    count: int


class Target(Struct, frozen=True):
    """Where a figure should be: on one side of a limit, by its median or by its 99th percentile."""

    bound: Bound
    limit: float
    by_tail: bool = False

    def met(self, spread: Spread) -> bool:
        """Whether a spread keeps the target."""
        value = spread.tail if self.by_tail else spread.median
        return value >= self.limit if self.bound is Bound.AT_LEAST else value <= self.limit

    @property
    def words(self) -> str:
        """The target as the table shows it."""
        return f"{'p99 ' if self.by_tail else ''}{self.bound} {self.limit:g}"


class Figure(Struct, frozen=True):
    """One line of the table.

    Attributes:
        what: what was done.
        unit: of `ours` and `theirs`.
        ours: this program.
        against: what it is compared with, or empty.
        theirs: that, in the same rounds.
        ratio: of each round: theirs to ours where more is better (`times faster`), else ours to theirs.
        target: for the ratio where there is one, else for `ours`.
        note: what one has to know to read it.
    """

    what: str
    unit: Unit
    ours: Spread
    against: str = ""
    theirs: Spread | None = None
    ratio: Spread | None = None
    target: Target | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target is met."""
        if self.target is None:
            return ""
        return "yes" if self.target.met(self.ratio or self.ours) else "no"


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one value."""
    tail = quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else values[0]
    return Spread(min(values), median(values), max(values), tail, len(values))


def compared(
    what: str,
    unit: Unit,
    ours: Sequence[float],
    *,
    against: str,
    theirs: Sequence[float],
    faster: bool = False,
    target: Target | None = None,
    note: str = "",
) -> Figure:
    """A figure from rounds in which both ran one after the other; the ratio is taken of each round.

    So a machine that is busy for a while slows both sides of a round, and the ratio stays.

    Args:
        what: what was done.
        unit: of both sides.
        ours: this program, round by round.
        against: the name of the other side.
        theirs: the other side, round by round.
        faster: the ratio is how many times faster ours is (theirs to ours), not how much it takes.
        target: for the ratio.
        note: what one has to know to read it.
    """
    pairs = zip(ours, theirs, strict=True)
    ratios = [other / own if faster else own / other for own, other in pairs if own > 0 and other > 0]
    return Figure(
        what,
        unit,
        spread(ours),
        against,
        spread(theirs),
        spread(ratios) if ratios else None,
        target,
        note,
    )


def rounds(count: int, *sides: Callable[[], float]) -> tuple[list[float], ...]:
    """Run all sides one after the other, `count` times, beginning with another side each time."""
    measured: tuple[list[float], ...] = tuple([] for _side in sides)
    for number in range(count):
        for turn in range(len(sides)):
            side = (number + turn) % len(sides)
            measured[side].append(sides[side]())
    return measured


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table: least / middle / most of each side and of the ratio."""
    lines = [
        "| What | Ours | Against | Theirs | Ratio | Target | Met |",
        "|---|---|---|---|---|---|---|",
    ]
    for figure in figures:
        theirs = f"{_three(figure.theirs)} {figure.unit}" if figure.theirs is not None else ""
        by_tail = figure.target is not None and figure.target.by_tail
        tail = f" (p99 {_number(figure.ours.tail)})" if by_tail else ""
        cells = (
            figure.what,
            f"{_three(figure.ours)}{tail} {figure.unit}",
            figure.against,
            theirs,
            _three(figure.ratio) if figure.ratio is not None else "",
            figure.target.words if figure.target is not None else "",
            figure.verdict,
        )
        lines.append("| " + " | ".join(cells) + " |")
    notes = dict.fromkeys(figure.note for figure in figures if figure.note)
    return "\n".join((*lines, "", *(f"- {note}" for note in notes))).rstrip() + "\n"


def as_json(figures: Sequence[Figure], conditions: Sequence[str]) -> str:
    """The same for programs."""
    document = {"conditions": list(conditions), "figures": [to_builtins(figure) for figure in figures]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


HISTORY_COLUMNS = (
    "measured_at",
    "what",
    "unit",
    "ours",
    "against",
    "theirs",
    "ratio",
    "ratio_least",
    "ratio_most",
    "load",
)


def history(figures: Sequence[Figure], measured_at: str, load: str) -> list[tuple[str, ...]]:
    """The rows of these figures for a file that is added to at each run: medians, and the spread of ratios.

    Args:
        figures: what was measured.
        measured_at: when, as ISO 8601.
        load: of the machine when it began.
    """
    return [
        (
            measured_at,
            figure.what,
            figure.unit.value,
            f"{figure.ours.median:.6g}",
            figure.against,
            f"{figure.theirs.median:.6g}" if figure.theirs is not None else "",
            *(
                (f"{value:.6g}" for value in (ratio.median, ratio.minimum, ratio.maximum))
                if (ratio := figure.ratio) is not None
                else ("", "", "")
            ),
            load,
        )
        for figure in figures
    ]


def _three(values: Spread) -> str:
    return " / ".join(_number(value) for value in (values.minimum, values.median, values.maximum))


def _number(value: float) -> str:
    """Three digits that count, without an exponent."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"
