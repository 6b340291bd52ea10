"""Opens a shell in a practice machine as a person does, on a terminal, and has it calculate: exit status 0.

python3 trial_shell.py PROGRAM [ARGUMENT ...]
"""

import os
import pty
import re
import select
import sys
import time

PATIENCE = 240.0
"""Seconds: a machine boots in about ten where nothing else runs."""

PROMPT = re.compile(rb"[#$] (?:\x1b\[[0-9;?]*[a-zA-Z])*$")
_ASK = b"echo sum $((6 * 7))\n"
_ANSWER = re.compile(rb"sum 42\s")


def main(program: list[str]) -> int:
    """Run it; what was seen is printed where something else came than a prompt and the answer."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(program[0], [*program, "lab", "shell"])  # noqa: S606 (on the terminal that was just made)
    seen = b""
    for expected, typed in ((PROMPT, _ASK), (_ANSWER, b"exit\n")):
        seen, found = _wait(terminal, seen, expected)
        if not found:
            sys.stdout.write(seen.decode(errors="replace"))
            return 1
        os.write(terminal, typed)
    while _read(terminal, time.monotonic() + PATIENCE):
        pass
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _wait(terminal: int, seen: bytes, expected: "re.Pattern[bytes]") -> tuple[bytes, bool]:
    deadline = time.monotonic() + PATIENCE
    while not expected.search(seen):
        more = _read(terminal, deadline)
        if not more:
            return seen, False
        seen += more
    return seen, True


def _read(terminal: int, deadline: float) -> bytes:
    """What comes next; empty at the end or when it is too late."""
    ready, _out, _bad = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
    try:
        return os.read(terminal, 4096) if ready else b""
    except OSError:  # The other side has closed the terminal (EIO).
        return b""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
