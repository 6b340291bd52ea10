"""What a plan that did not come to its end says of the host, and the way back that it offers."""

import threading
from pathlib import Path
from typing import ClassVar

import pytest

from tests.storage.changing.plan_operations import Destroy, Fail, FailWith, MakeFile, PutUp, TakeDown
from tests.storage.scripted_host import ScriptedHost
from tui.storage.changing.journal import Journal
from tui.storage.changing.midway import NOWHERE, Midway, midway
from tui.storage.changing.plan import Plan
from tui.storage.changing.run_plan import Places, carry_out
from tui.storage.changing.watcher import Unwatched
from tui.storage.host.interface import Host
from tui.storage.operations.operation import Operation


class Unreadable(TakeDown, frozen=True):
    """The host cannot be read after it."""

    error: ClassVar[Exception] = PermissionError(13, "Permission denied")

    def is_done(self, host: Host) -> bool:
        if Path(self.path).exists():
            return False
        if Path(f"{self.path}.verified").exists():
            raise self.error
        Path(f"{self.path}.verified").touch()
        return True


@pytest.fixture
def up(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.write_text("whole")
    return path


def left_by(tmp_path: Path, *operations: Operation) -> Midway:
    places = Places(tmp_path / "journal", tmp_path / "lock")
    plan = Plan("Repair", operations)
    return carry_out(plan, ScriptedHost(), Unwatched(), threading.Event(), places=places).midway


def test_what_is_missing_is_said_and_the_way_back_brings_it(tmp_path: Path, up: Path) -> None:
    left = left_by(tmp_path, TakeDown(str(up)), Fail("failed"), PutUp(str(up)))
    assert left.states == ("data is not there.",)
    # What failed comes first in the plan itself.
    assert left.way_back is not None
    assert left.way_back.operations == (PutUp(str(up)),)


def test_the_way_back_is_a_plan_of_what_ran_the_last_first(tmp_path: Path, up: Path) -> None:
    other = tmp_path / "other"
    other.write_text("whole")
    left = left_by(tmp_path, TakeDown(str(up)), TakeDown(str(other)), Fail("failed"))
    assert left.states == ("data is not there.", "other is not there.")
    assert left.way_back is not None
    assert left.way_back.title == "Undo: Repair"
    assert left.way_back.operations == (PutUp(str(other)), PutUp(str(up)))


def test_what_is_back_again_is_not_said(tmp_path: Path, up: Path) -> None:
    left = left_by(tmp_path, TakeDown(str(up)), PutUp(str(up)), Fail("failed"))
    assert left == NOWHERE


def test_a_pair_that_ran_is_left_alone_by_the_way_back(tmp_path: Path, up: Path) -> None:
    other = tmp_path / "other"
    other.write_text("whole")
    left = left_by(
        tmp_path, TakeDown(str(other)), TakeDown(str(up)), PutUp(str(up)), Fail("failed"), PutUp(str(other))
    )
    assert left.states == ("other is not there.",)
    assert left.way_back is not None
    assert left.way_back.operations == (PutUp(str(other)),)


def test_when_only_the_last_step_failed_the_way_on_is_the_way_back(tmp_path: Path, up: Path) -> None:
    Path(f"{up}.stuck").touch()
    left = left_by(tmp_path, TakeDown(str(up)), PutUp(str(up)))
    assert left.states == ("data is not there.",)
    assert left.way_back is None


def test_nothing_is_put_back_over_what_is_half_written(tmp_path: Path, up: Path) -> None:
    left = left_by(tmp_path, TakeDown(str(up)), FailWith("failed"))
    assert left.states == ("data is not there.", "Begun and not finished: Fail.")
    assert left.way_back is None


def test_nor_over_what_is_destroyed(tmp_path: Path, up: Path) -> None:
    left = left_by(tmp_path, TakeDown(str(up)), Destroy(str(tmp_path), "gone"), Fail("failed"))
    assert left.way_back is None


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), ValueError("a fault")])
def test_what_cannot_be_read_is_not_said_to_be_so(
    tmp_path: Path, up: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(Unreadable, "error", error)
    left = left_by(tmp_path, Unreadable(str(up)), Fail("failed"))
    assert left.states == ("Not known, because the host could not be read: Take data down.",)
    assert left.way_back is not None


def test_a_plan_that_was_killed_is_read_from_its_journal(tmp_path: Path, up: Path) -> None:
    plan = Plan("Repair", (TakeDown(str(up)), MakeFile(str(tmp_path), "one")))
    journal = Journal.open(plan, tmp_path / "journal")
    assert midway(plan, journal, ScriptedHost()) == NOWHERE
    journal.begin(0)
    Path(up).rename(f"{up}.down")
    left = midway(plan, journal, ScriptedHost())
    assert left.states == ("data is not there.",)
    assert left.way_back is not None
    assert left.way_back.operations == (PutUp(str(up)),)
