"""How far file systems reach, what the array offers, and where extents begin: read from what tools print."""

import pytest
from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.interface import Outcome
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Mount
from tui.storage.probe.devices.sizes import (
    Reach,
    array_size,
    extents_start,
    filesystem_reach,
    parse_btrfs,
    parse_ext,
    parse_xfs,
)

MIB = 1024**2
EXT4 = """Filesystem volume name:   <none>
Inode count:              65024
Block count:              260096
Reserved block count:     13004
Block size:               1024
Reserved GDT blocks:      256
Blocks per group:         8192
Inode blocks per group:   508
"""
XFS = """meta-data=/dev/mapper/vg2-x  isize=512    agcount=4, agsize=20480 blks
         =                       sectsz=512   attr=2, projid32bit=1
data     =                       bsize=4096   blocks=81920, imaxpct=25
         =                       sunit=0      swidth=0 blks
log      =internal log           bsize=4096   blocks=1221, version=2
realtime =none                   extsz=4096   blocks=0, rtextents=0
"""
BTRFS = """Label: none  uuid: 33333333-2222-4333-8444-555555555555
\tTotal devices 2 FS bytes used 147456
\tdevid    1 size 251658240 used 92274688 path /dev/mapper/vg2-b
\tdevid    2 size 134217728 used 0 path /dev/dm-7
"""


def device(content: str, *, answers: bool = True) -> BlockDevice:
    return BlockDevice(
        "dm-7", "/dev/mapper/vg-x", "253:7", BlockKind.LOGICAL_VOLUME, 256 * MIB,
        content=content, links=("/dev/vg/x",), answers=answers,
    )  # fmt: skip


def test_each_superblock_is_read() -> None:
    assert parse_ext(EXT4) == Reach(260096 * 1024, (508 + 256 + 64) * 1024)
    assert parse_xfs(XFS) == Reach(81920 * 4096, 64 * 4096)
    assert parse_btrfs(BTRFS, ("/dev/mapper/vg2-b",)) == Reach(251658240, 65536, 1, 2)
    assert parse_btrfs(BTRFS, ("/dev/dm-7",)) == Reach(134217728, 65536, 2, 2)
    assert parse_btrfs(BTRFS, ("/dev/other",)) is None


@given(st.text())
def test_what_is_no_such_output_says_nothing(text: str) -> None:
    assert parse_ext(text) is None
    assert parse_xfs(text) is None
    assert parse_btrfs(text, ("/dev/x",)) is None


@given(st.integers(0, 2**50), st.integers(1, 2**30), st.integers(0, 2**50))
def test_it_lags_only_by_a_whole_unit_and_never_on_a_smaller_device(size: int, unit: int, disk: int) -> None:
    reach = Reach(size, unit)
    assert reach.lags(disk) == (disk >= size + unit)
    assert not (reach.lags(disk) and reach.is_beyond(disk))


@pytest.mark.parametrize(
    ("content", "argv", "mount"),
    [
        ("ext4", ("dumpe2fs", "-h", "/dev/mapper/vg-x"), ""),
        ("xfs", ("xfs_info", "/srv"), "/srv"),
        ("xfs", ("xfs_info", "/dev/mapper/vg-x"), ""),
        ("btrfs", ("btrfs", "filesystem", "show", "--raw", "/srv"), "/srv"),
    ],
)
def test_the_right_tool_is_asked_at_the_right_place(content: str, argv: tuple[str, ...], mount: str) -> None:
    text = {"ext4": EXT4, "xfs": XFS, "btrfs": BTRFS}[content]
    host = ScriptedHost(replies={argv: Outcome(0, text)})
    mounted = Mount("/dev/mapper/vg-x", "dm-7", mount, content) if mount else None
    assert filesystem_reach(host, device(content), mounted) is not None
    assert [one.argv for one in host.commands] == [argv]


def test_a_disk_that_does_not_answer_is_not_asked() -> None:
    host = ScriptedHost()
    assert filesystem_reach(host, device("ext4", answers=False)) is None
    assert array_size(host, device("", answers=False)) is None
    assert host.commands == []


def test_what_the_array_offers_is_blocks_times_their_size() -> None:
    host = ScriptedHost(replies={("sg_readcap",): Outcome(0, "0x140000 0x200\n")})
    assert array_size(host, device("")) == 640 * MIB
    host.replies["sg_readcap",] = Outcome(0, "Read Capacity results:")
    assert array_size(host, device("")) is None
    del host.replies["sg_readcap",]
    assert array_size(host, device("")) is None


def test_where_extents_begin() -> None:
    def told(text: str, status: int = 0) -> int | None:
        host = ScriptedHost(replies={("lvm", "pvs"): Outcome(status, text)})
        start = extents_start(host, "/dev/sda")
        assert "--devices" in host.commands[0].argv
        return start

    row = '{"report":[{"pv":[{"pe_start":"%s","pv_mda_count":"%s"}]}]}'
    assert told(row % (4 * MIB, 1)) == 4 * MIB
    assert told(row % (MIB, 2)) == 2 * MIB
    assert told(row % ("", "")) is None
    assert told("{}", 5) is None
    assert told("not json", 5) is None
