"""The screen every plan goes through: review, question, progress, outcome, and the way back."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.screens.driving import COLOUR, LARGE, MONO, ROOT, SMALL, OneScreen, flat_text, press, settle
from tests.snapshot import SnapCompare
from tests.storage.changing.plan_operations import FailWith, MakeFile, TakeDown
from tests.storage.scripted_host import ScriptedHost
from tui.maintenance.proposal import Proposal, way_back_of
from tui.screens.access import Access, access
from tui.screens.plan.plan_screen import Phase, PlanScreen
from tui.storage.changing import executor, run_plan
from tui.storage.changing.change_lock import change_lock
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.plan import Plan
from tui.storage.changing.run_plan import Places
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.iscsi import Portal
from tui.storage.operations.iscsi.sessions import LogIn, LogOut
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.problem import CommandFailed, Problem
from widgets.dialogs import Confirm
from widgets.look import Look

TARGET, PORTAL = "iqn.2003-01.org.linux-iscsi.lab:t1", Portal("192.0.2.10")


class Unmake(Operation, frozen=True):
    """Take a file away."""

    path: str

    def title(self) -> str:
        return f"Take {Path(self.path).name} away"

    def why(self) -> str:
        return "for the test"

    def shown(self) -> tuple[str, ...]:
        return (f"rm {self.path}",)

    def is_done(self, host: Host) -> bool:
        return not Path(self.path).exists()

    def run(self, host: ChangingHost, progress: Progress) -> None:
        Path(self.path).unlink()


class MakeAndBack(MakeFile, frozen=True):
    """A file that can be taken away again."""

    def undo(self) -> tuple[Operation, ...]:
        return (Unmake(str(self.path)),)


class FailUntil(Operation, frozen=True):
    """Fail until a file is there."""

    path: str
    code: str = "test.failed"

    def title(self) -> str:
        return "Wait for a file"

    def why(self) -> str:
        return "for the test"

    def shown(self) -> tuple[str, ...]:
        return ()

    def is_done(self, host: Host) -> bool:
        return Path(self.path).exists()

    def run(self, host: ChangingHost, progress: Progress) -> None:
        raise CommandFailed(Problem(self.code, "It is not there.", "Nobody made it.", "Make it."))

    def undo(self) -> tuple[Operation, ...]:
        return ()


class Unmounted(TakeDown, frozen=True):
    """In the words of a file system that is unmounted."""

    def title(self) -> str:
        return "Unmount /srv/data"

    def takes_away(self) -> str:
        return "/srv/data is not mounted."


class Erase(MakeFile, frozen=True):
    """Something that costs data."""

    risk: ClassVar[Risk] = Risk.DESTROYS

    def loses(self) -> tuple[str, ...]:
        return ("everything on /dev/sda, 512 MiB",)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    made = Places(tmp_path / "journal", tmp_path / "lock")
    monkeypatch.setattr(run_plan, "PLACES", made)
    monkeypatch.setattr(executor, "time", SimpleNamespace(monotonic=lambda: 100.0))
    return made


def proposal_of(*operations: Operation, together: bool = False) -> Proposal:
    plan = Plan("Make two files", operations, together)
    return Proposal(plan, "So that there are two.", ("At the next boot they are still there.",), yes="Make")


def app_of(proposal: Proposal, allowed: Access = ROOT, look: Look = COLOUR) -> OneScreen:
    return OneScreen(PlanScreen(proposal, CommandLogHost(ScriptedHost()), allowed, clock=lambda: 100.0), look)


def two_files(folder: Path) -> tuple[MakeAndBack, MakeAndBack]:
    return MakeAndBack(str(folder), "one"), MakeAndBack(str(folder), "two")


async def test_what_can_be_taken_back_runs_from_the_review(tmp_path: Path, places: Places) -> None:
    app = app_of(proposal_of(*two_files(tmp_path)))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        shown = flat_text(pilot)
        assert "Make two files" in shown
        assert "So that there are two." in shown
        assert "At the next boot" in shown
        assert "touch one" in shown
        assert "Enter make" in shown
        assert not (tmp_path / "one").exists()
        await press(pilot, "down")
        assert "touch two" in flat_text(pilot)
        await press(pilot, "enter")
        assert "Done and verified." in flat_text(pilot)
        assert (tmp_path / "two").read_text() == "whole"
        assert Journal.unfinished(places.journals) is None
        await press(pilot, "enter")
    assert app.answers == [True]


async def test_what_cannot_be_taken_back_is_asked_about_with_the_focus_on_no(tmp_path: Path) -> None:
    app = app_of(proposal_of(MakeFile(str(tmp_path), "one")))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert isinstance(app.screen, Confirm)
        assert "It cannot be undone automatically." in flat_text(pilot)
        await press(pilot, "enter")
        assert not (tmp_path / "one").exists()
        await press(pilot, "enter", "y", "enter")
        assert (tmp_path / "one").exists()


async def test_what_destroys_wants_a_word(tmp_path: Path) -> None:
    app = app_of(proposal_of(Erase(str(tmp_path), "one")))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "everything on /dev/sda, 512 MiB" in flat_text(pilot)
        await press(pilot, "enter", "enter")
        assert not (tmp_path / "one").exists()
        await press(pilot, "enter", "e", "r", "a", "s", "e", "enter", "enter")
        assert (tmp_path / "one").exists()


async def test_a_failure_says_what_to_do_and_is_tried_again(tmp_path: Path, places: Places) -> None:
    first, _second = two_files(tmp_path)
    app = app_of(proposal_of(first, FailUntil(str(tmp_path / "gate"))))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        shown = flat_text(pilot)
        assert "1 of 2 operations done." in shown
        assert "Nobody made it." in shown
        assert "Retry" in shown
        (tmp_path / "gate").touch()
        await press(pilot, "enter")
        assert "Done and verified." in flat_text(pilot)
        assert (tmp_path / "log").read_text() == "one\n"
        assert Journal.unfinished(places.journals) is None


@pytest.mark.parametrize("done", [True, False])
async def test_what_is_half_done_is_kept_for_the_next_start(
    tmp_path: Path, places: Places, done: bool
) -> None:
    first, _second = two_files(tmp_path)
    gate = FailUntil(str(tmp_path / "gate"))
    app = app_of(proposal_of(*((first, gate) if done else (gate, first))))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "escape", "escape")
    assert app.answers == [False]
    left = Journal.unfinished(places.journals)
    assert (left is not None) is done
    if left is not None:
        assert left.origin is Origin.CONSOLE


async def test_what_runs_at_once_is_not_kept(tmp_path: Path, places: Places) -> None:
    first, _second = two_files(tmp_path)
    app = app_of(proposal_of(first, FailUntil(str(tmp_path / "gate")), together=True))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "escape", "escape")
    assert Journal.unfinished(places.journals) is None


async def test_everything_is_put_back_with_one_key(tmp_path: Path) -> None:
    proposal = proposal_of(*two_files(tmp_path))
    app = app_of(replace(proposal, way_back=way_back_of(proposal.plan)))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "b undo" not in flat_text(pilot)
        await press(pilot, "enter")
        assert "b undo" in flat_text(pilot)
        await press(pilot, "b")
        assert "Undo: Make two files" in flat_text(pilot)
        await press(pilot, "enter", "y", "enter")
        assert not (tmp_path / "one").exists()
        await press(pilot, "enter")
    assert app.answers == [False]


async def test_after_a_failure_what_was_done_can_be_put_back(tmp_path: Path, places: Places) -> None:
    first, _second = two_files(tmp_path)
    proposal = proposal_of(first, FailUntil(str(tmp_path / "gate")))
    app = app_of(replace(proposal, way_back=way_back_of(proposal.plan)))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "right", "enter", "enter", "y", "enter", "enter")
    assert not (tmp_path / "one").exists()
    assert Journal.unfinished(places.journals) is None


async def test_after_a_failure_it_says_what_is_missing_and_offers_the_way_back_first(
    tmp_path: Path, places: Places
) -> None:
    data = tmp_path / "data"
    data.write_text("whole")
    app = app_of(proposal_of(TakeDown(str(data)), FailUntil(str(tmp_path / "gate"))))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "y", "enter")
        shown = flat_text(pilot)
        assert "data is not there." in shown
        assert shown.index("Undo") < shown.index("Retry")
        await press(pilot, "enter")
        assert "Undo: Make two files" in flat_text(pilot)
        assert "Put data up" in flat_text(pilot)
        await press(pilot, "enter", "y", "enter", "enter")
    assert data.exists()
    assert app.answers == [False]
    assert Journal.unfinished(places.journals) is None


async def test_a_refusal_runs_nothing(tmp_path: Path) -> None:
    refusal = Problem(
        "disconnect.root", "The root disk is on it.", "This host runs from it.", "Choose another."
    )
    app = app_of(replace(proposal_of(*two_files(tmp_path)), refusal=refusal))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "The root disk is on it." in flat_text(pilot)
        assert "Enter close" in flat_text(pilot)
        await press(pilot, "enter")
    assert app.answers == [False]
    assert not (tmp_path / "one").exists()


async def test_without_root_the_plan_can_be_read(tmp_path: Path) -> None:
    app = app_of(proposal_of(*two_files(tmp_path)), access(is_root=False))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "Nothing can be changed: root is required." in flat_text(pilot)
        await press(pilot, "enter")
    assert not (tmp_path / "one").exists()


async def test_another_console_at_work_is_told(tmp_path: Path, places: Places) -> None:
    app = app_of(proposal_of(*two_files(tmp_path)))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        with change_lock(places.lock):
            await press(pilot, "enter")
        shown = flat_text(pilot)
        assert "Another console is changing this host" in shown
        assert "Nothing was started." in shown
        await press(pilot, "enter")
        assert (tmp_path / "two").exists()


async def test_a_stale_lock_is_removed_and_the_plan_tried_again(tmp_path: Path) -> None:
    app = app_of(proposal_of(FailUntil(str(tmp_path / "gate"), "record.lock-stale")))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert "Remove the lock and retry" in flat_text(pilot)
        await press(pilot, "enter")
        assert "Remove the stale lock" in flat_text(pilot)
        await press(pilot, "enter", "y", "enter")
        (tmp_path / "gate").touch()
        await press(pilot, "enter")
        assert "Done and verified." in flat_text(pilot)


async def test_help_and_commands_are_there(tmp_path: Path) -> None:
    app = app_of(proposal_of(FailWith("failed")))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "f1")
        assert "What will be done" in flat_text(pilot)
        await press(pilot, "escape", "f2")
        assert "Commands run so far" in flat_text(pilot)
        await press(pilot, "escape", "escape")
    assert app.answers == [False]


def sessions(*, refusal: Problem | None = None) -> Proposal:
    other = Portal("198.51.100.10")
    operations = (LogOut(1, TARGET, PORTAL), LogOut(2, TARGET, other))
    return Proposal(
        Plan("Log out of 2 sessions", operations),
        ("The sessions end and their disks are removed from this host. Nothing on the storage is changed."),
        ("At the next boot this host logs in again by itself, as the records say.",),
        refusal,
        "Log out",
        Plan("Log in again", (LogIn(TARGET, PORTAL), LogIn(TARGET, other))),
    )


LOOKS: dict[str, tuple[Proposal, tuple[str, ...]]] = {
    "review": (sessions(), ()),
    "question": (sessions(), ("enter",)),
    "failed": (sessions(), ("enter", "y", "enter")),
    "midway": (sessions(), ("enter", "y", "enter")),
    "refused": (
        sessions(
            refusal=Problem(
                "disconnect.root",
                "The root file system is on these disks.",
                "This host runs from them.",
                "Choose another target.",
            )
        ),
        (),
    ),
}


@pytest.mark.parametrize("look", [COLOUR, MONO], ids=["colour", "mono"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", LOOKS)
def test_a_plan(
    snap_compare: SnapCompare, scene: str, size: tuple[int, int], look: Look, tmp_path: Path
) -> None:
    proposal, keys = LOOKS[scene]
    if scene == "failed":
        gone = FailUntil("/nowhere", "login.authorization")
        proposal = replace(proposal, plan=replace(proposal.plan, operations=(gone,)))
    if scene == "midway":
        down = Unmounted(str(tmp_path / "data"))
        Path(down.path).touch()
        gone = FailUntil("/nowhere", "filesystem.check")
        proposal = replace(proposal, plan=replace(proposal.plan, operations=(down, gone)))

    async def bring_there(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, *keys)

    assert snap_compare(app_of(proposal, look=look), terminal_size=size, run_before=bring_there)


async def test_what_runs_is_finished_before_the_screen_is_left(tmp_path: Path) -> None:
    app = app_of(proposal_of(*two_files(tmp_path)))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, PlanScreen)
        screen.phase = Phase.RUNNING
        await press(pilot, "escape")
        assert "Stop before the end?" in flat_text(pilot)
        await press(pilot, "escape")
        assert app.screen is screen
