"""Groups, pools and disks that break in ways that LVM guards against: named first and alone, and mended.

The guest is the Debian release whose LVM knows the devices file. What the array does to a LUN is done to the
file behind it: cut short, or put where there is little room.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.doctoring import healthy, look, mended, mounted_by_hand, named, repaired
from tests.lab.recovery_by_keys import Console
from tests.lab.volumes import TARGET, log_in, path_of, sh, wait_for
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor-groups")]

LUNS = "".join(
    f'\n[[target.lun]]\nnumber = {number}\nsize = "{size}"\n{more}'
    for number, size, more in (
        (1, "256M", ""),
        (2, "256M", ""),
        (3, "256M", 'backing = "iblock"\n'),
        (4, "256M", ""),
        (5, "128M", ""),
    )
)
SAN = read_description("open").replace('size = "512M"', 'size = "128M"') + LUNS
BLANK, KEPT, MOVED, ARRAY, THIN, TEMPORARY = range(6)
"""What each LUN is for: nothing; a group that is never broken; a group that is hidden, taken and moved; what
the array breaks; a thin pool; a second disk."""

LOCAL = "/etc/lvm/lvmlocal.conf"
THROTTLE = "/sys/module/dm_mirror/parameters/raid1_resync_throttle"
"""Per cent of the time that the kernel may copy the data of a mirror, which is how pvmove moves it."""
SMALL = "/run/small"
"""A file system of the array with little room."""
BACKING = f"/var/lib/lab-san/{TARGET.replace(':', '_')}-lun"
"""The array's file behind a LUN, without its number."""
META_BLOCK = 4096


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.TRIXIE, san=SAN) as booted:
        log_in(booted)
        sh(
            booted,
            f"""
            vgcreate -qq vg_kept {path_of(booted, KEPT)}; lvcreate -qq -Wn -l 40 -n data vg_kept
            vgcreate -qq vg_moved {path_of(booted, MOVED)}; lvcreate -qq -Wn -l 28 -n moved vg_moved
            vgcreate -qq vg_array {path_of(booted, ARRAY)}; lvcreate -qq -Wn -l 62 -n array vg_array
            """,
        )
        for group, volume, place in (
            ("vg_kept", "data", "/srv/data"),
            ("vg_moved", "moved", "/srv/data/moved"),
            ("vg_array", "array", "/srv/data/array"),
        ):
            fill(booted, f"/dev/{group}/{volume}", place)
        keep_sums(booted)
        yield booted


def fill(guest: Guest, device: str, place: str) -> None:
    """Make a file system that boots mount, with a file in it; nothing is left to be written later."""
    sh(
        guest,
        f"""
        mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 {device}; mkdir -p {place}
        echo "UUID=$(blkid -o value -s UUID {device}) {place} ext4 _netdev,nofail 0 0" >> /etc/fstab
        systemctl daemon-reload; udevadm settle; mount {place}
        head -c 3000000 /dev/urandom > {place}/sentinel; sync
        """,
    )


def keep_sums(guest: Guest) -> None:
    """Note the checksums of every file that must never change."""
    sh(guest, "find /srv/data -name sentinel | xargs sha256sum > /root/sums")


def rest(guest: Guest, group: str) -> None:
    """Unmount and deactivate a group."""
    sh(guest, f"umount /dev/{group}/*; vgchange -qq -an {group}")


def well(guest: Guest) -> None:
    """Mount what fstab has; nothing is wrong, and every file is what it was."""
    sh(guest, "udevadm settle; mount --all; systemctl daemon-reload")
    healthy(guest)


# The tests follow each other on one machine: each breaks something, and leaves everything well.


def test_a_lun_0_that_was_withdrawn_has_something_in_its_place(guest: Guest) -> None:
    healthy(guest)
    guest.fault(Fault.LUN_REMOVED, lun=str(BLANK))
    found = look(guest)
    assert (found.causes, found.others) == (["F12.lun-withdrawn"], [])
    assert "RAMDISK" in str(found.finding("F12.lun-withdrawn")["seen"])
    guest.fault(Fault.LUN_RESTORED, lun=str(BLANK))
    well(guest)


def test_a_group_that_belongs_to_another_host(guest: Guest, console: Console) -> None:
    sh(guest, f"printf 'global {{\\n system_id_source = \"uname\"\\n}}\\n' >> {LOCAL}")
    healthy(guest)
    rest(guest, "vg_moved")
    sh(guest, "vgchange -qq -y --systemid other-host vg_moved")
    found = repairing(console, "F25.foreign")
    assert "other-host" in str(found["fixes"][-1]["confirm"])
    assert sh(guest, "vgs --noheadings -o systemid vg_moved") == sh(guest, "uname -n")
    well(guest)


def repairing(console: Console, code: str, number: int = -1) -> dict[str, Any]:
    """Repair the one thing that is wrong while something of fstab is not mounted, mount it, and see."""
    before = named(console.guest, code)
    mended(console, before, code, number)
    well(console.guest)
    return before.finding(code)


def test_a_disk_that_the_devices_file_hides(guest: Guest, console: Console) -> None:
    rest(guest, "vg_moved")
    sh(guest, f"cp {LOCAL} /root/; sed -i 's/^devices {{/devices {{\\n use_devicesfile = 1/' {LOCAL}")
    sh(guest, "for one in vg_kept vg_array; do lvm vgimportdevices $one; done")
    repairing(console, "F20.devices-file")
    # The volume was moved to another LUN: the file has its label under the identity of the old one.
    rest(guest, "vg_moved")
    wwid = sh(guest, f"cat /sys/block/{path_of(guest, MOVED).removeprefix('/dev/')}/device/wwid")
    sh(guest, f"sed -i 's/{wwid}/naa.60014050000000000000000000000099/' /etc/lvm/devices/system.devices")
    found = repairing(console, "F20.devices-file")
    assert len(found["fixes"][0]["confirm"]) == 2
    # What the file hides and nothing here misses is left alone: it may be a guest's or another host's.
    sh(guest, f"pvcreate -qq --devicesfile '' {path_of(guest, TEMPORARY)}; udevadm settle")
    healthy(guest)
    sh(guest, f"rm -r /etc/lvm/devices; cp /root/lvmlocal.conf {LOCAL}")
    sh(guest, f"pvremove -qq {path_of(guest, TEMPORARY)}; udevadm settle")
    well(guest)


def test_a_move_that_was_cut_off(guest: Guest, console: Console) -> None:
    old, new = path_of(guest, MOVED), path_of(guest, TEMPORARY)
    sh(guest, f"vgextend -qq vg_moved {new}")
    cut_off_a_move(guest, old)
    repaired(console, "F40.move-unfinished", 0)
    assert sh(guest, f"pvs --noheadings --units b --nosuffix -o pv_used {old}") == "0"
    cut_off_a_move(guest, new)
    repaired(console, "F40.move-unfinished", 1)
    assert not sh(guest, "dmsetup ls | grep pvmove || true")
    sh(guest, f"pvmove -qq -i 1 {new}; vgreduce -qq vg_moved {new}; pvremove -qq {new}; udevadm settle")
    well(guest)


def cut_off_a_move(guest: Guest, disk: str) -> None:
    """Begin to move everything off a disk, and kill whoever drives it."""
    sh(
        guest,
        f"""
        modprobe dm_mirror; echo 1 > {THROTTLE}
        pvmove -qq {disk} > /dev/null 2>&1 &
        for i in $(seq 300); do if dmsetup ls | grep -q pvmove; then break; fi; sleep 0.1; done
        dmsetup ls | grep -q pvmove; kill -9 $(pidof pvmove lvmpolld lvm) || true
        """,
    )
    guest.write_text(THROTTLE, "100")


def test_a_disk_that_returns_after_it_was_removed_from_its_group(guest: Guest, console: Console) -> None:
    path = path_of(guest, TEMPORARY)
    sh(guest, f"vgextend -qq vg_moved {path}")
    guest.fault(Fault.LUN_REMOVED, lun=str(TEMPORARY))
    sh(guest, f"echo 1 > /sys/block/{path.removeprefix('/dev/')}/device/delete; udevadm settle")
    sh(guest, "vgreduce -qq --removemissing vg_moved")
    guest.fault(Fault.LUN_RESTORED, lun=str(TEMPORARY))
    sh(guest, "iscsiadm -m session -R; udevadm settle")
    path = path_of(guest, TEMPORARY)
    label = sh(guest, f"dd if={path} bs=1M count=1 status=none | sha256sum")
    found = repaired(console, "F41.outdated", -1).finding("F41.outdated")
    assert path in found["summary"]
    # Its label is cleared; a copy of it is kept.
    assert label.split()[0] in sh(guest, "sha256sum /var/lib/iscsi-console/kept/*/beginning-*")
    assert not sh(guest, f"pvs --noheadings -o vg_name {path}")
    sh(guest, f"pvremove -qq {path}; udevadm settle")


def test_a_lun_that_was_made_smaller(guest: Guest, console: Console) -> None:
    sh(
        guest,
        f"""
        truncate -s 200M {BACKING}{ARRAY}
        losetup --set-capacity $(losetup -n -O NAME -j {BACKING}{ARRAY})
        iscsiadm -m session -R; udevadm settle
        """,
    )
    found = look(guest)
    assert (found.causes, found.others) == (["F27.disk-shrunk"], [])
    assert "cannot be read" in found.finding("F27.disk-shrunk")["meaning"]
    stop = found.finding("F27.disk-shrunk")["fixes"][0]
    assert "lost" in str(stop["plan"]), stop
    console.carry_out(found.finding("F27.disk-shrunk"), 1)
    after = look(guest)
    assert (after.causes, after.others) == (["F27.disk-shrunk"], ["F22.not-active"])
    assert all(fix["plan"] is None for fix in after.finding("F27.disk-shrunk")["fixes"])
    # The array gives it its old size back. What was beyond the end in this file is gone: it was empty.
    guest.fault(Fault.LUN_GROWN, lun=str(ARRAY), size="256M")
    found = look(guest)
    assert (found.causes, found.others) == (["F11.not-rescanned"], ["F22.not-active"])
    mended(console, found, "F11.not-rescanned")
    repairing(console, "F22.not-active")


def test_a_thin_pool_whose_notes_are_full_or_damaged(guest: Guest, console: Console) -> None:
    disk, place = path_of(guest, THIN), "/srv/data/thin"
    sh(
        guest,
        f"""
        vgcreate -qq -s 1M vg_thin {disk}
        lvcreate -qq --type thin-pool -L 80M --poolmetadatasize 2M -n pool vg_thin
        lvcreate -qq --thin -V 64M -n thin vg_thin/pool
        """,
    )
    fill(guest, "/dev/vg_thin/thin", place)
    keep_sums(guest)
    healthy(guest)
    # Every thin volume costs a block of the notes, also one that LVM does not know.
    sh(
        guest,
        """
        for one in $(seq 1000 2100); do
            if ! dmsetup message vg_thin-pool-tpool 0 "create_thin $one" 2>/dev/null; then break; fi
        done
        """,
    )
    repaired(console, "F29.pool-notes-full", -1)
    sh(
        guest,
        """
        for one in $(seq 1000 2100); do
            if ! dmsetup message vg_thin-pool-tpool 0 "delete $one" 2>/dev/null; then break; fi
        done
        """,
    )
    rest(guest, "vg_thin")
    break_notes(guest, disk)
    # What systemd does when the disk appears at a boot.
    sh(guest, f"udevadm trigger --action=add --settle --name-match={disk}")
    wait_for(guest, "journalctl -b --identifier=lvm -o cat | grep -q 'Check of pool vg_thin/pool failed'")
    # LVM takes down again what it made for the check.
    wait_for(guest, "! dmsetup ls | grep -q ^vg_thin")
    before = look(guest)
    assert (before.causes, before.others) == (["F29.pool-damaged"], ["F22.not-active"])
    mended(console, before, "F29.pool-damaged")
    assert "pool_meta0" in sh(guest, "lvs --noheadings -o lv_name vg_thin")
    well(guest)


def break_notes(guest: Guest, disk: str) -> None:
    """Zero a block of an inactive pool's notes: the first without which they do not stand LVM's check, and
    whose loss thin_repair makes good (thin_check(8), thin_repair(8))."""
    sh(
        guest,
        f"""
        zero() {{ dd if=/dev/zero bs={META_BLOCK} count=1 status=none "$@"; }}
        lvchange -qq -y -ay vg_thin/pool_tmeta; cd /root
        start=$(dmsetup table vg_thin-pool_tmeta | cut -d' ' -f5)
        dd if=/dev/mapper/vg_thin-pool_tmeta of=notes bs=1M status=none
        lvchange -qq -an vg_thin/pool_tmeta
        thin_check -q notes; thin_dump notes | grep -v superblock > before
        for block in $(seq 1 200); do
            cp notes broken
            zero of=broken seek=$block conv=notrunc
            if thin_check -q broken 2>/dev/null; then continue; fi
            cp notes new
            if ! thin_repair -i broken -o new > /dev/null 2>&1; then continue; fi
            if thin_dump new | grep -v superblock | cmp -s - before; then
                zero of={disk} seek=$((start / 8 + block)) conv=fsync
                exit 0
            fi
        done
        exit 1
        """,
    )


def test_a_storage_that_has_no_room_behind_a_thin_lun(guest: Guest, console: Console) -> None:
    """The array's file lies in a file system of 32 MiB. LIO says `logical unit communication failure` then,
    where storage that knows thin provisioning says `space allocation failed` (07/27/07)."""
    guest.fault(Fault.LUN_REMOVED, lun=str(TEMPORARY))
    sh(
        guest,
        f"""
        mkdir {SMALL}; mount -t tmpfs -o size=160M tmpfs {SMALL}; truncate -s 128M {SMALL}/lun
        ln -sf {SMALL}/lun {BACKING}{TEMPORARY}
        """,
    )
    guest.fault(Fault.LUN_RESTORED, lun=str(TEMPORARY))
    mounted_by_hand(guest)
    place = "/srv/data/small"
    # Without a journal, with its tables written and with blocks that the file has already, nothing but data
    # wants new room: what is zero in the array's file takes none.
    sh(
        guest,
        f"""
        vgcreate -qq vg_small {path_of(guest, TEMPORARY)}; lvcreate -qq -Wn -l 25 -n small vg_small
        mkfs.ext4 -q -O ^has_journal -E nodiscard,lazy_itable_init=0 /dev/vg_small/small
        mkdir -p {place}; mount /dev/vg_small/small {place}; head -c 3000000 /dev/urandom > {place}/sentinel
        dd if=/dev/zero of={place}/big bs=1M count=40 conv=fsync status=none; sync
        fallocate --dig-holes {SMALL}/lun; mount -o remount,size=32M {SMALL}
        """,
    )
    keep_sums(guest)
    healthy(guest)
    sh(
        guest,
        f"! timeout 60 dd if=/dev/urandom of={place}/big bs=1M count=40 conv=notrunc,fsync status=none",
    )
    found = look(guest)
    assert (found.causes, found.others) == (["F28.writes-refused"], [])
    assert place in found.finding("F28.writes-refused")["meaning"]
    asked = found.finding("F28.writes-refused")["fixes"][0]["ask"]["words"]
    assert TARGET in asked
    sh(guest, f"mount -o remount,size=160M {SMALL}")
    repaired(console, "F28.writes-refused", 0)
