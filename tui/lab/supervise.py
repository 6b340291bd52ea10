"""Runs a guest's kernel and leaves nothing behind, however the program that wanted the guest ends.

A script of its own, with the standard library alone: `supervise.py LIFELINE FOLDER DISK COMMAND…`. LIFELINE
is the reading end of a pipe whose other end the program holds. When something is written there, or the
kernel ends, the kernel and every process it made are killed and FOLDER is removed. When the pipe is closed
without a word, the program was killed: then the folder DISK goes too, if its name is not empty. The exit
status is the kernel's.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None)


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _children() -> list[int]:
    with open("/proc/self/task/%d/children" % os.getpid(), encoding="ascii") as file:  # noqa: PTH123, UP031 - start-up time
        return [int(word) for word in file.read().split()]


def _kill_all() -> None:
    """Kill until no child is left; children of killed children become ours (a subreaper's) in turn."""
    while children := _children():
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in children:
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def main(lifeline: int, folder: str, disk: str, command: list[str]) -> int:
    """Run the command until it ends or the lifeline closes; see the module's text."""
    for quiet in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(quiet, signal.SIG_IGN)
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    kernel = subprocess.Popen(command, preexec_fn=_die_with_parent, close_fds=False, start_new_session=True)  # noqa: PLW1509
    ended = os.pidfd_open(kernel.pid)
    orphaned = lifeline in select.select([lifeline, ended], [], [])[0] and not os.read(lifeline, 1)
    status = kernel.poll()
    kernel.kill()
    kernel.wait()
    _kill_all()
    shutil.rmtree(folder, ignore_errors=True)
    if orphaned and disk:
        shutil.rmtree(disk, ignore_errors=True)
    return 1 if status is None else abs(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]))
