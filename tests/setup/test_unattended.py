import io
import threading
from pathlib import Path

import pytest

from tests.storage.changing.plan_operations import FailWith
from tests.storage.scripted_host import ScriptedHost
from tui.setup.answers import NameAnswer
from tui.setup.answers_file import Script
from tui.setup.session import Places, Setup
from tui.setup.unattended import FAILED, Printer, play
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan, Stage, Step as PlanStep
from tui.storage.problem import Problem


def played(tmp_path: Path, script: Script, host: ScriptedHost | None = None) -> tuple[int, str]:
    places = Places(tmp_path / "journal", tmp_path / "lock")
    stream = io.StringIO()
    status = play(Setup(host or ScriptedHost(), places, keeps_answers=False), script, stream)
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
    status, said = played(tmp_path, Script())
    assert status == FAILED
    assert "Stopped: This host lacks: iscsiadm" in said


def test_an_interrupted_plan_that_fails_again_is_given_up_for_the_answers(tmp_path: Path) -> None:
    Journal.open(Plan("interrupted before", (FailWith("refused"),)), tmp_path / "journal")
    status, said = played(tmp_path, Script(name=NameAnswer("_")))
    assert status == FAILED
    assert "Resuming: interrupted before, 1 of 1 operations left" in said
    assert "is discarded" in said
    assert "1 Name: _" in said
    assert Journal.unfinished(tmp_path / "journal") is None


def test_it_can_be_asked_to_leave(tmp_path: Path) -> None:
    leave = threading.Event()
    leave.set()
    stream = io.StringIO()
    setup = Setup(ScriptedHost(), Places(tmp_path / "journal", tmp_path / "lock"), keeps_answers=False)
    assert play(setup, Script(), stream, leave) == FAILED
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
