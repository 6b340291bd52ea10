"""Waiting for a fact, also on a machine that stands still in between."""

import time

import pytest

from tui.storage.waiting import wait_for


class Clock:
    """A clock whose pauses last longer than asked, as on a machine that is busy with something else."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
        self.now, self.factor = 0.0, factor
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds * self.factor


def test_what_holds_is_asked_once_and_what_never_does_once_more_at_the_end() -> None:
    asked: list[bool] = []

    def holds() -> bool:
        asked.append(True)
        return len(asked) == 1

    assert wait_for(holds, 10.0)
    assert len(asked) == 1
    assert not wait_for(holds, 0.0)
    assert len(asked) == 3


@pytest.mark.parametrize("factor", [1.0, 50.0])
def test_a_pause_counts_as_it_was_meant(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    clock = Clock(monkeypatch, factor)
    looks: list[float] = []

    def holds() -> bool:
        looks.append(clock.now)
        return len(looks) == 10

    assert wait_for(holds, 1.0)
    assert clock.now == pytest.approx(0.9 * factor)


def test_a_question_that_takes_long_counts_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, 1.0)

    def holds() -> bool:
        clock.now += 5.0
        return False

    assert not wait_for(holds, 9.0)
    assert clock.now == pytest.approx(15.1)
