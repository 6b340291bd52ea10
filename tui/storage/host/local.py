"""This machine, as a `ChangingHost`."""

import contextlib
import errno
import os
import pwd
import resource
import selectors
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from tui.storage.host.interface import (
    Answer,
    Command,
    FileFacts,
    FileKind,
    Kept,
    Opening,
    Outcome,
    PortAnswer,
    Replacement,
    Usage,
)
from tui.storage.problem import Problem, Refused
from tui.words import translate as _

_SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ENVIRONMENT = {"PATH": _SEARCH_PATH, "LC_ALL": "C.UTF-8", "LVM_SUPPRESS_FD_WARNINGS": "1"}
_ATTRIBUTES = "/sys/"
_LONGEST_ATTRIBUTE = 4096
"""Bytes in the smallest page; what is shorter cannot be a part of an attribute."""
_SHORT_ATTRIBUTE = 64
"""Bytes that hold a word or a number; a page made ready for each of thousands costs as much as reading it."""
_OTHER_HANDLES = 256
"""Handles left to the rest of the program."""
_MOST_KEPT = 6000
_LONGEST_OUTPUT = 16 * 1024 * 1024
_GRACE = 0.5
"""Seconds a killed command gets to go away. One in uninterruptible sleep does not, and is left behind."""


class LocalHost:
    """This machine.

    Args:
        looking_only: refuse everything that changes the host, as is done without root and with --read-only.
    """

    def __init__(self, *, looking_only: bool = False) -> None:
        self._looking_only = looking_only or os.geteuid() != 0
        self._room = _Room()

    @property
    def name(self) -> str:
        """The host name."""
        return socket.gethostname()

    @property
    def is_root(self) -> bool:
        """Whether the program may change this host."""
        return not self._looking_only

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        """Run a command in a session of its own; at its deadline the process group is killed, not awaited."""
        if command.changes:
            self._refuse_when_looking()
        started = time.monotonic()
        program = shutil.which(command.argv[0], path=_SEARCH_PATH)
        if program is None:
            return Outcome(127, "", f"{command.argv[0]}: command not found", 0.0)
        process = subprocess.Popen(
            (program, *command.argv[1:]),
            stdin=subprocess.PIPE if command.stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**_ENVIRONMENT, "HOME": _home()},
            start_new_session=True,
            cwd="/",
            # Its reader may be gone before it ends: it is not to die of SIGPIPE while it holds the lock.
            restore_signals=not command.holds_lock,
        )
        if process.stdin is not None:
            threading.Thread(target=_feed, args=(process.stdin, command.stdin or b""), daemon=True).start()
        stdout, stderr, in_time = _collect(process, started + command.deadline, on_line)
        status = _reap(process, started + command.deadline) if in_time else None
        if status is None and command.holds_lock:
            threading.Thread(target=process.communicate, daemon=True).start()
            return Outcome(None, stdout, stderr, time.monotonic() - started)
        if status is None:
            _kill_group(process)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        return Outcome(status, stdout, stderr, time.monotonic() - started)

    def read(self, path: str) -> str:
        """The text of a file, of at most 16 MiB; kernel attributes and ordinary files alike.

        Without a Path, which costs more than the reading: at 1,000 sessions there are some 40,000 attributes.
        """
        # A FIFO among the files must not hang the look.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            content = os.read(handle, 65536)
            # An attribute comes whole in one read(2) (the kernel's Documentation/filesystems/sysfs.rst).
            if len(content) >= _LONGEST_ATTRIBUTE or not path.startswith(_ATTRIBUTES):
                content += _rest(handle) if content else b""
        finally:
            os.close(handle)
        return content.decode(errors="surrogateescape")

    def keep(self, path: str) -> Kept:
        """An attribute on an open handle: reading it again costs no way through the folders."""
        return _OpenAttribute(path, self._room)

    def names(self, path: str) -> tuple[str, ...]:
        """The sorted names in a folder."""
        return tuple(sorted(os.listdir(path)))  # noqa: PTH208 (a Path per name is three times the cost at 1,000 sessions)

    def entries(self, path: str) -> dict[str, int]:
        """The names in a folder with their inode numbers, as readdir(3) tells both at once."""
        with os.scandir(path) as found:
            return {entry.name: entry.inode() for entry in found}

    def resolve(self, path: str) -> str:
        """The path with every symbolic link followed."""
        try:
            if path.startswith(_ATTRIBUTES) and (real := _real(path)):
                return real
            return os.path.realpath(path)
        except OSError:
            # A link of /proc that goes away between being seen and being read.
            return path

    def link(self, path: str) -> str:
        """Where a symbolic link points; a link of /proc to a file on a dead disk is read like any other."""
        return os.readlink(path)  # noqa: PTH115 (there are tens of thousands of them in /proc)

    def facts(self, path: str) -> FileFacts | None:
        """What the path is, links not followed."""
        try:
            found = os.lstat(path)
        except OSError:
            return None
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), FileKind.OTHER)
        device = f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}" if kind is FileKind.BLOCK else ""
        mode = stat.S_IMODE(found.st_mode)
        return FileFacts(kind, mode, found.st_uid, found.st_gid, found.st_size, found.st_mtime, device)

    def usage(self, path: str) -> Usage | None:
        """How full a file system is. Asked in a thread: statvfs(3) on a dead file system may never return."""
        answer: list[os.statvfs_result] = []

        def ask() -> None:
            with contextlib.suppress(OSError):
                answer.append(os.statvfs(path))

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(1.0)
        if not answer:
            return None
        found = answer[0]
        size = found.f_blocks * found.f_frsize
        return Usage(size, size - found.f_bfree * found.f_frsize, found.f_bavail * found.f_frsize)

    def connect(self, address: str, port: int, deadline: float = 3.0) -> PortAnswer:
        """Try a TCP connection to the first address the name resolves to that answers."""
        started = time.monotonic()
        try:
            with socket.create_connection((address, port), timeout=deadline):
                return PortAnswer(Answer.OPEN, time.monotonic() - started)
        except ConnectionRefusedError as error:
            answer, detail = Answer.REFUSED, error.strerror or ""
        except TimeoutError:
            answer, detail = Answer.SILENT, ""
        except socket.gaierror as error:
            answer, detail = Answer.NO_SUCH_HOST, error.strerror or ""
        except OSError as error:
            answer, detail = Answer.UNREACHABLE, error.strerror or str(error)
        return PortAnswer(answer, time.monotonic() - started, detail)

    def listens(self, abstract_name: str) -> bool:
        """Whether a daemon accepts connections on an abstract unix socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as attempt:
            attempt.settimeout(1.0)
            try:
                attempt.connect(f"\0{abstract_name}")
            except OSError:
                return False
        return True

    def open_exclusively(self, path: str, deadline: float = 5.0) -> Opening:
        """Open a device exclusively, in a thread: open(2) of a disk that does not answer may never return."""
        answer: list[Opening] = []
        thread = threading.Thread(target=lambda: answer.append(_opening(path)), daemon=True)
        thread.start()
        thread.join(deadline)
        return answer[0] if answer else Opening.SILENT

    def read_device(
        self, path: str, spans: tuple[tuple[int, int], ...], deadline: float = 20.0
    ) -> tuple[bytes, ...] | None:
        """Read a device in a thread: a read from a disk that does not answer may never return."""
        answer: list[tuple[bytes, ...] | None] = []
        end = time.monotonic() + deadline
        thread = threading.Thread(target=lambda: answer.append(_read_spans(path, spans, end)), daemon=True)
        thread.start()
        thread.join(deadline)
        return answer[0] if answer else None

    def replace(self, path: str, content: bytes, change: Replacement | None = None) -> str:
        """Put new content in the place of a file, atomically; return the path of the backup, or empty."""
        self._refuse_when_looking()
        from tui.storage.host.replacing import replace_file  # noqa: PLC0415 (only a change needs it)

        return replace_file(path, content, change or Replacement())

    def claim(self, path: str, content: bytes) -> None:
        """Make a file that must not be there yet, whole or not at all."""
        self._refuse_when_looking()
        from tui.storage.host.replacing import staged_file  # noqa: PLC0415 (likewise)

        with staged_file(Path(path).parent) as (handle, name):
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(path).hardlink_to(name)

    def make_folder(self, path: str, mode: int = 0o755) -> None:
        """Make a folder and its parents; nothing happens when it is there."""
        self._refuse_when_looking()
        folder = Path(path)
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)

    def remove(self, path: str) -> None:
        """Remove a file or an empty folder; nothing happens when it is gone."""
        self._refuse_when_looking()
        place = Path(path)
        if place.is_dir() and not place.is_symlink():
            place.rmdir()
        else:
            place.unlink(missing_ok=True)

    def write_attribute(self, path: str, text: str) -> None:
        """Write to a kernel attribute, in one write(2)."""
        self._refuse_when_looking()
        handle = os.open(path, os.O_WRONLY)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)

    def _refuse_when_looking(self) -> None:
        if self._looking_only:
            raise Refused(
                Problem(
                    "host.looking-only",
                    _("Nothing is changed: the program is read-only on this host."),
                    remedy=_("To make changes, start it as root and without --read-only."),
                )
            )


class _Room:
    """How many attributes may be held open: the kernel keeps a page for each that was read (seq_file.c)."""

    def __init__(self) -> None:
        self._guard, self._held = threading.Lock(), 0

    def take(self) -> None:
        """Take a place; the limit of this process is raised if it may be. Raises OSError without one."""
        with self._guard:
            soft, hard = (_limit(one) for one in resource.getrlimit(resource.RLIMIT_NOFILE))
            wanted = self._held + 1 + _OTHER_HANDLES
            if soft < wanted <= hard:
                soft = min(hard, _MOST_KEPT + _OTHER_HANDLES)
                resource.setrlimit(
                    resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
                )
            if soft < wanted or self._held >= _MOST_KEPT:
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            self._held += 1

    def give(self) -> None:
        """Give a place back."""
        with self._guard:
            self._held -= 1


def _limit(value: int) -> int:
    return sys.maxsize if value == resource.RLIM_INFINITY else value


class _OpenAttribute:
    """An attribute held open: pread(2) at its beginning asks the kernel for it again (kernfs, seq_file.c).

    It is closed when nobody has it any more.
    """

    def __init__(self, path: str, room: _Room) -> None:
        self._room, self._handle = room, -1
        self._bytes, self._text = b"", ""
        room.take()
        try:
            self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            room.give()
            raise

    def __del__(self) -> None:
        self.close()

    def read(self) -> str:
        """Its text now."""
        said = os.pread(self._handle, _SHORT_ATTRIBUTE, 0)
        if len(said) == _SHORT_ATTRIBUTE:
            said = os.pread(self._handle, _LONGEST_ATTRIBUTE, 0)
        if said != self._bytes:
            self._bytes, self._text = said, said.decode(errors="surrogateescape")
        return self._text

    def close(self) -> None:
        """Close the handle."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)
            self._room.give()


_KINDS = {
    stat.S_IFREG: FileKind.FILE,
    stat.S_IFDIR: FileKind.FOLDER,
    stat.S_IFLNK: FileKind.LINK,
    stat.S_IFBLK: FileKind.BLOCK,
}


def _home() -> str:
    """The home directory of the user that the tools run as, whatever the caller's HOME says."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return "/"


def _opening(path: str) -> Opening:
    try:
        if not stat.S_ISBLK(os.stat(path).st_mode):  # noqa: PTH116 (as everywhere here)
            return Opening.FAILED
        os.close(os.open(path, os.O_RDONLY | os.O_EXCL | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        return Opening.CLAIMED if error.errno == errno.EBUSY else Opening.FAILED
    return Opening.FREE


def _read_spans(path: str, spans: tuple[tuple[int, int], ...], end: float) -> tuple[bytes, ...] | None:
    found: list[bytes] = []
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            for offset, length in spans:
                data = os.pread(handle, length, offset)
                if len(data) != length or time.monotonic() > end:
                    return None
                found.append(data)
        finally:
            os.close(handle)
    except OSError:
        return None
    return tuple(found)


def _rest(handle: int) -> bytes:
    blocks: list[bytes] = []
    left = _LONGEST_OUTPUT
    while left > 0 and (block := os.read(handle, 65536)):
        blocks.append(block)
        left -= len(block)
    return b"".join(blocks)


def _real(path: str) -> str:
    """Where the kernel comes to by a path (open(2), O_PATH): one walk, where realpath(3) makes one a folder.

    Empty where there is nothing, or nothing any more.
    """
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        real = os.readlink(f"/proc/self/fd/{handle}")  # noqa: PTH115 (one per session)
    finally:
        os.close(handle)
    return "" if real.endswith(" (deleted)") else real


def _feed(stream: IO[bytes], content: bytes) -> None:
    with contextlib.suppress(OSError), stream:
        stream.write(content)


def _collect(
    process: subprocess.Popen[bytes], end: float, on_line: Callable[[str], None] | None
) -> tuple[str, str, bool]:
    """Read both streams until the process has ended or the deadline passes; False when it passed.

    A daemon that the process leaves behind may keep the streams open, so their end is not waited for.
    """
    streams: dict[object, bytearray] = {process.stdout: bytearray(), process.stderr: bytearray()}
    line = bytearray()
    ended = False
    ending = os.pidfd_open(process.pid)
    with selectors.DefaultSelector() as selector:
        selector.register(ending, selectors.EVENT_READ)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ)
        while True:
            left = end - time.monotonic()
            ready = selector.select(0 if ended else max(0.0, left))
            output = [key for key, _events in ready if key.fd != ending]
            if not output and (ended or left <= 0):
                break
            if len(output) < len(ready):
                ended = True
                selector.unregister(ending)
            for key in output:
                block = os.read(key.fd, 65536)
                if not block:
                    selector.unregister(key.fileobj)
                    continue
                kept = streams[key.fileobj]
                kept += block[: max(0, _LONGEST_OUTPUT - len(kept))]
                if on_line is not None:
                    _on_lines(line, block, on_line)
    os.close(ending)
    out, err = (bytes(kept).decode(errors="replace") for kept in streams.values())
    return out, err, ended


def _on_lines(line: bytearray, block: bytes, on_line: Callable[[str], None]) -> None:
    line += block.replace(b"\r", b"\n").replace(b"\b", b"")
    *whole, rest = bytes(line).split(b"\n")
    line[:] = rest[-65536:]
    for place in whole:
        if place.strip():
            on_line(place.decode(errors="replace"))


def _reap(process: subprocess.Popen[bytes], end: float) -> int | None:
    try:
        return process.wait(max(_GRACE, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        return None


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
