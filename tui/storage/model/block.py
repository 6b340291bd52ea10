"""Block devices and how they stand on each other."""

from enum import StrEnum

from msgspec import Struct


class BlockKind(StrEnum):
    """What a block device is, by sysfs and the dm UUID's prefix."""

    DISK = "disk"
    PARTITION = "partition"
    MULTIPATH = "multipath"
    LOGICAL_VOLUME = "logical-volume"
    CRYPT = "crypt"
    OTHER_MAP = "other-map"
    LOOP = "loop"
    RAID = "raid"
    OTHER = "other"


class LegState(StrEnum):
    """What the kernel says of one leg of an array (md(4), dm-raid.rst)."""

    IN_SYNC = "in-sync"
    REBUILDING = "rebuilding"
    """It is there, and its data is being written to it."""
    FAULTY = "faulty"
    SPARE = "spare"
    MISSING = "missing"
    """No device has its place."""


class RaidLeg(Struct, frozen=True):
    """One of the devices that an array is spread over.

    Attributes:
        devices: kernel names of what it is made of: of md one, of an LV its image and its metadata; none
            where it is missing.
        state: what the kernel says; it notices a disk that is gone only by the next I/O to it.
        good: its data is whole, and reading it returns at once.
    """

    devices: tuple[str, ...]
    state: LegState
    good: bool


class Raid(Struct, frozen=True):
    """How an array is made and how well it holds: of md, or a RAID LV.

    Attributes:
        level: `raid1`, `raid5_ls`, `raid10` …, as the kernel names it.
        legs: in the order of their places; spares come last and count for nothing.
        action: what it is doing: `idle`, `resync`, `recover`, `check` …
        done: percent of that, or None where nothing is done or it is not known.
    """

    level: str
    legs: tuple[RaidLeg, ...] = ()
    action: str = ""
    done: int | None = None

    @property
    def places(self) -> tuple[RaidLeg, ...]:
        """The legs that its data is spread over, without spares."""
        return tuple(leg for leg in self.legs if leg.state is not LegState.SPARE)

    @property
    def lost(self) -> tuple[RaidLeg, ...]:
        """The legs that it goes on without."""
        return tuple(leg for leg in self.places if not leg.good)

    @property
    def works(self) -> bool:
        """Whether its data is whole without the legs that are lost."""
        lost = frozenset(number for number, leg in enumerate(self.places) if not leg.good)
        if self.level == "raid1":
            return len(lost) < len(self.places)
        if self.level.startswith(("raid4", "raid5")):
            return len(lost) <= 1
        if self.level.startswith("raid6"):
            return len(lost) <= 2
        if self.level.startswith("raid10"):
            return not any(set(pair) <= lost for pair in _mirrored(len(self.places)))
        return not lost

    @property
    def degraded(self) -> bool:
        """It works, and has less redundancy than it was made with."""
        return bool(self.lost) and self.works


def _mirrored(count: int) -> tuple[tuple[int, int], ...]:
    """The pairs of places that hold the same data in a RAID10 of two near copies, its default (md(4))."""
    step = 2 if count % 2 == 0 else 1
    return tuple((first, (first + 1) % count) for first in range(0, count, step))


class BlockDevice(Struct, frozen=True):
    """One block device.

    Attributes:
        name: kernel name: sda, sda1, dm-3.
        path: the name people use: /dev/sda, /dev/mapper/vg-lv.
        number: `MAJOR:MINOR`.
        kind: what it is.
        size: bytes.
        read_only: may not be written.
        slaves: kernel names of what it stands on.
        holders: kernel names of what stands on it (dm maps and RAID; not mounts).
        partitions: kernel names of its partitions.
        map_name: dm name, or empty.
        map_uuid: dm uuid, `LVM-…`, `mpath-…`, or empty.
        suspended: a dm map whose I/O is queued.
        content: ID_FS_TYPE of udev: ext4, xfs, LVM2_member, mpath_member, or empty.
        content_uuid: ID_FS_UUID, or empty.
        content_part: ID_FS_UUID_SUB: which device of a file system or array of several it is, or empty.
        content_label: ID_FS_LABEL, or empty.
        partition_table: ID_PART_TABLE_TYPE: gpt, dos, or empty.
        multipath_member: udev says that this is one path of a multipath map.
        links: paths below /dev that udev made for it.
        lost_slaves: those of its slaves that are gone: removed, even where a new disk has the name by now.
        answers: reading it returns at once: the disks below run, their sessions are logged in, no map below
            is suspended, nothing it stands on is gone; of a multipath map one path is good, and of an array
            no leg waits and the others make up for those that are gone.
        described: udev has looked at it; without that an empty `content` proves nothing.
        raid: how its legs are, or None where it is no array or that could not be asked.
        cache_state: what bcache says of one of its devices (kernel documentation, bcache.rst): no cache,
            clean, dirty, inconsistent; or empty.
        sector_size: bytes of a logical sector, the smallest that can be written (queue/logical_block_size);
            0 where that is not known.
    """

    name: str
    path: str
    number: str
    kind: BlockKind
    size: int
    read_only: bool = False
    slaves: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    map_name: str = ""
    map_uuid: str = ""
    suspended: bool = False
    content: str = ""
    content_uuid: str = ""
    content_label: str = ""
    partition_table: str = ""
    multipath_member: bool = False
    links: tuple[str, ...] = ()
    lost_slaves: tuple[str, ...] = ()
    answers: bool = True
    described: bool = True
    raid: Raid | None = None
    content_part: str = ""
    cache_state: str = ""
    sector_size: int = 0


class MapPolicy(Struct, frozen=True):
    """How the kernel uses the paths of a multipath map: its table (kernel, drivers/md/dm-mpath.c).

    Attributes:
        selector: what chooses a path of a group: `service-time`, `queue-length`, `round-robin` …
        handler: of the hardware, `alua`; empty for none.
        groups: how many priority groups the paths are in.
        queues: while no path is usable, I/O is queued now (queue_if_no_path). Whether multipathd ends that
            after a time (no_path_retry) is not in the table.
    """

    selector: str
    handler: str
    groups: int
    queues: bool


class MultipathMap(Struct, frozen=True):
    """One LUN reached over several paths.

    Attributes:
        name: mpatha, or the WWID.
        device: kernel name, dm-0.
        wwid: of the LUN.
        size: bytes.
        paths: its disks (kernel names).
        good_paths: those whose SCSI device runs and whose session is logged in.
        policy: how the kernel uses them; None where it was not read.
    """

    name: str
    device: str
    wwid: str
    size: int
    paths: tuple[str, ...] = ()
    good_paths: tuple[str, ...] = ()
    policy: MapPolicy | None = None
