"""The sizes of a stack, the first that lags, and the plan that lets it grow."""

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from tests.maintenance.stacks_that_grow import (
    REACH,
    SUBJECT,
    facts,
    grown,
    level,
    with_path_down,
    with_second_disk,
)
from tests.setup.building import MIB, logged_in, with_volume
from tests.storage.scripted_host import ScriptedHost
from tui.maintenance.growth_plan import Wish, next_words, propose
from tui.maintenance.growth_sizes import Growth, Layer, SizeFacts, growth, read_facts
from tui.maintenance.growth_targets import Subject, subjects_of
from tui.maintenance.proposal import Proposal
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Filesystem
from tui.storage.model.inventory import Inventory
from tui.storage.operations.filesystem.grow_filesystem import GrowFilesystem
from tui.storage.operations.lvm.extend_logical_volume import ExtendLogicalVolume
from tui.storage.probe.devices.sizes import Reach
from tui.storage.stacks.rung import RungKind
from tui.storage.stacks.stack import stacks


def look(inventory: Inventory, told: SizeFacts | None = None) -> Growth:
    return growth(inventory, SUBJECT, told if told is not None else facts(inventory))


def proposed(inventory: Inventory, wish: Wish | None = None, told: SizeFacts | None = None) -> Proposal:
    return propose(look(inventory, told), inventory, wish or Wish())


def steps(proposal: Proposal) -> list[str]:
    return [type(one).__name__ for one in proposal.plan.operations]


def refusal(proposal: Proposal) -> str:
    return proposal.refusal.code if proposal.refusal else ""


WAY = ["RescanPaths", "ResizePhysicalVolume", "ExtendLogicalVolume", "GrowFilesystem"]


def test_when_all_agree_there_is_nothing_to_do_and_it_says_whom_to_ask() -> None:
    inventory = level()
    found = look(inventory)
    assert [one.layer for one in found.sizes] == [
        Layer.LUN, Layer.PHYSICAL_VOLUME, Layer.LOGICAL_VOLUME, Layer.FILESYSTEM,
    ]  # fmt: skip
    assert found.lagging is None
    assert found.asked
    assert "administrator" in next_words(found)
    assert refusal(proposed(inventory)) == "growth.nothing-new"


def test_where_the_array_cannot_be_asked_the_paths_are() -> None:
    inventory = level()
    unknown = SizeFacts((), facts(inventory).starts, REACH)
    assert not look(inventory, unknown).asked
    assert steps(proposed(inventory, told=unknown)) == WAY
    assert steps(proposed(inventory, Wish(whole=False), unknown)) == ["RescanPaths"]


@pytest.mark.parametrize(
    ("inventory", "told", "layer", "step"),
    [
        (level(), facts(level(), array=1024 * MIB), Layer.LUN, "RescanPaths"),
        (level(paths=2), facts(level(paths=2), array=1024 * MIB), Layer.LUN, "RescanPaths"),
        (grown(level(paths=2), lun=1024), None, Layer.MAP, "ResizeMap"),
        (grown(level(), lun=1024), None, Layer.PHYSICAL_VOLUME, "ResizePhysicalVolume"),
        (grown(level(), lun=1024, pv=1020), None, Layer.LOGICAL_VOLUME, "ExtendLogicalVolume"),
        (grown(level(), lun=1024, pv=1020, lv=1020), None, Layer.FILESYSTEM, "GrowFilesystem"),
    ],
)
def test_the_first_that_lags_is_the_next_step(
    inventory: Inventory, told: SizeFacts | None, layer: Layer, step: str
) -> None:
    found = look(inventory, told)
    assert found.lagging is not None
    assert found.lagging.layer is layer
    assert next_words(found).endswith(".")
    assert steps(propose(found, inventory, Wish(whole=False))) == [step]
    whole = propose(found, inventory, Wish())
    assert whole.refusal is None
    assert steps(whole)[-1] == "GrowFilesystem"
    assert all(note.endswith(".") for note in whole.notes)


def test_one_path_that_shows_less_than_the_other_must_be_asked_again() -> None:
    inventory = grown(level(paths=2), lun=1024)
    first, second = inventory.luns
    uneven = replace(inventory, luns=(first, replace(second, size=512 * MIB)))
    found = look(uneven)
    assert [one.lags for one in found.sizes if one.layer is Layer.LUN] == [False, True]
    assert found.lagging is not None
    assert found.lagging.name == second.disk


def test_nothing_is_planned_while_a_path_is_down() -> None:
    inventory = with_path_down(level(paths=2))
    found = look(inventory, facts(inventory, array=1024 * MIB))
    assert found.problem is not None
    assert found.problem.code == "growth.path-down"
    assert not next(one for one in found.sizes if one.name == "sdb").holds
    assert refusal(propose(found, inventory, Wish())) == "growth.path-down"


@pytest.mark.parametrize(
    ("inventory", "told"),
    [
        (level(), facts(level(), array=256 * MIB)),
        (grown(level(), lun=256), None),
        (grown(level(paths=2), lun=256), None),
        (level(), facts(level(), reach=Reach(600 * MIB, MIB))),
    ],
    ids=["on the array", "below the PV", "below the map", "below the file system"],
)
def test_what_shrank_is_refused_with_words_about_the_array(
    inventory: Inventory, told: SizeFacts | None
) -> None:
    proposal = proposed(inventory, told=told)
    assert refusal(proposal) == "growth.shrunk"
    assert proposal.refusal is not None
    assert "shrunk" in proposal.refusal.summary
    assert "administrator" in proposal.refusal.remedy


def test_the_person_chooses_how_much_the_volume_gets() -> None:
    inventory = grown(level(), lun=1024, pv=1020)

    def extend(wish: Wish) -> ExtendLogicalVolume:
        return next(
            one for one in proposed(inventory, wish).plan.operations if isinstance(one, ExtendLogicalVolume)
        )

    assert extend(Wish(share=50)).share == 50
    assert (extend(Wish(size=609 * MIB)).extents, extend(Wish(size=609 * MIB)).share) == (153, 0)
    assert "ExtendLogicalVolume" not in steps(proposed(inventory, Wish(share=0)))
    assert refusal(proposed(inventory, Wish(whole=False, share=0))) == "growth.nothing-chosen"
    assert refusal(proposed(inventory, Wish(size=100 * MIB))) == "growth.smaller"
    assert refusal(proposed(inventory, Wish(size=4096 * MIB))) == "volume.size"
    assert refusal(proposed(inventory, Wish(size=1020 * MIB))) == ""


def test_space_that_is_still_to_come_counts_for_a_size() -> None:
    inventory = level()
    told = facts(inventory, array=1024 * MIB)
    assert look(inventory, told).coming == 512 * MIB
    assert refusal(proposed(inventory, Wish(size=1020 * MIB), told)) == ""
    assert refusal(proposed(inventory, Wish(size=1024 * MIB), told)) == "volume.size"


def test_a_file_system_that_is_not_mounted_is_left_and_said() -> None:
    inventory = grown(level(place=""), lun=1024, pv=1020)
    proposal = proposed(inventory)
    assert "GrowFilesystem" not in steps(proposal)
    assert any("not mounted" in note for note in proposal.notes)
    only = grown(level(place=""), lun=1024, pv=1020, lv=1020)
    assert refusal(proposed(only, Wish(whole=False))) == "growth.not-mounted"


def test_a_file_system_that_lags_alone_is_grown_at_once_and_the_array_asked_afterwards() -> None:
    inventory = grown(level(), lun=1024, pv=1020, lv=1020)
    unknown = SizeFacts((), facts(inventory).starts, REACH)
    assert steps(proposed(inventory, told=unknown)) == ["GrowFilesystem"]


@pytest.mark.parametrize(
    ("attributes", "code"), [("Cwi-aoC---", "volume.kind"), ("Vwi-a-tz--", "volume.kind"), ("owi-aos---", "")]
)
def test_volumes_that_do_not_grow_this_way_are_refused(attributes: str, code: str) -> None:
    inventory = grown(level(), lun=1024, pv=1020)
    odd = replace(
        inventory,
        logical_volumes=tuple(replace(one, attributes=attributes) for one in inventory.logical_volumes),
    )
    assert refusal(proposed(odd)) == code


def test_a_volume_with_a_snapshot_is_refused_and_the_snapshot_named() -> None:
    inventory = grown(level(), lun=1024, pv=1020)
    (volume,) = inventory.logical_volumes
    both = replace(
        inventory,
        logical_volumes=(
            replace(volume, attributes="owi-aos---"),
            replace(volume, name="night", uuid="N", device="", origin="data", attributes="swi-a-s---"),
        ),
    )
    proposal = proposed(both)
    assert refusal(proposal) == "volume.has-snapshots"
    assert proposal.refusal is not None
    assert "night" in proposal.refusal.summary


def test_every_disk_of_the_group_has_its_rungs() -> None:
    inventory = with_second_disk(level())
    names = [one.name for one in look(inventory).sizes]
    assert names == ["sda", "/dev/sda", "sdx", "/dev/sdx", "data", "/srv/data"]
    assert steps(proposed(inventory)).count("RescanPaths") == 2


def test_a_bare_file_system_on_a_disk_grows_without_lvm() -> None:
    inventory = logged_in(size=1024 * MIB)
    disk = replace(inventory.devices[0], content="xfs", content_uuid="U")
    mounted = with_volume(logged_in(), mounted="/srv/data").mounts
    bare = replace(
        inventory,
        devices=(disk,),
        filesystems=(Filesystem("sda", "xfs", "U"),),
        mounts=tuple(replace(one, device="sda", source="/dev/sda", kind="xfs") for one in mounted),
    )
    subject = Subject(device="sda")
    found = growth(bare, subject, SizeFacts((("sda", 1024 * MIB),), (), Reach(512 * MIB, MIB)))
    (step,) = propose(found, bare, Wish(whole=False)).plan.operations
    assert isinstance(step, GrowFilesystem)
    assert step.shown() == ("xfs_growfs -d /srv/data",)


def test_a_partition_between_is_left_to_its_own_tool() -> None:
    inventory = level()
    part = BlockDevice("sda1", "/dev/sda1", "8:1", BlockKind.PARTITION, 511 * MIB)
    (volume,) = inventory.physical_volumes
    between = replace(
        inventory,
        devices=(
            *(replace(one, partitions=("sda1",)) if one.name == "sda" else one for one in inventory.devices),
            part,
        ),
        physical_volumes=(replace(volume, device="sda1", path="/dev/sda1"),),
    )
    assert refusal(proposed(between)) == "growth.between"


def test_what_lvm_does_not_tell_of_is_not_planned_for() -> None:
    assert refusal(proposed(replace(level(), physical_volumes=(), devices=()))) == "growth.no-group"
    (volume,) = level().physical_volumes
    lost = replace(level(), physical_volumes=(replace(volume, device="", missing=True),))
    assert refusal(proposed(lost)) == "growth.disk-gone"


@given(
    lun=st.integers(512, 4096),
    pv=st.integers(127, 1023),
    lv=st.integers(127, 1023),
    reach=st.integers(1, 4092),
)
def test_a_plan_climbs_and_never_makes_anything_smaller(lun: int, pv: int, lv: int, reach: int) -> None:
    inventory = grown(level(), lun=lun, pv=pv * 4, lv=min(lv, pv) * 4)
    told = facts(inventory, reach=Reach(reach * MIB, MIB))
    found = look(inventory, told)
    proposal = propose(found, inventory, Wish())
    beyond = pv * 4 > lun or reach > min(lv, pv) * 4
    assert (found.problem is not None) == beyond
    if proposal.refusal is None:
        assert steps(proposal) == [one for one in WAY if one in steps(proposal)]
        assert found.lagging is not None
    assert all((one.possible or 0) >= (one.size or 0) for one in found.sizes if one.lags)
    assert all(one.words for one in found.sizes if one.lags)


def test_every_rung_of_a_stack_leads_to_the_volumes_on_it() -> None:
    inventory = level(paths=2)
    (stack,) = stacks(inventory)
    for rung in stack.rungs:
        assert subjects_of(inventory, rung) == (SUBJECT,), rung.kind
    assert {rung.kind for rung in stack.rungs} >= {RungKind.PORTAL, RungKind.MULTIPATH, RungKind.MOUNT}


def test_the_tools_are_asked_about_what_answers_only() -> None:
    host = ScriptedHost()
    silent = replace(level(), devices=tuple(replace(one, answers=False) for one in level().devices))
    assert read_facts(host, silent, SUBJECT) == SizeFacts()
    assert host.commands == []
    read_facts(host, level(), SUBJECT)
    assert {one.argv[0] for one in host.commands} == {"sg_readcap", "lvm", "dumpe2fs"}
    assert not any(one.changes for one in host.commands)
