"""No screen draws on a console what its font may lack."""

import pytest

from tests.console_fonts import in_every_font
from tests.screens.driving import MONO, SMALL, press, settle, setup_app, text_of
from tests.screens.living import with_failure
from tests.screens.test_looks import PAGES


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_of_the_wizard(page: str) -> None:
    driver, keys = PAGES[page]
    async with setup_app(driver(), look=MONO).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert set(text_of(pilot)) - {"\n"} <= in_every_font()


@pytest.mark.parametrize(
    "keys", [(), ("enter",), ("f1",), ("f2",), ("w",), ("t",), ("p",), ("i",), ("d",), ("e",)]
)
async def test_a_screen_of_the_console(keys: tuple[str, ...]) -> None:
    async with with_failure().app(MONO).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert set(text_of(pilot)) - {"\n"} <= in_every_font()
