"""What breaks in LVM, file systems and at boot: named first and alone, and mended by what is offered."""

import struct
from collections.abc import Iterator

import pytest

from tests.lab.doctoring import SUMS, healthy, mended, named, repaired, ways
from tests.lab.recovery_by_keys import Console
from tests.lab.volumes import copy_disk, log_in, path_of, sh
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor-volumes")]

LUNS = "".join(
    f'\n[[target.lun]]\nnumber = {number}\nsize = "{size}"\n'
    for number, size in ((1, "256M"), (2, "340M"), (3, "340M"), (4, "128M"))
)
SAN = read_description("open").replace('size = "512M"', 'size = "256M"') + LUNS
RECORD = ("-m", "node", "-T", "iqn.2003-01.org.linux-iscsi.lab:t1", "-p", "192.0.2.10:3260")
UUIDS = {
    "vgr/whole": "11111111-2222-4333-8444-555555555555",
    "vgr/span": "22222222-2222-4333-8444-555555555555",
    "vgx/x": "33333333-2222-4333-8444-555555555555",
}
FSTAB = "".join(
    f"UUID={uuid} /srv/{volume} {'xfs' if volume == 'vgx/x' else 'ext4'} _netdev,nofail 0 0\n"
    for volume, uuid in UUIDS.items()
)


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=SAN) as booted:
        log_in(booted)
        first, second, third = (path_of(booted, lun) for lun in (0, 1, 2))
        sh(
            booted,
            f"""
            vgcreate -qq vgr {first} {second}
            lvcreate -qq -Wn -l 30 -n whole vgr {first}; lvcreate -qq -Wn -l 60 -n span vgr {first} {second}
            vgcreate -qq vgx {third}; lvcreate -qq -Wn -L 320M -n x vgx
            mkfs.ext4 -q -U {UUIDS["vgr/whole"]} /dev/vgr/whole
            mkfs.ext4 -q -U {UUIDS["vgr/span"]} /dev/vgr/span
            mkfs.xfs -q -m uuid={UUIDS["vgx/x"]} /dev/vgx/x
            printf '{FSTAB}' > /etc/fstab; systemctl daemon-reload; udevadm settle
            for one in vgr/whole vgr/span vgx/x; do
                mkdir -p /srv/$one; mount /srv/$one; head -c 3000000 /dev/urandom > /srv/$one/sentinel
            done
            sha256sum /srv/*/*/sentinel > {SUMS}; sync
            """,
        )
        yield booted


def rest(guest: Guest, group: str) -> None:
    """Unmount and deactivate a group."""
    sh(guest, f"for one in /srv/{group}/*; do umount $one; done; vgchange -qq -an {group}")


def mount_all(guest: Guest) -> None:
    """Mount what fstab has."""
    sh(guest, "udevadm settle; mount --all; systemctl daemon-reload")


# The tests follow each other on one machine: each breaks something, and leaves everything well.


def test_a_host_that_is_well_has_no_finding(guest: Guest) -> None:
    healthy(guest)


def test_what_the_next_boot_would_stumble_over(guest: Guest, console: Console) -> None:
    sh(
        guest,
        "sed -i 's#^UUID=1.* /srv/vgr/whole ext4 _netdev,nofail#/dev/vgr/whole /srv/vgr/whole ext4 defaults#'"
        " /etc/fstab; systemctl daemon-reload",
    )
    assert repaired(console, "F03.no-netdev").causes == []
    assert "_netdev,nofail,x-systemd.device-timeout=60s" in sh(guest, "grep whole /etc/fstab")
    name = sh(guest, "basename $(readlink -f /dev/vgr/whole)")
    sh(guest, f"sed -i 's#^/dev/vgr/whole #/dev/{name} #' /etc/fstab; systemctl daemon-reload")
    assert repaired(console, "F36.name-moves").causes == []
    assert sh(guest, "grep -c '^/dev/vgr/whole ' /etc/fstab") == "1"


def test_a_login_that_nobody_makes_at_boot(guest: Guest, console: Console) -> None:
    for name in ("node.startup", "node.conn[0].startup"):
        guest.check("iscsiadm", *RECORD, "-o", "update", "-n", name, "-v", "manual")
    assert repaired(console, "F04.not-at-boot").causes == []
    assert "node.startup = automatic" in guest.check("iscsiadm", *RECORD)


def test_file_systems_that_stopped(guest: Guest, console: Console) -> None:
    name = sh(guest, "basename $(readlink -f /dev/vgr/whole)")
    sh(
        guest,
        f"mount -o remount,errors=remount-ro /srv/vgr/whole; echo 1 > /sys/fs/ext4/{name}/trigger_fs_error",
    )
    repaired(console, "F06.filesystem-stopped")
    sh(guest, "xfs_io -x -c 'shutdown -f' /srv/vgx/x")
    repaired(console, "F06.filesystem-stopped")


def test_a_logout_under_mounted_file_systems(guest: Guest, console: Console) -> None:
    guest.check("iscsiadm", *RECORD, "-u")
    stopped = frozenset({"F06.filesystem-stopped"})
    said = str(repaired(console, "F07.stale-maps", follows=stopped).document)
    assert all(place in said for place in ("/srv/vgr/whole", "/srv/vgr/span", "/srv/vgx/x"))
    # The same once more, but somebody has logged in again already: the disks have other numbers now.
    for argv in (("-u",), ("-l",)):
        guest.check("iscsiadm", *RECORD, *argv)
    sh(guest, "udevadm settle")
    found = repaired(console, "F07.stale-maps", follows=stopped)
    plan = found.finding("F07.stale-maps")["fixes"][0]["plan"]
    assert not any("iscsiadm" in command for step in plan["steps"] for command in step["commands"])


def test_a_disk_that_is_missing(guest: Guest, console: Console) -> None:
    rest(guest, "vgr")
    disk = path_of(guest, 1).removeprefix("/dev/")
    guest.fault(Fault.LUN_REMOVED, lun="1")
    sh(guest, f"echo 1 > /sys/block/{disk}/device/delete; udevadm settle")
    found = named(guest, "F12.disk-missing")
    assert "span" in str(found.document)
    first = found.finding("F12.disk-missing")
    assert "Complete or take over" in console.try_to_mend(first, ways(first)[0])
    assert "vgreduce" not in sh(guest, "cat /var/lib/iscsi-console/journal/*")
    guest.fault(Fault.LUN_RESTORED, lun="1")
    mended(console, named(guest, "F12.disk-missing"), "F12.disk-missing")
    mount_all(guest)
    healthy(guest)


def test_the_beginning_of_a_disk_that_was_overwritten(guest: Guest, console: Console) -> None:
    rest(guest, "vgr")
    disk = path_of(guest, 1)
    # A DOS table with one partition of 64 MiB over the label: its entry lies at 446, the signature at 510.
    table = bytes(446) + struct.pack("<B3xB3xII", 0, 0x83, 2048, 131072) + bytes(48) + b"\x55\xaa"
    sh(guest, f"dd if=/dev/zero of={disk} bs=1M count=1 conv=fsync status=none")
    guest.check("dd", f"of={disk}", "conv=notrunc,fsync", "status=none", stdin=table)
    sh(guest, f"blockdev --rereadpt {disk}; udevadm settle")
    found = named(guest, "F24.label-overwritten")
    mended(console, found, "F24.label-overwritten")
    assert sh(guest, "ls /var/lib/iscsi-console/kept/*/HOW-TO-RESTORE")
    mount_all(guest)
    healthy(guest)


def test_the_only_disk_of_a_group_that_was_overwritten(guest: Guest, console: Console) -> None:
    rest(guest, "vgx")
    sh(guest, f"dd if=/dev/zero of={path_of(guest, 2)} bs=1M count=1 conv=fsync status=none; udevadm settle")
    sh(guest, f"udevadm trigger --settle --action=change --name-match={path_of(guest, 2)}")
    # Another disk has its size, but is blank where the volumes would begin, and is not offered.
    found = named(guest, "F24.label-overwritten")
    assert "LUN 3" not in str(found.document)
    mended(console, found, "F24.label-overwritten")
    mount_all(guest)
    healthy(guest)


def test_a_filter_that_hides_a_disk(guest: Guest) -> None:
    rest(guest, "vgx")
    local, disk = "/etc/lvm/lvmlocal.conf", path_of(guest, 2)
    sh(guest, f'cp {local} /root/; sed -i \'s#|^/dev/loop|"#&, "r|{disk}$|"#\' {local}')
    named(guest, "F42.filter")
    sh(guest, f"cp /root/lvmlocal.conf {local}; vgchange -qq -ay vgx")
    mount_all(guest)
    healthy(guest)


def test_a_group_that_is_not_active_or_exported(guest: Guest, console: Console) -> None:
    rest(guest, "vgx")
    found = named(guest, "F22.not-active")
    mended(console, found, "F22.not-active")
    mount_all(guest)
    healthy(guest)
    rest(guest, "vgx")
    sh(guest, "vgexport -qq vgx")
    found = named(guest, "F25.exported")
    mended(console, found, "F25.exported")
    mount_all(guest)
    healthy(guest)


def test_a_clone_beside_its_original(guest: Guest, console: Console) -> None:
    original, clone = path_of(guest, 2), path_of(guest, 3)
    sh(guest, "umount /srv/vgx/x")
    copy_disk(guest, original, clone)
    sh(guest, "mount /srv/vgx/x")
    sh(guest, f"udevadm trigger --settle --action=change --name-match={clone}")
    found = named(guest, "F15.clone")
    before = sh(guest, f"dd if={original} bs=1M count=1 status=none | sha256sum")
    mended(console, found, "F15.clone")
    assert sh(guest, f"dd if={original} bs=1M count=1 status=none | sha256sum") == before
    healthy(guest)
    assert "vgx_clone" in sh(guest, "vgs --noheadings -o vg_name")


def test_a_snapshot_and_a_pool_that_run_full(guest: Guest, console: Console) -> None:
    disk = path_of(guest, 4)
    sh(
        guest,
        f"vgcreate -qq vgt {disk}; lvcreate -qq -Wn -l 8 -n small vgt;"
        " lvcreate -qq -s -l 1 -n night vgt/small;"
        " dd if=/dev/urandom of=/dev/vgt/small bs=1M count=16 conv=fsync status=none",
    )
    repaired(console, "F30.snapshot-full")
    sh(
        guest,
        "lvremove -qq -y vgt/small; lvcreate -qq --type thin-pool -l 8 --poolmetadatasize 4M -n pool vgt;"
        " lvcreate -qq --thin -V 64M -n thin vgt/pool;"
        " timeout 20 dd if=/dev/urandom of=/dev/vgt/thin bs=1M count=32 oflag=direct status=none",
    )
    repaired(console, "F29.pool-full")
