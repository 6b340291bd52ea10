"""Search in what a screen shows: lists, and texts that can be scrolled."""

from typing import Any

import pytest
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Static

from tests.widgets.host import Host
from widgets.commands import CommandRow, Commands
from widgets.find import Find
from widgets.help import Help, HelpSection
from widgets.key_bar import KeyBar
from widgets.table import Column, PickList, PickRow

LONG = "\n".join(f"Line {number} of the text." for number in range(1, 101))


class Plain(Host):
    """Has a key of its own."""

    BINDINGS = [Binding("x", "note", "note")]  # noqa: RUF012 - Textual's way

    noted = 0

    def action_note(self) -> None:
        self.noted += 1


def shown(pilot: Pilot[Any]) -> list[str]:
    return [strip.text for strip in pilot.app.screen._compositor.render_strips()]


def reversed_places(pilot: Pilot[Any]) -> list[str]:
    """What is drawn in reverse."""
    return [
        segment.text
        for strip in pilot.app.screen._compositor.render_strips()
        for segment in strip
        if segment.style is not None and segment.style.reverse
    ]


async def find(pilot: Pilot[Any], text: str) -> None:
    await pilot.press("slash", *text)
    await pilot.pause()


async def test_a_long_text_is_searched_by_its_lines() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(Help("Title", (HelpSection("One", "First."), HelpSection("Two", LONG))))
        await find(pilot, "line 5")
        assert "1 of 11 hits" in shown(pilot)[-1]
        assert any("Line 5 of the text." in line for line in shown(pilot))
        assert reversed_places(pilot)[:1] == ["Line 5"]
        await pilot.press("enter", "n", "n")
        await pilot.pause()
        assert "3 of 11 hits" in shown(pilot)[-1]
        assert any("Line 51 of the text." in line for line in shown(pilot)[:-1])
        await pilot.press("N", "N", "N")
        await pilot.pause()
        assert "11 of 11 hits" in shown(pilot)[-1]
        assert any("Line 59 of the text." in line for line in shown(pilot)[:-1])
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        assert reversed_places(pilot) == []
        assert any("Line 59 of the text." in line for line in shown(pilot))


async def test_what_is_not_there_is_said() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        await app.push_screen(Help("Title", (HelpSection("One", LONG),)))
        await find(pilot, "nowhere")
        assert "no hit" in shown(pilot)[-1]
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Help)


async def test_a_line_that_is_cut_is_found_whole_and_gets_the_cursor() -> None:
    name = "iqn.2003-01.org.linux-iscsi.lab:" + "a" * 60
    rows = [PickRow(str(number), (f"{name}{number:02}",)) for number in range(60)]
    picks = PickList((Column("Target", grow=True),), rows)
    app = Plain(picks)
    async with app.run_test(size=(60, 20)) as pilot:
        app.action_find()
        await pilot.pause()
        await pilot.press(*"a42", "enter")
        assert picks.key == "42"
        await pilot.press("x")
        await pilot.pause()
        assert not isinstance(app.screen, Find)
        assert app.noted == 1


async def test_letters_are_typed_until_enter_makes_them_keys() -> None:
    app = Plain(VerticalScroll(Static(LONG)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_find()
        await pilot.pause()
        await pilot.press("n")
        assert "1 of 100 hits" in shown(pilot)[-1]
        await pilot.press("enter", "n", "slash", "e", "x")
        await pilot.pause()
        assert app.noted == 0
        assert "no hit" in shown(pilot)[-1] or "hits" in shown(pilot)[-1]
        assert isinstance(app.screen, Find)


@pytest.mark.parametrize("size", [(60, 20), (120, 40)])
async def test_commands_that_ran_are_searched(size: tuple[int, int]) -> None:
    rows = [CommandRow(str(number), "14:02:11", f"lvm lvs {number}", 0) for number in range(50)]
    app = Host()
    async with app.run_test(size=size) as pilot:
        await app.push_screen(Commands(rows))
        assert "/ search" in app.screen.query_one(KeyBar).render().plain
        await find(pilot, "lvs 7")
        assert "1 of 1 hit" in shown(pilot)[-1]
        assert any("lvm lvs 7 " in line for line in shown(pilot))
