"""Sectors of two sizes below one VG, and a disk of fstab that multipathd claims."""

from collections.abc import Iterator

import pytest

from tests.lab.doctoring import SUMS, healthy, look, mended, named
from tests.lab.recovery_by_keys import Console
from tests.lab.volumes import disks_are_here, log_in, path_of, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("doctor sectors")]

SAN = (
    read_description("open").replace('size = "512M"', 'size = "400M"')
    + '\n[[target.lun]]\nnumber = 1\nsize = "700M"\n\n[[target.lun]]\nnumber = 2\nsize = "200M"\n'
)
LARGE_SECTORS = """
link=$(find /sys/kernel/config/target/iscsi/iqn*/tpgt_*/lun/lun_1 -maxdepth 1 -type l | head -n 1)
core=$(readlink -f $link)
rm $link
echo 4096 > $core/attrib/block_size
ln -s $core $link
"""
"""Gives LUN 1 sectors of 4096 bytes. The target changes that only while nobody is shown the LUN."""
XFS = "33333333-2222-4333-8444-555555555555"
EXT4 = "44444444-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=SAN) as booted:
        sh(booted, LARGE_SECTORS)
        log_in(booted)
        disks_are_here(booted)
        first, large, third = (path_of(booted, lun) for lun in (0, 1, 2))
        assert sh(booted, f"blockdev --getss {large}") == "4096"
        sh(
            booted,
            f"""
            systemctl disable --now --quiet multipathd.socket multipathd.service || true
            vgcreate -qq vga {first}; lvcreate -qq -Wn -l 100%FREE -n data vga
            mkfs.xfs -q -m uuid={XFS} /dev/vga/data; mkfs.ext4 -q -U {EXT4} {third}
            mkdir -p /srv/data /srv/third
            echo 'UUID={XFS} /srv/data xfs _netdev,nofail 0 0' >> /etc/fstab
            echo '{third} /srv/third ext4 _netdev,nofail 0 0' >> /etc/fstab
            systemctl daemon-reload; udevadm settle; mount /srv/data; mount /srv/third
            head -c 3000000 /dev/urandom > /srv/data/sentinel; cp /srv/data/sentinel /srv/third/
            sha256sum /srv/data/sentinel /srv/third/sentinel > {SUMS}; sync
            mkdir -p /etc/iscsi-console
            printf '[[accepted]]\\ncode = "F36"\\nreason = "Known."\\n' \
                > /etc/iscsi-console/accepted.toml
            """,
        )
        yield booted


def test_sectors_of_two_sizes_in_one_vg_are_a_risk_and_then_named_as_the_cause(guest: Guest) -> None:
    large = path_of(guest, 1)
    healthy(guest)
    sh(guest, f"vgextend -qq --config 'devices/allow_mixed_block_sizes=1' vga {large}")
    found = look(guest)
    assert (found.causes, found.codes) == ([], ["F61.mixed-sectors"]), found.document
    assert any("4096" in line for line in found.finding("F61.mixed-sectors")["seen"][0]["lines"])
    # The volume gets extents there: its sectors are larger from now on, and its file system no longer fits.
    sh(guest, "lvextend -qq -l +10 vga/data; umount /srv/data; mount /srv/data || true")
    assert sh(guest, "mountpoint -q /srv/data || echo away") == "away"
    found = named(guest, "F61.sectors-too-large")
    unfit = found.finding("F61.sectors-too-large")
    assert "512" in unfit["summary"]
    assert "4096" in unfit["summary"]
    # The file system never grew: what is on the larger sectors is taken off again.
    sh(
        guest,
        f"lvreduce -qq -f -l -10 vga/data; vgreduce -qq vga {large}; pvremove -qq {large}; mount /srv/data",
    )
    healthy(guest)


def test_a_disk_of_larger_sectors_is_not_added_to_a_vg(guest: Guest) -> None:
    large = path_of(guest, 1)
    said = sh(guest, f"iscsi-console volume add-disk vga {large} --yes 2>&1 && exit 1; true")
    assert "sectors of different sizes" in said, said
    assert sh(guest, f"blkid -p {large} || echo bare") == "bare"


def test_a_disk_of_fstab_that_multipathd_claims_is_named_and_mounted_through_the_map(
    guest: Guest, console: Console
) -> None:
    third = path_of(guest, 2)
    guest.write_text("/etc/multipath.conf", "defaults {\n user_friendly_names yes\n find_multipaths no\n}\n")
    sh(guest, "umount /srv/third; systemctl start multipathd.service")
    wait_for(guest, f'multipath -r >/dev/null; test -n "$(ls /sys/class/block/{third[5:]}/holders)"')
    sh(guest, "udevadm settle; mount /srv/third 2>/dev/null && exit 1; true")
    found = look(guest)
    assert found.codes[:1] == ["F62.claimed-by-multipath"], found.document
    assert set(found.causes) == {"F62.claimed-by-multipath"}, found.document
    mended(console, found, "F62.claimed-by-multipath")
    assert f"UUID={EXT4} /srv/third" in guest.read_text("/etc/fstab")
    # The daemon was only started: no boot would create the map that fstab's file system is on now.
    mended(console, look(guest), "F64.service-not-at-boot")
    healthy(guest)
