"""Partition tables are written byte by byte as the kernel reads them."""

import struct
import zlib
from pathlib import Path

import pytest

from tests.lab.rehearsed import HOST, UUID, WWIDS
from tui.practice.rehearsal.building import Building, NotBuilt
from tui.practice.rehearsal.description import Partition, PartitionTable, Place
from tui.practice.rehearsal.partitions_made import write_table

MEBIBYTE = 2**20


class OnAFile(Building):
    """A twin whose only disk is a file."""

    def __init__(self, file: Path) -> None:
        super().__init__(HOST)
        self._file = file
        self.ran: list[str] = []

    def path(self, place: Place) -> str:
        assert place.name == WWIDS[0]
        return str(self._file)

    def run(self, *argv: str, stdin: bytes = b"", seconds: float = 0.0) -> str:
        assert not stdin or seconds
        self.ran.append(argv[0])
        return ""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    file = tmp_path / "disk"
    with file.open("wb") as made:
        made.truncate(512 * MEBIBYTE)
    return file


def test_a_gpt_is_at_both_ends_with_its_sums(disk: Path) -> None:
    building = OnAFile(disk)
    parts = (Partition(2, MEBIBYTE, 100 * MEBIBYTE, uuid=UUID.format(7), name="data"),)
    write_table(building, PartitionTable(WWIDS[0], "gpt", UUID.format(1), parts))
    assert building.ran == ["blockdev", "udevadm"]
    with disk.open("rb") as file:
        for place, other in ((1, 2**20 - 1), (2**20 - 1, 1)):
            file.seek(place * 512)
            header = bytearray(file.read(92))
            assert header[:8] == b"EFI PART"
            own, backup = struct.unpack_from("<QQ", header, 24)
            assert (own, backup) == (place, other)
            start, count, size, entries_sum = struct.unpack_from("<QIII", header, 72)
            file.seek(start * 512)
            assert zlib.crc32(file.read(count * size)) == entries_sum
            (total,) = struct.unpack_from("<I", header, 16)
            header[16:20] = bytes(4)
            assert zlib.crc32(bytes(header)) == total
        file.seek(2 * 512 + 128)
        entry = file.read(128)
    assert struct.unpack_from("<QQ", entry, 32) == (2048, 2048 + 100 * 2048 - 1)
    assert entry[56:64].decode("utf-16-le") == "data"


def test_a_dos_table_has_its_signature_and_kinds(disk: Path) -> None:
    parts = (Partition(1, MEBIBYTE, 100 * MEBIBYTE, "0x8e"),)
    write_table(OnAFile(disk), PartitionTable(WWIDS[0], "dos", "1234abcd", parts))
    sector = disk.read_bytes()[:512]
    assert sector[510:] == b"\x55\xaa"
    assert struct.unpack_from("<I", sector, 440) == (0x1234ABCD,)
    assert sector[446 + 4] == 0x8E
    assert struct.unpack_from("<II", sector, 446 + 8) == (2048, 100 * 2048)


@pytest.mark.parametrize(("kind", "number"), [("dos", 5), ("gpt", 0)])
def test_what_cannot_be_written_is_said(disk: Path, kind: str, number: int) -> None:
    table = PartitionTable(WWIDS[0], kind, UUID.format(1), (Partition(number, MEBIBYTE, MEBIBYTE),))
    with pytest.raises(NotBuilt):
        write_table(OnAFile(disk), table)
