"""What the repairs refuse on made-up hosts, and what they leave alone then."""

import json
from collections.abc import Callable

import pytest

from tests.storage.fake_tree import TARGET, Disk, add_map, add_session, bare_host, describe
from tests.storage.scripted_host import ScriptedHost
from tui.storage.devices.identity import DeviceIdentity
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.host.interface import Outcome
from tui.storage.iscsi.luns import LunName
from tui.storage.operations.boot.fstab_line import ChangeFstabLine, with_options, with_spec
from tui.storage.operations.filesystem.check_filesystem import CheckFilesystem, RepairFilesystem
from tui.storage.operations.filesystem.new_uuid import GiveFilesystemNewUuid
from tui.storage.operations.filesystem.replay_log import ReplayLog
from tui.storage.operations.iscsi.scsi_state import SetDiskRunning
from tui.storage.operations.lvm.devices_file import AddToDevicesFile
from tui.storage.operations.lvm.idle_map import RemoveIdleMap
from tui.storage.operations.lvm.import_clone import ImportClone
from tui.storage.operations.lvm.merge_snapshot import MergeSnapshot
from tui.storage.operations.lvm.metadata import UpdateMetadata, outdated_lines, outdated_paths
from tui.storage.operations.lvm.missing_disks import (
    RemoveMissingPvs,
    RemoveMissingPvsAndVolumes,
    RestoreMissingPv,
)
from tui.storage.operations.lvm.ownership import ImportGroup, TakeOverGroup
from tui.storage.operations.lvm.partial_activation import ActivateCompleteVolume
from tui.storage.operations.lvm.restore_metadata import RestoreGroupMetadata
from tui.storage.operations.lvm.restore_pv_header import RestorePvHeader
from tui.storage.operations.lvm.stale_map import RemoveStaleMap
from tui.storage.operations.lvm.thin_repair import ExtendPoolMetadata, RepairThinPool
from tui.storage.operations.multipath.forget_wwid import ForgetWwid, listed_luns
from tui.storage.operations.multipath.queueing import ResumeQueueing, StopQueueing
from tui.storage.operations.operation import Operation
from tui.storage.operations.repair_copies import CopyBeforeRepair, RestoreDiskHeader
from tui.storage.problem import CommandFailed, Refused

WWID = "naa.6001405d16f77073e8f52bf8b4899727"
MIB = 1024**2
DISK = DeviceIdentity("/dev/sda", WWID, 512 * MIB, TARGET, 0, "8:0")
VOLUME = "/dev/mapper/vg-data"
GROUP, PHYSICAL, LOGICAL = "0fuSC0-VaXb-HLZa-h1y5-m5K7-TbjD-5ulmqe", "PVID", "LVID"
NOTES_PATH = "/etc/lvm/backup/vg"
NOTES = f"""
vg {{
  id = "{GROUP}"
  seqno = 4
  physical_volumes {{ pv0 {{ id = "{PHYSICAL}" dev_size = 1048576 }} }}
  logical_volumes {{ data {{ id = "{LOGICAL}" status = ["VISIBLE"] segment1 {{ type = "linear" }} }} }}
}}
"""
EXT4 = FilesystemKind.EXT4
REPAIR = RepairFilesystem(VOLUME, EXT4, "U")
LABEL = RestorePvHeader(DISK, PHYSICAL, NOTES_PATH, "vg")
RESTORE = RestoreGroupMetadata("vg", GROUP, NOTES_PATH, 4)
GIVE_UP = RemoveMissingPvs("vg", GROUP, ("GONE",))
WITH_VOLUMES = RemoveMissingPvsAndVolumes("vg", GROUP, ("GONE",), ("span",))
MAP = f"LVM-{GROUP.replace('-', '')}{'L' * 32}"
MERGE = MergeSnapshot("vg", GROUP, "data", LOGICAL, "night", "NIGHT")
STOP = StopQueueing(WWID, "mpatha")
OLD, NEW = "/dev/sda /srv ext4 defaults 0 0", "UUID=U /srv ext4 defaults,_netdev 0 0"


def host_with(*, state: str = "LOGGED_IN", disk: str = "running", volume: bool = True) -> ScriptedHost:
    """One session with a disk, and an ext4 on a volume of it."""
    host = bare_host()
    add_session(host, 1, Disk("sda", state=disk), state=state)
    if volume:
        uuid = f"LVM-{GROUP.replace('-', '')}{'L' * 32}"
        add_map(host, "dm-0", "vg-data", uuid, "sda")
        describe(host, "254:0", "E:ID_FS_TYPE=ext4", "E:ID_FS_USAGE=filesystem", "E:ID_FS_UUID=U")
    host.replies["wipefs",] = Outcome(0)
    host.replies["blkid",] = Outcome(0, "DEVNAME=/dev/dm-0\nTYPE=ext4\nUUID=U\n")
    host.files[NOTES_PATH] = NOTES
    return host


def lvm(
    host: ScriptedHost,
    *,
    missing: int = 0,
    partial: str = "",
    returned: bool = False,
    warnings: str = "",
    snapshot: str = "",
    **group: str,
) -> ScriptedHost:
    """What LVM reports of a group on the disk.

    `partial` names a volume that lies on a missing one; `snapshot` is lv_attr of one of data.
    """
    told = {
        "vg_name": "vg", "vg_uuid": GROUP, "vg_size": str(508 * MIB), "vg_free": "0",
        "vg_extent_size": str(4 * MIB), "vg_missing_pv_count": str(missing),
        "vg_partial": str(int(missing > 0)),
    } | group  # fmt: skip
    physical = [
        {"pv_name": "/dev/sda", "pv_uuid": PHYSICAL, "vg_name": "vg", "pv_missing": str(int(returned))}
    ]
    physical += [{"pv_name": "[unknown]", "pv_uuid": "GONE", "vg_name": "vg", "pv_missing": "1"}] * (
        missing > 0
    )
    logical = [{"lv_name": "data", "vg_name": "vg", "lv_uuid": LOGICAL, "lv_path": "/dev/vg/data",
                "lv_attr": "-wi-------"}]  # fmt: skip
    if snapshot:
        logical.append({"lv_name": "night", "vg_name": "vg", "lv_uuid": "NIGHT", "origin": "data",
                        "lv_path": "/dev/vg/night", "lv_attr": snapshot})  # fmt: skip
    if partial:
        logical.append({"lv_name": partial, "vg_name": "vg", "lv_uuid": "P", "lv_path": f"/dev/vg/{partial}",
                        "lv_attr": "-wi-----p-", "lv_health_status": "partial"})  # fmt: skip
    report = {"report": [{"vg": [told], "pv": physical, "lv": logical}]}
    host.replies["lvm", "fullreport"] = Outcome(0, json.dumps(report), warnings)
    return host


def mounted(host: ScriptedHost) -> ScriptedHost:
    host.files["/proc/self/mountinfo"] = "30 1 254:0 / /srv rw - ext4 /dev/mapper/vg-data rw\n"
    return host


def mounted_in_a_container() -> ScriptedHost:
    host = host_with()
    host.links["/proc/self/ns/mnt"] = "mnt:[1]"
    host.links["/proc/77/ns/mnt"] = "mnt:[2]"
    host.files["/proc/77/mountinfo"] = "30 1 254:0 / /data rw - ext4 /dev/mapper/vg-data rw\n"
    return host


def busy() -> ScriptedHost:
    host = host_with()
    host.replies["wipefs",] = Outcome(1, "", "probing initialization failed: Device or resource busy")
    return host


def other_files() -> ScriptedHost:
    host = host_with()
    host.replies["blkid",] = Outcome(0, "DEVNAME=/dev/dm-0\nTYPE=ext4\nUUID=V\n")
    return host


def other_disk(host: ScriptedHost) -> ScriptedHost:
    for name in [path for path in host.files if path.endswith("/wwid")]:
        host.files[name] = "naa.other\n"
    return host


def stale(*, in_use: bool = False) -> ScriptedHost:
    """The volume's disk is gone; the map still names it."""
    host = host_with()
    add_map(host, "dm-7", "vg-old", "LVM-x", "sdz")
    if in_use:
        host.files["/proc/self/mountinfo"] = "30 1 254:7 / /srv rw - ext4 /dev/mapper/vg-old rw\n"
    return host


def record_without_session(host: ScriptedHost) -> ScriptedHost:
    place = "/etc/iscsi/nodes/iqn.2003-01.org.example:other/192.0.2.77,3260,1/default"
    host.files[place] = "node.name = iqn.2003-01.org.example:other\niface.iscsi_ifacename = default\n"
    return host


def record_of_the_session(host: ScriptedHost) -> ScriptedHost:
    place = f"/etc/iscsi/nodes/{TARGET}/192.0.2.10,3260,1/default"
    host.files[place] = f"node.name = {TARGET}\niface.iscsi_ifacename = default\n"
    return host


def free_disk(content: str = "", notes: str = NOTES, *, held: bool = False) -> ScriptedHost:
    """The disk alone, with something on it or not; LVM misses its volume."""
    host = lvm(host_with(volume=held), missing=1)
    host.files[NOTES_PATH] = notes
    report = json.loads(host.replies["lvm", "fullreport"].stdout)  # type: ignore[union-attr]  # no function
    report["report"][0]["pv"] = [
        {"pv_name": "[unknown]", "pv_uuid": PHYSICAL, "vg_name": "vg", "pv_missing": "1"}
    ]
    host.replies["lvm", "fullreport"] = Outcome(0, json.dumps(report))
    found = {"signatures": [{"type": content, "offset": "0x200"}]} if content else None
    host.replies["wipefs", "-J"] = Outcome(0, json.dumps(found) if found else "")
    host.replies["blkid",] = Outcome(0, f"TYPE={content}\n") if content else Outcome(2)
    host.disks = {"/dev/sda": {0x200: b"x"}} if content else {}
    return host


def joined(*, good: bool) -> ScriptedHost:
    host = bare_host()
    add_session(host, 1, Disk("sda", state="running" if good else "transport-offline"),
                state="LOGGED_IN" if good else "FREE")  # fmt: skip
    add_map(host, "dm-0", "mpatha", f"mpath-3{WWID[4:]}", "sda")
    host.replies["dmsetup", "table"] = Outcome(0, "0 1048576 multipath 1 queue_if_no_path 0 1 1\n")
    return host


def with_fstab(*lines: str) -> ScriptedHost:
    return ScriptedHost(files={"/etc/fstab": "\n".join((*lines, ""))})


def two_disks() -> ScriptedHost:
    host = bare_host()
    add_session(host, 1, Disk("sda"))
    add_session(host, 2, Disk("sdb"), address="198.51.100.10")
    host.files["/etc/multipath/wwids"] = f"# list\n/3{WWID[4:]}/\n"
    return host


def two_alike(other: str) -> ScriptedHost:
    """Two LUNs with one physical volume on them, the WWID of the second as given."""
    host = bare_host()
    host.replies["lvm", "fullreport"] = Outcome(0, json.dumps({"report": []}))
    add_session(host, 1, Disk("sda"))
    add_session(host, 2, Disk("sdb", wwid=other), address="198.51.100.10")
    for number in ("8:0", "8:16"):
        describe(host, number, "E:ID_FS_TYPE=LVM2_member", f"E:ID_FS_UUID={PHYSICAL}")
    host.replies["blkid",] = Outcome(0, f"DEVNAME=/dev/sda\nTYPE=LVM2_member\nUUID={PHYSICAL}\n")
    return host


@pytest.mark.parametrize(
    ("operation", "host", "code"),
    [
        (AddToDevicesFile(DISK), lambda: two_alike("naa.other"), "lvm-devices.twin"),
        # A second path is no second disk; here no devices file is in use.
        (AddToDevicesFile(DISK), lambda: two_alike(WWID), "lvm-devices.unused"),
        (CheckFilesystem(VOLUME, EXT4, "U"), lambda: mounted(host_with()), "device.mounted"),
        (REPAIR, lambda: mounted(host_with()), "device.mounted"),
        (REPAIR, mounted_in_a_container, "device.mounted-elsewhere"),
        (REPAIR, busy, "device.busy"),
        (REPAIR, other_files, "identity.changed"),
        (REPAIR, lambda: host_with(volume=False), "volume.gone"),
        (REPAIR, lambda: host_with(state="FAILED", disk="blocked"), "device.silent"),
        (RepairFilesystem(VOLUME, FilesystemKind.BTRFS, "U"), host_with, "filesystem.no-repair"),
        (ReplayLog(VOLUME, EXT4, "U"), lambda: mounted(host_with()), "device.mounted"),
        (GiveFilesystemNewUuid(VOLUME, EXT4, "U", "V"), lambda: mounted(host_with()), "device.mounted"),
        (
            CopyBeforeRepair("x", (), (DISK,)),
            lambda: host_with(state="FAILED", disk="blocked"),
            "keep.silent",
        ),
        (CopyBeforeRepair("x", (), (DISK,)), lambda: other_disk(host_with()), "identity.changed"),
        (RestoreDiskHeader(DISK, "/x"), lambda: lvm(host_with()), "device.held"),
        (RestoreDiskHeader(DISK, "/x"), lambda: free_disk("gpt"), "keep.no-copy"),
        (SetDiskRunning(LunName(TARGET, 0, WWID), ("sda",)), bare_host, "disk.gone"),
        (
            SetDiskRunning(LunName(TARGET, 0, WWID), ("sda",)),
            lambda: host_with(state="FAILED", disk="offline"),
            "disk.session-down",
        ),
        (
            SetDiskRunning(LunName(TARGET, 0, WWID), ("sda",)),
            lambda: host_with(disk="transport-offline"),
            "disk.only-login-helps",
        ),
        (RemoveStaleMap("vg-old", "LVM-x"), lambda: stale(in_use=True), "stale.in-use"),
        (RemoveIdleMap("vg-data", MAP), lambda: mounted(host_with()), "stale.in-use"),
        (RemoveIdleMap("vg-old", "LVM-x"), stale, "map.not-plain"),
        (LABEL, lambda: free_disk(held=True), "device.held"),
        (LABEL, lambda: free_disk("gpt"), "pv-header.not-empty"),
        (LABEL, lambda: other_disk(free_disk()), "identity.changed"),
        (LABEL, lambda: free_disk(notes=NOTES.replace("1048576", "1048584")), "pv-header.other-size"),
        (LABEL, lambda: free_disk(notes=NOTES.replace(PHYSICAL, "OTHER")), "pv-header.no-backup"),
        (LABEL, lambda: free_disk(notes="damaged {"), "pv-header.no-backup"),
        (RESTORE, free_disk, "metadata.pvs-missing"),
        (RESTORE, lambda: free_disk(notes=NOTES.replace("seqno = 4", "seqno = 5")), "metadata.changed"),
        (RESTORE, lambda: free_disk(notes=NOTES.replace('"linear"', '"thin-pool"')), "metadata.thin-pool"),
        (RESTORE, lambda: lvm(host_with(volume=False), vg_uuid="OTHER"), "identity.changed"),
        (
            RestoreMissingPv("vg", GROUP, DISK, "GONE"),
            lambda: lvm(host_with(), missing=1),
            "missing.other-disk",
        ),
        (RestoreMissingPv("vg", "X", DISK, "GONE"), lambda: lvm(host_with(), missing=1), "identity.changed"),
        (GIVE_UP, lambda: record_without_session(lvm(host_with(), missing=1)), "group.may-return"),
        (
            WITH_VOLUMES,
            lambda: record_without_session(lvm(host_with(), missing=1, partial="span")),
            "group.may-return",
        ),
        (
            GIVE_UP,
            lambda: record_of_the_session(lvm(host_with(), missing=1, partial="span")),
            "missing.volumes-lost",
        ),
        (RemoveMissingPvs("vg", GROUP, ("OTHER",)), lambda: lvm(host_with(), missing=1), "missing.changed"),
        (WITH_VOLUMES, lambda: lvm(host_with(), missing=1, partial="more"), "missing.changed"),
        (GIVE_UP, lambda: lvm(host_with(state="FAILED", disk="blocked"), missing=1), "lvm.would-hang"),
        (
            ActivateCompleteVolume("vg", GROUP, "span", "P"),
            lambda: lvm(host_with(), missing=1, partial="span"),
            "volume.partial",
        ),
        (
            UpdateMetadata("vg", GROUP),
            lambda: lvm(
                host_with(),
                missing=1,
                warnings="WARNING: outdated PV /dev/sdb seqno 5 has been removed in current VG vg seqno 9.",
            ),
            "group.not-ours",
        ),
        (ImportClone((DISK,), (PHYSICAL,), "vg", "vg"), free_disk, "lvm-name.taken"),
        (ImportClone((DISK,), (PHYSICAL,), "vg", "new"), lambda: lvm(host_with()), "device.held"),
        (ImportClone((DISK,), (PHYSICAL,), "vg", "new"), lambda: free_disk("LVM2_member"), "clone.changed"),
        (ImportGroup("vg", GROUP), lambda: lvm(host_with(volume=False), vg_uuid="X"), "identity.changed"),
        (
            TakeOverGroup("vg", GROUP, "db6", "db7"),
            lambda: lvm(host_with(), vg_systemid="db6"),
            "systemid.none",
        ),
        (STOP, lambda: joined(good=True), "queueing.path-up"),
        (StopQueueing(WWID, "mpathb"), lambda: joined(good=False), "identity.changed"),
        (ForgetWwid(WWID, "sda"), two_disks, "multipath.several-paths"),
        (ChangeFstabLine(OLD, NEW, "x."), lambda: with_fstab("# nothing"), "fstab.changed"),
        (ChangeFstabLine(OLD, NEW, "x."), lambda: with_fstab(OLD, OLD), "fstab.changed"),
        (ChangeFstabLine(OLD, NEW.replace("/srv", "/"), "x."), lambda: with_fstab(OLD), "fstab.other-place"),
        (ChangeFstabLine(OLD, "# gone", "x."), lambda: with_fstab(OLD), "fstab.other-place"),
        (ChangeFstabLine(OLD, f"{NEW}\n", "x."), lambda: with_fstab(OLD), "fstab.other-place"),
        (
            ChangeFstabLine(OLD, NEW.replace("ext4", "xfs"), "x."),
            lambda: with_fstab(OLD),
            "fstab.other-place",
        ),
        (
            ExtendPoolMetadata("vg", GROUP, "data", LOGICAL, 4 * MIB, MIB),
            lambda: lvm(host_with()),
            "thin.pool",
        ),
        (RepairThinPool("vg", GROUP, "data", LOGICAL), lambda: lvm(host_with()), "thin.pool"),
    ],
)
def test_refused_before_anything_is_changed(
    operation: Operation, host: Callable[[], ScriptedHost], code: str
) -> None:
    made = host()
    files = dict(made.files)
    assert not operation.is_done(made)
    with pytest.raises(Refused) as refused:
        operation.check(made)
    problem = refused.value.problem
    assert problem.code == code, problem
    assert problem.summary.endswith(".")
    assert problem.cause or problem.remedy
    assert made.files == files
    assert made.shown == []
    assert made.changes == []


def test_a_map_holds_back_until_it_is_told_otherwise() -> None:
    assert not STOP.is_done(joined(good=False))
    quiet = joined(good=False)
    quiet.replies["dmsetup", "table"] = Outcome(0, "0 1048576 multipath 0 0 1 1\n")
    assert STOP.is_done(quiet)
    with pytest.raises(Refused) as refused:
        ResumeQueueing(WWID, "mpatha").check(quiet)
    assert refused.value.problem.code == "queueing.no-path"


def test_multipaths_list_is_read_in_the_spelling_of_sysfs() -> None:
    assert listed_luns(two_disks()) == (WWID,)
    assert listed_luns(bare_host()) == ()


@pytest.mark.parametrize(
    ("line", "added", "expected"),
    [
        ("UUID=1\t/srv  ext4   noatime\t0 2", ("_netdev",), "UUID=1\t/srv  ext4   noatime,_netdev\t0 2"),
        ("UUID=1 /srv ext4", ("_netdev", "nofail"), "UUID=1 /srv ext4 _netdev,nofail"),
        (" UUID=1 /srv ext4 _netdev 0 0 ", ("_netdev",), " UUID=1 /srv ext4 _netdev 0 0 "),
        (
            "UUID=1 /s xfs x-systemd.device-timeout=9 0 0\r",
            ("nofail", "x-systemd.device-timeout=60s"),
            "UUID=1 /s xfs x-systemd.device-timeout=9,nofail 0 0\r",
        ),
        ("UUID=1 /srv ext4 \r", ("nofail",), "UUID=1 /srv ext4 nofail\r"),
    ],
)
def test_only_the_options_of_a_line_change(line: str, added: tuple[str, ...], expected: str) -> None:
    assert with_options(line, added) == expected
    assert with_spec("  /dev/sda\t/my\\040place ext4", "UUID=1 2") == "  UUID=1\\0402\t/my\\040place ext4"


def test_a_line_that_findmnt_does_not_take_is_not_written() -> None:
    host = with_fstab("# top", OLD)
    host.replies["findmnt",] = Outcome(1, "", "parse error")
    with pytest.raises(CommandFailed) as failed:
        ChangeFstabLine(OLD, NEW, "x.").run(host, lambda _line: None)
    assert failed.value.problem.code == "fstab.not-accepted"
    assert host.files["/etc/fstab"] == f"# top\n{OLD}\n"
    host.replies["findmnt",] = Outcome(0)
    ChangeFstabLine(OLD, NEW, "x.").run(host, lambda _line: None)
    assert host.files["/etc/fstab"] == f"# top\n{NEW}\n"
    assert host.replacements["/etc/fstab"].backup == f"# top\n{OLD}\n".encode()
    assert ChangeFstabLine(OLD, NEW, "x.").is_done(host)


@pytest.mark.parametrize("status", [0, 1, 2])
def test_what_e2fsck_mended_counts_as_repaired(status: int) -> None:
    host = host_with()
    host.replies["e2fsck", "-f", "-p"] = Outcome(status, "mended\n")
    host.replies["e2fsck", "-f", "-n"] = Outcome(0)
    REPAIR.run(host, lambda _line: None)
    REPAIR.verify(host)
    assert host.shown == [f"e2fsck -f -p {VOLUME}"]


@pytest.mark.parametrize(
    ("kind", "tool", "status", "code"),
    [
        (EXT4, "e2fsck", 4, "filesystem.not-repaired"),
        (EXT4, "e2fsck", 8, "filesystem.not-repaired"),
        (EXT4, "e2fsck", 127, "command.missing"),
        (FilesystemKind.XFS, "xfs_repair", 2, "filesystem.log-not-replayed"),
        (FilesystemKind.XFS, "xfs_repair", 1, "filesystem.not-repaired"),
    ],
)
def test_what_needs_a_decision_is_left_to_a_person(
    kind: FilesystemKind, tool: str, status: int, code: str
) -> None:
    host = host_with()
    host.replies[tool,] = Outcome(status, "what it said\n")
    with pytest.raises(CommandFailed) as failed:
        RepairFilesystem(VOLUME, kind, "U").run(host, lambda _line: None)
    assert failed.value.problem.code == code
    assert not any({"-L", "-y"} & set(command.argv) for command in host.commands)


def test_lvm_is_tried_without_writing_and_its_refusal_changes_nothing() -> None:
    host = free_disk()
    host.replies["lvm", "pvcreate", "--test"] = Outcome(5, "", "  Can't find uuid.\n")
    with pytest.raises(CommandFailed) as failed:
        LABEL.run(host, lambda _line: None)
    assert failed.value.problem.code == "lvm.test-failed"
    assert failed.value.problem.evidence == ("  Can't find uuid.",)
    assert host.shown == []
    host.replies["lvm", "pvcreate"] = Outcome(0)
    host.replies["lvm", "pvcreate", "--test"] = Outcome(0)
    LABEL.check(host)
    LABEL.run(host, lambda _line: None)
    assert host.shown == [LABEL.shown()[1]]


def test_a_stale_map_that_nobody_uses_goes_and_a_sound_one_stays() -> None:
    host = stale()
    remove = RemoveStaleMap("vg-old", "LVM-x")
    assert not remove.is_done(host)
    remove.check(host)
    assert RemoveStaleMap("vg-data", MAP).is_done(host)
    assert RemoveStaleMap("vg-old", "another").is_done(host)


def test_a_volume_that_nobody_uses_can_be_let_go_without_lvm() -> None:
    host = host_with()
    remove = RemoveIdleMap("vg-data", MAP)
    assert not remove.is_done(host)
    remove.check(host)
    assert RemoveIdleMap("vg-data", "another").is_done(host)


def test_an_older_description_is_known_by_the_groups_whole_name() -> None:
    line = "WARNING: outdated PV /dev/sdb seqno 5 has been removed in current VG vg-1 seqno 9."
    assert outdated_lines((line,), "vg-1") == (line,)
    assert outdated_lines((line,), "vg") == ()
    assert outdated_lines(("WARNING: something else of VG vg-1.",), "vg-1") == ()
    assert outdated_lines(("WARNING: Inconsistent metadata found for VG vg.old.",), "vg.old") != ()
    assert outdated_lines(("WARNING: Inconsistent metadata found for VG vg.old.",), "vg") == ()
    ignored = "WARNING: ignoring metadata seqno 4 on /dev/sdc for seqno 5 on /dev/sdb for VG vg-1."
    assert outdated_paths((line, ignored)) == ("/dev/sdb", "/dev/sdc")
