"""The repairs on a real kernel: labels, notes, missing disks, clones, stale maps, file systems, owners."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.operate import Performed, operate
from tests.lab.volumes import IMPORTS, answer, carry_out, copy_disk, log_in, path_of, sh
from tui.lab.faults import Fault
from tui.lab.guest import Guest
from tui.lab.image import Release
from tui.lab.san import read_description

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("repair-operations")]

LUNS = "".join(
    f'\n[[target.lun]]\nnumber = {number}\nsize = "{size}"\n'
    for number, size in ((1, "256M"), (2, "340M"), (3, "340M"), (4, "128M"))
)
SAN = read_description("open").replace('size = "512M"', 'size = "256M"') + LUNS

REPAIRS = (
    IMPORTS
    + """
from tests.lab.repair_side import fs_uuid, group, lv_uuid, noted, notes_file, pv_uuid, say_group
from tui.storage.iscsi.luns import LunName
from tui.storage.operations.lvm.autoactivation import SetAutoactivation
from tui.storage.operations.filesystem.check_filesystem import CheckFilesystem, RepairFilesystem
from tui.storage.operations.boot.fstab_line import ChangeFstabLine, with_options, with_spec
from tui.storage.operations.lvm.partial_activation import ActivateCompleteVolume
from tui.storage.operations.lvm.import_clone import ImportClone
from tui.storage.operations.repair_copies import CopyBeforeRepair, RestoreDiskHeader
from tui.storage.operations.lvm.metadata import UpdateMetadata
from tui.storage.operations.lvm.missing_disks import RemoveMissingPvs, RestoreMissingPv
from tui.storage.operations.lvm.missing_disks import RemoveMissingPvsAndVolumes
from tui.storage.operations.filesystem.new_uuid import GiveFilesystemNewUuid
from tui.storage.operations.lvm.ownership import ExportGroup, ImportGroup, TakeOverGroup
from tui.storage.operations.filesystem.replay_log import ReplayLog
from tui.storage.operations.lvm.restore_pv_header import RestorePvHeader
from tui.storage.operations.lvm.restore_metadata import RestoreGroupMetadata
from tui.storage.operations.iscsi.scsi_state import SetDiskRunning
from tui.storage.operations.lvm.stale_map import RemoveStaleMap
from tui.storage.operations.lvm.thin_repair import ExtendPoolMetadata, RepairThinPool
EXT4, XFS = FilesystemKind.EXT4, FilesystemKind.XFS
"""
)
XFS_UUID = "22222222-2222-4333-8444-555555555555"
CLONE_UUID = "44444444-2222-4333-8444-555555555555"
KEEP = 'CopyBeforeRepair("kept-1", ("vgr",), (identity(0), identity(1)))'


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
            mkfs.ext4 -q /dev/vgr/whole; mkfs.ext4 -q /dev/vgr/span; mkfs.xfs -q -m uuid={XFS_UUID} /dev/vgx/x
            for one in vgr/whole vgr/span vgx/x; do
                mkdir -p /srv/$one; mount /dev/$one /srv/$one
                head -c 3000000 /dev/urandom > /srv/$one/sentinel
            done
            sha256sum /srv/*/*/sentinel > /root/sums; sync
            """,
        )
        yield booted


def run(guest: Guest, operations: str, before: str = "") -> Performed:
    """Carry out a plan of repairs."""
    return carry_out(guest, operations, REPAIRS + before)


def runs(guest: Guest, *plans: str, before: str = "") -> list[Performed]:
    """Carry out several plans of repairs one after the other in one program."""
    return operate(guest, "\n".join((REPAIRS + before, *(f"perform({plan})" for plan in plans))))


def code(done: Performed) -> str:
    """The code of the first problem, or empty."""
    return next((one for one in done.codes if one), "")


def whole(guest: Guest, *volumes: str) -> None:
    """See that what was written at the beginning is there, byte for byte."""
    for volume in volumes:
        sh(guest, f"mountpoint -q /srv/{volume} || mount /dev/{volume} /srv/{volume}")
        sh(guest, f"grep /srv/{volume}/sentinel /root/sums | sha256sum --check --quiet")


def down(guest: Guest, group: str) -> None:
    """Unmount and deactivate a group."""
    sh(
        guest,
        f"for one in /srv/{group}/*; do ! mountpoint -q $one || umount $one; done; vgchange -qq -an {group}",
    )


# The tests follow each other on one machine: each leaves everything whole for the next.


def test_everything_is_kept_in_one_folder_that_only_root_may_enter(guest: Guest) -> None:
    record = sh(guest, "find /etc/iscsi/nodes -type f | head -1")
    sh(guest, f"cp {record} /root/record; echo 'node.session.auth.password = planted-secret' >> {record}")
    done, again = runs(guest, KEEP, KEEP)
    sh(guest, f"cp /root/record {record}")
    assert done.stages == ["done"], done
    assert again.stages == ["already"]
    folder = "/var/lib/iscsi-console/kept/kept-1"
    assert sh(guest, f"find {folder} -type d -exec stat -c %a {{}} + | sort -u") == "700"
    assert sh(guest, f"find {folder} -type f -exec stat -c %a {{}} + | sort -u") == "600"
    sizes = sh(guest, f"stat -c %s {folder}/beginning-*").split()
    assert sizes == ["1048576", "1048576"]
    assert "vgr {" in sh(guest, f"cat {folder}/lvm-vgr")
    assert "lab:t1/192.0.2.10,3260" in sh(guest, f"find {folder}/records -type f")
    assert "auth.password" in sh(guest, f"grep -r auth.password {folder}/records")
    assert sh(guest, f"grep -r planted-secret {folder} || echo none") == "none"
    sh(guest, f"cmp {folder}/fstab /etc/fstab")
    assert "vgcfgrestore" in sh(guest, f"cat {folder}/HOW-TO-RESTORE")


def test_a_file_system_in_use_is_not_looked_into_or_repaired(guest: Guest) -> None:
    plans = [
        f"{operation}('/dev/{volume}', {kind}, fs_uuid('/dev/{volume}'))"
        for operation in ("CheckFilesystem", "RepairFilesystem", "ReplayLog")
        for volume, kind in (("vgr/whole", "EXT4"), ("vgx/x", "XFS"))
    ]
    for refused in runs(guest, *plans):
        assert code(refused) == "device.mounted", refused
        assert not refused.commands


def test_a_dirty_ext4_is_checked_and_repaired(guest: Guest) -> None:
    sh(
        guest,
        "umount /srv/vgr/whole; debugfs -w -R 'clri /sentinel' /dev/vgr/whole; cp /dev/vgr/whole /root/w",
    )
    look = "CheckFilesystem('/dev/vgr/whole', EXT4, fs_uuid('/dev/vgr/whole'){more})"
    told = run(guest, look.format(more=""))
    assert told.stages == ["done"], told
    assert any("Damage was found" in line for line in told.lines)
    assert not told.commands
    assert code(run(guest, look.format(more=", must_be_clean=True"))) == "filesystem.damaged"
    sh(guest, "cmp /dev/vgr/whole /root/w")
    repair = run(guest, "RepairFilesystem('/dev/vgr/whole', EXT4, fs_uuid('/dev/vgr/whole'))")
    assert repair.stages == ["done"] or code(repair) == "filesystem.not-repaired", repair
    assert all(" -y" not in command for command in repair.commands)
    sh(
        guest,
        "mkfs.ext4 -q -F /dev/vgr/whole; mount /dev/vgr/whole /srv/vgr/whole; rm /root/w;"
        " head -c 3000000 /dev/urandom > /srv/vgr/whole/sentinel;"
        " sha256sum /srv/*/*/sentinel > /root/sums; sync",
    )


def test_a_log_is_replayed_and_never_thrown_away(guest: Guest) -> None:
    # A shutdown that leaves the log as it is: what was written last stands only there.
    sh(
        guest,
        "echo late > /srv/vgx/x/late; sync; mkdir /srv/vgx/x/only-in-log;"
        " xfs_io -x -c 'shutdown -f' /srv/vgx/x; umount /srv/vgx/x",
    )
    uuid = "fs_uuid('/dev/vgx/x')"
    refused = run(guest, f"RepairFilesystem('/dev/vgx/x', XFS, {uuid})")
    assert code(refused) == "filesystem.log-not-replayed", refused
    told = run(guest, f"CheckFilesystem('/dev/vgx/x', XFS, {uuid})")
    assert told.stages == ["done"], told
    assert any("has not been replayed" in line for line in told.lines), told.lines
    done = run(guest, f"ReplayLog('/dev/vgx/x', XFS, {uuid}), RepairFilesystem('/dev/vgx/x', XFS, {uuid})")
    assert done.stages == ["done", "done"], done
    assert not any("-L" in command.split() for command in done.commands)
    whole(guest, "vgx/x")
    assert sh(guest, "cat /srv/vgx/x/late; ls -d /srv/vgx/x/only-in-log").split()[0] == "late"
    sh(guest, "test ! -e /run/iscsi-console-replay")


def test_a_disk_that_the_kernel_gave_up_runs_again(guest: Guest) -> None:
    disk = path_of(guest, 4).removeprefix("/dev/")
    sh(guest, f"echo offline > /sys/block/{disk}/device/state")
    lun = "lun = next(one for one in look_at_devices(HOST).luns if one.number == 4)\n"
    operation = "SetDiskRunning(LunName('', 4, lun.wwid), (lun.disk,))"
    done, again = runs(guest, operation, operation, before=lun)
    assert (done.stages, again.stages) == (["done"], ["already"]), done
    assert sh(guest, f"cat /sys/block/{disk}/device/state") == "running"


def test_a_zeroed_beginning_is_described_anew_from_notes(guest: Guest) -> None:
    restore = "RestorePvHeader(identity({lun}), '{uuid}', notes_file('vgr'), 'vgr')"
    uuid = str(answer(guest, REPAIRS + "say({'uuid': pv_uuid(1)})")["uuid"])
    refused = run(guest, restore.format(lun=1, uuid=uuid))
    assert refused.stages == ["already"], refused
    down(guest, "vgr")
    sh(guest, f"dd if=/dev/zero of={path_of(guest, 1)} bs=1M count=1 conv=fsync status=none; udevadm settle")
    notes = "RestoreGroupMetadata('vgr', noted('vgr').uuid, notes_file('vgr'), noted('vgr').number)"
    assert code(run(guest, notes)) == "metadata.pvs-missing"
    assert code(run(guest, restore.format(lun=4, uuid=uuid))) == "pv-header.other-size"
    assert code(run(guest, restore.format(lun=3, uuid=uuid))) == "pv-header.other-size"
    done = run(guest, f"{restore.format(lun=1, uuid=uuid)}, {notes}, ActivateVolumeGroup('vgr')")
    assert set(done.stages) <= {"done", "already"}, done
    assert not any(word in command.split() for command in done.commands for word in ("-ff", "--force", "-y"))
    whole(guest, "vgr/whole", "vgr/span")


def test_notes_are_not_restored_while_a_volume_is_active(guest: Guest) -> None:
    # Notes of a group with one volume more than there is, as after a removal that is to be taken back.
    before = (
        REPAIRS
        + """
text = HOST.read(notes_file("vgr"))
begin = text.index("\\t\\tspan {")
more = text[begin:text.index("\\n\\t\\t}", begin) + 4].replace("span {", "more {")
uuid = more[more.index('id = "') + 6:][:38]
more = more.replace(uuid, "zzzzzz" + uuid[6:])
HOST.replace("/root/notes", (text[:begin] + more + "\\n" + text[begin:]).encode())
"""
    )
    refused = carry_out(
        guest, "RestoreGroupMetadata('vgr', noted('vgr').uuid, '/root/notes', noted('vgr').number)", before
    )
    assert code(refused) == "metadata.active", refused
    assert not refused.commands


def test_a_foreign_table_is_erased_only_when_it_is_confirmed(guest: Guest) -> None:
    uuid = str(answer(guest, REPAIRS + "say({'uuid': pv_uuid(1)})")["uuid"])
    down(guest, "vgr")
    disk = path_of(guest, 1)
    sh(guest, f"dd if=/dev/zero of={disk} bs=1M count=1 conv=fsync status=none")
    # A DOS table with one partition of 64 MiB: its entry lies at 446, the signature at 510.
    table = bytes(446) + struct.pack("<B3xB3xII", 0, 0x83, 2048, 131072) + bytes(48) + b"\x55\xaa"
    guest.check("dd", f"of={disk}", "conv=notrunc,fsync", "status=none", stdin=table)
    sh(guest, f"blockdev --rereadpt {disk}; udevadm settle")
    restore = f"RestorePvHeader(identity(1), '{uuid}', notes_file('vgr'), 'vgr')"
    refused = run(guest, restore)
    assert code(refused) == "pv-header.not-empty", refused
    assert not refused.commands
    keep = "CopyBeforeRepair('kept-2', (), (identity(1),))"
    notes = "RestoreGroupMetadata('vgr', noted('vgr').uuid, notes_file('vgr'), noted('vgr').number)"
    wipe = "WipeSignatures(identity(1), look(1).signatures, look(1).partitions)"
    done = run(guest, f"{keep}, {wipe}, {restore}, {notes}, ActivateVolumeGroup('vgr')")
    assert set(done.stages) <= {"done", "already"}, done
    whole(guest, "vgr/whole", "vgr/span")
    # And the way back: the other copy holds the label as it was at the very beginning.
    down(guest, "vgr")
    sh(guest, f"dd if=/dev/zero of={disk} bs=1M count=1 conv=fsync status=none; udevadm settle")
    kept = f"{Path('/var/lib/iscsi-console/kept/kept-1')}"
    back = f"RestoreDiskHeader(identity(1), '{kept}/beginning-' + identity(1).wwid)"
    assert run(guest, f"{back}, ActivateVolumeGroup('vgr')").stages == ["done", "done"]
    whole(guest, "vgr/whole", "vgr/span")


def test_nothing_is_given_up_while_it_may_come_back(guest: Guest) -> None:
    down(guest, "vgr")
    disk = path_of(guest, 1).removeprefix("/dev/")
    guest.fault(Fault.LUN_REMOVED, lun="1")
    sh(guest, f"echo 1 > /sys/block/{disk}/device/delete; udevadm settle")
    seen = answer(guest, REPAIRS + "say_group('vgr')")
    assert (seen["missing"], seen["partial"]) == (1, ["span"])
    give_up = f"RemoveMissingPvs('vgr', group('vgr').uuid, {tuple(seen['gone'])!r})"  # type: ignore[arg-type]  # a list
    assert code(run(guest, give_up)) == "missing.volumes-lost"
    sh(guest, "iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:gone -p 192.0.2.10:3260 -o new")
    lossy = give_up.replace("RemoveMissingPvs(", "RemoveMissingPvsAndVolumes(")[:-1] + ", ('span',))"
    for refused in runs(guest, give_up, lossy):
        assert code(refused) == "group.may-return", refused
        assert "lab:gone" in refused.evidence
        assert not refused.commands
    sh(guest, "iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:gone -o delete")
    assert code(run(guest, lossy.replace("'span'", "'whole'"))) == "missing.changed"
    done = run(guest, "ActivateCompleteVolume('vgr', group('vgr').uuid, 'whole', lv_uuid('vgr', 'whole'))")
    assert done.stages == ["done"], done
    refused = run(guest, "ActivateCompleteVolume('vgr', group('vgr').uuid, 'span', lv_uuid('vgr', 'span'))")
    assert code(refused) == "volume.partial"
    whole(guest, "vgr/whole")


def test_a_disk_that_lvm_marked_as_missing_is_taken_back(guest: Guest) -> None:
    # What people do too early: LVM then notes that the disk is missing, and goes on saying so.
    guest.run(("vgreduce", "--removemissing", "vgr"))
    guest.fault(Fault.LUN_RESTORED, lun="1")
    sh(guest, "iscsiadm -m session -R; udevadm settle")
    uuid = str(answer(guest, REPAIRS + "say({'uuid': pv_uuid(1)})")["uuid"])
    seen = answer(guest, REPAIRS + "say_group('vgr')")
    assert seen["missing"] == 1, seen
    keep = "CopyBeforeRepair('kept-3', ('vgr',), (identity(0), identity(1)))"
    take = f"RestoreMissingPv('vgr', group('vgr').uuid, identity(1), '{uuid}')"
    done = run(guest, f"{keep}, {take}, ActivateVolumeGroup('vgr')")
    assert done.stages == ["done"] * 3, done
    whole(guest, "vgr/whole", "vgr/span")


def test_what_is_gone_for_good_is_given_up_by_name(guest: Guest) -> None:
    down(guest, "vgr")
    disk = path_of(guest, 1).removeprefix("/dev/")
    guest.fault(Fault.LUN_REMOVED, lun="1")
    sh(guest, f"echo 1 > /sys/block/{disk}/device/delete; udevadm settle")
    seen = answer(guest, REPAIRS + "say_group('vgr')")
    lossy = f"RemoveMissingPvsAndVolumes('vgr', group('vgr').uuid, {tuple(seen['gone'])!r}, ('span',))"  # type: ignore[arg-type]  # a list
    keep = "CopyBeforeRepair('kept-4', ('vgr',), (identity(0),))"
    done = run(guest, f"{keep}, {lossy}, ActivateVolumeGroup('vgr')")
    assert done.stages == ["done"] * 3, done
    whole(guest, "vgr/whole")
    assert sh(guest, "lvs --noheadings -o lv_name vgr") == "whole"


def test_a_disk_that_returns_with_an_old_description_is_brought_up_to_date(guest: Guest) -> None:
    guest.fault(Fault.LUN_RESTORED, lun="1")
    sh(guest, "iscsiadm -m session -R; udevadm settle")
    told = answer(guest, REPAIRS + "say_group('vgr')")
    warnings = told["warnings"]
    assert isinstance(warnings, list)
    assert any("utdated PV" in line for line in warnings), warnings
    done, again = runs(guest, *["UpdateMetadata('vgr', group('vgr').uuid)"] * 2)
    assert (done.stages, again.stages) == (["done"], ["already"]), done
    whole(guest, "vgr/whole")


def test_a_clone_gets_identities_of_its_own(guest: Guest) -> None:
    original, clone = path_of(guest, 2), path_of(guest, 3)
    sh(guest, "sync; umount /srv/vgx/x")
    copy_disk(guest, original, clone)
    sh(guest, f"udevadm trigger --settle --action=change --name-match={clone}; mount /dev/vgx/x /srv/vgx/x")
    before = sh(guest, f"dd if={original} bs=1M count=1 status=none | sha256sum")
    import_clone = "ImportClone((identity({lun}),), (pv_uuid({lun}),), 'vgx', 'vgx_clone')"
    refused = run(guest, import_clone.format(lun=2))
    assert code(refused) == "device.mounted", refused
    fresh = f"GiveFilesystemNewUuid('/dev/vgx_clone/x', XFS, '{XFS_UUID}', '{CLONE_UUID}')"
    replay = f"ReplayLog('/dev/vgx_clone/x', XFS, '{XFS_UUID}', twin=True)"
    done = run(guest, f"{import_clone.format(lun=3)}, ActivateVolumeGroup('vgx_clone'), {replay}, {fresh}")
    assert done.stages == ["done"] * 4, done
    assert sh(guest, f"dd if={original} bs=1M count=1 status=none | sha256sum") == before
    sh(
        guest,
        "mkdir -p /srv/clone; mount /dev/vgx_clone/x /srv/clone; cmp /srv/clone/sentinel /srv/vgx/x/sentinel",
    )
    whole(guest, "vgx/x")
    sh(guest, "umount /srv/clone; vgchange -qq -an vgx_clone")


def test_whose_a_group_is(guest: Guest) -> None:
    clone = "group('vgx_clone').uuid"
    done = run(guest, f"ExportGroup('vgx_clone', {clone})")
    assert done.stages == ["done"], done
    assert code(run(guest, "ActivateVolumeGroup('vgx_clone')")) == "group.not-ours"
    done = run(guest, f"ImportGroup('vgx_clone', {clone}), SetAutoactivation('vgx_clone', {clone}, False)")
    assert done.stages == ["done", "done"], done
    assert run(guest, f"SetAutoactivation('vgx_clone', {clone}, True)").stages == ["done"]
    take = "TakeOverGroup('vgx_clone', group('vgx_clone').uuid, 'other-host', {own!r})"
    sh(
        guest,
        'vgchange -qq --yes --config \'local/system_id="other-host" global/system_id_source="lvmlocal"\''
        " --systemid other-host vgx_clone",
    )
    assert code(run(guest, take.format(own="lab"))) == "systemid.none"
    sh(guest, "sed -i 's/^global {/global {\\n\\tsystem_id_source = \"uname\"/' /etc/lvm/lvm.conf")
    own = sh(guest, "uname -n")
    done = run(guest, take.format(own=own))
    assert done.stages == ["done"], done
    assert sh(guest, "vgs --noheadings -o systemid vgx_clone") == own


def test_a_stale_map_is_removed_when_nobody_uses_it(guest: Guest) -> None:
    record = ("-m", "node", "-T", "iqn.2003-01.org.linux-iscsi.lab:t1", "-p", "192.0.2.10:3260")
    guest.check("iscsiadm", *record, "-u")
    guest.check("iscsiadm", *record, "-l")
    sh(guest, "udevadm settle")
    stale = "maps = {one.map_name: one.map_uuid for one in look_at_devices(HOST).devices if one.map_name}\n"
    remove = "RemoveStaleMap({name!r}, maps[{name!r}])"
    refused = run(guest, remove.format(name="vgx-x"), stale)
    assert code(refused) == "stale.in-use", refused
    assert not refused.commands
    sh(guest, "umount /srv/vgx/x; umount /srv/vgr/whole")
    names = ("vgx-x", "vgr-whole")
    done = run(guest, ", ".join(remove.format(name=name) for name in names), stale)
    assert done.stages == ["done", "done"], (done.codes, done.evidence)
    assert run(guest, "ActivateVolumeGroup('vgx'), ActivateVolumeGroup('vgr')").stages == ["done", "done"]
    whole(guest, "vgx/x", "vgr/whole")


def test_one_line_of_fstab_changes_and_nothing_else(guest: Guest) -> None:
    line = "/dev/sdq\\t /srv/vgx/x   xfs noatime\\t0 0"
    sh(
        guest,
        f"printf '# top \\xfc\\n{line}\\nproc /proc proc defaults 0 0' > /etc/fstab;"
        " cp /etc/fstab /root/fstab",
    )
    find = "old = next(one for one in HOST.read('/etc/fstab').split('\\n') if '/srv/vgx/x' in one)\n"
    new = f"with_spec(with_options(old, ('_netdev', 'nofail', 'noatime')), 'UUID={XFS_UUID}')"
    change = f"ChangeFstabLine(old, {new}, 'Because.')"
    done = run(guest, change, find)
    assert done.stages == ["done"], done.evidence
    expected = f"UUID={XFS_UUID}\\t /srv/vgx/x   xfs noatime,_netdev,nofail\\t0 0"
    sh(guest, f"printf '# top \\xfc\\n{expected}\\nproc /proc proc defaults 0 0' | cmp - /etc/fstab")
    sh(guest, "cmp /root/fstab /var/lib/iscsi-console/backups/*fstab*")


def test_a_damaged_pool_is_repaired_once_and_its_old_notes_stay(guest: Guest) -> None:
    disk = path_of(guest, 4)
    sh(
        guest,
        f"vgcreate -qq vgt {disk}; lvcreate -qq --type thin-pool -L 60M --poolmetadatasize 4M -n pool vgt;"
        " lvcreate -qq --thin -V 50M -n thin vgt/pool; mkfs.ext4 -q /dev/vgt/thin",
    )
    pool = "'vgt', group('vgt').uuid, 'pool', lv_uuid('vgt', 'pool')"
    grown = run(guest, f"ExtendPoolMetadata({pool}, 4 * 1024**2, 4 * 1024**2)")
    assert grown.stages == ["done"], grown
    assert code(run(guest, f"RepairThinPool({pool})")) == "thin.active"
    sh(guest, "vgchange -qq -an vgt")
    done, again = runs(guest, *[f"RepairThinPool({pool})"] * 2)
    assert (done.stages, again.stages) == (["done"], ["already"]), done
    sh(guest, "vgchange -qq -ay vgt; e2fsck -f -n /dev/vgt/thin; lvs vgt/pool_meta0")
