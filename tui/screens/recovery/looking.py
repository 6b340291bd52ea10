"""A look at the host for the Recovery screen: in a worker thread, told about while it goes on."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct, field
from textual.message import Message

from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.evidence import Evidence, Item, Unread
from tui.recovery.gather import gather
from tui.storage.host.interface import Host
from tui.storage.host.recording import RecordingHost
from tui.storage.model.inventory import Inventory
from tui.storage.problem import ConsoleError, Problem
from tui.words import translate as _

PATIENT = 30.0
"""Seconds for a look after one in which not even the inventory could be taken."""


@dataclass
class ItemReported(Message):
    """An item of the evidence is there, or was given up."""

    number: int
    """Of the look."""
    item: Item
    why: str


@dataclass
class Looked(Message):
    """A look has ended.

    Attributes:
        number: of the look.
        diagnosis: what was found, or None when not even the inventory could be taken.
        recording: the host it was found on, which knows what was run.
        problem: why there is no diagnosis.
    """

    number: int
    diagnosis: Diagnosis | None = None
    recording: RecordingHost | None = None
    problem: Problem | None = None


@dataclass
class Guessed(Message):
    """What the inventory that was there already tells, before anything else is looked at."""

    diagnosis: Diagnosis


class Progress(Struct):
    """How far a look has come.

    Attributes:
        number: counts the looks.
        why: why the host is looked at once more; empty for the first time.
        within: seconds it may take.
        begun: by `time.monotonic`.
        is_followed: one more look follows, since somebody asked for it meanwhile.
        told: why an item is missing, or empty when it is there.
    """

    number: int
    why: str
    within: float
    begun: float = field(default_factory=time.monotonic)
    told: dict[Item, str] = field(default_factory=dict)
    is_followed: bool = False

    @property
    def seconds(self) -> float:
        """Since it began."""
        return max(0.0, time.monotonic() - self.begun)


def guess(host: Host, inventory: Inventory) -> Guessed:
    """What can be said at once: nothing but the inventory counts as read."""
    why = _("not checked yet")
    unread = tuple(Unread(item, why) for item in Item)
    return Guessed(diagnose(Evidence(inventory, now=host.now(), unread=unread)))


def look(host: Host, number: int, within: float, told: Callable[[Item, str], None]) -> Looked:
    """Take the evidence and diagnose it; for a worker thread.

    Args:
        host: the machine.
        number: of the look.
        within: seconds it may take.
        told: called from any thread when an item is there, or is given up and why.
    """
    recording = RecordingHost(host)
    try:
        evidence = gather(recording, within, told)
    except ConsoleError as error:
        return Looked(number, problem=error.problem)
    return Looked(number, diagnose(evidence), recording)
