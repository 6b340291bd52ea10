"""How the terminal mode follows from the environment and the device."""

import os
import pty
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.waiting import AT_MOST
from tui.terminal import Glyphs, Look, TerminalMode, TtyFacts, apply_mode, choose_mode, read_tty

PTS = TtyFacts(interactive=True, device="/dev/pts/3", baud=38400, columns=120, rows=40)
VT = TtyFacts(interactive=True, device="/dev/tty1", baud=38400, columns=128, rows=48)
UML = TtyFacts(interactive=True, device="/dev/tty0", baud=38400, columns=80, rows=24)
SERIAL = TtyFacts(interactive=True, device="/dev/ttyS0", baud=9600)


def mode_of(tty: TtyFacts = PTS, **environ: str) -> TerminalMode:
    return choose_mode(environ, tty, line_command="iscsi-console status")


@pytest.mark.parametrize(
    ("environ", "tty", "look", "glyphs"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, PTS, Look.FULL, Glyphs.UNICODE),
        ({"TERM": "xterm-256color"}, PTS, Look.FULL, Glyphs.UNICODE),
        ({"TERM": "tmux-256color", "LANG": "de_DE.UTF-8"}, PTS, Look.FULL, Glyphs.UNICODE),
        ({"TERM": "xterm-kitty"}, PTS, Look.FULL, Glyphs.UNICODE),
        ({"TERM": "xterm-direct"}, PTS, Look.FULL, Glyphs.UNICODE),
        ({"TERM": "foot-extra"}, PTS, Look.FULL, Glyphs.UNICODE),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, PTS, Look.LIGHT, Glyphs.UNICODE),
        ({"TERM": "xterm-256color", "COLORFGBG": "15;default;0"}, PTS, Look.FULL, Glyphs.UNICODE),
        ({"TERM": "xterm"}, PTS, Look.SIXTEEN, Glyphs.UNICODE),
        ({"TERM": "screen"}, PTS, Look.SIXTEEN, Glyphs.UNICODE),
        ({"TERM": "linux"}, VT, Look.SIXTEEN, Glyphs.CP437),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, VT, Look.SIXTEEN, Glyphs.CP437),
        ({"TERM": "screen.linux"}, PTS, Look.SIXTEEN, Glyphs.CP437),
        ({"TERM": "linux"}, UML, Look.SIXTEEN, Glyphs.CP437),
        ({"TERM": "xterm-256color"}, UML, Look.FULL, Glyphs.UNICODE),
        ({"TERM": "vt220"}, SERIAL, Look.SIXTEEN, Glyphs.CP437),
        ({"TERM": "vt100"}, SERIAL, Look.MONO, Glyphs.CP437),
        ({"TERM": "xterm-mono"}, PTS, Look.MONO, Glyphs.UNICODE),
        ({"TERM": "linux-m"}, VT, Look.MONO, Glyphs.CP437),
        ({"TERM": "xterm-256color"}, SERIAL, Look.SIXTEEN, Glyphs.CP437),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, PTS, Look.MONO, Glyphs.UNICODE),
        ({"TERM": "linux", "NO_COLOR": ""}, VT, Look.MONO, Glyphs.CP437),
    ],
)
def test_look_and_glyphs(environ: dict[str, str], tty: TtyFacts, look: Look, glyphs: Glyphs) -> None:
    mode = mode_of(tty, **environ)
    assert (mode.refusal, mode.look, mode.glyphs) == ("", look, glyphs)


@pytest.mark.parametrize(
    ("environ", "glyphs"),
    [
        ({"LANG": "C"}, Glyphs.UNICODE),
        ({"LANG": "C.UTF-8"}, Glyphs.UNICODE),
        ({"LANG": "zh_CN.utf8"}, Glyphs.UNICODE),
        ({"LANG": "de_DE@euro"}, Glyphs.ASCII),
        ({"LANG": "zh_CN.GB18030"}, Glyphs.ASCII),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "en_US.ISO-8859-1"}, Glyphs.ASCII),
        ({"LANG": "en_US", "LC_CTYPE": "en_US.UTF-8"}, Glyphs.UNICODE),
        ({"LANG": "en_US", "LC_ALL": ""}, Glyphs.ASCII),
    ],
)
def test_glyphs_follow_the_character_set(environ: dict[str, str], glyphs: Glyphs) -> None:
    assert mode_of(PTS, TERM="xterm-256color", **environ).glyphs is glyphs


def test_the_person_has_the_last_word() -> None:
    mode = mode_of(TERM="linux", ISCSI_CONSOLE_LOOK="light", ISCSI_CONSOLE_GLYPHS="unicode")
    assert (mode.look, mode.glyphs) == (Look.LIGHT, Glyphs.UNICODE)
    assert mode_of(TERM="xterm", NO_COLOR="1", ISCSI_CONSOLE_LOOK="full").look is Look.MONO


@pytest.mark.parametrize("variable", ["ISCSI_CONSOLE_LOOK", "ISCSI_CONSOLE_GLYPHS"])
def test_an_unknown_wish_is_said(variable: str) -> None:
    refusal = mode_of(PTS, **{"TERM": "xterm", variable: "pink"}).refusal
    assert variable in refusal
    assert "pink" in refusal
    assert "mono" in refusal or "cp437" in refusal


@pytest.mark.parametrize("term", ["", "dumb", "unknown", "DUMB"])
def test_an_unusable_terminal_is_refused_with_a_way_out(term: str) -> None:
    mode = mode_of(TERM=term)
    assert "TERM" in mode.refusal
    assert "`iscsi-console status`" in mode.refusal
    assert mode.settings == ()


def test_no_terminal_is_refused_with_a_way_out() -> None:
    mode = mode_of(TtyFacts(interactive=False), TERM="xterm-256color")
    assert "pipe" in mode.refusal
    assert "`iscsi-console status`" in mode.refusal


def test_a_good_terminal_needs_no_settings() -> None:
    mode = mode_of(TERM="xterm-256color")
    assert mode.settings == ()
    assert mode.mouse
    assert mode.size == (120, 40)


def test_colours_are_said_where_they_would_not_be_found() -> None:
    assert dict(mode_of(TERM="xterm-direct").settings) == {"TEXTUAL_COLOR_SYSTEM": "truecolor"}
    assert dict(mode_of(TERM="xterm").settings) == {"TEXTUAL_COLOR_SYSTEM": "standard"}
    assert dict(mode_of(TERM="xterm-mono").settings)["NO_COLOR"] == "1"


def test_a_console_gets_few_bytes() -> None:
    mode = mode_of(VT, TERM="linux")
    assert not mode.mouse
    assert dict(mode.settings) == {
        "TEXTUAL_COLOR_SYSTEM": "standard",
        "TEXTUAL_ANIMATIONS": "none",
        "TEXTUAL_SMOOTH_SCROLL": "0",
        "TEXTUAL_DISABLE_KITTY_KEY": "1",
        "TEXTUAL_FPS": "30",
    }


@pytest.mark.parametrize(
    ("device", "baud", "frames", "refresh"),
    [
        ("/dev/ttyS0", 9600, "5", 5.0),
        ("/dev/ttyS0", None, "5", 5.0),
        ("/dev/ttyAMA0", 38400, "10", 2.0),
        ("/dev/ttyUSB1", 115200, "15", 2.0),
        ("/dev/hvc0", 38400, "30", 1.0),
    ],
)
def test_a_line_is_not_asked_for_more_than_it_carries(
    device: str, baud: int | None, frames: str, refresh: float
) -> None:
    mode = mode_of(TtyFacts(True, device, baud), TERM="vt220")
    settings = dict(mode.settings)
    assert settings["TEXTUAL_FPS"] == frames
    assert settings["ESCDELAY"] == "250"
    assert mode.refresh_seconds == refresh
    assert mode.size == (80, 24)
    assert not {"COLUMNS", "LINES"} & set(settings)


def test_what_the_person_set_stays() -> None:
    environ = {"TERM": "linux", "TEXTUAL_FPS": "60"}
    mode = choose_mode(environ, VT, line_command="x")
    apply_mode(mode, environ)
    assert environ["TEXTUAL_FPS"] == "60"
    assert environ["TEXTUAL_ANIMATIONS"] == "none"
    assert environ["TERM"] == "linux"


def test_reading_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stdin__", None)
    assert read_tty() == TtyFacts(interactive=False)


REPORT = """
from tui.terminal import read_tty
tty = read_tty()
print(tty.interactive, tty.device, tty.baud, tty.columns, tty.rows)
"""


def test_reading_a_terminal() -> None:
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 101, 0, 0))
    attributes = termios.tcgetattr(slave)
    attributes[4] = attributes[5] = termios.B19200
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    root = Path(__file__).resolve().parent.parent
    subprocess.run(
        [sys.executable, "-c", REPORT],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=root,
        check=True,
        timeout=AT_MOST,
    )
    said = os.read(master, 1000).decode().split()
    name = os.ttyname(slave)
    os.close(slave)
    os.close(master)
    assert said == ["True", name, "19200", "101", "33"]


def test_deciding_imports_nothing_of_the_screen() -> None:
    root = Path(__file__).resolve().parent.parent
    listing = "import sys, tui.terminal; print(*sorted(sys.modules))"
    reply = subprocess.run(
        [sys.executable, "-c", listing], cwd=root, capture_output=True, text=True, check=True, timeout=AT_MOST
    )
    assert not {"textual", "rich", "widgets"} & set(reply.stdout.split())
