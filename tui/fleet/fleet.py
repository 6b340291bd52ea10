"""From captures to a table: hosts as columns, LUNs, targets and portals as rows, all findings in one list.

A pure function: it reads nothing and has no clock. What a capture says counts while it is not old. An old one
says nothing of the present, so that its host is unknown in every row, and takes part in no comparison.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from tui.fleet.comparing.identities import same_initiator_names, same_machine_ids
from tui.fleet.comparing.reach import missing_luns, portals_of_some, sizes
from tui.fleet.comparing.settings import (
    differing_policies,
    differing_settings,
    differing_timers,
    differing_versions,
)
from tui.fleet.comparing.sharing import shared_uses, unguarded_groups
from tui.fleet.facts import Cell, HostFacts, LunFacts, Shown, Unreadable
from tui.fleet.finding import WEIGHTS, FleetFinding, Weight
from tui.storage.size import size_words
from tui.words import enumerated, translate as _, translate_count

MAX_AGE = 24 * 3600.0
"""Seconds after which a capture says nothing of the present any more."""

_AHEAD = 300.0
"""Seconds that the clock of a host may be ahead of this one."""

_COMPARISONS = (
    shared_uses,
    unguarded_groups,
    same_initiator_names,
    same_machine_ids,
    missing_luns,
    portals_of_some,
    sizes,
    differing_timers,
    differing_policies,
    differing_settings,
    differing_versions,
)


class Age(StrEnum):
    """Whether a capture says something of the present."""

    CURRENT = "current"
    OLD = "old"
    AHEAD = "ahead"
    """Its host's clock is ahead of this one, so that its age is not known."""


class Column(Struct, frozen=True):
    """A host.

    Attributes:
        facts: what its capture says.
        name: its name; with the file where several hosts have one name.
        age: whether that still counts.
    """

    facts: HostFacts
    name: str
    age: Age


class RowKind(StrEnum):
    """What a row is about."""

    LUN = "lun"
    TARGET = "target"
    PORTAL = "portal"


class Row(Struct, frozen=True):
    """A LUN, a target or a portal.

    Attributes:
        kind: which of these.
        key: what it is on every host.
        name: what people call it.
        detail: size, and the places of a LUN; or empty.
        cells: of each column.
    """

    kind: RowKind
    key: str
    name: str
    detail: str
    cells: tuple[Cell, ...]


class Fleet(Struct, frozen=True, dict=True):
    """All of it.

    Attributes:
        now: when that is, in seconds since the epoch.
        max_age: seconds after which a capture is old.
        columns: the hosts, by name.
        rows: LUNs, targets, portals.
        findings: the worst first.
        unreadable: files that are not captures, or could not be read.
        replaced: older captures of a host of which there is a newer one, each with that one's file.
    """

    now: float
    max_age: float
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    findings: tuple[FleetFinding, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()

    def column(self, file: str) -> Column | None:
        """The host of a capture, or None."""
        return self._by_file.get(file)

    @cached_property
    def _by_file(self) -> dict[str, Column]:
        return {column.facts.file: column for column in self.columns}


def survey(
    hosts: Iterable[HostFacts], unreadable: Iterable[Unreadable], now: float, max_age: float = MAX_AGE
) -> Fleet:
    """Put hosts side by side.

    Args:
        hosts: what each capture says.
        unreadable: the files that say nothing.
        now: the moment that captures are old by, in seconds since the epoch.
        max_age: seconds after which one is old.
    """
    newest, replaced = _newest(hosts)
    columns = _columns(newest, now, max_age)
    current = [replace(column.facts, name=column.name) for column in columns if column.age is Age.CURRENT]
    compared = (finding for compare in _COMPARISONS for finding in compare(current))
    return Fleet(
        now,
        max_age,
        columns,
        tuple(_rows(columns)),
        tuple(_ordered([*compared, *_own(current)])),
        tuple(sorted(unreadable, key=lambda one: one.file)),
        tuple(replaced),
    )


def _newest(hosts: Iterable[HostFacts]) -> tuple[list[HostFacts], list[tuple[str, str]]]:
    """Of several captures of one host the newest, and what it replaces."""
    found: dict[tuple[str, str, str], list[HostFacts]] = {}
    replaced: list[tuple[str, str]] = []
    for host in sorted(hosts, key=lambda host: (-host.taken_at, host.file)):
        alike = found.setdefault((host.name, host.initiator, host.machine), [])
        same = next((other for other in alike if _is_same_machine(other, host)), None)
        if same is None:
            alike.append(host)
        else:
            replaced.append((host.file, same.file))
    return [host for alike in found.values() for host in alike], sorted(replaced)


def _is_same_machine(one: HostFacts, other: HostFacts) -> bool:
    """Whether two hosts of one name, initiator name and machine ID are one: clones have other interfaces."""
    return not (one.addresses and other.addresses) or not set(one.addresses).isdisjoint(other.addresses)


def _columns(hosts: Sequence[HostFacts], now: float, max_age: float) -> tuple[Column, ...]:
    counts = Counter(host.name for host in hosts)
    return tuple(
        Column(
            host,
            f"{host.name} ({host.file})" if counts[host.name] > 1 else host.name,
            _age(host, now, max_age),
        )
        for host in sorted(hosts, key=lambda host: (host.name, host.file))
    )


def _age(host: HostFacts, now: float, max_age: float) -> Age:
    if host.taken_at > now + _AHEAD:
        return Age.AHEAD
    return Age.OLD if now - host.taken_at > max_age else Age.CURRENT


def _rows(columns: Sequence[Column]) -> Iterator[Row]:
    luns: dict[str, list[tuple[Age, LunFacts]]] = {}
    names: dict[RowKind, dict[str, None]] = {RowKind.TARGET: {}, RowKind.PORTAL: {}}
    known: list[dict[tuple[RowKind, str], Cell]] = []
    for column in columns:
        own: dict[tuple[RowKind, str], Cell] = {}
        for lun in column.facts.luns:
            luns.setdefault(lun.key, []).append((column.age, lun))
            own[RowKind.LUN, lun.key] = lun.cell
        for target in column.facts.targets:
            names[RowKind.TARGET][target.name] = None
            own[RowKind.TARGET, target.name] = target.cell
        for portal in column.facts.portals:
            names[RowKind.PORTAL][portal.name] = None
            own[RowKind.PORTAL, portal.name] = portal.cell
        known.append(own)
    blanks = [_Blanks(column) for column in columns]
    for key, seen in luns.items():
        views = [view for age, view in seen if age is Age.CURRENT] or [view for _age, view in seen]
        holds = frozenset(what for view in views for what in view.holds)
        cells = _cells((RowKind.LUN, key), known, blanks, holds)
        yield Row(RowKind.LUN, key, key, _lun_detail(key, views), cells)
    for kind, listed in names.items():
        for name in sorted(listed):
            yield Row(kind, name, name, "", _cells((kind, name), known, blanks, frozenset()))


def _cells(
    key: tuple[RowKind, str],
    known: "list[dict[tuple[RowKind, str], Cell]]",
    blanks: "list[_Blanks]",
    holds: frozenset[str],
) -> tuple[Cell, ...]:
    return tuple(
        blank.of(holds) if blank.is_unknown else own.get(key) or blank.of(holds)
        for own, blank in zip(known, blanks, strict=True)
    )


def _lun_detail(key: str, views: Sequence[LunFacts]) -> str:
    sizes_seen = sorted({view.size for view in views if view.size})
    places = dict.fromkeys(place for view in views for place in view.places if place != key)
    words = " / ".join(size_words(size, *sizes_seen) for size in sizes_seen)
    return enumerated(word for word in (words, *places) if word)


class _Blanks:
    """What a host's cell is in rows of which its capture says nothing."""

    def __init__(self, column: Column) -> None:
        self._missed = {one.what: one.source for one in column.facts.expected}
        self.is_unknown = column.age is not Age.CURRENT
        self._none = Cell(Shown.NONE, "")
        if column.age is Age.OLD:
            self._none = Cell(Shown.UNKNOWN, _("unknown"), _("The capture of this host is old."))
        elif column.age is Age.AHEAD:
            self._none = Cell(Shown.UNKNOWN, _("unknown"), _("The clock of this host is ahead of this one."))
        elif not column.facts.whole:
            words = _("Not everything could be read when this host was captured.")
            self._none = Cell(Shown.UNKNOWN, _("unknown"), words)

    def of(self, holds: frozenset[str]) -> Cell:
        """The cell in a row of a thing that holds some file systems and PVs."""
        if not self.is_unknown and self._missed:
            sources = dict.fromkeys(self._missed[what] for what in sorted(holds) if what in self._missed)
            if sources:
                words = _("Expected: {sources}.").format(sources=enumerated(sources))
                return Cell(Shown.MISSING, _("missing"), words)
        return self._none


def _own(hosts: Sequence[HostFacts]) -> Iterator[FleetFinding]:
    """What `doctor` finds on the hosts themselves; the same on several hosts once."""
    found: dict[tuple[Weight, str, str], dict[str, None]] = {}
    for host in hosts:
        for told in host.told:
            weight = Weight.RISK if told.is_risk else Weight.BROKEN
            found.setdefault((weight, told.code, told.summary), {})[host.file] = None
        if host.unexplained:
            words = translate_count(
                "{count} layer is broken or missing for an unknown reason.",
                "{count} layers are broken or missing for an unknown reason.",
                host.unexplained,
            ).format(count=host.unexplained)
            found.setdefault((Weight.BROKEN, "unexplained", words), {})[host.file] = None
    for (weight, code, summary), of_hosts in found.items():
        yield FleetFinding(code, weight, summary, tuple(of_hosts), own=True)


def _ordered(findings: Iterable[FleetFinding]) -> list[FleetFinding]:
    """The worst first; of equal weight what no host can know by itself, then what is on most hosts."""
    return sorted(
        findings,
        key=lambda one: (WEIGHTS.index(one.weight), one.own, -len(one.hosts), one.code, one.summary),
    )
