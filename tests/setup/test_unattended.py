import io
import os
import threading
from pathlib import Path

import pytest

from tests.storage.changing.plan_operations import Destroy, Fail, FailWith, MakeFile, Rewrite, TakeDown
from tests.storage.scripted_host import ScriptedHost
from tui.setup.answers import ChapAnswer, ChapChoice, NameAnswer
from tui.setup.session import Places, Setup
from tui.setup.unattended import BUSY, FAILED, INTERRUPTED, NOTHING_CHOSEN, Chosen, play
from tui.setup.wishes import Script
from tui.storage.changing.change_lock import change_lock
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.plan import Plan, Stage, Step as PlanStep
from tui.storage.changing.printer import Printer
from tui.storage.iscsi.chap import ChapKind
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.secret import Secret


def played(
    tmp_path: Path, script: Script, host: ScriptedHost | None = None, chosen: Chosen = NOTHING_CHOSEN
) -> tuple[int, str]:
    places = Places(tmp_path / "journal", tmp_path / "lock")
    stream = io.StringIO()
    setup = Setup(host or ScriptedHost(), places, keeps_answers=False, answers=script.fingerprint)
    status = play(setup, script, stream, chosen=chosen)
    return status, stream.getvalue()


def test_it_stops_at_the_first_mistake_and_says_why(tmp_path: Path) -> None:
    host = ScriptedHost()
    status, said = played(tmp_path, Script(name=NameAnswer("iqn.2003-13.com.example:x")), host)
    assert status == FAILED
    assert "1 Name: iqn.2003-13.com.example:x" in said
    assert "Stopped: There is no month 13." in said
    assert "2 CHAP" not in said
    assert host.shown == []


def test_a_host_without_packages_of_a_known_name_is_told(tmp_path: Path) -> None:
    host = ScriptedHost(folders={"/run/systemd/system"})
    status, said = played(tmp_path, Script(), host)
    assert status == FAILED
    assert "Stopped: This host lacks: iscsiadm" in said


NAMED = Script(name=NameAnswer("_"))


def cut_off(tmp_path: Path, *operations: Operation, script: Script | None = None, **claim: Origin) -> Journal:
    """The journal of a plan whose program was killed before its first operation."""
    origin = Origin.ANSWERS if script is not None else claim.get("origin", Origin.CONSOLE)
    answers = script.fingerprint if script is not None else ""
    return Journal.open(Plan("begun before", operations), tmp_path / "journal", origin, answers)


def made(tmp_path: Path, kind: type[MakeFile] = MakeFile) -> MakeFile:
    return kind(str(tmp_path), "made")


@pytest.mark.parametrize("origin", list(Origin))
def test_a_plan_that_somebody_else_began_is_not_touched(tmp_path: Path, origin: Origin) -> None:
    journal = cut_off(tmp_path, made(tmp_path), origin=origin)
    status, said = played(tmp_path, NAMED)
    assert status == INTERRUPTED
    assert "An interrupted plan is open on this host: begun before (1 operations left)" in said
    assert f"--resume {journal.identifier}" in said
    assert f"--give-up {journal.identifier}" in said
    assert "1 Name" not in said
    assert not (tmp_path / "made").exists()
    assert [found.identifier for found in Journal.open_ones(tmp_path / "journal")] == [journal.identifier]


def test_a_plan_that_left_something_missing_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    journal = cut_off(tmp_path, TakeDown(str(tmp_path / "data")))
    journal.begin(0)
    _status, said = played(tmp_path, NAMED)
    assert "data is not there." not in said
    (tmp_path / "data").rename(tmp_path / "data.down")
    _status, said = played(tmp_path, NAMED)
    assert "An interrupted plan is open" in said
    assert "data is not there." in said


def test_what_stops_midway_says_how_the_host_is_and_the_way_back_first(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    cut_off(tmp_path, TakeDown(str(tmp_path / "data")), Fail("failed"), made(tmp_path), script=NAMED)
    status, said = played(tmp_path, NAMED)
    assert status == FAILED
    _before, stopped = said.split("Stopped: failed")
    back, _now, now = stopped.partition("This host now")
    assert "To undo what was done" in back
    assert "1. Put data up" in back
    assert f"$ mv away {tmp_path}/data" in back
    assert [line.strip() for line in now.strip().splitlines()] == [
        "data is not there.",
        "done: Take data down",
        "not done: Fail",
        "not done: Make made",
    ]


def test_what_the_same_answers_began_is_resumed(tmp_path: Path) -> None:
    cut_off(tmp_path, made(tmp_path), script=NAMED)
    _status, said = played(tmp_path, NAMED)
    assert "Resuming: begun before, 1 of 1 operations left" in said
    assert (tmp_path / "made").read_text() == "whole"
    assert "1 Name: _" in said
    assert Journal.unfinished(tmp_path / "journal") is None


def test_other_answers_do_not_resume_it(tmp_path: Path) -> None:
    cut_off(tmp_path, made(tmp_path), script=NAMED)
    status, said = played(tmp_path, Script(name=NameAnswer("iqn.2003-01.com.example:x")))
    assert status == INTERRUPTED
    assert "other answers" in said
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("kind", [Rewrite, Destroy])
def test_what_rewrites_or_destroys_is_resumed_by_its_name_alone(tmp_path: Path, kind: type[MakeFile]) -> None:
    journal = cut_off(tmp_path, made(tmp_path, kind), script=NAMED)
    status, said = played(tmp_path, NAMED)
    assert status == INTERRUPTED
    assert kind.risk.word in said
    assert not (tmp_path / "made").exists()
    _status, said = played(tmp_path, NAMED, chosen=Chosen(resume=journal.identifier))
    assert "Resuming: begun before" in said
    assert (tmp_path / "made").read_text() == "whole"


def test_a_plan_is_given_up_by_its_name(tmp_path: Path) -> None:
    journal = cut_off(tmp_path, made(tmp_path))
    _status, said = played(tmp_path, NAMED, chosen=Chosen(give_up=journal.identifier))
    assert "Given up: begun before" in said
    assert "1 Name: _" in said
    assert not (tmp_path / "made").exists()
    assert Journal.unfinished(tmp_path / "journal") is None


def test_a_name_that_no_plan_has_stops_it(tmp_path: Path) -> None:
    cut_off(tmp_path, made(tmp_path), script=NAMED)
    status, said = played(tmp_path, NAMED, chosen=Chosen(resume="20010101-000000-000000000"))
    assert status == FAILED
    assert "There is no interrupted plan 20010101-000000-000000000" in said
    assert not (tmp_path / "made").exists()


def test_every_open_plan_counts(tmp_path: Path) -> None:
    first = cut_off(tmp_path, made(tmp_path))
    second = cut_off(tmp_path, made(tmp_path))
    status, said = played(tmp_path, NAMED, chosen=Chosen(give_up=second.identifier))
    assert status == INTERRUPTED
    assert f"--resume {first.identifier}" in said
    assert not first.ended


def test_a_plan_that_runs_is_not_an_interrupted_one(tmp_path: Path) -> None:
    cut_off(tmp_path, made(tmp_path), script=NAMED)
    before = [path.read_bytes() for path in (tmp_path / "journal").iterdir()]
    with change_lock(tmp_path / "lock"):
        status, said = played(tmp_path, NAMED)
    assert status == BUSY
    assert f"Another console is changing this host (process {os.getpid()})" in said
    assert "1 Name" not in said
    assert [path.read_bytes() for path in (tmp_path / "journal").iterdir()] == before


def test_what_fails_again_stays_open(tmp_path: Path) -> None:
    journal = cut_off(tmp_path, FailWith("refused"), script=NAMED)
    status, said = played(tmp_path, NAMED, chosen=Chosen(resume=journal.identifier))
    assert status == FAILED
    assert "Resuming: begun before" in said
    assert "Stopped:" in said
    assert "1 Name" not in said
    assert Journal.unfinished(tmp_path / "journal") is not None


def test_secrets_have_no_part_in_the_fingerprint() -> None:
    def with_secret(text: str) -> Script:
        return Script(chap=ChapAnswer(session=ChapChoice(ChapKind.ONE_WAY, "finder", Secret(text))))

    assert with_secret("first secret").fingerprint == with_secret("second secret").fingerprint
    assert with_secret("first secret").fingerprint != Script().fingerprint
    assert NAMED.fingerprint == Script(name=NameAnswer("_")).fingerprint


def test_it_can_be_asked_to_leave(tmp_path: Path) -> None:
    leave = threading.Event()
    leave.set()
    stream = io.StringIO()
    setup = Setup(ScriptedHost(), Places(tmp_path / "journal", tmp_path / "lock"), keeps_answers=False)
    assert play(setup, Script(), stream, leave) == INTERRUPTED
    assert "left the set-up before it was complete" in stream.getvalue()
    assert "1 Name" not in stream.getvalue()


class ClosedStream(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_closed_pipe_breaks_nothing_off() -> None:
    Printer(ClosedStream(), threading.Event()).say("nobody hears it")


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (PlanStep(0, Stage.RUNNING), "now: Fail"),
        (PlanStep(0, Stage.RUNNING, "half"), "| half"),
        (PlanStep(0, Stage.ALREADY), "already so: Fail"),
        (PlanStep(0, Stage.DONE, seconds=1.25), "done: Fail (1.2 s)"),
        (PlanStep(0, Stage.FAILED, problem=Problem("x", "y")), "failed: Fail"),
    ],
)
def test_every_stage_has_its_line(step: PlanStep, line: str) -> None:
    stream = io.StringIO()
    printer = Printer(stream, threading.Event())
    printer.plan(Plan("p", (FailWith("refused"),)))
    printer.step(step)
    assert line in stream.getvalue()
    assert printer.changed == (step.stage is Stage.DONE)
