"""A small made-up host for tests of words, shown commands, refusals and masks.

Files are a dictionary, commands are answered from a list, and every change is noted. What changes a host for
real is proved in the lab, not here.
"""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field

from tui.storage.host.interface import (
    Answer,
    Command,
    FileFacts,
    FileKind,
    Kept,
    Opening,
    Outcome,
    PortAnswer,
    ReadAnew,
    Replacement,
    Usage,
)
from tui.storage.host.replacing import changed_problem
from tui.storage.problem import Refused

Reply = Outcome | Callable[[Command], Outcome]


@dataclass(slots=True, eq=False, weakref_slot=True)
class ScriptedHost:
    """A `ChangingHost` made of what a test gives it.

    Attributes:
        files: text by path; folders exist where a path needs them, or in `folders`.
        folders: folders that hold nothing.
        replies: how commands end, by the beginning of their argv (the longest counts); else with 127.
        facts_of: what lstat(2) says of paths that are neither files nor folders, or differ from the rule.
        links: symbolic links by path.
        answers: how TCP ports take a connection, by (address, port); others are refused.
        sockets: abstract sockets that somebody listens on.
        openings: how devices can be opened exclusively, by path; others are free.
        disks: what is on block devices, by path: bytes by offset; the rest is zero.
        changes: every change of a file, in order: `replace PATH`, `remove PATH` …
        commands: every command, in order.
        replacements: how each file was last replaced.
    """

    files: dict[str, str] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    replies: dict[tuple[str, ...], Reply] = field(default_factory=dict)
    facts_of: dict[str, FileFacts] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    answers: dict[tuple[str, int], PortAnswer] = field(default_factory=dict)
    sockets: set[str] = field(default_factory=set)
    openings: dict[str, Opening] = field(default_factory=dict)
    disks: dict[str, dict[int, bytes]] = field(default_factory=dict)
    usages: dict[str, Usage] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    replacements: dict[str, Replacement] = field(default_factory=dict)
    failures: dict[str, OSError] = field(default_factory=dict)
    """Errors that changing a path raises."""
    clock: float = 1_800_000_000.0
    root: bool = True
    name: str = "db7"

    @property
    def is_root(self) -> bool:
        return self.root

    def now(self) -> float:
        return self.clock

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        self.commands.append(command)
        matching = [start for start in self.replies if command.argv[: len(start)] == start]
        if not matching:
            return Outcome(127, "", f"{command.argv[0]}: command not found")
        reply = self.replies[max(matching, key=len)]
        outcome = reply(command) if callable(reply) else reply
        if on_line is not None:
            for line in outcome.stdout.splitlines():
                on_line(line)
        return outcome

    @property
    def shown(self) -> list[str]:
        """The commands that change something, as a person would type them."""
        return [command.shown for command in self.commands if command.changes]

    def read(self, path: str) -> str:
        path = self.resolve(path)
        if path in self.files:
            return self.files[path]
        raise (
            IsADirectoryError(21, "Is a directory", path)
            if self._is_folder(path)
            else FileNotFoundError(2, "No such file or directory", path)
        )

    def keep(self, path: str) -> Kept:
        return ReadAnew(self, path)

    def names(self, path: str) -> tuple[str, ...]:
        path = self.resolve(path)
        if path in self.files:
            raise NotADirectoryError(20, "Not a directory", path)
        if not self._is_folder(path):
            raise FileNotFoundError(2, "No such file or directory", path)
        start = path.rstrip("/") + "/"
        everything = (*self.files, *self.folders, *self.links, *self.facts_of)
        return tuple(
            sorted({one[len(start) :].partition("/")[0] for one in everything if one.startswith(start)})
        )

    def entries(self, path: str) -> dict[str, int]:
        return dict.fromkeys(self.names(path), 0)

    def resolve(self, path: str) -> str:
        for _turn in range(40):
            link = next((one for one in self.links if path == one or path.startswith(one + "/")), None)
            if link is None:
                return posixpath.normpath(path)
            target = posixpath.join(posixpath.dirname(link), self.links[link])
            path = posixpath.normpath(target + path[len(link) :])
        raise OSError(40, "Too many levels of symbolic links", path)

    def link(self, path: str) -> str:
        if path in self.failures:
            raise self.failures[path]
        if path in self.links:
            return self.links[path]
        raise FileNotFoundError(2, "No such file or directory", path)

    def facts(self, path: str) -> FileFacts | None:
        if path in self.facts_of:
            return self.facts_of[path]
        if path in self.links:
            return FileFacts(FileKind.LINK, 0o777, 0, 0, 0, self.clock)
        if path in self.files:
            size = len(self.files[path].encode(errors="surrogateescape"))
            return FileFacts(FileKind.FILE, self.modes.get(path, 0o644), 0, 0, size, self.clock)
        if self._is_folder(path):
            return FileFacts(FileKind.FOLDER, self.modes.get(path, 0o755), 0, 0, 0, self.clock)
        return None

    def usage(self, path: str) -> Usage | None:
        return self.usages.get(path)

    def connect(self, address: str, port: int, deadline: float = 3.0) -> PortAnswer:
        return self.answers.get((address, port), PortAnswer(Answer.REFUSED, 0.001, "Connection refused"))

    def listens(self, abstract_name: str) -> bool:
        return abstract_name in self.sockets

    def open_exclusively(self, path: str, deadline: float = 5.0) -> Opening:
        return self.openings.get(self.resolve(path), Opening.FREE)

    def read_device(
        self,
        path: str,
        spans: tuple[tuple[int, int], ...],
        deadline: float = 20.0,
    ) -> tuple[bytes, ...] | None:
        found = [bytearray(length) for _offset, length in spans]
        for place, data in self.disks.get(path, {}).items():
            for (offset, length), span in zip(spans, found, strict=True):
                begin, end = max(place, offset), min(place + len(data), offset + length)
                if begin < end:
                    span[begin - offset : end - offset] = data[begin - place : end - place]
        return tuple(bytes(span) for span in found)

    def replace(self, path: str, content: bytes, change: Replacement | None = None) -> str:
        path = self.resolve(path)
        self._may(path)
        change = change or Replacement()
        existed = path in self.files
        present = self.files.get(path, "").encode(errors="surrogateescape")
        if change.expected is not None and present != change.expected:
            raise Refused(changed_problem(path, change.expected, present))
        self.changes.append(f"replace {path}")
        self.replacements[path] = change
        self.files[path] = content.decode(errors="surrogateescape")
        if change.mode is not None:
            self.modes[path] = change.mode
        return f"/backup{path}" if existed and change.backup is not None else ""

    def claim(self, path: str, content: bytes) -> None:
        self._may(path)
        if path in self.files:
            raise FileExistsError(17, "File exists", path)
        self.changes.append(f"claim {path}")
        self.files[path] = content.decode()

    def make_folder(self, path: str, mode: int = 0o755) -> None:
        if not self._is_folder(path):
            self._may(path)
            self.changes.append(f"make {path}")
            self.folders.add(path)
            self.modes[path] = mode

    def remove(self, path: str) -> None:
        self._may(path)
        self.changes.append(f"remove {path}")
        self.files.pop(path, None)
        self.folders.discard(path)

    def write_attribute(self, path: str, text: str) -> None:
        self._may(path)
        self.changes.append(f"write {path}")
        self.files[path] = text

    def _may(self, path: str) -> None:
        if path in self.failures:
            raise self.failures[path]

    def _is_folder(self, path: str) -> bool:
        start = path.rstrip("/") + "/"
        return (
            path == "/"
            or path in self.folders
            or any(one.startswith(start) for one in (*self.files, *self.folders, *self.links, *self.facts_of))
        )
