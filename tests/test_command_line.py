"""What the command line takes, and what it imports for it."""

import argparse

import pytest

from tui.__main__ import _COMMANDS, _parsed
from tui.commands.argparse_words import translate_argparse


@pytest.fixture(autouse=True)
def own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have argparse speak as in the program, and as before after the test."""
    for name in ("_", "ngettext"):
        monkeypatch.setattr(argparse, name, vars(argparse)[name])
    translate_argparse()


@pytest.mark.parametrize(
    ("argv", "recorded", "read_only"),
    [
        ([], None, False),
        (["--read-only"], None, True),
        (["--recorded", "host.json"], "host.json", False),
        (["--recorded=setup", "--read-only"], "setup", True),
        (["--recorded", "status"], "status", False),
    ],
)
def test_the_console_opens_without_any_sub_command(
    argv: list[str], recorded: str | None, read_only: bool
) -> None:
    arguments, modules = _parsed(argv)
    assert (arguments.action, arguments.console_recorded, arguments.console_read_only) == (
        "",
        recorded,
        read_only,
    )
    assert modules == {}


def test_a_sub_command_is_imported_alone() -> None:
    arguments, modules = _parsed(["status", "--json"])
    assert (arguments.action, arguments.json, list(modules)) == ("status", True, ["status"])


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["no-such"], "'no-such' is none of these: "),
        (["--recorded"], "--recorded: needs a value"),
        (["--no-such"], "not recognized: --no-such"),
        (["--read-only", "setup"], "the options of a sub-command belong after it"),
    ],
)
def test_what_is_wrong_is_said_beside_all_that_is_possible(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _parsed(argv)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert words in said
    assert "{" + ",".join(_COMMANDS) + "}" in said


def test_the_help_lists_every_sub_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _parsed(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(f"    {name} " in said for name in ("setup", "status", "capture", "lab"))
