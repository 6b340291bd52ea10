"""How the rungs of a stack become lines: what is inside what, the lines that join them, the columns."""

import re
from collections.abc import Sequence

from msgspec import Struct
from textual.content import Content

from widgets.look import Look
from widgets.state import PROBLEMS, Role, State, state_role, state_word
from widgets.text import cells, cut_end, cut_middle, flat, pad
from widgets.widget_words import translate_count

_KIND_MOST = 12
_STATE_MOST = 18
_NAME_LEAST, _DETAIL_LEAST, _WORDS_MOST = 8, 12, 24
"""Cells to which names, and details before them, are cut when a line is short; those of words later."""


class Rung(Struct, frozen=True):
    """One rung of a stack."""

    key: str
    """Stays the same while the rung is the same thing, so that the cursor can stay on it."""
    kind: str
    """What it is, in a word: `session`, `LUN`, `VG`."""
    name: str
    depth: int = 0
    """0 for the ladder itself, more for side branches."""
    detail: str = ""
    """What belongs to the name: a size, a device, a full name."""
    state: State = State.GOOD
    state_word: str = ""
    """The state in the field's own word (`LOGGED_IN`); empty takes the plain word."""
    note: str = ""
    """A few dim words; the first to go when the line is short."""
    heading: bool = False
    """A name over a ladder, bold and without a dot; everything up to the next heading is inside it."""
    whole: str = ""
    """What the copy key takes: an IQN, a WWID, a path; empty takes the name."""

    @property
    def words(self) -> str:
        """Everything a search looks at."""
        return " ".join((self.kind, self.name, self.detail, self.state_word, self.note))


class RungLine(Struct, frozen=True):
    """One line of the picture: a rung, with what is needed to draw it; or an empty line before a heading."""

    key: str | None
    rung: Rung | None = None
    joins: str = ""
    """One letter for each depth up to the rung's own parent: `|` passes by, `+` branches off and goes on,
    `\\` branches off for the last time, a blank is empty."""
    hidden: int = 0
    """Rungs folded away below."""
    problems: int = 0
    """How many of those have a problem."""


def inside(rungs: Sequence[Rung], index: int) -> range:
    """Return the indexes of the rungs that are inside the one at `index`: what folding it hides."""
    rung = rungs[index]
    end = index + 1
    while end < len(rungs) and _is_inside(rungs[end], rung):
        end += 1
    return range(index + 1, end)


def owner(rungs: Sequence[Rung], index: int) -> int | None:
    """Return the index of the nearest rung the one at `index` is inside of, or None."""
    return next((place for place in range(index - 1, -1, -1) if _is_inside(rungs[index], rungs[place])), None)


def _is_inside(lower: Rung, upper: Rung) -> bool:
    if upper.heading:
        return not lower.heading or lower.depth > upper.depth
    return not lower.heading and lower.depth > upper.depth


def stack_lines(rungs: Sequence[Rung], folded: frozenset[str], *, spaced: bool = False) -> list[RungLine]:
    """Return the lines to draw, folded rungs left out.

    Args:
        rungs: All rungs, top to bottom.
        folded: Keys of the rungs whose insides are not drawn.
        spaced: Put a piece of the ladder between its rungs, for when there is room.
    """
    lines: list[RungLine] = []
    joins = _joins(rungs)
    index = 0
    while index < len(rungs):
        rung = rungs[index]
        if rung.heading and lines and not (rung.key in folded and _is_folded_heading(lines[-1])):
            lines.append(RungLine(None))
        elif spaced and lines and rung.depth == 0 and not _is_heading(lines[-1]):
            lines.append(RungLine(None, joins="|"))
        below = inside(rungs, index) if rung.key in folded else range(0)
        problems = _problems(rungs, below) if below else 0
        lines.append(RungLine(rung.key, rung, joins[index], len(below), problems))
        index += 1 + len(below)
    return lines


def _problems(rungs: Sequence[Rung], places: range) -> int:
    return sum(rungs[place].state in PROBLEMS and not rungs[place].heading for place in places)


def _is_folded_heading(line: RungLine) -> bool:
    return _is_heading(line) and line.hidden > 0


def _is_heading(line: RungLine) -> bool:
    return line.rung is not None and line.rung.heading


def _joins(rungs: Sequence[Rung]) -> list[str]:
    """Return the joins of every rung, read from the last to the first so that a line knows if it goes on."""
    going_on: set[int] = set()
    joins: list[str] = []
    for rung in reversed(rungs):
        if rung.heading:
            going_on.clear()
            joins.append("")
            continue
        going_on = {depth for depth in going_on if depth <= rung.depth}
        # Only the ladder itself goes on from rung to rung; side branches each start at their trunk.
        passing = [depth + 1 in going_on or (depth == 0 and 0 in going_on) for depth in range(rung.depth)]
        trunk = "".join("|" if passes else " " for passes in passing[:-1])
        joins.append(trunk + ("+" if passing[-1] else "\\") if passing else "")
        going_on.add(rung.depth)
    joins.reverse()
    return joins


class StackColumns(Struct, frozen=True):
    """The widths, in cells, that keep the columns of all rungs in their places."""

    kind: int = 0
    depth: int = 0
    name: int = 0
    """Of names with a detail behind them."""
    alone: int = 0
    """Of names without one, which may use its column as well."""
    detail: int = 0
    words: int = 0
    """Of details in words, which are cut after names; an identifier without blanks is cut before them."""
    state: int = 0
    note: int = 0

    @classmethod
    def measure(cls, rungs: Sequence[Rung]) -> "StackColumns":
        """Return the widths the rungs would like to have."""
        plain = [rung for rung in rungs if not rung.heading]
        names = [(cells(rung.name) + 2 * rung.depth, bool(rung.detail)) for rung in plain]
        return cls(
            kind=min(_KIND_MOST, max((cells(rung.kind) for rung in plain), default=0)),
            depth=max((rung.depth for rung in plain), default=0),
            name=max((width for width, detailed in names if detailed), default=0),
            alone=max((width for width, detailed in names if not detailed), default=0),
            detail=max((cells(rung.detail) for rung in plain), default=0),
            words=min(
                _WORDS_MOST, max((cells(rung.detail) for rung in plain if " " in rung.detail), default=0)
            ),
            state=min(_STATE_MOST, max((cells(_word(rung)) for rung in plain), default=0)),
            note=max((cells(rung.note) for rung in plain), default=0),
        )

    @property
    def whole(self) -> int:
        """Cells of a line in which nothing is cut."""
        return 2 + self.kind + 2 + self._middle + 2 + self.state + _gap(self.note)

    @property
    def _middle(self) -> int:
        """Cells of name and detail together."""
        return max(self.alone, self.name + _gap(self.detail))

    def fitted(self, width: int) -> "StackColumns":
        """Return widths that fit in a line: the notes go first, then long details are cut, then names."""
        room = max(4, width - 2 - self.kind - 2 - self.state - 2)
        note = max(0, min(self.note, room - self._middle - 2))
        name, detail = self.name, self.detail
        if name + _gap(detail) > room:
            detail = min(detail, max(_DETAIL_LEAST, self.words, room - name - 2))
            name = min(name, room - _gap(detail))
        if name < min(_NAME_LEAST, self.name):
            name, detail = min(max(self.name, self.alone), room), 0
        middle = min(room, max(self.alone, name + _gap(detail)))
        if detail:
            name = middle - _gap(detail)
        return StackColumns(self.kind, self.depth, name, middle, detail, self.words, self.state, note)


def _gap(width: int) -> int:
    return width + 2 if width else 0


def _word(rung: Rung) -> str:
    return flat(rung.state_word) or state_word(rung.state)


def draw_rung(line: RungLine, columns: StackColumns, look: Look, width: int) -> Content:
    """Return one line of the picture, at most `width` cells."""
    rung = line.rung
    if rung is None:
        return _draw_joins(line.joins, look)
    if rung.heading:
        return _draw_heading(line, rung, look, width)
    fit = columns.fitted(width)
    cut = look.glyphs.ellipsis
    indent = 2 * rung.depth
    detailed = bool(rung.detail) and fit.detail > 0
    name_room = max(4, (fit.name if detailed else fit.alone) - indent)
    name = cut_middle(flat(rung.name), name_room, cut)
    parts: list[Content] = [
        _draw_joins(line.joins, look),
        look.dot(rung.state),
        Content(" "),
        look.text(pad(cut_end(flat(rung.kind), fit.kind, cut), fit.kind), Role.MUTED),
        Content("  "),
        look.text(
            pad(name, name_room) if detailed else name, Role.STRONG if rung.state in PROBLEMS else Role.TEXT
        ),
    ]
    if detailed:
        parts += [Content("  "), look.text(cut_middle(flat(rung.detail), fit.detail, cut), Role.TEXT)]
    word = look.text(cut_end(_word(rung), fit.state, cut), state_role(rung.state))
    behind, between = _notes(line, parts, fit, width)
    parts.append(look.text(between, Role.MUTED))
    middle = 2 + fit.kind + 2 + fit.alone
    parts += [Content(" " * (middle + 2 - sum(part.cell_length for part in parts))), word]
    if behind:
        parts += [Content(" " * (2 + fit.state - word.cell_length)), look.text(behind, Role.MUTED)]
    return Content("").join(parts).truncate(width)


def _notes(line: RungLine, parts: Sequence[Content], fit: StackColumns, width: int) -> tuple[str, str]:
    """Return what is noted behind the state, or where more of it fits, what stands between name and state."""
    assert line.rung is not None
    note = _folded_note(line) or flat(line.rung.note)
    state_end = 2 + fit.kind + 2 + fit.alone + 2 + fit.state
    behind = whole_parts(note, width - state_end - 2)
    between = whole_parts(note, state_end - fit.state - 4 - sum(part.cell_length for part in parts))
    return (behind, "") if len(behind) >= len(between) else ("", "  " + between)


def whole_parts(note: str, width: int) -> str:
    """Return of a list with commas what fits: half of a size or of a time would be another one."""
    parts = _COMMA.split(note)
    while parts and cells("".join(parts)) > width:
        del parts[-2:]
    return "".join(parts)


_COMMA = re.compile(r"(, |、)")
"""What stands between the items of a list, of any language."""


def _draw_heading(line: RungLine, rung: Rung, look: Look, width: int) -> Content:
    cut = look.glyphs.ellipsis
    if line.hidden:
        mark = look.text(look.glyphs.folded + " ", Role.MUTED) + look.dot(rung.state) + " "
        name = cut_middle(flat(rung.name), max(4, width - mark.cell_length), cut)
        drawn = mark + look.text(name, Role.STRONG if line.problems else Role.TEXT)
    else:
        drawn = look.text(cut_middle(flat(rung.name), width, cut), Role.STRONG)
    rest = _folded_note(line) or flat(rung.detail)
    room = width - drawn.cell_length - 2
    if rest and room >= 8:
        role = Role.WARN if line.problems else Role.MUTED
        drawn += Content("  ") + look.text(cut_middle(rest, room, cut), role)
    return drawn


def _draw_joins(joins: str, look: Look) -> Content:
    shapes = {
        "|": look.glyphs.vertical + " ",
        "+": look.glyphs.branch + look.glyphs.horizontal,
        "\\": look.glyphs.last_branch + look.glyphs.horizontal,
        " ": "  ",
    }
    return look.text("".join(shapes[letter] for letter in joins), Role.MUTED)


def _folded_note(line: RungLine) -> str:
    if not line.hidden:
        return ""
    words = translate_count("{count} layer folded", "{count} layers folded", line.hidden).format(
        count=line.hidden
    )
    if line.problems:
        wrong = translate_count("{count} problem", "{count} problems", line.problems)
        words = wrong.format(count=line.problems) + ", " + words
    return words
