"""Tests wait for facts."""

import pytest

from tests.waiting import Stopwatch, turns, until


def test_a_fact_is_returned_as_it_was_found() -> None:
    found = iter(["", "", "here"])
    assert until(lambda: next(found), "it", turn=0.001) == "here"


def test_what_does_not_come_is_named_by_its_last_words() -> None:
    seen: list[int] = []
    with pytest.raises(AssertionError, match=r"not within 0 s: seen [1-9]"):
        until(lambda: seen.append(1), lambda: f"seen {len(seen)}", 0.01, turn=0.001)


def test_what_comes_in_the_very_last_moment_counts() -> None:
    assert list(zip(range(1), turns("it", 0.0), strict=False)) == [(0, 0.0)]
    assert until(lambda: "here", "it", 0.0) == "here"


def test_a_stopwatch_never_runs_backwards() -> None:
    watch = Stopwatch()
    first = watch.seconds()
    assert 0 <= first <= watch.seconds()
