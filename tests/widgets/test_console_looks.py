"""What a Linux console or a serial terminal can show: its glyphs, its styles, and what is left on it."""

import pytest
from rich.style import Style
from textual.app import App

from tests.console_fonts import in_every_font
from tests.vocabulary import ROOT, sentences
from tests.widgets.galleries import GALLERIES
from tests.widgets.test_terminal_output import gallery
from widgets.console_styles import readable
from widgets.glyphs import Glyphs
from widgets.look import Colours, Look

NATIVE = [Look(colours, Glyphs.CP437) for colours in (Colours.SIXTEEN, Colours.MONO)]


def test_no_sentence_has_what_a_console_font_lacks() -> None:
    look, fonts = Look(Colours.SIXTEEN, Glyphs.CP437), in_every_font()
    texts = [one for one in sentences([ROOT / "tui", ROOT / "widgets"]) if one.path.suffix != ".md"]
    assert len(texts) > 1000
    missing = {
        character: f"{one.path}:{one.line}"
        for one in texts
        for character in set(look.plain(one.text).replace("\n", "")) - fonts
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("dim", "not dim"),
        ("bold dim cyan", "bold not dim cyan"),
        ("bright_black", "default"),
        ("bold reverse", "not bold reverse"),
        ("bold reverse cyan", "not bold reverse cyan"),
        ("bold red", "bold red"),
    ],
)
def test_a_console_gets_only_what_it_can_show(style: str, shown: str) -> None:
    assert readable(Style.parse(style)) == Style.parse(shown)


@pytest.mark.parametrize("look", NATIVE, ids=lambda look: str(look.colours))
@pytest.mark.parametrize("name", list(GALLERIES))
async def test_nothing_is_drawn_that_a_console_cannot_show(name: str, look: Look) -> None:
    app: App[None] = GALLERIES[name](look)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        styles = {segment.style for strip in strips for segment in strip if segment.style}
    assert styles
    assert {style for style in styles if style != readable(style)} == set()


def test_a_terminal_is_left_empty() -> None:
    with gallery("frame", "--colours", "sixteen", "--glyphs", "cp437", TERM="linux") as terminal:
        terminal.read_until_shown("iscsi-console")
        terminal.press("\x11")
        left = terminal.read_until(lambda written: "\x1b[?1049l" in written)
    assert left.rindex("\x1b[2J\x1b[H") < left.rindex("\x1b[?1049l")
    assert "iscsi-console" not in left[left.rindex("\x1b[2J") :]
