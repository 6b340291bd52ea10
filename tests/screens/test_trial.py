"""What `make run` shows inside its machine: the card, the wizard, the console, and how it is left."""

import pytest
from textual.pilot import Pilot

from tests.screens.driving import COLOUR, ROOT, flat_text, press, settle, text_of
from tests.storage.fake_tree import bare_host
from tui.lab.san import examples, parse, read_description
from tui.lab.trial import Ending
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.practice.trial_words import card, strip_words
from tui.screens.setup.setup_screen import SetupScreen
from tui.trial_app import TrialApp
from widgets.dialogs import PushButton

OPEN = parse(read_description("open"))


def trial(*, again: bool = False) -> TrialApp:
    return TrialApp(COLOUR, bare_host(), ROOT, OPEN, again=again, live=False)


async def begun(pilot: Pilot[int]) -> None:
    for _turn in range(3):
        await settle(pilot)


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_card_names_the_array_before_the_wizard(size: tuple[int, int]) -> None:
    async with trial().run_test(size=size, notifications=True) as pilot:
        await begun(pilot)
        assert "Portal 192.0.2.10, port 3260" in text_of(pilot)
        assert "CHAP for discovery: none" in text_of(pilot)
        await press(pilot, "escape")
        await begun(pilot)
        assert isinstance(pilot.app.screen, SetupScreen)
        assert "192.0.2.10:3260" in text_of(pilot)
        assert "F7 shell" in text_of(pilot)
        await press(pilot, "f6")
        assert "Portal 192.0.2.10, port 3260" in text_of(pilot)


async def test_after_the_wizard_comes_the_console_of_the_machine() -> None:
    app = trial()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await begun(pilot)
        await press(pilot, "escape")
        app._leave_mode("sudo iscsi-console")
        await begun(pilot)
        assert isinstance(pilot.app.screen, ConsoleScreen)
        assert "F6" in text_of(pilot)


@pytest.mark.parametrize(("offer", "ending"), [("Keep", Ending.KEEP), ("Discard", Ending.DISCARD)])
async def test_leaving_asks_whether_the_machine_is_kept(offer: str, ending: Ending) -> None:
    app = trial(again=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await press(pilot, "escape")
        assert isinstance(app.screen, ConsoleScreen)
        app.leave("words about the machine")
        await settle(pilot)
        assert "Keep this machine?" in flat_text(pilot)
        next(button for button in app.screen.query(PushButton) if str(button.label) == offer).focus()
        await pilot.press("enter")
    assert app.return_value == ending.value


@pytest.mark.parametrize("name", examples())
def test_every_array_can_be_told_of(name: str) -> None:
    san = parse(read_description(name))
    words = "\n".join(section.text for section in card(san))
    for target in san.targets:
        assert target.name in words
        assert all(str(portal.address) in words for portal in target.portals)
        assert target.chap is None or target.chap.secret in words
    assert strip_words(san).startswith(str(san.targets[0].portals[0]))
