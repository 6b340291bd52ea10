"""The copy key and the mouse, on lists."""

from tests.screens.driving import SMALL, settle, text_of
from tests.screens.test_console import console
from widgets.copied import Copied
from widgets.stack_view import RungList, StackView
from widgets.table import PickLines

TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"


async def test_the_copy_key_takes_the_whole_name_and_shows_it_on_one_line() -> None:
    app = console("multipath-xfs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("home", "y")
        await settle(pilot)
        assert app.clipboard == TARGET
        assert isinstance(app.screen, Copied)
        assert TARGET in text_of(pilot)
        await pilot.press("tab", "x", "backspace", "escape")
        await settle(pilot)
        assert not isinstance(app.screen, Copied)


async def test_a_click_goes_to_a_line_and_two_do_what_enter_does() -> None:
    app = console("multipath-xfs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        view = app.screen.query_one(StackView)
        await pilot.press("home")
        await pilot.click(RungList, offset=(5, 3))
        await settle(pilot)
        assert view.query_one(RungList).cursor == 3
        await pilot.click(RungList, offset=(5, 3), times=2)
        await settle(pilot)
        assert app.screen.query_one(PickLines).has_focus
