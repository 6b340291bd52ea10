"""What older uses leave on a disk where no signature leads to it: behind a lost partition table, in copies.

A look reads some 20 MiB whatever the size of the disk: its beginning and end, the usual beginnings of
partitions, the places where file systems keep copies of their superblock, and samples in between. A disk is
blank only when all of that is zero.
"""

import uuid
from collections.abc import Iterable, Iterator

from msgspec import Struct

from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

_KIB, _MIB, _GIB = 1 << 10, 1 << 20, 1 << 30
_STARTS = (0, 63 * 512, 2048 * 512, 63 * 4096, 2048 * 4096)
"""Where partitions usually begin, and the disk itself: sectors of 512 and of 4096 bytes."""
_HEAD = 2 * _MIB
_TAIL = _MIB
_AT_START = 132 * _KIB
"""Bytes from the beginning of a partition within which everything keeps its first signature."""
_EXT_BLOCKS = (1024, 2048, 4096)
_EXT_GROUPS = (1, 3, 5, 7, 9)
"""Block groups with a copy of the superblock (ext4(5), sparse_super)."""
_XFS_PARTS = ((1, 4), (2, 4), (3, 4), (1, 8), (1, 16), (1, 32))
"""Where mkfs.xfs begins allocation groups, as parts of the device: it makes 4, and up to 32 on an array."""
_XFS_WINDOW = _MIB + 128 * _KIB
_BTRFS_COPIES = (64 * _KIB, 64 * _MIB, 256 * _GIB)
_SAMPLES = 64
_SAMPLE = 64 * _KIB
_ALIGNED = 4096


class Trace(Struct, frozen=True):
    """One leftover.

    Attributes:
        kind: as libblkid calls it: ext4, xfs, btrfs, gpt, linux_raid_member …
        offset: where its superblock, or a copy of it, is; in bytes.
        uuid: or empty.
        label: or empty; untrusted.
    """

    kind: str
    offset: int
    uuid: str = ""
    label: str = ""

    @property
    def words(self) -> str:
        """What it is and where, safe to show."""
        detail = clean(self.label or self.uuid, 60)
        return _("{what} at {offset}, to which no signature leads: it may hold data").format(
            what=f"{self.kind} ({detail})" if detail else self.kind, offset=size_words(self.offset)
        )


def spans(size: int) -> tuple[tuple[int, int], ...]:
    """What is read of a disk with so many bytes: (offset, length), in order, without overlaps."""
    wanted = [(0, _HEAD), (size - _TAIL, _TAIL)]
    wanted += [(start, _AT_START) for start in _STARTS]
    wanted += [(start + copy, 4 * _KIB) for start in _STARTS for copy in _BTRFS_COPIES]
    wanted += [(offset, _KIB) for offset, _group in _ext_copies()]
    wanted += [(size * part // whole - 64 * _KIB, _XFS_WINDOW) for part, whole in _XFS_PARTS]
    wanted += [(size * number // _SAMPLES, _SAMPLE) for number in range(_SAMPLES)]
    joined: list[tuple[int, int]] = []
    for offset, length in sorted(wanted):
        begin = max(0, offset) // _ALIGNED * _ALIGNED
        end = min(size, -(-(offset + length) // _ALIGNED) * _ALIGNED)
        if begin >= end:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple((begin, end - begin) for begin, end in joined)


def recognize(size: int, read: Iterable[tuple[int, bytes]]) -> tuple[Trace, ...]:
    """What can be told of content that is not zero; of several copies of one thing the first.

    Args:
        size: bytes of the disk.
        read: what was read of it, with its offsets.
    """
    look = _Look(size, tuple((offset, data) for offset, data in read if any(data)))
    found: dict[tuple[str, str], Trace] = {}
    for trace in look.traces():
        found.setdefault((trace.kind, trace.uuid), trace)
    return tuple(sorted(found.values(), key=lambda trace: trace.offset))


def _ext_copies() -> Iterator[tuple[int, int]]:
    """Offsets of copies of an ext superblock, and their block group: of 8 blocks' bits of blocks each."""
    for start in _STARTS:
        for block in _EXT_BLOCKS:
            for group in _EXT_GROUPS:
                # With blocks of 1 KiB the first block belongs to no group.
                yield start + (group * 8 * block + (block == 1024)) * block, group


class _Look:
    """Looks up bytes in what was read."""

    def __init__(self, size: int, read: tuple[tuple[int, bytes], ...]) -> None:
        self._size, self._read = size, read

    def at(self, offset: int, length: int) -> bytes:
        """So many bytes there, or none where they were not read or are all zero."""
        for begin, data in self._read:
            if begin <= offset and offset + length <= begin + len(data):
                return data[offset - begin : offset - begin + length]
        return b""

    def traces(self) -> Iterator[Trace]:
        for start in _STARTS:
            yield from self._ext(start + 1024, 0)
            yield from self._xfs(start)
            for copy in _BTRFS_COPIES:
                yield from self._btrfs(start + copy)
            yield from self._others(start)
        for offset, group in _ext_copies():
            yield from self._ext(offset, group)
        yield from self._xfs_copies()
        yield from self._at_the_end()

    def _ext(self, offset: int, group: int) -> Iterator[Trace]:
        block = self.at(offset, _KIB)
        if block[0x38:0x3A] != b"\x53\xef" or int.from_bytes(block[0x5A:0x5C], "little") != group:
            return
        compatible, incompatible = (int.from_bytes(block[at : at + 4], "little") for at in (0x5C, 0x60))
        kind = "ext4" if incompatible & 0x40 else "ext3" if compatible & 4 else "ext2"
        yield Trace(kind, offset, _uuid(block[0x68:0x78]), _text(block[0x78:0x88]))

    def _xfs(self, offset: int) -> Iterator[Trace]:
        block = self.at(offset, 512)
        if block[:4] == b"XFSB":
            yield Trace("xfs", offset, _uuid(block[32:48]), _text(block[108:120]))

    def _xfs_copies(self) -> Iterator[Trace]:
        for begin, data in self._read:
            place = data.find(b"XFSB")
            while place >= 0:
                if (begin + place) % 512 == 0:
                    yield from self._xfs(begin + place)
                place = data.find(b"XFSB", place + 1)

    def _btrfs(self, offset: int) -> Iterator[Trace]:
        block = self.at(offset, 4 * _KIB)
        if block[0x40:0x48] == b"_BHRfS_M":
            yield Trace("btrfs", offset, _uuid(block[0x20:0x30]), _text(block[0x12B:0x22B]))

    def _others(self, start: int) -> Iterator[Trace]:
        marks = (
            (0, b"LUKS\xba\xbe", "crypto_LUKS"),
            (16 * _KIB, b"SKUL\xba\xbe", "crypto_LUKS"),
            (4096 - 10, b"SWAPSPACE2", "swap"),
            (4096, b"\xfc\x4e\x2b\xa9", "linux_raid_member"),
            (3, b"NTFS    ", "ntfs"),
            (4096 + 4, b" LVM2 x[5A%r0N*>", "LVM2_member"),
            *((sector * 512, b"LABELONE", "LVM2_member") for sector in range(4)),
        )
        for offset, mark, kind in marks:
            if self.at(start + offset, len(mark)) == mark:
                yield Trace(kind, start + offset)
        for label in (0, 256 * _KIB):
            yield from self._zfs(start + label)

    def _zfs(self, offset: int) -> Iterator[Trace]:
        if b"pool_guid" in self.at(offset + 16 * _KIB, 112 * _KIB):
            yield Trace("zfs_member", offset)

    def _at_the_end(self) -> Iterator[Trace]:
        size = self._size
        for sector in (512, 4096):
            if self.at(size - sector, 8) == b"EFI PART":
                yield Trace("gpt", size - sector)
        raids = ((size // 512 - 16) // 8 * 4096, size // (64 * _KIB) * (64 * _KIB) - 64 * _KIB)
        for offset in raids:
            if self.at(offset, 4) == b"\xfc\x4e\x2b\xa9":
                yield Trace("linux_raid_member", offset)
        for label in (512 * _KIB, 256 * _KIB):
            yield from self._zfs(size // (256 * _KIB) * (256 * _KIB) - label)


def _uuid(data: bytes) -> str:
    return str(uuid.UUID(bytes=data)) if len(data) == 16 else ""


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode(errors="replace")
