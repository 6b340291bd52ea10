"""Two set-ups from one answers file, started at the same moment: `python3 -m tests.lab.two_setups FILE`.

Each is a process of its own that need not import anew. A line of JSON has the status and the words of each.
"""

import importlib
import json
import os
import sys
import tempfile
from typing import BinaryIO

from tui.__main__ import main


def _start(gate: int) -> tuple[int, BinaryIO]:
    """A process that sets up once the gate is closed: its number and what it will have said."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 (it is read when the process has ended)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            for number in (1, 2):
                os.dup2(said.fileno(), number)
            os.read(gate, 1)
            status = main()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    return child, said


def _both() -> list[dict[str, object]]:
    waiting, gate = os.pipe()
    started = [_start(waiting) for _one in range(2)]
    os.write(gate, b"..")
    found: list[dict[str, object]] = []
    for child, said in started:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        found.append({"process": child, "status": status, "said": said.read().decode(errors="replace")})
    return found


if __name__ == "__main__":
    importlib.import_module("tui.setup.unattended")
    sys.argv = ["iscsi-console", "setup", "--answers", sys.argv[1]]
    print(json.dumps(_both()))
