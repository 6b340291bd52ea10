"""Dialogs: what Enter, Escape and impatience do."""

import asyncio

import pytest
from textual import events
from textual.containers import VerticalScroll
from textual.screen import Screen

from tests.widgets.galleries import create, erase, refused
from tests.widgets.host import Host
from widgets.dialogs import Confirm, PushButton
from widgets.fields.text_field import LineInput
from widgets.help import Help, HelpSection
from widgets.notice import Notice

UNDER: Screen[object] = Screen()


class Asked(Host):
    """Keeps the answers of a dialog."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[object] = []

    async def ask(self, dialog: "Confirm | Notice | Help") -> None:
        await self.push_screen(dialog, self.answers.append)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], False),
        (["escape"], False),
        (["n"], False),
        (["right", "enter"], True),
        (["tab", "space"], True),
        (["y", "enter"], True),
        (["right", "left", "enter"], False),
        (["right", "escape"], False),
    ],
)
async def test_only_a_press_of_yes_is_yes(keys: list[str], answer: bool) -> None:
    app = Asked()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(create(UNDER))
        await pilot.pause()
        assert app.focused is app.screen.query_one("#no")
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers == [answer]


@pytest.mark.parametrize(
    ("keys", "answers"),
    [
        (["enter"], [False]),
        (["right", "enter"], []),
        (["y", "enter", "enter"], [False]),
        (["e", "r", "a", "s", "enter", "enter"], [False]),
        ([*"erase", "enter"], []),
        ([*"erase", "enter", "enter"], [True]),
        ([*"ERASE", "tab", "tab", "enter"], [True]),
        ([*"erase", "escape"], [False]),
        ([*"erase", "backspace", "tab", "tab", "tab", "enter"], [False]),
    ],
)
async def test_what_destroys_wants_its_word(keys: list[str], answers: list[bool]) -> None:
    app = Asked()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(erase(UNDER))
        await pilot.pause()
        assert app.focused is app.screen.query_one("#no")
        assert app.screen.query_one("#yes", PushButton).disabled
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers == answers


@pytest.mark.parametrize("turns", range(12))
async def test_a_word_that_is_typed_quickly_is_whole_and_in_order(turns: int) -> None:
    app = Asked()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(erase(UNDER))
        driver = app._driver
        assert driver is not None
        for letter in "erase":
            key = events.Key(letter, letter)
            key.set_sender(app)
            driver.send_message(key)
            for _turn in range(turns):
                await asyncio.sleep(0)
        await pilot.pause()
        assert app.screen.query_one(LineInput).value == "erase"


async def test_what_is_lost_is_named() -> None:
    app = Asked()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(erase(UNDER))
        await pilot.pause()
        shown = app.export_screenshot(simplify=True).replace("&#160;", " ")
        assert "/dev/sda  512 MiB  LIO-ORG  wwid 36001405a1b2c3d4" in shown
        assert app.screen.query_one(LineInput).value == ""


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "chap"),
        (["right", "enter"], "again"),
        (["left", "enter"], None),
        (["escape"], None),
    ],
)
async def test_an_error_offers_what_to_do(keys: list[str], answer: str | None) -> None:
    app = Asked()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(refused(UNDER))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers == [answer]


async def test_an_error_of_four_kilobytes_leaves_the_buttons_in_sight() -> None:
    app = Asked()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(Notice("[b]x[/b]\x1b[2J", happened="[red]\x1b[31m" + "storage " * 512))
        await pilot.pause()
        button = app.screen.query_one(PushButton)
        assert button.has_focus
        assert app.screen.region.contains_region(button.region)
        shown = app.export_screenshot(simplify=True).replace("&#160;", " ")
        assert "[b]x[/b]?[2J" in shown
        assert "[red]?[31mstorage" in shown
        await pilot.press("pagedown")
        await pilot.pause()
        assert app.screen.query_one(".body", VerticalScroll).scroll_y > 0


async def test_help_scrolls_and_closes() -> None:
    app = Asked()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(Help("Discover", tuple(HelpSection(f"Part {place}", "Words.") for place in range(30))))
        await pilot.pause()
        await pilot.press("down", "pagedown")
        body = app.screen.query_one(".body", VerticalScroll)
        assert body.scroll_y == 11
        await pilot.press("pageup", "up", "f1")
        await pilot.pause()
        assert body.scroll_y == 0
        assert app.answers == [None]
