"""LVM's three layers, as its own report has them (lvmreport(7)); sizes in bytes."""

from enum import Enum

from msgspec import Struct

PART_NAMES = (
    "_cdata", "_cmeta", "_corig", "_cpool", "_cvol", "_wcorig", "_imeta", "_iorig", "_mimage", "_mlog",
    "_pmspare", "_rimage", "_rmeta", "_tdata", "_tmeta", "_vdata", "_vorigin",
)  # fmt: skip
"""What LVM keeps for the names of parts of LVs (lib/misc/lvm-string.c)."""


def is_part_name(name: str) -> bool:
    """Whether LVM keeps a name for what only serves other LVs: parts of RAID, mirror and pool, and moves."""
    return name.startswith("pvmove") or any(part in name for part in PART_NAMES)


class PhysicalVolume(Struct, frozen=True):
    """A disk that LVM has labelled.

    Attributes:
        path: `/dev/mapper/mpatha`, or `[unknown]` when the disk is gone.
        device: kernel name, or empty when the disk is gone.
        uuid: LVM's identity of it.
        volume_group: name of its VG, or empty; `VolumeGroup.owns` tells whether it is of a VG.
        size: what LVM uses of it.
        free: not yet given to an LV.
        device_size: of the disk itself; 0 when it is gone.
        missing: LVM looks for it and does not find it.
        duplicate: a second disk carries the same identity.
        exported: its VG is exported.
        foreign: its VG belongs to another host by its system id.
        vg_uuid: UUID of its VG, or empty when it has none or none is known.
    """

    path: str
    device: str
    uuid: str
    volume_group: str = ""
    size: int = 0
    free: int = 0
    device_size: int = 0
    missing: bool = False
    duplicate: bool = False
    exported: bool = False
    foreign: bool = False
    vg_uuid: str = ""


class VolumeGroup(Struct, frozen=True):
    """A pool of physical volumes.

    Attributes:
        name: its name.
        uuid: LVM's identity of it.
        size: bytes.
        free: bytes.
        extent_size: bytes; everything in it is a multiple of this.
        missing_volumes: how many of its PVs are gone.
        partial: some LV cannot be used whole.
        exported: it is exported.
        system_id: the host it belongs to, or empty (the default: nothing is said).
        foreign: it belongs to another host.
        shared: it is under lvmlockd (lock_type sanlock or dlm) or clustered.
        autoactivation: it is activated when it is complete.
    """

    name: str
    uuid: str
    size: int = 0
    free: int = 0
    extent_size: int = 0
    missing_volumes: int = 0
    partial: bool = False
    exported: bool = False
    system_id: str = ""
    foreign: bool = False
    shared: bool = False
    autoactivation: bool = True

    def owns(self, member: "PhysicalVolume | LogicalVolume") -> bool:
        """Whether a PV or LV is of this VG: by its UUID, and by its name only where a UUID is not known."""
        if self.uuid and member.vg_uuid:
            return self.uuid == member.vg_uuid
        return self.name == member.volume_group

    @property
    def free_extents(self) -> int:
        """How many whole extents are free; none where LVM did not tell their size."""
        return self.free // self.extent_size if self.extent_size else 0


class VolumeKind(Enum):
    """What an LV is, by the first letter of lv_attr (lvs(8))."""

    PLAIN = "-"
    CACHED = "C"
    MIRRORED = "m"
    MIRRORED_UNSYNCED = "M"
    ORIGIN = "o"
    MERGING_ORIGIN = "O"
    INTEGRITY = "g"
    RAID = "r"
    RAID_UNSYNCED = "R"
    SNAPSHOT = "s"
    MERGING_SNAPSHOT = "S"
    PVMOVE = "p"
    VIRTUAL = "v"
    IMAGE = "i"
    IMAGE_UNSYNCED = "I"
    MIRROR_LOG = "l"
    CONVERTING = "c"
    THIN_VOLUME = "V"
    THIN_POOL = "t"
    THIN_POOL_DATA = "T"
    VDO_POOL = "d"
    VDO_POOL_DATA = "D"
    METADATA = "e"
    """Metadata of a pool or a RAID, or the spare that a pool's repair needs."""
    UNKNOWN = ""
    """LVM did not say, or in a letter of a later version."""


class LogicalVolume(Struct, frozen=True):
    """A volume cut out of a VG.

    Attributes:
        name: its name.
        volume_group: name of its VG; `VolumeGroup.owns` tells whether it is of a VG.
        uuid: LVM's identity of it within its VG: a clone made by vgimportclone(8) keeps it.
        size: bytes.
        path: `/dev/VG/LV`.
        device: kernel name (`dm-1`) while it is active, else empty.
        active: its dm table is loaded, which says nothing about its disks.
        open: somebody uses it.
        suspended: its I/O is queued.
        health: lv_health_status, empty when LVM sees nothing wrong.
        attributes: lv_attr.
        pool: thin pool it lives in, or empty.
        origin: volume it is a snapshot of, or empty.
        skip_activation: it is left out of ordinary activation.
        vg_uuid: UUID of its VG, or empty when none is known.
        parent: volume that it is a part of (lv_parent), or empty.
    """

    name: str
    volume_group: str
    uuid: str
    size: int = 0
    path: str = ""
    device: str = ""
    active: bool = False
    open: bool = False
    suspended: bool = False
    health: str = ""
    attributes: str = ""
    pool: str = ""
    origin: str = ""
    skip_activation: bool = False
    vg_uuid: str = ""
    parent: str = ""

    @property
    def kind(self) -> VolumeKind:
        """What it is."""
        try:
            return VolumeKind(self.attributes[:1])
        except ValueError:
            return VolumeKind.UNKNOWN


class LvmReading(Struct, frozen=True):
    """How far the LVM report can be trusted: an empty report does not prove that nothing is there.

    Attributes:
        asked: LVM was run and answered in time.
        left_out: devices (kernel names) it was not allowed to read, since they would block it; paths of a
            multipath map do not count, since LVM reads the map.
        warnings: its warning lines, cleaned.
        error: why there is no report, or empty.
    """

    asked: bool = False
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""
