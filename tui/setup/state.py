"""Everything the set-up knows at one moment; the steps are pure functions over it."""

from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from tui.setup.answers import NOTHING_DECIDED, Answer, Answers, DiscoverAnswer
from tui.setup.step import Step
from tui.storage.changing.plan import Plan
from tui.storage.devices.contents import Contents
from tui.storage.iscsi.discovery import Discovered
from tui.storage.model.inventory import Inventory
from tui.storage.problem import Problem


class Probed(Struct, frozen=True):
    """What was found on a disk.

    Attributes:
        wwid: identity of the LUN.
        contents: its signatures, holders and whether it may be used.
        alignment: bytes that LVM aligns data to on it (the disk's optimal_io_size), 0 where it says nothing.
    """

    wwid: str
    contents: Contents
    alignment: int = 0


class FolderFacts(Struct, frozen=True):
    """What a mount point is before anything is mounted there.

    Attributes:
        path: the folder.
        exists: it is there.
        is_folder: it is a folder (a file in its place cannot be mounted on).
        entries: how many names are in it; they are hidden while something is mounted over them.
    """

    path: str
    exists: bool = False
    is_folder: bool = False
    entries: int = 0


class SetupState(Struct, frozen=True):
    """Everything the set-up knows.

    Attributes:
        inventory: the host, as last read.
        answers: what the person decided.
        step: the page in front of the person.
        fresh_uuids: random UUIDs for new file systems, chosen beforehand so that the plan can name them.
        suggested_name: a fresh initiator name to offer, or empty.
        name_written: when the file with the initiator name was written, seconds since the epoch, or None.
        machine_made: when /etc/machine-id was written, likewise.
        discovered: what the portal listed, or None before it was asked.
        asked: the answer with which it was asked; when it is no longer the answer, `discovered` is stale.
        logins: how each login ended: (title of the operation, problem or None).
        probed: what was found on the disks, by WWID.
        folders: what is known about the mount points that were looked at.
        rc_local: text of rc.local, or empty.
        ran: steps whose plan ran to its end in this set-up.
        problem: why the last thing failed, or None.
    """

    inventory: Inventory
    answers: Answers = NOTHING_DECIDED
    step: Step = Step.NAME
    fresh_uuids: tuple[str, ...] = ()
    suggested_name: str = ""
    name_written: float | None = None
    machine_made: float | None = None
    discovered: Discovered | None = None
    asked: DiscoverAnswer | None = None
    logins: tuple[tuple[str, Problem | None], ...] = ()
    probed: tuple[Probed, ...] = ()
    folders: tuple[FolderFacts, ...] = ()
    rc_local: str = ""
    ran: frozenset[Step] = frozenset()
    problem: Problem | None = None

    def answered(self, answer: Answer) -> "SetupState":
        """The state after the person decided a step."""
        return replace(self, answers=self.answers.with_answer(answer))

    def contents_of(self, wwid: str) -> Contents | None:
        """What was found on a disk, or None where it was not looked at."""
        return next((disk.contents for disk in self.probed if disk.wwid == wwid), None)

    def alignment_of(self, wwid: str) -> int:
        """Bytes LVM aligns data to on a disk."""
        return next((disk.alignment for disk in self.probed if disk.wwid == wwid), 0)

    def folder(self, path: str) -> FolderFacts | None:
        """What is known about a mount point, or None where it was not looked at."""
        return next((folder for folder in self.folders if folder.path == path), None)


class Explanation(Struct, frozen=True):
    """The lower pane of a page: why the step is there, and the exact commands it will run."""

    why: str
    runs: tuple[str, ...] = ()


class Logic(Protocol):
    """What every step module offers. All functions are pure."""

    def answer(self, state: SetupState) -> Answer:
        """The decided answer, or the defaults."""

    def defaults(self, state: SetupState) -> Answer:
        """What is offered before the person decides, from what the host has."""

    def satisfied(self, state: SetupState) -> str | None:
        """A short note on what the host already has, when the step can be passed over; else None."""

    def problems(self, state: SetupState) -> tuple[Problem, ...]:
        """What is wrong with the answer; each names its `field`. Empty when the step may run."""

    def warnings(self, state: SetupState) -> tuple[Problem, ...]:
        """What the person should know and may ignore."""

    def plan(self, state: SetupState) -> Plan:
        """What the step does, on its own. Only to be asked for when there are no problems."""

    def blocker(self, state: SetupState) -> Problem | None:
        """What must still happen before the next step makes sense, or None."""

    def explain(self, state: SetupState) -> Explanation:
        """Why the step is there and what it will run, secrets masked."""

    def note(self, state: SetupState) -> str:
        """A few words for the rail: what was decided."""


def commands(plan: Plan) -> tuple[str, ...]:
    """The exact commands and file edits of a plan, one line each, secrets masked."""
    return tuple(line for operation in plan.operations for line in operation.shown())
