"""What `lab try`, and so `make run`, does on a host that cannot run the lab."""

import os
import subprocess
import sys
from pathlib import Path


def test_without_a_lab_it_says_why_and_looks_at_this_host(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    reply = subprocess.run(
        [sys.executable, "-m", "tui", "lab", "try"],
        env={**os.environ, "PATH": str(programs), "ISCSI_CONSOLE_LAB": str(tmp_path / "lab")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert reply.returncode == 0, reply.stderr
    assert "mmdebstrap is not installed (package mmdebstrap)." in reply.stderr
    assert "nothing is changed" in reply.stderr
    assert "Initiator" in reply.stdout
