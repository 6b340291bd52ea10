"""The practice as a person runs it: on a terminal, left and gone on with, reset, killed, twice at once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.terminal import Terminal
from tests.lab.test_lab_guest import command_line, members, sessions_with
from tests.waiting import AT_MOST, until
from tui.lab.places import Places, project_folder
from tui.practice.following import follow
from tui.practice.notes import Note
from tui.practice.reading import FOLDER, identifiers, read_scenario
from tui.practice.stage import Spare, Stage, forget_kept, is_kept, kept_name

pytestmark = pytest.mark.lab

PROGRAM = (sys.executable, "-m", "tui", "practice")
SLOW = 4.0
"""Multiplies deadlines of the terminal: two guests run beside it."""


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(project_folder()),
    }


def program_in(terminal: Terminal) -> int:
    """The program that the terminal's shell waits for."""
    shell = terminal._tmux("display-message", "-p", "#{pane_pid}").strip()
    (child,) = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
    return int(child)


def machine_folders(program: int) -> list[Path]:
    """The folders of the machines that a program runs, as their supervisors were told them."""
    found: list[Path] = []
    for task in Path(f"/proc/{program}/task").iterdir():
        for child in (task / "children").read_text().split():
            words = command_line(int(child)).decode().split("\0")
            names = [place for place, word in enumerate(words) if word.endswith("/supervise.py")]
            # After the name: a pipe, then the folders of the run, its memory and its disk.
            found += [Path(word) for place in names for word in words[place + 2 : place + 5] if word]
    return found


def left_of(folders: list[Path]) -> list[Path]:
    """Those of the folders that are still there."""
    return [folder for folder in folders if folder.exists()]


def test_a_scenario_from_the_list_to_its_end(state: dict[str, str]) -> None:
    with Terminal(PROGRAM, environment=state, scale=SLOW) as terminal:
        terminal.wait_for("Nobody answers")
        terminal.press(*["Down"] * identifiers().index("05-nobody-answers"))
        terminal.wait_for("refused, rejected and no answer")
        terminal.press("Enter")
        terminal.wait_for("What is checked")
        folders = machine_folders(program_in(terminal))
        assert len(left_of(folders)) >= 3
        terminal.press("Enter")
        terminal.wait_for("2 are not met yet.", "Port 3260 of the array does not accept connections.")
        terminal.press("h")
        terminal.wait_for("Hint 1")
        terminal.press("Escape")
        terminal.wait_for("F6 task", "3 of 5 met")
        terminal.press("F7")
        terminal.wait_until(lambda screen: screen.rstrip().endswith("#"), "a prompt")
        terminal.press("san-firewall open 3260", "Enter")
        terminal.press("iscsiadm -m node --loginall=automatic; echo rea''dy", "Enter")
        terminal.wait_until(
            lambda screen: "\nready" in screen and screen.rstrip().endswith("#"), "the login to end"
        )
        terminal.press("C-d")
        terminal.wait_for("F6 task", "shell")
        terminal.press("F6")
        terminal.wait_for("Enter check")
        terminal.press("Enter")
        terminal.wait_for("What was wrong")
        terminal.press("r")
        terminal.wait_for("Start over?")
        terminal.press("y", "Enter")
        terminal.wait_for("What is checked", "Hint 1")
        terminal.press("q")
        terminal.wait_for("Leave this practice?")
        terminal.press("Enter")
        terminal.wait_for("1 solved")
        terminal.press("q")
        assert terminal.status() == 0
    kept = json.loads(Path(state["XDG_STATE_HOME"], "iscsi-console/practice.json").read_text())
    standing = kept["practised"]["05-nobody-answers"]
    assert (standing["started"], standing["solved"], standing["hints"]) == (1, 1, 1)
    until(lambda: not left_of(folders), lambda: left_of(folders))


def test_a_killed_practice_leaves_nothing_behind(state: dict[str, str]) -> None:
    with Terminal(PROGRAM, environment=state, scale=SLOW) as terminal:
        terminal.wait_for("Nobody answers")
        terminal.press(*["Down"] * identifiers().index("05-nobody-answers"), "Enter")
        terminal.wait_for("What is checked")
        program = program_in(terminal)
        folders = machine_folders(program)
        sessions = {session for folder in folders for session in sessions_with(str(folder))}
        assert len(members(sessions)) > 10
        os.kill(program, signal.SIGKILL)
        until(lambda: not members(sessions), "the end of the machine")
    until(lambda: not left_of(folders), lambda: left_of(folders))
    kept = json.loads(Path(state["XDG_STATE_HOME"], "iscsi-console/practice.json").read_text())
    assert kept["practised"]["05-nobody-answers"]["started"] == 1


@pytest.fixture
def places() -> Iterator[Places]:
    places = Places.of_environment()
    scenario = read_scenario(FOLDER / "04-first-light")
    forget_kept(scenario, places)
    yield places
    forget_kept(scenario, places)


def test_what_is_left_is_gone_on_with_and_the_notes_come_out(places: Places) -> None:
    scenario = read_scenario(FOLDER / "04-first-light")
    notes: list[Note] = []
    with Stage(scenario, places) as stage:
        stage.set_up()
        follow(stage.guest, notes.append)
        note = "from tui.practice.notes import *; write_note(Note(hints=2))"
        stage.guest.check("python3", "-c", note)
        until(lambda: notes == [Note(hints=2)], lambda: notes)
        stage.guest.check("sh", "-c", "echo here > /root/half-done")
        assert not is_kept(scenario, places)
        stage.keep()
    assert is_kept(scenario, places)
    with Stage(scenario, places, keep=True) as stage:
        stage.set_up()
        assert stage.guest.read_text("/root/half-done") == "here\n"
        assert {verdict.identifier for verdict in stage.check()} >= {"name", "session"}
        stage.guest.check("sh", "-c", "echo further > /root/half-done")
        stage.keep()
    with Stage(scenario, places, keep=True) as stage:
        stage.set_up()
        assert stage.guest.read_text("/root/half-done") == "further\n"
    forget_kept(scenario, places)
    assert kept_name(scenario) not in [path.name for path in places.kept.glob("*")]


def test_the_same_scenario_twice_at_once_is_two_machines(places: Places) -> None:
    scenario = read_scenario(FOLDER / "05-nobody-answers")
    spare = Spare(scenario, places)
    with Stage(scenario, places) as stage:
        stage.set_up()
        spare.prepare()
        other = spare.take()
        with other:
            other.play(scenario.solutions[0].text, 60)
            assert all(verdict.holds for verdict in other.check())
            assert not all(verdict.holds for verdict in stage.check())
    spare.close()


def test_a_spare_machine_that_is_not_wanted_is_gone_at_once(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scenario = read_scenario(FOLDER / "05-nobody-answers")
    spare = Spare(scenario, places)
    spare.prepare()
    until(lambda: list(tmp_path.glob("iscsi-lab-run-*")), "the machine")
    spare.close()
    assert list(tmp_path.glob("iscsi-lab-*")) == []
    assert members(sessions_with(str(tmp_path))) == []


def test_the_list_needs_no_terminal() -> None:
    done = subprocess.run((*PROGRAM, "--list"), capture_output=True, text=True, check=True, timeout=AT_MOST)
    assert "04-first-light" in done.stdout
    refused = subprocess.run(PROGRAM, capture_output=True, text=True, check=False, timeout=AT_MOST)
    assert refused.returncode == 1
    assert "iscsi-console practice --list" in refused.stderr
