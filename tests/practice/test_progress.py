"""What a person did so far survives kills, two programs at a time, and a file that is no such file."""

import json
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui.practice.progress import Progress, Standing, state_folder


def test_what_was_never_begun_has_the_standing_of_nothing(tmp_path: Path) -> None:
    assert Progress(tmp_path / "none").of("04-first-light") == Standing()
    assert not (tmp_path / "none").exists()


def test_a_standing_is_kept(tmp_path: Path) -> None:
    Progress(tmp_path).change("one", lambda known: replace(known, started=1, hints=2))
    Progress(tmp_path).change("two", lambda known: replace(known, solved=1, solved_at=5.0))
    assert Progress(tmp_path).all() == {
        "one": Standing(started=1, hints=2),
        "two": Standing(solved=1, solved_at=5.0),
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["practice.json", "practice.lock"]


def test_changes_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    def add() -> None:
        for _turn in range(20):
            Progress(tmp_path).change("one", lambda known: replace(known, started=known.started + 1))

    threads = [threading.Thread(target=add) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Progress(tmp_path).of("one").started == 80


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"schema": 2, "practised": {}}', '{"schema": 1, "practised": {"a": {"x": 1}}}'],
)
def test_a_file_that_cannot_be_read_is_moved_aside(tmp_path: Path, content: str) -> None:
    (tmp_path / "practice.json").write_text(content)
    assert Progress(tmp_path).all() == {}
    assert (tmp_path / "practice.json").read_text() == content
    Progress(tmp_path).change("one", lambda known: replace(known, started=1))
    assert (tmp_path / "practice.unreadable").read_text() == content
    assert list(json.loads((tmp_path / "practice.json").read_text())["practised"]) == ["one"]


def test_the_folder_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "iscsi-console"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".local/state/iscsi-console"
