"""The page of the plans that ran, one of them opened, and what undoes it."""

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.driving import (
    COLOUR,
    LARGE,
    MONO,
    ROOT,
    SMALL,
    OneScreen,
    flat_text,
    press,
    text_of,
    workers_end,
)
from tests.snapshot import SnapCompare
from tests.storage.changing.plan_operations import Fail, MakeFile, TakeDown
from tests.storage.scripted_host import ScriptedHost
from tui.screens.access import access
from tui.screens.plan.past_plan import PastPlanScreen
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.plan.plans_screen import PlansScreen
from tui.screens.recovery import saving
from tui.storage.changing import journal as journal_module, run_plan
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.plan import Plan
from tui.storage.changing.watcher import Unwatched
from tui.storage.changing.who import Who
from tui.storage.host.command_log import CommandLogHost
from tui.storage.operations.operation import Operation
from widgets.look import Look
from widgets.notice import Notice

TINY = (60, 20)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every plan is run by one person, an hour after the one before."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    hours: Iterator[int] = iter(range(10_000))
    now = SimpleNamespace(
        time=lambda: 1_790_000_000.0 + 3600 * next(hours),
        time_ns=lambda: 1_000_000_000 * (1_790_000_000 + 3600 * next(hours)),
        strftime=time.strftime,
        gmtime=time.gmtime,
    )
    monkeypatch.setattr(journal_module, "time", now)
    monkeypatch.setattr(journal_module, "who_runs", lambda: Who("root", "anna", "anna", "/dev/pts/3"))
    yield
    monkeypatch.undo()
    time.tzset()


def run(title: str, *operations: Operation, origin: Origin = Origin.CONSOLE) -> None:
    """Run a plan until it fails, or to its end."""
    leave = threading.Event()
    run_plan.carry_out(Plan(title, operations), ScriptedHost(), Unwatched(), leave, origin=origin)


@pytest.fixture
def up(tmp_path: Path) -> Path:
    """Three plans ran: one to its end, one was given up after a failure, one is open."""
    up = tmp_path / "data"
    up.write_text("whole")
    run("Grow /srv/data", MakeFile(str(tmp_path), "vg_data"), MakeFile(str(tmp_path), "data-grown"))
    run("Log in to iqn.2003-01.org.linux-iscsi.lab:t1", MakeFile(str(tmp_path), "lun"), Fail("failed"))
    failed = Journal.unfinished(run_plan.PLACES.journals)
    assert failed is not None
    assert run_plan.give_up(failed) is None
    run("Disconnect /srv/data", TakeDown(str(up)), origin=Origin.COMMAND)
    return up


class Recorded(ScriptedHost):
    """A host on which nothing can be changed."""

    @property
    def is_root(self) -> bool:
        return False


def plans(look: Look = COLOUR) -> OneScreen:
    return OneScreen(PlansScreen(CommandLogHost(ScriptedHost()), ROOT), look)


async def read(pilot: Pilot[Any]) -> None:
    for _turn in range(3):
        await workers_end(pilot, {"plans", "undo", "save", "plan"})
        await pilot.pause()


async def test_the_plans_are_listed_the_last_first(up: Path) -> None:
    async with plans().run_test(size=SMALL) as pilot:
        await read(pilot)
        said = flat_text(pilot)
        order = [said.index(title) for title in ("Disconnect /srv/data", "Log in to", "Grow /srv/data")]
        assert order == sorted(order)
        assert said.count("anna") == 3
        assert "finished" in said
        assert "given up" in said


async def test_one_is_opened_and_undone_by_keys(up: Path) -> None:
    async with plans().run_test(size=SMALL) as pilot:
        await read(pilot)
        await pilot.press("enter")
        await read(pilot)
        assert isinstance(pilot.app.screen, PastPlanScreen)
        said = flat_text(pilot)
        assert "by anna as root by a command on /dev/pts/3" in said
        assert "Take data down" in said
        await pilot.press("b")
        await read(pilot)
        assert isinstance(pilot.app.screen, PlanScreen)
        assert not up.exists()
        await press(pilot, "enter")
        await read(pilot)
        assert up.exists()
        await press(pilot, "enter")
        await read(pilot)
        assert isinstance(pilot.app.screen, PlansScreen)
        assert "Undo: Disconnect /srv/data" in flat_text(pilot)


async def test_what_failed_and_what_was_not_begun_is_told(up: Path) -> None:
    async with plans().run_test(size=LARGE) as pilot:
        await read(pilot)
        await pilot.press("down", "enter")
        await read(pilot)
        said = flat_text(pilot)
        assert "was discarded or undone" in said
        assert "failed" in said
        await pilot.press("down")
        await pilot.pause()
        assert "It failed: failed" in flat_text(pilot)


async def test_what_cannot_be_undone_says_why(up: Path) -> None:
    async with plans().run_test(size=SMALL) as pilot:
        await read(pilot)
        await pilot.press("end", "enter")
        await read(pilot)
        await pilot.press("b")
        await read(pilot)
        assert isinstance(pilot.app.screen, Notice)
        assert "This cannot be undone: Make data-grown." in flat_text(pilot)


async def test_nothing_is_undone_while_another_plan_is_open(up: Path, tmp_path: Path) -> None:
    run("Repair", MakeFile(str(tmp_path), "repaired"), Fail("failed"))
    async with plans().run_test(size=SMALL) as pilot:
        await read(pilot)
        assert "not ended" in flat_text(pilot)
        await pilot.press("down", "enter")
        await read(pilot)
        await pilot.press("b")
        await read(pilot)
        assert isinstance(pilot.app.screen, Notice)
        assert "An interrupted plan is open on this host: Repair." in flat_text(pilot)


async def test_a_damaged_journal_is_told(tmp_path: Path) -> None:
    run_plan.PLACES.journals.mkdir()
    (run_plan.PLACES.journals / "20000101-000000-000000001.jsonl").write_text("damaged\n")
    async with plans().run_test(size=SMALL) as pilot:
        await read(pilot)
        assert "damaged" in flat_text(pilot)
        await pilot.press("enter")
        await read(pilot)
        assert "what ran of its plan is not known" in flat_text(pilot)
        await pilot.press("b")
        await read(pilot)
        assert isinstance(pilot.app.screen, PastPlanScreen)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, PlansScreen)


async def test_of_another_host_nothing_is_claimed(up: Path) -> None:
    recorded = access(is_root=False, recorded=True)
    async with OneScreen(PlansScreen(CommandLogHost(Recorded()), recorded)).run_test(size=SMALL) as pilot:
        await read(pilot)
        said = flat_text(pilot)
        assert "Which plans ran is not known: this is a recorded host." in said
        assert "No plan ran" not in said
        assert "/srv/data" not in said


async def test_no_plan_yet() -> None:
    async with plans().run_test(size=SMALL) as pilot:
        await read(pilot)
        assert "No plan ran on this host yet." in flat_text(pilot)


async def saved(pilot: Pilot[Any], folder: Path) -> str:
    """The script that was written to a folder, which a shell can read."""
    await workers_end(pilot, {"script", "save"})
    await pilot.pause()
    (path,) = folder.iterdir()
    assert path.suffix == ".sh"
    subprocess.run(["sh", "-n", str(path)], check=True)
    return path.read_text()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where scripts are written to."""
    folder = tmp_path / "written"
    folder.mkdir()
    monkeypatch.setattr(saving, "places", lambda: (folder,))
    return folder


async def test_one_is_saved_as_a_script(up: Path, folder: Path) -> None:
    async with plans().run_test(size=SMALL, notifications=True) as pilot:
        await read(pilot)
        await pilot.press("down", "enter")
        await read(pilot)
        await pilot.press("s")
        text = await saved(pilot, folder)
        assert "# Plan: Log in to iqn.2003-01.org.linux-iscsi.lab:t1\n" in text
        assert "by: anna\n" in text
        assert "touch lun" in text
        assert "Disconnect" not in text


async def test_the_commands_save_what_was_changed_since_the_start(up: Path, folder: Path) -> None:
    host = CommandLogHost(ScriptedHost())
    host.since = Journal.all_of(run_plan.PLACES.journals)[0].began_at
    app = OneScreen(PlansScreen(host, ROOT))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await read(pilot)
        await pilot.press("f2")
        await pilot.pause()
        assert "save as script" in flat_text(pilot)
        await pilot.press("s")
        text = await saved(pilot, folder)
        assert "# Plan: Disconnect /srv/data\n" in text
        assert "Grow /srv/data" not in text


async def commands(pilot: Pilot[Any]) -> None:
    """Open the commands, with those of earlier plans."""
    await pilot.press("f2")
    await workers_end(pilot, {"past"})
    await pilot.pause()


async def test_the_commands_of_plans_that_ran_before_are_listed_with_their_day(up: Path) -> None:
    async with plans().run_test(size=SMALL) as pilot:
        await read(pilot)
        await commands(pilot)
        shown = [line for line in text_of(pilot).splitlines() if "touch " in line]
        assert [line.split()[-1] for line in shown].count("lun") == 1
        assert all(line.strip("▌ ").startswith("09-2") for line in shown)
        await pilot.press("end", "enter")
        await pilot.pause()
        assert "What the command said is not kept." in flat_text(pilot)
        assert "Plan: " in flat_text(pilot)


async def test_without_root_there_is_nothing_to_save(up: Path, folder: Path) -> None:
    recorded = access(is_root=False, recorded=True)
    app = OneScreen(PlansScreen(CommandLogHost(Recorded()), recorded))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("f2")
        await pilot.press("s")
        await pilot.pause()
        assert "Nothing was changed: that takes root." in flat_text(pilot)
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("size", [TINY, SMALL, LARGE])
@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
def test_the_commands(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int], look: Look) -> None:
    run("Make a group", MakeFile(str(tmp_path), "vg_data"), MakeFile(str(tmp_path), "data"))

    async def open_them(pilot: Pilot[Any]) -> None:
        await read(pilot)
        await commands(pilot)

    assert snap_compare(plans(look), terminal_size=size, run_before=open_them)


@pytest.mark.parametrize("size", [TINY, SMALL, LARGE])
@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
def test_looks(snap_compare: SnapCompare, up: Path, size: tuple[int, int], look: Look) -> None:
    assert snap_compare(plans(look), terminal_size=size, run_before=read)


@pytest.mark.parametrize("size", [TINY, SMALL, LARGE])
@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
def test_an_opened_one(snap_compare: SnapCompare, up: Path, size: tuple[int, int], look: Look) -> None:
    async def open_it(pilot: Pilot[Any]) -> None:
        await read(pilot)
        await pilot.press("down", "enter")
        await read(pilot)

    assert snap_compare(plans(look), terminal_size=size, run_before=open_it)
