"""Documents of strangers: bounded, and named when they are none."""

import errno
import json
import os
from pathlib import Path

import pytest

from tui.practice.progress import Progress
from tui.storage.codec import NotDecodable
from tui.storage.documents import NotOrdinary, parse_json, read_bounded
from tui.storage.host.recorded import RecordedHost
from tui.storage.problem import ConsoleError

MACHINE = Path(__file__).resolve().parent.parent / "machines" / "record-only.json"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * 60 + "]" * 60,
        '{"a":' * 60 + "1" + "}" * 60,
        "9" * 5_000,
        "1" + "0" * 30,
        "1e999",
        "-1e300",
        "NaN",
        "Infinity",
        '"\\ud800"',
        "",
        "nothing",
        b"\xff\xfe",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_beyond_the_bounds_is_no_document(text: str | bytes) -> None:
    with pytest.raises(NotDecodable):
        parse_json(text)


def test_an_undecodable_byte_of_a_name_is_a_part_of_it() -> None:
    assert parse_json('["\\udc9b", "\\ud83d\\ude00"]') == ["\udc9b", "\U0001f600"]


@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "large", "nul"])
def test_only_ordinary_files_of_bounded_size_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "document"
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "large":
            path.write_bytes(b"x" * 101)
        case _:
            path = tmp_path / "a\0b"
    with pytest.raises(IsADirectoryError if kind == "folder" else NotOrdinary):
        read_bounded(path, 100)
    with pytest.raises(ConsoleError):
        RecordedHost(str(path))


@pytest.mark.parametrize(
    "change",
    [
        {"now": "1" + "0" * 400},
        {"now": "1e17"},
        {"now": "-1"},
        {"read": '{"/etc/fstab": {"errno": 1' + "0" * 30 + "}}"},
        {"names": "[" * 5_000},
    ],
    ids=str,
)
def test_a_capture_with_impossible_numbers_is_none(tmp_path: Path, change: dict[str, str]) -> None:
    document = json.loads(MACHINE.read_text())
    (name, value), *_others = change.items()
    document[name] = "HERE"
    path = tmp_path / "capture.json"
    path.write_text(json.dumps(document).replace('"HERE"', value))
    with pytest.raises(ConsoleError, match="not a capture"):
        RecordedHost(str(path))


@pytest.mark.parametrize("number", [10**15, -1, 0, True])
def test_an_error_number_that_there_is_not_is_an_input_output_error(tmp_path: Path, number: int) -> None:
    document = json.loads(MACHINE.read_text())
    document["read"]["/x"] = {"errno": number}
    path = tmp_path / "capture.json"
    path.write_text(json.dumps(document))
    with pytest.raises(OSError, match="/x") as raised:
        RecordedHost(str(path)).read("/x")
    assert raised.value.errno in {errno.EIO, errno.EPERM}


@pytest.mark.parametrize("content", ["[" * 100_000, '{"schema": 1, "practised": []}', "7", "fifo"])
def test_damaged_progress_counts_as_none_and_is_moved_aside(tmp_path: Path, content: str) -> None:
    file = tmp_path / "practice.json"
    if content == "fifo":
        os.mkfifo(file)
    else:
        file.write_text(content)
    progress = Progress(tmp_path)
    assert progress.all() == {}
    progress.change("01-x", lambda standing: standing)
    assert list(progress.all()) == ["01-x"]
    assert (tmp_path / "practice.unreadable").exists()
