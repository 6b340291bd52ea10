"""The colour of the terminal's ground, asked of the terminal itself."""

import os
import pty
import termios
from pathlib import Path
from threading import Thread

import pytest

from tui.terminal import Look, TtyFacts, choose_mode, ground_matters
from tui.terminal_ground import ask_ground, is_light

ATTRIBUTES = b"\x1b[?62;22c"


@pytest.mark.parametrize(
    ("answer", "light"),
    [
        (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\" + ATTRIBUTES, True),
        (b"\x1b]11;rgb:fd/f6/e3\x07" + ATTRIBUTES, True),
        (b"\x1b]11;rgba:0000/0000/0000/ffff\x1b\\" + ATTRIBUTES, False),
        (b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", False),
        (b"\x1b]11;rgb:0000/0000/ffff\x1b\\", False),
        (ATTRIBUTES, None),
        (b"", None),
    ],
)
def test_an_answer(answer: bytes, light: bool | None) -> None:
    assert is_light(answer) is light


@pytest.mark.parametrize(
    ("answer", "light"), [(b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\" + ATTRIBUTES, True), (ATTRIBUTES, None)]
)
def test_a_terminal_is_asked_and_left_as_it_was(answer: bytes, light: bool | None) -> None:
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    asked: list[bytes] = []

    def terminal() -> None:
        while b"\x1b[c" not in b"".join(asked):
            asked.append(os.read(master, 64))
        os.write(master, answer)

    emulator = Thread(target=terminal)
    emulator.start()
    assert ask_ground(slave, patience=60) is light
    emulator.join()
    assert termios.tcgetattr(slave) == before
    assert b"".join(asked).startswith(b"\x1b]11;?\x1b\\")
    os.close(master)
    os.close(slave)


def test_one_that_says_nothing_is_not_waited_for() -> None:
    master, slave = pty.openpty()
    assert ask_ground(slave, patience=0.01) is None
    os.close(master)
    os.close(slave)


def test_what_is_no_terminal_is_not_asked() -> None:
    with Path(os.devnull).open("rb") as nothing:
        assert ask_ground(nothing.fileno()) is None


@pytest.mark.parametrize(
    ("environ", "matters"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "ISCSI_CONSOLE_LOOK": "full"}, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_it_is_asked_where_it_matters(environ: dict[str, str], matters: bool) -> None:
    assert ground_matters(environ, TtyFacts(True, "/dev/pts/3", 38400, 120, 40)) is matters


@pytest.mark.parametrize(
    ("light", "variable", "look"),
    [
        (True, "15;0", Look.LIGHT),
        (False, "0;15", Look.FULL),
        (None, "0;15", Look.LIGHT),
        (None, "", Look.FULL),
    ],
)
def test_what_the_terminal_says_goes_before_the_variable(
    light: bool | None, variable: str, look: Look
) -> None:
    environ = {"TERM": "xterm-256color", "COLORFGBG": variable}
    tty = TtyFacts(True, "/dev/pts/3", 38400, 120, 40, light=light)
    assert choose_mode(environ, tty, line_command="").look is look
