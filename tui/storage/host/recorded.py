"""A captured host: everything a probe read of it, in one file, to look at anywhere.

The file is JSON as `recording.py` writes it, with secrets replaced by stars:

    schema: 1
    name, now: what the host said of itself
    read, names, resolve, link, facts, usage: by path, what the call gave; {"errno": N} where it raised;
        older captures have no link
    run: list of {argv, outcome: {status, stdout, stderr, seconds}}
    connect: by "ADDRESS PORT"; listens: by name
    opened: by path, how the device could be opened exclusively; older captures have none
"""

import errno
import os
from collections.abc import Callable
from typing import NoReturn, TypeVar

from tui.storage.codec import NotDecodable, Plain, decode
from tui.storage.documents import CAPTURE_SIZE, parse_json, read_bounded
from tui.storage.host.interface import (
    Answer,
    Command,
    FileFacts,
    Kept,
    Opening,
    Outcome,
    PortAnswer,
    ReadAnew,
    Replacement,
    Usage,
)
from tui.storage.problem import ConsoleError, Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

SCHEMA = 1

T = TypeVar("T")


class RecordedHost:
    """A host as it was when it was captured: it answers what was asked then, and cannot be changed.

    Args:
        path: the file of `iscsi-console capture`.

    Raises:
        ConsoleError: there is no such file, it may not be read, or it is no capture.
    """

    def __init__(self, path: str) -> None:
        try:
            document = parse_json(read_bounded(path, CAPTURE_SIZE))
        except OSError as error:
            raise ConsoleError(_unreadable(path, error.strerror or str(error))) from error
        except NotDecodable as error:
            raise ConsoleError(_not_a_capture(path, str(error))) from error
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise ConsoleError(_not_a_capture(path, _("it has no schema {number}").format(number=SCHEMA)))
        try:
            self._name = decode(str, document.get("name"))
            self._now = _moment(document)
            self._read = _table(document, "read")
            self._names = _table(document, "names")
            self._resolve = _table(document, "resolve")
            self._link = _table(document, "link") if "link" in document else {}
            self._facts = _table(document, "facts")
            self._usage = _table(document, "usage")
            self._connect = _table(document, "connect")
            self._listens = _table(document, "listens")
            self._opened = _table(document, "opened") if "opened" in document else {}
            self._outcomes = _outcomes(document)
        except NotDecodable as error:
            raise ConsoleError(_not_a_capture(path, str(error))) from error

    @property
    def name(self) -> str:
        """The name of the host that was captured."""
        return self._name

    @property
    def is_root(self) -> bool:
        """Never: a captured host cannot be changed."""
        return False

    def now(self) -> float:
        """When it was captured."""
        return self._now

    def run(self, command: Command, on_line: Callable[[str], None] | None = None) -> Outcome:
        """How that command ended then; status 127 where it was not run."""
        if command.changes:
            _refuse()
        outcome = self._outcomes.get(command.argv)
        if outcome is None:
            return Outcome(127, "", _("{command}: not in the capture").format(command=command.argv[0]))
        for line in outcome.stdout.splitlines() if on_line is not None else ():
            if on_line is not None and line.strip():
                on_line(line)
        return outcome

    def read(self, path: str) -> str:
        """The text the file had then."""
        return _answer(str, self._read, path)

    def keep(self, path: str) -> Kept:
        """The text the file had then, as often as it is asked for."""
        return ReadAnew(self, path)

    def names(self, path: str) -> tuple[str, ...]:
        """The names the folder had then."""
        return _answer(tuple[str, ...], self._names, path)

    def entries(self, path: str) -> dict[str, int]:
        """The names the folder had then; nothing comes and goes here."""
        return dict.fromkeys(self.names(path), 0)

    def resolve(self, path: str) -> str:
        """Where the path led then."""
        found = self._resolve.get(path)
        return found if isinstance(found, str) else path

    def link(self, path: str) -> str:
        """Where the symbolic link pointed then."""
        return _answer(str, self._link, path)

    def facts(self, path: str) -> FileFacts | None:
        """What the path was then."""
        return _known(FileFacts, self._facts, path)

    def usage(self, path: str) -> Usage | None:
        """How full the file system was then."""
        return _known(Usage, self._usage, path)

    def connect(self, address: str, port: int, deadline: float = 3.0) -> PortAnswer:  # noqa: ARG002 (nothing to wait for)
        """How the port answered then."""
        answer = _known(PortAnswer, self._connect, f"{address} {port}")
        return answer or PortAnswer(Answer.UNTRIED, 0.0, _("not in the capture"))

    def listens(self, abstract_name: str) -> bool:
        """Whether something listened there then."""
        return self._listens.get(abstract_name) is True

    def open_exclusively(self, path: str, deadline: float = 5.0) -> Opening:  # noqa: ARG002 (nothing to wait for)
        """How the device could be opened then; not known where nobody tried."""
        return _known(Opening, self._opened, path) or Opening.UNTRIED

    def read_device(
        self,
        path: str,  # noqa: ARG002 (no disk was captured)
        spans: tuple[tuple[int, int], ...],  # noqa: ARG002
        deadline: float = 20.0,  # noqa: ARG002
    ) -> tuple[bytes, ...] | None:
        """Nothing: what is on disks is in no capture."""
        return None

    def replace(self, path: str, content: bytes, change: Replacement | None = None) -> str:  # noqa: ARG002 (refused)
        """Refused."""
        _refuse()

    def claim(self, path: str, content: bytes) -> None:  # noqa: ARG002 (refused)
        """Refused."""
        _refuse()

    def make_folder(self, path: str, mode: int = 0o755) -> None:  # noqa: ARG002 (refused)
        """Refused."""
        _refuse()

    def remove(self, path: str) -> None:  # noqa: ARG002 (refused)
        """Refused."""
        _refuse()

    def write_attribute(self, path: str, text: str) -> None:  # noqa: ARG002 (refused)
        """Refused."""
        _refuse()


_LATEST = 253_402_300_799.0
"""The last second that a calendar date can be given for: the end of the year 9999."""


def _moment(document: dict[str, Plain]) -> float:
    now = decode(float, document.get("now"))
    if not 0 <= now <= _LATEST:
        raise NotDecodable("a time outside the calendar")
    return now


def _table(document: dict[str, Plain], name: str) -> dict[str, Plain]:
    table = document.get(name)
    if not isinstance(table, dict):
        raise NotDecodable(f"no {name}")
    return table


def _outcomes(document: dict[str, Plain]) -> dict[tuple[str, ...], Outcome]:
    listed = document.get("run")
    if not isinstance(listed, list):
        raise NotDecodable("no run")
    found: dict[tuple[str, ...], Outcome] = {}
    for item in listed:
        if not isinstance(item, dict):
            raise NotDecodable("a command that is no object")
        found[decode(tuple[str, ...], item.get("argv"))] = decode(Outcome, item.get("outcome"))
    return found


def _answer(kind: type[T], table: dict[str, Plain], path: str) -> T:
    if path not in table:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    found = table[path]
    if isinstance(found, dict):
        number = found.get("errno")
        number = number if isinstance(number, int) and number in errno.errorcode else errno.EIO
        raise OSError(number, os.strerror(number), path)
    try:
        return decode(kind, found)
    except NotDecodable as error:
        raise OSError(errno.EIO, str(error), path) from error


def _known(kind: type[T], table: dict[str, Plain], key: str) -> T | None:
    try:
        return decode(kind, table[key]) if table.get(key) is not None else None
    except NotDecodable:
        return None


def _refuse() -> NoReturn:
    raise Refused(
        Problem(
            "host.looking-only",
            _("Nothing is changed: this is a captured host."),
            remedy=_("Start the program without --recorded, as root, to change this machine."),
        )
    )


def _unreadable(path: str, reason: str) -> Problem:
    return Problem(
        "recorded.unreadable",
        _("The capture {path} could not be read.").format(path=clean(path)),
        remedy=_("Check the path and the permissions: only its owner can read a capture."),
        evidence=(clean(reason),),
    )


def _not_a_capture(path: str, reason: str) -> Problem:
    return Problem(
        "recorded.malformed",
        _("{path} is not a capture of this program.").format(path=clean(path)),
        cause=_("It was written by another program or a newer version, or is truncated."),
        remedy=_("Make a new one with “iscsi-console capture FILE”."),
        evidence=(clean(reason),),
    )
