from msgspec.structs import replace

from tests.setup.building import WWID, empty_disk, logged_in, state_of, used_disk
from tui.setup.answers import BootAnswer, MountAnswer, NewVolume, VolumeMount, VolumesAnswer, VolumesWay
from tui.setup.review import final_plan, review
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.storage.operations.boot.fstab_entry import AddFstabEntry
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume
from tui.storage.operations.lvm.physical_volume import CreatePhysicalVolume
from tui.storage.operations.lvm.volume_group import CreateVolumeGroup
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.mounts.mount_point import MakeMountPoint
from tui.storage.operations.operation import Risk
from tui.storage.operations.services.prerequisites import EnableService, StartService

NEW = VolumesAnswer(VolumesWay.NEW_GROUP, (), (WWID,), "vg_data", (NewVolume("data", "100%"),))


def fresh() -> SetupState:
    return state_of(logged_in(), empty_disk())


def test_everything_that_writes_is_one_plan_in_its_order() -> None:
    assert [type(one) for one in final_plan(fresh()).operations] == [
        CreatePhysicalVolume,
        CreateVolumeGroup,
        CreateLogicalVolume,
        MakeFilesystem,
        MakeMountPoint,
        AddFstabEntry,
        MountFilesystem,
        EnableService,
        EnableService,
        StartService,
    ]


def test_a_folder_inside_another_volume_is_made_after_that_is_mounted() -> None:
    state = fresh().answered(replace(NEW, volumes=(NewVolume("a", "50%"), NewVolume("b", "50%"))))
    state = state.answered(
        MountAnswer(
            (
                VolumeMount("vg_data/a", mount_point="/srv/x/inner"),
                VolumeMount("vg_data/b", mount_point="/srv/x"),
            )
        )
    )
    places = [
        (type(one), one.path if isinstance(one, MakeMountPoint) else one.mount_point)
        for one in final_plan(state).operations
        if isinstance(one, MakeMountPoint | MountFilesystem)
    ]
    assert places == [
        (MakeMountPoint, "/srv/x"),
        (MountFilesystem, "/srv/x"),
        (MakeMountPoint, "/srv/x/inner"),
        (MountFilesystem, "/srv/x/inner"),
    ]


def test_an_empty_disk_needs_no_word() -> None:
    seen = review(fresh())
    assert (seen.word, seen.loses, seen.problems) == ("", (), ())
    assert seen.plan.risk < Risk.DESTROYS
    assert seen.commands[0].startswith("lvm pvcreate")


def test_what_is_lost_is_told_and_needs_a_word() -> None:
    state = state_of(logged_in(), used_disk("ext4")).answered(replace(NEW, erase=(WWID,)))
    seen = review(state)
    assert seen.plan.risk is Risk.DESTROYS
    assert seen.word == "erase"
    assert any(WWID in line for line in seen.loses)
    assert any(problem.code == "volumes.will-erase" for problem in seen.warnings)


def test_with_a_mistake_there_is_no_plan() -> None:
    seen = review(fresh().answered(BootAnswer(device_timeout="x")))
    assert seen.plan.operations == ()
    assert [step for step, _problem in seen.problems] == [Step.BOOT]
