import pytest
from msgspec.structs import replace

from tests.setup.building import (
    MIB,
    PORTAL,
    SECOND,
    TARGET,
    WWID,
    codes,
    empty_disk,
    logged_in,
    state_of,
    used_disk,
    with_volume,
)
from tui.setup.answers import NewVolume, VolumesAnswer, VolumesWay
from tui.setup.state import Probed, SetupState
from tui.setup.steps import disks, volumes
from tui.storage.devices.identity import DeviceIdentity
from tui.storage.model.inventory import Inventory
from tui.storage.operations.filesystem.signatures import WipeSignatures
from tui.storage.operations.lvm.activation import ActivateVolumeGroup
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume
from tui.storage.operations.lvm.physical_volume import CreatePhysicalVolume
from tui.storage.operations.lvm.volume_group import CreateVolumeGroup, ExtendVolumeGroup
from tui.storage.problem import Problem

DISK = DeviceIdentity("/dev/sda", WWID, 512 * MIB, TARGET, 0, "8:0")
NEW = VolumesAnswer(VolumesWay.NEW_GROUP, (), (WWID,), "vg_data", (NewVolume("data", "100%"),))


def fresh(answer: VolumesAnswer | None = None) -> SetupState:
    state = state_of(logged_in(), empty_disk())
    return state if answer is None else state.answered(answer)


def kinds_of(state: SetupState) -> list[type]:
    return [type(one) for one in volumes.plan(state).operations]


def test_an_empty_disk_gets_a_group_and_a_volume_over_all_of_it() -> None:
    state = fresh()
    assert volumes.defaults(state) == NEW
    assert volumes.problems(state) == ()
    assert volumes.plan(state).operations == (
        CreatePhysicalVolume(DISK),
        CreateVolumeGroup("vg_data", (DISK,)),
        CreateLogicalVolume("vg_data", "data", 127),
    )


def test_the_alignment_of_the_disk_counts() -> None:
    state = replace(fresh(), probed=(Probed(WWID, empty_disk(), 8 * MIB),))
    assert volumes.layout(state).rows[0].extents == 126


def test_a_taken_name_is_not_offered() -> None:
    inventory = logged_in()
    state = state_of(replace(inventory, volume_groups=with_volume(inventory).volume_groups), empty_disk())
    assert volumes.defaults(state).group == "vg_data2"
    assert codes(volumes.problems(state.answered(NEW))) == ["lvm-name.taken"]


def test_what_is_there_is_offered_first() -> None:
    state = state_of(with_volume(logged_in()), used_disk("LVM2_member"))
    assert volumes.defaults(state) == VolumesAnswer(VolumesWay.EXISTING, ("vg_data/data",))
    assert volumes.problems(state) == ()
    assert volumes.plan(state).operations == (ActivateVolumeGroup("vg_data"),)
    assert volumes.activation(state).operations == ()
    assert volumes.blocker(state) is None


def test_an_inactive_group_is_activated_before_going_on() -> None:
    state = state_of(with_volume(logged_in(), active=False), used_disk("LVM2_member"))
    assert volumes.activation(state).operations == (ActivateVolumeGroup("vg_data"),)
    lacking = volumes.blocker(state)
    assert lacking is not None
    assert lacking.code == "volumes.not-active"


def test_a_file_system_on_the_disk_itself_can_be_used() -> None:
    inventory = logged_in()
    disk = replace(inventory.devices[0], content="xfs", content_uuid="u", content_label="l")
    filesystems = with_volume(inventory).filesystems
    inventory = replace(
        inventory, devices=(disk,), filesystems=(replace(filesystems[0], device="sda", kind="xfs"),)
    )
    state = state_of(inventory, used_disk("xfs"))
    (found,) = disks.existing(state)
    assert (found.volume, found.kind, found.path, found.group) == (WWID, "xfs", "/dev/sda", "")
    assert volumes.plan(state).operations == ()


@pytest.mark.parametrize("fault", ["foreign", "shared", "exported"])
def test_a_group_of_somebody_else_is_not_offered(fault: str) -> None:
    state = state_of(with_volume(logged_in()), used_disk("LVM2_member"))
    (group,) = state.inventory.volume_groups
    theirs = replace(group, **{fault: True})
    state = replace(state, inventory=replace(state.inventory, volume_groups=(theirs,)))
    assert disks.existing(state) == ()
    asked = state.answered(VolumesAnswer(VolumesWay.EXISTING, ("vg_data/data",)))
    (problem,) = volumes.problems(asked)
    assert problem.code == "volumes.not-there"
    assert "vg_data" in problem.cause


def test_a_group_that_lacks_a_disk_is_not_offered() -> None:
    state = state_of(with_volume(logged_in(), missing_volumes=1), used_disk("LVM2_member"))
    assert disks.existing(state) == ()


def test_a_volume_on_a_disk_that_is_refused_is_not_offered() -> None:
    refusal = Problem("device.twins", "It is there twice.")
    state = state_of(with_volume(logged_in()), used_disk("LVM2_member", reuse_refusal=refusal))
    assert disks.existing(state) == ()
    assert volumes.groups(state) == ()
    (problem,) = volumes.problems(state.answered(VolumesAnswer(VolumesWay.EXISTING, ("vg_data/data",))))
    assert problem.cause == "It is there twice."


def test_a_volume_without_a_file_system_cannot_be_used_as_it_is() -> None:
    state = state_of(with_volume(logged_in(), kind=""), used_disk("LVM2_member"))
    asked = state.answered(VolumesAnswer(VolumesWay.EXISTING, ("vg_data/data",)))
    assert codes(volumes.problems(asked)) == ["volumes.no-filesystem"]


def test_nothing_chosen_is_told() -> None:
    assert codes(volumes.problems(fresh(VolumesAnswer(VolumesWay.EXISTING)))) == ["volumes.none-chosen"]


@pytest.mark.parametrize("word", [WWID, f"{TARGET}/0"])
def test_a_disk_that_is_not_empty_is_erased_only_by_its_exact_name(word: str) -> None:
    state = state_of(logged_in(), used_disk("ext4"))
    (problem,) = volumes.problems(state.answered(NEW))
    assert (problem.code, problem.field) == ("volumes.erase-needed", "erase")
    assert "ext4" in problem.summary
    allowed = state.answered(replace(NEW, erase=(word,)))
    assert volumes.problems(allowed) == ()
    assert codes(volumes.warnings(allowed)) == ["volumes.will-erase"]
    assert kinds_of(allowed) == [
        WipeSignatures,
        CreatePhysicalVolume,
        CreateVolumeGroup,
        CreateLogicalVolume,
    ]


@pytest.mark.parametrize("word", ["", WWID[:-1], WWID.upper(), TARGET, f"{TARGET}/1", "erase", "*"])
def test_nothing_else_erases(word: str) -> None:
    state = state_of(logged_in(), used_disk("ext4")).answered(replace(NEW, erase=(word,)))
    assert codes(volumes.problems(state)) == ["volumes.erase-needed"]


def test_a_refused_disk_stays_refused_even_with_consent() -> None:
    refusal = Problem("device.mounted", "It is mounted.")
    state = state_of(logged_in(), used_disk("ext4", refusal=refusal))
    assert volumes.problems(state.answered(replace(NEW, erase=(WWID,)))) == (refusal,)


def test_a_disk_that_was_not_looked_at_is_not_used() -> None:
    assert codes(volumes.problems(state_of(logged_in()).answered(NEW))) == ["volumes.not-looked-at"]


def test_a_disk_with_paths_apart_is_not_used() -> None:
    state = state_of(logged_in(PORTAL, SECOND), empty_disk()).answered(NEW)
    assert codes(volumes.problems(state)) == ["volumes.paths-apart"]


def test_disks_with_sectors_of_two_sizes_make_no_group() -> None:
    inventory = logged_in()
    lun, disk = inventory.luns[0], replace(inventory.devices[0], sector_size=512)
    other = f"{WWID[:-1]}9"
    more = replace(
        inventory,
        luns=(lun, replace(lun, address="1:0:0:1", number=1, disk="sdb", wwid=other)),
        devices=(
            *(disk, *inventory.devices[1:]),
            replace(disk, name="sdb", path="/dev/sdb", number="8:16", links=(), sector_size=4096),
        ),
    )
    state = state_of(more, empty_disk())
    state = replace(state, probed=(*state.probed, Probed(other, empty_disk(), MIB)))
    both = replace(NEW, disks=(WWID, other))
    assert codes(volumes.problems(state.answered(both))) == ["volumes.sector-sizes"]
    assert codes(volumes.problems(state.answered(NEW))) == []


def test_a_map_is_what_is_written_to() -> None:
    state = state_of(logged_in(PORTAL, SECOND, joined=True), empty_disk())
    first = volumes.plan(state).operations[0]
    assert isinstance(first, CreatePhysicalVolume)
    assert first.device.path == "/dev/mapper/mpatha"


@pytest.mark.parametrize(
    ("answer", "code", "field"),
    [
        (replace(NEW, disks=()), "volumes.no-disk", "disks"),
        (replace(NEW, disks=("naa.0",)), "volumes.disk-not-there", "disks"),
        (replace(NEW, group=""), "lvm-name.empty", "group"),
        (replace(NEW, group="a b"), "lvm-name.character", "group"),
        (replace(NEW, volumes=()), "volumes.none", "volumes"),
        (replace(NEW, volumes=(NewVolume("", "1%"),)), "lvm-name.empty", "volumes.0.name"),
        (replace(NEW, volumes=(NewVolume("a", "x"),)), "size.form", "volumes.0.size"),
        (replace(NEW, volumes=(NewVolume("a", "1G"),)), "volumes.too-large", "volumes.0.size"),
        (
            replace(NEW, volumes=(NewVolume("a", "50%"), NewVolume("a", "50%"))),
            "lvm-name.taken",
            "volumes.1.name",
        ),
        (
            replace(NEW, volumes=(NewVolume("a", "508M"), NewVolume("b", "100%"))),
            "volumes.no-room",
            "volumes.1.size",
        ),
        (replace(NEW, way=VolumesWay.EXISTING_GROUP), "volumes.no-such-group", "group"),
    ],
)
def test_mistakes_name_their_field(answer: VolumesAnswer, code: str, field: str) -> None:
    found = volumes.problems(fresh(answer))
    assert (code, field) in {(problem.code, problem.field) for problem in found}
    assert volumes.blocker(fresh(answer)) == found[0]


def test_a_disk_smaller_than_an_extent_has_no_room() -> None:
    state = state_of(logged_in(size=2 * MIB), empty_disk()).answered(NEW)
    assert codes(volumes.problems(state)) == ["volumes.no-room"]


def made(inventory: Inventory | None = None) -> SetupState:
    return state_of(inventory or with_volume(logged_in()), used_disk("LVM2_member"))


def test_what_was_made_before_is_made_no_second_time() -> None:
    """The second run from the same answers finds everything there, whatever the shares would give now."""
    state = made().answered(NEW)
    assert volumes.problems(state) == ()
    assert volumes.plan(state).operations == (
        CreateVolumeGroup("vg_data", (DISK,)),
        CreateLogicalVolume("vg_data", "data", 127),
    )


def test_another_size_than_the_volume_has_is_told() -> None:
    wanted = replace(NEW, volumes=(NewVolume("data", "100M"),))
    assert codes(volumes.problems(made().answered(wanted))) == ["volumes.other-size"]
    same = replace(NEW, volumes=(NewVolume("data", "508M"),))
    assert volumes.problems(made().answered(same)) == ()


def test_a_group_that_is_there_gets_another_volume() -> None:
    state = made(with_volume(logged_in(), free=100 * MIB)).answered(
        VolumesAnswer(VolumesWay.EXISTING_GROUP, group="vg_data", volumes=(NewVolume("more", "50%"),))
    )
    assert volumes.problems(state) == ()
    assert volumes.plan(state).operations == (
        ActivateVolumeGroup("vg_data"),
        CreateLogicalVolume("vg_data", "more", 12),
    )
    assert volumes.layout(state).total == 100 * MIB


def test_a_group_that_is_there_is_extended_by_an_empty_disk() -> None:
    base = with_volume(logged_in())
    other = replace(base.devices[0], name="sdb", path="/dev/sdb", number="8:16", holders=())
    lun = replace(base.luns[0], address="1:0:0:1", number=1, disk="sdb", wwid="naa.2")
    inventory = replace(base, devices=(*base.devices, other), luns=(*base.luns, lun))
    state = replace(
        made(inventory), probed=(Probed(WWID, used_disk("LVM2_member")), Probed("naa.2", empty_disk()))
    )
    state = state.answered(
        VolumesAnswer(
            VolumesWay.EXISTING_GROUP, disks=("naa.2",), group="vg_data", volumes=(NewVolume("more", "100%"),)
        )
    )
    assert volumes.problems(state) == ()
    assert kinds_of(state) == [
        CreatePhysicalVolume,
        ActivateVolumeGroup,
        ExtendVolumeGroup,
        CreateLogicalVolume,
    ]
    assert volumes.layout(state).rows[0].extents == 127


def test_a_mounted_volume_satisfies_until_something_else_is_asked_for() -> None:
    state = state_of(with_volume(logged_in(), mounted="/srv/data"), used_disk("LVM2_member"))
    assert volumes.satisfied(state) == "vg_data/data in use."
    more = VolumesAnswer(VolumesWay.EXISTING_GROUP, group="vg_data", volumes=(NewVolume("more", "1%"),))
    assert volumes.satisfied(state.answered(more)) is None
    assert volumes.satisfied(made()) is None


def test_the_note_tells_what_is_used() -> None:
    assert volumes.note(fresh(NEW)) == "vg_data, 1 volume"
    assert volumes.note(made()) == "vg_data/data"


def test_what_is_on_a_disk_is_said_in_words() -> None:
    (disk,) = disks.disks(fresh())
    assert volumes.carries(disk) == "empty"
    (disk,) = disks.disks(state_of(logged_in(), used_disk("ext4", "gpt")))
    assert volumes.carries(disk).startswith("ext4")
    (disk,) = disks.disks(state_of(logged_in()))
    assert volumes.carries(disk) == "not read yet"
