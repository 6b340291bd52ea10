"""Runs a guest's kernel and leaves nothing behind, however the program that wanted the guest ends.

A script of its own, with the standard library alone: `supervise.py LIFELINE FOLDER DISK COMMAND…`. LIFELINE
is the reading end of a pipe whose other end the program holds. When something is written there, or the
kernel ends, the kernel and every process it made are killed and FOLDER is removed. When the pipe is closed
without a word, the program was killed: then the folder DISK goes too, if its name is not empty. The exit
status is the kernel's.

The guest's processes are processes of this host, held by ptrace(2): the kernel catches every system call
they make. Were the kernel killed first, they would be let go in the middle of what they do and make their
next system call to the host, as the user who runs the lab; a guest on its way down would stop every
process it may. So the kernel is stopped, which lets nobody go, its processes are killed, and then it. And
all of them are in a process namespace of their own where this host allows one, so that even a kernel that
crashes, or is killed by somebody else, takes its processes along, and none of them reaches a process
outside.

A guest has one processor, and its kernel and its processes take turns at every system call and every page
fault. They all stay on one processor of the host: handing over between two of them takes several times as
long.
"""

import ctypes
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000

MOST_GUESTS = 64
"""Guests on one processor that are told apart; more than that go where the scheduler puts them."""

_libc = ctypes.CDLL(None)


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _part_processes() -> None:
    """Let the next child be the first process of a namespace of its own, where that is allowed."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _libc.unshare(CLONE_NEWPID)
    elif _libc.unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - start-up time
                file.write(text)


def _take_processor() -> socket.socket | None:
    """Stay on one of the processors this process may use, the one with the fewest guests.

    Guests know of each other by names of sockets, which are given back however their holder ends.

    Returns:
        What holds the place; None where there is nothing to hold.
    """
    processors = sorted(os.sched_getaffinity(0))
    place = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for turn in range(MOST_GUESTS):
        for processor in processors:
            with suppress(OSError):
                place.bind(f"\0iscsi-console-lab-processor-{processor}-{turn}")
                os.sched_setaffinity(0, {processor})
                return place
    return None


def _children(of: int) -> list[int]:
    found: list[int] = []
    with suppress(FileNotFoundError):
        for task in os.listdir(f"/proc/{of}/task"):  # noqa: PTH208 - start-up time
            with open(f"/proc/{of}/task/{task}/children", encoding="ascii") as file:  # noqa: PTH123 - start-up time
                found += [int(word) for word in file.read().split()]
    return found


def _end(kernel: "subprocess.Popen[bytes]") -> None:
    """Kill a kernel that still runs, after the processes it holds."""
    with suppress(ProcessLookupError):
        os.kill(kernel.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, kernel.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    held = {pid: os.pidfd_open(pid) for pid in _children(kernel.pid)}
    for pid in held:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for ended in held.values():
        select.select([ended], [], [], 5.0)
        os.close(ended)
    kernel.kill()
    kernel.wait()


def _kill_all() -> None:
    """Kill until no child is left; children of killed children become ours (a subreaper's) in turn."""
    while children := _children(os.getpid()):
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
    _part_processes()
    place = _take_processor()
    kernel = subprocess.Popen(command, preexec_fn=_die_with_parent, close_fds=False, start_new_session=True)  # noqa: PLW1509 - there is one thread
    ended = os.pidfd_open(kernel.pid)
    orphaned = lifeline in select.select([lifeline, ended], [], [])[0] and not os.read(lifeline, 1)
    status = kernel.poll()
    _end(kernel)
    _kill_all()
    if place is not None:
        place.close()
    shutil.rmtree(folder, ignore_errors=True)
    if orphaned and disk:
        shutil.rmtree(disk, ignore_errors=True)
    return 1 if status is None else abs(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]))
