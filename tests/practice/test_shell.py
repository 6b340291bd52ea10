"""What is typed in the shell of the practice machine is told, once each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.terminal import Terminal
from tests.waiting import AT_MOST
from tui.practice.shell import Typed, happening
from tui.storage.news.happening import Source, Tone

_RUN = """
import sys, pathlib
from tui.practice.shell import run_shell
run_shell(sys.argv[2:], pathlib.Path(sys.argv[1]))
"""


def test_a_real_bash_notes_what_was_typed(tmp_path: Path) -> None:
    typed = Typed(tmp_path)
    assert typed.take(1.0) == ()
    subprocess.run(
        (sys.executable, "-c", _RUN, str(tmp_path)),
        input="echo one\nfalse\n\necho 'two words'\n",
        text=True,
        capture_output=True,
        check=True,
        timeout=AT_MOST,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "dumb"},
    )
    told = typed.take(5.0)
    assert [line.text for line in told] == ["echo one", "false", "echo 'two words'"]
    assert [line.tone for line in told] == [Tone.PLAIN, Tone.WARN, Tone.PLAIN]
    assert {(line.source, line.when) for line in told} == {(Source.SHELL, 5.0)}
    assert typed.take(6.0) == ()


@pytest.mark.parametrize(
    ("commands", "typed"),
    [
        (("echo 'a step'", "false || echo b"), "echo 'a step' && { false || echo b; }"),
        (("echo one",), "echo one"),
    ],
)
def test_the_up_arrow_types_the_commands_of_the_step(
    tmp_path: Path, commands: tuple[str, ...], typed: str
) -> None:
    shell = (sys.executable, "-c", _RUN, str(tmp_path), *commands)
    with Terminal(shell, environment={"HOME": str(tmp_path)}) as terminal:
        terminal.wait_for("The Up arrow types", "practice ")
        terminal.press("Up", "Enter")
        terminal.write("exit 7")
        terminal.press("Enter")
        terminal.status()
    assert [line.text for line in Typed(tmp_path).take(1.0)][:1] == [typed]


def test_a_line_with_a_status_is_told_with_it() -> None:
    told = happening("24\t   12  iscsiadm -m node --login", 3.0)
    assert told is not None
    assert (told.text, told.words) == ("iscsiadm -m node --login", "typed; exit status 24")


def test_escape_sequences_do_not_reach_the_screen() -> None:
    told = happening("0\t    1  printf '\x1b[2J'", 3.0)
    assert told is not None
    assert "\x1b" not in told.text


def test_the_rest_of_a_long_command_is_left_out() -> None:
    assert happening("    second line", 3.0) is None
