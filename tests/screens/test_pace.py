"""How often a host that changes by itself is read: it comes to rest, and nothing is lost."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.screens.clock import Clock
from tui.screens.pace import FIRST, LONGEST, MANY, Kind, Pace, Turns

SESSION: Kind = ("session", "t1")
A_WHILE = 1800.0


@dataclass
class Reader:
    """Reads a host at its pace, as a screen does.

    Attributes:
        cost: seconds that a reading takes.
        find: what each reading finds.
        begun: when readings began.
        ended: when they ended.
    """

    clock: Clock
    cost: float = 1.0
    find: Callable[[], Hashable] = lambda: "the same"
    begun: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    waiting: set[Kind] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.pace = Pace(self.clock)
        assert self.pace.ask()
        self.begin()

    def change(self, *kinds: Kind) -> None:
        self.pace.changed()
        self.waiting.update(kinds or (SESSION,))

    def turn(self) -> None:
        """See whether something is due."""
        if self.waiting and self.pace.due(self.waiting) == 0.0:
            self.pace.begin(self.waiting)
            self.begin()

    def begin(self) -> None:
        self.waiting.clear()
        self.begun.append(self.clock.now)
        self.clock.later(self.cost, self.end)

    def end(self) -> None:
        self.ended.append(self.clock.now)
        if self.pace.end(self.find()):
            assert self.pace.ask()
            self.begin()

    def live(self, seconds: float, *, changing: bool = True, every: float = 1.0) -> None:
        """Let time pass, with a change each second, and see each second whether something is due."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.pass_to(self.clock.now + every)
            if changing:
                self.change()
            self.turn()


def always_new() -> Callable[[], Hashable]:
    numbers: Iterator[int] = iter(range(100_000))
    return lambda: next(numbers)


def in_turn(*found: str) -> Callable[[], Hashable]:
    numbers: Iterator[int] = iter(range(100_000))
    return lambda: found[next(numbers) % len(found)]


@pytest.mark.parametrize("cost", [0.01, 1.0, 4.5, 30.0])
@pytest.mark.parametrize("find", [lambda: "the same", in_turn("up", "down"), in_turn(*"abcde")])
def test_a_host_that_changes_each_second_is_read_less_and_less_often(
    cost: float, find: Callable[[], Hashable]
) -> None:
    reader = Reader(Clock(), cost, find)
    reader.live(A_WHILE)
    assert len(reader.begun) <= 75
    first, *_others, last = [
        after - before for before, after in zip(reader.ended, reader.begun[1:], strict=False)
    ]
    assert last >= LONGEST * 0.9
    assert first <= cost + 2.0


@pytest.mark.parametrize("cost", [0.01, 1.0, 4.5, 100.0])
def test_at_least_half_of_the_time_nothing_is_read_though_each_reading_brings_something_new(
    cost: float,
) -> None:
    reader = Reader(Clock(), cost, always_new())
    reader.live(A_WHILE)
    rests = [after - before for before, after in zip(reader.ended[1:], reader.begun[2:], strict=False)]
    assert rests
    assert all(rest >= max(cost, FIRST) - 1e-6 for rest in rests)


def test_no_reading_is_begun_while_one_runs_and_each_is_ended() -> None:
    reader = Reader(Clock(), 4.5)
    reader.live(A_WHILE)
    reader.clock.pass_to(reader.clock.now + 10)
    assert len(reader.ended) == len(reader.begun)
    assert all(end <= begun for end, begun in zip(reader.ended, reader.begun[1:], strict=False))


def test_a_single_change_is_read_at_once() -> None:
    reader = Reader(Clock())
    reader.clock.pass_to(2000)
    reader.change()
    assert reader.pace.due([SESSION]) == 0.0
    assert not reader.pace.restless


@pytest.mark.parametrize("cost", [0.1, 4.5])
def test_what_a_host_has_come_to_is_read_soon_after_it_is_quiet(cost: float) -> None:
    reader = Reader(Clock(), cost)
    reader.live(A_WHILE)
    quiet = reader.clock.now
    reader.change()
    reader.live(3 * cost + 8, changing=False)
    assert reader.begun[-1] >= quiet
    assert not reader.waiting


def test_a_difference_that_stays_whatever_is_read_is_no_unrest() -> None:
    reader = Reader(Clock(), 0.1)
    reader.live(60)
    reader.live(15, changing=False)
    assert not reader.pace.restless
    before = len(reader.begun)
    for _second in range(600):
        reader.clock.pass_to(reader.clock.now + 1)
        reader.waiting.add(SESSION)
        reader.turn()
    assert len(reader.begun) - before <= 600 / LONGEST + 5


def test_something_else_that_changes_does_not_wait_for_what_goes_on() -> None:
    reader = Reader(Clock(), 0.1)
    reader.live(A_WHILE)
    assert (reader.pace.due([SESSION]) or 0.0) > 1.0
    assert reader.pace.due([SESSION, ("mount", "/srv/data")]) == 0.0


def test_a_name_that_is_new_each_time_is_no_news_for_ever() -> None:
    reader = Reader(Clock(), 0.1)
    for number in range(2 * MANY):
        reader.clock.pass_to(reader.clock.now + 5)
        reader.change(("disk", f"sd{number}"))
        reader.turn()
    assert (reader.pace.due([("disk", "another")]) or 0.0) > 2.0


def test_what_is_found_anew_is_followed_closely_again() -> None:
    found = ["lost"]
    reader = Reader(Clock(), 0.1, lambda: found[0])
    reader.live(A_WHILE)
    found[0] = "back"
    before = len(reader.begun)
    reader.live(LONGEST + 10)
    assert len(reader.begun) >= before + 4


def test_after_a_minute_of_rest_a_change_is_the_first_again() -> None:
    reader = Reader(Clock(), 0.1)
    reader.live(A_WHILE)
    said = [reader.pace.restless]
    reader.live(2 * LONGEST, changing=False)
    assert [*said, reader.pace.restless] == [True, False]
    reader.change()
    assert reader.pace.changes == 1
    assert reader.pace.due([SESSION]) == 0.0


def test_a_person_does_not_wait_and_gets_one_more_for_many() -> None:
    reader = Reader(Clock(), 4.5)
    reader.live(A_WHILE)
    reader.clock.pass_to(reader.ended[-1] + 5 if not reader.pace.running else reader.clock.now + 5)
    before = len(reader.begun)
    assert reader.pace.ask()
    reader.begin()
    assert [reader.pace.ask() for _press in range(9)] == [False] * 9
    assert reader.pace.due([SESSION]) is None
    reader.clock.pass_to(reader.clock.now + 20)
    assert len(reader.begun) == before + 2


def test_of_what_is_asked_for_meanwhile_the_newest_follows() -> None:
    turns: Turns[str] = Turns()
    assert turns.ask("first")
    assert not turns.ask("second")
    assert not turns.ask("third")
    assert turns.end() == "third"
    assert turns.running
    assert turns.end() is None
    assert not turns.running
