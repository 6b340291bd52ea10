"""What one host can see of a second user of its disks, and mounts that are refused: named first, and mended.

The second host is the array itself, which mounts the file behind a LUN: two file systems of one kernel that
know nothing of each other, as those of two hosts do.
"""

from collections.abc import Iterator

import pytest

from tests.lab.doctoring import healthy, look, repaired, ways
from tests.lab.recovery_by_keys import Console
from tests.lab.volumes import TARGET, log_in, path_of, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor-sharing")]

SAN = read_description("open").replace('size = "512M"', 'size = "128M"') + "".join(
    f'\n[[target.lun]]\nnumber = {number}\nsize = "256M"\n' for number in (1, 2)
)
GUESTS, KEPT, SHARED = range(3)
"""What each LUN is for: a guest's group; a group of this host; a file system without LVM."""

OTHER, PLACE = "/srv/data/other", "/srv/data/shared"
UNIT = "srv-data-other.mount"
BACKING = f"/var/lib/lab-san/{TARGET.replace(':', '_')}-lun{SHARED}"
"""The array's file behind the shared LUN."""
ELSEWHERE = "/run/elsewhere"
"""Where the other host mounts it."""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(san=SAN) as booted:
        log_in(booted)
        link = sh(booted, f"ls /dev/disk/by-path/*-lun-{SHARED}")
        sh(
            booted,
            f"""
            vgcreate -qq vg_kept {path_of(booted, KEPT)}
            for one in data other; do
                lvcreate -qq -Wn -l 20 -n $one vg_kept; mkfs.ext4 -q /dev/vg_kept/$one
            done
            mkfs.ext4 -q -O mmp {link}
            printf '%s\n' '/dev/vg_kept/data /srv/data ext4 _netdev,nofail 0 0' \\
                '/dev/vg_kept/other {OTHER} ext4 _netdev,nofail 0 0' \\
                '{link} {PLACE} ext4 _netdev,nofail 0 0' >> /etc/fstab
            mkdir -p /srv/data {ELSEWHERE}; mount /srv/data; mkdir {OTHER} {PLACE}
            mount {OTHER}; mount {PLACE}
            systemctl daemon-reload
            for one in /srv/data {OTHER} {PLACE}; do head -c 2000000 /dev/urandom > $one/sentinel; done
            cd /srv/data; sha256sum $PWD/sentinel $PWD/other/sentinel $PWD/shared/sentinel > /root/sums; sync
            """,
        )
        yield booted


def refused(guest: Guest, unit: str, place: str, words: str) -> None:
    """A mount fails, and it is told why, and nothing else."""
    assert guest.run(("systemctl", "start", unit), timeout=120).status != 0
    found = look(guest)
    assert (found.causes, found.others) == (["F37.mount-refused"], [])
    told = found.finding("F37.mount-refused")
    assert place in told["summary"]
    assert words in told["summary"], told


# The tests follow each other on one machine: each breaks something, and leaves everything well.


def test_a_line_of_fstab_with_the_wrong_type(guest: Guest) -> None:
    healthy(guest)
    sh(guest, f"umount {OTHER}; sed -i 's#{OTHER} ext4#{OTHER} xfs#' /etc/fstab; systemctl daemon-reload")
    refused(guest, UNIT, OTHER, "fstab says xfs, but /dev/mapper/vg_kept-other contains ext4")
    sh(guest, f"sed -i 's#{OTHER} xfs#{OTHER} ext4#' /etc/fstab; systemctl daemon-reload")
    sh(guest, f"systemctl start {UNIT}")
    healthy(guest)


def test_a_volume_that_was_made_smaller_than_its_file_system(guest: Guest) -> None:
    sh(guest, f"umount {OTHER}; lvreduce -qq -y -f -l 15 vg_kept/other 2>&1; udevadm settle")
    refused(guest, UNIT, OTHER, "the file system is larger than")
    sh(guest, f"lvextend -qq -l 20 vg_kept/other; udevadm settle; systemctl start {UNIT}")
    healthy(guest)


def test_a_volume_without_its_beginning(guest: Guest) -> None:
    volume = "/dev/vg_kept/other"
    sh(
        guest,
        f"""
        umount {OTHER}; dd if={volume} of=/root/beginning bs=64K count=1 status=none
        dd if=/dev/zero of={volume} bs=64K count=1 conv=fsync status=none; udevadm settle
        """,
    )
    refused(guest, UNIT, OTHER, "there is no file system on")
    sh(guest, f"dd if=/root/beginning of={volume} bs=64K conv=fsync status=none; udevadm settle")
    sh(guest, f"systemctl start {UNIT}")
    healthy(guest)


def test_a_group_of_a_guest_that_is_active_here(guest: Guest, console: Console) -> None:
    disk = path_of(guest, GUESTS)
    sh(
        guest,
        f"""
        vgcreate -qq vg_guest {disk}; lvcreate -qq -Wn -l 5 -n root vg_guest
        cp $(command -v sleep) /root/qemu-system-x86_64
        """,
    )
    healthy(guest)
    machine = guest.start(("sh", "-c", f"exec /root/qemu-system-x86_64 3600 3<{disk}"))
    wait_for(guest, f"ls -l /proc/$(pidof qemu-system-x86_64)/fd | grep -q {disk}")
    before = repaired(console, "F21.guest-group")
    told = before.finding("F21.guest-group")
    assert "vg_guest" in told["summary"]
    plan = told["fixes"][ways(told)[0] - 1]["plan"]
    assert plan["steps"][0]["commands"][0] == "lvm vgchange --activate n vg_guest"
    sh(guest, "kill $(pidof qemu-system-x86_64)")
    machine.complete(60)
    sh(guest, f"vgremove -qq -y vg_guest; pvremove -qq {disk}")
    healthy(guest)


def test_a_volume_that_another_host_has_mounted(guest: Guest) -> None:
    sh(guest, f"umount {PLACE}; modprobe loop; mount -o loop {BACKING} {ELSEWHERE}")
    unit = "srv-data-shared.mount"
    assert guest.run(("systemctl", "start", unit), timeout=200).status != 0
    found = look(guest)
    assert found.causes == ["F14.mounted-elsewhere"]
    assert found.others == ["F37.mount-refused"]
    assert "node" in str(found.finding("F14.mounted-elsewhere")["seen"])
    sh(guest, f"umount {ELSEWHERE}; systemctl start {unit}")
    healthy(guest)


def test_damage_by_another_host_is_told_as_one_possibility(guest: Guest, console: Console) -> None:
    link = sh(guest, f"ls /dev/disk/by-path/*-lun-{SHARED}")
    sh(
        guest,
        f"""
        modprobe loop; umount {PLACE}; tune2fs -O ^mmp {link} > /dev/null; mount {PLACE}
        mkdir {PLACE}/here; for one in $(seq 50); do echo $one > {PLACE}/here/$one; done
        # Of what this host has read only the names stay in its memory, so that it meets what the other did.
        umount {PLACE}; blockdev --flushbufs {link}; mount {PLACE}; ls -f {PLACE} > /dev/null
        mount -o loop {BACKING} {ELSEWHERE}; rm -r {ELSEWHERE}/here; umount {ELSEWHERE}
        ls -lR {PLACE} > /dev/null 2>&1 || true
        """,
    )
    found = look(guest)
    assert (found.causes, found.others) == (["F14.perhaps-two-hosts"], ["F06.errors-noted"])
    told = found.finding("F14.perhaps-two-hosts")
    assert "may be lost for good" in told["meaning"]
    assert len(told["hypotheses"]) == 3
    console.carry_out(told, ways(told)[0])
    assert look(guest).causes == ["F14.perhaps-two-hosts"]
    assert sh(guest, f"mountpoint -q {PLACE} || echo gone") == "gone"
    # A person has found the other host, has taken its mapping away, and repairs the file system.
    sh(guest, f"e2fsck -f -y {link} > /dev/null 2>&1 || true; mount {PLACE}; systemctl daemon-reload")
    healthy(guest)
