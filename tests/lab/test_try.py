"""What `lab try`, and so `make run`, does without a person at a terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import AT_MOST


def test_without_a_lab_it_says_why_and_looks_at_this_host(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    # As root the program sets its search path itself.
    start = (
        "import sys, tui.environment, tui.__main__;"
        f"tui.environment.SEARCH_PATH = {str(programs)!r}; sys.exit(tui.__main__.main())"
    )
    reply = subprocess.run(
        [sys.executable, "-c", start, "lab", "try"],
        env={**os.environ, "PATH": str(programs), "ISCSI_CONSOLE_LAB": str(tmp_path / "lab")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=AT_MOST,
        check=False,
    )
    assert reply.returncode == 0, reply.stderr
    assert "mmdebstrap is not installed (package mmdebstrap)." in reply.stderr
    assert "nothing is changed" in reply.stderr
    assert "Initiator" in reply.stdout


@pytest.mark.lab
def test_without_a_terminal_it_plays_the_whole_flow() -> None:
    reply = subprocess.run(
        [sys.executable, "-m", "tui", "lab", "try"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=AT_MOST,
        check=False,
    )
    assert reply.returncode == 0, reply.stdout + reply.stderr
    steps = [line for line in reply.stdout.splitlines() if line[:1].isdigit()]
    assert [line.split()[0] for line in steps] == list("12345678")
    assert "/srv/data: mounted, a file was written and read back" in reply.stdout
    assert "mkfs.ext4" in reply.stdout
    assert reply.stdout.rstrip().endswith("Everything is set up.")
