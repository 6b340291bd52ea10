"""What a rehearsal is worth for the same plan on the host."""

from pathlib import Path

import pytest

from tui.practice.rehearsal.description import Unlike
from tui.practice.rehearsal.result import (
    Rehearsal,
    folder,
    keep_result,
    plans_in,
    read_result,
    rehearsed_note,
    result_text,
)
from tui.storage.changing.journal import Journal
from tui.storage.changing.plan import Plan, Stage
from tui.storage.operations.mounts.mount import UnmountFilesystem
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem, Refused

WHY = Problem("x", "The device is busy.")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def operations(*names: str) -> tuple[Operation, ...]:
    return tuple(UnmountFilesystem("/dev/data/x", f"/srv/{name}", "ext4") for name in names)


def ran(tmp_path: Path, *names: str, fails: bool = False) -> Rehearsal:
    """A rehearsal of one plan whose last operation fails, if that is wanted."""
    plan = Plan("Disconnect /srv", operations(*names))
    journal = Journal.open(plan, tmp_path / "journal")
    for number in range(len(names)):
        journal.begin(number)
        if fails and number == len(names) - 1:
            journal.fail(number, WHY)
        else:
            journal.done(number)
    unlike = (Unlike("data", "No file's content is in a capture."),)
    return Rehearsal("production", 0.0, 100.0, unlike, plans_in(tmp_path / "journal"))


def kept(rehearsal: Rehearsal) -> None:
    keep_result(rehearsal, folder() / "one.json")


def test_a_result_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    rehearsal = ran(tmp_path, "a", "b", fails=True)
    kept(rehearsal)
    assert read_result(folder() / "one.json") == rehearsal
    with pytest.raises(Refused):
        kept(rehearsal)


def test_the_page_has_each_operation_with_commands_and_end(tmp_path: Path) -> None:
    page = result_text(ran(tmp_path, "a", "b", fails=True))
    assert "data: No file's content" in page
    assert "/srv/a: done" in page
    assert "/srv/b: failed" in page
    assert "$ umount /srv/a" in page
    assert "The device is busy." in page
    assert "It stopped at operation 2" in page
    assert "may still fail on the host" in page


@pytest.mark.parametrize(
    ("rehearsed", "fails", "planned", "said"),
    [
        (("a", "b"), False, ("a", "b"), "it went through"),
        (("a", "b"), True, ("a", "b"), "it stopped at operation 2, "),
        (("a", "b"), False, ("a", "c"), "the host differs from the twin in operation 2."),
        (("a",), False, ("a", "c"), "the host differs from the twin in operation 2."),
    ],
)
def test_the_review_on_the_host_says_what_the_rehearsal_showed(
    tmp_path: Path, rehearsed: tuple[str, ...], fails: bool, planned: tuple[str, ...], said: str
) -> None:
    kept(ran(tmp_path, *rehearsed, fails=fails))
    plan = Plan("Disconnect /srv", operations(*planned))
    assert said in rehearsed_note("production", plan)
    assert rehearsed_note("another", plan) == ""
    assert rehearsed_note("production", Plan("Something else", plan.operations)) == ""


def test_names_that_differ_from_boot_to_boot_make_no_difference(tmp_path: Path) -> None:
    kept(ran(tmp_path, "sda"))
    assert "it went through" in rehearsed_note("production", Plan("Disconnect /srv", operations("sdq")))


def test_a_plan_that_was_cut_off_stopped_where_it_had_begun(tmp_path: Path) -> None:
    plan = Plan("Disconnect /srv", operations("a", "b"))
    Journal.open(plan, tmp_path / "journal").begin(0)
    (found,) = plans_in(tmp_path / "journal")
    assert found.stopped_at == 1
    assert [operation.stage for operation in found.operations] == [Stage.FAILED, Stage.WAITING]


def test_nonsense_among_the_results_is_left_out(tmp_path: Path) -> None:
    kept(ran(tmp_path, "a"))
    (folder() / "two.json").write_text("{}")
    (folder() / "three.json").write_text("[" * 9000)
    assert "it went through" in rehearsed_note("production", Plan("Disconnect /srv", operations("a")))
