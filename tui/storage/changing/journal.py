"""What was planned and how far it came, written down before and after every operation.

One file a plan, `BEGUN-AT-NUMBER.jsonl` (UTC) below `FOLDER`, mode 0600: a JSON object a line, fsynced. After
a kill or a power cut `unfinished` finds the plan again. Secrets are not in it (`codec.encode`).
"""

import contextlib
import json
import os
import threading
import time
from enum import StrEnum
from pathlib import Path

from tui.storage.changing.journal_file import (
    append_line,
    boot_id,
    events_in,
    is_cut_off,
    remove_cut_off,
    sync_folder,
)
from tui.storage.changing.plan import Plan
from tui.storage.changing.plan_text import decode_operations, encode_operations
from tui.storage.changing.who import Who, who_runs, who_wrote
from tui.storage.codec import NotDecodable, Plain
from tui.storage.problem import ConsoleError, Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

FOLDER = Path("/var/lib/iscsi-console/journal")
"""Where the journals of this host are."""

_LONGEST = 600
"""Characters kept of a sentence."""

PUT_ASIDE = ".put-aside"
"""Added to the name of a damaged journal that a person gave up."""


class Origin(StrEnum):
    """The part of the program that began a plan, and so resumes it when it is cut off."""

    SETUP = "setup"
    ANSWERS = "answers"
    """A set-up from an answers file: nobody is asked, so it resumes nothing but what these answers began."""
    CONSOLE = "console"
    COMMAND = "command"
    """A verb of the command line; the console resumes it too."""

    @property
    def is_setup(self) -> bool:
        """Whether it is a set-up, by the wizard or from answers."""
        return self in (Origin.SETUP, Origin.ANSWERS)


class Progressed(StrEnum):
    """How far an operation came, by the journal."""

    NOT_BEGUN = "not-begun"
    BEGUN = "begun"
    """It had begun and the end was never written: the program was killed, or the operation failed."""
    DONE = "done"


class Journal:
    """The journal of one plan. Safe to use from several threads."""

    def __init__(self, path: Path, events: tuple[dict[str, Plain], ...], damage: str = "") -> None:
        self.path = path
        self.damage = damage
        """Why it is not known what was planned; empty where that can be read."""
        self._events = list(events)
        self._guard = threading.Lock()

    @classmethod
    def open(
        cls, plan: Plan, folder: Path = FOLDER, origin: Origin = Origin.SETUP, answers: str = ""
    ) -> "Journal":
        """Begin a journal for a plan.

        Args:
            plan: what will be run.
            folder: where journals are.
            origin: which part of the program resumes it.
            answers: with `Origin.ANSWERS`, the fingerprint of the answers.

        Raises:
            Refused: it cannot be written (full disk, read-only file system): nothing may be changed then.
        """
        now = time.time_ns()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now // 1_000_000_000))
        path = folder / f"{stamp}-{now % 1_000_000_000:09d}.jsonl"
        journal = cls(path, ())
        operations: Plain = encode_operations(plan)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            remove_cut_off(folder)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            journal._write(
                event="plan",
                sequence=1 + max((journal.sequence for journal in cls.all_of(folder)), default=0),
                origin=origin.value,
                answers=answers,
                **who_runs().written(),
                title=plan.title,
                together=plan.together,
                operations=operations,
            )
            sync_folder(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            raise Refused(_not_writable(path, error)) from error
        return journal

    @classmethod
    def all_of(cls, folder: Path = FOLDER) -> tuple["Journal", ...]:
        """Every journal, the last begun first; damaged lines are ignored.

        One whose plan, the first line, cannot be read is damaged (`damage`), unless it has no whole line: the
        program was cut off before anything ran then. The order is that of the sequence numbers, since the
        clock may have been set back between two plans.
        """
        found = []
        with contextlib.suppress(OSError):
            for path in folder.glob("*.jsonl"):
                journal = cls._of_file(path)
                if journal is not None:
                    found.append(journal)
        return tuple(sorted(found, key=lambda journal: (journal.sequence, journal.path), reverse=True))

    @classmethod
    def _of_file(cls, path: Path) -> "Journal | None":
        try:
            events = tuple(events_in(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            return cls(path, (), clean(error.strerror or str(error)))
        if events and events[0].get("event") == "plan":
            return cls(path, events)
        if not events and is_cut_off(path):
            return None
        return cls(path, events, _("its first line, the plan, cannot be read"))

    @classmethod
    def open_ones(cls, folder: Path = FOLDER) -> tuple["Journal", ...]:
        """The journals of plans that were neither finished nor given up, the last begun first."""
        return tuple(journal for journal in cls.all_of(folder) if not journal.ended)

    @classmethod
    def unfinished(cls, folder: Path = FOLDER) -> "Journal | None":
        """The last begun of the open ones, or None."""
        return next(iter(cls.open_ones(folder)), None)

    def as_written(self) -> "Journal":
        """This journal, once its file says the same. Called under the change lock, before a plan is resumed.

        Raises:
            Refused: the file is gone, or the plan was resumed or ended since this journal was read.
        """
        if self.damage:
            return self
        written: tuple[dict[str, Plain], ...] = ()
        with contextlib.suppress(OSError):
            written = tuple(events_in(self.path))
        if len(written) != len(self._events) or self.ended:
            raise Refused(
                Problem(
                    "journal.changed",
                    _("The interrupted plan was resumed or given up meanwhile."),
                    cause=str(self.path),
                    remedy=_("Check the host again, then decide. Nothing was changed."),
                )
            )
        return self

    @property
    def identifier(self) -> str:
        """What names it on a command line: the name of its file without the ending."""
        return self.path.stem

    def is_named(self, name: str) -> bool:
        """Whether a name of the command line means this journal: as it is, or as it is shown."""
        return name in (self.identifier, clean(self.identifier))

    @property
    def sequence(self) -> int:
        """Its number among the journals of this host; 0 where an earlier version wrote none."""
        number = self._events[0].get("sequence") if self._events else None
        return number if isinstance(number, int) and not isinstance(number, bool) else 0

    @property
    def began_at(self) -> float:
        """When, in seconds since the epoch; 0 where that cannot be read."""
        at = self._events[0].get("at") if self._events else None
        return float(at) if isinstance(at, int | float) else 0.0

    @property
    def answers(self) -> str:
        """The fingerprint of the answers file that the plan was made from, or empty."""
        said = self._events[0].get("answers") if self._events else None
        return said if isinstance(said, str) else ""

    @property
    def who(self) -> Who:
        """Who began it; nobody where an earlier version wrote it, or it cannot be read."""
        return who_wrote(self._events[0]) if self._events and not self.damage else Who()

    @property
    def title(self) -> str:
        """What the plan is for, also of one of another version; empty where the journal is damaged."""
        return str(self._events[0].get("title", "")) if self._events and not self.damage else ""

    @property
    def ended(self) -> bool:
        """Whether its plan was finished or given up."""
        return any(event.get("event") in ("finished", "abandoned") for event in self._events)

    def plan(self) -> Plan:
        """The plan it was begun for; secrets are empty.

        Raises:
            Refused: it was written by another version and cannot be read.
        """
        if self.damage:
            raise Refused(
                Problem(
                    "journal.damaged",
                    _("The journal {path} is damaged: {why}.").format(
                        path=clean(str(self.path)), why=self.damage
                    ),
                    cause=_("The file system lost a part of it, or something else has its name."),
                    remedy=_("Check the host: what ran of its plan is not known. Then discard it."),
                )
            )
        first = self._events[0]
        try:
            operations = decode_operations(first.get("operations"))
        except NotDecodable as error:
            raise Refused(
                Problem(
                    "journal.not-readable",
                    _("The interrupted plan in {path} cannot be read.").format(path=self.path),
                    cause=clean(str(error)),
                    remedy=_("It may come from another version. Discard it, check the host, and start over."),
                )
            ) from error
        return Plan(str(first.get("title", "")), operations, first.get("together") is True)

    @property
    def origin(self) -> Origin:
        """Who began it. A journal that does not say so was written when there was only the set-up."""
        said = self._events[0].get("origin") if self._events else None
        return next((origin for origin in Origin if origin.value == said), Origin.SETUP)

    def progressed(self, number: int) -> Progressed:
        """How far an operation came, by what was written last about it."""
        last = self._last(number)
        if last is None:
            return Progressed.NOT_BEGUN
        return Progressed.BEGUN if last.get("event") == "begin" else Progressed.DONE

    def changed(self, number: int) -> bool:
        """Whether an operation changed the host and was verified; False where it was already so."""
        last = self._last(number)
        return last is not None and last.get("event") == "done"

    def changed_at(self, number: int) -> float:
        """When an operation had changed the host and was verified, in seconds since the epoch, or 0."""
        last = self._last(number)
        at = last.get("at") if last is not None and last.get("event") == "done" else None
        return float(at) if isinstance(at, int | float) else 0.0

    def failure(self, number: int) -> str:
        """Why an operation failed that has not come to its end since; empty where it has, or is not known."""
        if self.progressed(number) is Progressed.DONE:
            return ""
        failed = [
            event
            for event in self._events
            if event.get("event") == "failed" and event.get("number") == number
        ]
        return clean(str(failed[-1].get("summary", "")), _LONGEST) if failed else ""

    @property
    def has_changes(self) -> bool:
        """Whether any operation changed the host. Needs the events only, not the plan."""
        return any(event.get("event") == "done" for event in self._events)

    @property
    def has_begun(self) -> bool:
        """Whether any operation was begun; else all that happened is that it was checked."""
        return any(event.get("event") == "begin" for event in self._events)

    @property
    def is_finished(self) -> bool:
        """Every operation of the plan is done."""
        return any(event.get("event") == "finished" for event in self._events)

    def is_of_this_boot(self, number: int) -> bool:
        """Whether what was written last about an operation was written since the machine was started."""
        last = self._last(number)
        return last is not None and last.get("boot") == boot_id()

    def _last(self, number: int) -> dict[str, Plain] | None:
        with self._guard:
            mine = [
                event
                for event in self._events
                if event.get("number") == number and event.get("event") in ("begin", "done", "already")
            ]
        return mine[-1] if mine else None

    def begin(self, number: int) -> None:
        """An operation is about to run.

        Raises:
            Refused: that cannot be written down, so it must not run.
        """
        try:
            self._write(event="begin", number=number)
        except OSError as error:
            raise Refused(_not_writable(self.path, error)) from error

    def done(self, number: int, *, already: bool = False) -> None:
        """An operation is verified, or the host was already so.

        Raises:
            ConsoleError: that cannot be written down. A resumed plan sees it by looking at the host.
        """
        try:
            self._write(event="already" if already else "done", number=number)
        except OSError as error:
            raise ConsoleError(
                Problem(
                    "journal.not-noted",
                    _("This step is done, but could not be recorded in the journal: {why}.").format(
                        why=error.strerror or str(error)
                    ),
                    cause=str(self.path),
                    remedy=_(
                        "Free some space, then resume: steps already done are recognized and not run again."
                    ),
                )
            ) from error

    def fail(self, number: int, problem: Problem) -> None:
        """An operation failed. A full disk must not hide the failure itself."""
        with contextlib.suppress(OSError):
            self._write(event="failed", number=number, code=problem.code, summary=problem.summary)

    def finish(self) -> None:
        """Every operation is done."""
        self._write(event="finished")

    def abandon(self) -> None:
        """The person gives the plan up; a damaged journal is put aside under another name."""
        if self.damage:
            self.path.rename(self.path.with_name(self.path.name + PUT_ASIDE))
            sync_folder(self.path.parent)
            return
        self._write(event="abandoned")

    def _write(self, **event: Plain) -> None:
        event["at"] = round(time.time(), 3)
        event["boot"] = boot_id()
        line = json.dumps(event, ensure_ascii=True) + "\n"
        with self._guard:
            append_line(self.path, line.encode())
            self._events.append(event)


def _not_writable(path: Path, error: OSError) -> Problem:
    return Problem(
        "journal.not-writable",
        _("The journal cannot be written, so nothing is changed: {why}.").format(
            why=error.strerror or str(error)
        ),
        cause=str(path.parent),
        remedy=_("Free some space or make the file system writable, then retry."),
    )
