"""Writes the partition table of a twin's disk: GPT (UEFI 2.10, chapter 5) or DOS."""

import os
import struct
import uuid
import zlib
from pathlib import Path

from tui.practice.rehearsal.building import Building, NotBuilt
from tui.practice.rehearsal.description import Partition, PartitionTable, Place, PlaceKind

_ENTRIES = 128
_ENTRY = 128
_DATA = "0fc63daf-8483-4772-8e79-3d69d8477de4"
"""What a partition without a type of its own is: a file system of Linux."""


def write_table(building: Building, table: PartitionTable) -> None:
    """Write the partitions of a disk, and have the kernel read them.

    Raises:
        NotBuilt: the table has more than this can write, or the kernel does not take it.
    """
    disk = building.description.disk(table.wwid)
    if disk is None:
        raise NotBuilt("the disk is not there")
    path = building.path(Place(PlaceKind.DISK, table.wwid))
    with Path(path).open("r+b") as file:
        for place, data in (_gpt if table.kind == "gpt" else _dos)(table, disk.size, disk.sector):
            file.seek(place)
            file.write(data)
        os.fsync(file.fileno())
    if path.startswith("/dev/mapper/"):
        building.run("kpartx", "-a", "-s", path)
    else:
        building.run("blockdev", "--rereadpt", path)
    building.settle()


def _gpt(table: PartitionTable, size: int, sector: int) -> list[tuple[int, bytes]]:
    """The pieces of a GPT: protective table, header and entries at both ends."""
    last = size // sector - 1
    length = -(-_ENTRIES * _ENTRY // sector)
    entries = bytearray(length * sector)
    for partition in table.partitions:
        if not 1 <= partition.number <= _ENTRIES:
            raise NotBuilt(f"partition {partition.number}")
        begin = (partition.number - 1) * _ENTRY
        entries[begin : begin + _ENTRY] = _gpt_entry(partition, sector)
    packed = bytes(entries)
    protective = bytes(446) + struct.pack("<8BII", 0, 0, 2, 0, 0xEE, 255, 255, 255, 1, min(last, 2**32 - 1))
    first_usable, last_usable = 2 + length, last - length - 1

    def header(own: int, other: int, start: int) -> bytes:
        fields = (
            struct.pack("<QQQQ", own, other, first_usable, last_usable)
            + uuid.UUID(table.uuid).bytes_le
            + struct.pack("<QIII", start, _ENTRIES, _ENTRY, zlib.crc32(packed[: _ENTRIES * _ENTRY]))
        )
        blank = struct.pack("<8sIIII", b"EFI PART", 0x10000, 92, 0, 0)
        total = zlib.crc32(blank + fields)
        return struct.pack("<8sIIII", b"EFI PART", 0x10000, 92, total, 0) + fields

    return [
        (0, protective.ljust(510, b"\0") + b"\x55\xaa"),
        (sector, header(1, last, 2).ljust(sector, b"\0")),
        (2 * sector, packed),
        ((last - length) * sector, packed),
        (last * sector, header(last, 1, last - length).ljust(sector, b"\0")),
    ]


def _gpt_entry(partition: Partition, sector: int) -> bytes:
    kind = partition.kind if len(partition.kind) == 36 else _DATA
    first = partition.start // sector
    return (
        uuid.UUID(kind).bytes_le
        + (uuid.UUID(partition.uuid) if len(partition.uuid) == 36 else uuid.uuid4()).bytes_le
        + struct.pack("<QQQ", first, first + partition.size // sector - 1, 0)
        + partition.name.encode("utf-16-le")[:72].ljust(72, b"\0")
    )


def _dos(table: PartitionTable, _size: int, sector: int) -> list[tuple[int, bytes]]:
    """A DOS table of primary partitions, with the signature that udev shows as its UUID."""
    entries = bytearray(64)
    for partition in table.partitions:
        if not 1 <= partition.number <= 4:
            raise NotBuilt("logical partitions of a DOS table")
        begin = (partition.number - 1) * 16
        kind = int(partition.kind, 16) if partition.kind else 0x83
        entries[begin : begin + 16] = struct.pack(
            *("<8BII", 0, 254, 255, 255, kind & 0xFF, 254, 255, 255),
            *(partition.start // sector, partition.size // sector),
        )
    signature = struct.pack("<I", int(table.uuid, 16) if table.uuid else 0)
    return [(0, bytes(440) + signature + bytes(2) + bytes(entries) + b"\x55\xaa")]
