"""What really reaches a terminal: the bytes of a gallery on a pseudo terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEQUENCE = re.compile(r"\x1b(\[[0-9;:?<>=$]*[a-zA-Z]|\][^\x07]*\x07|[=>78])")
COLOURS = re.compile(r"\x1b\[([0-9;]*)m")
QUIET = 1.2
DEADLINE = 30.0


class Terminal:
    """The other end of the pseudo terminal a gallery runs on."""

    def __init__(self, master: int) -> None:
        self._master = master

    def read_until_quiet(self, quiet: float = QUIET) -> str:
        """Return what was written until nothing came for `quiet` seconds after the first bytes."""
        data = bytearray()
        end = monotonic() + DEADLINE
        while monotonic() < end:
            ready, _, _ = select.select([self._master], [], [], quiet if data else DEADLINE)
            if not ready:
                break
            data += os.read(self._master, 65536)
        return data.decode()

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def silence(self, seconds: float) -> bool:
        """Say whether nothing is written for so long."""
        return not select.select([self._master], [], [], seconds)[0]


@contextmanager
def gallery(*arguments: str, module: str = "tests.widgets.galleries", **environ: str) -> Iterator[Terminal]:
    """Run a gallery, or another module that opens one, on a terminal of 80 by 24."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in {"COLORTERM", "TERM"}}
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env={**kept, **environ},
        start_new_session=True,
    ) as process:
        os.close(slave)
        try:
            yield Terminal(master)
        finally:
            process.kill()
            process.wait()
            os.close(master)


def colours(written: str) -> set[str]:
    """The parameters of every change of colour or weight."""
    return set(COLOURS.findall(written))


@pytest.mark.parametrize("name", ["frame", "form", "stack"])
def test_no_colour_means_none(name: str) -> None:
    arguments = (name, "--colours", "mono", "--glyphs", "cp437")
    with gallery(*arguments, TERM="xterm-256color", NO_COLOR="1") as terminal:
        written = terminal.read_until_quiet()
    used = {part for parameters in colours(written) for part in parameters.split(";") if part}
    assert "iscsi-console" in written
    assert used <= {"0", "1", "2", "7", "39", "49"}
    assert {"1", "2", "39", "49"} <= used


@pytest.mark.parametrize("name", ["frame", "form", "stack", "progress", "refused"])
def test_a_console_gets_sixteen_colours_and_its_own_glyphs(name: str) -> None:
    with gallery(name, "--colours", "sixteen", "--glyphs", "cp437", TERM="linux") as terminal:
        written = terminal.read_until_quiet()
    used = {int(part) for parameters in colours(written) for part in parameters.split(";") if part}
    assert used <= {0, 1, 2, 7, 39, 49, *range(30, 38), *range(90, 98)}
    shown = SEQUENCE.sub("", written)
    assert "iscsi-console" in shown
    assert {character for character in shown if not _in_console_font(character)} == set()


def _in_console_font(character: str) -> bool:
    try:
        character.encode("cp437")
    except UnicodeEncodeError:
        return False
    return True


def test_ascii_is_ascii() -> None:
    with gallery("stack", "--colours", "mono", "--glyphs", "ascii", TERM="vt100", NO_COLOR="1") as terminal:
        written = terminal.read_until_quiet()
    assert "LOGGED_IN" in written
    assert written.isascii()


def test_a_steady_screen_writes_nothing_and_a_step_writes_little() -> None:
    with gallery("stack", "--colours", "sixteen", "--glyphs", "cp437", TERM="linux") as terminal:
        assert "LOGGED_IN" in terminal.read_until_quiet()
        assert terminal.silence(2.0)
        terminal.press("j")
        assert len(terminal.read_until_quiet()) < 300
