"""What one capture says of its host, as far as hosts are compared by it. All of it is plain and cleaned."""

from enum import StrEnum

from msgspec import Struct

from tui.storage.stacks.judgement import Told, Verdict


class Shown(StrEnum):
    """How one thing stands on one host."""

    USED = "used"
    """It is there, and something on it is mounted, is swap space, or is active."""
    THERE = "there"
    WARNING = "warning"
    """It is there, with fewer paths than this host has set up, or something else needs attention."""
    BROKEN = "broken"
    """It is known to this host and does not work: I/O to it waits or fails, a portal does not answer."""
    MISSING = "missing"
    """This host expects it (a record that logs in at boot, fstab, LVM's metadata), and it is not there."""
    INTENDED = "intended"
    """It is set up, and not there because somebody wants that: a manual record."""
    NONE = "none"
    """This host does not have it and does not expect it."""
    UNKNOWN = "unknown"
    """The capture is old, or does not say."""


class Cell(Struct, frozen=True):
    """How one thing stands on one host.

    Attributes:
        shown: the state.
        words: the same in a word or two, more exactly where that is known: `2 of 2`, `blocked`.
        detail: what else there is to say: where it is mounted, why it is broken; or empty.
    """

    shown: Shown
    words: str
    detail: str = ""


class LunFacts(Struct, frozen=True):
    """A LUN as a host sees it, over all its paths.

    Attributes:
        key: what it is on every host: its WWID where that is unique in the world, else its target and number.
        wwid: as the kernel has it, or empty.
        places: `TARGET LUN N` of each path.
        size: bytes; of several paths the smallest.
        array: vendor and model.
        cell: how it stands.
        holds: what is on it and can be expected by name elsewhere: `fs:UUID`, `pv:UUID`.
        policy: how the kernel uses its paths; empty where no multipath map joins them, or a path is lost.
    """

    key: str
    wwid: str
    places: tuple[str, ...]
    size: int
    array: str
    cell: Cell
    holds: tuple[str, ...] = ()
    policy: str = ""


class TargetFacts(Struct, frozen=True):
    """A target of which this host has a record or a session, and the timers of its records.

    Attributes:
        name: the target's iSCSI name.
        cell: how its sessions stand.
        settings: the timers in seconds and how it is logged in to at boot, from its records; with several
            values where its records differ.
    """

    name: str
    cell: Cell
    settings: tuple[tuple[str, str], ...] = ()


class PortalFacts(Struct, frozen=True):
    """A portal of which this host has a record or a session.

    Attributes:
        name: `ADDRESS:PORT`.
        cell: how it stands.
        reached: a session through it is up, or it took a connection; None where nobody tried.
    """

    name: str
    cell: Cell
    reached: bool | None = None


class UseFacts(Struct, frozen=True):
    """A file system that is mounted, or swap space in use, on LUNs.

    Attributes:
        uuid: of the file system or the swap space, or empty.
        kind: `ext4`, `swap` …
        place: the mount point, or `swap`.
        luns: keys of the LUNs below.
        read_only: it is mounted read-only.
    """

    uuid: str
    kind: str
    place: str
    luns: tuple[str, ...]
    read_only: bool = False


class GroupFacts(Struct, frozen=True):
    """A VG on LUNs that this host may use: not one that LVM keeps for another host, and not exported.

    Attributes:
        name: its name.
        uuid: LVM's identity of it.
        system_id: the host it belongs to, or empty.
        active: LVs of it are active.
        luns: keys of the LUNs that its PVs are on.
    """

    name: str
    uuid: str
    system_id: str = ""
    active: bool = False
    luns: tuple[str, ...] = ()


class Expected(Struct, frozen=True):
    """Something on a disk that this host misses: `fs:UUID` or `pv:UUID`, and where it is said."""

    what: str
    source: str


class HostFacts(Struct, frozen=True, tag="host"):
    """One capture.

    Attributes:
        file: its name in the directory.
        name: the host's name.
        taken_at: when, in seconds since the epoch by that host's clock.
        whole: everything of the inventory was read, so that what is not in it is not there.
        machine: an ID derived from its machine ID, or empty.
        addresses: hardware addresses of its network interfaces.
        initiator: the initiator name, or empty where it has none or it could not be read.
        system: distribution and release, `debian 12`.
        versions: of the kernel and the tools.
        settings: of iscsid.conf, without CHAP.
        verdict: what its diagnosis comes to.
        problems: how many things are broken by themselves.
        told: its findings that nobody accepts.
        unexplained: how many layers are broken or missing for an unknown reason.
        luns: its LUNs.
        targets: its targets.
        portals: its portals.
        uses: what is mounted on LUNs.
        groups: the VGs on LUNs.
        expected: what it misses.
    """

    file: str
    name: str
    taken_at: float
    whole: bool = True
    machine: str = ""
    addresses: tuple[str, ...] = ()
    initiator: str = ""
    system: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    verdict: Verdict = Verdict.HEALTHY
    problems: int = 0
    told: tuple[Told, ...] = ()
    unexplained: int = 0
    luns: tuple[LunFacts, ...] = ()
    targets: tuple[TargetFacts, ...] = ()
    portals: tuple[PortalFacts, ...] = ()
    uses: tuple[UseFacts, ...] = ()
    groups: tuple[GroupFacts, ...] = ()
    expected: tuple[Expected, ...] = ()


class Unreadable(Struct, frozen=True, tag="unreadable"):
    """A file of the directory that is not a capture, or could not be read, and why."""

    file: str
    why: str
