"""A name is not an identity: VGs, portals and file systems that have one name, on a real kernel."""

import json
from collections.abc import Iterator

import pytest

from tests.lab.doctoring import look
from tests.lab.test_disconnect import told
from tests.lab.volumes import THREE_LUNS, carry_out, log_in, path_of, sh, wait_for
from tui.lab.guest import Guest
from tui.lab.image import Release

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("identity")]

MAKE = """
pvcreate -qq {hiding} {disk}; vgcreate -qq {hiding} vg00 {disk}
lvcreate -qq -y {hiding} -L {size}M -n data vg00; mkfs.ext4 -q -L {label} /dev/vg00/data
mount /dev/vg00/data /mnt; head -c 2000000 /dev/urandom > /mnt/sentinel
sha256sum < /mnt/sentinel > /root/sum-{label}; umount /mnt; vgchange -qq {hiding} -an vg00
"""

USED = """
vgchange -qq -ay --select vg_uuid={uuid}; udevadm settle; mkdir -p /srv/one; mount /dev/vg00/data /srv/one
systemctl start user-of-one
"""

GONE = """
systemctl stop user-of-one 2>/dev/null; umount -q /srv/one /mnt
for uuid in $(vgs --noheadings --foreign -o vg_uuid); do vgchange -qq -an --select vg_uuid=$uuid; done
for disk in {disks}; do wipefs -qaf $disk; done; rm -f /etc/lvm/backup/vg00* /etc/lvm/archive/vg00*
sed -i '/vg00/d;/\\/srv\\//d' /etc/fstab; systemctl daemon-reload
udevadm trigger --settle --action=change --subsystem-match=block
"""


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with Guest.boot(Release.BOOKWORM, san=THREE_LUNS) as booted:
        log_in(booted)
        service = "[Service]\\nWorkingDirectory=/srv/one\\nExecStart=/bin/sleep infinity\\n"
        sh(booted, f"printf '{service}' > /etc/systemd/system/user-of-one.service; systemctl daemon-reload")
        yield booted


@pytest.fixture
def disks(guest: Guest) -> Iterator[list[str]]:
    """The three disks, empty before and after."""
    found = [path_of(guest, number) for number in range(3)]
    yield found
    sh(guest, f"({GONE.format(disks=' '.join(found))}) || true")


def make(guest: Guest, disks: list[str], labels: tuple[str, ...]) -> list[str]:
    """Make a group vg00 on each disk, each with a volume `data`; the UUIDs of the groups."""
    for number, label in enumerate(labels):
        sh(
            guest,
            MAKE.format(
                hiding=hiding(disks[:number]),
                disk=disks[number],
                size=100 + 40 * number,
                label=label,
            ),
        )
    sh(guest, "udevadm settle")
    return [uuid_on(guest, disk) for disk in disks[: len(labels)]]


def hiding(disks: list[str]) -> str:
    """The option that keeps LVM from seeing the groups that have the name already."""
    patterns = ",".join(f'"r|{disk}|"' for disk in disks)
    return f"--config 'devices{{filter=[{patterns}]}}'" if disks else ""


def uuid_on(guest: Guest, disk: str) -> str:
    """LVM's identity of the group on a disk."""
    return sh(guest, f"vgs --noheadings --foreign -o vg_uuid --select pv_name={disk} 2>/dev/null").strip()


def unharmed(guest: Guest, label: str, place: str) -> None:
    """The file on a volume is the one that was written."""
    assert sh(guest, f"sha256sum < {place}/sentinel") == sh(guest, f"cat /root/sum-{label}")


def one_is_used(guest: Guest) -> None:
    """The first group is mounted, its service runs, and its data is there."""
    assert sh(guest, "systemctl is-active user-of-one").strip() == "active"
    sh(guest, "mountpoint -q /srv/one")
    unharmed(guest, "one", "/srv/one")


OF_GROUP = """
from tui.maintenance.dependents import subject_of
from tui.storage.stacks.stack import stacks
def of_group(uuid):
    inventory = take_inventory(HOST)
    rungs = [rung for stack in stacks(inventory) for rung in stack.rungs]
    return subject_of(next(rung for rung in rungs if rung.key == f"vg:{uuid}"), inventory)
"""
"""The subject that a group means, by its UUID."""


def test_disconnecting_the_unused_one_leaves_the_users_of_the_other(guest: Guest, disks: list[str]) -> None:
    used, unused = make(guest, disks, ("one", "two"))
    sh(guest, USED.format(uuid=used))
    found = look(guest)
    assert (found.causes, found.others[0]) == ([], "F53.same-vg-name"), found.codes
    assert all(uuid in str(found.finding("F53.same-vg-name")["seen"]) for uuid in (used, unused))
    (gone,) = told(guest, "disconnect(of_rung(RungKind.LUN, '1'))")
    assert (gone.ok, gone.users) == (True, []), gone
    assert not any("umount" in line or "vgchange" in line for line in gone.commands)
    one_is_used(guest)
    sh(guest, f"[ ! -e {disks[1]} ]")
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    wait_for(guest, f"pvs {disks[1]}")
    one_is_used(guest)


def test_the_used_one_is_disconnected_and_reconnected_by_its_uuid(guest: Guest, disks: list[str]) -> None:
    used, unused = make(guest, disks, ("one", "two"))
    sh(guest, USED.format(uuid=used))
    (gone,) = told(
        guest,
        "disconnect(of_rung(RungKind.LUN, '0'), Choices(AboutUsers.END_PROCESSES, AtBoot.KEEP, 20))",
    )
    assert gone.ok, gone
    assert any("user-of-one" in title for title in gone.stages), gone.stages
    assert any("sleep" in user for user in gone.users), gone.users
    assert any(f"vg_uuid={used}" in line for line in gone.commands), gone.commands
    assert not any(unused in line for line in gone.commands)
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    unharmed(guest, "one", "/srv/one")
    assert sh(guest, "findmnt -no LABEL /srv/one").strip() == "one"


def test_of_two_active_ones_only_the_chosen_is_deactivated(guest: Guest, disks: list[str]) -> None:
    used, other = make(guest, disks, ("one", "two"))
    sh(guest, f"lvm lvrename --devices {disks[1]} vg00/data vg00/more")
    sh(guest, USED.format(uuid=used))
    sh(guest, f"vgchange -qq -ay --select vg_uuid={other}; udevadm settle; mount /dev/vg00/more /mnt")
    (gone,) = told(guest, f"{OF_GROUP}disconnect(of_group('{other}'))")
    assert (gone.ok, gone.users) == (True, []), gone
    assert sh(guest, "dmsetup ls").split()[0] == "vg00-data"
    one_is_used(guest)
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    unharmed(guest, "two", "/mnt")
    one_is_used(guest)


def test_of_three_two_are_renamed_by_their_uuids(guest: Guest, disks: list[str]) -> None:
    used, *_others = make(guest, disks, ("one", "two", "three"))
    sh(guest, USED.format(uuid=used))
    sh(guest, "echo '/dev/vg00/data /srv/one ext4 _netdev,nofail 0 2' >> /etc/fstab; systemctl daemon-reload")
    assert "3 VGs are named vg00" in str(look(guest).finding("F53.same-vg-name"))
    rename = """
from tui.recovery.diagnosis import diagnose
from tui.recovery.gather import gather
found = next(one for one in diagnose(gather(HOST, 60.0)).findings if one.code == "F53.same-vg-name")
play(found.fixes[0].proposal, ())
"""
    renamed = told(guest, rename) + told(guest, rename)
    assert all(one.ok for one in renamed), renamed
    assert not any(used in line for one in renamed for line in one.commands)
    assert set(sh(guest, "vgs --noheadings -o vg_name").split()) == {"vg00", "vg00_2", "vg00_3"}
    assert "F53.same-vg-name" not in look(guest).codes
    assert "/dev/vg00/data /srv/one" in sh(guest, "cat /etc/fstab")
    one_is_used(guest)


def test_a_group_of_another_host_takes_no_name_away(guest: Guest, disks: list[str]) -> None:
    own, theirs = make(guest, disks, ("one", "two"))
    sh(guest, f"vgchange -qq -y --systemid other-host {hiding(disks[:1])} vg00")
    assert "F53.same-vg-name" not in look(guest).codes
    done = carry_out(
        guest,
        f"ActivateVolumeGroup('vg00', '{own}'), CreateLogicalVolume('vg00', 'new', 4, '{own}')",
    )
    assert done.stages == ["done", "done"], done.evidence
    assert done.commands[0] == "lvm vgchange --activate y vg00"
    assert sh(guest, f"lvs --noheadings --foreign -o lv_name --select vg_uuid={theirs}").split() == ["data"]


def test_a_name_that_becomes_ambiguous_after_the_plan_is_refused(guest: Guest, disks: list[str]) -> None:
    planned, other = make(guest, disks, ("one", "two"))
    for operation in (
        f"CreateLogicalVolume('vg00', 'new', 4, '{planned}')",
        f"ActivateVolumeGroup('vg00', '{planned}')",
        "ActivateVolumeGroup('vg00')",
        f"ExtendVolumeGroup('vg00', (identity(2),), '{planned}')",
    ):
        done = carry_out(guest, operation)
        assert done.codes[-1] == "group.twice", (operation, done)
        assert planned in done.evidence
        assert other in done.evidence
    sh(guest, f"vgchange -qq -ay --select vg_uuid={planned}; udevadm settle")
    taken = carry_out(guest, f"ActivateVolumeGroup('vg00', '{other}', True)")
    assert taken.codes == ["group.map-taken"], taken


SNAPSHOT = """
vgchange -qq -ay vg00; lvcreate -qq -y -s -L 40M -n night vg00/data; udevadm settle
mkdir -p /srv/one /srv/night
echo "UUID=$(blkid -s UUID -o value /dev/vg00/data) /srv/one ext4 _netdev,nofail 0 2" >> /etc/fstab
systemctl daemon-reload; mount /dev/vg00/data /srv/one
"""


def absent(guest: Guest) -> list[str]:
    """The reasons of all layers that should be there and are not."""
    document = json.loads(sh(guest, "iscsi-console status --json"))
    rungs = [rung for stack in document["stacks"] for rung in stack["rungs"]]
    return [rung["reason"] for rung in rungs if rung["kind"] == "mount" and rung["health"] == "absent"]


def test_a_snapshot_with_the_uuid_of_its_origin_is_not_taken_for_it(guest: Guest, disks: list[str]) -> None:
    make(guest, disks, ("one",))
    sh(guest, SNAPSHOT)
    assert absent(guest) == []
    assert look(guest).causes == []
    # The link by UUID may lead to either: what is mounted at the mount point is what fstab means.
    sh(guest, "udevadm trigger --settle --action=change /dev/mapper/vg00-night")
    assert absent(guest) == []
    sh(guest, "mount -o ro /dev/vg00/night /srv/night")
    assert absent(guest) == []
    (gone,) = told(guest, "disconnect(of_rung(RungKind.LOGICAL_VOLUME, 'night'))")
    assert gone.ok, gone
    unharmed(guest, "one", "/srv/one")
    (back,) = told(guest, "reconnect()")
    assert back.ok, back
    sh(guest, "umount /srv/night; umount /srv/one")
    (reason,) = absent(guest)
    assert "have the same UUID or label" in reason


def test_a_clone_of_a_lun_does_not_hide_what_is_mounted(guest: Guest, disks: list[str]) -> None:
    sh(
        guest,
        f"""
        mkfs.ext4 -q -F {disks[0]} 400M; dd if={disks[0]} of={disks[1]} bs=1M count=400 status=none
        udevadm trigger --settle --action=change --subsystem-match=block; mkdir -p /srv/one
        echo "UUID=$(blkid -s UUID -o value {disks[0]}) /srv/one ext4 _netdev,nofail 0 2" >> /etc/fstab
        systemctl daemon-reload
        """,
    )
    for disk, other in ((disks[0], disks[1]), (disks[1], disks[0])):
        sh(guest, f"mount {disk} /srv/one; udevadm trigger --settle --action=change {other}")
        assert absent(guest) == []
        sh(guest, "umount /srv/one")
    (reason,) = absent(guest)
    assert "have the same UUID or label" in reason


EXCHANGE = """
seen = identity(0)
import subprocess
subprocess.run(["sh", "-ec", '''
host=$(ls /sys/class/iscsi_host)
for one in /sys/block/sd?/device/delete; do echo 1 > $one; done; udevadm settle
for lun in 1 0 2; do echo "0 0 $lun" > /sys/class/scsi_host/$host/scan; udevadm settle; done
'''], check=True)
"""
"""The disks are removed and found again in another order, so that their names are exchanged."""


def test_a_disk_whose_name_went_to_another_is_left_alone(guest: Guest, disks: list[str]) -> None:
    sh(guest, f"mkfs.ext4 -q -F -L zero {disks[0]}; mkfs.ext4 -q -F -L one {disks[1]}; udevadm settle")
    done = carry_out(guest, "CreatePhysicalVolume(seen)", EXCHANGE)
    assert done.codes == ["identity.changed"], done
    assert "now: " in done.evidence
    assert [sh(guest, f"blkid -p -s LABEL -o value {path_of(guest, number)}") for number in (0, 1)] == [
        "zero",
        "one",
    ]
    assert path_of(guest, 0) == disks[1]
