"""The way through the set-up by keys: forth and back, what stands in the way, and what is said about it."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens import scenes
from tests.screens.driving import COLOUR, ROOT, SMALL, flat_text, opened, press, settle, text_of
from tests.screens.scripted import ScriptedDriver
from tests.setup.building import FRESH, NAME, PORTAL
from tui.app import ConsoleApp
from tui.screens.access import Access, access
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.setup import setup_screen
from tui.screens.setup.driver import Driver
from tui.screens.setup.page import Page
from tui.screens.setup.pages import page_for
from tui.screens.setup.setup_screen import SetupScreen
from tui.setup.state import SetupState
from tui.setup.step import AT_ONCE, Step
from tui.setup.steps import discover
from tui.storage.host.recorded import RecordedHost
from tui.storage.problem import Problem
from widgets.dialogs import Confirm, PushButton
from widgets.fields.text_field import TextField

MACHINES = Path(__file__).parent.parent / "machines"

REFUSED = Problem(
    "login.authorization",
    "The target refuses this host.",
    "Its access list does not hold the name.",
    "Ask the storage administrator to enter it.",
    evidence=("iscsiadm: initiator reported error (24 - authorization failure)",),
)


def at(driver: ScriptedDriver) -> Step:
    return driver.state.step


def focused_button(pilot: Pilot[Any]) -> str:
    focused = pilot.app.screen.focused
    return str(focused.label) if isinstance(focused, PushButton) else ""


def field(pilot: Pilot[Any], name: str) -> TextField:
    return pilot.app.screen.query_one(f"#{name}", TextField)


async def test_enter_alone_leads_from_a_bare_host_to_the_end() -> None:
    driver = scenes.driver(scenes.unnamed())
    async with opened(driver) as pilot:
        await press(pilot, "enter", "enter")
        assert at(driver) is Step.DISCOVER
        field(pilot, "address").value = "192.0.2.10"
        await press(pilot, "enter")
        assert at(driver) is Step.DISCOVER, "what was found is looked at before going on"
        assert "1 target" in flat_text(pilot)
        await press(pilot, "enter", "enter")
        assert at(driver) is Step.LOG_IN
        await press(pilot, "enter")
        assert "1 disk" in flat_text(pilot)
        await press(pilot, "enter", "enter", "enter")
        assert at(driver) is Step.BOOT
        await press(pilot, "enter")
        assert at(driver) is Step.REVIEW
        assert Step.RUN not in driver.ran, "nothing is written before the confirmation"
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "right", "enter")
        assert at(driver) is Step.DONE
        shown = " ".join(text_of(pilot).split())
        assert "vg_data/data is mounted at /srv/data" in shown
        assert "LOGGED_IN" in shown
    assert driver.ran[0] is Step.NAME
    assert driver.ran[-1] is Step.RUN
    assert [step for step in driver.ran if step in AT_ONCE] == [
        Step.NAME,
        Step.DISCOVER,
        Step.TARGET,
        Step.LOG_IN,
    ]


async def test_going_back_keeps_what_was_typed() -> None:
    driver = scenes.driver(replace(scenes.named(), step=Step.DISCOVER))
    async with opened(driver) as pilot:
        await press(pilot, "7", "ctrl+p")
        assert at(driver) is Step.CHAP
        await press(pilot, "ctrl+n")
        assert field(pilot, "address").value == "7"


async def test_a_mistake_is_shown_at_its_field_and_nothing_runs() -> None:
    driver = scenes.driver(replace(scenes.named(), step=Step.DISCOVER))
    async with opened(driver) as pilot:
        field(pilot, "address").value = "300.1.2.3"
        field(pilot, "port").value = "99999"
        await press(pilot, "enter")
        shown = flat_text(pilot)
        assert "300.1.2.3 is not an IPv4 address. Write four numbers from 0 to 255" in shown
        assert "99999 is not a port" in shown
        focused = pilot.app.screen.focused
        assert focused is not None
        assert field(pilot, "address") in focused.ancestors
    assert driver.ran == []


async def test_a_list_shows_its_problem_below_itself() -> None:
    driver = scenes.driver(replace(scenes.with_target(scenes.discovered()), step=Step.TARGET))
    async with opened(driver) as pilot:
        await press(pilot, "enter")
        assert "No target is chosen." in flat_text(pilot)
        assert driver.ran == []


async def test_next_says_what_is_lacking_and_offers_it() -> None:
    driver = scenes.driver(replace(scenes.named(), step=Step.DISCOVER))
    async with opened(driver) as pilot:
        field(pilot, "address").value = "192.0.2.10"
        await press(pilot, "ctrl+n")
        assert "The portal has not been asked yet." in flat_text(pilot)
        assert focused_button(pilot) == "Discover"
        await press(pilot, "enter")
    assert driver.ran == [Step.DISCOVER]


async def test_an_error_says_what_why_and_next_and_offers_to_do_it() -> None:
    driver = scenes.driver(scenes.with_target(scenes.stored(), PORTAL))
    driver.failures[Step.LOG_IN] = REFUSED
    async with opened(driver) as pilot:
        await press(pilot, "enter")
        shown = flat_text(pilot)
        for part in (REFUSED.summary, REFUSED.cause, REFUSED.remedy, "o shows"):
            assert part in shown
        await press(pilot, "o")
        assert "iscsiadm: initiator reported" in text_of(pilot)
        assert focused_button(pilot) == "Try again"
        await press(pilot, "right")
        assert focused_button(pilot) == "Go to CHAP"
        await press(pilot, "enter")
        assert at(driver) is Step.CHAP
        focused = pilot.app.screen.focused
        assert focused is not None
        assert pilot.app.screen.query_one("#session-kind") in focused.ancestors


async def test_trying_again_runs_the_step_again() -> None:
    driver = scenes.driver(scenes.with_target(scenes.stored(), PORTAL))
    driver.failures[Step.LOG_IN] = REFUSED
    async with opened(driver) as pilot:
        await press(pilot, "enter", "enter")
        assert "1 disk" in flat_text(pilot)
    assert driver.ran == [Step.LOG_IN, Step.LOG_IN]


async def test_a_stale_lock_is_removed_and_the_step_run_again() -> None:
    driver = scenes.driver(scenes.with_target(scenes.stored(), PORTAL))
    driver.failures[Step.LOG_IN] = Problem("record.lock-stale", "The record database is locked.")
    async with opened(driver) as pilot:
        await press(pilot, "enter")
        assert focused_button(pilot) == "Remove the lock and retry"
        await press(pilot, "enter")
        assert "1 disk" in flat_text(pilot)
    assert driver.unlocked
    assert driver.ran == [Step.LOG_IN, Step.LOG_IN]


async def test_while_something_runs_the_screen_answers_and_says_what_it_is() -> None:
    driver = scenes.driver(scenes.unnamed())
    driver.gate.clear()
    async with opened(driver) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "running" in flat_text(pilot)
        await pilot.press("enter", "ctrl+n")
        assert driver.ran == [Step.NAME]
        await pilot.press("f1")
        assert "What this name is" in text_of(pilot)
        await pilot.press("escape")
        driver.gate.set()
        await settle(pilot)
        assert at(driver) is Step.CHAP


async def test_leaving_while_something_runs_asks_and_waits_for_the_end() -> None:
    driver = scenes.driver(scenes.unnamed())
    driver.gate.clear()
    async with opened(driver) as pilot:
        await pilot.press("enter", "ctrl+q")
        assert "Leave while an operation is running?" in text_of(pilot)
        await pilot.press("right", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SetupScreen)
        assert not driver.left
        driver.gate.set()
        await settle(pilot)
    assert driver.left


async def test_staying_lets_it_run() -> None:
    driver = scenes.driver(scenes.unnamed())
    driver.gate.clear()
    async with opened(driver) as pilot:
        await pilot.press("enter", "escape", "enter")
        driver.gate.set()
        await settle(pilot)
        assert at(driver) is Step.CHAP
        assert not driver.left


async def test_leaving_keeps_the_answers() -> None:
    driver = scenes.driver(scenes.named())
    async with opened(driver) as pilot:
        await press(pilot, "escape")
        assert pilot.app.return_value is None, "Escape never leaves the program"
        await pilot.press("ctrl+q")
    assert driver.left
    assert pilot.app.return_value == 0


async def test_the_confirmation_begins_on_no() -> None:
    driver = scenes.driver(scenes.reviewed())
    async with opened(driver) as pilot:
        await press(pilot, "enter")
        assert focused_button(pilot) == "No, go back"
        await press(pilot, "enter")
        assert at(driver) is Step.REVIEW
    assert driver.ran == []


async def test_erasing_wants_the_word() -> None:
    driver = scenes.driver(scenes.erasing())
    async with opened(driver) as pilot:
        assert "This will be lost" in flat_text(pilot)
        await press(pilot, "enter")
        shown = text_of(pilot)
        assert "This will be lost and cannot be recovered" in shown
        assert 'Type "erase" to confirm' in shown
        assert focused_button(pilot) == "No, go back"
        await pilot.press(*"eras", "enter")
        assert focused_button(pilot) == "No, go back"
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("e", "enter")
        assert focused_button(pilot) == "Erase and set up"
        await press(pilot, "enter")
    assert driver.ran == [Step.RUN]


async def test_a_cut_off_plan_is_offered_first_and_carried_on() -> None:
    driver = scenes.driver(scenes.named())
    driver.cut_off = scenes.interrupted()
    async with opened(driver) as pilot:
        shown = text_of(pilot)
        assert "The last set-up was interrupted" in shown
        for words in ("done", "started, result unknown", "not started"):
            assert words in shown
        assert focused_button(pilot) == "Resume"
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, SetupScreen)
    assert driver.resumed
    assert not driver.given_up


async def test_a_cut_off_plan_can_be_given_up() -> None:
    driver = scenes.driver(scenes.named())
    driver.cut_off = scenes.interrupted()
    async with opened(driver) as pilot:
        await press(pilot, "right", "enter")
        assert "What is this host called" in text_of(pilot)
    assert driver.given_up
    assert not driver.resumed


async def test_a_plan_that_lacks_a_secret_cannot_be_carried_on() -> None:
    driver = scenes.driver(scenes.named())
    driver.cut_off = replace(scenes.interrupted(), lacks_secret=True)
    async with opened(driver) as pilot:
        assert "because secrets are not stored" in " ".join(text_of(pilot).split())
        assert focused_button(pilot) == "Start over"
        await press(pilot, "escape")
        assert focused_button(pilot) == "Decide later"
        await press(pilot, "enter")
    assert driver.left
    assert not driver.given_up


@pytest.mark.parametrize(
    ("allowed", "reason"),
    [
        (access(is_root=False), "root is required"),
        (access(is_root=True, read_only=True), "started with --read-only"),
        (access(is_root=False, recorded=True), "this is a recorded host"),
    ],
)
async def test_looking_only_says_why_nothing_runs(allowed: Access, reason: str) -> None:
    driver = scenes.driver(scenes.unnamed())
    async with opened(driver, allowed=allowed) as pilot:
        assert allowed.words in text_of(pilot)
        await press(pilot, "enter")
        assert reason in flat_text(pilot)
    assert driver.ran == []


async def test_a_mistake_of_the_program_shows_no_values() -> None:
    driver = scenes.driver(scenes.unnamed())

    def fail(_state: SetupState) -> SetupState:
        raise ValueError("secret-in-a-message")

    driver.effects[Step.NAME] = fail
    async with opened(driver) as pilot:
        await press(pilot, "enter")
        shown = flat_text(pilot)
        assert "iscsi-console failed unexpectedly (ValueError)" in shown
        assert "secret-in-a-message" not in shown


async def test_a_fresh_name_can_be_had() -> None:
    driver = scenes.driver(scenes.named())
    async with opened(driver) as pilot:
        assert field(pilot, "name").value == NAME
        await press(pilot, "ctrl+g")
        assert field(pilot, "name").value == FRESH
        await press(pilot, "enter")
    assert driver.ran == [Step.NAME]


async def test_f2_shows_the_commands_and_f1_explains() -> None:
    driver = scenes.driver(scenes.named())
    async with opened(driver) as pilot:
        await pilot.press("f2")
        assert "None yet." in text_of(pilot)
        await pilot.press("escape", "f1")
        assert "Why this step" in text_of(pilot)


@pytest.mark.parametrize("step", list(Step))
def test_every_page_has_help_for_a_newcomer(step: Step) -> None:
    driver = scenes.driver(scenes.planned())
    sections = page_for(driver, driver.go(step)).help()
    assert sections
    assert all(section.text and section.title for section in sections)


def type_keys(pilot: Pilot[Any], keys: tuple[str, ...]) -> None:
    """Type in no context: keys come from the terminal, not from the screen that changes its page."""
    for key in keys:
        Context().run(pilot.app.simulate_key, key)


@pytest.fixture
def type_meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Pilot[Any], tuple[str, ...]], None]:
    """Have keys pressed while a page is being opened: the old one is gone, the new one has no parts."""

    def arm(pilot: Pilot[Any], keys: tuple[str, ...]) -> None:
        waiting = [keys]

        def make(driver: Driver, state: SetupState) -> Page:
            if waiting:
                type_keys(pilot, waiting.pop())
            return page_for(driver, state)

        monkeypatch.setattr(setup_screen, "page_for", make)

    return arm


@pytest.mark.parametrize(
    ("first", "keys", "last"),
    [
        (Step.NAME, ("enter",), Step.DISCOVER),
        (Step.NAME, ("ctrl+n",), Step.DISCOVER),
        (Step.TARGET, ("enter", "enter"), Step.MOUNT),
        (Step.TARGET, ("escape", "escape"), Step.DISCOVER),
    ],
)
async def test_keys_pressed_while_a_page_is_changed_are_for_the_next(
    first: Step,
    keys: tuple[str, ...],
    last: Step,
    type_meanwhile: Callable[[Pilot[Any], tuple[str, ...]], None],
) -> None:
    driver = scenes.driver(replace(scenes.reviewed(), step=first))
    async with opened(driver) as pilot:
        type_meanwhile(pilot, keys)
        await press(pilot, "enter")
        await settle(pilot)
        assert at(driver) is last
    assert driver.ran == []


async def test_enter_pressed_at_any_moment_of_a_change_leads_on() -> None:
    driver = scenes.driver(replace(scenes.reviewed(), step=Step.CHAP))
    async with opened(driver) as pilot:
        for turns in range(3, 21, 3):
            pilot.app.simulate_key("enter")
            for _turn in range(turns):
                await asyncio.sleep(0)
            pilot.app.simulate_key("enter")
            await settle(pilot)
            assert at(driver) is Step.TARGET, turns
            await press(pilot, "ctrl+p", "ctrl+p")
            assert at(driver) is Step.CHAP
    assert driver.ran == []


async def test_text_typed_while_a_page_is_changed_is_for_its_first_field(
    type_meanwhile: Callable[[Pilot[Any], tuple[str, ...]], None],
) -> None:
    state = replace(scenes.reviewed(), step=Step.CHAP)
    driver = scenes.driver(state.answered(replace(discover.answer(state), address="")))
    async with opened(driver) as pilot:
        type_meanwhile(pilot, tuple("192.0"))
        await press(pilot, "enter")
        await settle(pilot)
        assert at(driver) is Step.DISCOVER
        assert field(pilot, "address").value == "192.0"


async def test_escape_pressed_faster_than_pages_change_leads_to_the_console() -> None:
    host, made = RecordedHost(str(MACHINES / "bare.json")), scenes.driver(scenes.discovered())
    app = ConsoleApp(COLOUR, host, ROOT, live=False, make_driver=lambda _host: made)
    async with app.run_test(size=SMALL) as pilot:
        seen: list[type[Screen[Any]]] = []
        await press(pilot, "s")
        seen.append(type(app.screen))
        for _key in range(4):
            app.simulate_key("escape")
        await settle(pilot)
        seen.append(type(app.screen))
        await press(pilot, "s")
        seen.append(type(app.screen))
    assert seen == [SetupScreen, ConsoleScreen, SetupScreen]
