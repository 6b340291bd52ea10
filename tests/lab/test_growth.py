"""Volumes grow while a program writes to them: ext4, XFS and btrfs, on a single path and on two."""

import json
import re
from collections.abc import Iterator

import pytest
from msgspec import Struct

from tests.lab.operate import Performed, performed, tell
from tests.lab.volumes import IMPORTS, TARGET, sh, wait_for
from tui.lab.channel import Running
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = pytest.mark.lab

MIB = 1024**2
SIDE = """
from tests.lab.growth_side import grow, say_sizes
from tui.maintenance.growth_plan import Wish
"""
NETWORK = """
[[network]]
name = "{name}"
initiator = ["{initiator}/24"]
array = ["{array}/24"]
"""
NETWORKS = (
    NETWORK.format(name="a", initiator="192.0.2.1", array="192.0.2.10"),
    NETWORK.format(name="b", initiator="198.51.100.1", array="198.51.100.10"),
)
PORTALS = ("192.0.2.10:3260", "198.51.100.10:3260")
GAP = 8.0
"""Seconds a write may wait at most; far below any timer that lets a write fail. Measured: below 2."""


class Volume(Struct, frozen=True):
    """A volume on a LUN of its own, and where it is mounted."""

    lun: int
    kind: str
    before: int
    after: int
    """MiB of the LUN."""

    @property
    def group(self) -> str:
        return f"vg_{self.kind}"

    @property
    def place(self) -> str:
        return f"/srv/{self.kind}"


VOLUMES = (Volume(0, "ext4", 256, 512), Volume(1, "xfs", 352, 608), Volume(2, "btrfs", 256, 512))


def san(paths: int) -> str:
    """An array with a LUN that can grow for every file system, behind so many portals."""
    luns = "".join(
        f'\n[[target.lun]]\nnumber = {one.lun}\nsize = "{one.before}M"\nbacking = "iblock"\n'
        for one in VOLUMES
    )
    return (
        "".join(NETWORKS[:paths])
        + f'\n[[target]]\nname = "{TARGET}"\nportals = {json.dumps(PORTALS[:paths])}\n{luns}'
    )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((Release.BOOKWORM, 1), id="one-path", marks=pytest.mark.xdist_group("growth-1")),
        pytest.param((Release.TRIXIE, 2), id="two-paths", marks=pytest.mark.xdist_group("growth-2")),
    ],
)
def paths(request: pytest.FixtureRequest) -> Iterator[tuple[Guest, int]]:
    release, count = request.param
    with Guest.boot(release, san=san(count)) as guest:
        log_in(guest, PORTALS[:count])
        if count > 1:
            join(guest)
        for volume in VOLUMES:
            make(guest, volume)
        yield guest, count


def log_in(guest: Guest, portals: tuple[str, ...]) -> None:
    """Log in with short pings, so that a cut is noticed soon."""
    for portal in portals:
        where = f"iscsiadm -m node -T {TARGET} -p {portal}"
        pings = {"interval": 2, "timeout": 5}
        timers = " ".join(f"-n node.conn[0].timeo.noop_out_{name} -v {pings[name]}" for name in pings)
        sh(guest, f"{where} -o new; {where} -o update {timers}; {where} -l")
    sh(guest, "udevadm settle")


def join(guest: Guest) -> None:
    """Make a map of the paths of every LUN."""
    script = """
from tui.storage.operations.multipath.maps import CreateMultipathMap
wwids = {}
for lun in look_at_devices(HOST).luns:
    wwids.setdefault(lun.wwid, []).append(lun.disk)
perform(*(CreateMultipathMap(wwid, tuple(disks)) for wwid, disks in wwids.items()))
"""
    done = performed(tell(guest, IMPORTS + "from tests.lab.guest_side import perform" + script)[-1])
    assert done.stages == ["done"] * len(VOLUMES), done


def device(guest: Guest, volume: Volume) -> str:
    """The disk of a volume's LUN, or the map over its paths."""
    disk = sh(guest, f"readlink -f /dev/disk/by-path/*-lun-{volume.lun}").split()[0]
    over = sh(guest, f"ls /sys/block/{disk.removeprefix('/dev/')}/holders").split()
    names = [sh(guest, f"cat /sys/block/{one}/dm/name /sys/block/{one}/dm/uuid").split() for one in over]
    return next((f"/dev/mapper/{name}" for name, uuid in names if uuid.startswith("mpath-")), disk)


def make(guest: Guest, volume: Volume) -> None:
    """Make and mount it, and leave a file in it whose checksum is known."""
    sh(
        guest,
        f"""disk={device(guest, volume)}
        pvcreate -q $disk; vgcreate -q {volume.group} $disk; lvcreate -q -l 100%FREE -n data {volume.group}
        mkfs.{volume.kind} -q /dev/{volume.group}/data; udevadm settle
        mkdir -p {volume.place}; mount /dev/{volume.group}/data {volume.place}
        dd if=/dev/urandom of={volume.place}/sentinel bs=1M count=4 status=none
        cd {volume.place}; sha256sum sentinel > /root/{volume.kind}.sum; sync""",
    )


class Grown(Struct, frozen=True):
    """What became of a wish, and what the program said of the sizes before and after."""

    before: dict[str, object]
    done: Performed
    after: dict[str, object]


def grow(guest: Guest, volume: Volume, *wishes: str) -> list[Grown]:
    """Let it grow as the program proposes, once for every wish, by default to the end."""
    calls = "\n".join(f"grow('{volume.group}', 'data', {wish})" for wish in wishes or ("Wish()",))
    told = tell(guest, f"{IMPORTS}{SIDE}\n{calls}", 300)
    thrice = zip(told[::3], told[1::3], told[2::3], strict=True)
    return [Grown(before, performed(done), after) for before, done, after in thrice]


def size_of(told: dict[str, object], layer: str) -> list[int]:
    """Bytes of every rung of a layer."""
    rows = told["sizes"]
    assert isinstance(rows, list)
    return [int(row[2]) for row in rows if row[0] == layer]


def filesystem_size(guest: Guest, volume: Volume) -> int:
    """What the file system's own tool says, in bytes."""
    if volume.kind == "ext4":
        text = sh(guest, f"dumpe2fs -h /dev/{volume.group}/data 2>/dev/null")
        count, block = (
            re.search(rf"^Block {name}: +(\d+)$", text, re.MULTILINE) for name in ("count", "size")
        )
    elif volume.kind == "xfs":
        text = sh(guest, f"xfs_info {volume.place}")
        count, block = (
            re.search(rf"^data .*{name}=(\d+)", text, re.MULTILINE) for name in ("blocks", "bsize")
        )
    else:
        count = re.search(r"size (\d+) used", sh(guest, f"btrfs filesystem show --raw {volume.place}"))
        block = re.search("(1)", "1")
    assert count is not None
    assert block is not None
    return int(count[1]) * int(block[1])


def block_size(guest: Guest, path: str) -> int:
    """Bytes of a block device."""
    return int(sh(guest, f"blockdev --getsize64 {path}"))


def lv_size(guest: Guest, volume: Volume) -> int:
    """Bytes of the volume, by LVM."""
    return int(sh(guest, f"lvs --noheadings --units b --nosuffix -o lv_size {volume.group}/data"))


# The tests below follow each other on one machine.


def test_before_it_grows_all_sizes_agree(paths: tuple[Guest, int]) -> None:
    guest, count = paths
    calls = "\n".join(f"say_sizes('{one.group}', 'data')" for one in VOLUMES)
    for volume, told in zip(VOLUMES, tell(guest, f"{IMPORTS}{SIDE}\n{calls}"), strict=True):
        assert (told["lagging"], told["problem"], told["refusal"]) == ("", "", "growth.nothing-new"), told
        assert size_of(told, "lun") == [volume.before * MIB] * count
        assert size_of(told, "filesystem")[0] == filesystem_size(guest, volume)


def test_every_volume_grows_while_it_is_written_to(paths: tuple[Guest, int]) -> None:
    guest, count = paths
    writers: dict[Volume, Running] = {
        volume: guest.start(("python3", "-m", "tests.lab.writer", volume.place)) for volume in VOLUMES
    }
    for volume in VOLUMES:
        wait_for(guest, f"test -e {volume.place}/writer.pid")
        guest.fault(Fault.LUN_GROWN, lun=str(volume.lun), size=f"{volume.after}M")

    climb_step_by_step(guest, VOLUMES[0], count)
    for volume in VOLUMES[1:]:
        (grown,) = grow(guest, volume)
        assert "failed" not in grown.done.stages, grown
        told = grown.after
        assert (told["lagging"], told["problem"], told["free"]) == ("", "", 0), told

    for volume, writer in writers.items():
        sh(guest, f"kill -0 $(cat {volume.place}/writer.pid); touch {volume.place}/stop")
        ended = writer.complete(60)
        assert ended.status == 0, ended.error_text
        said = json.loads(ended.text)
        print(f"{volume.kind} over {count} path(s): {said}")
        assert (said["errors"], said["damaged"]) == ([], [])
        assert said["written"] > 0
        assert said["gap"] < GAP
        sh(
            guest,
            f"""sync; echo 3 > /proc/sys/vm/drop_caches
            cd {volume.place}; sha256sum --check --status /root/{volume.kind}.sum""",
        )


def climb_step_by_step(guest: Guest, volume: Volume, count: int) -> None:
    """Take one rung after the other: the first that lags is the next step, and no other is touched."""
    layers = ["lun", *(["map"] if count > 1 else []), "physical-volume", "logical-volume"]
    *steps, whole = grow(guest, volume, *["Wish(whole=False, share=50)"] * len(layers), "Wish()")
    assert [one.before["lagging"] for one in steps] == layers
    assert all(one.done.stages == ["done"] for one in steps), steps
    half = (volume.after - volume.before) // 2 * MIB
    assert steps[-1].after["free"] == half
    assert "failed" not in whole.done.stages, whole
    assert whole.after["lagging"] == ""


def test_sizes_are_right_at_every_rung(paths: tuple[Guest, int]) -> None:
    guest, count = paths
    for volume in VOLUMES:
        (again,) = grow(guest, volume)
        assert set(again.done.stages) == {"already"}, again
        assert not again.done.commands
        told = again.after
        whole = volume.after * MIB
        disk = device(guest, volume)
        assert size_of(told, "lun") == [whole] * count
        assert size_of(told, "map") == ([whole] if count > 1 else [])
        assert block_size(guest, disk) == whole
        assert size_of(told, "physical-volume") == [whole - 4 * MIB]
        assert size_of(told, "logical-volume") == [lv_size(guest, volume)] == [whole - 4 * MIB]
        assert block_size(guest, f"/dev/{volume.group}/data") == whole - 4 * MIB
        reach = filesystem_size(guest, volume)
        assert size_of(told, "filesystem") == [reach]
        assert whole - 4 * MIB - 8 * MIB < reach <= whole - 4 * MIB
        sh(guest, f"test -s /var/lib/iscsi-console/backups/lvm-{volume.group}")


def test_nothing_grows_while_a_path_is_down(paths: tuple[Guest, int]) -> None:
    guest, count = paths
    volume = VOLUMES[1]
    guest.fault(Fault.LUN_GROWN, lun=str(volume.lun), size=f"{volume.after + 64}M")
    network = {"network": "b"} if count > 1 else {}
    guest.fault(Fault.LINK_DOWN, **network)
    try:
        wait_for(guest, "grep -q FAILED /sys/class/iscsi_session/session*/state")
        (refused,) = grow(guest, volume)
        assert refused.before["problem"] == refused.before["refusal"] == "growth.path-down"
        assert refused.done.codes[0] == "growth.path-down", refused
        assert not refused.done.commands
    finally:
        guest.fault(Fault.LINK_UP, **network)
    wait_for(guest, "! grep -qv LOGGED_IN /sys/class/iscsi_session/session*/state")
    wait_for(guest, "! grep -qv running /sys/class/iscsi_session/session*/device/target*/*/state")
    (grown,) = grow(guest, volume)
    assert grown.before["lagging"] == "lun"
    assert "failed" not in grown.done.stages, grown
    assert filesystem_size(guest, volume) > (volume.after + 48) * MIB


def test_a_lun_that_shrank_is_never_followed(paths: tuple[Guest, int]) -> None:
    guest, count = paths
    volume = VOLUMES[0]
    disk = device(guest, volume)
    before = (block_size(guest, disk), lv_size(guest, volume), filesystem_size(guest, volume))
    guest.fault(Fault.LUN_GROWN, lun=str(volume.lun), size=f"{volume.before}M")
    (refused,) = grow(guest, volume)
    assert refused.before["problem"] == refused.before["refusal"] == "growth.shrunk"
    assert refused.done.codes[0] == "growth.shrunk", refused
    assert not refused.done.commands
    assert (block_size(guest, disk), lv_size(guest, volume), filesystem_size(guest, volume)) == before

    if count > 1:
        return  # LVM itself hangs at a map whose paths shrank; each look would take its whole deadline.
    # Even when somebody else let the kernel follow, nothing above does.
    sh(
        guest,
        f"""for path in /dev/disk/by-path/*-lun-{volume.lun}; do
            echo 1 > /sys/block/$(basename $(readlink -f $path))/device/rescan
        done; udevadm settle""",
    )
    (refused,) = grow(guest, volume)
    assert refused.before["problem"] == "growth.shrunk", refused.before
    assert "growth.shrunk" in refused.done.codes, refused
    assert not refused.done.commands
    assert lv_size(guest, volume) == before[1]
