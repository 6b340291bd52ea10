"""What a table of hosts shows as rows of lists: states, cells, findings, and what is not known."""

from tui.fleet.facts import Cell, Shown
from tui.fleet.finding import FleetFinding, Weight
from tui.fleet.fleet import Age, Column, Fleet, RowKind
from tui.fleet.fleet_words import kind_title, limits, verdict_word, weight_word
from tui.storage.stacks.judgement import Verdict
from tui.words import translate as _
from widgets.state import State
from widgets.table import PickRow
from widgets.tables.grid import GridCell, GridRow

VERDICTS = "verdicts"
"""Name of the row with what each host comes to by itself."""

_STATES = {
    Shown.USED: State.GOOD,
    Shown.THERE: State.GOOD,
    Shown.WARNING: State.WARN,
    Shown.BROKEN: State.BAD,
    Shown.MISSING: State.ABSENT,
    Shown.INTENDED: State.INTENDED,
    Shown.NONE: None,
    Shown.UNKNOWN: State.UNKNOWN,
}
_WEIGHTS = {
    Weight.DANGER: State.BAD,
    Weight.BROKEN: State.BAD,
    Weight.RISK: State.WARN,
    Weight.DIFFERENCE: State.DEGRADED,
}
_VERDICTS = {
    Verdict.BROKEN: State.BAD,
    Verdict.INCOMPLETE: State.UNKNOWN,
    Verdict.RISKS: State.WARN,
    Verdict.HEALTHY: State.GOOD,
}


def state_of(cell: Cell) -> State | None:
    """Return how a cell is drawn; None for nothing."""
    return _STATES[cell.shown]


def grid_rows(fleet: Fleet) -> tuple[GridRow, ...]:
    """Return the rows, a title over each kind; first what each host comes to."""
    if not fleet.columns:
        return ()
    made: dict[Cell, GridCell] = {}
    verdicts = tuple(GridCell(_verdict_state(column), verdict_word(column)) for column in fleet.columns)
    rows = [GridRow(VERDICTS, _("The host itself"), verdicts)]
    for kind in RowKind:
        of_kind = [row for row in fleet.rows if row.kind is kind]
        if of_kind:
            rows.append(GridRow(kind.value, kind_title(kind)))
        for row in of_kind:
            cells = tuple(
                made.get(cell) or made.setdefault(cell, GridCell(state_of(cell), cell.words))
                for cell in row.cells
            )
            rows.append(GridRow(f"{kind.value} {row.key}", row.name, cells))
    return tuple(rows)


def _verdict_state(column: Column) -> State:
    """Return the state that goes with the word for what a host comes to."""
    facts = column.facts
    if column.age is not Age.CURRENT:
        return State.UNKNOWN
    if facts.verdict is Verdict.INCOMPLETE and facts.told:
        return State.WARN
    return _VERDICTS[facts.verdict]


def finding_rows(fleet: Fleet) -> tuple[PickRow, ...]:
    """Return the findings, the worst first, then what is not known. Keys are `finding N` and `limit N`."""
    found = [
        PickRow(
            f"finding {place}",
            (_hosts_words(fleet, finding), finding.summary),
            _WEIGHTS[finding.weight],
            weight_word(finding.weight),
        )
        for place, finding in enumerate(fleet.findings)
    ]
    unknown = [
        PickRow(f"limit {place}", ("", words), State.UNKNOWN, _("unknown"))
        for place, words in enumerate(limits(fleet))
    ]
    return (*found, *unknown)


def _hosts_words(fleet: Fleet, finding: FleetFinding) -> str:
    if len(finding.hosts) == 1:
        column = fleet.column(finding.hosts[0])
        return column.name if column is not None else finding.hosts[0]
    return _("{count} hosts").format(count=len(finding.hosts))
