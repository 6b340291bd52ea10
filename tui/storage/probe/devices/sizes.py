"""Sizes that only tools tell: of a LUN on the array, before the extents of a PV, of a file system.

statvfs(3) leaves out what a file system keeps for itself, so it never equals the device. What counts is the
number of blocks in the superblock. Every call here reads a disk: it is made only for devices that answer.
"""

import re
import typing

from msgspec import Struct

from tui.storage.documents import parse_json
from tui.storage.host.interface import Command, Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import Mount
from tui.storage.probe.reading import whole_number

_MIB = 1024 * 1024

DEFAULT_START = _MIB
"""Where LVM lets the extents of a PV begin unless the disk asks for more (lvm.conf)."""

UNKNOWN_START = 64 * _MIB
"""Bytes by which extents may begin later where a disk asks for it (queue/optimal_io_size): while their start
is unknown, a disk that is larger by less does not show that its PV can grow."""

_DEADLINE = 10.0


class Reach(Struct, frozen=True):
    """How far a file system reaches into its device.

    Attributes:
        size: bytes, by its own superblock.
        unit: bytes; a device that is larger by less gives it nothing.
        member: number of the device in a btrfs, 1 for the others.
        members: devices it is made of.
    """

    size: int
    unit: int
    member: int = 1
    members: int = 1

    def lags(self, device: int) -> bool:
        """Whether it can grow on a device of so many bytes."""
        return device - self.size >= self.unit

    def is_beyond(self, device: int) -> bool:
        """Whether it reaches beyond the end of its device: what lies there is lost."""
        return self.size > device


def filesystem_reach(host: Host, device: BlockDevice, mount: Mount | None = None) -> Reach | None:
    """How far the file system on a device reaches, or None where it is unknown.

    Args:
        host: the host.
        device: what carries it.
        mount: where it is mounted; XFS and btrfs tell the newest numbers there.
    """
    if not device.answers:
        return None
    place = mount.target if mount is not None else ""
    match device.content:
        case "ext2" | "ext3" | "ext4":
            return parse_ext(_said(host, "dumpe2fs", "-h", device.path))
        case "xfs" if place:
            return parse_xfs(_said(host, "xfs_info", place))
        case "xfs":
            return parse_xfs(_said(host, "xfs_info", device.path))
        case "btrfs":
            text = _said(host, "btrfs", "filesystem", "show", "--raw", place or device.path)
            return parse_btrfs(text, (device.path, f"/dev/{device.name}", *device.links))
        case _:
            return None


def parse_ext(text: str) -> Reach | None:
    """Read `dumpe2fs -h`.

    The last block group must hold its own tables and 50 blocks more, or resize2fs leaves it out
    (e2fsprogs lib/ext2fs and resize/resize2fs.c, adjust_fs_info; kernel fs/ext4/resize.c).
    """
    numbers = {
        match[1]: int(match[2])
        for match in re.finditer(r"^([A-Z][A-Za-z0-9 ]+):\s+(\d{1,18})$", text, re.MULTILINE)
    }
    count, block = numbers.get("Block count"), numbers.get("Block size")
    if not count or not block:
        return None
    tables = numbers.get("Inode blocks per group", 512) + numbers.get("Reserved GDT blocks", 0)
    return Reach(count * block, (tables + 64) * block)


def parse_xfs(text: str) -> Reach | None:
    """Read `xfs_info`. An allocation group has 64 blocks at least (XFS_MIN_AG_BLOCKS)."""
    match = re.search(r"^data\s+=.*?bsize=(\d{1,18})\s+blocks=(\d{1,18})", text, re.MULTILINE)
    if match is None:
        return None
    block, count = int(match[1]), int(match[2])
    return Reach(block * count, 64 * block)


def parse_btrfs(text: str, paths: tuple[str, ...]) -> Reach | None:
    """Read `btrfs filesystem show --raw`: the line of one of its devices, known by any of its paths."""
    lines = [
        (int(match[1]), int(match[2]), match[3])
        for match in re.finditer(
            r"^\s*devid\s+(\d{1,9}) size (\d{1,18}) used \d+ path (\S+)", text, re.MULTILINE
        )
    ]
    own = [line for line in lines if line[2] in paths]
    if not own and len(lines) == 1:
        own = lines
    # A sector, by which the kernel rounds down, has 64 KiB at most.
    return Reach(own[0][1], 65536, own[0][0], len(lines)) if own else None


def array_size(host: Host, device: BlockDevice) -> int | None:
    """What the array says a disk has, asked past what the kernel remembers, in bytes.

    None where the disk does not answer or `sg_readcap` (sg3-utils) is not installed.
    """
    if not device.answers:
        return None
    words = _said(host, "sg_readcap", "--brief", f"/dev/{device.name}").split()
    try:
        blocks, block = (int(word, 16) for word in words)
    except ValueError:
        return None
    return blocks * block


def extents_start(host: Host, path: str) -> int | None:
    """How many bytes of a PV lie outside of its extents: its label and LVM's metadata.

    None where LVM does not tell. Only this one disk is opened.
    """
    outcome = host.run(
        Command(
            (
                *("lvm", "pvs", "--nohints", "--devices", path, "--reportformat", "json", "--units", "b"),
                *("--nosuffix", "-o", "pe_start,pv_mda_count", path),
            ),
            deadline=_DEADLINE,
        )
    )
    try:
        document: typing.Any = parse_json(outcome.stdout)
        row = document["report"][0]["pv"][0]
        start, notes = whole_number(row["pe_start"]), whole_number(row["pv_mda_count"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    # A second copy of the metadata is at the end of the disk, in 1 MiB (pvcreate(8) --pvmetadatacopies).
    return start + max(0, (notes or 1) - 1) * _MIB if start else None


def _said(host: Host, *argv: str) -> str:
    outcome = host.run(Command(argv, deadline=_DEADLINE))
    return outcome.stdout if outcome.ok else ""
