"""A table of hosts as text. For each row the hosts in each state: 500 hosts side by side fit no line."""

from collections.abc import Iterator

from tui.fleet.comparing.host_names import listed
from tui.fleet.facts import Shown
from tui.fleet.finding import FleetFinding
from tui.fleet.fleet import Fleet, Row, RowKind
from tui.fleet.fleet_words import MOST, heading, kind_title, limits, shown_word, verdict_word, weight_word
from tui.storage.cells import padded, wrapped
from tui.words import labelled, remarked, translate as _

_WIDTH = 79


def fleet_text(fleet: Fleet) -> str:
    """All of it."""
    lines = [heading(fleet)]
    for words in limits(fleet):
        lines += wrapped(words, _WIDTH, 0, 2)
    if fleet.findings:
        lines += ["", _("Findings, the worst first:")]
    for number, finding in enumerate(fleet.findings, start=1):
        lines += _finding(fleet, finding, number)
    lines += ["", _("Hosts")]
    width = max((len(column.name) for column in fleet.columns), default=0)
    lines += [f"  {padded(column.name, width)}  {verdict_word(column)}" for column in fleet.columns]
    for kind in RowKind:
        rows = [row for row in fleet.rows if row.kind is kind]
        if rows:
            lines += ["", kind_title(kind)]
        for row in rows:
            lines += _row(fleet, row)
    return "\n".join(lines)


def _finding(fleet: Fleet, finding: FleetFinding, number: int) -> Iterator[str]:
    words = f"{number}. [{finding.code}] " + labelled(weight_word(finding.weight), finding.summary)
    yield from wrapped(words, _WIDTH, 2, 3)
    if finding.subject:
        yield f"     {finding.subject}"
    if finding.own:
        names = [column.name for file in finding.hosts if (column := fleet.column(file)) is not None]
        yield from wrapped(_("On {hosts}.").format(hosts=listed(names, MOST)), _WIDTH, 5)
    if finding.meaning:
        yield from wrapped(finding.meaning, _WIDTH, 5)
    for name, seen in finding.seen:
        yield from wrapped(labelled(name, seen), _WIDTH, 7, 2)
    for advice in finding.advice:
        yield from wrapped(f"- {advice}", _WIDTH, 5, 2)


def _row(fleet: Fleet, row: Row) -> Iterator[str]:
    yield f"  {row.name}" + (f"  {row.detail}" if row.detail else "")
    standing: dict[Shown, list[str]] = {shown: [] for shown in Shown}
    for column, cell in zip(fleet.columns, row.cells, strict=True):
        is_exact = cell.shown is not Shown.NONE and cell.words != shown_word(cell.shown)
        standing[cell.shown].append(remarked(column.name, cell.words) if is_exact else column.name)
    for shown, names in standing.items():
        if names and shown is not Shown.NONE:
            yield from wrapped(f"{padded(shown_word(shown), 9)} {listed(names, MOST)}", _WIDTH, 4, 10)
