"""The practice screens: the list, what is seen while a machine is made ready, the task sheet, the strip."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.screens.driving import COLOUR, LARGE, MONO, ROOT, SMALL, OneScreen, flat_text, text_of, workers_end
from tests.screens.test_console import recorded
from tests.snapshot import SnapCompare
from tests.storage.scripted_host import ScriptedHost
from tests.waiting import AT_MOST
from tui.lab.errors import LabError
from tui.practice.coach import Begin, Coach
from tui.practice.examine import Verdict
from tui.practice.leaving import Leaving
from tui.practice.notes import Note
from tui.practice.progress import Progress, Standing
from tui.practice.reading import FOLDER, read_scenario
from tui.practice.scenario import Phase, Scenario
from tui.practice_app import PracticeApp
from tui.screens.practice import sheet as sheet_module
from tui.screens.practice.catalogue import CatalogueScreen
from tui.screens.practice.run import RunScreen
from tui.screens.practice.sheet import TaskSheet
from widgets.look import Look

CLOSED = read_scenario(FOLDER / "05-nobody-answers")
LIGHT = read_scenario(FOLDER / "04-first-light")
LISTED = (
    "01-what-iscsi-is", "02-the-records", "03-three-layers",
    "04-first-light", "05-nobody-answers", "06-access-denied", "07-two-minute-boot",
)  # fmt: skip
"""Some of what there is, so that the pictures of the list stay when something is added."""

LESSON = read_scenario(FOLDER / "01-what-iscsi-is")


async def quiet(pilot: Pilot[Any]) -> None:
    """Wait until the workers of these screens have ended and everything is drawn."""
    for _turn in range(3):
        await workers_end(pilot, {"coach", "practice", "mode", "inventory", "check"})
        await pilot.pause()


# The list ---------------------------------------------------------------------------------------------------


def catalogue(tmp_path: Path, *, reasons: tuple[str, ...] = ()) -> tuple[CatalogueScreen, list[str]]:
    """The list for somebody who has solved one, begun one, and left one in the middle."""
    progress = Progress(tmp_path)
    progress.change("05-nobody-answers", lambda known: replace(known, started=2, solved=1))
    progress.change("06-access-denied", lambda known: replace(known, started=1))
    said: list[str] = []

    def open_run(scenario: Scenario) -> RunScreen:
        said.append(scenario.identifier)
        return RunScreen(scenario, Machines(), progress, resume=False)

    screen = CatalogueScreen(
        tuple(read_scenario(FOLDER / name) for name in LISTED),
        progress,
        lambda scenario: scenario.identifier == "04-first-light",
        open_run,
        lambda: said.append("left"),
        reasons=reasons,
    )
    return screen, said


async def test_the_list_tells_how_far_the_person_is(tmp_path: Path) -> None:
    screen, said = catalogue(tmp_path)
    async with OneScreen(screen).run_test(size=SMALL) as pilot:
        await quiet(pilot)
        shown = text_of(pilot)
        for words in (
            "paused   First light",
            "solved   Nobody answers",
            "started  Access denied",
            "1 solved",
        ):
            assert words in shown
        await pilot.press(*["down"] * 3)
        assert "Enter continues where you were" in text_of(pilot)
        await pilot.press("escape")
        await quiet(pilot)
        assert said == ["left"]


async def test_without_a_lab_the_list_says_why(tmp_path: Path) -> None:
    screen, said = catalogue(tmp_path, reasons=("mmdebstrap is not installed (package mmdebstrap).",))
    async with OneScreen(screen).run_test(size=SMALL, notifications=True) as pilot:
        await quiet(pilot)
        assert "mmdebstrap is not installed" in text_of(pilot)
        await pilot.press("enter")
        await quiet(pilot)
        assert "The practice machine cannot run" in text_of(pilot)
    assert said == []


# A run ------------------------------------------------------------------------------------------------------


class Machines:
    """A theatre without machines: what was asked of it, and how the console in it ends each time."""

    def __init__(self, *statuses: int, notes: tuple[Note, ...] = (), trouble: str = "") -> None:
        self.asked: list[str] = []
        self.begun: list[Begin] = []
        self._statuses = list(statuses)
        self._notes = notes
        self._trouble = trouble
        self.waits = threading.Event()
        self.waits.set()

    def open(self, told: Callable[[str], None], *, resume: bool) -> None:
        told("Starting a machine.")
        self.waits.wait(AT_MOST)
        if self._trouble:
            raise LabError(self._trouble)
        self.asked.append("resume" if resume else "open")

    def hand_over(self, begin: Begin, on_note: Callable[[Note], None]) -> int:
        self.begun.append(begin)
        for note in self._notes:
            on_note(note)
        return self._statuses.pop(0)

    def reset(self, told: Callable[[str], None]) -> None:
        told("Throwing it away.")
        self.asked.append("reset")

    def restart(self, told: Callable[[str], None]) -> None:
        told("Restarting.")
        self.asked.append("restart")

    def keep(self, told: Callable[[str], None]) -> None:
        told("Keeping.")
        self.asked.append("keep")

    def throw_away(self) -> None:
        self.asked.append("throw away")

    def close(self) -> None:
        self.waits.set()
        self.asked.append("close")


@contextmanager
def handed_over(app: OneScreen, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the terminal of a test be given away, of which there is none."""

    @contextmanager
    def suspend() -> Iterator[None]:
        yield

    with patch.context() as patched:
        patched.setattr(app, "suspend", suspend)
        yield


async def run(
    machines: Machines, tmp_path: Path, patch: pytest.MonkeyPatch, *, resume: bool = False
) -> tuple[OneScreen, Standing]:
    """Run a scenario to its end."""
    progress = Progress(tmp_path)
    app = OneScreen(RunScreen(CLOSED, machines, progress, resume=resume))
    with handed_over(app, patch):
        async with app.run_test(size=SMALL) as pilot:
            for _turn in range(8):
                await quiet(pilot)
    return app, progress.of(CLOSED.identifier)


async def test_a_solved_run_is_kept_and_put_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = Machines(Leaving.AWAY, notes=(Note(hints=1), Note(1, 0, True, True)))
    app, standing = await run(machines, tmp_path, monkeypatch)
    assert app.answers == [None]
    assert machines.asked == ["open", "throw away", "close"]
    assert (standing.started, standing.solved, standing.hints) == (1, 1, 1)
    assert standing.solved_at > 0


async def test_reset_and_restart_come_back_to_the_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = Machines(Leaving.RESET, Leaving.RESTART, Leaving.LATER, notes=(Note(hints=2),))
    app, standing = await run(machines, tmp_path, monkeypatch)
    assert machines.asked[:4] == ["open", "reset", "restart", "keep"]
    assert machines.begun == [Begin(), Begin(hints=2), Begin(Phase.AFTER_REBOOT, hints=2)]
    assert app.answers == [None]
    assert standing.solved == 0


async def test_what_was_left_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Progress(tmp_path).change(CLOSED.identifier, lambda known: replace(known, started=1, hints=3))
    machines = Machines(Leaving.AWAY)
    _app, standing = await run(machines, tmp_path, monkeypatch, resume=True)
    assert machines.asked[0] == "resume"
    assert machines.begun == [Begin(hints=3)]
    assert standing.started == 1


async def test_a_machine_that_does_not_come_up_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = Machines(trouble="No folder is left for the guest's memory.")
    app = OneScreen(RunScreen(CLOSED, machines, Progress(tmp_path), resume=False))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        assert "No folder is left for the guest's memory." in flat_text(pilot)
        await pilot.press("escape")
        await quiet(pilot)
    assert machines.asked == ["close", "close"]
    assert app.answers == [None]


async def test_a_console_that_crashed_is_no_dead_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = Machines(1)
    app = OneScreen(RunScreen(CLOSED, machines, Progress(tmp_path), resume=False))
    with handed_over(app, monkeypatch):
        async with app.run_test(size=SMALL) as pilot:
            for _turn in range(3):
                await quiet(pilot)
            assert "terminated, with exit status 1" in flat_text(pilot)
            await pilot.press("escape")
            await quiet(pilot)
    assert app.answers == [None]


async def test_leaving_while_a_machine_is_made_ready_puts_it_away(tmp_path: Path) -> None:
    machines = Machines()
    machines.waits.clear()
    app = OneScreen(RunScreen(CLOSED, machines, Progress(tmp_path), resume=False))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        for _turn in range(3):
            await quiet(pilot)
    assert machines.begun == []
    assert app.answers == [None]


# The task sheet ---------------------------------------------------------------------------------------------


def coach_of(scenario: Scenario, begin: Begin | None = None, *failing: str, looked: bool = True) -> Coach:
    """A coach that has looked, unless it is to come; these goals do not hold."""
    coach = Coach(scenario, ScriptedHost(), begin, note=lambda _note: None)

    def look() -> None:
        goals = coach.scenario.goals_of(coach.phase)
        coach._take(
            tuple(
                Verdict(
                    goal.identifier,
                    goal.identifier not in failing,
                    goal.lacks if goal.identifier in failing else goal.says,
                    goal.spared,
                )
                for goal in goals
            )
        )

    coach.check = look  # type: ignore[method-assign]  # for this test alone
    if looked:
        coach.check()
    return coach


def sheet_app(coach: Coach, look: Look = COLOUR) -> tuple[OneScreen, list[object]]:
    """The sheet alone, and what it asked for."""
    asked: list[object] = []
    sheet = TaskSheet(coach, lambda: asked.append("shell"), asked.append, lambda: None)
    return OneScreen(sheet, look), asked


async def test_enter_checks_and_names_what_does_not_hold() -> None:
    app, asked = sheet_app(coach_of(CLOSED, None, "session", "answers", looked=False))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        assert "What is checked" in text_of(pilot)
        await pilot.press("enter")
        await quiet(pilot)
        shown = flat_text(pilot)
        assert "2 are not met yet." in shown
        assert "Port 3260 of the array does not accept connections." in shown
    assert asked == []


async def test_hints_are_given_one_by_one() -> None:
    app, _asked = sheet_app(coach_of(CLOSED, None, "session"))
    async with app.run_test(size=LARGE) as pilot:
        await quiet(pilot)
        assert "Hint 1" not in text_of(pilot)
        for number in (1, 2, 3):
            await pilot.press("h")
            await quiet(pilot)
            assert f"Hint {number}" in text_of(pilot)
        await pilot.press("h")
        await quiet(pilot)
        assert "Hint 4" not in text_of(pilot)


async def test_what_has_to_survive_a_restart_is_restarted() -> None:
    app, asked = sheet_app(coach_of(LIGHT))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        assert "Enter restarts the machine" in flat_text(pilot)
        await pilot.press("enter")
        await quiet(pilot)
    assert asked == [Leaving.RESTART]


async def test_a_solved_one_is_told_about_and_left() -> None:
    app, asked = sheet_app(coach_of(CLOSED))
    async with app.run_test(size=LARGE) as pilot:
        await quiet(pilot)
        shown = flat_text(pilot)
        assert "What was wrong" in shown
        assert "What would have lost data" in shown
        await pilot.press("enter")
        await quiet(pilot)
    assert asked == [Leaving.AWAY]


async def test_reset_asks_first() -> None:
    app, asked = sheet_app(coach_of(CLOSED, None, "session"))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("r")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert asked == []
        await pilot.press("r")
        await pilot.pause()
        await pilot.press("y", "enter")
        await pilot.pause()
    assert asked == [Leaving.RESET]


# Inside the machine -----------------------------------------------------------------------------------------


def inside(coach: Coach, look: Look = COLOUR) -> PracticeApp:
    """The program inside a machine, on a recorded one."""
    return PracticeApp(look, recorded("record-only"), ROOT, coach, live=False)


async def test_the_sheet_comes_first_and_keys_lead_to_and_fro(monkeypatch: pytest.MonkeyPatch) -> None:
    coach = coach_of(CLOSED, None, "session")
    shells: list[str] = []
    app = inside(coach)
    monkeypatch.setattr("tui.guided_app.run_shell", lambda _offered: shells.append("shell"))

    @contextmanager
    def suspend() -> Iterator[None]:
        yield

    monkeypatch.setattr(app, "suspend", suspend)
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        assert isinstance(app.screen, TaskSheet)
        await pilot.press("escape")
        await quiet(pilot)
        assert "Nobody answers" in text_of(pilot)
        assert "4 of 5 met" in text_of(pilot)
        await pilot.press("f7")
        await quiet(pilot)
        assert shells == ["shell"]
        await pilot.press("f6")
        await quiet(pilot)
        assert isinstance(app.screen, TaskSheet)
        await pilot.press("f6", "q")
        await quiet(pilot)
        assert "Leave this practice?" in text_of(pilot)
        await pilot.press("escape")
        await quiet(pilot)
        assert app.return_value is None
        await pilot.press("q")
        await quiet(pilot)
        await pilot.press("enter")
        await quiet(pilot)
    assert app.return_value == Leaving.AWAY


def test_what_can_be_gone_on_with_is_asked_about() -> None:
    kept, gone = sheet_module.leave_question(LIGHT), sheet_module.leave_question(CLOSED)
    assert len(tuple(kept.buttons())) == 3
    assert len(tuple(gone.buttons())) == 2


# Pictures ---------------------------------------------------------------------------------------------------


LOOKS = pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@LOOKS
@SIZES
def test_the_list_looks(snap_compare: SnapCompare, tmp_path: Path, look: Look, size: tuple[int, int]) -> None:
    screen, _said = catalogue(tmp_path)
    assert snap_compare(OneScreen(screen, look), press=["down"] * 4, terminal_size=size, run_before=quiet)


@LOOKS
@SIZES
@pytest.mark.parametrize("scene", ["new", "checked", "lesson", "solved"])
def test_the_sheet_looks(snap_compare: SnapCompare, scene: str, look: Look, size: tuple[int, int]) -> None:
    coach = {
        "new": lambda: coach_of(CLOSED, None, looked=False),
        "checked": lambda: coach_of(CLOSED, Begin(hints=1), "session", "answers"),
        "lesson": lambda: coach_of(LESSON, Begin(steps=2), looked=False),
        "solved": lambda: coach_of(CLOSED),
    }[scene]()
    assert snap_compare(sheet_app(coach, look)[0], terminal_size=size, run_before=quiet)


@LOOKS
@SIZES
def test_the_console_with_a_task_looks(snap_compare: SnapCompare, look: Look, size: tuple[int, int]) -> None:
    coach = coach_of(CLOSED, None, "session", "answers")
    assert snap_compare(inside(coach, look), press=["escape"], terminal_size=size, run_before=quiet)


@LOOKS
def test_a_machine_that_does_not_come_up_looks(snap_compare: SnapCompare, tmp_path: Path, look: Look) -> None:
    machines = Machines(trouble="The guest did not come up within 180 seconds.")
    screen = RunScreen(CLOSED, machines, Progress(tmp_path), resume=False, clock=lambda: 100.0)
    assert snap_compare(OneScreen(screen, look), terminal_size=SMALL, run_before=quiet)
