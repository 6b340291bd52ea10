import errno
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.setup.building import NAME, installed, known, logged_in, state_of
from tests.storage.changing.plan_operations import FailWith, MakeFile
from tests.storage.scripted_host import ScriptedHost
from tui.setup import kept
from tui.setup.answers import ChapAnswer, ChapChoice, DiscoverAnswer, NameAnswer
from tui.setup.session import Places, Setup
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.storage.changing.change_lock import change_lock
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan, Stage, Step as PlanStep
from tui.storage.changing.watcher import Unwatched
from tui.storage.iscsi.chap import ChapKind, ChapSettings
from tui.storage.model.iscsi import Portal
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.secret import Secret


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "journal", tmp_path / "lock", answers="/var/lib/iscsi-console/setup.json")


def setup_at(state: SetupState, places: Places, host: ScriptedHost | None = None) -> Setup:
    """A set-up that knows this state already."""
    made = Setup(host or ScriptedHost(), places)
    made._state = state
    return made


class Heard(Unwatched):
    def __init__(self) -> None:
        self.stages: list[tuple[int, Stage]] = []
        self.plans: list[str] = []

    def plan(self, plan: Plan) -> None:
        self.plans.append(plan.title)

    def step(self, step: PlanStep) -> None:
        self.stages.append((step.number, step.stage))


def test_a_fresh_host_begins_with_its_name(places: Places) -> None:
    setup = Setup(ScriptedHost(), places)
    state = setup.begin()
    assert state.step is Step.NAME
    assert state.suggested_name.startswith("iqn.")
    assert len(set(state.fresh_uuids)) == len(state.fresh_uuids) > 1
    assert setup.interrupted() is None
    assert setup.resume() is None


def test_satisfied_steps_are_passed_over_and_can_be_gone_back_to(places: Places) -> None:
    setup = setup_at(state_of(known()), places)
    setup.answer(ChapAnswer())
    assert setup.next().step is Step.CHAP
    assert setup.next().step is Step.TARGET
    assert setup.go(Step.NAME).step is Step.NAME
    assert setup.state.answers.chap == ChapAnswer()


def test_what_is_lacking_keeps_the_page(places: Places) -> None:
    setup = setup_at(replace(state_of(installed()), step=Step.DISCOVER), places)
    state = setup.next()
    assert state.step is Step.DISCOVER
    assert state.problem is not None
    assert state.problem.code == "portal.empty"


def test_a_mistake_runs_nothing(places: Places) -> None:
    host = ScriptedHost()
    setup = setup_at(state_of(installed()), places, host)
    setup.answer(NameAnswer("not a name"))
    problem = setup.run()
    assert problem is not None
    assert problem.field == "name"
    assert setup.state.problem == problem
    assert host.shown == []
    assert [
        change for change in host.changes if "setup.json" not in change and "/var/lib" not in change
    ] == []


def test_without_root_nothing_runs(places: Places) -> None:
    host = ScriptedHost(root=False)
    setup = setup_at(state_of(installed()), places, host)
    problem = setup.run()
    assert problem is not None
    assert problem.code == "host.looking-only"
    assert host.commands == []
    assert host.changes == []


def test_a_portal_that_refuses_leaves_no_record(places: Places) -> None:
    host = ScriptedHost()
    choice = ChapChoice(ChapKind.ONE_WAY, "finder", Secret("planted-secret"))
    setup = setup_at(replace(state_of(installed()), step=Step.DISCOVER), places, host)
    setup.answer(ChapAnswer(discovery=choice))
    setup.answer(DiscoverAnswer(address="192.0.2.10"))
    problem = setup.run()
    assert problem is not None
    assert problem.code == "portal.refused"
    assert host.shown == []
    assert setup.state.discovered is not None
    assert setup.state.discovered.problem == problem


def test_another_console_that_changes_the_host_is_told(places: Places) -> None:
    setup = setup_at(state_of(installed()), places)
    with change_lock(places.lock):
        problem = setup.run()
    assert problem is not None
    assert problem.code == "lock.held"


def test_a_journal_that_cannot_be_written_changes_nothing(places: Places) -> None:
    places.journals.write_text("a file in its place")
    host = ScriptedHost()
    setup = setup_at(state_of(installed()), places, host)
    problem = setup.run()
    assert problem is not None
    assert problem.code.startswith("journal.")
    assert host.shown == []
    assert "replace /etc/iscsi/initiatorname.iscsi" not in host.changes


def test_a_lock_that_cannot_be_made_is_told(places: Places, tmp_path: Path) -> None:
    setup = setup_at(state_of(installed()), replace(places, lock=tmp_path / "no" / "folder" / "lock"))
    problem = setup.run()
    assert problem is not None
    assert problem.summary


def test_answers_are_kept_after_every_step_without_secrets(places: Places) -> None:
    host = ScriptedHost()
    setup = setup_at(state_of(installed()), places, host)
    setup.answer(ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "host", Secret("planted-secret"))))
    setup.next()
    assert "planted-secret" not in "".join(host.files.values())
    assert kept.kept(host, places.answers).chap is not None


def test_a_full_disk_does_not_stop_going_on(places: Places) -> None:
    host = ScriptedHost(failures={places.answers: OSError(errno.ENOSPC, "No space left on device")})
    setup = setup_at(state_of(installed()), places, host)
    assert setup.next().step is Step.CHAP


def begun(places: Places, *operations: Operation) -> Journal:
    return Journal.open(Plan("interrupted before", operations), places.journals)


def test_an_interrupted_plan_is_resumed_where_it_came_to(places: Places, tmp_path: Path) -> None:
    first, second = MakeFile(str(tmp_path), "one"), MakeFile(str(tmp_path), "two")
    journal = begun(places, first, second)
    first.path.write_text("whole")
    journal.done(0)
    journal.begin(1)
    second.path.write_text("half")

    setup = setup_at(state_of(installed()), places)
    found = setup.interrupted()
    assert found is not None
    assert (found.left, found.plan) == (1, Plan("interrupted before", (first, second)))
    heard = Heard()
    assert setup.resume(heard) is None
    assert heard.plans == ["interrupted before"]
    assert heard.stages == [(0, Stage.ALREADY), (1, Stage.RUNNING), (1, Stage.RUNNING), (1, Stage.DONE)]
    assert (tmp_path / "log").read_text() == "two\n"
    assert setup.interrupted() is None


def test_a_plan_that_fails_again_stays_until_it_is_given_up(places: Places) -> None:
    begun(places, FailWith("refused"))
    setup = setup_at(state_of(installed()), places)
    assert setup.resume() is not None
    assert setup.interrupted() is not None
    assert setup.give_up() is None
    assert setup.interrupted() is None


@pytest.mark.parametrize("decide", [Setup.resume, Setup.give_up], ids=["resume", "give up"])
def test_a_decision_is_about_the_plan_that_was_offered(
    places: Places, tmp_path: Path, decide: Callable[[Setup], Problem | None]
) -> None:
    offered = begun(places, MakeFile(str(tmp_path), "offered"))
    setup = setup_at(state_of(installed()), places)
    assert setup.interrupted() is not None
    # While the person thinks about it, another console begins a plan and is killed.
    other = begun(places, MakeFile(str(tmp_path), "other"))
    assert decide(setup) is None
    assert not (tmp_path / "other").exists()
    assert (tmp_path / "offered").exists() == (decide is Setup.resume)
    assert [journal.path for journal in Journal.open_ones(places.journals)] == [other.path]
    assert offered.path != other.path


def test_a_resumed_plan_that_is_left_says_so(places: Places, tmp_path: Path) -> None:
    begun(places, MakeFile(str(tmp_path), "one"))
    setup = setup_at(state_of(installed()), places)
    leave = threading.Event()
    leave.set()
    problem = setup.resume(leave=leave)
    assert problem is not None
    assert problem.code == "setup.left"
    assert not (tmp_path / "one").exists()


def test_secrets_come_back_from_the_answers(places: Places) -> None:
    settings = ChapSettings("host", Secret("planted-secret"))
    begun(places, SetRecordChap("iqn.x", Portal("192.0.2.10"), "default", settings))
    setup = setup_at(state_of(installed()), places)
    found = setup.interrupted()
    assert found is not None
    assert found.lacks_secret
    setup.answer(ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "other", Secret("planted-secret"))))
    found = setup.interrupted()
    assert found is not None
    assert found.lacks_secret
    setup.answer(ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "host", Secret("planted-secret"))))
    found = setup.interrupted()
    assert found is not None
    assert not found.lacks_secret
    assert "planted-secret" not in repr(found)


def test_a_journal_of_another_version_is_told(places: Places, tmp_path: Path) -> None:
    journal = begun(places, MakeFile(str(tmp_path), "one"))
    journal.path.write_text(journal.path.read_text().replace("MakeFile", "MakeSomethingElse"))
    found = setup_at(state_of(installed()), places).interrupted()
    assert found is not None
    assert found.plan is None
    assert found.problem is not None


def test_a_name_that_is_in_force_runs_no_plan(places: Places) -> None:
    setup = setup_at(state_of(logged_in()), places)
    assert setup.state.inventory.initiator.name == NAME
    assert setup.commands() == ()


def test_a_stale_lock_of_the_record_database_is_removed(places: Places) -> None:
    lock = "/run/lock/iscsi/lock.write"
    host = ScriptedHost(files={lock: ""})
    assert setup_at(state_of(installed()), places, host).remove_stale_lock() is None
    assert lock not in host.files
