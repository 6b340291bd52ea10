"""The one seam to a machine: what every adapter of a host can do.

`LocalHost` is this machine, `RecordedHost` a captured one. Probes need only a `Host`; operations need a
`ChangingHost`. Paths are strings, since some of what is read (sysfs links, record folders) holds colons and
commas that are clearer unparsed.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from tui.storage.untrusted import as_typed

DEADLINE = 15.0
"""Seconds a reading command may take unless it says otherwise."""


class Command(Struct, frozen=True):
    """One call of a tool. Never holds a secret: argv and environment of a process are public.

    Attributes:
        argv: the program and its arguments.
        deadline: seconds after which its whole process group is killed and the outcome is unknown.
        changes: True when the call may change the host; refused by hosts that only look.
        stdin: what the tool reads, or None for an empty input.
        holds_lock: it holds a lock that would stay if it were killed: past its deadline it is left to its
            end, and the outcome is unknown all the same.
    """

    argv: tuple[str, ...]
    deadline: float = DEADLINE
    changes: bool = False
    stdin: bytes | None = None
    holds_lock: bool = False

    @property
    def shown(self) -> str:
        """The command as a person would type it, safe to show."""
        return as_typed(self.argv)


class Outcome(Struct, frozen=True):
    """How a command ended.

    Attributes:
        status: exit status, negative for a signal, 127 when there is no such program, or None when the
            deadline passed: it may then still take effect.
        stdout: its output, undecodable bytes replaced.
        stderr: its error output, likewise.
        seconds: how long it took.
    """

    status: int | None
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """True when the command ended with status 0."""
        return self.status == 0


class FileKind(StrEnum):
    """What a path is, by lstat(2)."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    BLOCK = "block"
    OTHER = "other"


class FileFacts(Struct, frozen=True):
    """What lstat(2) says of a path; `mode` are the permission bits, `modified` seconds since the epoch."""

    kind: FileKind
    mode: int
    uid: int
    gid: int
    size: int
    modified: float
    device: str = ""
    """`MAJOR:MINOR` of a block device, else empty."""


class Usage(Struct, frozen=True):
    """What statvfs(3) says of a mounted file system, in bytes."""

    size: int
    used: int
    available: int


class Answer(StrEnum):
    """How a TCP port took a connection attempt."""

    OPEN = "open"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    NO_SUCH_HOST = "no-such-host"
    UNTRIED = "untried"
    """It was not tried: there was no time left, or it is a captured host on which nobody did."""


class PortAnswer(Struct, frozen=True):
    """The answer, the time it took in seconds, and the system's words when it was not open."""

    answer: Answer
    seconds: float
    detail: str = ""


class Opening(StrEnum):
    """How a block device took an exclusive open (open(2), O_EXCL): whether somebody claims it.

    A file system, device-mapper, swap space, an exported backstore and a program may each claim a device; the
    kernel shows only some of them elsewhere.
    """

    FREE = "free"
    """It could be claimed: nobody else does."""
    CLAIMED = "claimed"
    """EBUSY: somebody claims it, or one of its partitions."""
    SILENT = "silent"
    """The call did not return within its deadline, so that nothing is known."""
    FAILED = "failed"
    """It failed in another way: the device is gone, returns errors, or may not be opened by this user."""
    UNTRIED = "untried"
    """It was not tried: it is a captured host on which nobody did."""


class Kept(Protocol):
    """A small attribute that is read time and again, and may be held open between."""

    def read(self) -> str:
        """Its text now. Raises OSError once what it belongs to is gone."""

    def close(self) -> None:
        """Let go of it. May be called twice."""


class Host(Protocol):
    """A machine that can be looked at."""

    @property
    def name(self) -> str:
        """The host name."""

    @property
    def is_root(self) -> bool:
        """Whether the program may change this host."""

    def now(self) -> float:
        """Seconds since the epoch on that host."""

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        """Run a command and wait for its end or its deadline; `on_line` gets each line as it comes."""

    def read(self, path: str) -> str:
        """The text of a file, undecodable bytes replaced by surrogates. Raises OSError."""

    def keep(self, path: str) -> Kept:
        """A small attribute, to be read time and again. Raises OSError, also when too many are open."""

    def names(self, path: str) -> tuple[str, ...]:
        """The sorted names in a folder. Raises OSError."""

    def entries(self, path: str) -> dict[str, int]:
        """The names in a folder with their inode numbers, 0 where these are not known. Raises OSError."""

    def resolve(self, path: str) -> str:
        """The path with every symbolic link followed, as realpath(3); dangling parts stay as they are."""

    def link(self, path: str) -> str:
        """Where a symbolic link points, as readlink(2): what it names is not looked at. Raises OSError."""

    def facts(self, path: str) -> FileFacts | None:
        """What the path is (links not followed), or None when it is not there or may not be looked at."""

    def usage(self, path: str) -> Usage | None:
        """How full the file system at `path` is, or None when it does not answer within a second."""

    def connect(self, address: str, port: int, deadline: float = 3.0) -> PortAnswer:
        """Try a TCP connection and close it at once."""

    def listens(self, abstract_name: str) -> bool:
        """Whether a daemon accepts connections on an abstract unix socket (unix(7))."""

    def open_exclusively(self, path: str, deadline: float = 5.0) -> Opening:
        """Open a block device with O_EXCL for reading, and close it at once; nothing is read or written.

        Who opens it exclusively at the same moment fails, so it is asked only before a change. A call that
        does not return within `deadline` seconds is left behind.
        """

    def read_device(
        self, path: str, spans: tuple[tuple[int, int], ...], deadline: float = 20.0
    ) -> tuple[bytes, ...] | None:
        """Read some places of a block device: offset and length of each, in bytes.

        Returns:
            What is there, or None when not all of it could be read within `deadline` seconds, and of a
            captured host: what is on disks is in no capture.
        """


class ReadAnew(Struct, frozen=True):
    """An attribute that is opened each time it is read: for hosts that hold nothing open.

    Attributes:
        host: the host.
        path: the attribute.
    """

    host: Host
    path: str

    def read(self) -> str:
        """Its text now."""
        return self.host.read(self.path)

    def close(self) -> None:
        """Nothing is open."""


class Replacement(Struct, frozen=True):
    """How a file is replaced.

    Attributes:
        mode: permission bits of the new file, or None to keep those of the old one.
        staging: folder for the temporary file, where the file's own folder must not hold strangers (the
            record database takes every file for a record, facts of idbm.c); must be the same file system.
        backup: what to keep of the old content, or None for no backup. It goes into `BACKUPS`, named by
            path and time, mode 0600. A caller whose file holds secrets leaves them out of it.
        expected: the content that the new one was made from, empty for no file. When the file has another one
            right before it is replaced, it stays as it is (`Refused`).
    """

    mode: int | None = None
    staging: str = ""
    backup: bytes | None = None
    expected: bytes | None = None


STAGED = ".iscsi-console-"
"""Beginning of the name of every temporary file that `replace` and `claim` make."""

BACKUPS = "/var/lib/iscsi-console/backups"
"""Where dated copies of replaced files are kept, mode 0700."""


class ChangingHost(Host, Protocol):
    """A machine that can also be changed. Every method raises OSError, and `Refused` when only looking."""

    def replace(self, path: str, content: bytes, change: Replacement | None = None) -> str:
        """Put new content in the place of a file, atomically; return the path of the backup, or empty.

        The new content is written with fsync into a temporary file on the same file system and renamed over
        the path, so a reader sees the old file or the new one, and a full disk leaves the old one alone.
        Owner, ACLs and extended attributes stay; the mode stays unless the change names one (a new file:
        0644). A symbolic link is followed. Raises `Refused` where a new file would break something: hard
        links, a bind mount, chattr(1), another program's change.
        """

    def claim(self, path: str, content: bytes) -> None:
        """Make a file that must not be there yet, whole or not at all (link(2)), mode 0600: a lock to take.

        Raises FileExistsError when something is there.
        """

    def make_folder(self, path: str, mode: int = 0o755) -> None:
        """Make a folder and its parents; nothing happens when it is there."""

    def remove(self, path: str) -> None:
        """Remove a file or an empty folder; nothing happens when it is gone."""

    def write_attribute(self, path: str, text: str) -> None:
        """Write to a kernel attribute (sysfs), in one write(2)."""
