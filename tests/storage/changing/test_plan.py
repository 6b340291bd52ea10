"""The executor: order, failures, what runs together, what a reboot takes away."""

import errno
import threading
from pathlib import Path

import pytest

from tests.storage import fake_tree
from tests.storage.changing.plan_operations import AskLvm, FailWith, MakeFile, UntilReboot, WriteLabel
from tests.storage.scripted_host import ScriptedHost
from tui.storage.changing import journal as journal_module
from tui.storage.changing.executor import execute
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan, Result, Stage, Step
from tui.storage.devices.settling import QUEUE
from tui.storage.host.interface import Command, Opening, Outcome
from tui.storage.iscsi.luns import LunName
from tui.storage.model.iscsi import Portal
from tui.storage.operations.iscsi.remove_disks import RemoveDisk
from tui.storage.operations.operation import Risk


def carry_out(plan: Plan, folder: Path, steps: list[Step] | None = None) -> Result:
    journal = Journal.unfinished(folder / "journal") or Journal.open(plan, folder / "journal")
    return execute(plan, ScriptedHost(), journal, (steps if steps is not None else []).append, patience=0.0)


def files(folder: Path, *names: str) -> tuple[MakeFile, ...]:
    return tuple(MakeFile(str(folder), name) for name in names)


def test_operations_run_in_order_and_tell_their_progress(tmp_path: Path) -> None:
    steps: list[Step] = []
    result = carry_out(Plan("two", files(tmp_path, "a", "b")), tmp_path, steps)
    assert result.ok
    assert result.problem is None
    assert (tmp_path / "log").read_text() == "a\nb\n"
    assert [(step.number, step.stage, step.line) for step in steps] == [
        (0, Stage.RUNNING, ""),
        (0, Stage.RUNNING, "half"),
        (0, Stage.DONE, ""),
        (1, Stage.RUNNING, ""),
        (1, Stage.RUNNING, "half"),
        (1, Stage.DONE, ""),
    ]


def test_what_is_true_already_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("whole")
    result = carry_out(Plan("two", files(tmp_path, "a", "b")), tmp_path)
    assert result.stages == (Stage.ALREADY, Stage.DONE)
    assert (tmp_path / "log").read_text() == "b\n"


@pytest.mark.parametrize(
    ("how", "number", "code"),
    [
        ("refused", 0, "test.refused"),
        ("failed", 0, "test.failed"),
        ("system", errno.ENOSPC, "system.full"),
        ("system", errno.EROFS, "system.read-only"),
        ("system", errno.EACCES, "system.denied"),
        ("system", errno.EIO, "system.error"),
        ("unseen", 0, "operation.not-verified"),
    ],
)
def test_a_failure_ends_the_plan_and_leaves_it_to_be_resumed(
    tmp_path: Path, how: str, number: int, code: str
) -> None:
    plan = Plan("fails", (*files(tmp_path, "a"), FailWith(how, number), *files(tmp_path, "b", "c", "d")))
    result = carry_out(plan, tmp_path)
    assert result.stages == (Stage.DONE, Stage.FAILED, *[Stage.WAITING] * 3)
    assert result.problem is not None
    assert result.problem.code == code
    assert result.problem.summary
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "journal", "log"]
    found = Journal.unfinished(tmp_path / "journal")
    assert found is not None
    assert found.plan() == plan


def test_a_strangers_file_is_refused_but_an_own_half_is_finished(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("somebody else's")
    plan = Plan("one", files(tmp_path, "a"))
    assert carry_out(plan, tmp_path).stages == (Stage.FAILED,)
    assert (tmp_path / "a").read_text() == "somebody else's"
    journal = Journal.unfinished(tmp_path / "journal")
    assert journal is not None
    journal.begin(0)
    (tmp_path / "a").write_text("half")
    assert carry_out(plan, tmp_path).ok
    assert (tmp_path / "a").read_text() == "whole"


def test_together_one_failure_stops_no_other(tmp_path: Path) -> None:
    plan = Plan("together", (FailWith("failed"), *files(tmp_path, "a", "b")), together=True)
    result = carry_out(plan, tmp_path)
    assert result.stages == (Stage.FAILED, Stage.DONE, Stage.DONE)
    again = carry_out(plan, tmp_path)
    assert again.stages == (Stage.FAILED, Stage.ALREADY, Stage.ALREADY)
    assert sorted((tmp_path / "log").read_text().split()) == ["a", "b"]


@pytest.mark.parametrize("together", [False, True])
def test_leaving_begins_nothing_more(tmp_path: Path, together: bool) -> None:
    leave = threading.Event()
    leave.set()
    plan = Plan("left", files(tmp_path, "a", "b"), together)
    journal = Journal.open(plan, tmp_path / "journal")
    result = execute(plan, ScriptedHost(), journal, leave=leave)
    assert result.stages == (Stage.WAITING, Stage.WAITING)
    assert not result.ok
    assert Journal.unfinished(tmp_path / "journal") is not None


def test_leaving_finishes_what_runs(tmp_path: Path) -> None:
    leave = threading.Event()
    plan = Plan("left", files(tmp_path, "a", "b"))
    journal = Journal.open(plan, tmp_path / "journal")
    result = execute(plan, ScriptedHost(), journal, lambda step: leave.set(), leave)
    assert result.stages == (Stage.DONE, Stage.WAITING)
    assert (tmp_path / "a").read_text() == "whole"


def test_what_is_done_is_not_looked_at_again(tmp_path: Path) -> None:
    plan = Plan("one", (*files(tmp_path, "a"), FailWith("failed")))
    carry_out(plan, tmp_path)
    (tmp_path / "a").unlink()
    assert carry_out(plan, tmp_path).stages == (Stage.ALREADY, Stage.FAILED)
    assert not (tmp_path / "a").exists()


def test_after_a_reboot_what_it_took_away_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(
        "both",
        (
            *files(tmp_path, "kept"),
            UntilReboot(str(tmp_path), "lost"),
            UntilReboot(str(tmp_path), "back"),
            FailWith("failed"),
        ),
    )
    carry_out(plan, tmp_path)
    for name in ("kept", "lost"):
        (tmp_path / name).unlink()
    same_boot = carry_out(plan, tmp_path)
    assert same_boot.stages == (Stage.ALREADY, Stage.ALREADY, Stage.ALREADY, Stage.FAILED)
    monkeypatch.setattr(journal_module, "boot_id", lambda: "after the reboot")
    rebooted = carry_out(plan, tmp_path)
    assert rebooted.stages == (Stage.ALREADY, Stage.DONE, Stage.ALREADY, Stage.FAILED)
    assert not (tmp_path / "kept").exists()
    assert (tmp_path / "lost").read_text() == "whole"


@pytest.mark.parametrize(("together", "reports"), [(False, 3), (True, 6)])
def test_lvm_reports_once_between_two_changes_and_anew_after_each(
    tmp_path: Path, together: bool, reports: int
) -> None:
    plan = Plan("asks", tuple(AskLvm(str(tmp_path), name) for name in "ab"), together)
    host = ScriptedHost(replies={("lvm", "fullreport"): Outcome(0, "{}")})
    assert execute(plan, host, Journal.open(plan, tmp_path / "journal")).ok
    assert len(host.commands) == reports


class Disk:
    """A made-up host with one disk.

    Args:
        noticed_after: the beginning of the command after which udev tells what was written to the disk.
        looks: how often the host does not show it before it does.
    """

    def __init__(self, noticed_after: tuple[str, ...], looks: int = 0) -> None:
        self.noticed_after, self.looks = noticed_after, looks
        self.written = False
        commands = ("write-label", "show-label", "udevadm")
        self.host = ScriptedHost(replies={(command,): self.answer for command in commands})

    def answer(self, command: Command) -> Outcome:
        if command.argv == ("show-label",):
            self.looks -= self.written
            return Outcome(0 if self.written and self.looks < 0 else 1)
        self.written = self.written or command.argv == ("write-label",)
        if self.written and command.argv[: len(self.noticed_after)] == self.noticed_after:
            self.host.files[WriteLabel.SEEN] = ""
        if command.argv[:2] == ("udevadm", "settle"):
            self.host.files.pop(QUEUE, None)
        return Outcome(0)

    def carry_out(self, folder: Path, patience: float = 10.0) -> Result:
        plan = Plan("writes", (WriteLabel(),))
        return execute(plan, self.host, Journal.open(plan, folder / "journal"), patience=patience)

    @property
    def triggers(self) -> int:
        return sum("trigger" in command.argv for command in self.host.commands)


def test_what_was_written_is_done_when_udev_tells_it(tmp_path: Path) -> None:
    disk = Disk(("udevadm", "settle"))
    assert disk.carry_out(tmp_path).stages == (Stage.DONE,)
    assert WriteLabel.SEEN in disk.host.files
    assert disk.triggers == 0


def test_udev_is_told_to_look_at_what_it_did_not_notice(tmp_path: Path) -> None:
    disk = Disk(("udevadm", "trigger"))
    assert disk.carry_out(tmp_path).stages == (Stage.DONE,)
    assert WriteLabel.SEEN in disk.host.files
    assert disk.triggers == 1


def test_what_udev_never_tells_is_not_verified(tmp_path: Path) -> None:
    result = Disk(("never",)).carry_out(tmp_path, patience=0.0)
    assert result.problem is not None
    assert result.problem.code == "operation.not-in-udev"
    assert "/dev/sda" in result.problem.remedy


def test_a_host_that_shows_a_change_late_is_looked_at_again(tmp_path: Path) -> None:
    assert Disk(("udevadm", "settle"), looks=2).carry_out(tmp_path).stages == (Stage.DONE,)


def test_a_step_is_not_refused_for_what_passes(tmp_path: Path) -> None:
    disk = Disk(("udevadm", "settle"))
    disk.host.files[QUEUE] = ""
    assert disk.carry_out(tmp_path).stages == (Stage.DONE,)


def test_the_worst_risk_is_the_plans(tmp_path: Path) -> None:
    assert Plan("none", ()).risk is Risk.READS
    assert Plan("some", (*files(tmp_path, "a"), FailWith("failed"))).risk is Risk.REWRITES


def test_nothing_runs_when_a_later_operation_takes_what_something_claims(tmp_path: Path) -> None:
    host = fake_tree.bare_host()
    fake_tree.add_session(host, 1, fake_tree.Disk("sda"), fake_tree.Disk("sdb", 1, wwid="naa.2"))
    host.openings = {"/dev/sdb": Opening.CLAIMED}
    lun = LunName(fake_tree.TARGET, 1, "naa.2")
    taking = RemoveDisk(fake_tree.TARGET, Portal("192.0.2.10"), "default", lun, "sdb")
    plan = Plan("takes", (*files(tmp_path, "a"), taking, *files(tmp_path, "b")))
    journal = Journal.open(plan, tmp_path / "journal")
    result = execute(plan, host, journal, patience=0.0)
    assert result.stages == (Stage.WAITING, Stage.FAILED, Stage.WAITING)
    assert result.problem is not None
    assert result.problem.code == "device.claimed"
    assert not (tmp_path / "a").exists()
    assert host.changes == []
