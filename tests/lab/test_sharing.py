"""A failed test of the lab is alone, and leaves what there was to see: shown with machines that pretend."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab import evidence
from tests.lab.conftest import longest_first
from tests.lab.evidence import Found, folder_of, forget, keep
from tests.waiting import AT_MOST
from tui.lab.places import project_folder

CONFTEST = """
import contextlib, threading
from pathlib import Path
import pytest
from tests.lab import evidence
from tests.lab.conftest import longest_first
from tests.lab.sharing import (
    pytest_configure, pytest_runtest_makereport, pytest_runtest_setup, pytest_runtest_teardown, witness,
)
from tui.lab import guest as guests
from tui.lab.channel import Completed
from tui.lab.guest import Guest

evidence.FOLDER = Path(__file__).with_name("failures")
evidence.SECONDS = 2.0

def pytest_addoption(parser):
    parser.addoption("--fresh-guests", action="store_true")

class Line:
    def wait_ready(self, timeout):
        return "running"

class Pretended:
    def __init__(self, hardware, places, san, ports):
        self.channel = Line()
    def log_text(self):
        return "kernel: here I am"
    def stop(self):
        pass

guests.Machine = Pretended

class StandIn(Guest):
    made = 0
    def __init__(self):
        StandIn.made += 1
        self.number, self.marks, self.hangs = StandIn.made, [], threading.Event()
        self._machine, self._guard, self._is_closed = None, threading.Lock(), False
        self._closing, self.power = contextlib.ExitStack(), []
        self._image = self._disk = self._memory = self._passing = self._places = self._san = None
        self._kept, self._lan, self._lan_places = None, (), {}
        self.power_on()
    def run(self, argv, **options):
        if self.hangs.is_set():
            threading.Event().wait()
        return Completed(0, f"guest {self.number} says {argv[-1]}".encode(), b"")

@pytest.fixture(scope="module")
def guest():
    with StandIn() as booted:
        yield booted

@pytest.fixture(scope="module")
def console(guest):
    guest.marks.append("console")
    yield guest.number
    guest.marks.append("closed")
"""


def inner(folder: Path, tests: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run tests in a process of their own."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_inner.py").write_text(f"import pytest\n{tests}")
    words = ("-m", "pytest", "-p", "no:cacheprovider", "-rA", f"--rootdir={folder}", *options, str(folder))
    return subprocess.run(
        (sys.executable, *words),
        cwd=project_folder(),
        env={**os.environ, "PYTHONPATH": str(project_folder())},
        capture_output=True,
        text=True,
        timeout=AT_MOST,
        check=False,
    )


def outcomes(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """What became of each test, by name."""
    lines = [line.split() for line in done.stdout.splitlines() if "test_inner.py::" in line]
    words = ("PASSED", "FAILED", "ERROR")
    return {line[1].rpartition("::")[2]: line[0] for line in lines if line[0] in words}


SHARED = """
def test_first(guest, console):
    assert (guest.number, console) == (1, 1)

def test_second(guest, console):
    assert (guest.number, console) == (1, 1)
    guest.marks.append("broken")
    assert guest.marks == []

def test_third(guest, console):
    assert (guest.number, console) == (2, 2)
    assert guest.marks == ["console"]

def test_fourth(guest):
    assert guest.number == 2
"""


def test_after_a_failure_the_next_test_has_a_fresh_guest_and_all_that_is_made_of_it(tmp_path: Path) -> None:
    done = inner(tmp_path, SHARED)
    assert outcomes(done) == {
        "test_first": "PASSED",
        "test_second": "FAILED",
        "test_third": "PASSED",
        "test_fourth": "PASSED",
    }, done.stdout


def test_in_parallel_processes_too(tmp_path: Path) -> None:
    done = inner(tmp_path, SHARED, "-n1")
    assert list(outcomes(done).values()).count("PASSED") == 3, done.stdout
    assert "What was there when it failed is in" in done.stdout


def test_what_fails_in_setting_up_or_in_taking_down_is_not_shared_either(tmp_path: Path) -> None:
    tests = """
@pytest.fixture
def prepared(guest):
    yield guest
    assert guest.number > 2, "taken down badly"

@pytest.fixture
def badly_prepared(guest):
    raise AssertionError("set up badly")

def test_first(badly_prepared):
    pass

def test_second(prepared):
    assert prepared.number == 2

def test_third(prepared):
    assert prepared.number == 3
"""
    done = inner(tmp_path, tests)
    assert "2 passed, 2 errors" in done.stdout, done.stdout
    assert outcomes(done)["test_third"] == "PASSED", done.stdout


def test_a_boot_that_fails_is_tried_again_by_the_next_test(tmp_path: Path) -> None:
    tests = """
times = []

@pytest.fixture(scope="module")
def late(guest):
    times.append(guest.number)
    assert len(times) > 1, "not yet"
    yield guest

def test_first(late):
    pass

def test_second(late):
    assert times == [1, 2]
"""
    done = inner(tmp_path, tests)
    assert outcomes(done) == {"test_first": "ERROR", "test_second": "PASSED"}, done.stdout


def test_every_test_can_have_a_guest_of_its_own(tmp_path: Path) -> None:
    tests = """
@pytest.mark.parametrize("number", [1, 2, 3])
def test_number(guest, number):
    assert guest.number == number
"""
    done = inner(tmp_path, tests, "--fresh-guests")
    assert "3 passed" in done.stdout, done.stdout


def test_what_there_is_to_see_is_kept_and_the_report_says_where(tmp_path: Path) -> None:
    done = inner(tmp_path, SHARED)
    kept = tmp_path / "failures" / "test_inner.py-test_second"
    assert f"What was there when it failed is in {kept}/call:" in done.stdout
    section = done.stdout.partition("What was there")[2]
    assert "used before by\n      test_inner.py::test_first" in section, section
    guest = kept / "call" / "guest-1"
    assert (guest / "console.log").read_text() == "kernel: here I am"
    assert "guest 1 says" in (guest / "kernel.log").read_text()
    assert {path.name for path in guest.iterdir()} == {"console.log", "tests.txt", *evidence.QUESTIONS}
    assert (guest / "tests.txt").read_text().split() == [
        "test_inner.py::test_first",
        "test_inner.py::test_second",
    ]
    assert "broken" in (kept / "call" / "error.txt").read_text()
    assert [path.name for path in (tmp_path / "failures").iterdir()] == ["test_inner.py-test_second"]


def test_a_guest_that_the_test_itself_closes_is_read_before_that(tmp_path: Path) -> None:
    tests = """
from conftest import StandIn

def test_own():
    with StandIn() as own:
        assert own.number == 0

def test_well():
    with StandIn() as own:
        with pytest.raises(ZeroDivisionError):
            with StandIn():
                1 / 0
"""
    inner(tmp_path, tests)
    (kept,) = (tmp_path / "failures").iterdir()
    assert kept.name == "test_inner.py-test_own"
    assert "guest 1 says" in (kept / "call" / "guest-1" / "journal.log").read_text()


def test_a_guest_that_hangs_does_not_hold_up_the_report(tmp_path: Path) -> None:
    tests = """
def test_hung(guest):
    guest.hangs.set()
    assert False, "hung"

def test_next(guest):
    assert guest.number == 2
"""
    done = inner(tmp_path, tests)
    assert outcomes(done) == {"test_hung": "FAILED", "test_next": "PASSED"}, done.stdout
    (guest,) = (tmp_path / "failures" / "test_inner.py-test_hung" / "call").glob("guest-*")
    assert {path.name for path in guest.iterdir()} == {"console.log", "tests.txt"}


def test_what_is_kept_is_bounded_and_goes_when_the_test_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST", 100)
    test = "tests/lab/test_x.py::test_y[a/b c]"
    found = [Found("guest", ("tests/lab/test_x.py::test_w", test), {"kernel.log": "early " * 100 + "late"})]
    said = keep(test, "call", "what was said", found, tmp_path)
    folder = folder_of(test, tmp_path)
    assert folder.parent == tmp_path
    assert str(folder / "call") in said
    assert "tests/lab/test_x.py::test_w" in said
    text = (folder / "call" / "guest-1" / "kernel.log").read_text()
    assert len(text) == 100
    assert text.endswith("late")
    forget(test, tmp_path)
    assert list(tmp_path.iterdir()) == []


class Planned:
    """What is asked of a test before it is run."""

    def __init__(self, nodeid: str, group: str = "") -> None:
        self.nodeid = nodeid
        self._marker = pytest.mark.xdist_group(group).mark if group else None

    def get_closest_marker(self, _name: str) -> pytest.Mark | None:
        return self._marker


def test_what_takes_long_together_begins_first() -> None:
    items = [
        Planned("quick.py::test_a"),
        Planned("shared.py::test_a", "shared"),
        Planned("slow.py::test_a"),
        Planned("shared.py::test_b", "shared"),
        Planned("new.py::test_a"),
    ]
    durations = {"lab": {"quick.py": (1, 1.0), "shared.py": (4, 200.0), "slow.py": (2, 120.0)}}
    longest_first(items, durations)  # type: ignore[arg-type]  # all that it asks for is there
    assert [item.nodeid for item in items] == [
        "shared.py::test_a",
        "shared.py::test_b",
        "slow.py::test_a",
        "new.py::test_a",
        "quick.py::test_a",
    ]
