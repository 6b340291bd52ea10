"""What is refused before a machine is booted."""

import argparse
from pathlib import Path

import pytest

from tui.lab.command import FAILED
from tui.practice.rehearsal import command
from tui.storage.problem import ConsoleError, Refused


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser.add_subparsers())
    return parser.parse_args(["rehearse", *words])


def test_where_no_lab_can_run_it_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "missing", lambda: ("There is no kernel.",))
    assert command.main(parsed("host.json")) == FAILED
    said = capsys.readouterr().err
    assert "There is no kernel." in said
    assert "Take the capture to one where a lab can run." in said


def test_a_result_is_not_written_over(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    result.write_text("mine")
    with pytest.raises(Refused):
        command.main(parsed("--out", str(result), "host.json"))
    assert result.read_text() == "mine"


def test_what_is_no_capture_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "missing", tuple)
    (tmp_path / "host.json").write_text("{}")
    with pytest.raises(ConsoleError, match="not a capture"):
        command.main(parsed(str(tmp_path / "host.json")))


def test_a_command_follows_two_hyphens() -> None:
    arguments = parsed("--out", "r", "host.json", "--", "iscsi-console", "disconnect", "/srv", "--yes")
    assert (arguments.file, arguments.out) == ("host.json", "r")
    assert arguments.command == ["iscsi-console", "disconnect", "/srv", "--yes"]
