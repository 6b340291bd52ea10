"""The way from a confirmed plan to its end: lock, journal, and what is left for the next start."""

import threading
from pathlib import Path

import pytest

from tests.storage.changing.plan_operations import Destroy, FailWith, MakeFile, Rewrite
from tests.storage.scripted_host import ScriptedHost
from tui.storage.changing.change_lock import change_lock, is_changing
from tui.storage.changing.interrupted import Interrupted, all_interrupted
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.plan import Plan, Stage, Step
from tui.storage.changing.run_plan import Places, carry_on, carry_out, give_up
from tui.storage.changing.watcher import Unwatched
from tui.storage.operations.operation import Risk


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


def last_interrupted(folder: Path) -> Interrupted | None:
    return next(iter(all_interrupted(folder)), None)


def test_a_plan_runs_to_its_end(tmp_path: Path, places: Places) -> None:
    heard = Heard()
    ending = carry_out(files(tmp_path, "one", "two"), ScriptedHost(), heard, threading.Event(), places=places)
    assert ending.ok
    assert not ending.left
    assert ending.problem is None
    assert heard.plans == ["Make files"]
    assert heard.stages[-1] == (1, Stage.DONE)
    assert last_interrupted(places.journals) is None


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
    found = last_interrupted(places.journals)
    assert found is not None
    assert found.plan == plan
    assert found.origin is Origin.CONSOLE
    assert found.done == frozenset({0})
    heard = Heard()
    again = carry_on(found.journal, plan, ScriptedHost(), heard, threading.Event(), places=places)
    assert again.problem == ending.problem
    assert heard.stages[0] == (0, Stage.ALREADY)
    assert give_up(found.journal, places) is None
    assert last_interrupted(places.journals) is None


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
    found = last_interrupted(places.journals)
    assert found is not None
    assert found.origin is Origin.SETUP


def test_what_cannot_be_written_down_is_told(
    tmp_path: Path, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_journal: Journal, **_event: object) -> None:
        raise OSError(28, "No space left on device")

    journal = Journal.open(files(tmp_path, "one"), places.journals)
    monkeypatch.setattr(Journal, "_write", fail)
    problem = give_up(journal, places)
    assert problem is not None
    assert problem.code == "system.error"


def test_a_plan_that_somebody_else_resumed_is_neither_resumed_nor_given_up(
    tmp_path: Path, places: Places
) -> None:
    plan = Plan("Two", (MakeFile(str(tmp_path), "one"), FailWith("failed")))
    carry_out(plan, ScriptedHost(), Heard(), threading.Event(), places=places)
    first, second = last_interrupted(places.journals), last_interrupted(places.journals)
    assert first is not None
    assert second is not None
    carry_on(first.journal, plan, ScriptedHost(), Heard(), threading.Event(), places=places)
    late = carry_on(second.journal, plan, ScriptedHost(), Heard(), threading.Event(), places=places)
    assert late.result is None
    assert late.problem is not None
    assert late.problem.code == "journal.changed"
    problem = give_up(second.journal, places)
    assert problem is not None
    assert problem.code == "journal.changed"
    assert give_up(first.journal, places) is None
    again = give_up(first.journal, places)
    assert again is not None
    assert last_interrupted(places.journals) is None


def test_a_plan_that_runs_is_not_given_up(tmp_path: Path, places: Places) -> None:
    journal = Journal.open(files(tmp_path, "one"), places.journals)
    with change_lock(places.lock):
        problem = give_up(journal, places)
    assert problem is not None
    assert problem.code == "lock.held"
    assert not journal.ended


def test_the_last_begun_comes_first_whatever_the_clock_says(
    tmp_path: Path, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("first", "second", "third")
    for seconds, name in zip((3_000, 1_000, 2_000), names, strict=True):
        monkeypatch.setattr("time.time_ns", lambda at=seconds: at * 10**9)
        Journal.open(files(tmp_path, name), places.journals)
    found = all_interrupted(places.journals)
    assert [journal.sequence for journal in (one.journal for one in found)] == [3, 2, 1]
    titles = [one.plan.operations[0].title() for one in found if one.plan is not None]
    assert titles == ["Make third", "Make second", "Make first"]


def test_a_plan_that_was_put_off_is_still_there_after_the_next_one(tmp_path: Path, places: Places) -> None:
    put_off = Journal.open(files(tmp_path, "one"), places.journals)
    assert carry_out(files(tmp_path, "two"), ScriptedHost(), Heard(), threading.Event(), places=places).ok
    found = last_interrupted(places.journals)
    assert found is not None
    assert found.journal.path == put_off.path


def test_the_risk_is_that_of_what_is_left(tmp_path: Path, places: Places) -> None:
    kinds = (Destroy, Rewrite, MakeFile)
    plan = Plan("Three", tuple(kind(str(tmp_path), kind.__name__) for kind in kinds))
    journal = Journal.open(plan, places.journals)
    risks = []
    for number in range(3):
        (found,) = all_interrupted(places.journals)
        risks.append(found.risk)
        journal.done(number)
    assert risks == [Risk.DESTROYS, Risk.REWRITES, Risk.CONFIGURES]
    (path,) = places.journals.iterdir()
    path.write_text(path.read_text().replace("MakeFile", "FromTheFuture"))
    (found,) = all_interrupted(places.journals)
    assert found.plan is None
    assert found.risk is Risk.DESTROYS
