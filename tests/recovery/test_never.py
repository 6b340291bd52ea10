"""Each "never" of the catalogue is impossible through this program, refused, or wants a word typed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recovery.never_ways import NEVERS, Asked, NoCommand, NoPlan, Said, Typed, Way
from tests.recovery.nevers import ASKED_FIRST, COMMANDS, NOT_FOR, forbidden, nothing_forbidden
from tests.storage.operations import (
    test_disconnect_operations,
    test_growth_words,
    test_repair_words,
    test_volume_words,
    test_words,
)
from tui.maintenance.proposal import Proposal
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
from tui.screens.plan.plan_words import question
from tui.storage.changing.plan import Plan
from tui.storage.host.recorded import RecordedHost
from tui.storage.operations.operation import Operation
from tui.storage.problem import Refused

ROOT = Path(__file__).parents[2]
MACHINES = sorted((ROOT / "tests" / "machines").glob("*.json"))
OPERATIONS: tuple[Operation, ...] = (
    *test_words.OPERATIONS,
    *test_repair_words.OPERATIONS,
    *test_growth_words.OPERATIONS,
    *test_volume_words.OPERATIONS,
    *test_disconnect_operations.OPERATIONS,
)


def said_words() -> frozenset[str]:
    """Every sentence of the detectors."""
    return frozenset(
        node.value
        for path in (ROOT / "tui" / "recovery").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


SAID = said_words()


@pytest.mark.parametrize(("number", "never", "way"), NEVERS, ids=[f"{one[0]} {one[1]}" for one in NEVERS])
def test_it_cannot_be_done_by_this_program(number: str, never: str, way: Way) -> None:
    if isinstance(way, NoCommand):
        assert forbidden((way.line,)), never
    elif isinstance(way, NoPlan):
        assert (number, way.why) in {(one, why) for one, _pattern, why in NOT_FOR}
    elif isinstance(way, Asked):
        assert (number, way.why) in {(one, why) for one, _pattern, why in ASKED_FIRST}
    elif isinstance(way, Said):
        assert way.words in SAID
    elif isinstance(way, Typed):
        asked = question(Proposal(Plan(never, (way.operation,)), "why"))
        assert asked._word
        assert asked._losses
        assert asked._yes.disabled
    else:
        host = way.host()
        with pytest.raises(Refused) as refused:
            way.operation.check(host)
        assert refused.value.problem.code == way.code
        assert host.changes == []


def test_every_kind_of_line_is_found_by_its_example() -> None:
    for one in COMMANDS:
        assert one.found.search(one.example), one
    told = {one.number for one in COMMANDS} | {number for number, _pattern, _why in NOT_FOR}
    assert told <= {number for number, _never, _way in NEVERS}


def argv_lines(path: Path) -> Iterator[str]:
    """The commands in a source: each sequence of words, with `X` for what is only known when it runs."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Tuple | ast.List) or not node.elts:
            continue
        words = [one.value if isinstance(one, ast.Constant) else "X" for one in node.elts]
        if isinstance(words[0], str) and words[0] != "X" and " " not in words[0]:
            yield " ".join(str(word) for word in words)


def test_no_command_of_the_sources_is_one_of_them() -> None:
    sources = [
        path
        for folder in ("recovery", "storage", "maintenance", "setup", "screens")
        for path in sorted((ROOT / "tui" / folder).rglob("*.py"))
    ]
    lines = [line for path in sources for line in argv_lines(path)]
    assert "umount X" in lines
    assert "lvm vgreduce --removemissing --force X" in lines
    assert forbidden(lines) == []


def test_no_operation_runs_one_of_them() -> None:
    assert len({type(one) for one in OPERATIONS}) > 60
    for operation in OPERATIONS:
        assert forbidden(operation.shown()) == [], type(operation)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda path: path.stem)
def test_no_recorded_host_is_offered_one_of_them(machine: Path) -> None:
    found = diagnose(gather(RecordedHost(str(machine)), 60.0)).findings
    nothing_forbidden(found)
