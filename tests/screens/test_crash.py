"""What a crash leaves on the terminal: where it was, and never what the program worked on."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.screens.crashing import MESSAGE, SECRET

ROOT = Path(__file__).parents[2]
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


def left_on_the_terminal(program: str, place: str) -> tuple[int, str]:
    """Run a program that crashes on a terminal; its exit status and everything it wrote."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.screens.crashing", program, place],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(slave)
    written = bytearray()
    try:
        while True:
            try:
                some = os.read(master, 65536)
            except OSError:
                break  # The last who had the terminal open has closed it.
            if not some:
                break
            written += some
        status = child.wait(timeout=60)
    finally:
        child.kill()
        child.wait()
        os.close(master)
    return status, _SEQUENCE.sub("", written.decode(errors="replace"))


@pytest.mark.parametrize("place", ["handler", "worker"])
def test_a_crash_prints_where_it_was_and_no_local_variable(place: str) -> None:
    status, shown = left_on_the_terminal("console", place)
    assert status == 1
    assert "Traceback" in shown
    assert MESSAGE in shown
    assert "crashing.py" in shown
    assert SECRET not in shown
    assert "locals" not in shown


def test_textual_alone_prints_local_variables_so_that_the_test_above_can_fail() -> None:
    _status, shown = left_on_the_terminal("textual", "handler")
    assert MESSAGE in shown
    assert SECRET in shown
