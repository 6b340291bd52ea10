"""Every scenario: it does not hold at the start, every solution solves it, and no wrong move does."""

from contextlib import suppress

import pytest

from tests.waiting import until
from tui.lab.errors import LabError
from tui.lab.places import Places
from tui.practice.examine import Verdict
from tui.practice.reading import FOLDER, identifiers, read_scenario
from tui.practice.scenario import Kind, Phase, Scenario, Script
from tui.practice.stage import Stage

pytestmark = pytest.mark.lab

AT_REST = """
until_true 100 sh -c 'systemctl list-jobs | grep -q "^No jobs running"'
udevadm settle
until_true 10 sh -c 'systemctl list-jobs | grep -q "^No jobs running"'
"""
"""Waits until neither systemd nor udev has anything left to do."""

SCENARIOS = {
    "-".join(filter(None, (name, variant))): read_scenario(FOLDER / name, variant)
    for name in identifiers()
    if (scenario := read_scenario(FOLDER / name)).kind is Kind.SCENARIO
    for variant in scenario.variants or ("",)
}
"""Every scenario, and of one that has variants each of them."""


def ways(kind: str) -> list[object]:
    """Every solution, or every wrong move, of every scenario."""
    return [
        pytest.param(scenario, script, id=f"{name}-{script.name}")
        for name, scenario in SCENARIOS.items()
        for script in getattr(scenario, kind)
    ]


def failing(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    return {verdict.identifier: verdict.words for verdict in verdicts if not verdict.holds}


def settled(stage: Stage, phase: Phase = Phase.NOW) -> dict[str, str]:
    """What does not hold, once everything does or enough time has passed."""
    missing: dict[str, str] = {}

    def holds() -> bool:
        missing.clear()
        missing.update(failing(stage.check(phase)))
        return not missing

    with suppress(AssertionError):
        until(holds, "all of it")
    return missing


def staged(scenario: Scenario) -> Stage:
    """A machine in the starting state, which is none where everything holds."""
    stage = Stage(scenario, Places.of_environment())
    try:
        stage.set_up()
        verdicts = stage.check()
        assert failing(verdicts), "there is nothing to do"
        harmed = [verdict.words for verdict in verdicts if verdict.spared and not verdict.holds]
        assert not harmed, f"harmed before anything was done: {harmed}"
    except BaseException:
        stage.close()
        raise
    return stage


@pytest.mark.parametrize(("scenario", "script"), ways("solutions"))
def test_a_solution_solves_it(scenario: Scenario, script: Script) -> None:
    with staged(scenario) as stage:
        stage.play(script.text, 240)
        assert settled(stage) == {}
        if scenario.reboots:
            stage.restart()
            assert settled(stage, Phase.AFTER_REBOOT) == {}


@pytest.mark.parametrize(("scenario", "script"), ways("wrong_moves"))
def test_a_wrong_move_does_not(scenario: Scenario, script: Script) -> None:
    with staged(scenario) as stage:
        try:
            stage.play(script.text, 240)
        except LabError as error:
            pytest.fail(f"the wrong move itself fails: {error}")
        if scenario.reboots and not failing(stage.check()):
            stage.restart()
            # What comes by itself at boot has all the time it needs: this one must not hold even then.
            stage.play(AT_REST, 120)
            assert failing(stage.check(Phase.AFTER_REBOOT))
        else:
            assert failing(stage.check())
