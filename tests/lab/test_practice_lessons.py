"""Every step of every lesson: not done at first, done by what it says to do by hand."""

import pytest

from tui.lab.places import Places
from tui.practice.reading import FOLDER, identifiers, read_scenario
from tui.practice.scenario import Kind
from tui.practice.stage import Stage

pytestmark = pytest.mark.lab

LESSONS = [name for name in identifiers() if read_scenario(FOLDER / name).kind is Kind.LESSON]


@pytest.mark.parametrize("identifier", LESSONS)
def test_a_lesson_goes_from_step_to_step(identifier: str) -> None:
    lesson = read_scenario(FOLDER / identifier)
    with Stage(lesson, Places.of_environment()) as stage:
        stage.set_up()
        for step in lesson.steps:
            before = {verdict.identifier: verdict.holds for verdict in stage.check()}
            assert not before[step.goal.identifier], f"{step.title}: done before it was begun"
            stage.play("\n".join(step.commands), 60)
            after = {verdict.identifier: verdict for verdict in stage.check()}
            assert after[step.goal.identifier].holds, f"{step.title}: {after[step.goal.identifier]}"
        assert stage.guest.state == "running"
