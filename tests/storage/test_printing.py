"""Standard output and error: every character fits, every failure has its own exit status."""

import ast
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile import NASTY, raw_controls
from tests.waiting import AT_MOST
from tui.storage import printing
from tui.storage.cells import cells, padded, wrapped
from tui.storage.untrusted import as_typed, visible_lines

ROOT = Path(__file__).resolve().parent.parent.parent
MACHINES = ROOT / "tests" / "machines"

RAW = {
    "tui/fleet/reader.py",
    "tui/lab/attach.py",
    "tui/lab/command.py",
    "tui/practice/examine.py",
    "tui/practice/rehearsal/built.py",
    "tui/screens/practice/theatre.py",
}
"""Modules that pass a guest's terminal or output on, or answer a program, byte for byte."""


def program(
    *words: str, environ: dict[str, str] | None = None, shell: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """The program on a captured host, or what a shell makes of it."""
    argv = [sys.executable, "-m", "tui", *words]
    if shell:
        argv = ["bash", "-c", f'"$0" -m tui "$@" {shell}', sys.executable, *words]
    return subprocess.run(
        argv,
        cwd=ROOT,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        check=False,
        timeout=AT_MOST,
    )


HOSTILE = ("--recorded", str(MACHINES / "hostile-names.json"))
NOT_ALL_READ = ("--recorded", str(MACHINES / "record-only.json"), "--within", "60")
"""A host of which nothing is wrong that could be read: doctor's exit status is 2."""


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "en_US.ISO-8859-1"},
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
        {"PYTHONUTF8": "1"},
    ],
    ids=str,
)
def test_any_character_set_gets_the_whole_text(environ: dict[str, str]) -> None:
    done = program("doctor", *HOSTILE, environ=environ)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"1 cause" in done.stdout
    assert raw_controls(done.stdout.decode(errors="surrogateescape")) == []


@pytest.mark.parametrize(
    ("shell", "status", "said"),
    [
        ("> /dev/full", printing.NOT_WRITTEN, b"No space left on device"),
        (">&-", 2, b""),
        ("2>&-", 2, b""),
        ("<&- >&- 2>&-", 2, b""),
        ("2> /dev/full", 2, b""),
        ("| exec true; exit ${PIPESTATUS[0]}", printing.PIPE_CLOSED, b""),
    ],
)
def test_what_cannot_be_written_is_no_finding(shell: str, status: int, said: bytes) -> None:
    done = program("doctor", *NOT_ALL_READ, shell=shell)
    # A pipe nobody reads takes the whole text when the reader is slow to end.
    assert done.returncode == status or (status == printing.PIPE_CLOSED and done.returncode == 2)
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_help_that_cannot_be_written_is_said_too() -> None:
    assert program("--help", shell="> /dev/full").returncode == printing.NOT_WRITTEN


def test_an_error_of_the_program_has_its_own_status(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui import __main__ as command_line

    def broken(_argv: list[str], _spoken: object) -> int:
        raise KeyError("the-secret")

    said: list[str] = []
    monkeypatch.setattr(command_line, "_run", broken)
    monkeypatch.setattr(printing, "prepare", lambda: None)
    monkeypatch.setattr(printing, "complain", said.append)
    monkeypatch.setattr(command_line, "confine", lambda _environ, is_root: None)
    assert command_line.main() == 70
    assert "KeyError" in said[0]
    assert "the-secret" not in said[0]


def test_own_words_of_the_command_line_are_escaped() -> None:
    done = program("status", "\x1b[2J")
    assert done.returncode == 2
    assert rb"\x1b[2J" in done.stderr
    assert raw_controls(done.stderr.decode()) == []


def test_no_module_prints_in_another_way() -> None:
    found = []
    for path in (*ROOT.glob("tui/**/*.py"), *ROOT.glob("widgets/**/*.py")):
        name = str(path.relative_to(ROOT))
        if name == "tui/storage/printing.py" or name in RAW:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call | ast.Attribute):
                continue
            prints = (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            )
            writes = (
                isinstance(node, ast.Attribute)
                and node.attr in {"write", "writelines", "buffer"}
                and isinstance(node.value, ast.Attribute)
                and node.value.attr in {"stdout", "stderr"}
                and isinstance(node.value.value, ast.Name)
                and node.value.value.id == "sys"
            )
            if prints or writes:
                found.append(f"{name}:{node.lineno}")
    assert found == []


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_lines_keep_their_line_feeds_and_nothing_else(nasty: str) -> None:
    assert raw_controls(visible_lines(f"first{nasty}".replace("\nFORGED", ""))) == []


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_a_command_means_the_same_word_when_it_is_typed(nasty: str) -> None:
    word = f"a{nasty}b".replace("\x00", "")
    typed = as_typed(("printf", "%s", word))
    assert raw_controls(typed) == []
    typed_in = subprocess.run(["bash", "-c", typed], capture_output=True, check=True, timeout=AT_MOST)
    assert typed_in.stdout == word.encode(errors="surrogateescape")


def test_json_is_printable_ascii() -> None:
    text = printing.json_text({"name": "".join(map(chr, (*range(0x20), 0x7F, 0x9B, 0x202E)))})
    assert text.isascii()
    assert raw_controls(text) == []


def test_a_stream_without_the_characters_gets_ascii() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    printing.adapt(stream)
    printing.say("“a” … \N{EN DASH} 存", stream)
    assert raw.getvalue() == b'"a" ... - \\u5b58\n'


def test_columns_are_cells() -> None:
    assert (cells("ab"), cells("存储"), cells("e\N{COMBINING ACUTE ACCENT}")) == (2, 4, 1)
    assert padded("存", 4) == "存  "
    lines = wrapped("存储 " * 30, 20, 3, 2)
    assert [cells(line) <= 20 for line in lines] == [True] * len(lines)
    assert lines[0].startswith("   存")
    # Words without spaces between them are broken anywhere (UAX #14, class ID): nothing is lost at the break.
    assert lines[1].startswith("     储")
    assert "".join("".join(lines).split()) == "存储" * 30
    assert wrapped("", 10) == []
