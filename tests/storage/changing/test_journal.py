"""The journal: what it keeps, and what a kill or a full disk leaves of it."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.storage.changing.killed_console import NAMES
from tests.storage.changing.plan_operations import FailWith, KeepSecret, MakeFile
from tests.storage.scripted_host import ScriptedHost
from tests.waiting import AT_MOST
from tui.storage.changing import journal as journal_module
from tui.storage.changing.executor import execute
from tui.storage.changing.journal import Journal, Origin, Progressed
from tui.storage.changing.journal_file import events_in
from tui.storage.changing.plan import Plan, Stage
from tui.storage.problem import ConsoleError, Problem, Refused
from tui.storage.secret import Secret
from tui.storage.untrusted import clean

ROOT = Path(__file__).resolve().parents[3]


def three(folder: Path) -> Plan:
    return Plan("three files", tuple(MakeFile(str(folder), name) for name in NAMES))


def test_a_plan_comes_back_as_it_was(tmp_path: Path) -> None:
    plan = Plan("both", (MakeFile("/x", "a", pause=True), FailWith("refused", 3)), together=True)
    Journal.open(plan, tmp_path)
    found = Journal.unfinished(tmp_path)
    assert found is not None
    assert found.plan() == plan


def test_the_files_are_for_root_alone(tmp_path: Path) -> None:
    journal = Journal.open(three(tmp_path), tmp_path / "journal")
    assert journal.path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o700


def test_no_secret_is_written_down(tmp_path: Path) -> None:
    journal = Journal.open(Plan("secret", (KeepSecret(Secret("planted-42-secret")),)), tmp_path)
    assert b"planted-42-secret" not in journal.path.read_bytes()
    found = Journal.unfinished(tmp_path)
    assert found is not None
    assert found.plan().operations == (KeepSecret(Secret("")),)


def test_progress_is_what_was_written_last(tmp_path: Path) -> None:
    journal = Journal.open(three(tmp_path), tmp_path)
    assert journal.progressed(0) is Progressed.NOT_BEGUN
    journal.begin(0)
    assert journal.progressed(0) is Progressed.BEGUN
    journal.fail(0, Problem("x", "y"))
    assert journal.progressed(0) is Progressed.BEGUN
    journal.done(0)
    journal.done(1, already=True)
    found = Journal.unfinished(tmp_path)
    assert found is not None
    assert [found.progressed(number) for number in range(3)] == [
        Progressed.DONE,
        Progressed.DONE,
        Progressed.NOT_BEGUN,
    ]
    journal.begin(0)
    assert journal.progressed(0) is Progressed.BEGUN


def test_a_finished_or_abandoned_plan_is_not_offered_again(tmp_path: Path) -> None:
    Journal.open(three(tmp_path), tmp_path / "one").finish()
    Journal.open(three(tmp_path), tmp_path / "two").abandon()
    assert Journal.unfinished(tmp_path / "one") is None
    assert Journal.unfinished(tmp_path / "two") is None
    assert Journal.unfinished(tmp_path / "none") is None


def test_the_newest_counts(tmp_path: Path) -> None:
    Journal.open(Plan("old", ()), tmp_path)
    Journal.open(Plan("new", ()), tmp_path)
    found = Journal.unfinished(tmp_path)
    assert found is not None
    assert found.plan().title == "new"


def test_damaged_lines_are_passed_over_and_damage_no_other(tmp_path: Path) -> None:
    journal = Journal.open(three(tmp_path), tmp_path)
    journal.begin(0)
    with journal.path.open("ab") as file:
        file.write(b'\xff\xfe not json\n["a list"]\n{"event": "do')
    found = Journal.unfinished(tmp_path)
    assert found is not None
    found.done(0)
    again = Journal.unfinished(tmp_path)
    assert again is not None
    assert again.progressed(0) is Progressed.DONE
    assert again.plan() == three(tmp_path)


def test_a_journal_whose_plan_was_never_written_whole_is_passed_over(tmp_path: Path) -> None:
    Journal.open(three(tmp_path), tmp_path)
    (tmp_path / "99999999-000000-000000000.jsonl").write_text('{"event": "plan", "title"')
    found = Journal.unfinished(tmp_path)
    assert found is not None
    assert found.plan() == three(tmp_path)


@pytest.mark.parametrize(
    "operations",
    [
        [{"kind": "NoSuchOperation", "fields": {}}],
        [{"kind": "MakeFile", "fields": {"folder": "/x", "stranger": 1}}],
        [{"kind": "MakeFile", "fields": {"folder": "/x", "name": 7}}],
        ["no object"],
        "no list",
        None,
    ],
)
def test_a_plan_of_another_version_is_refused_in_words(tmp_path: Path, operations: object) -> None:
    line = json.dumps({"event": "plan", "title": "x", "operations": operations})
    (tmp_path / "20260101-000000-000000000.jsonl").write_text(line + "\n")
    found = Journal.unfinished(tmp_path)
    assert found is not None
    with pytest.raises(Refused) as caught:
        found.plan()
    assert caught.value.problem.code == "journal.not-readable"


@pytest.mark.parametrize("fields", [{"folder": "/srv\0", "name": "x"}, {"folder": "/srv", "name": "\0"}])
def test_a_plan_with_what_no_command_can_be_given_is_refused(tmp_path: Path, fields: object) -> None:
    event = {"event": "plan", "title": "t", "operations": [{"kind": "MakeFile", "fields": fields}]}
    (tmp_path / "20000101-000000-000000001.jsonl").write_text(f"{json.dumps(event)}\n")
    (found,) = Journal.open_ones(tmp_path)
    with pytest.raises(Refused) as refused:
        found.plan()
    assert refused.value.problem.code == "journal.not-readable"


def test_nothing_is_changed_when_the_journal_cannot_be_begun(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(Refused) as caught:
        Journal.open(three(tmp_path), blocked / "journal")
    assert caught.value.problem.code == "journal.not-writable"
    assert not (tmp_path / "log").exists()


@pytest.fixture
def small_files() -> object:
    """No file may grow beyond 600 bytes: a write then fails half-way, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def begin_often(journal: Journal) -> None:
    for _turn in range(100):
        journal.begin(0)


@pytest.mark.usefixtures("small_files")
def test_a_disk_that_fills_up_leaves_a_journal_that_can_be_read(tmp_path: Path) -> None:
    journal = Journal.open(Plan("small", (FailWith("never"),)), tmp_path)
    with pytest.raises(Refused) as caught:
        begin_often(journal)
    assert caught.value.problem.code == "journal.not-writable"
    assert journal.path.read_bytes().endswith(b"\n")
    with pytest.raises(ConsoleError) as noted:
        journal.done(0)
    assert noted.value.problem.code == "journal.not-noted"
    journal.fail(0, noted.value.problem)
    found = Journal.unfinished(tmp_path)
    assert found is not None
    assert found.progressed(0) is Progressed.BEGUN


def test_a_journal_that_fills_up_stops_before_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.open(three(tmp_path), tmp_path / "journal")

    def full(path: Path, line: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal_module, "append_line", full)
    result = execute(three(tmp_path), ScriptedHost(), journal)
    assert result.stages == (Stage.FAILED, Stage.WAITING, Stage.WAITING)
    assert result.problem is not None
    assert result.problem.code == "journal.not-writable"
    assert not (tmp_path / "log").exists()


def test_the_journal_knows_the_boot_it_was_written_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.open(three(tmp_path), tmp_path)
    journal.done(0)
    assert journal.is_of_this_boot(0)
    assert not journal.is_of_this_boot(1)
    monkeypatch.setattr(journal_module, "boot_id", lambda: "another")
    assert not journal.is_of_this_boot(0)


LAST_BOUNDARY = 40
"""More than a run has, so that the longest ones end by themselves."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, tuple[int, int]]]:
    """Folders of consoles killed at every boundary and started again, and how both ended."""
    folder = tmp_path_factory.mktemp("killed")
    argv = (sys.executable, "-m", "tests.storage.changing.killed_console", str(folder), str(LAST_BOUNDARY))
    done = subprocess.run(argv, cwd=ROOT, check=True, timeout=AT_MOST, capture_output=True, text=True)
    ends = {int(kill_at): (first, second) for kill_at, (first, second) in json.loads(done.stdout).items()}
    assert sorted(ends) == list(range(1, LAST_BOUNDARY + 1))
    assert ends[1][0] == -signal.SIGKILL
    assert ends[LAST_BOUNDARY][0] == 0
    return folder, ends


@pytest.mark.parametrize("kill_at", range(1, LAST_BOUNDARY + 1))
def test_killed_at_any_moment_it_resumes_and_repeats_nothing(
    killed: tuple[Path, dict[int, tuple[int, int]]], kill_at: int
) -> None:
    everything, ends = killed
    folder = everything / str(kill_at)
    assert ends[kill_at][0] in (0, -signal.SIGKILL)
    assert ends[kill_at][1] == 0
    assert [(folder / name).read_text() for name in NAMES] == ["whole"] * 3
    assert Journal.unfinished(folder / "journal") is None
    ended = Counter(
        event["number"]
        for path in (folder / "journal").glob("*.jsonl")
        for event in events_in(path)
        if event["event"] in ("done", "already")
    )
    assert ended == {0: 1, 1: 1, 2: 1}
    ran = Counter((folder / "log").read_text().split())
    # Only the one that was killed between its two halves may run again, on what it made itself.
    assert set(ran) == set(NAMES)
    assert ran.total() <= len(NAMES) + 1


def test_what_was_so_already_is_told_from_what_was_changed(tmp_path: Path) -> None:
    plan = three(tmp_path)
    (tmp_path / NAMES[0]).write_text("whole")
    journal = Journal.open(plan, tmp_path / "journal")
    assert not journal.has_changes
    assert execute(plan, ScriptedHost(), journal).ok
    (read,) = Journal.all_of(tmp_path / "journal")
    assert read.is_finished
    assert read.has_changes
    assert [read.changed(number) for number in range(3)] == [False, True, True]
    assert read.origin.is_setup


def test_what_had_begun_when_the_program_was_killed_counts_as_changed(tmp_path: Path) -> None:
    plan = three(tmp_path)
    journal = Journal.open(plan, tmp_path / "journal")
    journal.begin(0)
    (tmp_path / NAMES[0]).write_text("whole")
    assert not journal.changed(0)
    (read,) = Journal.all_of(tmp_path / "journal")
    assert execute(plan, ScriptedHost(), read).stages[0] is Stage.ALREADY
    assert read.changed(0)


def test_journals_are_listed_latest_first(tmp_path: Path) -> None:
    made = [Journal.open(three(tmp_path), tmp_path, origin) for origin in (*Origin, *Origin)]
    made[0].abandon()
    (tmp_path / "notes.txt").write_text("not a journal\n")
    assert [journal.path for journal in Journal.all_of(tmp_path)] == [journal.path for journal in made[::-1]]
    assert [journal.origin.is_setup for journal in made[:3]] == [True, True, False]
    assert Journal.all_of(tmp_path / "none") == ()


@pytest.mark.parametrize(
    "content",
    [
        b"not a journal\n",
        b"[" * 100_000 + b"\n",
        b'{"event": "plan", "ti\n{"event": "begin", "number": 0}\n',
        b'{"event": "begin", "number": ' + b"9" * 5_000 + b"}\n",
        b"\x00" * 4096 + b"\n",
        b'{"event": "plan", "at": 1e999}\n',
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_damaged_journal_is_named_and_can_be_put_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "20000101-000000-000000001.jsonl"
    path.write_bytes(content)
    (found,) = Journal.open_ones(tmp_path)
    assert found.identifier == path.stem
    with pytest.raises(Refused) as refused:
        found.plan()
    assert str(path) in refused.value.problem.summary
    found.as_written().abandon()
    assert Journal.open_ones(tmp_path) == ()
    assert path.with_name(path.name + ".put-aside").read_bytes() == content


def test_a_journal_is_named_as_it_is_shown(tmp_path: Path) -> None:
    (tmp_path / "two\x1b[2J.jsonl").write_text("damaged\n")
    (found,) = Journal.open_ones(tmp_path)
    assert clean(found.identifier) != found.identifier
    assert found.is_named(clean(found.identifier))
    assert found.is_named(found.identifier)
    assert not found.is_named("")


def test_the_next_plan_removes_what_a_kill_left_of_a_beginning(tmp_path: Path) -> None:
    half = tmp_path / "20000101-000000-000000001.jsonl"
    half.write_text('{"event": "plan", "ti')
    (tmp_path / "20000101-000000-000000002.jsonl").write_text("damaged\n")
    journal = Journal.open(three(tmp_path), tmp_path)
    assert {found.identifier for found in Journal.open_ones(tmp_path)} == {
        journal.identifier,
        "20000101-000000-000000002",
    }
    assert not half.exists()


def test_what_is_no_file_hangs_nothing_and_can_be_put_aside(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").mkdir()
    (tmp_path / "c.jsonl").symlink_to("/dev/zero")
    found = Journal.open_ones(tmp_path)
    assert sorted(journal.identifier for journal in found) == ["a", "b", "c"]
    for journal in found:
        assert journal.damage
        journal.abandon()
    assert Journal.open_ones(tmp_path) == ()
    # A new plan can be begun beside whatever there is.
    os.mkfifo(tmp_path / "d.jsonl")
    assert Journal.open(three(tmp_path), tmp_path).sequence == 1
