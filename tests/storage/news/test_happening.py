import time

from hypothesis import given, strategies as st

from tui.storage.news.event_budget import EventBudget
from tui.storage.news.happening import Happening, HappeningLog, Source


def told(when: float, text: str = "change sda", source: Source = Source.EVENT) -> Happening:
    return Happening(when, source, text)


def test_they_are_kept_in_the_order_of_their_times() -> None:
    log = HappeningLog()
    log.add([told(30, "c"), told(10, "a"), told(20, "b")])
    assert [one.text for one in log.kept()] == ["a", "b", "c"]
    assert log.version == 3


def test_a_repeated_line_counts_up_and_comes_last() -> None:
    log = HappeningLog()
    log.add([told(10, "a"), told(11, "b"), told(12, "a")])
    assert [(one.text, one.count, one.when) for one in log.kept()] == [("b", 1, 11), ("a", 2, 12)]
    log.add([told(100, "a")])
    assert [one.count for one in log.kept()] == [1, 2, 1]


def test_another_source_is_another_happening() -> None:
    log = HappeningLog()
    log.add([told(10, "a"), told(10, "a", Source.KERNEL)])
    assert [one.count for one in log.kept()] == [1, 1]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.sampled_from("abcdefghijklmnop")), max_size=200))
def test_the_log_is_bounded_sorted_and_loses_no_count(pairs: list[tuple[float, str]]) -> None:
    log = HappeningLog(most=500)
    log.add([told(when, text) for when, text in pairs])
    kept = log.kept()
    assert [one.when for one in kept] == sorted(one.when for one in kept)
    assert sum(one.count for one in kept) == len(pairs)
    small = HappeningLog(most=5)
    for when, text in pairs:
        small.add([told(when, text)])
        assert len(small.kept()) <= 5


def test_a_storm_of_a_hundred_thousand_is_quick_and_small() -> None:
    log = HappeningLog()
    began = time.perf_counter()
    for number in range(100_000):
        log.add([told(number * 0.001, f"change sd{number % 3000}")])
    assert len(log.kept()) == 1000
    assert time.perf_counter() - began < 30


def test_a_budget_tells_the_first_and_counts_the_rest() -> None:
    budget = EventBudget(most=3, window=2.0)
    assert [budget.open(10.0) for _turn in range(5)] == [True, True, True, False, False]
    assert list(budget.rest(11.0)) == []
    rest = list(budget.rest(12.5))
    assert [one.text for one in rest] == ["2 more events"]
    assert list(budget.rest(20.0)) == []
    assert budget.open(20.0)
