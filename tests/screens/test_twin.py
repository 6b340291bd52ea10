"""What a twin shows: whose twin it is, in what it differs, and how it is left."""

import pytest
from textual.pilot import Pilot

from tests.lab.rehearsed import HOST
from tests.screens.driving import COLOUR, ROOT, flat_text, press, settle, text_of
from tests.storage.fake_tree import bare_host
from tui.practice.rehearsal.compared import Comparison, Difference, Ignored
from tui.practice.rehearsal.description import Described, Unlike
from tui.practice.rehearsal.twin import Ending, Sheet
from tui.screens.console.console_screen import ConsoleScreen
from tui.twin_app import TwinApp
from widgets.dialogs import PushButton

SHEET = Sheet(
    Described(HOST, (Unlike("data", "No file's content is in a capture."),)),
    Comparison(
        1074,
        ((Ignored.DISK_NAMES, 3),),
        (Difference("mounts", "/srv/app", "options", "rw", "rw, stripe=320"),),
    ),
)


def twin() -> TwinApp:
    return TwinApp(COLOUR, bare_host(), ROOT, SHEET, live=False)


async def begun(pilot: Pilot[int]) -> None:
    for _turn in range(3):
        await settle(pilot)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_every_screen_says_that_this_is_the_twin(size: tuple[int, int]) -> None:
    async with twin().run_test(size=size, notifications=True) as pilot:
        await begun(pilot)
        said = ""
        for _page in range(4):
            said += flat_text(pilot)
            await press(pilot, "pagedown")
        assert "No file's content is in a capture." in said
        assert "1074 fields of the inventory are equal." in said
        assert "3 fields differ only in the order of the kernel's disk names" in said
        assert "mounts /srv/app options: on the host rw, in the twin rw, stripe=320" in said
        await press(pilot, "escape")
        await begun(pilot)
        assert isinstance(pilot.app.screen, ConsoleScreen)
        assert "TWIN of production" in text_of(pilot)
        for key in ("t", "j"):
            await press(pilot, key)
            await begun(pilot)
            assert "TWIN of production" in text_of(pilot)
            await press(pilot, "escape")
            await begun(pilot)


@pytest.mark.parametrize("ending", list(Ending))
async def test_leaving_asks_what_becomes_of_the_twin(ending: Ending) -> None:
    app = twin()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await press(pilot, "escape")
        app.leave("words about the machine")
        await settle(pilot)
        assert "Keep this twin?" in flat_text(pilot)
        label = ending.name.capitalize()
        next(button for button in app.screen.query(PushButton) if str(button.label) == label).focus()
        await pilot.press("enter")
    assert app.return_value == ending.value
