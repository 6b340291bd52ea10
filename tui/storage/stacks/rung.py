"""One rung of a stack, and how well it holds."""

from enum import StrEnum

from msgspec import Struct


class RungKind(StrEnum):
    """The layers, from the bottom."""

    PORTAL = "portal"
    SESSION = "session"
    LUN = "lun"
    MULTIPATH = "multipath"
    RAID = "raid"
    """An array of md."""
    PARTITION = "partition"
    CRYPT = "crypt"
    OTHER_DEVICE = "other-device"
    PHYSICAL_VOLUME = "physical-volume"
    VOLUME_GROUP = "volume-group"
    LOGICAL_VOLUME = "logical-volume"
    FILESYSTEM = "filesystem"
    MOUNT = "mount"
    SWAP = "swap"


class Health(StrEnum):
    """How well a rung holds."""

    GOOD = "good"
    WARN = "warn"
    """It holds, but something about it needs attention."""
    DEGRADED = "degraded"
    """It works, with less redundancy than it was made with: a leg, a member or a path is lost."""
    BAD = "bad"
    """It does not hold: what stands on it waits or fails."""
    ABSENT = "absent"
    """It should or could be there and is not."""
    UNKNOWN = "unknown"
    """It was not read, or cannot be told."""
    AS_WISHED = "as-wished"
    """It is not there because somebody wants that: disconnected by a person, or a manual record."""


class Rung(Struct, frozen=True):
    """One thing in a stack. Names and details are raw: they come from the network and from disks.

    Attributes:
        kind: its layer.
        key: stable name; the same thing keeps it over logins, reboots and new device names.
        name: what people call it.
        state: its state in the field's own word: LOGGED_IN, running, active; or empty.
        detail: what else there is to say in a few words each: size, kernel name, vendor.
        health: how well it holds.
        reason: one sentence where the health is not good, else empty.
        stands_on: keys of the rungs directly below.
        depth: 0 for the ladder itself, more for side branches.
        device: kernel name of its block device, or empty.
        sid: number of its session, or None.
        target: name of its target, for portals, sessions and LUNs.
        also: other keys that mean this rung, such as that of the node record of a portal.
    """

    kind: RungKind
    key: str
    name: str
    state: str = ""
    detail: tuple[str, ...] = ()
    health: Health = Health.GOOD
    reason: str = ""
    stands_on: tuple[str, ...] = ()
    depth: int = 0
    device: str = ""
    sid: int | None = None
    target: str = ""
    also: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether there is such a thing now; else it is missed, or somebody wants that it is not."""
        return self.health not in {Health.ABSENT, Health.AS_WISHED}
