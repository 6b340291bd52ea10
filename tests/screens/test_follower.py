"""What keeps a screen true to its host: glances at once, whole readings at their pace, none of them lost."""

from dataclasses import dataclass, field

import pytest

from tests.screens.clock import Clock
from tui.screens.changed import HostChanged
from tui.screens.follower import Follower
from tui.storage.model.topic import Topic

SESSIONS = frozenset({Topic.SESSIONS})
LVM = frozenset({Topic.DEVICES, Topic.LVM})
AT_ONCE = HostChanged()
GLANCE = HostChanged(whole=False)


@dataclass
class Screen:
    """Reads as a screen does, in made-up time.

    Attributes:
        cost: seconds of a whole reading.
        glance_cost: seconds of a glance.
        is_seen: nothing covers it.
        read: when whole readings began.
        glanced: when glances began.
    """

    clock: Clock = field(default_factory=Clock)
    cost: float = 1.0
    glance_cost: float = 0.01
    is_seen: bool = True
    read: list[float] = field(default_factory=list)
    glanced: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.follower = Follower(
            self._read, self._glance, self.clock.later, lambda: self.is_seen, clock=self.clock
        )

    def _read(self) -> None:
        self.read.append(self.clock.now)
        self.clock.later(self.cost, self._was_read)

    def _was_read(self) -> None:
        self.shown.append(self.clock.now)
        self.follower.was_read("the same")

    def _glance(self) -> None:
        self.glanced.append(self.clock.now)
        self.clock.later(self.glance_cost, self.follower.was_glanced)

    def change(self, topics: frozenset[Topic] = SESSIONS) -> None:
        self.follower.glance()
        self.follower.changed(topics)

    def live(self, seconds: float, topics: frozenset[Topic] = SESSIONS) -> None:
        """A change each second."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.pass_to(self.clock.now + 1)
            self.change(topics)


@pytest.mark.parametrize("cost", [0.1, 3.0, 20.0])
def test_a_host_that_changes_each_second_comes_to_rest_and_is_glanced_at(cost: float) -> None:
    screen = Screen(cost=cost)
    assert screen.follower.ask()
    screen.live(600)
    assert len(screen.read) <= 30
    assert len(screen.shown) >= len(screen.read) - 1
    assert len(screen.glanced) == 600
    assert screen.follower.lags


def test_what_a_glance_does_not_see_is_read_in_the_end() -> None:
    screen = Screen(cost=0.5)
    screen.live(600)
    last = screen.clock.now
    screen.clock.pass_to(last + 10)
    assert screen.read[-1] > last
    reads = len(screen.read)
    screen.clock.pass_to(last + 600)
    assert len(screen.read) == reads
    assert not screen.follower.lags


def test_another_layer_is_read_at_once_in_the_midst_of_it() -> None:
    screen = Screen(cost=0.1)
    screen.live(600)
    before = len(screen.read)
    screen.clock.pass_to(screen.clock.now + 0.5)
    screen.change(LVM)
    assert len(screen.read) == before + 1


def test_who_asks_while_it_is_read_gets_one_more() -> None:
    screen = Screen(cost=5.0)
    assert screen.follower.ask()
    assert [screen.follower.ask() for _press in range(5)] == [False] * 5
    assert screen.follower.reading
    screen.clock.pass_to(screen.clock.now + 60)
    assert len(screen.read) == 2
    assert not screen.follower.reading


def test_what_changed_while_it_was_covered_is_read_when_it_is_seen() -> None:
    screen = Screen(cost=0.1)
    screen.is_seen = False
    screen.live(30)
    assert not screen.read
    screen.is_seen = True
    screen.follower.go_on()
    assert len(screen.read) == 1


def test_slow_glances_leave_half_of_the_time() -> None:
    screen = Screen(cost=0.1, glance_cost=4.0)
    screen.live(400)
    assert 40 <= len(screen.glanced) <= 51
    last = screen.clock.now
    screen.clock.pass_to(last + 10)
    assert screen.glanced[-1] > last - 1


def test_changes_that_came_while_it_was_covered_are_put_together() -> None:
    sessions, lvm = HostChanged(True, SESSIONS), HostChanged(True, LVM)
    assert lvm.and_before(sessions) == HostChanged(True, SESSIONS | LVM)
    assert sessions.and_before(None) is sessions
    assert GLANCE.and_before(sessions) == sessions
    assert sessions.and_before(GLANCE) == sessions
    assert sessions.and_before(AT_ONCE) == AT_ONCE
    assert AT_ONCE.and_before(sessions) == AT_ONCE


def test_a_change_that_is_to_be_read_at_once_is_not_replaced_by_one_that_may_wait() -> None:
    sessions = HostChanged(True, SESSIONS)
    assert not AT_ONCE.can_replace(sessions)
    assert sessions.can_replace(AT_ONCE)
    assert sessions.can_replace(HostChanged(True, SESSIONS | LVM))
    assert not HostChanged(True, SESSIONS | LVM).can_replace(sessions)
