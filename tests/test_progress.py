"""A run of tests says how long it takes about, and how far it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import progress
from tests.progress import ROOT, Run, in_words, measured, of_one, of_ring, outlook, read_durations, write
from tests.waiting import AT_MOST

KNOWN = read_durations('{"fast": {"a.py": [4, 2.0], "b.py": [1, 8.0]}, "lab": {"c.py": [2, 600.0]}}')

CONFTEST = """
from pathlib import Path
from tests import progress
progress.EVERY = progress.SHORT = 0.0
progress.ROOT = Path(__file__).parent
progress.MEASURED = Path(__file__).with_name("durations.json")

def pytest_addoption(parser):
    parser.addoption("--keep-durations", action="store_true")

def pytest_configure(config):
    config.addinivalue_line("markers", "lab: far away")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(progress.Progress(config), "console-progress")
"""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (75, "75 s"), (100, "2 min"), (3000, "50 min"), (7500, "2 h 5 min")],
)
def test_a_time_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_what_a_test_takes_is_the_mean_of_its_file_or_of_its_ring() -> None:
    assert of_one(KNOWN, "fast", "a.py") == 0.5
    assert of_one(KNOWN, "fast", "new.py") == 2.0
    assert of_one({}, "fast", "new.py") == progress.UNKNOWN
    assert of_ring(KNOWN, "fast", 4) == 2.5


def test_what_is_left_is_told_from_the_pace_of_the_run_itself() -> None:
    run = Run({f"a.py::test_{number}": 10.0 for number in range(40)}, processes=2, began=100.0)
    assert run.whole == 200.0
    run.end("a.py::test_0")
    assert run.left(500.0) == 195.0
    run.end("a.py::test_1")
    run.end("a.py::test_2")
    run.end("a.py::test_3")
    assert run.left(500.0) == 3600.0
    assert run.line(500.0) == "4 of 40 tests (10%) after 7 min, about 60 min left"


def test_make_says_first_how_long_it_takes_about() -> None:
    said = outlook(KNOWN, fast=4, guests=2)
    assert said.startswith("This takes about 6 min on a machine with ")
    assert "fast tests 2 s, tests on real kernels 5 min" in said


def run_inner(folder: Path, *options: str) -> str:
    """What a run of four tests writes where there is no terminal."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "durations.json").write_text('{"fast": {"gone.py": [1, 9.0], "test_inner.py": [4, 480.0]}}')
    (folder / "test_inner.py").write_text(
        "import pytest\n@pytest.mark.parametrize('number', range(4))\ndef test_it(number): pass\n"
    )
    words = ("-m", "pytest", f"--rootdir={folder}", "-m", "not lab", "--durations=10", *options, str(folder))
    done = subprocess.run(
        (sys.executable, *words),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=AT_MOST,
        check=True,
    )
    return done.stdout


def test_a_run_says_at_its_start_and_on_its_way_where_it_is(tmp_path: Path) -> None:
    lines = run_inner(tmp_path).splitlines()
    assert "4 tests, 1 at a time: about 8 min" in lines
    assert [line.partition(" after ")[0] for line in lines if " after " in line] == [
        "1 of 4 tests (25%)",
        "2 of 4 tests (50%)",
        "3 of 4 tests (75%)",
        "4 of 4 tests (100%)",
    ]
    assert lines[-1].strip("= ").startswith("4 passed in")


def test_parallel_processes_are_one_run_and_the_next_knows_what_it_took(tmp_path: Path) -> None:
    first = run_inner(tmp_path, "-n2", "--keep-durations")
    assert "4 tests, 2 at a time: about 4 min" in first.splitlines()
    assert "4 of 4 tests (100%) after " in first
    kept = json.loads((tmp_path / "durations.json").read_text())
    assert list(kept) == ["fast"]
    assert list(kept["fast"]) == ["test_inner.py"]
    assert kept["fast"]["test_inner.py"][0] == 4
    assert kept["fast"]["test_inner.py"][1] < 400
    (tmp_path / "durations.json").write_text("{}")
    assert "4 tests, 1 at a time: about 0 s" in run_inner(tmp_path).splitlines()


def test_what_comes_with_the_project_reads_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "MEASURED", tmp_path / "durations.json")
    write(KNOWN)
    assert measured() == KNOWN
