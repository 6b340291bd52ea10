"""Volumes on a real kernel: made, mounted, there after a reboot; and everything that must be refused."""

import struct
from collections.abc import Iterator

import pytest

from tests.lab.operate import Performed
from tests.lab.volumes import (
    THREE_LUNS,
    UUID,
    UUID_BTRFS,
    UUID_XFS,
    answer,
    carry_out,
    each,
    log_in,
    path_of,
    sh,
    wait_for,
)
from tui.lab.guest import Guest
from tui.lab.image import Release

COPIES = "/var/lib/iscsi-console/backups"

pytestmark = pytest.mark.lab

EXT4 = f"""
    CreatePhysicalVolume(identity(0), over=True), CreateVolumeGroup("vg-lab", (identity(0),)),
    CreateLogicalVolume("vg-lab", "data", 60),
    MakeFilesystem("/dev/vg-lab/data", FilesystemKind.EXT4, "lab data", "{UUID}"),
    MakeMountPoint("/srv/lab data"),
    AddFstabEntry(
        "UUID={UUID}", "/srv/lab data", "ext4", boot_options(("acl", "noatime"), "open-iscsi.service"), 2
    ),
    MountFilesystem("/dev/vg-lab/data", "/srv/lab data", "ext4", ("acl", "noatime")),
    SetOwner("/srv/lab data", "daemon", "adm", "0750"), WriteTest("/srv/lab data"),
"""
XFS = f"""
    CreatePhysicalVolume(identity(1)), CreateVolumeGroup("vg2", (identity(1),)),
    CreateLogicalVolume("vg2", "x", 80),
    MakeFilesystem("/dev/vg2/x", FilesystemKind.XFS, "lab", "{UUID_XFS}"),
    MakeMountPoint("/srv/x-y"),
    WriteMountUnit("UUID={UUID_XFS}", "/srv/x-y", "xfs", boot_options((), "open-iscsi.service")),
    MountFilesystem("/dev/vg2/x", "/srv/x-y", "xfs"), WriteTest("/srv/x-y"),
"""
BTRFS = f"""
    CreateLogicalVolume("vg2", "b", 60),
    MakeFilesystem("/dev/vg2/b", FilesystemKind.BTRFS, "", "{UUID_BTRFS}"),
    MakeMountPoint("/srv/b"),
    AddFstabEntry("/dev/mapper/vg2-b", "/srv/b", "btrfs", boot_options(("rw",), "open-iscsi.service")),
    MountFilesystem("/dev/vg2/b", "/srv/b", "btrfs", ("rw",)), WriteTest("/srv/b"),
"""
PLACES = ("/srv/lab data", "/srv/x-y", "/srv/b")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(release, id=release.value, marks=pytest.mark.xdist_group(f"volumes-{release.value}"))
        for release in Release
    ],
)
def guest(request: pytest.FixtureRequest) -> Iterator[Guest]:
    with Guest.boot(request.param, san=THREE_LUNS) as booted:
        log_in(booted)
        yield booted


def first_code(done: Performed) -> str:
    """The code of the first problem, or empty."""
    return next((code for code in done.codes if code), "")


def rungs(told: dict[str, object], holds: bool | None) -> set[str]:
    """The rungs of a boot check that hold, do not hold, or are unknown."""
    checked = told["checked"]
    assert isinstance(checked, list)
    return {one["rung"] for one in checked if one["holds"] is holds}


# The tests below follow each other on one machine: each needs what the one before has made.


def test_content_is_found_and_erased_only_as_it_was_confirmed(guest: Guest) -> None:
    nothing = answer(guest, "say_contents(2)")
    assert nothing == {
        "empty": True,
        "reusable": False,
        "words": ["nothing"],
        "kinds": [],
        "refusal": "",
        "reuse_refusal": "",
    }
    disk = path_of(guest, 0)
    sh(guest, f"mkfs.ext4 -q -F -L precious {disk}")
    found = answer(guest, "say_contents(0)")
    assert (found["empty"], found["reusable"], found["kinds"]) == (False, True, ["ext4"])
    assert "precious" in str(found["words"])

    assert first_code(carry_out(guest, "CreatePhysicalVolume(identity(0))")) == "pv.not-empty"
    assert first_code(carry_out(guest, "WipeSignatures(identity(0))")) == "wipe.changed"
    assert sh(guest, f"blkid -p -s LABEL -o value {disk}") == "precious"

    done = carry_out(guest, "WipeSignatures(identity(0), look(0).signatures)")
    assert done.stages == ["done"], done
    kept = sh(guest, f"cat {COPIES}/wipefs-naa.*/wipefs-*-0x00000438.bak | od -An -tx1")
    assert kept.split() == ["53", "ef"]
    again = carry_out(guest, "WipeSignatures(identity(0), ())")
    assert again.stages == ["already"]
    assert not again.commands

    sh(guest, f"mkfs.ext4 -q -F {disk}; echo theirs > $(ls {COPIES}/wipefs-naa.*/wipefs-*-0x00000438.bak)")
    second = carry_out(guest, "WipeSignatures(identity(0), look(0).signatures)")
    assert second.stages == ["done"], second
    assert sh(guest, f"cat {COPIES}/wipefs-naa.*.earlier/*-0x00000438.bak") == "theirs"
    assert sh(guest, f"ls -d {COPIES}/wipefs-naa.*/*-0x00000438.bak | wc -l") == "2"


def test_what_is_no_signature_is_not_called_empty(guest: Guest) -> None:
    found = answer(guest, "say_contents(0)")
    assert (found["empty"], found["kinds"], found["refusal"]) == (False, [], "")
    assert "may hold data" in str(found["words"])


def test_partitions_are_erased_with_their_content(guest: Guest) -> None:
    disk = path_of(guest, 2)
    # One partition of 64 MiB in a DOS table: its entry lies at 446, the signature at 510.
    table = bytes(446) + struct.pack("<B3xB3xII", 0, 0x83, 2048, 131072) + bytes(48) + b"\x55\xaa"
    guest.check("dd", f"of={disk}", "conv=notrunc", "status=none", stdin=table)
    sh(guest, f"blockdev --rereadpt {disk}; udevadm settle; mkfs.ext4 -q -F {disk}1; udevadm settle")
    refused, done = each(
        guest,
        "WipeSignatures(identity(2), look(2).signatures)",
        "WipeSignatures(identity(2), look(2).signatures, look(2).partitions)",
    )
    assert first_code(refused) == "wipe.changed"
    assert done.stages == ["done"], done
    assert sh(guest, f"lsblk -no NAME {disk}").split() == [disk.removeprefix("/dev/")]


def test_the_whole_way_to_ext4_in_fstab(guest: Guest) -> None:
    done = carry_out(guest, EXT4)
    assert set(done.stages) == {"done"}, done
    assert not any(word in command for command in done.commands for word in ("-ff", "--force", " -F "))
    assert sh(guest, "stat -c '%U %G %a' '/srv/lab data'") == "daemon adm 750"
    assert "ext4" in sh(guest, "findmnt -no FSTYPE,OPTIONS '/srv/lab data'")


def test_xfs_by_a_mount_unit_and_btrfs_by_its_path(guest: Guest) -> None:
    for done in each(guest, XFS, BTRFS):
        assert set(done.stages) == {"done"}, done
    sh(guest, r"systemd-analyze verify '/etc/systemd/system/srv-x\x2dy.mount'")


def test_all_of_it_is_true_already(guest: Guest) -> None:
    for done in each(guest, EXT4, XFS, BTRFS):
        assert set(done.stages[:-1]) == {"already"}, done
        assert done.stages[-1] == "done"
        assert not done.commands


def test_the_boot_check_finds_nothing_against_it(guest: Guest) -> None:
    for place in PLACES:
        told = answer(guest, f"say_boot_check({place!r})")
        assert told["survives"], told
        assert rungs(told, True) >= {"name", "services", "record", "group", "mount", "options"}


def test_what_stands_on_a_disk_keeps_it_from_being_written_to(guest: Guest) -> None:
    assert answer(guest, "say_contents(0)")["refusal"] == "device.mounted"
    wipe = carry_out(guest, "WipeSignatures(identity(0), look(0).signatures)")
    assert first_code(wipe) == "device.mounted", wipe
    sh(guest, "umount '/srv/lab data'")
    refused = each(
        guest,
        "WipeSignatures(identity(0), look(0).signatures)",
        "RemovePhysicalVolume(identity(0))",
        "RemoveLogicalVolume('vg-lab', 'data')",
        "MakeFilesystem('/dev/vg-lab/data', FilesystemKind.BTRFS)",
    )
    assert [first_code(done) for done in refused] == [
        "device.held",
        "device.held",
        "volume.not-empty",
        "filesystem.not-empty",
    ]
    found = answer(guest, "say_contents(0)")
    assert (found["reusable"], found["reuse_refusal"]) == (True, "")
    sh(guest, "mount '/srv/lab data'")


def test_a_mount_in_a_namespace_of_its_own_is_seen(guest: Guest) -> None:
    sh(guest, "umount '/srv/lab data'; mkdir -p /tmp/hidden")
    holder = guest.start(
        (
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount /dev/vg-lab/data /tmp/hidden && echo mounted && exec sleep 600",
        )
    )
    sh(
        guest,
        "for i in $(seq 100); do grep -qs hidden /proc/[0-9]*/mounts && exit 0; sleep 0.1; done; exit 1",
    )
    done = carry_out(guest, "MakeFilesystem('/dev/vg-lab/data', FilesystemKind.BTRFS)")
    assert first_code(done) == "device.mounted-elsewhere", done
    holder.signal(15)
    sh(
        guest,
        "for i in $(seq 100); do grep -qs hidden /proc/[0-9]*/mounts || exit 0; sleep 0.1; done; exit 1",
    )
    sh(guest, "mount '/srv/lab data'")


def test_another_hosts_group_is_left_alone(guest: Guest) -> None:
    disk = path_of(guest, 2)
    sh(
        guest,
        f"""pvcreate -q {disk}
        vgcreate -q --config 'local/system_id="other" global/system_id_source="lvmlocal"' theirs {disk}""",
    )
    found = answer(guest, "say_contents(2)")
    assert (found["reusable"], found["refusal"], found["reuse_refusal"]) == (
        False,
        "contents.foreign",
        "contents.foreign",
    )
    refused = each(
        guest,
        "WipeSignatures(identity(2), look(2).signatures)",
        "CreatePhysicalVolume(identity(2), over=True), CreateVolumeGroup('mine', (identity(2),))",
        "RemovePhysicalVolume(identity(2))",
        "ActivateVolumeGroup('theirs')",
        "CreateLogicalVolume('theirs', 'x', 1)",
    )
    assert [first_code(done) for done in refused] == [
        "contents.foreign",
        "pv.in-group",
        "contents.foreign",
        "group.not-ours",
        "group.not-ours",
    ]
    assert not any(done.commands for done in refused)
    sh(guest, 'vgremove -q --config \'local/system_id="other" global/system_id_source="lvmlocal"\' theirs')
    exported = sh(guest, f"vgcreate -q away {disk}; vgexport -q away; vgs --noheadings -o vg_attr away")
    assert "x" in exported
    assert answer(guest, "say_contents(2)")["refusal"] == "contents.exported"
    sh(guest, f"vgimport -q away; vgremove -q away; pvremove -q {disk}")


def test_a_group_is_extended_and_everything_undone(guest: Guest) -> None:
    plan = "CreatePhysicalVolume(identity(2), over=True), ExtendVolumeGroup('vg-lab', (identity(2),))"
    done = carry_out(guest, plan)
    assert done.stages == ["done", "done"], done
    assert answer(guest, "say_contents(2)")["refusal"] == "contents.group-spans"
    refused = each(
        guest, "CreateLogicalVolume('vg-lab', 'more', 100000)", "CreateLogicalVolume('vg-lab', 'data', 1)"
    )
    assert [first_code(one) for one in refused] == ["volume.size", "lvm-name.taken"]
    undone = carry_out(
        guest,
        """*[
            back
            for operation in reversed((
                CreatePhysicalVolume(identity(2), over=True), ExtendVolumeGroup('vg-lab', (identity(2),)),
            ))
            for back in operation.undo()
        ]""",
    )
    assert undone.stages == ["done", "done"], undone
    whole = """(
        CreatePhysicalVolume(identity(2), over=True), CreateVolumeGroup('vg3', (identity(2),)),
        CreateLogicalVolume('vg3', 'l', 10),
        DeactivateVolumeGroup('vg3'), ActivateVolumeGroup('vg3'), MakeMountPoint('/srv/three'),
    )"""
    done = carry_out(guest, f"*{whole}")
    assert set(done.stages) == {"done"}, done
    undone = carry_out(guest, f"*[back for one in reversed({whole}) for back in one.undo()]")
    assert set(undone.stages) == {"done"}, undone
    assert answer(guest, "say_contents(2)")["kinds"] == []
    assert guest.run(("test", "-e", "/srv/three")).status == 1


def test_names_sizes_and_places_are_refused_before_anything_happens(guest: Guest) -> None:
    expected = {
        "CreateVolumeGroup('shm', (identity(2),))": "group.path-taken",
        "CreateVolumeGroup('a b', (identity(2),))": "lvm-name.character",
        "CreateVolumeGroup('free', (identity(2),))": "pv.missing",
        "CreateLogicalVolume('vg2', 'x_mimage', 1)": "lvm-name.reserved",
        "CreateLogicalVolume('vg2', 'none', 0)": "volume.size",
        "CreateLogicalVolume('nowhere', 'x', 1)": "group.gone",
        "MakeFilesystem('/dev/vg2/none', FilesystemKind.EXT4)": "volume.gone",
        "MakeFilesystem('/dev/ubda', FilesystemKind.EXT4)": "volume.other",
        "MakeMountPoint('/etc/data')": "mount-point.system",
        "MountFilesystem('/dev/vg2/x', '/srv/b', 'xfs')": "mount-point.taken",
        "MountFilesystem('/dev/vg2/x', '/srv', 'xfs', ('acl',))": "mount-option.not-here",
        "SetOwner('/srv', 'root')": "mount.not-there",
        "SetOwner('/srv/b', 'nobody-at-all')": "owner.unknown",
        "WriteTest('/srv')": "mount.not-there",
    }
    refused = each(guest, *expected)
    assert [first_code(done) for done in refused] == list(expected.values())
    assert not any(done.commands for done in refused)


def test_a_strangers_line_in_fstab_stays(guest: Guest) -> None:
    before = guest.read_text("/etc/fstab")
    guest.write_text("/etc/fstab", before + "/dev/vg2/other /srv/b2 xfs defaults 0 0")
    strange = carry_out(guest, f"AddFstabEntry('UUID={UUID_XFS}', '/srv/b2', 'xfs', ('_netdev', 'nofail'))")
    assert first_code(strange) == "fstab.stranger", strange
    assert "existing: /dev/vg2/other /srv/b2 xfs defaults 0 0" in strange.evidence
    guest.write_text("/etc/fstab", before)
    unit = carry_out(guest, f"AddFstabEntry('UUID={UUID_XFS}', '/srv/x-y', 'xfs', ('_netdev', 'nofail'))")
    assert first_code(unit) == "fstab.unit-exists"
    wrong = carry_out(guest, "AddFstabEntry('UUID=0-0', '/srv/b3', 'ext4', ('rw',))")
    assert first_code(wrong) == "fstab.not-accepted", wrong
    assert guest.read_text("/etc/fstab") == before


def test_a_full_or_read_only_system_changes_nothing(guest: Guest) -> None:
    before = guest.read_text("/etc/fstab")
    options = "boot_options(('rw',), 'open-iscsi.service')"
    plan = f"RemoveFstabEntry('/dev/mapper/vg2-b', '/srv/b', 'btrfs', {options})"
    sh(guest, "mount --bind /etc /etc; mount -o remount,bind,ro /etc")
    read_only = carry_out(guest, plan)
    sh(guest, "umount /etc")
    assert first_code(read_only) == "system.read-only", read_only
    assert guest.read_text("/etc/fstab") == before
    sh(
        guest,
        """free() { stat -fc '%f' /; }
        n=0; while [ $(free) -gt 64 ]; do
            n=$((n+1)); fallocate -l $(( ($(free) - 32) * 4096 )) /fill$n || break
        done
        dd if=/dev/zero of=/fill bs=4096 status=none || true""",
    )
    full = carry_out(guest, plan, "import tempfile; tempfile.tempdir = '/run'")
    sh(guest, "rm -f /fill*")
    assert first_code(full) == "system.full", full
    assert guest.read_text("/etc/fstab") == before
    assert "iscsi-console-" not in sh(guest, "ls -a /etc")


def test_old_rc_local_lines_become_notes_and_come_back(guest: Guest) -> None:
    script = (
        "#!/bin/sh -e\n# started at boot\nif true; then\n  iscsiadm -m node -l \\\n    -T x\nfi\n"
        "vgchange -ay vg2 && mount /dev/vg2/b /srv/b\necho started\nexit 0"
    )
    guest.write_text("/etc/rc.local", script)
    sh(guest, "chmod 755 /etc/rc.local")
    taken = "lines = tuple(one.text for one in relevant_lines(HOST.read('/etc/rc.local'), ('/srv/b',)))"
    told = answer(guest, "say_boot_check('/srv/b')")
    assert not told["survives"]
    done = carry_out(guest, "RemoveRcLocalLines(lines)", taken)
    assert done.stages == ["done"], done
    new = guest.read_text("/etc/rc.local")
    assert "\niscsiadm" not in new
    assert "echo started\nexit 0" in new
    sh(guest, "sh -n /etc/rc.local; /etc/rc.local; test $(stat -c %a /etc/rc.local) = 755")
    assert answer(guest, "say_boot_check('/srv/b')")["survives"]
    lines = ("  iscsiadm -m node -l \\\n    -T x", "vgchange -ay vg2 && mount /dev/vg2/b /srv/b")
    back = carry_out(guest, f"*RemoveRcLocalLines({lines!r}).undo()")
    assert back.stages == ["done"], back
    assert guest.read_text("/etc/rc.local") == script
    sh(guest, "rm /etc/rc.local")


def test_a_disk_that_does_not_answer_is_neither_read_nor_called_empty(guest: Guest) -> None:
    disk = path_of(guest, 2).removeprefix("/dev/")
    # udev goes on taking it for a physical volume, since nothing tells it of the end.
    sh(guest, f"pvcreate -q /dev/{disk}; udevadm settle; udevadm control --stop-exec-queue")
    sh(guest, f"pvremove -q /dev/{disk}; echo offline > /sys/block/{disk}/device/state")
    found = answer(guest, "say_contents(2)")
    assert (found["empty"], found["refusal"]) == (False, "device.silent")
    refused = each(
        guest,
        "CreatePhysicalVolume(identity(2), over=True)",
        "CreateLogicalVolume('vg2', 'y', 1)",
        "WipeSignatures(identity(2), ())",
    )
    sh(guest, f"echo running > /sys/block/{disk}/device/state; udevadm control --start-exec-queue")
    sh(guest, "udevadm settle")
    codes = [first_code(done) for done in refused]
    assert codes == ["lvm.would-hang", "lvm.would-hang", "device.silent"], refused


def test_another_disk_under_the_same_name_is_refused(guest: Guest) -> None:
    script = """
from msgspec.structs import replace
seen = identity(2)
results = []
for wrong in (
    replace(seen, wwid="naa.6001405000000000"), replace(seen, size=seen.size + 512), replace(seen, lun=7),
    replace(seen, target="iqn.2003-01.org.linux-iscsi.lab:t2"), replace(seen, path="/dev/sdz"),
):
    for operation in (CreatePhysicalVolume(wrong), WipeSignatures(wrong, ()), RemovePhysicalVolume(wrong)):
        try:
            assert not operation.is_done(HOST)
            operation.check(HOST)
        except Exception as error:
            results.append(error.problem.code)
say({"codes": results})
"""
    assert answer(guest, script)["codes"] == ["identity.changed"] * 12 + ["identity.gone"] * 3


def test_after_a_reboot_everything_is_mounted_and_intact(guest: Guest) -> None:
    for place in PLACES:
        sh(
            guest,
            f"head -c 3000000 /dev/urandom > '{place}/file'; sha256sum '{place}/file' > '{place}/sum'; sync",
        )
    guest.reboot()
    wait_for(guest, "findmnt /srv/b && findmnt /srv/x-y")
    for place in PLACES:
        assert sh(guest, f"findmnt -no TARGET '{place}'; sha256sum -c '{place}/sum'").endswith("OK")
        unit = sh(guest, f"systemd-escape --path --suffix=mount '{place}'")
        assert "open-iscsi.service" in sh(guest, f"systemctl show --property=After --value '{unit}'").split()
    assert sh(guest, "systemctl --failed --no-legend") == ""
    again = carry_out(guest, EXT4)
    assert set(again.stages[:-1]) == {"already"}, again


def test_the_boot_entries_are_taken_back(guest: Guest) -> None:
    lines = guest.read_text("/etc/fstab").splitlines()
    plan = f"""
        *AddFstabEntry("UUID={UUID}", "/srv/lab data", "ext4",
            boot_options(("acl", "noatime"), "open-iscsi.service"), 2).undo(),
        *WriteMountUnit("UUID={UUID_XFS}", "/srv/x-y", "xfs", boot_options((), "open-iscsi.service")).undo(),
        *MountFilesystem("/dev/vg2/x", "/srv/x-y", "xfs").undo(),
        *MakeMountPoint("/srv/x-y").undo(),
    """
    done = carry_out(guest, plan)
    assert set(done.stages) == {"done"}, done
    left = guest.read_text("/etc/fstab").splitlines()
    assert [line for line in lines if UUID not in line and not line.startswith("# iscsi-console")] == [
        line for line in left if not line.startswith("# iscsi-console")
    ]
    assert sh(guest, "ls -a /etc/systemd/system | grep -c 'srv-x' || true") == "0"
    told = answer(guest, "say_boot_check('/srv/lab data')")
    assert rungs(told, False) == {"mount"}
