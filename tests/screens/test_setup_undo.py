"""Undoing the set-up by keys: offered at its end and at a later visit, confirmed like every plan."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.screens import scenes
from tests.screens.driving import LARGE, flat_text, opened, press, text_of
from tests.screens.scripted import ScriptedDriver
from tests.storage.changing.plan_operations import MakeFile
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.setup.setup_screen import SetupScreen
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.setup.undo import Undo
from tui.storage.changing import run_plan
from tui.storage.changing.plan import Plan
from tui.storage.changing.run_plan import Places
from tui.storage.operations.operation import Risk
from tui.storage.problem import Problem
from widgets.dialogs import Confirm


class Lose(MakeFile, frozen=True):
    """Makes a file, and says that something is lost by it."""

    risk: ClassVar[Risk] = Risk.DESTROYS

    def loses(self) -> tuple[str, ...]:
        return (f"all of {self.name}",)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    made = Places(tmp_path / "journal", tmp_path / "lock")
    monkeypatch.setattr(run_plan, "PLACES", made)
    return made


def shows(pilot: Pilot[Any], kind: type[Screen[Any]]) -> bool:
    return isinstance(pilot.app.screen, kind)


def at(driver: ScriptedDriver) -> Step:
    return driver.state.step


def an_undo(folder: Path, *, refusal: Problem | None = None) -> Undo:
    """A file is made, which loses something as a volume does; the name stays."""
    plan = Plan("Undo the set-up", (Lose(str(folder), "undone"),))
    return Undo(plan, ("Not undone: Name this host. It had no name before.",), refusal)


async def test_the_end_offers_to_undo_the_set_up_as_a_plan_with_the_typed_word(tmp_path: Path) -> None:
    driver = scenes.done()
    driver.undoing = an_undo(tmp_path)
    async with opened(driver, size=LARGE) as pilot:
        assert "F8 undo" in text_of(pilot)
        await press(pilot, "f8")
        assert shows(pilot, PlanScreen)
        shown = flat_text(pilot)
        assert "Not undone: Name this host. It had no name before." in shown
        assert "1 Make undone" in shown
        await press(pilot, "enter")
        assert shows(pilot, Confirm)
        assert "all of undone" in flat_text(pilot)
        await press(pilot, "enter")
        assert shows(pilot, PlanScreen)
        assert not (tmp_path / "undone").exists(), "nothing runs before the word is typed"
        await press(pilot, "escape")
        assert shows(pilot, SetupScreen)
        assert at(driver) is Step.DONE
        assert "F8 undo" in text_of(pilot)
        await press(pilot, "enter")
    assert driver.left


async def test_what_cannot_be_undone_now_says_why_and_does_not_run(tmp_path: Path) -> None:
    driver = scenes.done()
    driver.undoing = an_undo(
        tmp_path, refusal=Problem("undo.other-volumes", "The VG has other volumes: logs.")
    )
    async with opened(driver, size=LARGE) as pilot:
        await press(pilot, "f8")
        assert "The VG has other volumes: logs." in flat_text(pilot)
        await press(pilot, "enter")
        assert not (tmp_path / "undone").exists()


async def test_a_finished_undo_starts_the_set_up_over(tmp_path: Path) -> None:
    driver = scenes.done()
    driver.undoing = Undo(Plan("Undo the set-up", (MakeFile(str(tmp_path), "already"),)))
    (tmp_path / "already").write_text("whole")
    begun: list[bool] = []

    def begin() -> SetupState:
        begun.append(True)
        driver.state = scenes.named()
        return driver.state

    async with opened(driver, size=LARGE) as pilot:
        begun.clear()
        driver.begin = begin  # type: ignore[method-assign]  # for this test alone
        await press(pilot, "f8", "enter", "right", "enter", "enter")
        assert begun == [True]
        assert "What is this host called in the storage network?" in flat_text(pilot)


async def test_a_later_visit_offers_to_undo_only_before_it_goes_on(tmp_path: Path) -> None:
    driver = scenes.driver(scenes.named())
    driver.undoing = an_undo(tmp_path)
    async with opened(driver, size=LARGE) as pilot:
        assert "F8 undo" in flat_text(pilot)
        await press(pilot, "ctrl+n")
        assert "F8" not in flat_text(pilot)


async def test_without_a_set_up_nothing_is_offered() -> None:
    async with opened(scenes.driver(scenes.named()), size=LARGE) as pilot:
        assert "F8" not in flat_text(pilot)
        await press(pilot, "f8")
        assert shows(pilot, SetupScreen)
