"""What older uses leave on a disk where no signature leads to it."""

import uuid
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tui.storage.probe.devices.traces import recognize, spans

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
SIZE = 10 * GIB
FSID = uuid.UUID("11111111-2222-4333-8444-555555555555")


def ext4(group: int = 0) -> bytes:
    block = bytearray(1024)
    block[0x38:0x3A] = b"\x53\xef"
    block[0x5A:0x5C] = group.to_bytes(2, "little")
    block[0x60:0x64] = (0x40).to_bytes(4, "little")
    block[0x68:0x78] = FSID.bytes
    block[0x78:0x7F] = b"payroll"
    return bytes(block)


def xfs() -> bytes:
    return b"XFSB" + bytes(28) + FSID.bytes + bytes(464)


def btrfs() -> bytes:
    return bytes(0x20) + FSID.bytes + bytes(0x10) + b"_BHRfS_M" + bytes(4000)


def found(size: int, *content: tuple[int, bytes]) -> list[tuple[str, int]]:
    """Kinds and offsets recognized on a disk with some content."""
    read = []
    for offset, length in spans(size):
        span = bytearray(length)
        for place, data in content:
            begin, end = max(place, offset), min(place + len(data), offset + length)
            if begin < end:
                span[begin - offset : end - offset] = data[begin - place : end - place]
        read.append((offset, bytes(span)))
    return [(trace.kind, trace.offset) for trace in recognize(size, read)]


@pytest.mark.parametrize(
    ("kind", "offset", "data"),
    [
        ("ext4", 63 * 512 + KIB, ext4()),
        ("ext4", MIB + KIB, ext4()),
        ("ext4", 8 * MIB + KIB, ext4()),
        ("ext4", 128 * MIB, ext4(1)),
        ("ext4", MIB + 128 * MIB, ext4(1)),
        ("ext4", 8193 * KIB, ext4(1)),
        ("xfs", MIB, xfs()),
        ("xfs", SIZE // 4, xfs()),
        ("xfs", SIZE // 4 + 3 * MIB // 4, xfs()),
        ("xfs", SIZE // 8, xfs()),
        ("btrfs", 64 * MIB, btrfs()),
        ("btrfs", MIB + 64 * KIB, btrfs()),
        ("gpt", SIZE - 512, b"EFI PART"),
        ("gpt", SIZE - 4096, b"EFI PART"),
        ("linux_raid_member", SIZE - 64 * KIB, b"\xfc\x4e\x2b\xa9"),
        ("linux_raid_member", SIZE - 8 * KIB, b"\xfc\x4e\x2b\xa9"),
        ("linux_raid_member", MIB + 4 * KIB, b"\xfc\x4e\x2b\xa9"),
        ("LVM2_member", 4100, b" LVM2 x[5A%r0N*>"),
        ("LVM2_member", MIB + 512, b"LABELONE"),
        ("crypto_LUKS", 16 * KIB, b"SKUL\xba\xbe"),
        ("swap", MIB + 4086, b"SWAPSPACE2"),
    ],
    ids=str,
)
def test_it_is_recognized(kind: str, offset: int, data: bytes) -> None:
    assert found(SIZE, (offset, data)) == [(kind, offset)]


def test_labels_of_a_pool_at_the_end_are_recognized() -> None:
    assert found(SIZE, (SIZE - 512 * KIB + 20 * KIB, b"pool_guid")) == [("zfs_member", SIZE - 512 * KIB)]


def test_a_copy_that_says_that_it_is_another_one_is_none() -> None:
    assert found(SIZE, (128 * MIB, ext4(3))) == []


def test_of_several_copies_the_first_is_told() -> None:
    assert found(SIZE, (128 * MIB, ext4(1)), (MIB + KIB, ext4())) == [("ext4", MIB + KIB)]


@given(st.integers(1, 40 * GIB))
def test_what_is_read_is_on_the_disk_in_order_and_bounded(size: int) -> None:
    read = spans(size)
    assert all(offset >= 0 and length > 0 and offset + length <= size for offset, length in read)
    assert all(one[0] + one[1] < other[0] for one, other in pairwise(read))
    assert sum(length for _offset, length in read) < 24 * MIB
    assert read[0][0] == 0
    assert read[-1][0] + read[-1][1] == size
