"""Reading a directory of files that may come from anybody."""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.hosts import SINGLE, varied, written
from tui.fleet import captures
from tui.fleet.captures import capture_files, read_captures
from tui.fleet.facts import HostFacts, Unreadable
from tui.storage import documents
from tui.storage.problem import ConsoleError


def read(directory: Path) -> dict[str, HostFacts | Unreadable]:
    """What each file says."""
    return {one.file: one for one in read_captures(capture_files(str(directory)))}


def test_what_is_no_capture_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good = varied(SINGLE, "db1")
    written(tmp_path, {"db1": good, "cut": good[:4000], "empty": "", "list": "[]", "deep": "[" * 100_000})
    (tmp_path / "binary.json").write_bytes(bytes(range(256)))
    (tmp_path / "shape.json").write_text('{"schema": 1, "name": "x", "now": 5, "read": []}')
    (tmp_path / "later.json").write_text('{"schema": 2}')
    (tmp_path / "broken-link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "below").mkdir()
    found = read(tmp_path)
    assert {file for file, one in found.items() if isinstance(one, HostFacts)} == {"db1.json"}
    why = {file: one.why for file, one in found.items() if isinstance(one, Unreadable)}
    assert set(why) == {
        *("cut.json", "empty.json", "list.json", "deep.json", "binary.json", "shape.json", "later.json"),
        *("broken-link", "pipe"),
    }
    assert why["pipe"] == "it is not a regular file"
    assert why["cut.json"].startswith("not a capture of this program, or truncated (")


def test_a_large_file_is_refused_like_a_recorded_host(tmp_path: Path) -> None:
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(documents.CAPTURE_SIZE + 1)
    (one,) = read(tmp_path).values()
    assert isinstance(one, Unreadable)
    assert str(documents.CAPTURE_SIZE) in one.why


def test_names_of_files_and_hosts_are_harmless(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J.json").write_text("no")
    (tmp_path / os.fsdecode(b"\xff.json")).write_text(varied(SINGLE, "db1", change=hostile))
    found = read(tmp_path)
    assert [file for file in found if not file.isprintable() or not file.isascii()] == []
    assert [one.name for one in found.values() if isinstance(one, HostFacts)] == ["db\\x1b[31m"]


def hostile(document: dict[str, Any]) -> None:
    """Have a name that does something to a terminal."""
    document["name"] = "db\x1b[31m"


def test_a_process_that_ends_costs_the_file_that_it_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, {f"db{number}": varied(SINGLE, f"db{number}") for number in range(6)})
    monkeypatch.setattr(captures, "_START", DYING + captures._START)
    found = read(tmp_path)
    assert found["db3.json"] == Unreadable("db3.json", "The process that read it was ended.")
    assert sum(isinstance(one, HostFacts) for one in found.values()) == 5


DYING = """
import os, tui.fleet.reading as reading
whole = reading.read_capture
reading.read_capture = lambda path: os._exit(9) if path.name == "db3.json" else whole(path)
"""


def test_a_process_that_does_not_answer_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {f"db{number}": varied("bare", f"db{number}") for number in range(4)})
    monkeypatch.setattr(captures, "_START", "import sys; sys.stdin.read()")
    monkeypatch.setattr(captures, "LONGEST", 0.01)
    found = read(tmp_path).values()
    assert {one.why for one in found if isinstance(one, Unreadable)} == {
        "Reading it took longer than 0.01 s."
    }
    assert len(found) == 4


def test_nonsense_of_a_process_is_no_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {f"db{number}": varied("bare", f"db{number}") for number in range(4)})
    monkeypatch.setattr(
        captures, "_START", "import os, sys; os.write(1, b'\\0\\0\\0\\1x' * 9); sys.stdin.read()"
    )
    assert all(isinstance(one, Unreadable) for one in read(tmp_path).values())


def test_where_no_process_can_be_started_this_one_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, {f"db{number}": varied("bare", f"db{number}") for number in range(4)})
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert all(isinstance(one, HostFacts) for one in read(tmp_path).values())


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    written(tmp_path, {f"db{number}": varied("bare", f"db{number}") for number in range(8)})
    before = set(threading.enumerate())
    reading = read_captures(capture_files(str(tmp_path)))
    next(reading)
    readers = set(threading.enumerate()) - before
    reading.close()
    for reader in readers:
        reader.join()


@pytest.mark.parametrize(
    ("name", "code"), [("none", "fleet.unreadable"), ("empty", "fleet.empty"), ("file", "fleet.unreadable")]
)
def test_a_directory_without_captures(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConsoleError) as raised:
        capture_files(str(tmp_path / name))
    assert raised.value.problem.code == code


def test_far_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captures, "MOST_FILES", 2)
    written(tmp_path, {"a": "", "b": "", "c": ""})
    with pytest.raises(ConsoleError) as raised:
        capture_files(str(tmp_path))
    assert raised.value.problem.code == "fleet.too-many"


def test_what_others_read_is_in_the_language_that_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, {f"db{number}": "{" for number in range(4)})
    monkeypatch.setattr(captures, "_START", SPEAKING + captures._START)
    monkeypatch.setattr(captures, "spoken", lambda: "de")
    assert {one.why for one in read(tmp_path).values() if isinstance(one, Unreadable)} == {"nicht lesbar"}


SPEAKING = """
import gettext, sys, tui.catalogue as catalogue
class German(gettext.NullTranslations):
    gettext = pgettext = lambda self, *words: "nicht lesbar"
catalogue.read_catalogue = lambda language: {"de": German()}[language]
"""
