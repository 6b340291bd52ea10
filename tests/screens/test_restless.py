"""Every screen that follows its host comes to rest on one where something changes each second.

The seconds are made up: nothing here waits for time to pass.
"""

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.maintenance.stacks_that_grow import SUBJECT, facts, level
from tests.screens.clock import Clock
from tests.screens.driving import (
    COLOUR,
    LARGE,
    MONO,
    ROOT,
    SMALL,
    OneScreen,
    flat_text,
    lines_of,
    press,
    settle,
)
from tests.screens.living import NOW, SECOND, Living, two_stacks
from tests.screens.peopled import PeopledHost
from tests.screens.test_practice import LESSON, coach_of, inside
from tests.screens.troubled import (
    DISK_KEY,
    Looks,
    boot_risk,
    chain,
    disk_offline,
    made,
    recovery_app,
    session_lost,
)  # fmt: skip
from tests.setup.building import PORTAL, TARGET
from tests.snapshot import SnapCompare
from tests.storage.scripted_host import ScriptedHost
from tui.maintenance.dependents import Subject, subject_of_target
from tui.maintenance.disconnect_seen import Seen, see, see_users
from tui.recovery.diagnosis import Diagnosis
from tui.recovery.evidence import Item
from tui.screens.disconnect import disconnect_screen as disconnect
from tui.screens.disconnect.disconnect_screen import DisconnectScreen
from tui.screens.follower import Follower
from tui.screens.grow import grow_screen as grow
from tui.screens.grow.grow_screen import GrowScreen
from tui.screens.pace import one_more
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.practice.inside import PracticeConsole
from tui.screens.records import host_screen
from tui.screens.records.targets import TargetsScreen
from tui.screens.recovery import looking_screen
from tui.screens.recovery.recovery_screen import RecoveryScreen
from tui.screens.recovery.watching import SESSION
from tui.screens.volumes import volumes_screen as volumes
from tui.screens.volumes.volumes_screen import VolumesScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.topic import Topic
from tui.storage.probe import inventory as probe
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.memory import Memory
from widgets.look import Look
from widgets.stack_view import StackView
from widgets.table import PickList

SESSIONS = frozenset({Topic.SESSIONS})
FAILING = f"session:{SECOND}|192.0.2.20:3260|default"
FOLLOWS = "at most. One more follows."


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have times of day be the same on every machine."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "\n".join(lines_of(pilot))
        await pilot.pause(0.01)


@dataclass
class Gate:
    """Holds what runs in the background, and counts it.

    Attributes:
        begun: how often it began.
        most: how many ran at the same time, at most.
    """

    opened: threading.Event = field(default_factory=threading.Event)
    begun: int = 0
    running: int = 0
    most: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> None:
        with self._guard:
            self.begun += 1
            self.running += 1
            self.most = max(self.most, self.running)
        assert self.opened.wait(60)

    def __exit__(self, *_error: object) -> None:
        with self._guard:
            self.running -= 1


# Recovery ----------------------------------------------------------------------------------------------


@dataclass
class Retrying:
    """A Recovery screen over a host on which a login is tried again each second."""

    app: OneScreen
    looks: Looks
    clock: Clock
    tries: int = 0

    @property
    def screen(self) -> RecoveryScreen:
        return next(one for one in self.app.screen_stack if isinstance(one, RecoveryScreen))

    async def second(self, pilot: Pilot[Any], *, seconds: float = 1.0, retried: bool = True) -> None:
        """Let time pass in which the login is tried again, and the screen take its turn."""
        self.clock.now += seconds
        host: Any = self.screen._host
        host._host.clock += seconds
        if retried:
            self.tries += 1
            kind = (SESSION, TARGET, PORTAL.label)
            self.looks.sees = frozenset({(kind, (str(self.tries), "FREE"))})
        screen: Any = self.screen
        screen._turn()
        await until(pilot, lambda: not screen._glancing)
        if self.looks.held.is_set():
            await self.rested(pilot)

    async def rested(self, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: self.screen.progress is None and not self.screen.guessed)
        await pilot.pause()


def retrying(
    patch: pytest.MonkeyPatch,
    *found: Diagnosis,
    held: bool = False,
    told: dict[Item, str] | None = None,
    look: Look = COLOUR,
) -> Retrying:
    patch.setattr(looking_screen, "TURN", 1e6)
    clock = Clock()
    app, looks = recovery_app(patch, *found, held=held, told=told, clock=clock, look=look)
    return Retrying(app, looks, clock)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
async def test_recovery_comes_to_rest_and_says_what_goes_on(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    retry = retrying(monkeypatch, chain())
    async with retry.app.run_test(size=size) as pilot:
        await retry.rested(pilot)
        await press(pilot, "down", "down")
        tree, ways = pilot.app.screen.query_one("#tree", StackView), pilot.app.screen.query_one(PickList)
        assert tree.key == boot_risk().key
        for _second in range(70):
            await retry.second(pilot)
        assert 5 <= len(retry.looks.numbers) <= 10
        shown = flat_text(pilot)
        told = re.search(
            rf"This host is changing: a session to {TARGET} was begun at least (\d+) times", shown
        )
        assert told is not None, shown
        assert 60 <= int(told[1]) <= 70
        assert "It is checked again by" in shown
        assert "F5 checks now." in shown
        assert "1 thing is broken. 1 more follows from it. 1 risk." in shown
        assert (tree.key, ways.key) == (boot_risk().key, "1")
        await press(pilot, "up", "up", "tab", "down")
        for _second in range(40):
            await retry.second(pilot)
        assert tree.key is not None
        assert tree.key.startswith(DISK_KEY)
        assert ways.key == "2"
        # What was read is right again, and nothing changes any more.
        for _second in range(15):
            await retry.second(pilot, retried=False)
        assert "This host is changing" not in flat_text(pilot)


async def test_what_is_found_in_the_midst_of_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    retry = retrying(monkeypatch, session_lost())
    async with retry.app.run_test(size=LARGE) as pilot:
        for _second in range(40):
            await retry.second(pilot)
        retry.looks.found = [made(boot_risk())]
        for _second in range(40):
            await retry.second(pilot)
        assert "Nothing is broken now. 1 risk." in flat_text(pilot)


async def test_something_else_that_changes_is_looked_at_without_the_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retry = retrying(monkeypatch, session_lost())
    async with retry.app.run_test(size=LARGE) as pilot:
        for _second in range(40):
            await retry.second(pilot)
        await until(pilot, lambda: "It is checked again by" in flat_text(pilot))
        before = len(retry.looks.numbers)
        while retry.screen._pace.due([(SESSION, TARGET, PORTAL.label)]) == 0.0:
            await retry.second(pilot)
        retry.looks.differs = True
        await retry.second(pilot)
        await until(pilot, lambda: len(retry.looks.numbers) > before)


async def test_a_look_that_takes_longer_than_the_host_is_the_same_is_ended_and_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retry = retrying(monkeypatch, chain())
    retry.looks.sees = frozenset()
    async with retry.app.run_test(size=LARGE) as pilot:
        await retry.rested(pilot)
        looked, rested = 0.0, 0.0
        for _round in range(8):
            while retry.screen.progress is None:
                retry.looks.held.clear()
                await retry.second(pilot)
                rested += 1
            begun = len(retry.looks.numbers)
            for _second in range(6):
                await retry.second(pilot)
                looked += 1
            # Nothing began anew, and nothing is hidden meanwhile.
            assert len(retry.looks.numbers) == begun
            assert "1 thing is broken." in flat_text(pilot)
            retry.looks.held.set()
            await retry.rested(pilot)
            assert "all read" in flat_text(pilot) or "not read" in flat_text(pilot)
        assert rested >= looked - 6


async def test_f5_while_it_looks_begins_nothing_anew_and_is_followed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retry = retrying(monkeypatch, chain(), told={Item.KERNEL: ""})
    async with retry.app.run_test(size=SMALL) as pilot:
        await retry.rested(pilot)
        retry.looks.held.clear()
        await press(pilot, "f5")
        await until(pilot, lambda: "Checking again. 1 of" in flat_text(pilot))
        assert FOLLOWS not in flat_text(pilot)
        for _press in range(5):
            await press(pilot, "f5")
            await retry.second(pilot)
        assert retry.looks.numbers == [1, 2]
        shown = flat_text(pilot)
        assert FOLLOWS in shown
        assert "Checking again. 1 of" in shown
        # The keys are not kept waiting.
        await press(pilot, "down")
        await until(pilot, lambda: "Enter go to the cause" in flat_text(pilot))
        retry.looks.held.set()
        await until(pilot, lambda: len(retry.looks.numbers) == 3)
        await retry.rested(pilot)
        assert retry.looks.numbers == [1, 2, 3]
        assert "Enter go to the cause" in flat_text(pilot)
        assert FOLLOWS not in flat_text(pilot)


async def test_a_look_that_began_before_a_plan_does_not_tell_whether_it_helped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retry = retrying(monkeypatch, made(disk_offline()), made(disk_offline()), made())
    async with retry.app.run_test(size=LARGE) as pilot:
        await retry.rested(pilot)
        retry.looks.held.clear()
        await press(pilot, "f5")
        retry.screen.look_again("Looking whether it helped.", tried=disk_offline().key)
        await press(pilot, "f5")
        said: list[str] = []
        tell = retry.screen.show_standing

        def noting() -> None:
            tell()
            said.append(retry.screen.tried)

        monkeypatch.setattr(retry.screen, "show_standing", noting)
        retry.looks.held.set()
        await until(pilot, lambda: "Repaired, and checked again" in flat_text(pilot))
        assert retry.looks.numbers == [1, 2, 3]
        assert said[0] == ""


async def test_a_look_that_was_asked_for_comes_also_after_one_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retry = retrying(monkeypatch, made(boot_risk()))
    async with retry.app.run_test(size=LARGE) as pilot:
        await retry.rested(pilot)
        retry.looks.held.clear()
        retry.looks.fails = ZeroDivisionError("hidden")
        await press(pilot, "f5", "f5")
        await until(pilot, lambda: FOLLOWS in flat_text(pilot))
        retry.looks.held.set()
        await until(
            pilot, lambda: "iscsi-console failed unexpectedly (ZeroDivisionError)." in flat_text(pilot)
        )
        await until(pilot, lambda: retry.looks.numbers == [1, 2, 3])


async def test_a_glance_that_fails_is_not_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    retry = retrying(monkeypatch, session_lost())
    monkeypatch.setattr(looking_screen, "sketch_now", lambda _host, _inventory: 1 / 0)
    async with retry.app.run_test(size=LARGE) as pilot:
        await retry.rested(pilot)
        await retry.second(pilot)
        monkeypatch.setattr(looking_screen, "sketch_now", retry.looks.sketch_now)
        await retry.second(pilot)
        await until(pilot, lambda: retry.looks.numbers == [1, 2])


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_a_picture_of_a_host_that_goes_on_changing(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: Look
) -> None:
    retry = retrying(monkeypatch, session_lost(), look=look)

    async def bring_there(pilot: Pilot[Any]) -> None:
        await retry.rested(pilot)
        for _second in range(12):
            await retry.second(pilot)

    assert snap_compare(retry.app, terminal_size=size, run_before=bring_there)


# The console and the lists over it ------------------------------------------------------------------------


@dataclass
class Reads:
    """Counts whole readings, each of which takes some made-up seconds."""

    clock: Clock
    cost: float
    count: int = 0

    def take(self, host: Host, memory: Memory | None = None) -> Inventory:
        self.count += 1
        self.clock.now += self.cost
        return take_inventory(host, memory)


def by_the(clock: Clock, read: Callable[[], object], glance: Callable[[], object]) -> Follower:
    """What follows a host by a made-up clock."""
    return Follower(read, glance, clock.later, clock=clock)


async def seconds(pilot: Pilot[Any], clock: Clock, living: Living, count: int) -> None:
    """Let a session fail and come back, second by second."""
    for number in range(count):
        clock.pass_to(clock.now + 1)
        living.host.clock = NOW + number
        living.set_state(2, "FAILED" if number % 2 else "LOGGED_IN")
        living.live.changed(SESSIONS)
        await settle(pilot)


@pytest.mark.parametrize("cost", [0.1, 5.0])
async def test_the_console_comes_to_rest_and_follows_by_glances(
    monkeypatch: pytest.MonkeyPatch, cost: float
) -> None:
    living, clock = Living(two_stacks()), Clock()
    reads = Reads(clock, cost)
    monkeypatch.setattr(probe, "take_inventory", reads.take)
    async with living.app(COLOUR).run_test(size=LARGE, notifications=True) as pilot:
        await settle(pilot)
        screen: Any = pilot.app.screen
        screen._follower = by_the(clock, screen._read, screen._begin_to_glance)
        view = screen.query_one(StackView)
        view.go_to(FAILING)
        reads.count = 0
        await seconds(pilot, clock, living, 60)
        assert 3 <= reads.count <= 11
        assert view.key == FAILING
        await until(pilot, lambda: "This host goes on changing" in flat_text(pilot))
        assert "FAILED" in flat_text(pilot)
        before = reads.count
        await press(pilot, "ctrl+r")
        assert reads.count == before + 1
        # What LVM would tell is read when it has become quiet.
        clock.pass_to(clock.now + 60)
        await settle(pilot)
        assert reads.count <= before + 3
        await until(pilot, lambda: "This host goes on changing" not in flat_text(pilot))


@pytest.mark.parametrize("cost", [0.1, 5.0])
async def test_a_list_of_records_comes_to_rest(monkeypatch: pytest.MonkeyPatch, cost: float) -> None:
    living, clock = Living(two_stacks()), Clock()
    reads = Reads(clock, cost)
    monkeypatch.setattr(host_screen, "take_inventory", reads.take)
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        await press(pilot, "t")
        screen: Any = pilot.app.screen
        assert isinstance(screen, TargetsScreen)
        screen._follower = by_the(clock, screen._begin_to_read, lambda: screen._glance(screen.inventory))
        picks = screen.query_one("#entries", PickList)
        await press(pilot, "down", "space")
        chosen = (picks.key, picks.checked)
        reads.count = 0
        await seconds(pilot, clock, living, 60)
        assert 3 <= reads.count <= 11
        assert "FAILED" in flat_text(pilot)
        assert (picks.key, picks.checked) == chosen


async def test_who_uses_a_rung_is_asked_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    living, gate = Living(two_stacks()), Gate()
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await settle(pilot)
        screen: Any = pilot.app.screen
        view = screen.query_one(StackView)
        view.go_to(next(rung.key for rung in view.rungs if rung.kind == "mount"))
        await until(pilot, lambda: not screen._asking.running)

        def read(*_arguments: object) -> None:
            with gate:
                pass

        monkeypatch.setattr("tui.storage.probe.holders.users.read_users", read)
        for _time in range(10):
            screen._ask_for_users(screen.subject())
        await until(pilot, lambda: gate.begun == 1)
        gate.opened.set()
        await until(pilot, lambda: not screen._asking.running)
        assert (gate.begun, gate.most) == (2, 1)


# Screens that are read when a key is pressed ---------------------------------------------------------------


def volumes_screen(inventory: Inventory) -> VolumesScreen:
    return VolumesScreen(CommandLogHost(ScriptedHost()), ROOT, inventory, inventory.volume_groups[0])


def grow_screen(inventory: Inventory) -> GrowScreen:
    return GrowScreen(CommandLogHost(ScriptedHost()), ROOT, inventory, (SUBJECT,))


@pytest.mark.parametrize("make", [volumes_screen, grow_screen], ids=["volumes", "grow"])
async def test_keys_that_read_again_do_not_pile_up(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[Inventory], VolumesScreen | GrowScreen]
) -> None:
    inventory, gate = level(), Gate()

    def take(_host: Host) -> Inventory:
        with gate:
            return inventory

    for module in (volumes, grow):
        monkeypatch.setattr(module, "take_inventory", take)
    monkeypatch.setattr(volumes, "read_fills", lambda _host: ())
    monkeypatch.setattr(grow, "read_facts", lambda *_arguments: facts(inventory))
    app = OneScreen(make(inventory))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await until(pilot, lambda: gate.begun == 1)
        for _press in range(5):
            await pilot.press("f5")
        assert [one.message for one in app._notifications] == [one_more()]
        gate.opened.set()
        await settle(pilot)
        assert (gate.begun, gate.most) == (2, 1)
        await press(pilot, "f5")
        assert gate.begun == 3


# Disconnect ------------------------------------------------------------------------------------------------


async def test_a_slow_look_at_users_leaves_half_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, begun = Clock(), list[float]()

    def slow(host: Host, subject: Subject, seen: Seen) -> Seen:
        begun.append(clock.now)
        clock.now += 5
        return see_users(host, subject, seen)

    monkeypatch.setattr(disconnect, "TURN", 1e6)
    monkeypatch.setattr(disconnect, "WHOLE_TURNS", 10_000)
    monkeypatch.setattr(disconnect, "see_users", slow)
    host = CommandLogHost(PeopledHost("single-path-ext4"))
    screen = DisconnectScreen(host, ROOT, take_inventory(host), subject_of_target(TARGET), clock=clock)
    app = OneScreen(screen)
    async with app.run_test(size=SMALL) as pilot:
        turning: Any = screen
        await until(pilot, lambda: turning._known and not turning._looks.running)
        for _second in range(100):
            clock.now += 1
            turning._turn()
            await until(pilot, lambda: not turning._looks.running)
        assert len(begun) >= 8
        assert all(after - before >= 10 for before, after in itertools.pairwise(begun))


async def test_the_plan_is_made_of_a_whole_look_that_began_after_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, whole = Gate(), list[str]()

    def looking(host: Host, subject: Subject) -> Seen:
        whole.append("whole")
        return see(host, subject)

    def held(host: Host, subject: Subject, seen: Seen) -> Seen:
        with gate:
            return see_users(host, subject, seen)

    monkeypatch.setattr(disconnect, "TURN", 1e6)
    monkeypatch.setattr(disconnect, "see", looking)
    monkeypatch.setattr(disconnect, "see_users", held)
    host = CommandLogHost(PeopledHost("single-path-ext4"))
    screen = DisconnectScreen(host, ROOT, take_inventory(host), subject_of_target(TARGET))
    app = OneScreen(screen)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        turning: Any = screen
        await until(pilot, lambda: turning._known and not turning._looks.running)
        turning._rests_until = 0.0
        turning._turn()
        await until(pilot, lambda: gate.begun == 1)
        before = len(whole)
        for _press in range(3):
            await pilot.press("enter")
        await pilot.press("f5")
        assert not isinstance(app.screen, PlanScreen)
        gate.opened.set()
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        await settle(pilot)
        assert len(whole) == before + 1


# Practice --------------------------------------------------------------------------------------------------


async def test_a_lesson_is_looked_at_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    coach, gate = coach_of(LESSON, looked=False), Gate()
    seen: list[Inventory] = []

    def look(inventory: Inventory) -> bool:
        with gate:
            seen.append(inventory)
        return False

    monkeypatch.setattr(coach, "look", look)
    app = inside(coach)
    async with app.run_test(size=LARGE) as pilot:
        await until(pilot, lambda: gate.begun == 1)
        console: Any = next(one for one in app.screen_stack if isinstance(one, PracticeConsole))
        inventories = [take_inventory(console._host) for _time in range(5)]
        for one in inventories:
            console.show_inventory(one, ())
        gate.opened.set()
        await until(pilot, lambda: not console._looks.running)
        assert (gate.begun, gate.most) == (2, 1)
        assert seen[-1] is inventories[-1]
