"""When the console has its host checked, and that it calls nothing well before."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from tests.screens.clock import Clock
from tests.screens.driving import COLOUR, LARGE, settle, text_of
from tests.screens.living import SECOND, Living, two_stacks
from tests.waiting import AT_MOST, until_shown
from tui.screens.console import checking
from tui.screens.console.checking import FIRST, LONGEST, QUIET, Cadence, Checked
from tui.storage.host.interface import Host
from tui.storage.model.topic import Topic
from widgets.stack_view import StackView
from widgets.state import State


def test_a_host_is_checked_at_once_soon_after_a_change_and_now_and_then() -> None:
    clock = Clock()
    cadence = Cadence(clock)
    assert cadence.begins(changed=False)
    assert not cadence.begins(changed=True)
    cadence.end("well")
    assert not cadence.begins(changed=True)
    clock.pass_to(clock.now + FIRST)
    assert cadence.begins(changed=True)
    cadence.end("broken")
    clock.pass_to(clock.now + QUIET - 1)
    assert not cadence.begins(changed=False)
    clock.pass_to(clock.now + 1)
    assert cadence.begins(changed=False)


def test_a_host_that_goes_on_changing_to_no_other_result_is_checked_less_often() -> None:
    clock = Clock()
    cadence = Cadence(clock)
    begun: list[float] = []
    for _turn in range(2000):
        if cadence.begins(changed=True):
            begun.append(clock.now)
            clock.pass_to(clock.now + 1)
            cadence.end("the same")
        clock.pass_to(clock.now + 1)
    rests = [later - earlier for earlier, later in pairwise(begun)]
    assert rests == sorted(rests)
    assert rests[-1] == pytest.approx(LONGEST + 1, abs=1)
    cadence.want()
    assert cadence.begins(changed=False)


def test_a_check_that_takes_long_is_followed_by_as_long_a_rest() -> None:
    clock = Clock()
    cadence = Cadence(clock)
    assert cadence.begins(changed=True)
    clock.pass_to(clock.now + 30)
    cadence.end("broken")
    clock.pass_to(clock.now + 29)
    assert not cadence.begins(changed=True)
    clock.pass_to(clock.now + 1)
    assert cadence.begins(changed=True)


@asynccontextmanager
async def opened(gate: threading.Event) -> AsyncIterator[None]:
    """Let who waits at a gate through in the end, whatever becomes of the test."""
    try:
        yield
    finally:
        gate.set()


async def test_nothing_is_called_well_before_the_host_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    check = checking.check

    def waiting(host: Host) -> Checked:
        gate.wait(AT_MOST)
        return check(host)

    monkeypatch.setattr(checking, "check", waiting)
    living = Living(two_stacks())
    async with living.app(COLOUR).run_test(size=LARGE) as pilot, opened(gate):
        view = pilot.app.screen.query_one(StackView)
        await until_shown(pilot, lambda: "LOGGED_IN" in text_of(pilot), lambda: text_of(pilot))
        assert "not checked yet" in text_of(pilot)
        assert {row.state for row in view.rungs if not row.heading} == {State.UNKNOWN, State.WARN}
        # What is broken is said at once.
        living.set_state(2, "FAILED", "blocked")
        living.live.changed(frozenset({Topic.SESSIONS}))
        await until_shown(pilot, lambda: "1 problem" in text_of(pilot), lambda: text_of(pilot))
        gate.set()
        await settle(pilot)
        rows = {row.key: row.state for row in view.rungs}
        assert rows[f"session:{SECOND}|192.0.2.20:3260|default"] is State.BAD
        assert State.GOOD in rows.values()


async def test_a_check_that_fails_is_said_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_host: Host) -> Checked:
        raise OSError("no more processes")

    check = checking.check
    monkeypatch.setattr(checking, "check", broken)
    living = Living(two_stacks())
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        words = "This host could not be checked"
        await until_shown(pilot, lambda: words in text_of(pilot), lambda: text_of(pilot))
        assert "not checked yet" in text_of(pilot)
        monkeypatch.setattr(checking, "check", check)
        await pilot.press("ctrl+r")
        await until_shown(pilot, lambda: words not in text_of(pilot), lambda: text_of(pilot))
        assert "not checked yet" not in text_of(pilot)
