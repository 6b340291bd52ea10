"""What the living console really writes to a terminal: nothing at rest, a little while it counts."""

import os
import select
import time

import pytest

from tests.widgets.test_terminal_output import SEQUENCE, Terminal, gallery

SCENES = "tests.screens.living"
PLAIN = ("--colours", "sixteen", "--glyphs", "cp437")


def written_in(terminal: Terminal, seconds: float) -> bytes:
    """All that is written within a time."""
    data = b""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([terminal._master], [], [], left)[0]:
            data += os.read(terminal._master, 65536)
    return data


def until_shown(terminal: Terminal, text: str) -> str:
    """Read until something has been written, and what follows it without a pause: the rest of a picture."""
    data = b""
    end = time.monotonic() + 30
    while text not in SEQUENCE.sub("", data.decode(errors="replace")):
        assert time.monotonic() < end, data
        data += written_in(terminal, 0.2)
    while more := written_in(terminal, 0.2):
        data += more
    return data.decode()


def test_a_steady_console_writes_nothing() -> None:
    with gallery("healthy", *PLAIN, module=SCENES, TERM="linux", TEXTUAL_ANIMATIONS="none") as terminal:
        until_shown(terminal, "/srv/data")
        written_in(terminal, 2.0)
        assert written_in(terminal, 4.0) == b""


def test_a_countdown_writes_some_digits_a_second() -> None:
    with gallery("failed", *PLAIN, module=SCENES, TERM="linux", TEXTUAL_ANIMATIONS="none") as terminal:
        until_shown(terminal, "gives up")
        written_in(terminal, 2.0)
        written = written_in(terminal, 5.0)
        assert 0 < len(written) / 5 < 400


@pytest.mark.parametrize("scene", ["failed", "hundred"])
def test_a_console_of_code_page_437_gets_only_its_own_glyphs(scene: str) -> None:
    with gallery(scene, *PLAIN, module=SCENES, TERM="linux", TEXTUAL_ANIMATIONS="none") as terminal:
        shown = SEQUENCE.sub("", until_shown(terminal, "blocked"))
    for character in set(shown):
        character.encode("cp437")
