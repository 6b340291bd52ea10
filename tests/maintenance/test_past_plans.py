"""The plans that ran: how they ended, by whom, and what undoes them."""

import argparse
import json
import threading
from pathlib import Path

import pytest

from tests.storage.changing.plan_operations import MakeFile, PutUp, TakeDown
from tests.storage.scripted_host import ScriptedHost
from tui.commands import journals
from tui.maintenance.past_plans import PlanEnding, by_words, ending_of, past_journals, undo_of
from tui.storage.changing import run_plan
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.plan import Plan
from tui.storage.changing.run_plan import carry_out, give_up
from tui.storage.changing.watcher import Unwatched
from tui.storage.operations.operation import Operation
from tui.storage.problem import Refused


def ran(*operations: Operation, origin: Origin = Origin.CONSOLE) -> Journal:
    """The journal of a plan that ran to its end."""
    plan = Plan("Change it", operations)
    ending = carry_out(plan, ScriptedHost(), Unwatched(), threading.Event(), origin=origin)
    assert ending.ok
    assert ending.journal is not None
    return ending.journal


@pytest.fixture
def up(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.write_text("whole")
    return path


def test_a_plan_that_ran_is_undone_once(up: Path) -> None:
    journal = ran(TakeDown(str(up)))
    assert ending_of(journal) is PlanEnding.FINISHED
    found = undo_of(journal, ScriptedHost())
    assert found.plan == Plan("Undo: Change it", (PutUp(str(up)),))
    ran(*found.plan.operations)
    again = undo_of(journal, ScriptedHost())
    assert (again.plan.operations, again.why) == ((), "What it changed is undone already.")


def test_what_cannot_be_undone_says_why(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        undo_of(ran(MakeFile(str(tmp_path), "one")), ScriptedHost())
    assert refused.value.problem.code == "journal.cannot-undo"
    assert refused.value.problem.cause


def test_a_plan_that_was_given_up_with_nothing_left_to_undo_is_not_to_be_resumed(up: Path) -> None:
    journal = Journal.open(Plan("Change it", (TakeDown(str(up)),)), run_plan.PLACES.journals)
    assert ending_of(journal) is PlanEnding.OPEN
    with pytest.raises(Refused) as refused:
        undo_of(journal, ScriptedHost())
    assert "journal resume" in refused.value.problem.remedy
    assert give_up(journal) is None
    assert ending_of(journal) is PlanEnding.GIVEN_UP
    with pytest.raises(Refused) as refused:
        undo_of(journal, ScriptedHost())
    assert refused.value.problem.remedy == ""


def test_a_damaged_journal_is_listed_as_such(tmp_path: Path) -> None:
    (tmp_path / "20000101-000000-000000001.jsonl").write_text("damaged\n")
    (found,) = past_journals(tmp_path)
    assert ending_of(found) is PlanEnding.DAMAGED
    assert by_words(found) == "by whom was not recorded"


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(tmp_path: Path) -> None:
    assert past_journals(tmp_path / "none") == ()
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as refused:
        past_journals(tmp_path / "file")
    assert "could not be read" in refused.value.problem.summary


def test_the_list_says_by_whom(up: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = ran(TakeDown(str(up)), origin=Origin.COMMAND)
    person = journal.who.person
    assert person
    assert journals.main(argparse.Namespace(second="list", json=False, quiet=False)) == 0
    assert capsys.readouterr().out == f"{journal.identifier}  finished  command  {person}  Change it\n"
    assert journals.main(argparse.Namespace(second="list", json=True, quiet=False)) == 0
    (entry,) = json.loads(capsys.readouterr().out)["journals"]
    assert (entry["by"], entry["state"]) == (journal.who.written(), "finished")
    assert by_words(journal).startswith("by ")
    assert " by a command" in by_words(journal)
