"""What ran as a script: in order, with who and when, and only what a script may do is a step."""

import subprocess
from pathlib import Path

import pytest

from tests.storage.changing.plan_operations import Destroy
from tui.commands.exporting.ran import ran_script
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan
from tui.storage.host.recorded import RecordedHost
from tui.storage.iscsi.chap import ChapSettings
from tui.storage.iscsi.luns import LunName
from tui.storage.model.iscsi import Portal
from tui.storage.operations.filesystem.flush import FlushDisk
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.operation import Operation
from tui.storage.secret import Secret

RECORDED = Path(__file__).resolve().parent.parent / "machines" / "multipath-xfs.json"
CHAP = SetRecordChap(
    "iqn.2003-01.org.linux-iscsi.lab:t1",
    Portal("192.0.2.10"),
    "default",
    ChapSettings("db7", Secret("planted-42-secret")),
)

LUN = LunName("iqn.2003-01.org.linux-iscsi.lab:t1", 1)


def journal(folder: Path, title: str, *operations: Operation, begun_only: bool = False) -> Journal:
    """The journal of a plan whose operations were done, but for the last where that had only begun."""
    made = Journal.open(Plan(title, operations), folder)
    for number in range(len(operations)):
        made.begin(number)
        if not begun_only or number + 1 < len(operations):
            made.done(number)
    return made


def script(*journals: Journal, since: float = 0.0) -> str:
    text = ran_script(RecordedHost(str(RECORDED)), journals, since)
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)
    return text


def steps(text: str) -> list[str]:
    return [line.removeprefix("step ") for line in text.splitlines() if line.startswith("step ")]


def comments(text: str) -> str:
    return " ".join(" ".join(line.strip("# ") for line in text.splitlines() if line.startswith("#")).split())


def test_plans_are_in_the_order_in_which_they_ran(tmp_path: Path) -> None:
    mount = MountFilesystem("/dev/mapper/vg-data", "/srv/data", "xfs")
    first = journal(tmp_path, "Mount it", mount)
    second = journal(tmp_path, "Unmount it", UnmountFilesystem("/dev/mapper/vg-data", "/srv/data", "xfs"))
    text = script(second, first)
    assert [line.split()[0] for line in steps(text)] == ["'Mount", "'Unmount"]
    said = comments(text)
    assert said.index("Plan: Mount it") < said.index("Plan: Unmount it")
    assert f"by: {first.who.person}" in said
    assert "mount -t xfs /dev/mapper/vg-data /srv/data" in text
    assert steps(script(second, first, since=second.changed_at(0) + 1)) == []
    assert "Nothing was changed." in script(second, first, since=second.changed_at(0) + 1)


def test_what_did_not_come_to_its_end_is_left_out(tmp_path: Path) -> None:
    operations = (MountFilesystem("/dev/a", "/a", "xfs"), MountFilesystem("/dev/b", "/b", "xfs"))
    assert len(steps(script(journal(tmp_path, "Two", *operations, begun_only=True)))) == 1


def test_a_disk_that_is_there_is_compared_and_one_that_is_not_is_not_touched(tmp_path: Path) -> None:
    text = script(journal(tmp_path, "Flush", FlushDisk(LUN, ("/dev/sda",)), FlushDisk(LUN, ("/dev/sdzz",))))
    assert "same_device /dev/sda 536870912 naa.6001405d16f77073e8f52bf8b4899727 ''" in text
    assert len(steps(text)) == 1
    assert "/dev/sdzz is not there to be compared" in comments(text)


def test_a_loss_of_data_and_a_secret_are_comments(tmp_path: Path) -> None:
    text = script(journal(tmp_path, "Set up", Destroy(str(tmp_path), "gone"), CHAP))
    assert steps(text) == []
    assert "Not in this script: it erases data. What ran: touch gone" in comments(text)
    assert "planted-42-secret" not in text
    assert "********" not in "".join(line for line in text.splitlines() if not line.startswith("#"))


def test_a_journal_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "20000101-000000-000000001.jsonl").write_text("damaged\n")
    (damaged,) = Journal.all_of(tmp_path)
    assert "Left out, because it cannot be read: 20000101" in comments(script(damaged))


@pytest.mark.parametrize("arguments", [(), ("x",)])
def test_it_does_nothing_before_it_was_read(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    path = tmp_path / "script.sh"
    path.write_text(script(journal(tmp_path / "journal", "Mount it", MountFilesystem("/dev/a", "/a", "xfs"))))
    done = subprocess.run(["sh", str(path), *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "read this script first" in done.stderr
    said = subprocess.run(["sh", str(path), "--run"], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "another host" in said.stderr or "root is required" in said.stderr
