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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from tests.console_fonts import in_every_font
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
SEQUENCE = re.compile(r"\x1b(\[[0-9;:?<>=$]*[a-zA-Z]|\][^\x07]*\x07|[=>78])")
COLOURS = re.compile(r"\x1b\[([0-9;]*)m")
REST = 1.2
"""Seconds without a byte after which a program most likely has drawn what it had to."""


class Terminal:
    """The other end of the pseudo terminal a gallery runs on."""

    def __init__(self, master: int) -> None:
        self._master = master

    def read_until(self, holds: Callable[[str], bool], rest: float = REST) -> str:
        """Return what is written until something holds of it and nothing came for `rest` seconds.

        Raises:
            AssertionError: it never holds, or the program goes on writing.
        """
        data = bytearray()

        def rests() -> bool:
            more = self.written_in(rest)
            data.extend(more)
            return not more and holds(data.decode(errors="replace"))

        until(rests, lambda: f"rest, after {bytes(data)!r}", turn=0.001)
        return data.decode()

    def read_until_shown(self, text: str, rest: float = REST) -> str:
        """Return what is written until a text is among it and nothing came for `rest` seconds."""
        return self.read_until(lambda written: text in SEQUENCE.sub("", written), rest)

    def written_in(self, seconds: float) -> bytes:
        """What is written within a time."""
        data = bytearray()
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                try:
                    data += os.read(self._master, 65536)
                except OSError:  # EIO: the program has ended (pty(7)).
                    break
        return bytes(data)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def silence(self, seconds: float) -> bool:
        """Say whether nothing is written for so long."""
        return self.written_in(seconds) == b""


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


NEEDED = {"1", "39", "49"}
"""Bold, and the terminal's own colours."""


def used(written: str) -> set[str]:
    """Every single parameter of these."""
    return {part for parameters in colours(written) for part in parameters.split(";") if part}


@pytest.mark.parametrize("name", ["frame", "form", "stack"])
def test_no_colour_means_none(name: str) -> None:
    arguments = (name, "--colours", "mono", "--glyphs", "cp437")
    with gallery(*arguments, TERM="xterm-256color", NO_COLOR="1") as terminal:
        written = terminal.read_until(lambda said: "iscsi-console" in said and used(said) >= NEEDED)
    assert used(written) <= {"0", "7"} | NEEDED


@pytest.mark.parametrize("name", ["frame", "form", "stack", "progress", "refused"])
def test_a_console_gets_sixteen_colours_and_its_own_glyphs(name: str) -> None:
    with gallery(name, "--colours", "sixteen", "--glyphs", "cp437", TERM="linux") as terminal:
        written = terminal.read_until_shown("iscsi-console")
    assert {int(part) for part in used(written)} <= {0, 1, 7, 39, 49, *range(30, 38), *range(91, 98)}
    shown = SEQUENCE.sub("", written)
    assert "iscsi-console" in shown
    assert {character for character in shown if character.isprintable()} <= in_every_font()


def test_ascii_is_ascii() -> None:
    with gallery("stack", "--colours", "mono", "--glyphs", "ascii", TERM="vt100", NO_COLOR="1") as terminal:
        written = terminal.read_until_shown("LOGGED_IN")
    assert written.isascii()


def test_a_steady_screen_writes_nothing_and_a_step_writes_little() -> None:
    with gallery("stack", "--colours", "sixteen", "--glyphs", "cp437", TERM="linux") as terminal:
        terminal.read_until_shown("LOGGED_IN")
        assert terminal.silence(2.0)
        terminal.press("j")
        assert len(terminal.read_until(bool)) < 300
