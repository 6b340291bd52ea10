"""File systems that stopped, volumes on disks that are gone, and what the next boot stumbles over."""

import pytest
from msgspec.structs import replace

from tests.recovery.findings.test_volume_findings import complete, every_operation
from tests.recovery.making import (
    HEALTHY,
    SILENT,
    causes,
    evidence_of,
    findings,
    kernel_said,
    lost,
    only,
    several_groups,
    single_path,
)
from tests.setup.building import installed, known, logged_in, record, with_volume
from tui.recovery.evidence import Evidence
from tui.recovery.facts import Ext4Errors, MapTable, Unit
from tui.recovery.finding import Weight
from tui.recovery.findings.filesystem.unstable_names import (
    is_unstable_name,
)
from tui.storage.model.block import BlockKind
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.operations.boot.fstab_line import ChangeFstabLine, with_patience
from tui.storage.operations.filesystem.check_filesystem import CheckFilesystem, RepairFilesystem
from tui.storage.operations.filesystem.new_uuid import GiveFilesystemNewUuid
from tui.storage.operations.filesystem.replay_log import ReplayLog
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.lvm.activation import ActivateVolumeGroup
from tui.storage.operations.lvm.stale_map import RemoveStaleMap
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.mounts.release import WaitUntilUnused

ABORTED = kernel_said("EXT4-fs (dm-1): Remounting filesystem read-only")
SHUT = kernel_said("XFS (dm-1): Metadata I/O Error (0x1) detected. Shutting down filesystem.")
MOUNTED = kernel_said("EXT4-fs (dm-1): mounted filesystem with ordered data mode", ago=1.0)


def xfs() -> Inventory:
    return with_volume(logged_in(), kind="xfs", mounted="/srv/data")


def kinds(evidence: Evidence, code: str) -> list[type]:
    """The kinds of operations of the first plan that a finding offers."""
    found = only(evidence, code)
    complete(found)
    plan = next(fix.proposal.plan for fix in found.fixes if fix.proposal is not None)
    return [type(one) for one in plan.operations]


def test_an_ext4_that_stopped_is_unmounted_before_it_is_repaired() -> None:
    evidence = replace(evidence_of(single_path()), kernel=(ABORTED,))
    assert kinds(evidence, "F06.filesystem-stopped") == [
        WaitUntilUnused,
        UnmountFilesystem,
        CheckFilesystem,
        RepairFilesystem,
        MountFilesystem,
    ]


def test_the_log_of_an_xfs_that_stopped_is_replayed_by_mounting() -> None:
    evidence = replace(evidence_of(xfs()), kernel=(SHUT,))
    assert kinds(evidence, "F06.filesystem-stopped") == [
        WaitUntilUnused,
        UnmountFilesystem,
        ReplayLog,
        CheckFilesystem,
        MountFilesystem,
    ]
    assert any("xfs_repair -L" in never.what for never in only(evidence, "F06.filesystem-stopped").never)


def test_what_was_mounted_again_since_has_not_stopped() -> None:
    assert findings(replace(evidence_of(single_path()), kernel=(ABORTED, MOUNTED))) == ()
    other = kernel_said("EXT4-fs (dm-7): Remounting filesystem read-only")
    assert findings(replace(evidence_of(single_path()), kernel=(other,))) == ()


def test_errors_that_ext4_counts_are_told_from_a_file_system_that_stopped() -> None:
    noted = only(replace(evidence_of(single_path()), ext4=(Ext4Errors("dm-1", 3),)), "F06.errors-noted")
    complete(noted)
    # Nothing on this host sees a second one that writes, so the storage is asked before any repair.
    asked = noted.fixes[0].ask
    assert asked is not None
    assert "logged in to it now" in asked.words
    assert any("Another host" in one.cause for one in noted.hypotheses)
    assert findings(replace(evidence_of(single_path()), ext4=(Ext4Errors("dm-1", 0),))) == ()
    assert findings(replace(evidence_of(single_path()), ext4=(Ext4Errors("dm-9", 3),))) == ()


def test_errors_of_ext4_are_no_news_while_its_disk_is_silent() -> None:
    down = replace(evidence_of(lost(single_path()), SILENT), ext4=(Ext4Errors("dm-1", 3),))
    assert [one.code for one in findings(down)] == ["F05.session-lost"]


def test_a_file_system_that_stopped_because_of_its_session_follows_from_it() -> None:
    down = replace(evidence_of(lost(single_path()), SILENT), kernel=(ABORTED,))
    assert causes(down) == ["F05.session-lost"]
    stopped = next(one for one in findings(down) if one.code == "F06.filesystem-stopped")
    assert stopped.weight is Weight.CONSEQUENCE


def gone(*, back: bool = False) -> Inventory:
    """The disk was removed under the mounted volume; with `back` it is here again as sdb."""
    one = single_path()
    disk = replace(one.devices[0], name="sdb", path="/dev/sdb", number="8:16", holders=())
    stale = replace(
        one.devices[1], map_name="vg_data-data", map_uuid="LVM-x", lost_slaves=("sda",), answers=False
    )
    physical = replace(one.physical_volumes[0], path="/dev/sdb", device="sdb")
    return replace(
        one,
        sessions=one.sessions if back else (),
        luns=(replace(one.luns[0], disk="sdb"),) if back else (),
        devices=(disk, stale) if back else (stale,),
        physical_volumes=(physical,) if back else (),
    )


def test_a_logout_under_a_mounted_volume_is_taken_apart_and_put_together_again() -> None:
    table = MapTable("vg_data-data", opened=1, table=("0 1040384 linear 8:0 2048",))
    evidence = replace(evidence_of(gone()), maps=(table,))
    assert kinds(evidence, "F07.stale-maps") == [
        WaitUntilUnused,
        UnmountFilesystem,
        RemoveStaleMap,
        LogIn,
        ActivateVolumeGroup,
        CheckFilesystem,
        RepairFilesystem,
        MountFilesystem,
    ]
    found = only(evidence, "F07.stale-maps")
    assert found.fixes[0].confirm
    assert "/srv/data" in found.meaning
    assert any("linear 8:0" in line for seen in found.seen for line in seen.lines)


def test_a_disk_that_is_back_under_another_number_needs_no_login() -> None:
    assert LogIn not in kinds(evidence_of(gone(back=True)), "F07.stale-maps")


def test_a_map_with_nothing_mounted_asks_nobody_about_lost_writes() -> None:
    idle = replace(gone(back=True), mounts=(), filesystems=())
    found = only(evidence_of(idle), "F07.stale-maps")
    assert not found.fixes[0].confirm
    assert not any(isinstance(one, UnmountFilesystem) for one in every_operation(found))


def test_maps_of_several_groups_are_taken_apart_before_any_is_activated() -> None:
    both = several_groups()
    devices = tuple(
        replace(one, map_name=name, map_uuid=f"LVM-{name}", lost_slaves=one.slaves, answers=False)
        if (name := {"dm-1": "vg_data-data", "dm-2": "vg_more-raw"}.get(one.name, ""))
        else replace(one, holders=())
        for one in both.devices
    )
    found = only(evidence_of(replace(both, devices=devices)), "F07.stale-maps")
    steps = [type(one) for one in every_operation(found)]
    assert steps.count(RemoveStaleMap) == 2
    assert steps.count(ActivateVolumeGroup) == 2
    assert steps.index(ActivateVolumeGroup) > len(steps) - 1 - steps[::-1].index(RemoveStaleMap)


def twins(kind: str = "xfs", **second: object) -> Inventory:
    """Two volumes of two groups with file systems of one UUID; the first is mounted."""
    both = several_groups()
    first = next(one for one in both.devices if one.name == "dm-1")
    devices = tuple(
        replace(one, content=kind, content_uuid=first.content_uuid)
        if one.kind is BlockKind.LOGICAL_VOLUME
        else one
        for one in both.devices
    )
    volumes = tuple(
        replace(one, **second) if one.name == "raw" else one
        for one in (replace(volume, attributes="-wi-a-----") for volume in both.logical_volumes)
    )
    return replace(both, devices=devices, logical_volumes=volumes)


@pytest.mark.parametrize(("kind", "first"), [("xfs", ReplayLog), ("ext4", RepairFilesystem)])
def test_a_clone_of_a_file_system_gets_another_uuid_and_the_mounted_one_keeps_its(
    kind: str, first: type
) -> None:
    found = only(evidence_of(twins(kind)), "F15.same-filesystem-uuid")
    complete(found)
    assert found.weight is Weight.RISK
    assert [type(one) for one in every_operation(found)] == [first, GiveFilesystemNewUuid]
    assert every_operation(found)[1].shown()[0].endswith(" /dev/vg_more/raw")
    again = only(evidence_of(twins(kind)), "F15.same-filesystem-uuid")
    assert every_operation(again) == every_operation(found)


def test_a_mount_that_was_refused_makes_twins_a_cause_and_a_snapshot_is_none() -> None:
    line = kernel_said("XFS (dm-2): Filesystem has duplicate UUID 2222 - can't mount")
    found = only(replace(evidence_of(twins()), kernel=(line,)), "F15.same-filesystem-uuid")
    assert found.weight is Weight.CAUSE
    snapshot = twins(volume_group="vg_data", origin="data", attributes="swi-a-s---")
    assert not any(one.code == "F15.same-filesystem-uuid" for one in findings(evidence_of(snapshot)))


def test_volumes_of_which_only_the_maps_are_known_are_called_no_clones() -> None:
    unread = twins()
    volumes = tuple(replace(volume, attributes="") for volume in unread.logical_volumes)
    found = findings(evidence_of(replace(unread, logical_volumes=volumes)))
    assert not any(finding.code == "F15.same-filesystem-uuid" for finding in found)


def with_line(inventory: Inventory, line: str, *options: str, device: str = "dm-1") -> Evidence:
    """With a line of fstab for the volume."""
    spec, place, kind, *_rest = line.split()
    entry = FstabEntry(2, spec, place, kind, options, device=device)
    return replace(evidence_of(replace(inventory, fstab=(entry,))), fstab=f"# top\n{line}\n")


def automatic(inventory: Inventory) -> Inventory:
    """With its records logged in to at boot."""
    return replace(
        inventory, node_records=tuple(replace(one, startup="automatic") for one in inventory.node_records)
    )


GOOD = "/dev/vg_data/data /srv/data ext4 _netdev,nofail 0 0"


def test_a_line_that_is_as_it_should_be_is_no_finding() -> None:
    assert findings(with_line(automatic(single_path()), GOOD, "_netdev", "nofail")) == ()


def test_a_line_without_netdev_is_a_risk_and_two_ways_are_offered() -> None:
    line = "/dev/vg_data/data  /srv/data\text4 defaults 0 0"
    found = only(with_line(automatic(single_path()), line, "defaults"), "F03.no-netdev")
    complete(found)
    assert found.weight is Weight.RISK
    first, second = every_operation(found)
    assert isinstance(first, ChangeFstabLine)
    assert isinstance(second, ChangeFstabLine)
    head, tail = "/dev/vg_data/data  /srv/data\text4 ", " 0 0"
    assert first.new == f"{head}defaults,_netdev,nofail,x-systemd.device-timeout=60s{tail}"
    assert second.new == f"{head}defaults,_netdev{tail}"


@pytest.mark.parametrize("option", ["_netdev", "noauto", "bind"])
def test_a_line_that_the_boot_passes_over_or_knows_is_none(option: str) -> None:
    found = findings(with_line(automatic(single_path()), GOOD, option))
    assert not any(one.code == "F03.no-netdev" for one in found)


def rescue(*options: str, shell: str = "active", required: str = "local-fs.target") -> Evidence:
    """In the rescue shell: a line of fstab for a volume that is not here; iscsid is stopped with the rest."""
    absent = with_line(known(), "/dev/vg_data/data /srv/data ext4 defaults 0 0", *options, device="")
    stopped = replace(absent, inventory=replace(absent.inventory, daemon_answers=False), daemons=())
    mount = Unit("srv-data.mount", "inactive", required_by=(required,))
    return replace(stopped, units=(mount, Unit("emergency.target", shell)))


def test_a_boot_that_stopped_at_a_line_names_it_before_the_stopped_services() -> None:
    found = findings(rescue("defaults"))
    assert [(one.code, one.weight) for one in found] == [
        ("F03.boot-stopped", Weight.CAUSE),
        ("F18.daemon-down", Weight.CONSEQUENCE),
    ]
    complete(found[0])
    (change,) = every_operation(found[0])
    assert isinstance(change, ChangeFstabLine)
    assert change.new.split()[3] == "defaults,_netdev,nofail,x-systemd.device-timeout=60s"
    assert "on the iSCSI storage" in found[0].fixes[0].confirm[0]


@pytest.mark.parametrize(
    "evidence",
    [
        rescue("_netdev"),
        rescue("nofail"),
        rescue("noauto"),
        rescue("defaults", shell="inactive"),
        rescue("defaults", required="remote-fs.target"),
        replace(rescue("defaults"), inventory=replace(rescue("defaults").inventory, node_records=(),
                                                      discovery_records=())),
    ],
    ids=["netdev", "nofail", "noauto", "no shell", "not local", "no iscsi"],
)  # fmt: skip
def test_a_line_that_no_boot_stopped_at_is_not_blamed(evidence: Evidence) -> None:
    assert not any(one.code == "F03.boot-stopped" for one in findings(evidence))


def passed(line: str, unit: Unit, *options: str) -> Evidence:
    """A volume that fstab names and that is not mounted."""
    inventory = automatic(with_volume(logged_in()))
    named = with_line(replace(inventory, node_records=(record(),)), line, *options)
    return replace(named, inventory=automatic(named.inventory), units=(unit,))


NEVER = Unit("srv-data.mount", "inactive", wanted_by=("remote-fs.target",), entered=False)
SHORT = "/dev/vg_data/data /srv/data ext4 _netdev,nofail,x-systemd.device-timeout=5s 0 0"


def test_a_volume_that_came_after_the_boot_had_given_up_is_mounted_and_waited_for_longer() -> None:
    evidence = passed(SHORT, NEVER, "_netdev", "nofail", "x-systemd.device-timeout=5s")
    found = only(evidence, "F03.not-mounted")
    complete(found)
    mount, change = every_operation(found)
    assert isinstance(mount, MountFilesystem)
    assert isinstance(change, ChangeFstabLine)
    assert "device-timeout=60s" in change.new


@pytest.mark.parametrize(
    "unit",
    [
        replace(NEVER, entered=True),
        replace(NEVER, entered=None),
        replace(NEVER, active="activating"),
        replace(NEVER, queued=True),
        replace(NEVER, wanted_by=()),
        replace(NEVER, name="other.mount"),
    ],
    ids=["unmounted by hand", "not told", "being mounted", "waiting", "not part of the boot", "another"],
)
def test_what_is_not_mounted_for_another_reason_did_not_come_too_late(unit: Unit) -> None:
    coming = unit.queued or unit.active == "activating"
    told = causes(passed(SHORT, unit, "_netdev", "nofail"))
    assert told == ([] if coming else ["F46.not-mounted"])


@pytest.mark.parametrize(
    ("wait", "longer"),
    [("5s", "60s"), ("500ms", "60s"), ("5", "60s"), ("0", "0"), ("90s", "90s"), ("2min", "2min")],
)
def test_only_a_shorter_wait_becomes_longer(wait: str, longer: str) -> None:
    line = "UUID=1 /srv ext4  _netdev,x-systemd.device-timeout={},nofail 0 2"
    assert with_patience(line.format(wait), 60) == line.format(longer)
    assert with_patience("UUID=1 /srv ext4 _netdev 0 2", 60) == "UUID=1 /srv ext4 _netdev 0 2"


def test_a_line_that_finds_nothing_is_told_and_called_no_network_volume() -> None:
    unknown = with_line(automatic(single_path()), "/dev/sdz /srv/z ext4 defaults", device="")
    assert causes(unknown) == ["F47.volume-missing"]


def test_a_line_that_changed_while_it_was_read_is_left_alone() -> None:
    evidence = with_line(automatic(single_path()), "/dev/vg_data/data /srv/data ext4 defaults", "defaults")
    assert findings(replace(evidence, fstab="# shorter now\n# and no entry\n")) == ()
    assert findings(replace(evidence, fstab="")) == ()


def test_a_name_that_moves_is_a_risk() -> None:
    line = "/dev/dm-1 /srv/data ext4 _netdev 0 0"
    found = only(with_line(automatic(single_path()), line, "_netdev"), "F36.name-moves")
    complete(found)
    change = every_operation(found)[0]
    assert isinstance(change, ChangeFstabLine)
    assert change.new == "/dev/vg_data/data /srv/data ext4 _netdev 0 0"


@pytest.mark.parametrize(
    ("spec", "moves"),
    [
        ("/dev/sda", True),
        ("/dev/sdb1", True),
        ("/dev/dm-0", True),
        ("/dev/vg/data", False),
        ("/dev/mapper/vg-data", False),
        ("UUID=1", False),
        ("sda", False),
    ],
)
def test_which_names_move(spec: str, moves: bool) -> None:
    assert is_unstable_name(spec) is moves


def test_a_record_that_no_boot_logs_in_to_is_a_risk_only_where_fstab_needs_it() -> None:
    found = only(with_line(single_path(), GOOD, "_netdev", "nofail"), "F04.not-at-boot")
    complete(found)
    change = every_operation(found)[0]
    assert isinstance(change, SetRecordValues)
    assert findings(evidence_of(single_path())) == ()
    by_other_iface = replace(single_path(), node_records=(record(iface="san-a"),))
    assert not any(
        one.code == "F04.not-at-boot"
        for one in findings(with_line(by_other_iface, GOOD, "_netdev", "nofail"))
    )


def test_nothing_came_back_after_the_boot() -> None:
    waiting = FstabEntry(1, "UUID=1", "/srv/data", "ext4", ("_netdev", "nofail"))
    host = replace(known(), fstab=(waiting,))
    found = only(evidence_of(host), "F04.not-back")
    complete(found)
    assert [type(one) for one in every_operation(found)][:2] == [LogIn, SetRecordValues]
    assert findings(evidence_of(known())) == ()
    found = only(evidence_of(automatic(host)), "F04.not-back")
    assert [type(one) for one in every_operation(found)] == [LogIn]
    silent = findings(evidence_of(automatic(host), SILENT))
    assert not any(one.code == "F04.not-back" for one in silent)
    assert causes(evidence_of(replace(installed(), fstab=(waiting,)))) == ["F47.volume-missing"]


@pytest.mark.parametrize("kind", HEALTHY)
def test_kernel_lines_of_a_healthy_host_are_no_finding(kind: str) -> None:
    lines = (
        kernel_said("EXT4-fs (dm-1): mounted filesystem with ordered data mode"),
        kernel_said("XFS (dm-1): Ending clean mount"),
    )
    assert findings(replace(evidence_of(HEALTHY[kind]()), kernel=lines)) == ()


def test_what_says_onboot_counts_for_the_root_file_system_alone_on_debian() -> None:
    """Its services log in to automatic records only; its initramfs does for the root file system."""
    host = single_path()
    onboot = replace(
        host, node_records=tuple(replace(known, startup="onboot") for known in host.node_records)
    )
    risk = "F04.not-at-boot"
    assert risk in {found.code for found in findings(with_line(onboot, GOOD, "_netdev", "nofail"))}
    root = "/dev/vg_data/data / ext4 _netdev,nofail 0 0"
    assert risk not in {found.code for found in findings(with_line(onboot, root, "_netdev", "nofail"))}


def test_a_protected_lun_counts_only_where_its_own_volume_is_to_be_written() -> None:
    host = single_path()
    code = "F60.write-protected"
    locked = replace(host, luns=tuple(replace(lun, read_only=True) for lun in host.luns), mounts=())
    readable = GOOD.replace("_netdev,nofail", "ro,_netdev,nofail")
    assert code in {found.code for found in findings(with_line(locked, GOOD, "_netdev", "nofail"))}
    assert code not in {
        found.code for found in findings(with_line(locked, readable, "ro", "_netdev", "nofail"))
    }
    elsewhere = with_line(locked, GOOD, "_netdev", "nofail", device="vdb1")
    assert code not in {found.code for found in findings(elsewhere)}
