"""Work in the background that fails: it is shown with what to do next, and the screen goes on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.message import Message
from textual.pilot import Pilot

from tests.maintenance.stacks_that_grow import SUBJECT, facts, level
from tests.screens.driving import LARGE, ROOT, OneScreen, flat_text, press, workers_end
from tests.screens.peopled import PeopledHost
from tests.screens.test_disconnect import opened as disconnect_app
from tests.screens.test_practice import CLOSED, Machines, coach_of, sheet_app
from tests.screens.test_recovery import recovery, says, until
from tests.screens.troubled import recovery_app, session_lost, well
from tests.setup.building import PORTAL, TARGET, installed, record
from tests.storage.scripted_host import ScriptedHost
from tui.maintenance import disconnect_seen
from tui.maintenance.proposal import Proposal
from tui.practice.progress import Progress
from tui.recovery import report
from tui.screens.background import BackgroundScreen
from tui.screens.changed import HostChanged
from tui.screens.disconnect import disconnect_screen
from tui.screens.grow import grow_screen
from tui.screens.plan import plan_screen
from tui.screens.practice.run import RunScreen
from tui.screens.records import host_screen, rediscover
from tui.screens.records.rediscover import RediscoverScreen
from tui.screens.records.targets import TargetsScreen
from tui.screens.recovery import looking_screen, saving
from tui.screens.volumes import volumes_screen
from tui.storage.changing.plan import Plan
from tui.storage.host.command_log import CommandLogHost
from tui.storage.iscsi.discovery import Discovered
from tui.storage.model.iscsi import DiscoveryRecord, Portal
from tui.storage.operations.iscsi.records import RemoveStaleLock
from tui.storage.problem import Problem, Refused

FAILED = "iscsi-console failed unexpectedly (ZeroDivisionError)."
NEXT = "Retry. If it fails again"


class Fails:
    """A function that raises until it is told to return a value."""

    def __init__(self) -> None:
        self.value: Any = None
        self.calls = 0

    def __call__(self, *_arguments: object, **_named: object) -> Any:  # noqa: ANN401 - of any function
        self.calls += 1
        if self.value is None:
            raise ZeroDivisionError("hidden")
        return self.value() if callable(self.value) else self.value


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[object, str], Fails]:
    """Let a function of a module fail."""

    def replaced(module: object, name: str) -> Fails:
        function = Fails()
        monkeypatch.setattr(module, name, function)
        return function

    return replaced


Failing = Callable[[object, str], Fails]


async def shows_failure(pilot: Pilot[Any]) -> None:
    """Wait for the problem with its next step; what was raised is not repeated."""
    assert "hidden" not in await says(pilot, FAILED, NEXT)


@dataclass
class Counted(Message):
    """The work of the test has ended."""

    number: int


class Counting(BackgroundScreen[None]):
    """A screen that shows nothing of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: list[int] = []

    def on_counted(self, event: Counted) -> None:
        self.counted.append(event.number)


async def test_without_a_place_of_its_own_a_failure_is_shown_at_the_edge() -> None:
    screen = Counting()
    async with OneScreen(screen).run_test(size=LARGE, notifications=True) as pilot:
        screen.in_background("count", Fails())
        await shows_failure(pilot)
        screen.in_background("count", lambda: Counted(2))
        await until(pilot, lambda: screen.counted == [2])


async def test_a_refusal_is_shown_in_its_own_words() -> None:
    screen = Counting()

    def refuse() -> None:
        raise Refused(Problem("test.refused", "The disk is in use.", remedy="Unmount it."))

    async with OneScreen(screen).run_test(size=LARGE, notifications=True) as pilot:
        screen.in_background("count", refuse)
        await says(pilot, "The disk is in use. Unmount it.")


async def test_what_ends_after_the_screen_was_left_is_dropped() -> None:
    screen, goes_on, ended = Counting(), threading.Event(), threading.Event()

    def wait_and_fail() -> None:
        goes_on.wait(20)
        ended.set()
        raise ZeroDivisionError

    app = OneScreen(screen)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.pause()
        screen.in_background("count", wait_and_fail)
        screen.dismiss(None)
        await until(pilot, lambda: app.screen is not screen)
        goes_on.set()
        await until(pilot, ended.is_set)
        await pilot.pause()
        assert FAILED not in flat_text(pilot)


async def test_sizes_that_cannot_be_read(failing: Failing) -> None:
    inventory = level()
    read = failing(grow_screen, "take_inventory")
    failing(grow_screen, "read_facts").value = facts(inventory)
    screen = grow_screen.GrowScreen(CommandLogHost(ScriptedHost()), ROOT, inventory, (SUBJECT,))
    async with OneScreen(screen).run_test(size=LARGE) as pilot:
        await shows_failure(pilot)
        read.value = inventory
        await press(pilot, "f5")
        await until(pilot, lambda: FAILED not in flat_text(pilot))


async def test_a_group_that_cannot_be_read(failing: Failing) -> None:
    inventory = level()
    read = failing(volumes_screen, "take_inventory")
    failing(volumes_screen, "read_fills").value = list
    group = inventory.volume_groups[0]
    screen = volumes_screen.VolumesScreen(CommandLogHost(ScriptedHost()), ROOT, inventory, group)
    async with OneScreen(screen).run_test(size=LARGE) as pilot:
        await shows_failure(pilot)
        read.value = inventory
        await press(pilot, "f5")
        await until(pilot, lambda: FAILED not in flat_text(pilot))


async def test_users_that_cannot_be_read_are_read_again(
    failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = disconnect_seen.see
    read = failing(disconnect_screen, "see")
    app = disconnect_app(PeopledHost("single-path-ext4"), live=True)
    async with app.run_test(size=LARGE) as pilot:
        await shows_failure(pilot)
        monkeypatch.setattr(disconnect_screen, "see", works)
        # Nobody presses a key: the next turn reads again.
        await says(pilot, "Not in use.")
        assert FAILED not in flat_text(pilot)
        assert read.calls >= 1


async def test_records_are_read_again_after_a_look_that_failed(failing: Failing) -> None:
    inventory = replace(installed(), node_records=(record(PORTAL),))
    read = failing(host_screen, "take_inventory")
    screen = TargetsScreen(CommandLogHost(ScriptedHost()), ROOT, replace(inventory, node_records=()))
    async with OneScreen(screen).run_test(size=LARGE, notifications=True) as pilot:
        await shows_failure(pilot)
        read.value = inventory
        screen.post_message(HostChanged())
        await says(pilot, TARGET)


async def test_a_portal_that_cannot_be_queried(failing: Failing) -> None:
    failing(host_screen, "take_inventory").value = installed()
    failing(rediscover, "discover")
    found = DiscoveryRecord("sendtargets", Portal("192.0.2.10"))
    screen = RediscoverScreen(CommandLogHost(ScriptedHost()), ROOT, installed(), found)
    async with OneScreen(screen).run_test(size=LARGE) as pilot:
        await shows_failure(pilot)
        assert "Discovering targets." not in flat_text(pilot)
        screen.post_message(rediscover.Answered(Discovered(())))
        await says(pilot, "0 portals of targets")


async def test_a_plan_whose_run_fails_can_be_run_again(failing: Failing) -> None:
    ran = failing(plan_screen, "carry_out")
    proposal = Proposal(Plan("Remove the lock", (RemoveStaleLock(),)), "")
    screen = plan_screen.PlanScreen(proposal, CommandLogHost(ScriptedHost()), ROOT)
    async with OneScreen(screen).run_test(size=LARGE) as pilot:
        await press(pilot, "enter", "y", "enter")
        await shows_failure(pilot)
        assert not screen.working
        await press(pilot, "enter")
        await until(pilot, lambda: ran.calls == 2)
        await shows_failure(pilot)


async def test_a_glance_that_fails_does_not_end_the_watching(
    monkeypatch: pytest.MonkeyPatch, failing: Failing
) -> None:
    app, looks = recovery_app(monkeypatch, session_lost(), well())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        glance = failing(looking_screen, "sketch_now")
        recovery(app)._turn()
        await until(pilot, lambda: glance.calls > 0)
        await shows_failure(pilot)
        glance.value = frozenset({(("session", "another"), "LOGGED_IN")})
        recovery(app)._turn()
        await until(pilot, lambda: len(looks.numbers) == 2)


async def test_a_report_that_fails_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, failing: Failing, tmp_path: Path
) -> None:
    monkeypatch.setattr(saving, "places", lambda: (tmp_path,))
    app, _looks = recovery_app(monkeypatch, session_lost(), live=False)
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        text = failing(report, "report_text")
        await press(pilot, "w")
        await shows_failure(pilot)
        assert "Writing the report to a file." not in flat_text(pilot)
        text.value = "the report"
        await press(pilot, "w")
        await says(pilot, "only you can read it")


async def test_a_machine_that_fails_leads_back_to_the_list(tmp_path: Path) -> None:
    machines = Machines()

    def fail(told: Callable[[str], None], *, resume: bool) -> None:
        raise ZeroDivisionError("hidden")

    machines.open = fail  # type: ignore[method-assign]  # for this test alone
    app = OneScreen(RunScreen(CLOSED, machines, Progress(tmp_path), resume=False))
    async with app.run_test(size=LARGE) as pilot:
        await shows_failure(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.answers == [None])
    assert "close" in machines.asked


async def test_a_check_of_a_task_that_fails_can_be_repeated() -> None:
    coach = coach_of(CLOSED, None, "session", looked=False)
    works, check = coach.check, Fails()
    coach.check = check  # type: ignore[method-assign]  # for this test alone
    app, _asked = sheet_app(coach)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("enter")
        await shows_failure(pilot)
        check.value = works
        coach.check = works  # type: ignore[method-assign]  # likewise
        await pilot.press("enter")
        await workers_end(pilot, {"coach"})
        await says(pilot, "1 is not met yet.")
