"""What is wrong in LVM: each failure named by itself, its look-alikes told apart, and hosts that are well."""

import pytest
from msgspec.structs import replace

from tests.recovery.making import (
    HEALTHY,
    causes,
    evidence_of,
    findings,
    lost,
    only,
    several_groups,
    single_path,
    two_paths,
)
from tests.setup.building import MIB, PORTAL, SECOND, WWID, fstab, logged_in, record, with_volume
from tui.recovery.evidence import Evidence
from tui.recovery.facts import DaemonProcess, DiskContent, MapTable, Queueing, Setting
from tui.recovery.finding import Finding, Weight
from tui.recovery.findings.lvm.thin_pools import pool_state
from tui.recovery.findings.multipath.separate_paths import separate_paths
from tui.storage.lvm.filters import rejects
from tui.storage.lvm.metadata_backup import GroupNotes, NotedDisk, NotedVolume
from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.files import FstabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Role, SessionState
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup
from tui.storage.operations.filesystem.signatures import WipeSignatures
from tui.storage.operations.lvm.activation import ActivateVolumeGroup
from tui.storage.operations.lvm.devices_file import AddToDevicesFile
from tui.storage.operations.lvm.missing_disks import (
    RemoveMissingPvs,
    RemoveMissingPvsAndVolumes,
    RestoreMissingPv,
)
from tui.storage.operations.lvm.partial_activation import ActivateCompleteVolume
from tui.storage.operations.lvm.rename import RenameVolumeGroup
from tui.storage.operations.lvm.restore_metadata import RestoreGroupMetadata
from tui.storage.operations.lvm.restore_pv_header import RestorePvHeader
from tui.storage.operations.operation import Operation, Risk
from tui.storage.operations.repair_copies import CopyBeforeRepair
from tui.storage.probe.devices.all_signatures import Probing, Signature

LOST = PhysicalVolume("[unknown]", "", "GONE", "vg_data", 252 * MIB, missing=True)
NOTES = GroupNotes(
    "/etc/lvm/backup/vg_data",
    "vg_data",
    "VGID",
    4,
    disks=(NotedDisk("pv0", "PVID", "/dev/sda", 512 * MIB), NotedDisk("pv1", "GONE", "/dev/sdb", 256 * MIB)),
    volumes=(NotedVolume("data", "LVID", disks=("pv0",)), NotedVolume("span", "LV2", disks=("pv0", "pv1"))),
)
SPAN = LogicalVolume(
    "span", "vg_data", "LV2", 300 * MIB, "/dev/vg_data/span", health="partial", attributes="-wi-----p-"
)


def every_operation(finding: Finding) -> list[Operation]:
    """The operations of all plans that a finding offers."""
    plans = (fix.proposal.plan for fix in finding.fixes if fix.proposal is not None)
    return [operation for plan in plans for operation in plan.operations]


def complete(finding: Finding) -> None:
    """See that a finding says everything that a person needs, and that what loses data comes last."""
    assert finding.summary.endswith(".")
    assert finding.meaning.endswith(".")
    assert finding.seen
    assert finding.ruled_out
    assert finding.fixes
    assert finding.never
    risks = [fix.proposal.plan.risk for fix in finding.fixes if fix.proposal is not None]
    destroying = [number for number, risk in enumerate(risks) if risk is Risk.DESTROYS]
    for number in destroying:
        confirmed = [fix for fix in finding.fixes if fix.proposal is not None][number].confirm
        assert confirmed
    for operation in every_operation(finding):
        words = " ".join(operation.shown()).split()
        assert not {"-ff", "-L", "-y", "remove_all"} & set(words)


@pytest.mark.parametrize("kind", HEALTHY)
def test_a_healthy_host_has_no_finding_also_with_notes_and_settings(kind: str) -> None:
    evidence = replace(
        evidence_of(HEALTHY[kind]()),
        notes=(replace(NOTES, disks=NOTES.disks[:1]),),
        settings=(
            Setting("devices/global_filter", '[ "a|.*|" ]'),
            Setting("devices/use_devicesfile", "0"),
        ),
        maps=(MapTable("mpatha", table=("0 1048576 multipath 0 0 1 1 round-robin",)),),
    )
    assert findings(evidence) == ()


def incomplete() -> Inventory:
    """Of the group a disk is missing, and a volume lies partly on it; the other is mounted."""
    one = single_path()
    return replace(
        one,
        physical_volumes=(*one.physical_volumes, LOST),
        volume_groups=tuple(replace(group, missing_volumes=1, partial=True) for group in one.volume_groups),
        logical_volumes=(*one.logical_volumes, SPAN),
        lvm=LvmReading(asked=True, warnings=("WARNING: VG vg_data is missing PV GONE.",)),
    )


def test_a_missing_disk_is_asked_for_before_anything_is_given_up() -> None:
    found = only(replace(evidence_of(incomplete()), notes=(NOTES,)), "F12.disk-missing")
    complete(found)
    assert "span" in found.meaning
    last = found.fixes[-1]
    assert last.proposal is not None
    assert last.proposal.plan.risk is Risk.DESTROYS
    keep, give_up, _activate = last.proposal.plan.operations
    assert isinstance(keep, CopyBeforeRepair)
    assert isinstance(give_up, RemoveMissingPvsAndVolumes)
    assert (give_up.missing, give_up.volumes) == (("GONE",), ("span",))
    asked = [fix.ask for fix in found.fixes if fix.ask is not None]
    assert "256 MiB" in asked[0].words
    assert "GONE" in asked[0].words


def test_what_is_whole_of_an_incomplete_group_can_be_used_meanwhile() -> None:
    broken = incomplete()
    broken = replace(
        broken,
        mounts=(),
        filesystems=(),
        logical_volumes=tuple(replace(one, active=False, device="") for one in broken.logical_volumes),
    )
    found = only(evidence_of(broken), "F12.disk-missing")
    whole = [one for one in every_operation(found) if isinstance(one, ActivateCompleteVolume)]
    assert [one.name for one in whole] == ["data"]


def test_a_record_without_a_session_is_logged_in_to_first() -> None:
    broken = incomplete()
    broken = replace(broken, node_records=(*broken.node_records, record(SECOND)))
    found = next(one for one in findings(evidence_of(broken)) if one.code == "F12.disk-missing")
    first = found.fixes[0].proposal
    assert first is not None
    assert "198.51.100.10" in " ".join(first.plan.operations[0].shown())


def test_a_disk_withheld_from_lvm_is_not_called_missing() -> None:
    broken = replace(incomplete(), lvm=LvmReading(asked=True, left_out=("sdb",)))
    assert "F12.disk-missing" not in causes(evidence_of(broken))
    silent = replace(incomplete(), lvm=LvmReading(asked=False, error="no answer"))
    assert "F12.disk-missing" not in causes(evidence_of(silent))


def test_a_disk_that_returned_is_taken_back() -> None:
    one = incomplete()
    disk = BlockDevice("sdb", "/dev/sdb", "8:16", BlockKind.DISK, 256 * MIB, content="LVM2_member")
    lun = replace(one.luns[0], address="1:0:0:1", number=1, disk="sdb", wwid=f"{WWID[:-1]}9")
    back = replace(LOST, path="/dev/sdb", device="sdb")
    broken = replace(
        one,
        luns=(*one.luns, lun),
        devices=(*one.devices, disk),
        physical_volumes=(*one.physical_volumes[:1], back),
    )
    found = only(evidence_of(broken), "F12.disk-returned")
    complete(found)
    take = next(one for one in every_operation(found) if isinstance(one, RestoreMissingPv))
    assert (take.uuid, take.device.wwid) == ("GONE", f"{WWID[:-1]}9")


def test_nobody_is_offered_to_remove_a_disk_that_is_back_with_one_that_is_not() -> None:
    """`vgreduce --removemissing` removes every PV that LVM misses, and it misses both."""
    one = incomplete()
    disk = BlockDevice("sdb", "/dev/sdb", "8:16", BlockKind.DISK, 256 * MIB, content="LVM2_member")
    lun = replace(one.luns[0], address="1:0:0:1", number=1, disk="sdb", wwid=f"{WWID[:-1]}9")
    back = replace(LOST, path="/dev/sdb", device="sdb", uuid="BACK")
    alone = next(each for each in findings(evidence_of(one)) if each.code == "F12.disk-missing")
    assert RemoveMissingPvsAndVolumes in {type(step) for step in every_operation(alone)}
    beside = replace(
        one,
        luns=(*one.luns, lun),
        devices=(*one.devices, disk),
        physical_volumes=(*one.physical_volumes, back),
    )
    found = findings(evidence_of(beside))
    assert {"F12.disk-missing", "F12.disk-returned"} <= {each.code for each in found}
    steps = {type(step) for each in found for step in every_operation(each)}
    assert RestoreMissingPv in steps
    assert not steps & {RemoveMissingPvs, RemoveMissingPvsAndVolumes}


def with_free_disk(inventory: Inventory, *, size: int = 256 * MIB, wwid: str = f"{WWID[:-1]}9") -> Inventory:
    """With another LUN that nobody uses."""
    disk = BlockDevice("sdb", "/dev/sdb", "8:16", BlockKind.DISK, size)
    lun = replace(inventory.luns[0], address="1:0:0:1", number=1, disk="sdb", wwid=wwid, size=size)
    return replace(inventory, luns=(*inventory.luns, lun), devices=(*inventory.devices, disk))


def overwritten(*signatures: Signature, notes: GroupNotes = NOTES, size: int = 256 * MIB) -> Evidence:
    """A host on which the missing disk is here, with something else at its beginning."""
    probing = Probing(done=True, signatures=signatures, blank=not signatures)
    return replace(
        evidence_of(with_free_disk(incomplete(), size=size)),
        notes=(notes,),
        signatures=(DiskContent("sdb", probing),),
    )


def test_an_overwritten_label_is_told_from_a_missing_disk() -> None:
    found = only(overwritten(), "F24.label-overwritten")
    complete(found)
    first = found.fixes[0].proposal
    assert first is not None
    kinds = [type(one) for one in first.plan.operations]
    assert kinds[:3] == [CopyBeforeRepair, RestorePvHeader, RestoreGroupMetadata]
    assert first.plan.risk is Risk.REWRITES
    label = first.plan.operations[1]
    assert isinstance(label, RestorePvHeader)
    assert (label.uuid, label.device.path, label.backup) == ("GONE", "/dev/sdb", NOTES.path)


def test_what_was_written_over_it_is_wiped_only_with_a_word_typed() -> None:
    found = only(overwritten(Signature("gpt", 512)), "F24.label-overwritten")
    first = found.fixes[0].proposal
    assert first is not None
    wipe = first.plan.operations[1]
    assert isinstance(wipe, WipeSignatures)
    assert wipe.signatures == (Signature("gpt", 512),)
    assert first.plan.risk is Risk.DESTROYS
    assert first.plan.loses()


def test_another_size_or_wwid_is_not_taken_for_the_disk() -> None:
    assert causes(overwritten(size=300 * MIB)) == ["F12.disk-missing"]
    other = replace(NOTES, disks=(NOTES.disks[0], replace(NOTES.disks[1], identifier="naa.other")))
    assert causes(overwritten(notes=other)) == ["F12.disk-missing"]
    same = replace(NOTES, disks=(NOTES.disks[0], replace(NOTES.disks[1], identifier=f"{WWID[:-1]}9")))
    assert causes(overwritten(notes=same)) == ["F24.label-overwritten"]


def test_a_disk_that_is_blank_where_volumes_begin_gives_way_to_one_that_is_not() -> None:
    evidence = overwritten()
    blank = replace(evidence.signatures[0], behind=False)
    second = next(one for one in evidence.inventory.devices if one.name == "sdb")
    other = replace(second, name="sdc", path="/dev/sdc", number="8:32")
    lun = replace(evidence.inventory.luns[-1], address="1:0:0:2", number=2, disk="sdc", wwid=f"{WWID[:-1]}8")
    inventory = replace(
        evidence.inventory,
        devices=(*evidence.inventory.devices, other),
        luns=(*evidence.inventory.luns, lun),
    )
    both = replace(evidence, inventory=inventory, signatures=(blank, replace(blank, disk="sdc", behind=True)))
    found = only(both, "F24.label-overwritten")
    assert found.device == "sdc"
    assert len([fix for fix in found.fixes if fix.proposal is not None]) == 1
    alone = only(replace(evidence, signatures=(blank,)), "F24.label-overwritten")
    assert alone.device == "sdb"


def test_a_missing_disk_that_a_filter_hides_follows_from_the_filter() -> None:
    evidence = overwritten()
    here = replace(
        next(one for one in evidence.inventory.devices if one.name == "sdb"),
        name="sdc",
        path="/dev/sdc",
        number="8:32",
        content="LVM2_member",
        content_uuid="GONE",
    )
    lun = replace(evidence.inventory.luns[-1], address="1:0:0:2", number=2, disk="sdc", wwid=f"{WWID[:-1]}8")
    inventory = replace(
        evidence.inventory,
        devices=(*evidence.inventory.devices, here),
        luns=(*evidence.inventory.luns, lun),
    )
    setting = Setting("devices/global_filter", '[ "r|/dev/sdc$|" ]')
    hidden_one = replace(evidence, inventory=inventory, settings=(setting,))
    assert causes(hidden_one) == ["F42.filter"]
    weights = {one.code: one.weight for one in findings(hidden_one)}
    assert weights == {"F42.filter": Weight.CAUSE, "F12.disk-missing": Weight.CONSEQUENCE}


def test_a_thin_pool_keeps_old_notes_from_being_restored() -> None:
    thin = replace(NOTES, volumes=(*NOTES.volumes, NotedVolume("pool", "P", kinds=("thin-pool",))))
    found = only(overwritten(notes=thin), "F24.label-overwritten")
    assert not any(isinstance(one, RestoreGroupMetadata) for one in every_operation(found))


def test_a_group_whose_only_disk_was_overwritten_is_known_from_its_notes() -> None:
    empty = with_free_disk(logged_in(), size=256 * MIB)
    notes = GroupNotes(
        "/etc/lvm/backup/vg_old", "vg_old", "OLD", 2, disks=(NotedDisk("pv0", "OLDPV", size=256 * MIB),)
    )
    evidence = replace(
        evidence_of(empty),
        notes=(notes,),
        signatures=(DiskContent("sdb", Probing(done=True, blank=True)),),
    )
    complete(only(evidence, "F24.label-overwritten"))
    archived = replace(notes, path="/etc/lvm/archive/vg_old_00001-1.vg")
    assert findings(replace(evidence, notes=(archived,))) == ()
    for command in ("vgremove vg_old", "lvm vgremove --yes vg_old", "/sbin/vgmerge vg_new vg_old"):
        removed = replace(archived, description=f"Created *before* executing '{command}'")
        assert findings(replace(evidence, notes=(notes, removed))) == ()
    earlier = replace(removed, number=1)
    assert [one.code for one in findings(replace(evidence, notes=(notes, earlier)))] != []
    changed = replace(archived, description="Created *before* executing 'lvremove vg_old/vgremove'")
    assert [one.code for one in findings(replace(evidence, notes=(notes, changed)))] != []


UNLISTED = "IDTYPE=sys_wwid IDNAME=naa.other DEVNAME=/dev/sdz PVID=x\n"


def hidden(*waiting: FstabEntry, **changes: object) -> Evidence:
    """A disk with a label that LVM does not show; something of fstab may wait for what is on it."""
    one = with_volume(logged_in(), active=False)
    disk = replace(one.devices[0], content="LVM2_member", content_uuid="PVID")
    bare = replace(one, devices=(disk,), physical_volumes=(), volume_groups=(), logical_volumes=())
    return replace(evidence_of(fstab(bare, *waiting)), **changes)


def test_each_guard_that_hides_a_disk_is_told_from_the_others() -> None:
    complete(only(hidden(WAITS, devices_file=UNLISTED), "F20.devices-file"))
    complete(only(hidden(multipath_list=(WWID,)), "F08.single-path-listed"))
    setting = Setting("devices/global_filter", '[ "r|/dev/sda$|" , "a|.*|" ]')
    found = only(hidden(WAITS, settings=(setting,)), "F42.filter")
    complete(found)
    assert not every_operation(found)
    assert causes(hidden(WAITS)) == ["F47.volume-missing"]
    silent = hidden(WAITS, devices_file="x")
    silent = replace(silent, inventory=replace(silent.inventory, lvm=LvmReading(asked=False)))
    assert causes(silent) == ["F47.volume-missing"]


def test_a_guard_may_hide_what_this_host_has_nothing_to_do_with() -> None:
    setting = Setting("devices/global_filter", '[ "r|/dev/sda$|" ]')
    for guard in (hidden(devices_file=UNLISTED), hidden(settings=(setting,))):
        assert findings(guard) == ()
        (found,) = findings(replace(guard, notes=(NOTES,)))
        assert found.weight is Weight.RISK
        assert any(NOTES.path in seen.source for seen in found.seen)
    elsewhere = replace(WAITS, spec="/dev/mapper/vg_root-home")
    own = VolumeGroup("vg_root", "ROOT")
    waiting = hidden(elsewhere, devices_file=UNLISTED)
    assert [one.code for one in findings(waiting)] == ["F20.devices-file"]
    shown = replace(waiting, inventory=replace(waiting.inventory, volume_groups=(own,)))
    assert causes(shown) == ["F47.volume-missing"]


def test_the_disks_of_one_hidden_group_are_listed_together() -> None:
    one = hidden(WAITS, devices_file=UNLISTED, notes=(NOTES,))
    second = replace(
        one.inventory.devices[0], name="sdb", path="/dev/sdb", number="8:16", content_uuid="GONE"
    )
    lun = replace(one.inventory.luns[0], address="1:0:0:1", number=1, disk="sdb", wwid=f"{WWID[:-1]}9")
    both = replace(one.inventory, devices=(*one.inventory.devices, second), luns=(*one.inventory.luns, lun))
    found = only(replace(one, inventory=both), "F20.devices-file")
    complete(found)
    steps = [type(step) for step in every_operation(found)]
    assert steps == [AddToDevicesFile, AddToDevicesFile, ActivateVolumeGroup]
    assert len(found.rungs) == 2


def test_a_volume_that_was_moved_to_another_lun_is_listed_once_more() -> None:
    moved = hidden(WAITS, devices_file=UNLISTED.replace("PVID=x", "PVID=PVID"))
    found = only(moved, "F20.devices-file")
    (admit,) = every_operation(found)
    assert isinstance(admit, AddToDevicesFile)
    assert admit.moved
    assert "lvmdevices --yes --adddev /dev/sda" in " ".join(admit.shown())
    assert len(found.fixes[0].confirm) == 2


def test_an_outdated_disk_is_not_called_hidden() -> None:
    line = "WARNING: outdated PV /dev/sda seqno 5 has been removed in current VG vg_more seqno 9."
    old = hidden(WAITS, devices_file=UNLISTED, notes=(NOTES,))
    told = replace(old, inventory=replace(old.inventory, lvm=LvmReading(True, (), (line,))))
    assert causes(told) == ["F47.volume-missing"]


def test_a_disk_that_is_not_needed_for_what_fstab_waits_for_stays_hidden() -> None:
    one = hidden(WAITS, devices_file=UNLISTED, notes=(NOTES,))
    assert only(one, "F20.devices-file").weight is Weight.CAUSE
    # The disk that LVM's notes know brings what fstab waits for, so the other one does not.
    other = replace(one.inventory.devices[0], name="sdb", path="/dev/sdb", content_uuid="OTHER")
    luns = (*one.inventory.luns, replace(one.inventory.luns[0], disk="sdb", wwid=f"{WWID[:-1]}8"))
    both = replace(one.inventory, devices=(*one.inventory.devices, other), luns=luns)
    assert [found.device for found in findings(replace(one, inventory=both))] == ["sda"]


@pytest.mark.parametrize(
    ("value", "path", "rejected"),
    [
        ('[ "a|.*|" ]', "/dev/sda", False),
        ('[ "r|.*|" ]', "/dev/sda", True),
        ('[ "a|^/dev/sda$|" , "r|.*|" ]', "/dev/sda", False),
        ('[ "a|^/dev/sda$|" , "r|.*|" ]', "/dev/sdb", True),
        ('[ "r/sdb/" ]', "/dev/sdb", True),
        ('[ "r/sdb/" ]', "/dev/sda", False),
        ("r|/dev/sd.*|", "/dev/sda", True),
        ("", "/dev/sda", False),
        ('[ "r|(|" ]', "/dev/sda", False),
    ],
)
def test_a_filter_decides_by_the_first_pattern_that_fits(value: str, path: str, rejected: bool) -> None:
    assert rejects(value, (path,)) is rejected


def test_one_name_that_is_accepted_is_enough() -> None:
    value = '[ "a|^/dev/disk/by-id/x$|" , "r|.*|" ]'
    assert not rejects(value, ("/dev/sda", "/dev/disk/by-id/x"))


def test_two_paths_that_no_map_joins() -> None:
    free = logged_in(PORTAL, SECOND)
    found = only(evidence_of(free), "F08.paths-not-joined")
    complete(found)
    used = with_volume(free, mounted="/srv/data")
    found = only(evidence_of(used), "F08.volume-on-one-path")
    complete(found)
    shown = [line for one in every_operation(found) for line in one.shown()]
    order = [
        next(n for n, line in enumerate(shown) if word in line)
        for word in ("umount", "--activate n", "multipath -a", "--activate y", "mount -t ext4")
    ]
    assert order == sorted(order)


def beside_the_map() -> Inventory:
    """A multipath map over both paths, and a volume that still uses one of the disks."""
    used = with_volume(logged_in(PORTAL, SECOND))
    disks = tuple(lun.disk for lun in used.luns)
    joined = MultipathMap("mpatha", "dm-9", used.luns[0].wwid, used.luns[0].size, disks, disks)
    return replace(used, multipath_maps=(joined,))


def test_a_volume_on_one_path_beside_the_map() -> None:
    found = only(evidence_of(beside_the_map()), "F08.volume-on-one-path")
    assert any(seen.source == "multipath -ll mpatha" for seen in found.seen)


def test_a_path_whose_device_was_not_read_has_no_user_beside_the_map() -> None:
    host = beside_the_map()
    paths = {lun.disk for lun in host.luns}
    unread = replace(host, devices=tuple(device for device in host.devices if device.name not in paths))
    assert all(not finding.code.startswith("F08.volume") for finding in separate_paths(evidence_of(unread)))


@pytest.mark.parametrize(("suffix", "planned"), [("", True), ("-tpool", False)])
def test_a_group_that_lvm_passes_over_is_let_go_without_lvm(suffix: str, *, planned: bool) -> None:
    used = replace(with_volume(logged_in(PORTAL, SECOND), mounted="/srv/data"), physical_volumes=())
    uuid = f"LVM-{'G' * 32}{'L' * 32}{suffix}"
    devices = tuple(
        replace(one, map_name="vg_data-data", map_uuid=uuid) if one.kind is BlockKind.LOGICAL_VOLUME else one
        for one in used.devices
    )
    found = only(evidence_of(replace(used, devices=devices)), "F08.volume-on-one-path")
    kinds = [type(one).__name__ for one in every_operation(found)]
    by_hand = [line.partition(" ")[0] for line in found.fixes[0].by_hand]
    if planned:
        assert by_hand == []
        assert "DeactivateVolumeGroup" not in kinds
        order = ("UnmountFilesystem", "RemoveIdleMap", "CreateMultipathMap", "ActivateVolumeGroup")
        assert [kinds.index(kind) for kind in order] == sorted(kinds.index(kind) for kind in order)
    else:
        assert kinds == []
        assert by_hand == ["umount", "dmsetup", "multipath", "vgchange", "mount"]
    unanswered = replace(used, devices=devices, lvm=LvmReading(asked=False, error="no answer"))
    assert not every_operation(only(evidence_of(unanswered), "F08.volume-on-one-path"))


def test_the_same_portal_twice_is_no_second_path() -> None:
    twice = logged_in(PORTAL, PORTAL)
    assert not any(one.code.startswith("F08") for one in findings(evidence_of(twice)))


def test_a_map_that_waits_for_ever_follows_from_its_lost_sessions() -> None:
    down = lost(two_paths(), state=SessionState.FREE)
    table = MapTable("mpatha", table=("0 1048576 multipath 1 queue_if_no_path 0 1 1",))
    found = findings(replace(evidence_of(down), maps=(table,)))
    holds = next(one for one in found if one.code == "F34.holds-back")
    assert holds.weight is Weight.CONSEQUENCE
    complete(holds)
    assert max(one.risk for one in every_operation(holds)) is Risk.DESTROYS
    assert {one.code for one in found if one.weight is Weight.CAUSE} == {"F05.session-lost"}
    assert "however long" not in holds.meaning
    assert "not known" in holds.meaning
    always = replace(evidence_of(down), maps=(table,), queueing=(Queueing("mpatha", "on"),))
    assert "however long" in next(one for one in findings(always) if one.code == "F34.holds-back").meaning
    ending = replace(evidence_of(down), maps=(table,), queueing=(Queueing("mpatha", "56 sec"),))
    timed = next(one for one in findings(ending) if one.code == "F34.holds-back")
    assert timed.fixes[0].seconds_left == 56.0
    assert "56 s" in timed.meaning
    limited = MapTable("mpatha", table=("0 1048576 multipath 0 0 1 1",))
    assert not any(
        one.code == "F34.holds-back" for one in findings(replace(evidence_of(down), maps=(limited,)))
    )
    up = replace(evidence_of(two_paths()), maps=(table,))
    assert findings(up) == ()


STATUS = "0 1048576 multipath 2 0 1 0 1 1 E 0 2 2 8:0 {} 1 0 1 8:16 {} 1 0 1"


@pytest.mark.parametrize(
    ("states", "weight"), [("AA", Weight.RISK), ("FA", Weight.CAUSE), ("FF", Weight.CAUSE)]
)
def test_maps_that_nobody_watches(states: str, weight: Weight) -> None:
    joined = two_paths()
    services = tuple(
        replace(one, active="inactive", installed=True) if one.role is Role.MULTIPATH else one
        for one in joined.services
    )
    table = MapTable("mpatha", table=("0 1 multipath 0 0 1 1",), status=(STATUS.format(*states),))
    stopped = replace(evidence_of(replace(joined, services=services)), maps=(table,))
    found = only(stopped, "F08.multipathd-down")
    complete(found)
    assert found.weight is weight
    assert findings(replace(evidence_of(joined), maps=(table,))) == ()


def test_only_maps_with_unused_paths_are_named() -> None:
    host = two_paths()
    whole = replace(host.multipath_maps[0], name="mpathb", wwid=f"{WWID[:-1]}8")
    services = tuple(
        replace(service, active="inactive", installed=True) if service.role is Role.MULTIPATH else service
        for service in host.services
    )
    table = MapTable("mpatha", table=("0 1 multipath 0 0 1 1",), status=(STATUS.format("F", "A"),))
    stopped = replace(host, services=services, multipath_maps=(*host.multipath_maps, whole))
    found = only(replace(evidence_of(stopped), maps=(table,)), "F08.multipathd-down")
    assert "mpatha" in found.summary
    assert "mpathb" not in found.summary


def test_a_clone_is_told_by_its_wwid_and_the_one_in_use_is_the_original() -> None:
    one = single_path()
    original = replace(one.devices[0], content="LVM2_member", content_uuid="PVID")
    clone = replace(original, name="sdb", path="/dev/sdb", number="8:16", holders=())
    lun = replace(one.luns[0], address="1:0:0:1", number=1, disk="sdb", wwid=f"{WWID[:-1]}9")
    doubled = replace(
        one,
        luns=(*one.luns, lun),
        devices=(original, *one.devices[1:], clone),
        physical_volumes=(
            replace(one.physical_volumes[0], duplicate=True),
            PhysicalVolume("/dev/sdb", "sdb", "PVID", duplicate=True),
        ),
    )
    found = only(evidence_of(doubled), "F15.clone")
    complete(found)
    assert [fix.proposal is not None for fix in found.fixes] == [True]
    assert "/dev/sdb" in " ".join(every_operation(found)[-1].shown())
    path = replace(doubled, luns=(*one.luns, replace(lun, wwid=WWID)))
    assert "F15.clone" not in [one.code for one in findings(evidence_of(path))]
    idle = replace(doubled, devices=(replace(original, holders=()), *one.devices[1:], clone))
    found = next(one for one in findings(evidence_of(idle)) if one.code == "F15.clone")
    assert len([fix for fix in found.fixes if fix.proposal is not None]) == 2


def test_beside_a_clone_the_paths_of_the_original_wait_until_the_clone_is_a_group_of_its_own() -> None:
    two = with_volume(logged_in(PORTAL, SECOND), mounted="/srv/data")
    paths = tuple(
        replace(one, content="LVM2_member", content_uuid="PVID") if one.name in ("sda", "sdb") else one
        for one in two.devices
    )
    clone = replace(paths[0], name="sdc", path="/dev/sdc", number="8:32", holders=())
    lun = replace(two.luns[0], address="2:0:0:1", number=1, disk="sdc", wwid=f"{WWID[:-1]}9")
    volume = replace(two.physical_volumes[0], uuid="PVID", duplicate=True)
    doubled = replace(
        two,
        luns=(*two.luns, lun),
        devices=(*paths, clone),
        physical_volumes=(volume, PhysicalVolume("/dev/sdc", "sdc", "PVID", duplicate=True)),
    )
    found = findings(evidence_of(doubled))
    assert [(one.code, one.weight) for one in found] == [
        ("F15.clone", Weight.CAUSE),
        ("F08.volume-on-one-path", Weight.CONSEQUENCE),
    ]
    assert found[1].follows == found[0].key
    assert "/dev/sdc" in " ".join(every_operation(found[0])[-1].shown())
    assert len([fix for fix in found[0].fixes if fix.proposal is not None]) == 1
    assert not every_operation(found[1])
    complete(found[1])


WAITS = FstabEntry(1, "/dev/vg_data/data", "/srv/data", "ext4", ("_netdev",))


def test_an_inactive_group_is_a_finding_only_when_something_waits_for_it() -> None:
    idle = with_volume(logged_in(), active=False)
    assert findings(evidence_of(idle)) == ()
    complete(only(evidence_of(fstab(idle, WAITS)), "F22.not-active"))
    assert findings(evidence_of(fstab(idle, replace(WAITS, options=("noauto",))))) == ()
    switched_off = with_volume(logged_in(), active=False, autoactivation=False)
    found = only(evidence_of(fstab(switched_off, WAITS)), "F22.not-active")
    assert "--setautoactivation y" in " ".join(every_operation(found)[0].shown())


def test_whose_a_group_is() -> None:
    exported = with_volume(logged_in(), active=False, exported=True)
    found = only(evidence_of(exported), "F25.exported")
    assert found.weight is Weight.RISK
    complete(only(evidence_of(fstab(exported, WAITS)), "F25.exported"))
    foreign = with_volume(logged_in(), active=False, system_id="db6", foreign=True)
    found = only(evidence_of(fstab(foreign, WAITS)), "F25.foreign")
    assert not every_operation(found)
    own = replace(evidence_of(fstab(foreign, WAITS)), settings=(Setting("systemid", "db7"),))
    found = only(own, "F25.foreign")
    complete(found)
    assert "--systemid db7" in " ".join(every_operation(found)[0].shown())
    shared = with_volume(logged_in(), active=False, shared=True)
    locked = only(evidence_of(fstab(shared, WAITS)), "F52.not-active")
    assert not every_operation(locked)
    assert "vgchange --lockstart vg_data" in locked.fixes[0].by_hand


def test_an_older_description_on_a_disk_is_brought_up_to_date() -> None:
    line = "WARNING: outdated PV /dev/sdb seqno 5 has been removed in current VG vg_data seqno 9."
    old = replace(single_path(), lvm=LvmReading(asked=True, warnings=(line,)))
    found = only(evidence_of(old), "F41.outdated")
    complete(found)
    assert found.seen[0].lines == (line,)
    assert "/dev/sdb" in found.summary
    other = line.replace("vg_data", "vg_data2")
    assert findings(evidence_of(replace(old, lvm=LvmReading(asked=True, warnings=(other,))))) == ()


def test_the_disk_that_loses_its_label_is_kept_before() -> None:
    line = "WARNING: outdated PV /dev/sdb seqno 5 has been removed in current VG vg_data seqno 9."
    old = replace(with_free_disk(single_path()), lvm=LvmReading(asked=True, warnings=(line,)))
    kept = every_operation(only(evidence_of(old), "F41.outdated"))[0]
    assert isinstance(kept, CopyBeforeRepair)
    assert [one.path for one in kept.devices] == ["/dev/sda", "/dev/sdb"]


def test_a_move_that_nobody_drives_any_more() -> None:
    one = several_groups()
    move = BlockDevice(
        "dm-5", "/dev/mapper/vg_data-pvmove0", "253:5", BlockKind.LOGICAL_VOLUME, MIB, slaves=("sda",)
    )
    volume = LogicalVolume("pvmove0", "vg_data", "MOVE", MIB, "", "dm-5", True)
    moving = replace(one, devices=(*one.devices, move), volume_parts=(volume,))
    table = MapTable("vg_data-pvmove0", table=("0 8192 mirror core 2 1024 nosync 2 8:0 2048 8:16 2048",))
    evidence = replace(evidence_of(moving), maps=(table,))
    idle = (*evidence.daemons, DaemonProcess(50, "lvmpolld"), DaemonProcess(51, "lvm", parent=7))
    found = only(replace(evidence, daemons=idle), "F40.move-unfinished")
    complete(found)
    for driver in (DaemonProcess(52, "pvmove"), DaemonProcess(53, "lvm", parent=50)):
        assert findings(replace(evidence, daemons=(*idle, driver))) == ()
    assert "/dev/sda" in " ".join(every_operation(found)[0].shown())


POOL = "0 65536 thin-pool 1 {notes}/1024 {data}/512 - {more} discard_passdown queue_if_no_space - 1024"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (POOL.format(notes=20, data=100, more="rw"), ""),
        (POOL.format(notes=20, data=512, more="out_of_data_space"), "F29.pool-full"),
        (POOL.format(notes=1000, data=100, more="rw"), "F29.pool-notes-full"),
        (POOL.format(notes=20, data=100, more="ro") + " needs_check", "F29.pool-damaged"),
        ("0 65536 thin-pool Fail", "F29.pool-damaged"),
        ("0 65536 linear", ""),
    ],
)
def test_what_the_kernel_says_of_a_thin_pool(status: str, code: str) -> None:
    one = single_path()
    group = replace(one.volume_groups[0], free=100 * MIB)
    pool = LogicalVolume("pool", "vg_data", "POOL", 32 * MIB, "", "", True, attributes="twi-aotz--")
    with_pool = replace(one, volume_groups=(group,), logical_volumes=(*one.logical_volumes, pool))
    evidence = replace(evidence_of(with_pool), maps=(MapTable("vg_data-pool-tpool", status=(status,)),))
    if not code:
        assert findings(evidence) == ()
        return
    found = only(evidence, code)
    complete(found)
    assert not any("_meta0" in line for one in every_operation(found) for line in one.shown())


def test_a_line_that_is_no_pool_is_not_read_as_one() -> None:
    assert pool_state(MapTable("x", status=("0 1 thin-pool 1 a/b c/d - rw",))) is None
    assert pool_state(MapTable("x", status=("", "0 1"))) is None


def test_a_snapshot_that_ran_full() -> None:
    one = single_path()
    night = LogicalVolume(
        "night",
        "vg_data",
        "N",
        4 * MIB,
        "/dev/vg_data/night",
        "",
        True,
        attributes="swi-I-s---",
        origin="data",
    )
    full = replace(one, logical_volumes=(*one.logical_volumes, night))
    complete(only(evidence_of(full), "F30.snapshot-full"))
    well = replace(night, attributes="swi-a-s---")
    assert findings(evidence_of(replace(one, logical_volumes=(*one.logical_volumes, well)))) == ()


def test_a_second_group_of_another_host_does_not_hide_the_own_one() -> None:
    both = several_groups()
    groups: tuple[VolumeGroup, ...] = (
        both.volume_groups[0],
        replace(both.volume_groups[1], system_id="db6", foreign=True),
    )
    found = findings(evidence_of(replace(both, volume_groups=groups)))
    assert [(one.code, one.weight) for one in found] == [("F25.foreign", Weight.RISK)]


def same_name(inventory: Inventory) -> Inventory:
    """With the second group renamed to the name of the first."""
    first, second = (replace(group, extent_size=4 * MIB) for group in inventory.volume_groups)
    uuids = {group.name: group.uuid for group in (first, second)}
    return replace(
        inventory,
        volume_groups=(first, replace(second, name=first.name)),
        physical_volumes=tuple(
            replace(pv, vg_uuid=uuids[pv.volume_group], volume_group=first.name)
            for pv in inventory.physical_volumes
        ),
        logical_volumes=tuple(
            replace(lv, vg_uuid=uuids[lv.volume_group], volume_group=first.name)
            for lv in inventory.logical_volumes
        ),
    )


def test_several_groups_of_one_name_are_told_apart_by_uuid() -> None:
    inventory = same_name(several_groups())
    assert inventory.is_ambiguous("vg_data")
    found = only(evidence_of(inventory), "F53.same-vg-name")
    complete(found)
    assert found.weight is Weight.RISK
    renames = [one for one in every_operation(found) if isinstance(one, RenameVolumeGroup)]
    assert {one.uuid for one in renames} == {group.uuid for group in inventory.volume_groups}
    foreign = replace(inventory.volume_groups[1], foreign=True)
    one = replace(inventory, volume_groups=(inventory.volume_groups[0], foreign))
    assert "F53.same-vg-name" not in [each.code for each in findings(evidence_of(one))]
