"""Guided recovery: what is shown at once, where keys lead, what only a person knows, did it help."""

import stat
import time
from collections.abc import Callable, Iterator
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
    lines_of,
    press,
    settle,
)  # fmt: skip
from tests.screens.living import SECOND, healthy, with_failure
from tests.screens.troubled import (
    DISK_KEY,
    OTHERWISE,
    boot_risk,
    chain,
    disk_offline,
    looking_at,
    made,
    recovery_app,
    repairing,
    session_lost,
    unexplained,
    well,
)  # fmt: skip
from tests.snapshot import SnapCompare
from tests.storage.scripted_host import ScriptedHost
from tests.waiting import until_shown
from tui.app import ConsoleApp
from tui.recovery.diagnosis import Diagnosis
from tui.recovery.evidence import Item, Unread
from tui.recovery.finding import Finding, Fix
from tui.screens.access import Access, access
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.console.menu import ActionMenu
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.recovery import saving
from tui.screens.recovery.board import LOOKED
from tui.screens.recovery.fix_screen import WayScreen
from tui.screens.recovery.recovery_screen import RecoveryScreen
from tui.screens.recovery.watching import Glanced
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.recorded import RecordedHost
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import Problem
from widgets.commands import Commands
from widgets.dialogs import Confirm
from widgets.help import Help
from widgets.look import Look
from widgets.notice import Notice
from widgets.stack_view import StackView

QUESTIONS = ("Is it the same LUN as before?", "Does no other host use it now?")
SECOND_SESSION = f"session:{SECOND}|192.0.2.20:3260|default"
MACHINES = Path(__file__).parent.parent / "machines"
NOT_ROOT = access(is_root=False)
RECORDED = access(is_root=False, recorded=True)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have times of day be the same on every machine."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the screen writes to."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(saving, "places", lambda: (folder, tmp_path))
    return folder


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Wait until something is so."""
    await until_shown(pilot, holds, lambda: "\n".join(lines_of(pilot)))


async def says(pilot: Pilot[Any], *texts: str) -> str:
    """Wait until all the texts are on the screen."""
    await until(pilot, lambda: all(text in flat_text(pilot) for text in texts))
    return flat_text(pilot)


async def arrived(pilot: Pilot[Any], kind: type) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))
    await settle(pilot)


def recovery(app: OneScreen) -> RecoveryScreen:
    return next(one for one in app.screen_stack if isinstance(one, RecoveryScreen))


def under_cursor(pilot: Pilot[Any]) -> str:
    return pilot.app.screen.query_one("#tree", StackView).key or ""


# Looking ---------------------------------------------------------------------------------------------------


async def test_what_the_inventory_tells_is_there_at_once_and_the_rest_is_on_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, looks = recovery_app(
        monkeypatch, session_lost(), held=True, told={Item.KERNEL: "", Item.PACKETS: "ping is not installed"}
    )
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        shown = await says(pilot, "has lost its connection", "2 of", "Checking this host.")
        assert "at most" in shown
        await press(pilot, "1")
        await says(pilot, "Not yet: this host is still being checked.")
        await press(pilot, "end")
        await says(pilot, "ping is not installed")
        looks.held.set()
        await says(pilot, "1 thing is broken.", "all read")
        assert "Checking this host" not in flat_text(pilot)


async def test_the_cursor_goes_to_what_was_found_when_the_guess_was_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, looks = recovery_app(monkeypatch, session_lost(), held=True)
    looks.found = [made(disk_offline())]
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "has lost its connection")
        assert under_cursor(pilot).startswith("F05.session-lost")
        looks.held.set()
        await says(pilot, "1 thing is broken.", "all read")
        assert under_cursor(pilot) == disk_offline().key


async def test_a_host_that_is_well_says_what_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, well())
    async with app.run_test(size=LARGE) as pilot:
        shown = await says(pilot, "Nothing wrong was found.", "What was checked (13:46:40, 1.2 s)")
        assert "the kernel's log" in shown
        assert "the lock of the record database" in shown
        await press(pilot, "enter")
        await until(pilot, lambda: looks.numbers == [1, 2])


async def test_what_could_not_be_read_is_listed_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _looks = recovery_app(monkeypatch, chain())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "2 not read")
        await press(pilot, "end")
        shown = await says(pilot, "could not be read: ping is not installed")
        assert "could not be read: no answer in time" in shown


async def test_who_looks_again_gives_more_time_where_not_all_could_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    less = made(unread=(Unread(Item.KERNEL, "no answer in time"),))
    app, looks = recovery_app(monkeypatch, less, made())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 not read")
        await press(pilot, "f5")
        await says(pilot, "all read")
        await press(pilot, "f5")
        await until(pilot, lambda: len(looks.within) == 3)
        assert looks.within[1] > looks.within[0] == looks.within[2]


async def test_the_cursor_comes_to_what_is_found_after_nothing_was(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _looks = recovery_app(monkeypatch, made(), chain())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "Nothing wrong was found.")
        assert under_cursor(pilot) == LOOKED
        await press(pilot, "f5")
        await says(pilot, "1 thing is broken.")
        assert under_cursor(pilot).startswith(DISK_KEY)


async def test_the_cursor_does_not_stay_behind_what_was_only_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, made(boot_risk()), held=True)
    looks.found = [session_lost()]
    async with app.run_test(size=LARGE) as pilot:
        await until(pilot, lambda: under_cursor(pilot) == boot_risk().key)
        looks.held.set()
        await says(pilot, "1 thing is broken.")
        assert under_cursor(pilot).startswith("F05.session-lost")


async def test_nothing_found_is_no_all_clear_where_something_could_not_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unread = (Unread(Item.PACKETS, "ping is not installed"),)
    app, _looks = recovery_app(monkeypatch, made(unread=unread))
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "Nothing wrong was found in what could be read.")


async def test_looking_again_takes_the_evidence_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, chain(), made(boot_risk()))
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken. 1 more follows from it. 1 risk.")
        await press(pilot, "f5")
        shown = await says(pilot, "Nothing is broken now. 1 risk.")
        assert shown.count(" solved") >= 2
        assert "It is solved: it was not found again." in shown
        assert looks.numbers == [1, 2]
        await press(pilot, "enter")
        assert under_cursor(pilot) == boot_risk().key


async def test_a_change_that_is_seen_is_looked_at_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, session_lost(), well())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        looks.differs = True
        await says(pilot, "Nothing wrong was found.")
        assert looks.numbers == [1, 2]


async def test_a_recorded_host_is_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, session_lost(), well(), live=False, allowed=RECORDED)
    looks.differs = True
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        recovery(app)._turn()
        await settle(pilot)
        assert looks.numbers == [1]
        assert looks.differs


async def test_a_look_that_failed_says_so_and_the_next_one_takes_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failure = Problem("doctor.no-inventory", "This host's storage could not be read.", remedy="Look again.")
    app, looks = recovery_app(monkeypatch, failure, failure, session_lost())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "This host's storage could not be read. Look again.")
        # By itself it was looked at once more with more time; then it is left to the person.
        assert len(looks.within) == 2
        await press(pilot, "f5")
        await says(pilot, "1 thing is broken.")
        assert looks.within[0] < looks.within[1] == looks.within[2]


async def test_a_mistake_of_the_program_is_told_and_can_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, looks = recovery_app(monkeypatch, well())
    looks.fails = ZeroDivisionError("hidden")
    async with app.run_test(size=LARGE) as pilot:
        shown = await says(pilot, "iscsi-console failed unexpectedly (ZeroDivisionError).")
        assert "hidden" not in shown
        looks.fails = None
        await press(pilot, "f5")
        await says(pilot, "Nothing wrong was found.")


async def test_a_rung_that_nothing_explains_leads_to_the_report(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    app, _looks = recovery_app(monkeypatch, unexplained())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "1 layer is broken for an unknown reason.", "unknown")
        await press(pilot, "enter")
        await says(pilot, "only you can read it")
        assert len(list(home.iterdir())) == 1


async def test_a_record_that_asks_for_no_login_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    record = RecordedHost(str(MACHINES / "record-only.json"))
    found = Diagnosis(replace(well().evidence, inventory=take_inventory(record), seconds=1.0), ())
    app, _looks = recovery_app(monkeypatch, found)
    async with app.run_test(size=SMALL) as pilot:
        shown = await says(pilot, "Nothing wrong was found.")
        assert "not there" not in shown
        await press(pilot, "escape")
    assert app.answers == [False]


# Ways out --------------------------------------------------------------------------------------------------


async def test_enter_opens_the_first_way_out_and_escape_leads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "Enter wait for it")
        await press(pilot, "enter")
        await arrived(pilot, WayScreen)
        shown = flat_text(pilot)
        assert "Wait: do not log out" in shown
        assert "gives up in 47 s timeout 120 s" in shown
        assert "cat /sys/class/iscsi_session/session1/state" in shown
        await press(pilot, "escape")
        await arrived(pilot, RecoveryScreen)
        await press(pilot, "escape")
    assert app.answers == [False]
    assert looks.numbers == [1]


async def test_a_number_opens_its_way_and_tab_goes_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "Enter wait for it")
        await press(pilot, "3")
        await arrived(pilot, WayScreen)
        assert "the storage administrator" in flat_text(pilot)
        await press(pilot, "escape", "tab", "up")
        await says(pilot, "Enter read the message")
        await press(pilot, "enter")
        await arrived(pilot, WayScreen)
        assert "the network administrator" in flat_text(pilot)
        await press(pilot, "escape", "9")
        assert isinstance(app.screen, RecoveryScreen)


async def test_what_follows_leads_to_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _looks = recovery_app(monkeypatch, chain())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "to repair")
        await press(pilot, "down")
        await says(pilot, "cause The session is back", "Enter go to the cause")
        await press(pilot, "enter")
        assert under_cursor(pilot) == disk_offline().key


async def test_a_message_is_whole_and_saved_for_its_owner_only(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    app, looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        await press(pilot, "2")
        await arrived(pilot, WayScreen)
        shown = flat_text(pilot)
        assert "Initiator name: iqn.1993-08.org.debian:01:c3b048656983" in shown
        assert "Is there a fault or a change on the path" in shown
        await press(pilot, "s")
        await says(pilot, "Written to", "only you can read it")
        (path,) = home.iterdir()
        text = path.read_text()
        assert text.startswith("To: the network administrator\n\nAn iSCSI session to 192.0.2.10:3260")
        assert text.endswith("Please restore it.\n")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        await press(pilot, "s")
        await until(pilot, lambda: len(list(home.iterdir())) == 2)
        await press(pilot, "enter")
        await until(pilot, lambda: looks.numbers == [1, 2])


async def test_a_home_that_takes_nothing_is_not_the_end(
    monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path
) -> None:
    home.rmdir()
    app, _looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        await press(pilot, "2", "s")
        await says(pilot, "only you can read it")
        assert len(list(tmp_path.glob("iscsi-console-message-*.txt"))) == 1


async def test_that_nothing_takes_it_is_said(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(saving, "places", lambda: (home / "away",))
    app, _looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        await press(pilot, "2", "s")
        await says(pilot, "could not be written. No such file or directory")


async def test_the_report_is_written(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    app, _looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        await press(pilot, "w")
        await says(pilot, "only you can read it")
        (path,) = home.iterdir()
        assert path.name.startswith("iscsi-console-report-")
        assert "has lost its connection" in path.read_text()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_wait_tells_that_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, session_lost(), well())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "1 thing is broken.")
        await press(pilot, "enter")
        await arrived(pilot, WayScreen)
        looks.differs = True
        shown = await says(pilot, "It is gone: The session to", "Enter see what is left")
        assert "gives up" not in shown
        looks.differs = False
        await press(pilot, "escape")
        await says(pilot, "Nothing wrong was found.", "solved")


async def test_the_wait_tells_that_it_is_not_over(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "1 thing is broken.")
        await press(pilot, "enter")
        await arrived(pilot, WayScreen)
        looks.differs = True
        await says(pilot, "This host was checked again: it is still there.")


async def test_a_wait_that_is_no_session_counts_down_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    fix = Fix("Wait for the map", "It queues.", seconds_left=100.0)
    app, _looks = recovery_app(monkeypatch, made(Finding("F34.queues", "It queues.", "Waits.", fixes=(fix,))))
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "1 wait Wait for the map at most 1 min 41 s")
        await press(pilot, "enter")
        await says(pilot, "decided in at most 1 min 41 s")


async def test_by_hand_is_shown_and_looked_at_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    app, looks = recovery_app(monkeypatch, chain())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "to repair")
        await press(pilot, "2")
        await arrived(pilot, WayScreen)
        shown = flat_text(pilot)
        assert "sg_inq --page=0x83 /dev/sda" in shown
        assert "Then Enter checks this host again." in shown
        assert "s save" not in shown
        await press(pilot, "enter")
        await until(pilot, lambda: looks.numbers == [1, 2])


async def test_a_thing_that_only_a_person_can_find_out(monkeypatch: pytest.MonkeyPatch) -> None:
    fix = Fix("Be sure that it is the same data", "It may have changed.", confirm=QUESTIONS)
    app, _looks = recovery_app(monkeypatch, made(replace(disk_offline(), fixes=(fix,))))
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "Enter see what")
        await press(pilot, "enter")
        shown = await says(pilot, *QUESTIONS)
        assert "Only a person can know this." in shown


# Plans -----------------------------------------------------------------------------------------------------


def with_plan(folder: Path, confirm: tuple[str, ...] = ()) -> Diagnosis:
    return chain(repairing(str(folder)), confirm)


async def run_the_plan(pilot: Pilot[Any]) -> None:
    await arrived(pilot, PlanScreen)
    await press(pilot, "enter")
    if isinstance(pilot.app.screen, Confirm):
        await press(pilot, "right", "enter")
    await says(pilot, "Done and verified.")
    await press(pilot, "enter")
    await arrived(pilot, RecoveryScreen)


async def test_a_plan_runs_and_the_host_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app, looks = recovery_app(monkeypatch, with_plan(tmp_path), made(boot_risk()))
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await run_the_plan(pilot)
        shown = await says(pilot, "Repaired, and checked again: The session is back", "1 risk.")
        assert shown.count(" repaired") >= 2
        assert (tmp_path / "repaired").read_text() == "whole"
        assert looks.numbers == [1, 2]
        await says(pilot, "next The line of /srv/data")
        await press(pilot, "enter")
        assert under_cursor(pilot) == boot_risk().key
        await press(pilot, "escape")
    assert app.answers == [True]


async def test_after_the_last_repair_enter_closes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app, _looks = recovery_app(monkeypatch, with_plan(tmp_path), made())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await run_the_plan(pilot)
        await says(pilot, "Nothing wrong was found.", "Nothing is left to repair", "Enter close")
        await press(pilot, "enter")
    assert app.answers == [True]


async def test_that_it_did_not_help_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app, _looks = recovery_app(monkeypatch, with_plan(tmp_path), chain())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await run_the_plan(pilot)
        await says(pilot, "The plan ran to its end, and this is still there: The session is back")


async def test_a_plan_that_is_not_run_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app, looks = recovery_app(monkeypatch, with_plan(tmp_path))
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await arrived(pilot, PlanScreen)
        await press(pilot, "escape")
        await arrived(pilot, RecoveryScreen)
        assert looks.numbers == [1]
        assert not (tmp_path / "repaired").exists()


async def test_where_too_little_could_be_read_it_is_looked_at_again_with_more_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    less = made(unread=(Unread(Item.KERNEL, "no answer in time"),))
    app, looks = recovery_app(monkeypatch, with_plan(tmp_path), less, made())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await run_the_plan(pilot)
        await says(pilot, "Repaired, and checked again: The session is back", "Nothing wrong was found.")
        assert looks.numbers == [1, 2, 3]
        assert looks.within[2] > looks.within[1]


async def test_where_nothing_could_be_read_after_a_plan_it_is_looked_at_again_with_more_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failure = Problem("doctor.no-inventory", "This host's storage could not be read.", remedy="Look again.")
    app, looks = recovery_app(monkeypatch, with_plan(tmp_path), failure, made())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await run_the_plan(pilot)
        await says(pilot, "Repaired, and checked again: The session is back", "Nothing wrong was found.")
        assert looks.numbers == [1, 2, 3]
        assert looks.within[2] > looks.within[1]


async def test_where_too_little_can_be_read_at_all_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    less = made(unread=(Unread(Item.KERNEL, "no answer in time"),))
    app, looks = recovery_app(monkeypatch, with_plan(tmp_path), less)
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await run_the_plan(pilot)
        await until(pilot, lambda: looks.numbers == [1, 2, 3])
        await says(pilot, "It was not found again, but not everything could be read: The session is back")
        assert "not seen now" in flat_text(pilot)


async def test_what_the_plan_changes_is_not_looked_at_before_it_is_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app, looks = recovery_app(monkeypatch, with_plan(tmp_path), made())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await arrived(pilot, PlanScreen)
        looks.differs = True
        recovery(app)._turn()
        recovery(app).post_message(Glanced(OTHERWISE))
        await settle(pilot)
        assert looks.differs
        assert looks.numbers == [1]
        await run_the_plan(pilot)
        await says(pilot, "Repaired, and checked again")


async def test_every_question_must_be_answered_yes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app, _looks = recovery_app(monkeypatch, with_plan(tmp_path, QUESTIONS))
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "Enter see the plan")
        await press(pilot, "enter")
        await says(pilot, QUESTIONS[0], "Question 1 of 2.")
        await press(pilot, "enter")
        await arrived(pilot, Notice)
        await says(pilot, "This was not answered with yes: Is it the same LUN")
        await press(pilot, "enter")
        await arrived(pilot, RecoveryScreen)
        await press(pilot, "enter")
        await says(pilot, "Question 1 of 2.")
        await press(pilot, "right", "enter")
        await says(pilot, QUESTIONS[1], "Question 2 of 2.")
        await press(pilot, "escape")
        await arrived(pilot, Notice)
        await press(pilot, "escape", "enter")
        await says(pilot, "Question 1 of 2.")
        await press(pilot, "right", "enter")
        await says(pilot, "Question 2 of 2.")
        await press(pilot, "right", "enter")
        await arrived(pilot, PlanScreen)


@pytest.mark.parametrize("allowed", [NOT_ROOT, RECORDED], ids=["no-root", "recorded"])
async def test_where_nothing_may_be_changed_everything_is_shown_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, allowed: Access
) -> None:
    app, _looks = recovery_app(monkeypatch, with_plan(tmp_path, QUESTIONS), allowed=allowed)
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, f"Plans can be viewed, not run: {allowed.reason}.")
        assert "view only" in flat_text(pilot)
        await press(pilot, "enter")
        await arrived(pilot, PlanScreen)
        assert f"Nothing can be changed: {allowed.reason}." in flat_text(pilot)
        await press(pilot, "enter")
        await arrived(pilot, RecoveryScreen)
        assert not (tmp_path / "repaired").exists()


async def test_a_plan_that_is_refused_says_so_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    finding = disk_offline(repairing(str(tmp_path)), QUESTIONS)
    proposal = finding.fixes[0].proposal
    assert proposal is not None
    refused = replace(proposal, refusal=Problem("x.busy", "Somebody uses it.", remedy="End them first."))
    found = made(replace(finding, fixes=(replace(finding.fixes[0], proposal=refused),)))
    app, _looks = recovery_app(monkeypatch, found)
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "not possible now")
        await press(pilot, "enter")
        await arrived(pilot, PlanScreen)
        assert "Somebody uses it." in flat_text(pilot)


# Keys ------------------------------------------------------------------------------------------------------


async def test_help_and_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=LARGE) as pilot:
        await says(pilot, "1 thing is broken.")
        await press(pilot, "f1")
        await arrived(pilot, Help)
        shown = flat_text(pilot)
        assert "What to do" in shown
        await press(pilot, "escape", "f2")
        await arrived(pilot, Commands)
        await press(pilot, "escape", "enter", "f1")
        await arrived(pilot, Help)
        assert "What it is about" in flat_text(pilot)
        await press(pilot, "escape", "f2")
        await arrived(pilot, Commands)


async def test_the_rest_is_a_page_further_down(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _looks = recovery_app(monkeypatch, session_lost())
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "PgDn more")
        assert "dev eth1 src 192.0.2.5" not in flat_text(pilot)
        for _page in range(4):
            await press(pilot, "pagedown")
        await says(pilot, "ruled out a logout")
        await press(pilot, "down", "up")
        await says(pilot, "1 wait Wait: do not log out")


HOSTILE = {
    "escape": "x\x1b[31m\x1b]0;title\x07\x9b2Jx",
    "markup": "[bold red]x[/] [link=http://example.com]y[/link]",
    "direction": "x\u202ey\u2066z",
    "lines": "one\ntwo\r\nthree",
    "long": "n" * 4096,
}


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_text_changes_nothing_but_its_own_field(
    monkeypatch: pytest.MonkeyPatch, name: str, size: tuple[int, int]
) -> None:
    text = HOSTILE[name]
    bad = disk_offline()
    bad = replace(
        bad,
        summary=text,
        meaning=text,
        seen=tuple(replace(one, source=text, lines=(text, text)) for one in bad.seen),
        fixes=tuple(replace(one, title=text, why=text) for one in bad.fixes),
        ruled_out=tuple(replace(one, what=text, how=text) for one in bad.ruled_out),
        hypotheses=tuple(replace(one, cause=text, test=text) for one in bad.hypotheses),
        never=tuple(replace(one, what=text, why=text) for one in bad.never),
    )
    app, _looks = recovery_app(monkeypatch, made(bad, boot_risk()))
    async with app.run_test(size=size) as pilot:
        await says(pilot, "1 thing is broken. 1 risk.", "Enter see the plan")
        shown = lines_of(pilot)
        assert all(len(line) == size[0] for line in shown)
        assert all(mark not in line for line in shown for mark in "\x1b\x07\x9b\u202e\u2066\r\n")
        assert "risk" in flat_text(pilot)
        assert "1 plan" in flat_text(pilot)
        if name == "markup":
            assert "[bold red]x[/]" in flat_text(pilot)
        await press(pilot, "2")
        await arrived(pilot, WayScreen)
        assert all(len(line) == size[0] for line in lines_of(pilot))
        assert "sg_inq" in flat_text(pilot)


# From the console ----------------------------------------------------------------------------------------


async def test_r_opens_it_for_the_rung_under_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    living = with_failure()
    failing = Finding("F05.made-up", "The second session is lost.", "Wait.", rungs=(SECOND_SESSION,))
    first = Finding("F01.made-up", "Something else is broken.", "Wait.", rungs=("portal:other",))
    looking_at(monkeypatch, made(first, failing))
    async with living.app(COLOUR).run_test(size=LARGE) as pilot:
        await says(pilot, "r repair", "Press r to find out what is wrong and")
        assert pilot.app.screen.query_one(StackView).go_to(SECOND_SESSION)
        await press(pilot, "r")
        await arrived(pilot, RecoveryScreen)
        await says(pilot, "2 things are broken.")
        assert under_cursor(pilot) == failing.key
        await press(pilot, "escape")
        await arrived(pilot, ConsoleScreen)


async def test_r_is_there_and_out_of_the_way_while_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    looking_at(monkeypatch, well())
    async with healthy().app(COLOUR).run_test(size=LARGE) as pilot:
        await says(pilot, "LOGGED_IN")
        assert "r repair" not in flat_text(pilot)
        assert "Press r" not in flat_text(pilot)
        await press(pilot, "r")
        await arrived(pilot, RecoveryScreen)
        await says(pilot, "Nothing wrong was found.")


async def test_r_is_there_on_a_host_without_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    looking_at(monkeypatch, well())
    app = ConsoleApp(COLOUR, ScriptedHost(), ROOT, live=False)
    async with app.run_test(size=SMALL) as pilot:
        await says(pilot, "There is no iSCSI storage on this host yet.")
        await press(pilot, "r")
        await arrived(pilot, RecoveryScreen)
        await says(pilot, "Nothing wrong was found.")


async def test_the_menu_offers_it_first_where_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    looking_at(monkeypatch, well())
    async with with_failure().app(COLOUR).run_test(size=SMALL) as pilot:
        await says(pilot, "FAILED")
        await press(pilot, "enter")
        await arrived(pilot, ActionMenu)
        assert "r Find out what is wrong and repair it" in flat_text(pilot)
        await press(pilot, "enter")
        await arrived(pilot, RecoveryScreen)


# Recorded hosts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", sorted(one.stem for one in MACHINES.glob("*.json")))
async def test_every_recorded_host_is_told_of_as_far_as_it_was_captured(machine: str) -> None:
    host = CommandLogHost(RecordedHost(str(MACHINES / f"{machine}.json")))
    screen = RecoveryScreen(host, RECORDED, take_inventory(host), live=False)
    app = OneScreen(screen)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: not screen.guessed or screen.problem is not None)
        assert screen.problem is None, screen.problem
        for entry in screen.board.entries():
            assert pilot.app.screen.query_one("#tree", StackView).go_to(entry.key)
            await settle(pilot)
            shown = lines_of(pilot)
            assert all(len(line) == 80 for line in shown)
            assert shown[-1].strip().startswith("Enter")


# Pictures --------------------------------------------------------------------------------------------------

Scene = tuple[Callable[[], tuple[Diagnosis, ...]], tuple[str, ...]]
SCENES: dict[str, Scene] = {
    "lost": (lambda: (session_lost(),), ()),
    "chain": (lambda: (chain(),), ()),
    "follows": (lambda: (chain(),), ("down",)),
    "looked": (lambda: (chain(),), ("end",)),
    "well": (lambda: (well(),), ()),
    "unexplained": (lambda: (unexplained(),), ()),
    "gone": (lambda: (chain(), made(boot_risk())), ("f5",)),
    "message": (lambda: (session_lost(),), ("2",)),
    "wait": (lambda: (session_lost(),), ("enter",)),
    "by-hand": (lambda: (chain(),), ("2",)),
    "question": (lambda: (chain(repairing("/srv"), QUESTIONS),), ("enter",)),
}


async def bring_there(pilot: Pilot[Any], keys: tuple[str, ...]) -> None:
    """Press keys, each when the screen has come to rest."""
    screen = next(one for one in pilot.app.screen_stack if isinstance(one, RecoveryScreen))
    for key in ("", *keys):
        if key:
            await press(pilot, key)
        await until(pilot, lambda: screen.progress is None and not screen.guessed)
        await settle(pilot)


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_picture(
    snap_compare: SnapCompare,
    monkeypatch: pytest.MonkeyPatch,
    scene: str,
    size: tuple[int, int],
    look: Look,
) -> None:
    make, keys = SCENES[scene]
    app, _looks = recovery_app(monkeypatch, *make(), look=look)
    assert snap_compare(app, terminal_size=size, run_before=lambda pilot: bring_there(pilot, keys))


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_a_picture_while_it_looks(
    snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: Look
) -> None:
    told = dict.fromkeys(list(Item)[:9], "") | {Item.PACKETS: "ping is not installed"}
    app, looks = recovery_app(monkeypatch, session_lost(), look=look, held=True, told=told)
    # The program does not end before its threads do, and the picture is taken while one of them still looks.
    monkeypatch.setattr(RecoveryScreen, "on_unmount", lambda _screen: looks.held.set(), raising=False)

    async def begun(pilot: Pilot[Any]) -> None:
        await says(pilot, "9 of", "has lost its connection")
        progress = recovery(app).progress
        assert progress is not None
        progress.begun = time.monotonic() + 60
        recovery(app).show_standing()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=begun)
