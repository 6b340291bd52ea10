"""Block devices and how they stand on each other."""

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class BlockDevice:
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
        content_label: ID_FS_LABEL, or empty.
        partition_table: ID_PART_TABLE_TYPE: gpt, dos, or empty.
        multipath_member: udev says that this is one path of a multipath map.
        links: paths below /dev that udev made for it.
        lost_slaves: those of its slaves that are gone: removed, even where a new disk has the name by now.
        answers: reading it returns at once: the disks below run, their sessions are logged in, no map below
            is suspended, nothing it stands on is gone, and of a multipath map one path is good.
        described: udev has looked at it; without that an empty `content` proves nothing.
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


@dataclass(frozen=True, slots=True)
class MultipathMap:
    """One LUN reached over several paths.

    Attributes:
        name: mpatha, or the WWID.
        device: kernel name, dm-0.
        wwid: of the LUN.
        size: bytes.
        paths: its disks (kernel names).
        good_paths: those whose SCSI device runs and whose session is logged in.
    """

    name: str
    device: str
    wwid: str
    size: int
    paths: tuple[str, ...] = ()
    good_paths: tuple[str, ...] = ()
