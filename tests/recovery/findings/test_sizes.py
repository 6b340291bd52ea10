"""F11 and F27: LUNs of another size than is believed."""

from msgspec.structs import replace

from tests.recovery.making import evidence_of, findings, kernel_said, only, single_path, two_paths
from tests.setup.building import MIB, logged_in, with_volume
from tui.recovery.evidence import Evidence
from tui.recovery.facts import Identity
from tui.recovery.finding import Weight
from tui.storage.lvm.metadata_backup import GroupNotes, NotedDisk
from tui.storage.model.inventory import Inventory
from tui.storage.operations.iscsi.rescan import RescanPaths
from tui.storage.operations.lvm.activation import DeactivateVolumeGroup
from tui.storage.operations.lvm.resize_physical_volume import ResizePhysicalVolume
from tui.storage.operations.mounts.mount import UnmountFilesystem
from tui.storage.operations.mounts.release import WaitUntilUnused
from tui.storage.operations.multipath.resize_map import ResizeMap

SIZE = 512 * MIB


def said(inventory: Inventory, size: int) -> Evidence:
    """Evidence in which the array says another size."""
    identities = tuple(Identity(lun.disk, lun.wwid, lun.wwid, size) for lun in inventory.luns)
    return replace(evidence_of(inventory), identities=identities)


def disk_of(inventory: Inventory, size: int) -> Inventory:
    """With the disk of another size than LVM knows."""
    return replace(
        inventory,
        luns=tuple(replace(one, size=size) for one in inventory.luns),
        devices=tuple(
            replace(one, size=size) if one.name in {"sda", "sdb", "dm-9"} else one
            for one in inventory.devices
        ),
        multipath_maps=tuple(replace(one, size=size) for one in inventory.multipath_maps),
    )


def test_a_lun_that_the_array_enlarged() -> None:
    found = only(said(single_path(), 2 * SIZE), "F11.not-grown")
    assert found.weight is Weight.RISK
    proposal = found.fixes[0].proposal
    assert proposal is not None
    kinds = [type(one) for one in proposal.plan.operations]
    assert kinds[:1] == [RescanPaths]
    assert ResizePhysicalVolume in kinds


def test_a_disk_that_grew_and_a_pv_that_did_not() -> None:
    found = only(said(disk_of(single_path(), 2 * SIZE), 2 * SIZE), "F11.not-grown")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert ResizePhysicalVolume in [type(one) for one in proposal.plan.operations]
    assert found.rungs == ("pv:PVID",)


def test_a_few_extents_left_at_the_ends_of_a_pv_are_no_growth() -> None:
    assert findings(evidence_of(disk_of(single_path(), SIZE + 40 * MIB))) == ()
    noted = GroupNotes(
        "/etc/lvm/backup/vg_data", "vg_data", "VGID", 3, disks=(NotedDisk("pv0", "PVID", start=MIB),)
    )
    evidence = replace(evidence_of(disk_of(single_path(), SIZE + 40 * MIB)), notes=(noted,))
    only(evidence, "F11.not-grown")
    evidence = replace(evidence_of(disk_of(single_path(), SIZE + 8 * MIB)), notes=(noted,))
    assert findings(evidence) == ()


def test_over_two_paths_the_map_grows_too() -> None:
    found = only(said(two_paths(), 2 * SIZE), "F11.not-grown")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert ResizeMap in [type(one) for one in proposal.plan.operations]


def test_a_lun_that_the_kernel_knows_smaller_than_the_map_on_it_is_rescanned_first() -> None:
    """The target showed another, small and protected, under its number for a while; LVM cannot read it."""
    small = 32 * 1024
    inventory = disk_of(single_path(), small)
    inventory = replace(
        inventory,
        luns=tuple(replace(one, read_only=True) for one in inventory.luns),
        physical_volumes=tuple(replace(one, device="", size=0) for one in inventory.physical_volumes),
        devices=tuple(
            replace(one, map_name="vg_data-lv") if one.slaves else one for one in inventory.devices
        ),
    )
    lines = (kernel_said("I/O error, dev sda, sector 114690 op 0x1:(WRITE) flags 0x9800 phys_seg 1", 60.0),)
    cause, *rest = findings(replace(said(inventory, SIZE), kernel=lines))
    assert (cause.code, cause.weight) == ("F11.not-rescanned", Weight.CAUSE)
    assert {one.code for one in rest} >= {"F28.writes-refused", "F60.write-protected"}
    assert {one.follows for one in rest} == {cause.key}
    proposal = cause.fixes[0].proposal
    assert proposal is not None
    assert proposal.refusal is None
    assert [type(one) for one in proposal.plan.operations] == [RescanPaths]


def test_a_bare_disk_whose_size_changed() -> None:
    found = only(said(logged_in(), 2 * SIZE), "F11.not-rescanned")
    proposal = found.fixes[0].proposal
    assert proposal is not None
    assert [type(one) for one in proposal.plan.operations] == [RescanPaths]


def test_the_kernels_word_is_enough_where_no_tool_is_installed_until_it_was_taken_in() -> None:
    told = kernel_said("sd 1:0:0:0: Capacity data has changed", 60.0)
    taken = kernel_said("sda: detected capacity change from 819200 to 1228800", 30.0)
    evidence = evidence_of(logged_in())
    only(replace(evidence, kernel=(told,)), "F11.not-rescanned")
    assert findings(replace(evidence, kernel=(told, taken))) == ()


def test_sizes_that_agree_are_no_finding() -> None:
    for inventory in (single_path(), two_paths(), logged_in()):
        assert findings(said(inventory, SIZE)) == ()


def test_a_disk_smaller_than_its_pv() -> None:
    found = only(evidence_of(disk_of(single_path(), 300 * MIB)), "F27.disk-shrunk")
    assert found.weight is Weight.CAUSE
    assert found.rungs == ("pv:PVID",)
    ask = found.fixes[1].ask
    assert ask is not None
    assert str(300 * MIB) in ask.words
    stop = found.fixes[0].proposal
    assert stop is not None
    kinds = [type(one) for one in stop.plan.operations]
    assert kinds == [WaitUntilUnused, UnmountFilesystem, DeactivateVolumeGroup]
    assert found.fixes[1].proposal is None


def test_a_disk_smaller_than_its_pv_of_which_nothing_is_active() -> None:
    idle = with_volume(logged_in(), active=False)
    found = only(evidence_of(disk_of(idle, 300 * MIB)), "F27.disk-shrunk")
    assert [fix.proposal for fix in found.fixes] == [None]


def test_a_lun_that_shrank_on_the_array_only() -> None:
    found = findings(said(single_path(), 300 * MIB))
    assert [one.code for one in found] == ["F27.disk-shrunk"]
