"""Who goes with the learner: what is looked at, when it is solved, what is noted."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.storage.scripted_host import ScriptedHost
from tui.practice.coach import Begin, Coach, Stand
from tui.practice.notes import Note, read_note, write_note
from tui.practice.reading import FOLDER, read_scenario
from tui.practice.scenario import Goal, Phase, Scenario
from tui.storage.host.interface import Outcome

BOTH = frozenset(Phase)


def goal(name: str, *, spared: bool = False, phases: frozenset[Phase] = BOTH) -> Goal:
    """A goal whose script the host answers."""
    return Goal(name, f"{name} holds.", f"{name} does not hold.", script=name, phases=phases, spared=spared)


def scenario(*goals: Goal, reboots: bool = False) -> Scenario:
    """A scenario of these goals."""
    known = read_scenario(FOLDER / "05-nobody-answers")
    return replace(known, goals=goals, reboots=reboots, sentinels=())


def host(**statuses: int | None) -> ScriptedHost:
    """A host on which the scripts of goals end so."""
    machine = ScriptedHost()
    for name, status in statuses.items():
        machine.replies["sh", "-eu", "-c", name] = Outcome(status)
    return machine


def stand(coach: Coach) -> Stand:
    """How far it is, as of now: a type checker would take it for what it was."""
    return coach.stand


def test_everything_has_to_hold() -> None:
    notes: list[Note] = []
    machine = host(a=0, b=1)
    coach = Coach(scenario(goal("a"), goal("b", spared=True)), machine, note=notes.append)
    coach.check()
    assert [verdict.words for verdict in coach.missing()] == ["b does not hold."]
    assert stand(coach) is Stand.OPEN
    assert notes == []
    machine.replies[("sh", "-eu", "-c", "b")] = Outcome(0)
    coach.check()
    assert stand(coach) is Stand.SOLVED
    assert notes == [Note(held=True, solved=True)]


def test_what_reboots_is_solved_only_after_the_restart() -> None:
    notes: list[Note] = []
    asked = scenario(goal("a"), goal("quick", phases=frozenset({Phase.AFTER_REBOOT})), reboots=True)
    coach = Coach(asked, host(a=0, quick=1), note=notes.append)
    coach.check()
    assert stand(coach) is Stand.HELD
    assert notes == [Note(held=True)]
    coach = Coach(asked, host(a=0, quick=1), Begin(Phase.AFTER_REBOOT), note=notes.append)
    coach.check()
    assert stand(coach) is Stand.OPEN
    coach = Coach(asked, host(a=0, quick=0), Begin(Phase.AFTER_REBOOT), note=notes.append)
    coach.check()
    assert stand(coach) is Stand.SOLVED


def test_a_script_that_takes_too_long_does_not_hold() -> None:
    coach = Coach(scenario(goal("a")), host(a=None), note=lambda _note: None)
    coach.check()
    (verdict,) = coach.missing()
    assert verdict.note == "This could not be checked in time."


def test_hints_come_one_by_one_and_are_noted() -> None:
    notes: list[Note] = []
    coach = Coach(scenario(goal("a")), host(a=0), Begin(hints=1), note=notes.append)
    assert len(coach.given_hints) == 1
    assert coach.give_hint()
    assert coach.give_hint()
    assert not coach.give_hint()
    assert coach.given_hints == coach.scenario.hints
    assert [note.hints for note in notes] == [2, 3]


def test_a_lesson_goes_on_by_one_step_at_a_time() -> None:
    lesson = read_scenario(FOLDER / "01-what-iscsi-is")
    steps = tuple(replace(step, goal=goal("a")) for step in lesson.steps[:2])
    notes: list[Note] = []
    machine = host(a=1)
    coach = Coach(replace(lesson, steps=steps), machine, note=notes.append)
    coach.check()
    assert coach.step == steps[0]
    assert coach.missing()
    machine.replies[("sh", "-eu", "-c", "a")] = Outcome(0)
    coach.check()
    assert coach.step == steps[1]
    assert coach.verdicts == ()
    coach.check()
    assert len(lesson.steps[:2]) == coach.steps
    assert stand(coach) is Stand.SOLVED
    assert notes == [Note(steps=1), Note(steps=2, held=True, solved=True)]
    coach.check()
    assert stand(coach) is Stand.SOLVED


def test_a_run_that_begins_again_begins_where_it_was() -> None:
    lesson = read_scenario(FOLDER / "01-what-iscsi-is")
    coach = Coach(lesson, host(), Begin(steps=2), note=lambda _note: None)
    assert coach.step == lesson.steps[2]


def test_notes_are_written_and_read(tmp_path: Path) -> None:
    file = tmp_path / "run" / "notes"
    write_note(Note(hints=1), str(file))
    write_note(Note(hints=1, solved=True), str(file))
    assert [read_note(line) for line in file.read_text().splitlines()] == [
        Note(hints=1),
        Note(hints=1, solved=True),
    ]


@pytest.mark.parametrize("line", ["", "{", "[]", '{"hints": "two"}', '{"other": 1}'])
def test_a_line_that_is_no_note_is_none(line: str) -> None:
    assert read_note(line) is None
