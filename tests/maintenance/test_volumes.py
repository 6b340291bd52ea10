"""Every change of a volume group as a proposal: its operations, what is said first, what forbids it."""

import pytest
from msgspec.structs import replace

from tests.maintenance.stacks_that_grow import grown, level, with_second_disk
from tests.setup.building import MIB, logged_in
from tui.maintenance import renaming, volumes
from tui.maintenance.proposal import Proposal
from tui.storage.model.files import FstabEntry, Mount, Swap
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.boot.fstab_names import RenameInFstab, with_renamed_specs
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume
from tui.storage.operations.lvm.snapshot import CreateSnapshot
from tui.storage.operations.lvm.thin import CreateThinPool, CreateThinVolume
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.operation import Risk


def group_of(inventory: Inventory) -> VolumeGroup:
    (group,) = inventory.volume_groups
    return group


def volume_of(inventory: Inventory, name: str = "data") -> LogicalVolume:
    return next(one for one in inventory.logical_volumes if one.name == name)


def steps(proposal: Proposal) -> list[str]:
    return [type(one).__name__ for one in proposal.plan.operations]


def refusal(proposal: Proposal) -> str:
    return proposal.refusal.code if proposal.refusal else ""


def roomy() -> Inventory:
    """512 MiB of the group are free."""
    return grown(level(), lun=1024, pv=1020)


def with_volume_too(inventory: Inventory, **facts: object) -> Inventory:
    """With one volume more."""
    made = LogicalVolume("more", "vg_data", "MOREID", 64 * MIB, "/dev/vg_data/more", active=True)
    one = replace(made, **facts)
    return replace(inventory, logical_volumes=(*inventory.logical_volumes, one))


def test_only_disks_on_which_nothing_is_known_may_join() -> None:
    inventory = logged_in()
    assert [one.name for one in volumes.free_disks(inventory)] == ["sda"]
    (disk,) = inventory.devices
    for change in (
        {"content": "ext4"}, {"holders": ("dm-0",)}, {"partitions": ("sda1",)}, {"partition_table": "gpt"},
        {"answers": False}, {"size": 0}, {"read_only": True}, {"multipath_member": True},
    ):  # fmt: skip
        taken = replace(inventory, devices=(replace(disk, **change),))
        assert volumes.free_disks(taken) == (), change
    assert volumes.free_disks(level()) == ()
    assert [
        one.name
        for one in volumes.free_disks(
            logged_in(*[one.portal for one in level(paths=2).sessions], joined=True)
        )
    ] == ["dm-9"]
    assert volumes.free_disks(replace(inventory, luns=())) == ()


def test_a_disk_joins_with_a_label_first_and_can_leave_again() -> None:
    inventory = level()
    disk = logged_in().devices[0]
    proposal = volumes.add_disk(inventory, group_of(inventory), replace(disk, name="sdz", path="/dev/sdz"))
    assert steps(proposal) == ["CreatePhysicalVolume", "ExtendVolumeGroup"]
    assert proposal.way_back is not None
    assert [type(one).__name__ for one in proposal.way_back.operations] == [
        "ReduceVolumeGroup", "RemovePhysicalVolume",
    ]  # fmt: skip
    assert "2 PVs" in proposal.notes[0]


def test_a_disk_of_another_sector_size_is_refused_before_anything_is_written() -> None:
    inventory = level()
    (member,) = inventory.physical_volumes
    devices = tuple(
        replace(device, sector_size=512) if device.name == member.device else device
        for device in inventory.devices
    )
    disk = replace(logged_in().devices[0], name="sdz", path="/dev/sdz")
    known = replace(inventory, devices=devices)
    for size, code in ((512, ""), (0, ""), (4096, "volumes.sector-sizes")):
        proposal = volumes.add_disk(known, group_of(known), replace(disk, sector_size=size))
        assert refusal(proposal) == code, size


def test_sizes_become_whole_extents() -> None:
    group = group_of(roomy())
    (made,) = volumes.new_volume(group, "logs", 10 * MIB).plan.operations
    assert isinstance(made, CreateLogicalVolume)
    assert made.extents == 3
    (pool,) = volumes.thin_pool(group, "pool", 10 * MIB).plan.operations
    assert isinstance(pool, CreateThinPool)
    assert pool.extents == 2
    inventory = with_volume_too(roomy(), name="pool", attributes="twi-aotz--")
    thin = volumes.thin_volume(inventory, volume_of(inventory, "pool"), "web", 101 * MIB)
    (volume,) = thin.plan.operations
    assert isinstance(volume, CreateThinVolume)
    assert volume.size == 104 * MIB
    assert "must be watched" in thin.notes[0]


def test_emptying_a_disk_needs_room_on_the_others() -> None:
    inventory = level()
    (only,) = inventory.physical_volumes
    assert refusal(volumes.move_off(inventory, only)) == "move.no-room"
    two = with_second_disk(inventory)
    first, second = two.physical_volumes
    assert refusal(volumes.move_off(two, first)) == "move.no-room"
    empty = volumes.move_off(two, second)
    assert refusal(empty) == ""
    assert steps(empty) == ["MoveData", "ReduceVolumeGroup", "RemovePhysicalVolume"]
    assert steps(volumes.move_off(two, second, leave=False)) == ["MoveData"]
    assert refusal(volumes.move_off(two, replace(first, device=""))) == "growth.disk-gone"
    # A move that was cut off holds room on both sides, and must be able to go on.
    moving = replace(two, volume_parts=(LogicalVolume("pvmove0", "vg_data", "M"),))
    assert refusal(volumes.move_off(moving, first)) == ""


def test_a_volume_with_data_is_destroyed_only_with_its_line_in_fstab_and_never_in_use() -> None:
    mounted = level()
    assert refusal(volumes.remove_volume(mounted, volume_of(mounted))) == "volume.in-use"
    entry = FstabEntry(3, "/dev/vg_data/data", "/srv/data", "ext4", ("noatime",), 0, 2, "dm-1")
    idle = replace(level(place=""), fstab=(entry,))
    proposal = volumes.remove_volume(idle, volume_of(idle))
    assert refusal(proposal) == ""
    assert steps(proposal) == ["RemoveFstabEntry", "DestroyVolume"]
    assert proposal.plan.risk is Risk.DESTROYS
    assert proposal.way_back is None
    assert proposal.plan.loses() == ("vg_data/data, 508 MiB: ext4 old",)


def test_what_others_stand_on_is_not_removed() -> None:
    pool = with_volume_too(level(place=""), name="pool", attributes="twi-aotz--")
    assert steps(volumes.remove_volume(pool, volume_of(pool, "pool"))) == ["RemoveThinPool"]
    used = with_volume_too(pool, name="thin", pool="pool", attributes="Vwi-a-tz--")
    assert refusal(volumes.remove_volume(used, volume_of(used, "pool"))) == "volume.needed"
    shot = with_volume_too(level(place=""), name="night", origin="data", attributes="swi-a-s---")
    assert refusal(volumes.remove_volume(shot, volume_of(shot))) == "volume.needed"
    gone = volumes.remove_volume(shot, volume_of(shot, "night"))
    assert gone.plan.loses() == ("vg_data/night: the saved state of data",)
    assert "data stays" in gone.why


def test_a_snapshot_says_what_it_is_not() -> None:
    inventory = roomy()
    proposal = volumes.snapshot(inventory, volume_of(inventory), "night", 40 * MIB)
    (step,) = proposal.plan.operations
    assert isinstance(step, CreateSnapshot)
    assert step.extents == 10
    assert "not a backup" in proposal.notes[0]
    thin = with_volume_too(inventory, name="thin", pool="pool", attributes="Vwi-a-tz--")
    (step,) = volumes.snapshot(thin, volume_of(thin, "thin"), "night", 40 * MIB).plan.operations
    assert isinstance(step, CreateSnapshot)
    assert step.extents == 0


def test_a_volume_goes_back_to_a_snapshot_only_while_nobody_uses_it() -> None:
    shot = with_volume_too(level(place=""), name="night", origin="data", attributes="swi-a-s---")
    proposal = volumes.roll_back(shot, volume_of(shot, "night"))
    assert (steps(proposal), proposal.refusal, proposal.way_back) == (["MergeSnapshot"], None, None)
    assert proposal.plan.loses() == (
        "vg_data/data: everything that was written since the snapshot night was taken",
    )
    used = with_volume_too(level(), name="night", origin="data", attributes="swi-a-s---")
    assert refusal(volumes.roll_back(used, volume_of(used, "night"))) == "volume.in-use"
    assert refusal(volumes.roll_back(shot, volume_of(shot))) == "volume.no-snapshot"


BY_PATH = FstabEntry(3, "/dev/mapper/vg_data-data", "/srv/data", "ext4", ("noatime",), 0, 2, "dm-1")
BY_UUID = replace(BY_PATH, spec="UUID=1-2")


@pytest.mark.parametrize(
    ("entries", "kind", "around"),
    [((BY_PATH,), "ext4", True), ((BY_UUID,), "ext4", False), ((), "xfs", False), ((), "btrfs", True)],
)
def test_renaming_unmounts_only_what_is_known_by_its_path(
    entries: tuple[FstabEntry, ...], kind: str, *, around: bool
) -> None:
    inventory = replace(
        level(),
        fstab=entries,
        mounts=(Mount("/dev/mapper/vg_data-data", "dm-1", "/srv/data", kind, ("rw", "noatime", "acl")),),
    )
    for proposal in (
        renaming.rename_volume(inventory, volume_of(inventory), "archive"),
        renaming.rename_group(inventory, group_of(inventory), "store"),
    ):
        kinds = steps(proposal)
        assert ("UnmountFilesystem" in kinds) == around
        assert ("MountFilesystem" in kinds) == around
        assert ("RenameInFstab" in kinds) == (entries == (BY_PATH,))
        if around:
            first, last = proposal.plan.operations[0], proposal.plan.operations[-1]
            assert isinstance(first, UnmountFilesystem)
            assert isinstance(last, MountFilesystem)
            assert (first.options, last.options) == (("noatime",), ("noatime",))
            assert last.device in ("/dev/vg_data/archive", "/dev/store/data")
        assert proposal.way_back is not None
        assert len(proposal.way_back.operations) == len(proposal.plan.operations)


def test_swap_space_and_a_group_whose_data_moves_keep_their_names() -> None:
    inventory = replace(level(place=""), swaps=(Swap("/dev/dm-1", "dm-1", 508 * MIB, 0),))
    assert refusal(renaming.rename_volume(inventory, volume_of(inventory), "x")) == "rename.swap"
    assert refusal(renaming.rename_group(inventory, group_of(inventory), "x")) == "rename.swap"
    moving = replace(level(), volume_parts=(LogicalVolume("pvmove0", "vg_data", "M"),))
    assert refusal(renaming.rename_group(moving, group_of(moving), "x")) == "rename.moving"


def test_both_spellings_of_every_path_change() -> None:
    odd = LogicalVolume("my-lv", "my-vg", "U")
    assert renaming.renamed_paths((odd,), new_group="new") == (
        ("/dev/my-vg/my-lv", "/dev/new/my-lv"),
        ("/dev/mapper/my--vg-my--lv", "/dev/mapper/new-my--lv"),
    )


def test_only_the_first_field_of_a_line_in_fstab_changes() -> None:
    text = (
        "# /dev/vg/data is ours\n"
        "  /dev/vg/data\t/srv/data  ext4 noatime 0 2  # /dev/vg/data\n"
        "/dev/vg/data2 /srv/x ext4\n"
        "UUID=1 /dev/vg/data ext4\n"
        "/dev/mapper/vg-data /y ext4 defaults"
    )
    renamed = {"/dev/vg/data": "/dev/vg/new", "/dev/mapper/vg-data": "/dev/mapper/vg-new"}
    new = with_renamed_specs(text, renamed)
    assert new == text.replace("  /dev/vg/data\t", "  /dev/vg/new\t").replace(
        "/dev/mapper/vg-data /y", "/dev/mapper/vg-new /y"
    )
    back = {one: other for other, one in renamed.items()}
    assert with_renamed_specs(new, back) == text
    assert RenameInFstab(tuple(renamed.items())).undo()[0] == RenameInFstab(tuple(back.items()))
