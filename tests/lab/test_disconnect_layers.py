"""Safe disconnect and reconnect of every kind of stack, with the files below whole afterwards."""

from collections.abc import Iterator

import pytest
from msgspec import Struct

from tests.lab.doctoring import SUMS
from tests.lab.operate import performed, tell
from tests.lab.test_disconnect import Told, told
from tests.lab.volumes import THREE_LUNS, log_in, path_of, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("disconnect-layers")]


class Kind(Struct, frozen=True):
    """One kind of stack.

    Attributes:
        make: a shell script that makes it of the disks $A and $B. It leaves in $FS what gets a file system
            and is mounted, or nothing where it mounts it itself.
        told: commands that the disconnect has to run in this order.
        back: commands that the reconnect has to run in this order.
    """

    make: str
    told: tuple[str, ...] = ("umount", "vgchange --activate n", "--logout")
    back: tuple[str, ...] = ()


LUKS = "cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000"
OPEN = "cryptsetup open --key-file /root/k"

PARTITION = (
    'import struct, sys; disk = open(sys.argv[1], "r+b"); disk.seek(446); '
    'disk.write(struct.pack("<BBBBBBBBII", 0, 0, 2, 0, 0x8E, 0, 0, 0, 2048, 409600) + bytes(48)); '
    "disk.write(bytes([0x55, 0xAA])); disk.close()"
)
"""Writes a partition table with one partition of 200 MiB, without a tool that the image would need for it."""

KINDS = {
    "linear": Kind("vgcreate -qq v $A $B; lvcreate -qq -y -l 100%FREE -n d v; FS=/dev/v/d"),
    "thin": Kind(
        "modprobe dm_thin_pool; vgcreate -qq v $A; lvcreate -qq -y --type thin-pool -L 200M -n pool v; "
        "lvcreate -qq -y -V 300M --thinpool pool -n d v; lvcreate -qq -y -s -n a_snap v/d; FS=/dev/v/d",
    ),
    "snapshot": Kind(
        "modprobe dm_snapshot; vgcreate -qq v $A; lvcreate -qq -y -L 100M -n d v; "
        "lvcreate -qq -y -s -L 50M -n a_snap v/d; FS=/dev/v/d",
    ),
    "raid": Kind(
        "modprobe dm_raid; vgcreate -qq v $A $B; "
        "lvcreate -qq -y --type raid1 -m1 --nosync -L 64M -n d v; FS=/dev/v/d",
    ),
    "stripes": Kind("vgcreate -qq v $A $B; lvcreate -qq -y -i 2 -L 100M -n d v; FS=/dev/v/d"),
    "cache": Kind(
        "modprobe dm_cache; modprobe dm_cache_smq; vgcreate -qq v $A $B; lvcreate -qq -y -L 100M -n d v $A; "
        "lvcreate -qq -y --type cache-pool -L 32M -n fast v $B; "
        "lvconvert -qq -y --type cache --cachepool v/fast v/d; FS=/dev/v/d",
    ),
    "luks under a PV": Kind(
        f"modprobe dm_crypt; {LUKS} $A /root/k; {OPEN} $A sec; vgcreate -qq v /dev/mapper/sec; "
        "lvcreate -qq -y -L 100M -n d v; echo sec UUID=$(blkid -s UUID -o value $A) /root/k luks,discard "
        ">> /etc/crypttab; FS=/dev/v/d",
        ("umount", "vgchange --activate n", "cryptsetup close sec", "--logout"),
        ("--login", "cryptsetup open --type luks --allow-discards --key-file /root/k", "mount"),
    ),
    "luks on an LV": Kind(
        f"modprobe dm_crypt; vgcreate -qq v $A; lvcreate -qq -y -L 100M -n e v; {LUKS} /dev/v/e /root/k; "
        f"{OPEN} /dev/v/e plain; echo plain /dev/v/e /root/k luks >> /etc/crypttab; FS=/dev/mapper/plain",
        ("umount", "cryptsetup close plain", "vgchange --activate n", "--logout"),
        ("--login", "cryptsetup open", "mount"),
    ),
    "array": Kind(
        "modprobe raid1; mdadm --create /dev/md0 --run --assume-clean --level=1 --metadata=1.2 "
        "--raid-devices=2 $A $B 2>/dev/null; udevadm settle; vgcreate -qq v /dev/md0; "
        "lvcreate -qq -y -L 100M -n d v; FS=/dev/v/d",
        ("umount", "vgchange --activate n", "mdadm --stop", "--logout"),
    ),
    "file system on an array": Kind(
        "modprobe raid1; mdadm --create /dev/md0 --run --assume-clean --level=1 --metadata=1.2 "
        "--raid-devices=2 $A $B 2>/dev/null; udevadm settle; FS=/dev/md0",
        ("umount", "mdadm --stop", "--logout"),
    ),
    "partitions": Kind(
        f"python3 -c '{PARTITION}' $A; blockdev --rereadpt $A; udevadm settle; vgcreate -qq v ${{A}}1; "
        "lvcreate -qq -y -L 100M -n d v; FS=/dev/v/d",
    ),
    "swap": Kind(
        "vgcreate -qq v $A; lvcreate -qq -y -L 100M -n s v; lvcreate -qq -y -L 100M -n d v; mkswap /dev/v/s "
        ">/dev/null; swapon /dev/v/s; FS=/dev/v/d",
        ("umount", "vgchange --activate n", "--logout"),
    ),
    "btrfs": Kind(
        "mkfs.btrfs -q $A; mkdir -p /srv/d; mount $A /srv/d; FS=",
        ("umount", "--logout"),
    ),
    "btrfs over two disks": Kind(
        "mkfs.btrfs -q -d raid0 -m raid1 $A $B; udevadm settle; mkdir -p /srv/d; mount $A /srv/d; FS=",
        ("umount", "--logout"),
    ),
    "stacked groups": Kind(
        "vgcreate -qq v $A; lvcreate -qq -y -L 200M -n pv v; "
        f"modprobe dm_crypt; {LUKS} /dev/v/pv /root/k; {OPEN} /dev/v/pv inner; "
        "echo inner /dev/v/pv /root/k luks >> /etc/crypttab; "
        "vgcreate -qq w /dev/mapper/inner; lvcreate -qq -y -L 100M -n d w; FS=/dev/w/d",
        (
            "umount",
            "vgchange --activate n w",
            "cryptsetup close inner",
            "vgchange --activate n v",
            "--logout",
        ),
    ),
}

CLEAN = """
umount -q /srv/d || true; swapoff -a
for one in w v; do vgremove -qq -ff -y $one 2>/dev/null || true; done
for one in sec plain inner; do cryptsetup close $one 2>/dev/null || true; done
vgremove -qq -ff -y v 2>/dev/null || true
mdadm --stop --scan 2>/dev/null || true; udevadm settle
sed -i /srv/d /etc/fstab; : > /etc/crypttab; sed -i '/disconnected by/d' /etc/fstab; systemctl daemon-reload
for one in $A $B; do wipefs -qa ${one}[0-9] 2>/dev/null || true; wipefs -qa $one
    head -c 4194304 /dev/zero > $one; blockdev --rereadpt $one; done; udevadm settle
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=THREE_LUNS) as booted:
        log_in(booted)
        sh(booted, "printf secret > /root/k; chmod 600 /root/k; mkdir -p /srv/d; : > /etc/crypttab")
        yield booted


def script(guest: Guest, text: str) -> str:
    """Run a shell script with the first two disks as $A and $B."""
    return sh(guest, f"A={path_of(guest, 0)} B={path_of(guest, 1)}\n{text}")


@pytest.fixture
def made(guest: Guest, request: pytest.FixtureRequest) -> Iterator[Kind]:
    """A stack of one kind, mounted at /srv/d with a sentinel; nothing of it is left afterwards."""
    kind: Kind = request.param
    script(
        guest,
        f"""{kind.make}
        if [ -n "$FS" ]; then
            mkfs.ext4 -q $FS; udevadm settle
            echo "UUID=$(blkid -s UUID -o value $FS) /srv/d ext4 _netdev,nofail 0 2" >> /etc/fstab
            systemctl daemon-reload; mount /srv/d
        fi
        head -c 3000000 /dev/urandom > /srv/d/sentinel; sha256sum /srv/d/sentinel > {SUMS}""",
    )
    yield kind
    script(guest, CLEAN.replace("sed -i /srv/d", "sed -i '\\,/srv/d,d'"))


def in_order(commands: list[str], wanted: tuple[str, ...]) -> bool:
    """Whether commands that hold these words come in this order."""
    left = iter(commands)
    return all(any(words in command for command in left) for words in wanted)


def nothing_left(guest: Guest) -> None:
    """See that no session, no disk of one, no map and no array is left."""
    assert sh(guest, "ls /sys/class/iscsi_session 2>/dev/null | wc -l") == "0"
    assert sh(guest, "dmsetup ls | grep -v '^No devices' || true") == ""
    assert sh(guest, "grep -c ^md /proc/mdstat 2>/dev/null || true") in {"", "0"}


@pytest.mark.parametrize("made", [pytest.param(kind, id=name) for name, kind in KINDS.items()], indirect=True)
def test_a_stack_is_taken_apart_in_order_and_put_back(guest: Guest, made: Kind) -> None:
    before = sh(guest, "findmnt -no SOURCE,OPTIONS /srv/d; swapon --noheadings --show=SIZE")
    target = 'subject_of_target("iqn.2003-01.org.linux-iscsi.lab:t1")'
    done: Told
    (done,) = told(guest, f"disconnect({target}, Choices(AboutUsers.WAIT, AtBoot.OFF, 10))")
    assert done.ok, done
    assert in_order(done.commands, made.told), done.commands
    nothing_left(guest)
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert in_order(back.commands, made.back), back.commands
    sh(guest, f"echo 3 > /proc/sys/vm/drop_caches; sha256sum --check --quiet {SUMS}")
    after = sh(guest, "findmnt -no SOURCE,OPTIONS /srv/d; swapon --noheadings --show=SIZE")
    assert before.split()[1:] == after.split()[1:]


TARGET = 'subject_of_target("iqn.2003-01.org.linux-iscsi.lab:t1")'
QUIETLY = "Choices(AboutUsers.WAIT, AtBoot.KEEP, 10)"


@pytest.mark.parametrize("made", [pytest.param(KINDS["luks under a PV"], id="luks")], indirect=True)
def test_a_volume_that_needs_a_passphrase_is_opened_by_hand_and_the_rest_follows(
    guest: Guest, made: Kind
) -> None:
    sh(guest, "sed -i 's,/root/k,none,' /etc/crypttab")
    (done,) = told(guest, f"disconnect({TARGET}, {QUIETLY})")
    assert done.ok, done
    nothing_left(guest)
    (back,) = told(guest, "reconnect()")
    assert (back.ok, back.code) == (False, "crypt.by-hand"), back
    tree = sh(guest, "iscsi-console status")
    assert "intended  encrypted   sec  closed  LUKS" in tree, tree
    # A row that is longer than 80 cells goes on below.
    assert "Line 1 of crypttab" in " ".join(tree.split())
    sh(guest, "cryptsetup open --key-file /root/k /dev/disk/by-path/*-lun-0 sec; udevadm settle")
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    sh(guest, f"sha256sum --check --quiet {SUMS}")
    assert made.make


@pytest.mark.parametrize("made", [pytest.param(KINDS["array"], id="array")], indirect=True)
def test_an_array_that_lost_a_leg_comes_back_as_it_was(guest: Guest, made: Kind) -> None:
    script(guest, "mdadm -q --manage /dev/md0 --fail $A; sync -f /srv/d")
    (done,) = told(guest, f"disconnect({TARGET}, {QUIETLY})")
    assert done.ok, done
    nothing_left(guest)
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert sh(guest, "cat /sys/block/md*/md/degraded") == "1"
    sh(guest, f"sha256sum --check --quiet {SUMS}")
    assert made.make


@pytest.mark.parametrize("made", [pytest.param(KINDS["thin"], id="thin")], indirect=True)
def test_a_thin_volume_goes_alone_and_its_snapshot_stays_mounted(guest: Guest, made: Kind) -> None:
    script(
        guest,
        "lvchange -qq -ay -K v/a_snap; udevadm settle; mkdir -p /srv/snap; tune2fs -U random /dev/v/a_snap "
        ">/dev/null 2>&1 || true; mkfs.ext4 -q -F /dev/v/a_snap; mount /dev/v/a_snap /srv/snap",
    )
    group = 'disconnect(of_rung(RungKind.VOLUME_GROUP, "v"), ' + QUIETLY + ")"
    (done,) = told(guest, 'disconnect(of_rung(RungKind.LOGICAL_VOLUME, "d"), ' + QUIETLY + ")")
    assert done.ok, done
    assert sh(guest, "findmnt -rno TARGET | grep ^/srv/ || true") == "/srv/snap"
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    assert set(sh(guest, "findmnt -rno TARGET | grep ^/srv/").split()) == {"/srv/snap", "/srv/d"}
    (done,) = told(guest, group)
    assert done.ok, done
    assert sh(guest, "dmsetup ls | grep -v '^No devices' || true") == ""
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    sh(guest, f"umount /srv/snap; sha256sum --check --quiet {SUMS}")
    assert made.make


@pytest.mark.parametrize("made", [pytest.param(KINDS["luks on an LV"], id="luks")], indirect=True)
def test_an_encrypted_volume_of_systemd_is_closed_and_opened_by_its_unit(guest: Guest, made: Kind) -> None:
    """The lab's boot leaves the generator out; with it systemd has a unit for each line of crypttab."""
    unit = "systemd-cryptsetup@plain.service"
    sh(
        guest,
        f"""umount /srv/d; cryptsetup close plain
        rm -f /etc/systemd/system-generators/systemd-cryptsetup-generator
        rm -f /etc/systemd/system/cryptsetup.target; systemctl daemon-reload
        systemctl start {unit}; udevadm settle; mountpoint -q /srv/d || mount /srv/d""",
    )
    (done,) = told(guest, f"disconnect({TARGET}, {QUIETLY})")
    assert done.ok, done
    assert in_order(done.commands, ("umount", f"systemctl stop {unit}", "--logout")), done.commands
    assert sh(guest, f"systemctl is-active {unit} || true") in {"inactive", "failed"}
    nothing_left(guest)
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    wait_for(guest, "mountpoint -q /srv/d")
    assert sh(guest, f"systemctl is-active {unit}") == "active"
    sh(guest, f"sha256sum --check --quiet {SUMS}")
    assert made.make


GROWTH = "from tests.lab.growth_side import *\n"

GROWS = {"raid": "d", "stripes": "d", "swap": "d", "luks on an LV": "e"}
"""Kinds of which a volume grows by what its group has free, and that volume."""


@pytest.mark.parametrize(
    ("made", "volume"),
    [
        *(pytest.param(KINDS[name], volume, id=name) for name, volume in GROWS.items()),
        *(pytest.param(KINDS[name], "", id=name) for name in ("thin", "snapshot", "cache")),
    ],
    indirect=["made"],
)
def test_a_volume_of_each_kind_grows_or_says_why_not_and_nothing_is_lost(
    guest: Guest, made: Kind, volume: str
) -> None:
    name = volume or "d"
    before, done, after = tell(guest, f"{GROWTH}grow('v', '{name}', Wish())", 300)
    ended = performed(done)
    if volume:
        assert before["refusal"] == "", before
        assert set(ended.stages) <= {"done", "already"}, ended
        assert after["sizes"] != before["sizes"], after
    else:
        assert before["refusal"], (before, ended)
    sh(guest, f"sha256sum --check --quiet {SUMS}; touch /srv/d/more")
    assert made.make


@pytest.mark.parametrize(
    ("made", "command"),
    [
        pytest.param(KINDS["luks under a PV"], "cryptsetup resize sec", id="luks"),
        pytest.param(KINDS["array"], "mdadm --grow /dev/md0", id="array"),
        pytest.param(KINDS["partitions"], "growpart /dev/sd", id="partitions"),
    ],
    indirect=["made"],
)
def test_what_lies_between_is_named_with_the_tool_that_enlarges_it(
    guest: Guest, made: Kind, command: str
) -> None:
    script_text = """
inventory, found = look("v", "d")
problem = found.problem
say({"code": problem.code if problem else "", "remedy": problem.remedy if problem else ""})
"""
    told_of = tell(guest, GROWTH + script_text)[-1]
    assert told_of["code"] == "growth.between", told_of
    assert command in str(told_of["remedy"])
    assert made.make
