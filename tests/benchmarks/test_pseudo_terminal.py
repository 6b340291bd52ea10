"""What the benchmarks read from a terminal."""

import os
import sys

import pytest

from tests.benchmarks.pseudo_terminal import PseudoTerminal, shown


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"\x1b[1;31mone\x1b[0m line", b"one line"),
        (b"\x1b[?2026h\x1b[3;4Hone\x1b]0;title\x07two\x1b]0;t\x1b\\", b"onetwo"),
        (b"\x1bP+q544e\x1b\\\x1b(Bx\x1b7", b"x"),
    ],
)
def test_only_what_is_shown_is_left(written: bytes, text: bytes) -> None:
    assert shown(written) == text


def test_keys_reach_the_program_and_its_answer_is_found() -> None:
    program = "import os; print('size', *os.get_terminal_size()); print('got', input())"
    with PseudoTerminal((sys.executable, "-c", program), dict(os.environ)) as terminal:
        first = terminal.wait_for("size 80 24")
        before = terminal.count
        pressed = terminal.press(b"key\n")
        assert first <= pressed <= terminal.wait_for("got key", before)
        assert terminal.count > before
