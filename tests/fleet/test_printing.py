"""`iscsi-console fleet DIRECTORY`: what is printed, and the exit status."""

import json
import time
from pathlib import Path

import pytest

from tests.fleet.hosts import SINGLE, varied, written
from tui.__main__ import _parsed


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit status of the verb, and what it printed."""
    arguments, modules = _parsed(["fleet", *words])
    status = modules["fleet"].main(arguments)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_text_says_the_worst_first_and_who_has_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = time.time()
    captures = {name: varied(SINGLE, name, now=now) for name in ("db1", "db2")}
    written(tmp_path, {**captures, "cut": "{", "db3": varied(SINGLE, "db3", now=now - 2 * 86_400)})
    status, out, err = ran(capsys, str(tmp_path))
    assert (status, err) == (1, "")
    said = " ".join(out.split())
    assert said.index("danger: db1, db2 have the same file system") < said.index("risk: The next boot")
    assert "in use db1 (mounted), db2 (mounted) unknown db3" in said
    assert "Not read: cut.json: not a capture of this program, or truncated" in said
    assert "older than 24 hours: db3 (" in said


def test_old_captures_count_as_long_as_one_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, {"db1": varied(SINGLE, "db1", now=time.time() - 2 * 86_400)})
    for hours, age in (("24", "old"), ("72", "current")):
        _status, out, _err = ran(capsys, str(tmp_path), "--json", "--max-age", hours)
        document = json.loads(out)
        assert [host["age"] for host in document["hosts"]] == [age]
        assert bool(document["findings"]) is (age == "current")


def test_a_file_that_was_not_read_is_not_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, {"cut": "{"})
    status, out, _err = ran(capsys, str(tmp_path))
    assert status == 2
    assert "0 hosts: nothing was found, but not everything could be checked." in out


def test_no_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = ran(capsys, str(tmp_path / "none"), "--json")
    assert (status, out) == (2, "")
    assert "could not be read" in err


@pytest.mark.parametrize("word", ["0", "-1", "x", "nan", "inf"])
def test_an_age_is_a_number_of_hours(word: str) -> None:
    with pytest.raises(SystemExit) as raised:
        _parsed(["fleet", "/", f"--max-age={word}"])
    assert raised.value.code == 2
