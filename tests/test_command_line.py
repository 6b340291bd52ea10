"""What the command line takes, and what it imports for it."""

import pytest

from tui.__main__ import _COMMANDS, _parsed


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
        (["no-such"], "invalid choice: 'no-such'"),
        (["--recorded"], "expected one argument"),
        (["--no-such"], "unrecognized arguments: --no-such"),
        (["--read-only", "setup"], "put a sub-command's options after it"),
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
