"""What the living console really writes to a terminal: nothing at rest, a little while it counts."""

import pytest

from tests.console_fonts import in_every_font
from tests.waiting import FACT, until
from tests.widgets.test_terminal_output import SEQUENCE, Terminal, gallery

SCENES = "tests.screens.living"
REDRAWN = 0.2
"""Seconds without a byte after which a picture is whole where a countdown goes on below it."""
PLAIN = ("--colours", "sixteen", "--glyphs", "cp437")


def at_rest(terminal: Terminal, seconds: float, most: float = 0) -> bytes:
    """Wait until no more than so many bytes a second are written for so long, and return those."""
    written = [b""]

    def rests() -> bool:
        written.append(terminal.written_in(seconds))
        return len(written[-1]) / seconds <= most

    until(rests, lambda: f"rest: {written[-1]!r}", 2 * FACT)
    return written[-1]


def test_a_steady_console_writes_nothing() -> None:
    with gallery("healthy", *PLAIN, module=SCENES, TERM="linux", TEXTUAL_ANIMATIONS="none") as terminal:
        terminal.read_until_shown("/srv/data")
        assert at_rest(terminal, 4.0) == b""


def test_a_countdown_writes_some_digits_a_second() -> None:
    with gallery("failed", *PLAIN, module=SCENES, TERM="linux", TEXTUAL_ANIMATIONS="none") as terminal:
        terminal.read_until_shown("gives up", REDRAWN)
        assert at_rest(terminal, 5.0, most=400) != b""


@pytest.mark.parametrize("scene", ["failed", "hundred"])
def test_a_linux_console_gets_only_glyphs_of_its_font(scene: str) -> None:
    with gallery(scene, *PLAIN, module=SCENES, TERM="linux", TEXTUAL_ANIMATIONS="none") as terminal:
        shown = SEQUENCE.sub("", terminal.read_until_shown("blocked", REDRAWN))
    assert {character for character in shown if character.isprintable()} <= in_every_font()
