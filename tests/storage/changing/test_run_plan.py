"""The way from a confirmed plan to its end: lock, journal, and what is left for the next start."""

import threading
from pathlib import Path

import pytest

from tests.storage.changing.plan_operations import FailWith, MakeFile
from tests.storage.scripted_host import ScriptedHost
from tui.storage.changing.interrupted import interrupted
from tui.storage.changing.journal import Journal, Origin, change_lock, is_changing
from tui.storage.changing.plan import Plan, Stage, Step
from tui.storage.changing.run_plan import Places, carry_on, carry_out, give_up
from tui.storage.changing.watcher import Unwatched


class Heard(Unwatched):
    def __init__(self) -> None:
        self.plans: list[str] = []
        self.stages: list[tuple[int, Stage]] = []

    def plan(self, plan: Plan) -> None:
        self.plans.append(plan.title)

    def step(self, step: Step) -> None:
        self.stages.append((step.number, step.stage))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "journal", tmp_path / "lock")


def files(folder: Path, *names: str) -> Plan:
    return Plan("Make files", tuple(MakeFile(str(folder), name) for name in names))


def test_a_plan_runs_to_its_end(tmp_path: Path, places: Places) -> None:
    heard = Heard()
    ending = carry_out(files(tmp_path, "one", "two"), ScriptedHost(), heard, threading.Event(), places=places)
    assert ending.ok
    assert not ending.left
    assert ending.problem is None
    assert heard.plans == ["Make files"]
    assert heard.stages[-1] == (1, Stage.DONE)
    assert interrupted(places.journals) is None


def test_what_is_so_already_needs_neither_lock_nor_journal(tmp_path: Path, places: Places) -> None:
    (tmp_path / "one").write_text("whole")
    heard = Heard()
    with change_lock(places.lock):
        ending = carry_out(files(tmp_path, "one"), ScriptedHost(), heard, threading.Event(), places=places)
    assert ending.ok
    assert ending.journal is None
    assert heard.stages == [(0, Stage.ALREADY)]
    assert carry_out(Plan("", ()), ScriptedHost(), heard, threading.Event(), places=places).ok


def test_what_failed_is_carried_on_from_there(tmp_path: Path, places: Places) -> None:
    plan = Plan("Two", (MakeFile(str(tmp_path), "one"), FailWith("failed")))
    ending = carry_out(plan, ScriptedHost(), Heard(), threading.Event(), places=places)
    assert not ending.ok
    assert ending.problem is not None
    found = interrupted(places.journals)
    assert found is not None
    assert found.plan == plan
    assert found.origin is Origin.CONSOLE
    assert found.done == frozenset({0})
    heard = Heard()
    again = carry_on(found.journal, plan, ScriptedHost(), heard, threading.Event(), places=places)
    assert again.problem == ending.problem
    assert heard.stages[0] == (0, Stage.ALREADY)
    assert give_up(found.journal) is None
    assert interrupted(places.journals) is None


def test_leaving_is_no_failure(tmp_path: Path, places: Places) -> None:
    leave = threading.Event()
    leave.set()
    ending = carry_out(files(tmp_path, "one"), ScriptedHost(), Heard(), leave, places=places)
    assert ending.left
    assert not ending.ok


def test_who_changes_the_host_can_be_asked(tmp_path: Path, places: Places) -> None:
    assert not is_changing(places.lock)
    with change_lock(places.lock):
        assert is_changing(places.lock)
        ending = carry_out(files(tmp_path, "one"), ScriptedHost(), Heard(), threading.Event(), places=places)
        assert ending.problem is not None
        assert ending.problem.code == "lock.held"
    assert not is_changing(places.lock)


def test_a_journal_of_the_time_before_origins_is_the_set_ups(tmp_path: Path, places: Places) -> None:
    journal = Journal.open(files(tmp_path, "one"), places.journals, Origin.CONSOLE)
    journal.path.write_text(journal.path.read_text().replace('"origin": "console", ', ""))
    found = interrupted(places.journals)
    assert found is not None
    assert found.origin is Origin.SETUP


def test_what_cannot_be_written_down_is_told(tmp_path: Path, places: Places) -> None:
    journal = Journal.open(files(tmp_path, "one"), places.journals)
    journal.path.unlink()
    problem = give_up(journal)
    assert problem is not None
    assert problem.code == "system.error"
