"""F54 to F57 and F63: what works without a leg, a device or a path, and what it follows from."""

from msgspec.structs import replace

from tests.recovery.making import evidence_of, findings, lost, only, single_path, two_paths
from tests.setup.building import MIB, SECOND
from tui.recovery.evidence import Evidence
from tui.recovery.facts import BtrfsDevice, BtrfsState, Identity, PathState
from tui.recovery.finding import Weight
from tui.storage.model.block import BlockDevice, BlockKind, LegState, Raid, RaidLeg
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord
from tui.storage.operations.arrays.md import ReturnLeg
from tui.storage.operations.arrays.raid_volume import RefreshRaidVolume
from tui.storage.operations.iscsi.scan import ScanForLuns

UUID = "11111111-2222-3333-4444-555555555555"


def with_raid_volume(raid: Raid) -> Inventory:
    """The volume of the usual host is an array."""
    one = single_path()
    volume = one.logical_volumes[0]
    devices = tuple(
        replace(device, raid=raid) if device.name == volume.device else device for device in one.devices
    )
    return replace(one, devices=devices)


def legs(*states: LegState) -> tuple[RaidLeg, ...]:
    return tuple(RaidLeg((f"x{n}",), state, good=state is LegState.IN_SYNC) for n, state in enumerate(states))


def test_a_raid_lv_with_a_faulty_leg_is_refreshed_and_never_taken_down() -> None:
    raid = Raid("raid1", legs(LegState.IN_SYNC, LegState.FAULTY), "idle")
    found = only(evidence_of(with_raid_volume(raid)), "F54.lv-degraded")
    assert found.weight is Weight.CAUSE
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert [type(one) for one in proposal.plan.operations] == [RefreshRaidVolume]


def test_a_raid_lv_that_is_being_rebuilt_is_a_risk_to_wait_for() -> None:
    raid = Raid("raid1", legs(LegState.IN_SYNC, LegState.REBUILDING), "recover", 40)
    found = only(evidence_of(with_raid_volume(raid)), "F54.lv-degraded")
    assert found.weight is Weight.RISK
    assert "40 %" in found.fixes[0].why
    assert found.fixes[0].proposal is None


def test_arrays_that_are_whole_or_have_no_redundancy_are_no_finding() -> None:
    for raid in (
        Raid("raid1", legs(LegState.IN_SYNC, LegState.IN_SYNC), "check", 3),
        Raid("raid0", legs(LegState.IN_SYNC, LegState.IN_SYNC)),
    ):
        assert findings(evidence_of(with_raid_volume(raid))) == ()


def with_array(*states: LegState, back: bool) -> Evidence:
    """An array of md on the LUN, which is its second leg, beside a disk that is no LUN."""
    one = single_path()
    disk = one.devices[0]
    member = replace(disk, content="linux_raid_member", content_uuid=UUID, holders=("md0",), answers=back)
    raid = Raid(
        "raid1",
        tuple(
            RaidLeg((name,), state, good=state is LegState.IN_SYNC)
            for name, state in zip(("vdb", disk.name), states, strict=True)
        ),
        "idle",
    )
    other = BlockDevice(
        "vdb",
        "/dev/vdb",
        "253:16",
        BlockKind.DISK,
        MIB,
        content="linux_raid_member",
        content_uuid=UUID,
        holders=("md0",),
    )
    array = BlockDevice("md0", "/dev/md0", "9:0", BlockKind.RAID, MIB, slaves=("vdb", disk.name), raid=raid)
    return evidence_of(
        replace(
            one,
            devices=(member, other, array),
            physical_volumes=(),
            volume_groups=(),
            logical_volumes=(),
            filesystems=(),
            mounts=(),
            fstab=(),
        )
    )


def test_an_array_that_lost_a_leg_gets_it_back_when_its_disk_answers() -> None:
    found = only(with_array(LegState.IN_SYNC, LegState.FAULTY, back=True), "F55.array-degraded")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    (step,) = proposal.plan.operations
    assert isinstance(step, ReturnLeg)
    assert any("--re-add" in line for line in step.shown())


def btrfs(*, gone: tuple[str, ...] = (), errors: int = 0, profile: str = "raid1") -> Evidence:
    """A btrfs on the LUN and on another disk."""
    one = single_path()
    disk = one.devices[0]
    other = BlockDevice("vdb", "/dev/vdb", "253:16", BlockKind.DISK, MIB)
    mount = Mount("/dev/sda", disk.name, "/srv/bt", "btrfs", ("rw",), size=1, used=0)
    state = BtrfsState(
        UUID,
        (disk.name, "vdb"),
        gone,
        (BtrfsDevice("1"), BtrfsDevice("2", errors=errors)),
        (profile,),
    )
    devices = (replace(disk, holders=()), *(() if gone else (other,)))
    bare = replace(
        one,
        devices=devices,
        physical_volumes=(),
        volume_groups=(),
        logical_volumes=(),
        filesystems=(),
        mounts=(mount,),
    )
    return replace(evidence_of(bare), btrfs=(state,))


def codes(evidence: Evidence) -> list[str]:
    return [one.code for one in findings(evidence) if one.number in {"F54", "F55", "F56", "F57"}]


def test_a_btrfs_with_copies_is_degraded_or_behind_and_one_without_is_neither() -> None:
    assert codes(btrfs()) == []
    assert codes(btrfs(gone=("vdb",))) == ["F56.btrfs-degraded"]
    assert codes(btrfs(errors=3)) == ["F56.btrfs-behind"]
    assert codes(btrfs(gone=("vdb",), profile="single")) == []


def test_a_path_that_multipathd_gave_up_is_named_only_where_its_session_is_up() -> None:
    one = two_paths()
    first, second = one.multipath_maps[0].paths
    paths = (PathState(first, "w", "active", "ready"), PathState(second, "w", "failed", "faulty"))
    assert codes(replace(evidence_of(one), paths=paths)) == ["F57.path-failed"]
    # After an outage of all of them the checker may be the last to know.
    all_failed = tuple(replace(path, map_state="failed", checker="faulty") for path in paths)
    (none_left,) = findings(replace(evidence_of(one), paths=all_failed))
    assert none_left.summary.startswith("multipathd uses no path")
    lunless = tuple(Identity(lun.disk, lun.wwid, "", refused=True) for lun in one.luns)
    found = findings(replace(evidence_of(one), paths=all_failed, identities=lunless))
    assert {finding.code for finding in found} == {"F12.lun-withdrawn"}
    assert codes(replace(evidence_of(lost(one, SECOND)), paths=paths)) == []


def test_a_leg_on_a_map_without_usable_paths_follows_from_the_paths() -> None:
    two = two_paths()
    (joined,) = two.multipath_maps
    raid = Raid(
        "raid1",
        (
            RaidLeg(("x0",), LegState.IN_SYNC, good=True),
            RaidLeg((joined.device,), LegState.FAULTY, good=False),
        ),
        "idle",
    )
    degraded = replace(
        two,
        devices=tuple(
            replace(device, raid=raid) if device.name == two.logical_volumes[0].device else device
            for device in two.devices
        ),
    )
    failed = tuple(PathState(disk, joined.wwid, "failed", "faulty") for disk in joined.paths)
    for paths in (failed, failed[:1]):
        cause, follows = findings(replace(evidence_of(degraded), paths=paths))
        assert (cause.code, cause.weight) == ("F57.path-failed", Weight.CAUSE)
        assert (follows.code, follows.follows) == ("F54.lv-degraded", cause.key)


def without_paths(one: Inventory) -> Inventory:
    """The map's LUN is withdrawn and its disks are gone, while somebody still has the map open."""
    (joined,) = one.multipath_maps
    return replace(
        one,
        luns=tuple(lun for lun in one.luns if lun.disk not in joined.paths),
        devices=tuple(device for device in one.devices if device.name not in joined.paths),
        multipath_maps=(replace(joined, paths=(), good_paths=()),),
    )


def pathless(evidence: Evidence) -> list[str]:
    return [one.code for one in findings(evidence) if one.number == "F63"]


def test_a_map_without_a_path_wants_a_scan_where_its_lun_can_be_nowhere_else() -> None:
    one = without_paths(two_paths())
    assert pathless(evidence_of(two_paths())) == []
    (found,) = (finding for finding in findings(evidence_of(one)) if finding.number == "F63")
    assert found.rungs == (f"multipath:{one.multipath_maps[0].wwid}",)
    scan = found.fixes[0].proposal
    assert scan is not None
    assert [step.sid for step in scan.plan.operations if isinstance(step, ScanForLuns)] == [
        session.sid for session in one.sessions
    ]
    # Behind a session that is down, or a target that is not logged in, the LUN may still be.
    assert pathless(evidence_of(lost(one, SECOND))) == []
    elsewhere = NodeRecord("iqn.2003-01.org.example:other", one.sessions[0].portal)
    assert pathless(evidence_of(replace(one, node_records=(*one.node_records, elsewhere)))) == []
