"""A plan of the command line: confirmed or refused, its exit status, and what is left of it."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.storage.changing.plan_operations import Destroy, Fail, FailWith, MakeFile, PutUp, TakeDown
from tests.storage.scripted_host import ScriptedHost
from tui.commands import running
from tui.commands.planned import Planned, nothing_to_do
from tui.commands.running import Consent, run
from tui.commands.telling import Exit, JsonTeller, TextTeller
from tui.maintenance.proposal import Proposal
from tui.storage.changing import run_plan
from tui.storage.changing.change_lock import change_lock
from tui.storage.changing.interrupted import all_interrupted
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.midway import midway
from tui.storage.changing.plan import Plan, Step
from tui.storage.changing.run_plan import Places
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    found = Places(tmp_path / "journal", tmp_path / "lock")
    monkeypatch.setattr(run_plan, "PLACES", found)
    return found


@pytest.fixture(autouse=True)
def leave(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    event = threading.Event()
    monkeypatch.setattr(running, "asked_to_leave", lambda: event)
    return event


def planned(
    *operations: Operation, refusal: Problem | None = None, questions: tuple[str, ...] = ()
) -> Planned:
    return Planned(Proposal(Plan("Make files", operations), "for the test", refusal=refusal), questions)


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


YES = Consent(yes=True)


def test_what_is_done_says_whether_it_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = planned(MakeFile(str(tmp_path), "one"))
    consent = Consent(yes=True, exit_changed=True)
    assert run(plan, ScriptedHost(), JsonTeller(), consent) == Exit.CHANGED
    told = events(capsys)
    assert [one["event"] for one in told] == ["plan", "step", "step", "step", "end"]
    assert [one["stage"] for one in told[1:-1]] == ["running", "running", "done"]
    assert told[-1]["changed"] is True
    assert run(plan, ScriptedHost(), JsonTeller(), consent) == Exit.DONE
    assert events(capsys)[-1]["changed"] is False


def test_nothing_to_do_needs_no_yes(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(nothing_to_do("Disconnect", "It is away."), ScriptedHost(), TextTeller(), Consent()) == Exit.DONE
    )
    assert "already in this state" in capsys.readouterr().out


def test_what_is_refused_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = planned(MakeFile(str(tmp_path), "one"), refusal=Problem("x.y", "It may not be."))
    assert run(plan, ScriptedHost(), TextTeller(quiet=True), YES) == Exit.REFUSED
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "It may not be.\n")
    assert not (tmp_path / "one").exists()


@pytest.mark.parametrize(
    ("consent", "answers", "code"),
    [
        (Consent(), 0, "confirm.question"),
        (Consent(yes=True), 0, "confirm.question"),
        (Consent(), 1, "confirm.yes"),
    ],
)
def test_a_yes_is_not_guessed(
    tmp_path: Path, consent: Consent, answers: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Planned(planned(MakeFile(str(tmp_path), "one")).proposal, ("Is it retired?",), answers)
    assert run(plan, ScriptedHost(), JsonTeller(), consent) == Exit.REFUSED
    assert events(capsys)[-1]["problem"] == code
    assert not (tmp_path / "one").exists()


@pytest.mark.parametrize(
    "consent", [Consent(), Consent(yes=True), Consent(word="yes"), Consent(yes=True, word="Erase")]
)
def test_data_is_lost_only_with_the_word(tmp_path: Path, consent: Consent) -> None:
    plan = planned(Destroy(str(tmp_path), "one"))
    assert run(plan, ScriptedHost(), JsonTeller(), consent) == Exit.REFUSED
    assert not (tmp_path / "one").exists()
    assert run(plan, ScriptedHost(), JsonTeller(), Consent(word="erase")) == Exit.DONE


def test_root_is_required(tmp_path: Path) -> None:
    assert (
        run(planned(MakeFile(str(tmp_path), "one")), ScriptedHost(root=False), TextTeller(), YES)
        == Exit.REFUSED
    )


def test_another_process_has_a_status_of_its_own(tmp_path: Path, places: Places) -> None:
    with change_lock(places.lock):
        assert run(planned(MakeFile(str(tmp_path), "one")), ScriptedHost(), TextTeller(), YES) == Exit.BUSY


def test_a_failure_half_way_leaves_its_journal_open(
    tmp_path: Path, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = planned(MakeFile(str(tmp_path), "one"), FailWith("failed"))
    assert run(plan, ScriptedHost(), JsonTeller(), YES) == Exit.FAILED
    (found,) = all_interrupted(places.journals)
    assert events(capsys)[-1]["journal"] == found.journal.identifier
    assert found.origin is Origin.COMMAND
    again = planned(MakeFile(str(tmp_path), "three"))
    assert run(again, ScriptedHost(), JsonTeller(), YES) == Exit.INTERRUPTED
    assert events(capsys)[-1]["problem"] == "journal.open"
    assert not (tmp_path / "three").exists()


def test_a_failure_half_way_says_what_is_missing_and_how_to_undo_it(
    tmp_path: Path, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.touch()
    plan = planned(TakeDown(str(data)), Fail("failed"), PutUp(str(data)))
    assert run(plan, ScriptedHost(), TextTeller(quiet=True), YES) == Exit.FAILED
    said = capsys.readouterr().err
    assert said.index("1. Put data up") < said.index("data is not there.") < said.index("journal resume")

    left = midway(plan.proposal.plan, Journal.open_ones(places.journals)[0], ScriptedHost())
    assert left.way_back is not None
    undo = Planned(Proposal(left.way_back, "for the test"))
    journal = Journal.open_ones(places.journals)[0]
    assert run(undo, ScriptedHost(), JsonTeller(), YES) == Exit.INTERRUPTED
    assert run(undo, ScriptedHost(), JsonTeller(), YES, undoes=journal) == Exit.DONE
    assert data.exists()
    assert Journal.open_ones(places.journals) == ()


def test_a_program_is_told_how_the_host_was_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    data.touch()
    run(planned(TakeDown(str(data)), Fail("failed")), ScriptedHost(), JsonTeller(), YES)
    (left,) = (one for one in events(capsys) if one["event"] == "left")
    assert left == {"event": "left", "states": ["data is not there."], "back": ["Put data up"]}


def test_a_failure_before_anything_was_changed_leaves_nothing(tmp_path: Path, places: Places) -> None:
    assert run(planned(FailWith("failed")), ScriptedHost(), TextTeller(), YES) == Exit.FAILED
    assert Journal.open_ones(places.journals) == ()


def test_whoever_ends_it_between_two_steps_finds_its_journal(
    tmp_path: Path, places: Places, leave: threading.Event
) -> None:
    class Leaving(JsonTeller):
        def step(self, step: Step) -> None:
            super().step(step)
            leave.set()

    plan = planned(MakeFile(str(tmp_path), "one"), MakeFile(str(tmp_path), "two"))
    assert run(plan, ScriptedHost(), Leaving(), YES) == Exit.INTERRUPTED
    assert (tmp_path / "one").exists()
    assert not (tmp_path / "two").exists()
    assert len(all_interrupted(places.journals)) == 1
