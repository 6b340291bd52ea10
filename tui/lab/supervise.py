"""Runs a guest's kernel and leaves nothing behind, however the program that wanted the guest ends.

A script of its own, with the standard library alone: `supervise.py LIFELINE FOLDER MEMORY DISK REACH
COMMAND…`. LIFELINE is the reading end of a pipe whose other end the program holds. When something is written
there, or the kernel ends, the kernel and every process it made are killed and the folders FOLDER and MEMORY
are removed. When the pipe is closed without a word, the program was killed: then the folder DISK goes too, if
its name is not empty. The exit status is the kernel's.

Root in a guest may mount any path of the host's (hostfs), as the user who runs the lab. So the kernel and all
it starts are confined by Landlock (landlock(7), Linux 5.13) to what REACH names, before the first instruction
of it runs: a JSON object with lists of paths, `run` (read and execute), `read` and `write`. TCP is closed to
it, and so are signals and abstract sockets of others, as far as the host's kernel knows these rules. Landlock
lets modes, owners, times and attributes of any file be changed: these system calls fail (seccomp(2)). What is
left is to ask whether a file is there, and how big. Where the host has no Landlock, `landlock_version` tells.

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
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000

PR_SET_NO_NEW_PRIVS = 38
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""System calls of Landlock, the same on every architecture."""
ASK_VERSION = 1
PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE = 1 << 14
TCP = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
"""The rights that a rule about a single file may give."""

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
OF_THIS_ARCHITECTURE = 0xC000003E
"""x86-64 (linux/audit.h), the only one that guests run on."""
NOT_FOR_GUESTS = (
    *(76, 90, 91, 92, 93, 94, 260, 268, 452),  # truncate; chmod and chown in all their forms
    *(132, 235, 261, 280),  # utime, utimes, futimesat, utimensat
    *(188, 189, 190, 197, 198, 199, 463, 466, 469),  # setxattr, removexattr, file_setattr
    425,  # io_uring_setup: what is asked that way is not seen here
)
"""Numbers of system calls that change a file by its name, or its attributes, past Landlock."""

MOST_GUESTS = 64
"""Guests on one processor that are told apart; more than that go where the scheduler puts them."""

_libc = ctypes.CDLL(None, use_errno=True)


def landlock_version() -> int:
    """What this host's kernel knows of Landlock: 0 or less when it has none, or has it switched off."""
    return int(_libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION))


def confine(reach: dict[str, list[str]]) -> None:
    """Confine this process, and all it starts, to some paths for good, where this host can do that.

    Raises:
        OSError: it can, and refused.
    """
    version = landlock_version()
    if version < 1:
        return
    # Each version of the interface has brought rights; what is not named here stays open.
    everything = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    read = READ_FILE | READ_DIR
    rights = {"run": read | EXECUTE, "read": read, "write": everything & ~EXECUTE}
    network = TCP if version >= 4 else 0
    scope = ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    words = struct.pack("QQQ", everything, network, scope)[
        : 24 if version >= 6 else 16 if version >= 4 else 8
    ]
    rules = _called(CREATE_RULESET, words, len(words), 0)
    for kind, paths in reach.items():
        for path in paths:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = rights[kind] if os.path.isdir(path) else rights[kind] & everything & OF_A_FILE  # noqa: PTH112 - start-up time
            _called(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", allowed, place), 0)
            os.close(place)
    if _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    _called(RESTRICT_SELF, rules, 0)
    os.close(rules)
    program = _filter()
    code = ctypes.create_string_buffer(program, len(program))
    whole = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code))
    if _libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, whole, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def _filter() -> bytes:
    """The program (struct sock_filter of bpf(4)) that lets system calls of `NOT_FOR_GUESTS` fail with EPERM.

    The traps of the guest's own processes go before it: seccomp(2), SECCOMP_RET_TRAP.
    """
    load, equal, answer = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050001
    count = len(NOT_FOR_GUESTS)
    steps = [
        (load, 0, 0, 4),
        (equal, 0, count + 2, OF_THIS_ARCHITECTURE),
        (load, 0, 0, 0),
        *((equal, count - place, 0, number) for place, number in enumerate(NOT_FOR_GUESTS)),
        (answer, 0, 0, allow),
        (answer, 0, 0, refuse),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _called(number: int, *arguments: int | bytes) -> int:
    answer = int(_libc.syscall(number, *arguments))
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


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


def main(
    lifeline: int, folders: list[str], disk: str, reach: dict[str, list[str]], command: list[str]
) -> int:
    """Run the command until it ends or the lifeline closes; see the module's text."""
    for quiet in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(quiet, signal.SIG_IGN)
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    _part_processes()
    place = _take_processor()

    def prepare() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        confine(reach)

    kernel = subprocess.Popen(command, preexec_fn=prepare, close_fds=False, start_new_session=True)  # noqa: PLW1509 - there is one thread
    ended = os.pidfd_open(kernel.pid)
    orphaned = lifeline in select.select([lifeline, ended], [], [])[0] and not os.read(lifeline, 1)
    status = kernel.poll()
    _end(kernel)
    _kill_all()
    if place is not None:
        place.close()
    for folder in (*folders, disk) if orphaned and disk else folders:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if status is None else abs(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:4], sys.argv[4], json.loads(sys.argv[5]), sys.argv[6:]))
