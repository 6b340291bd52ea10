"""Status, doctor, the console, Recovery and the exit status say the same of each layer of a host."""

from pathlib import Path
from typing import Any

import pytest

from tests.screens.driving import COLOUR, LARGE, settle, text_of
from tui.app import ConsoleApp
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.doctor import exit_status
from tui.recovery.document import diagnosis_document
from tui.recovery.gather import gather
from tui.recovery.text import diagnosis_text
from tui.screens.access import access
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.recovery.board import Board, Standing
from tui.screens.recovery.recovery_words import standing
from tui.screens.rungs import state_of
from tui.storage.host.recorded import RecordedHost
from tui.storage.stacks.judgement import Verdict, judge, verdict_words
from tui.storage.stacks.rung import Health
from tui.storage.status import status_document, status_text
from widgets.stack_view import StackView

MACHINES = Path(__file__).resolve().parent.parent / "machines"
EVERY = pytest.mark.parametrize("path", sorted(MACHINES.glob("*.json")), ids=lambda path: path.stem)

BROKEN = {Health.BAD, Health.ABSENT, Health.DEGRADED}


def diagnosed(path: Path) -> Diagnosis:
    return diagnose(gather(RecordedHost(str(path)), 60.0))


@EVERY
def test_every_surface_says_the_same_of_a_recorded_host(path: Path) -> None:
    """No layer is called broken or missing while doctor calls the host healthy, nor the other way round."""
    told = diagnosed(path)
    health = {rung.key: rung.health for stack in told.stacks for rung in stack.rungs}
    broken = {key for key, state in health.items() if state in BROKEN}
    document = diagnosis_document(told)
    if told.verdict in {Verdict.HEALTHY, Verdict.RISKS}:
        assert not broken, told.findings
    assert ("nothing is wrong" in diagnosis_text(told).split("\n")[0]) == (told.verdict is Verdict.HEALTHY)
    assert (document["status"] == "healthy") == (told.verdict is Verdict.HEALTHY) == (exit_status(told) == 0)
    board = Board(told)
    listed = [entry.standing for entry in board.entries()]
    open_ones = {Standing.CAUSE, Standing.CONSEQUENCE, Standing.UNEXPLAINED, Standing.ABSENT} & set(listed)
    assert bool(open_ones) == (told.verdict is Verdict.BROKEN)
    said = " ".join(paragraph.text for paragraph in standing(board))
    assert ("Nothing wrong was found." in said) == (told.verdict is Verdict.HEALTHY)
    assert ("in what could be read" in said) == (told.verdict is Verdict.INCOMPLETE and not told.counted)


def _states(document: dict[str, Any]) -> list[tuple[str, ...]]:
    """What a document says of every layer, and of every stack."""
    fields = ("key", "kind", "name", "health", "reason")
    return [
        (stack["key"], stack["health"], *(rung[field] for field in fields))
        for stack in document["stacks"]
        for rung in stack["rungs"]
    ]


@EVERY
def test_status_and_doctor_print_the_same_states(path: Path) -> None:
    told = diagnosed(path)
    judged = judge(told.evidence.stacks, told.judgement)
    assert judged.is_current
    assert judged.stacks == told.stacks
    status: dict[str, Any] = status_document(told.evidence.inventory, judged)
    doctor: dict[str, Any] = diagnosis_document(told)
    assert _states(status) == _states(doctor)
    assert status["diagnosis"]["verdict"] == doctor["verdict"]
    assert verdict_words(judged) in status_text(told.evidence.inventory, judged).split("\n")[0]


@EVERY
async def test_the_console_shows_the_states_that_doctor_tells(path: Path) -> None:
    told = diagnosed(path)
    app = ConsoleApp(COLOUR, RecordedHost(str(path)), access(is_root=False, recorded=True), live=False)
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, ConsoleScreen)
        rows = {row.key: row.state for row in screen.query_one(StackView).rungs if not row.heading}
        assert rows == {rung.key: state_of(rung.health) for stack in told.stacks for rung in stack.rungs}
        assert verdict_words(judge(told.evidence.stacks, told.judgement)) in text_of(pilot).split("\n")[0]
