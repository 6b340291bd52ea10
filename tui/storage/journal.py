"""What was planned and how far it came, written down before and after every operation.

One file a plan, `BEGUN-AT-NUMBER.jsonl` below `FOLDER`, mode 0600: a JSON object a line, fsynced. After a
kill or a power cut `unfinished` finds the plan again. Secrets are not in it (`codec.encode`).
"""

import contextlib
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tui.storage.codec import NotDecodable, Plain, decode, encode
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem, Refused
from tui.words import translate as _

if TYPE_CHECKING:
    from tui.storage.plan import Plan

FOLDER = Path("/var/lib/iscsi-console/journal")
"""Where the journals of this host are."""

LOCK = Path("/run/iscsi-console.lock")
"""Held while a plan runs: one change at a time."""


class Progressed(StrEnum):
    """How far an operation came, by the journal."""

    NOT_BEGUN = "not-begun"
    BEGUN = "begun"
    """It had begun and the end was never written: the program was killed, or the operation failed."""
    DONE = "done"


class Journal:
    """The journal of one plan. Safe to use from several threads."""

    def __init__(self, path: Path, events: tuple[dict[str, Plain], ...]) -> None:
        self.path = path
        self._events = list(events)
        self._guard = threading.Lock()

    @classmethod
    def open(cls, plan: "Plan", folder: Path = FOLDER) -> "Journal":
        """Begin a journal for a plan.

        Raises:
            Refused: it cannot be written (full disk, read-only file system): nothing may be changed then.
        """
        path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000_000:09d}.jsonl"
        journal = cls(path, ())
        operations: list[Plain] = [
            {"kind": type(one).__name__, "fields": encode(one)} for one in plan.operations
        ]
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            journal._write(event="plan", title=plan.title, together=plan.together, operations=operations)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            raise Refused(
                Problem(
                    "journal.not-writable",
                    _("The journal cannot be written, so nothing is changed: {why}.").format(
                        why=error.strerror
                    ),
                    cause=str(folder),
                    remedy=_("Make room or make the file system writable, then try again."),
                )
            ) from error
        return journal

    @classmethod
    def unfinished(cls, folder: Path = FOLDER) -> "Journal | None":
        """The newest journal, unless its plan was finished or given up; damaged lines are passed over."""
        with contextlib.suppress(OSError):
            for path in sorted(folder.glob("*.jsonl"), reverse=True):
                events = tuple(_read(path))
                if not events or events[0].get("event") != "plan":
                    continue
                ended = any(event.get("event") in ("finished", "abandoned") for event in events)
                return None if ended else cls(path, events)
        return None

    def plan(self) -> "Plan":
        """The plan it was begun for; secrets are empty.

        Raises:
            Refused: it was written by another version and cannot be read.
        """
        # Here, since a plan needs the journal, and the journal only knows operations by their names.
        from tui.storage.operations import catalogue as _catalogue  # noqa: F401, PLC0415
        from tui.storage.plan import Plan  # noqa: PLC0415

        first = self._events[0]
        try:
            operations = tuple(_operation(item) for item in _list(first.get("operations")))
        except NotDecodable as error:
            raise Refused(
                Problem(
                    "journal.not-readable",
                    _("The interrupted plan in {path} cannot be read.").format(path=self.path),
                    cause=str(error),
                    remedy=_(
                        "It may come from another version. Give it up, look at the host, and begin anew."
                    ),
                )
            ) from error
        return Plan(str(first.get("title", "")), operations, first.get("together") is True)

    def progressed(self, number: int) -> Progressed:
        """How far an operation came."""
        with self._guard:
            mine = [str(event.get("event")) for event in self._events if event.get("number") == number]
        if "done" in mine or "already" in mine:
            return Progressed.DONE
        return Progressed.BEGUN if "begin" in mine else Progressed.NOT_BEGUN

    def begin(self, number: int) -> None:
        """An operation is about to run."""
        self._write(event="begin", number=number)

    def done(self, number: int, *, already: bool = False) -> None:
        """An operation is verified, or the host was already so."""
        self._write(event="already" if already else "done", number=number)

    def fail(self, number: int, problem: Problem) -> None:
        """An operation failed. A full disk must not hide the failure itself."""
        with contextlib.suppress(OSError):
            self._write(event="failed", number=number, code=problem.code, summary=problem.summary)

    def finish(self) -> None:
        """Every operation is done."""
        self._write(event="finished")

    def abandon(self) -> None:
        """The person gives the plan up."""
        self._write(event="abandoned")

    def _write(self, **event: Plain) -> None:
        event["at"] = round(time.time(), 3)
        line = json.dumps(event, ensure_ascii=True) + "\n"
        with self._guard:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(handle, line.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
            self._events.append(event)


@contextmanager
def change_lock(path: Path = LOCK) -> Iterator[None]:
    """Hold the right to change this host.

    Raises:
        Refused: another console holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 100).decode(errors="replace").strip()
            raise Refused(
                Problem(
                    "lock.held",
                    _("Another console is changing this host (process {holder}).").format(
                        holder=holder or "?"
                    ),
                    remedy=_("Wait until it is done; until then this one can look."),
                )
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> Iterator[dict[str, Plain]]:
    for line in path.read_bytes().splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _list(plain: Plain) -> list[Plain]:
    if not isinstance(plain, list):
        raise NotDecodable(f"{plain!r:.80} is not a list")
    return plain


def _operation(plain: Plain) -> Operation:
    if not isinstance(plain, dict) or plain.get("kind") not in Operation.kinds:
        raise NotDecodable(f"{plain!r:.80} is no operation of this version")
    return decode(Operation.kinds[str(plain["kind"])], plain.get("fields"))
