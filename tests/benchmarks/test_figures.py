"""What the benchmarks make of their numbers. Nothing here measures time."""

import json

import pytest

from tests.benchmarks.figures import (
    HISTORY_COLUMNS,
    Bound,
    Figure,
    Target,
    Unit,
    as_json,
    compared,
    history,
    rounds,
    spread,
    table,
)


def test_a_spread_has_least_middle_most_and_tail() -> None:
    found = spread([float(value) for value in range(1, 102)])
    assert (found.minimum, found.median, found.maximum, found.tail, found.count) == (1, 51, 101, 100, 101)


def test_one_value_is_all_of_its_spread() -> None:
    found = spread([3.0])
    assert (found.minimum, found.median, found.maximum, found.tail) == (3, 3, 3, 3)


@pytest.mark.parametrize(("faster", "ratio"), [(True, (4.0, 5.0, 6.0)), (False, (1 / 6, 1 / 5, 1 / 4))])
def test_the_ratio_is_taken_of_each_round(faster: bool, ratio: tuple[float, ...]) -> None:
    figure = compared(
        "read", Unit.SECONDS, [1.0, 10.0, 2.0], against="x", theirs=[5.0, 40.0, 12.0], faster=faster
    )
    assert figure.ratio is not None
    assert (figure.ratio.minimum, figure.ratio.median, figure.ratio.maximum) == pytest.approx(ratio)


def test_a_side_that_did_nothing_gives_no_ratio() -> None:
    figure = compared("rest", Unit.BYTES_PER_SECOND, [0.0], against="x", theirs=[5.0])
    assert figure.ratio is None


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (Target(Bound.AT_MOST, 3), "yes"),
        (Target(Bound.AT_MOST, 3, by_tail=True), "no"),
        (Target(Bound.AT_LEAST, 3), "no"),
        (None, ""),
    ],
)
def test_the_verdict_follows_the_target(target: Target | None, verdict: str) -> None:
    assert Figure("x", Unit.SECONDS, spread([1.0, 2.0, 9.0]), target=target).verdict == verdict


def test_the_target_is_for_the_ratio_where_there_is_one() -> None:
    figure = compared(
        "x", Unit.SECONDS, [5.0], against="y", theirs=[50.0], faster=True, target=Target(Bound.AT_LEAST, 10)
    )
    assert figure.verdict == "yes"


def test_the_sides_take_turns_in_beginning() -> None:
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return float(len(order))

    ours, theirs = rounds(3, lambda: side("a"), lambda: side("b"))
    assert "".join(order) == "abbaab"
    assert (ours, theirs) == ([1, 4, 5], [2, 3, 6])


def test_the_table_shows_each_figure_and_each_note_once() -> None:
    one = compared("read", Unit.SECONDS, [0.0123], against="`lsblk`", theirs=[123.4], faster=True, note="why")
    two = Figure(
        "key", Unit.MILLISECONDS, spread([15.0]), target=Target(Bound.AT_MOST, 150, by_tail=True), note="why"
    )
    lines = table([one, two]).splitlines()
    assert lines[2].startswith("| read | 0.012 / 0.012 / 0.012 s | `lsblk` | 123 / 123 / 123 s | 10033 /")
    assert lines[3] == "| key | 15.0 / 15.0 / 15.0 (p99 15.0) ms |  |  |  | p99 ≤ 150 | yes |"
    assert lines[4:] == ["", "- why"]


def test_the_document_holds_the_same() -> None:
    document = json.loads(as_json([Figure("key", Unit.MILLISECONDS, spread([15.0]))], ["today"]))
    assert document["conditions"] == ["today"]
    assert document["figures"][0]["ours"]["median"] == 15


def test_the_history_has_a_row_of_numbers_for_each_figure() -> None:
    pair = compared("a", Unit.SECONDS, [1.0, 2.0], against="b", theirs=[2.0, 8.0], faster=True)
    alone = Figure("c", Unit.MILLISECONDS, spread([3.0]))
    rows = history((pair, alone), "2026-11-30T10:00:00+0000", "0.2")
    assert {len(row) for row in rows} == {len(HISTORY_COLUMNS)}
    assert rows[0][1:9] == ("a", "s", "1.5", "b", "5", "3", "2", "4")
    assert rows[1][1:9] == ("c", "ms", "3", "", "", "", "", "")
