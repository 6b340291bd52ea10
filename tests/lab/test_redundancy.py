"""What goes on although a leg is lost: named as degraded, never taken down, made whole while it is in use."""

from collections.abc import Iterator

import pytest

from tests.lab.doctoring import SUMS, healthy, look, mended, named, sentinels, ways
from tests.lab.fixing import carried_out
from tests.lab.recovery_by_keys import Console
from tests.lab.volumes import TARGET, THREE_LUNS, log_in, path_of, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("redundancy")]

LV, MD = "F54.lv-degraded", "F55.array-degraded"
MISSING = "F12.disk-missing"


SAN = THREE_LUNS + "".join(f'\n[[target.lun]]\nnumber = {number}\nsize = "64M"\n' for number in (3, 4))


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    """A RAID1 LV on two LUNs, with a third PV that has room; mounted, and written to all the time."""
    with Guest.boot(Release.BOOKWORM, san=SAN) as booted:
        log_in(booted)
        disks = " ".join(path_of(booted, number) for number in range(2))
        sh(
            booted,
            f"""
            modprobe dm_raid; modprobe raid1; echo dm_raid > /etc/modules-load.d/raid.conf
            vgcreate -qq vgx {disks}; lvcreate -qq -y --type raid1 -m1 --nosync -n r -L 64M vgx
            mkfs.ext4 -q /dev/vgx/r; mkdir -p /srv/r
            echo "UUID=$(blkid -s UUID -o value /dev/vgx/r) /srv/r ext4 _netdev,nofail 0 2" >> /etc/fstab
            systemctl daemon-reload; mount /srv/r
            head -c 3000000 /dev/urandom > /srv/r/sentinel; sha256sum /srv/r/sentinel > {SUMS}; sync
            """,
        )
        yield booted


def lose(guest: Guest, lun: int) -> str:
    """Take a LUN's disk away as it is, and write, so that the kernel notices; the disk's name."""
    path = path_of(guest, lun)
    sh(
        guest,
        f"echo 1 > $(readlink -f /sys/block/{path.removeprefix('/dev/')}/device)/delete; "
        "for one in /srv/*; do mountpoint -q $one && dd if=/dev/urandom of=$one/later bs=64k count=1 "
        "conv=fsync status=none; done; true",
    )
    return path


def rescan(guest: Guest) -> None:
    """Have the kernel find the LUN again."""
    sh(guest, "iscsiadm -m session --rescan > /dev/null; udevadm settle")


def is_mounted(guest: Guest, path: str) -> None:
    """See that a file system is mounted, writable, and takes a write."""
    sh(guest, f"findmnt -no OPTIONS {path} | grep -q '^rw'; date > {path}/now; sync {path}/now")


def health_of(guest: Guest, kind: str, name: str) -> str:
    """What the tree says of a rung."""
    found = sh(guest, "iscsi-console status").splitlines()
    line = next(line.split() for line in found if line.split()[1:2] == [kind] and name in line.split())
    return line[0]


ARRAY = """
mdadm --create /dev/md7 --quiet --run --level=1 --raid-devices=2 --metadata=1.2 --assume-clean {} {} 2>&1
mkfs.ext4 -q /dev/md7; mkdir -p /srv/m /etc/mdadm; mdadm --detail --scan >> /etc/mdadm/mdadm.conf
echo "UUID=$(blkid -s UUID -o value /dev/md7) /srv/m ext4 _netdev,nofail 0 2" >> /etc/fstab
systemctl daemon-reload; mount /srv/m; sync
"""
GONE = """
umount /srv/m; mdadm --quiet --stop /dev/md7; mdadm --quiet --zero-superblock {} {}
sed -i '\\#/srv/m#d' /etc/fstab; systemctl daemon-reload; rm -r /etc/mdadm/mdadm.conf; udevadm settle
"""


def test_an_array_whose_leg_was_withdrawn_for_a_while_stays_in_use(guest: Guest) -> None:
    """What one leg did not take, the other has: no write is called lost or refused."""
    legs = (path_of(guest, 3), path_of(guest, 4))
    sh(guest, ARRAY.format(*legs))
    healthy(guest)
    guest.fault(Fault.LUN_REMOVED, target=TARGET, lun="4")
    sh(guest, "dd if=/dev/urandom of=/srv/m/x bs=64k count=20 conv=fsync status=none")
    found = look(guest)
    assert (found.causes, found.others) == (["F12.lun-withdrawn"], [MD])
    guest.fault(Fault.LUN_RESTORED, target=TARGET, lun="4")
    found = named(guest, MD)
    assert found.others == []
    carried_out(guest, MD)
    wait_for(guest, "grep -q UU /proc/mdstat")
    healthy(guest)
    is_mounted(guest, "/srv/m")
    sh(guest, GONE.format(*legs))
    healthy(guest)


def test_a_raid_lv_that_lost_a_leg_is_degraded_and_nothing_is_taken_down(guest: Guest) -> None:
    healthy(guest)
    lose(guest, 1)
    found = look(guest)
    assert found.causes == [MISSING], found.codes
    assert found.others == [LV], found.codes
    assert health_of(guest, "LV", "r") == "degraded"
    assert health_of(guest, "VG", "vgx") == "degraded"
    commands = [
        command
        for one in found.document["findings"]
        for fix in one["fixes"]
        if fix["plan"]
        for step in fix["plan"]["steps"]
        for command in step["commands"]
    ]
    assert not [
        line for line in commands if line.startswith(("umount", "dmsetup remove", "lvm vgchange -an"))
    ]
    is_mounted(guest, "/srv/r")
    sentinels(guest)


def test_the_disk_is_found_again_by_the_first_cause_and_the_leg_by_a_refresh(
    guest: Guest, console: Console
) -> None:
    found = look(guest)
    assert found.causes == [MISSING], found.codes
    mended(console, found, MISSING)
    found = named(guest, LV)
    assert "lvm lvchange --refresh vgx/r" in str(found.finding(LV)["fixes"][0])
    mended(console, found, LV)
    wait_for(guest, "[ $(dmsetup status vgx-r | cut -d' ' -f6) = AA ]")
    healthy(guest)
    is_mounted(guest, "/srv/r")


def test_a_leg_that_never_comes_back_is_replaced_while_the_volume_is_in_use(
    guest: Guest, console: Console
) -> None:
    sh(guest, f"vgextend -qq vgx {path_of(guest, 2)}; udevadm settle")
    lose(guest, 1)
    found = look(guest)
    assert (found.causes, found.others) == ([MISSING], [LV]), found.codes
    mended(console, found, LV, place=1)
    wait_for(guest, "[ $(dmsetup status vgx-r | cut -d' ' -f6) = AA ]")
    assert "1" not in sh(guest, "vgs --noheadings -o vg_missing_pv_count vgx")
    is_mounted(guest, "/srv/r")
    sentinels(guest)
    assert ways(found.finding(LV))
