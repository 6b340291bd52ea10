"""A command that holds a lock and is left running past its deadline."""

import subprocess
import sys
from pathlib import Path

from tests.waiting import until

CODE = """
import sys
from tui.storage.host.interface import Command
from tui.storage.host.local import LocalHost
LocalHost().run(Command(("sh", "-c", sys.argv[1]), 0.2, holds_lock=True))
"""


def test_it_gives_its_lock_back_when_the_program_that_began_it_is_gone(tmp_path: Path) -> None:
    gone, back = tmp_path / "gone", tmp_path / "back"
    script = f"until [ -e {gone} ]; do sleep 0.05; done; echo a; echo b; touch {back}"
    subprocess.run([sys.executable, "-c", CODE, script], check=True, timeout=60)
    gone.touch()
    until(back.exists, "the command went on after its reader was gone")
