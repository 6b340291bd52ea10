"""What earlier looks at a host have read and a later one need not read again.

A look with a memory finds what a fresh one finds. What it does not read again is what a thing was born with,
as long as it is the same thing: the kernel gives an entry of sysfs an inode number that no later one gets
(fs/kernfs/dir.c), so a session, a LUN or a disk that took the name of another one is told from it. States,
sizes and identities are read each time; what udev says is known by the time of its file.

What neither changes one of these nor is announced by the kernel is missed: a timer, `blockdev --setro` or
queue settings that somebody changed by hand. So no check before a change has a memory, and a person's "read
again" begins with an empty one.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from tui.storage.host.interface import FileFacts, Host, Kept
from tui.storage.model.block import BlockDevice
from tui.storage.model.iscsi import Lun, NodeRecord, Session
from tui.storage.probe.reading import text

Made = TypeVar("Made")

_CLOCK_TICK = 0.02
"""Seconds by which the time of a file may lag behind the clock: the kernel's tick, at 100 Hz, and a bit."""


class KnownConnection(Struct):
    """A connection that is there: inode number of its entry, and its folder, links followed."""

    number: int
    folder: str


class Texts(Struct):
    """Some attributes of one thing that are read at each look, from the second one on on kept handles."""

    host: Host
    paths: tuple[str, ...]
    kept: list[Kept | None] = []

    def read(self) -> tuple[str, ...]:
        """Their texts now; empty where one says nothing."""
        if not self.kept:
            self.kept = [self._open(path) for path in self.paths]
        return tuple(map(self._read, self.kept, self.paths))

    def _open(self, path: str) -> Kept | None:
        try:
            return self.host.keep(path)
        except (OSError, ValueError):
            return None

    def _read(self, kept: Kept | None, path: str) -> str:
        if kept is None:
            return text(self.host, path)
        try:
            return kept.read()
        except OSError:
            return ""


class KnownSession(Struct):
    """A session that was read.

    Attributes:
        number: inode number of its entry.
        session: what was read.
        place: its device's folder, links followed.
        connection: its connection, or None.
        texts: those that tell whether it is as it was: states, and where it is connected.
        said: what they said.
        targets: folders of its targets, and the addresses of the LUNs in them.
    """

    number: int
    session: Session
    place: str
    connection: KnownConnection | None
    texts: Texts
    said: tuple[str, ...]
    targets: tuple[tuple[str, tuple[str, ...]], ...] = ()


class KnownLun(Struct):
    """A LUN that was read.

    Attributes:
        number: inode number of its entry.
        lun: what was read.
        disks: the names of its disks.
        texts: of its state and its WWID.
        said: what they said.
        size: of its disk in /proc/partitions, or empty.
    """

    number: int
    lun: Lun
    disks: tuple[str, ...]
    texts: Texts
    said: tuple[str, ...]
    size: str


class KnownBlock(Struct):
    """A block device that was read.

    Attributes:
        number: inode number of its entry.
        device: what was read.
        attributes: the names in its folder.
        said: the texts that are read each time, and what it stands on.
        entry_path: udev's file of it.
        entry: what lstat(2) said of that, or None where nothing tells whether that has changed.
        is_filesystem: udev says that a file system is on it.
        lun: what it is the disk of, if it is one.
    """

    number: int
    device: BlockDevice
    attributes: tuple[str, ...]
    said: tuple[str, ...]
    entry_path: str
    entry: FileFacts | None
    is_filesystem: bool
    lun: Lun | None


class KnownRecord(Struct):
    """A node record that was read, and what lstat(2) said of its file."""

    facts: FileFacts
    record: NodeRecord


class Memory:
    """What is known of one host. Used by several threads, it is read under `guard`."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.sessions: dict[int, KnownSession] = {}
        self.luns: dict[str, KnownLun] = {}
        self.blocks: dict[str, KnownBlock] = {}
        self.records: dict[str, KnownRecord] = {}
        self._made: dict[str, tuple[tuple[object, ...], object]] = {}

    def same(self, name: str, inputs: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What was made of equal inputs the last time, else what is made now.

        Args:
            name: of what is made.
            inputs: all that it depends on.
            make: makes it.
        """
        known = self._made.get(name)
        if known is not None and known[0] == inputs:
            return known[1]  # type: ignore[return-value]  # made under this name
        made = make()
        self._made[name] = (inputs, made)
        return made

    def is_same(self, name: str, now: object) -> bool:
        """Whether something is as it was the last time."""
        known = self._made.get(name)
        self._made[name] = ((now,), None)
        return known is not None and known[0] == (now,)


def settled(host: Host, path: str, since: float) -> FileFacts | None:
    """What lstat(2) says of a file, if that will be different after any later change of its content.

    Args:
        host: the machine.
        path: the file.
        since: when it was read, or earlier, in seconds since the epoch. A file that was written in the same
            tick of the kernel's clock may be written once more in it.

    Returns:
        None where there is no file, or where it is too new to be told from the next one.
    """
    facts = host.facts(path)
    return facts if facts is not None and facts.modified < since - _CLOCK_TICK else None
