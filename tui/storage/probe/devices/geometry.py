"""How a file system was made, and how full it is while it is not mounted: its own tools read its superblock.

Every call reads a disk: it is made only for devices that answer, and has a deadline.
"""

import re

from msgspec import Struct

from tui.storage.host.interface import Command, Host
from tui.storage.model.block import BlockDevice
from tui.storage.probe.reading import whole_number

_DEADLINE = 10.0
_EXT_KEYS = frozenset(
    {
        *("Filesystem features", "Inode count", "Block count", "Reserved block count", "Block size"),
        *("Inode size", "Blocks per group", "Inodes per group", "Flex block group size", "RAID stride"),
        *("RAID stripe width", "Default mount options", "Journal size", "Total journal size", "Free blocks"),
    }
)
_XFS_KEYS = (
    *("blocksize", "dblocks", "sectsize", "inodesize", "agcount", "agblocks", "logblocks", "logsunit"),
    *("unit", "width", "imax_pct", "versionnum", "features2", "features_ro_compat", "features_incompat"),
    "fdblocks",
)
XFS_SUPERBLOCK = ("xfs_db", "-r", "-c", "sb 0", "-c", f"print {' '.join(_XFS_KEYS)}")


class Geometry(Struct, frozen=True):
    """What a file system says of itself.

    Attributes:
        values: by the tool's own names.
        block: bytes of a block; 0 where it was not told.
        blocks: how many it has; 0 likewise.
        free: how many of them are free, by the superblock, which lags behind while it is mounted; None where
            it was not told.
    """

    values: tuple[tuple[str, str], ...]
    block: int = 0
    blocks: int = 0
    free: int | None = None

    @property
    def used(self) -> int | None:
        """Bytes, or None where that is not known."""
        return max(0, self.blocks - self.free) * self.block if self.free is not None and self.block else None


def read_geometry(host: Host, device: BlockDevice) -> Geometry | None:
    """How the file system on a device was made; None where it does not answer or no tool tells."""
    if not device.answers:
        return None
    match device.content:
        case "ext2" | "ext3" | "ext4":
            return parse_ext(_said(host, "dumpe2fs", "-h", device.path))
        case "xfs":
            return parse_xfs(_said(host, *XFS_SUPERBLOCK, device.path))
        case _:
            return None


def parse_ext(text: str) -> Geometry | None:
    """Read `dumpe2fs -h`. Never raises."""
    pairs = re.findall(r"^([A-Z][A-Za-z ]+?):[ \t]+(\S.*)$", text, re.MULTILINE)
    values = {name: value.strip() for name, value in pairs if name in _EXT_KEYS}
    return _geometry(values, "Block size", "Block count", "Free blocks")


def parse_xfs(text: str) -> Geometry | None:
    """Read `xfs_db -c print`: `name = value`. Never raises."""
    pairs = re.findall(r"^(\w+) = (\S+)$", text, re.MULTILINE)
    values = {name: value for name, value in pairs if name in _XFS_KEYS}
    return _geometry(values, "blocksize", "dblocks", "fdblocks")


def _geometry(values: dict[str, str], block: str, blocks: str, free: str) -> Geometry | None:
    if not values:
        return None
    size, count = whole_number(values.get(block, "")) or 0, whole_number(values.get(blocks, "")) or 0
    left = whole_number(values.get(free, ""))
    kept = tuple((name, value) for name, value in values.items() if name != free)
    return Geometry(kept, size, count, left)


def _said(host: Host, *argv: str) -> str:
    outcome = host.run(Command(argv, deadline=_DEADLINE))
    return outcome.stdout if outcome.ok else ""
