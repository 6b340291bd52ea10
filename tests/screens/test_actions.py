"""What can be done with the rung under the cursor, its menu, and plans that were cut off."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.screens.driving import (
    COLOUR,
    LARGE,
    MONO,
    ROOT,
    SMALL,
    OneScreen,
    flat_text,
    press,
    settle,
    text_of,
)
from tests.screens.scenes import named
from tests.screens.scripted import ScriptedDriver
from tests.setup.building import PORTAL, SECOND, TARGET, installed, record
from tests.snapshot import SnapCompare
from tests.storage.changing.plan_operations import MakeFile, TakeDown
from tests.storage.scripted_host import ScriptedHost
from tui.actions.here import Here
from tui.app import ConsoleApp
from tui.screens.access import Access, access
from tui.screens.console.keys import Action, actions
from tui.screens.console.menu import ActionMenu
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.resume import Resume
from tui.screens.setup.setup_screen import SetupScreen
from tui.storage.changing import run_plan
from tui.storage.changing.change_lock import change_lock
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.plan import Plan
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Session, SessionState
from tui.storage.operations.iscsi.discovery import AddInterface
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.stack import stacks
from widgets.look import Look
from widgets.notice import Notice


def host_with_a_session() -> Inventory:
    session = Session(3, TARGET, PORTAL, state=SessionState.LOGGED_IN, host_number=2)
    return replace(installed(), node_records=(record(PORTAL), record(SECOND)), sessions=(session,))


def rung_of(inventory: Inventory, kind: RungKind, name: str) -> Rung:
    rungs = [rung for stack in stacks(inventory) for rung in stack.rungs]
    return next(rung for rung in rungs if rung.kind is kind and rung.name == name)


def offered(inventory: Inventory, kind: RungKind, name: str, allowed: Access = ROOT) -> dict[str, Action]:
    here = Here(rung_of(inventory, kind, name), inventory)
    return {action.key: action for action in actions(here, allowed)}


def test_a_session_is_logged_out_of_and_looked_through() -> None:
    found = offered(host_with_a_session(), RungKind.SESSION, "3")
    assert found["l"].label == "Log out"
    assert not found["l"].reason
    assert found["u"].label == "Scan for new LUNs"
    assert found["x"].reason == "session 3 uses it"
    assert found["e"].label == "Show and change the node record"


def test_a_record_is_logged_in_by_and_deleted() -> None:
    found = offered(host_with_a_session(), RungKind.PORTAL, SECOND.label)
    assert found["l"].label == "Log in"
    assert not found["l"].reason
    assert not found["x"].reason
    assert "u" not in found


def test_the_absent_session_is_one_record() -> None:
    inventory = host_with_a_session()
    rung = next(
        rung
        for stack in stacks(inventory)
        for rung in stack.rungs
        if rung.kind is RungKind.SESSION and rung.sid is None
    )
    (found,) = [action for action in actions(Here(rung, inventory), ROOT) if action.key == "l"]
    screen = found.opens(CommandLogHost(ScriptedHost()), ROOT)
    assert isinstance(screen, PlanScreen)
    assert screen.proposal.plan.title == f"Log in to {TARGET} at {SECOND.label}"


@pytest.mark.parametrize(
    "allowed", [access(is_root=False), access(is_root=False, recorded=True)], ids=["no-root", "recorded"]
)
def test_what_changes_the_host_is_in_sight_and_says_why_not(allowed: Access) -> None:
    found = offered(host_with_a_session(), RungKind.SESSION, "3", allowed)
    assert found["l"].reason == allowed.reason
    assert not found["t"].reason
    assert not found["e"].reason


def test_on_a_host_without_storage_there_is_something_to_look_at() -> None:
    assert {"t", "p", "i"} <= {action.key for action in actions(Here(None, installed()), ROOT)}


def menu(allowed: Access = ROOT, look: Look = COLOUR) -> OneScreen:
    inventory = host_with_a_session()
    found = actions(Here(rung_of(inventory, RungKind.SESSION, "3"), inventory), allowed)
    return OneScreen(ActionMenu("session 3", found), look)


async def test_a_letter_or_enter_chooses() -> None:
    app = menu()
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "r")
    assert app.answers == ["r"]
    app = menu()
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down", "enter")
    assert len(app.answers) == 1
    assert app.answers[0] is not None


async def test_what_is_not_possible_is_not_chosen() -> None:
    app = menu(access(is_root=False))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "l")
        assert "Not possible: root is required." in text_of(pilot)
        assert app.answers == []
        await press(pilot, "escape")
    assert app.answers == [None]


def cut_off(origin: Origin, folder: Path) -> Journal:
    """A plan of two files, the first of them made."""
    operations = (MakeFile(str(folder), "one"), MakeFile(str(folder), "two"))
    (folder / "one").write_text("whole")
    journal = Journal.open(Plan("Make two files", operations), run_plan.PLACES.journals, origin)
    journal.begin(0)
    journal.done(0)
    return journal


def console() -> ConsoleApp:
    driver = ScriptedDriver(named())
    return ConsoleApp(COLOUR, ScriptedHost(), ROOT, live=False, make_driver=lambda _host: driver)


async def arrived(pilot: Pilot[Any], kind: type) -> None:
    for _turn in range(100):
        await settle(pilot)
        if isinstance(pilot.app.screen, kind):
            return
        await pilot.pause(0.02)
    raise AssertionError(pilot.app.screen)


async def test_a_plan_that_was_cut_off_is_carried_on(tmp_path: Path) -> None:
    cut_off(Origin.CONSOLE, tmp_path)
    app = console()
    async with app.run_test(size=SMALL) as pilot:
        await arrived(pilot, Resume)
        shown = flat_text(pilot)
        assert "The last change was interrupted. Resume it?" in shown
        assert "not started" in shown
        await press(pilot, "enter")
        await arrived(pilot, PlanScreen)
        assert "Done and verified." in flat_text(pilot)
    assert (tmp_path / "two").read_text() == "whole"
    assert (tmp_path / "log").read_text() == "two\n"
    assert Journal.unfinished(run_plan.PLACES.journals) is None


async def test_a_plan_that_was_cut_off_says_what_is_missing_and_is_undone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.touch()
    plan = Plan("Repair", (TakeDown(str(data)), MakeFile(str(tmp_path), "two")))
    journal = Journal.open(plan, run_plan.PLACES.journals, Origin.CONSOLE)
    journal.begin(0)
    data.rename(f"{data}.down")
    async with console().run_test(size=SMALL) as pilot:
        await arrived(pilot, Resume)
        assert "data is not there." in flat_text(pilot)
        await press(pilot, "enter")
        await arrived(pilot, PlanScreen)
        assert "Undo: Repair" in flat_text(pilot)
        await press(pilot, "enter", "y", "enter", "enter")
        await settle(pilot)
    assert data.exists()
    assert Journal.unfinished(run_plan.PLACES.journals) is None
    assert not (tmp_path / "two").exists()


async def test_a_plan_that_was_cut_off_is_given_up(tmp_path: Path) -> None:
    cut_off(Origin.CONSOLE, tmp_path)
    async with console().run_test(size=SMALL) as pilot:
        await arrived(pilot, Resume)
        await press(pilot, "right", "enter")
        await settle(pilot)
    assert Journal.unfinished(run_plan.PLACES.journals) is None
    assert not (tmp_path / "two").exists()


async def test_every_plan_that_was_cut_off_is_asked_about_once(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        plan = Plan(f"Make {name}", (MakeFile(str(tmp_path), name),))
        Journal.open(plan, run_plan.PLACES.journals, Origin.CONSOLE)
    async with console().run_test(size=SMALL) as pilot:
        for name, key in (("three", "escape"), ("two", "right"), ("one", "escape")):
            await arrived(pilot, Resume)
            assert f"Make {name}" in flat_text(pilot)
            await press(pilot, key, *(("enter",) if key == "right" else ()))
            await settle(pilot)
        assert not isinstance(pilot.app.screen, Resume)
    left = [found.plan().title for found in Journal.open_ones(run_plan.PLACES.journals)]
    assert left == ["Make three", "Make one"]


async def test_a_plan_that_was_cut_off_can_wait(tmp_path: Path) -> None:
    cut_off(Origin.CONSOLE, tmp_path)
    async with console().run_test(size=SMALL) as pilot:
        await arrived(pilot, Resume)
        await press(pilot, "escape")
    assert Journal.unfinished(run_plan.PLACES.journals) is not None


async def test_that_another_console_is_in_the_way_does_not_lose_it(tmp_path: Path) -> None:
    cut_off(Origin.CONSOLE, tmp_path)
    async with console().run_test(size=SMALL) as pilot:
        await arrived(pilot, Resume)
        with change_lock(run_plan.PLACES.lock):
            await press(pilot, "enter")
            await arrived(pilot, Notice)
            assert "Another console is changing this host" in flat_text(pilot)
        await press(pilot, "escape", "escape")
        await settle(pilot)
    assert Journal.unfinished(run_plan.PLACES.journals) is not None


async def test_what_another_console_runs_just_now_is_not_offered(tmp_path: Path) -> None:
    cut_off(Origin.CONSOLE, tmp_path)
    with change_lock(run_plan.PLACES.lock):
        app = console()
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            await pilot.pause(0.2)
            assert not isinstance(app.screen, Resume)


async def test_the_set_up_carries_its_own_plan_on(tmp_path: Path) -> None:
    cut_off(Origin.SETUP, tmp_path)
    app = console()
    async with app.run_test(size=SMALL) as pilot:
        await arrived(pilot, SetupScreen)


async def test_a_plan_of_another_version_is_told_and_given_up() -> None:
    journal = Journal.open(Plan("Old", (AddInterface("eth1"),)), run_plan.PLACES.journals, Origin.CONSOLE)
    journal.path.write_text(journal.path.read_text().replace("AddInterface", "Forgotten"))
    async with console().run_test(size=SMALL) as pilot:
        await arrived(pilot, Resume)
        assert "cannot be read" in flat_text(pilot)
        await press(pilot, "enter")
        await settle(pilot)
    assert Journal.unfinished(run_plan.PLACES.journals) is None


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_a_menu(snap_compare: SnapCompare, size: tuple[int, int], look: Look) -> None:
    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)

    assert snap_compare(menu(look=look), terminal_size=size, run_before=bring_there)
