"""Something that this host says should be there, and how it stands."""

from enum import StrEnum

from msgspec import Struct

from tui.recovery.finding import Finding, Seen


class Subject(StrEnum):
    """What is expected."""

    SESSION = "session"
    ENCRYPTED = "encrypted"
    ARRAY = "array"
    VOLUME = "volume"
    MOUNT = "mount"
    SWAP = "swap"
    AT_BOOT = "at-boot"
    """That what is there now comes back at the next boot."""


class Standing(StrEnum):
    """How it stands."""

    MET = "met"
    AS_WISHED = "as-wished"
    """It is not there, and somebody wants that."""
    COMING = "coming"
    """systemd is at work on it."""
    UNMET = "unmet"


class Expectation(Struct, frozen=True):
    """One thing that should be there.

    Attributes:
        subject: what kind of thing.
        name: which: a mount point, a swap area, `TARGET, PORTAL`. Raw.
        source: where it is said, with the line.
        standing: how it stands.
        rungs: keys of the rungs that it is or stands on directly; what is broken at one of them or below
            explains that it is not there.
        device: kernel name of its device, or empty.
        is_gone: its device is not here at all, so that whatever takes devices away may explain it.
        told: the finding that tells of it, where nothing else explains it; None unless it is unmet.
    """

    subject: Subject
    name: str
    source: Seen
    standing: Standing
    rungs: tuple[str, ...] = ()
    device: str = ""
    is_gone: bool = False
    told: Finding | None = None


class Account(Struct, frozen=True):
    """An expectation and what accounts for it.

    Attributes:
        expectation: what should be there.
        explained_by: `key` of the finding that explains or tells that it is not; empty where it is met or as
            wished.
    """

    expectation: Expectation
    explained_by: str = ""
