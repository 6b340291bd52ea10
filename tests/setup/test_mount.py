import pytest
from msgspec.structs import replace

from tests.setup.building import (
    UUIDS,
    codes,
    empty_disk,
    fstab,
    logged_in,
    state_of,
    used_disk,
    with_volume,
)
from tui.setup.answers import MountAnswer, NewVolume, VolumeMount, VolumesAnswer, VolumesWay
from tui.setup.state import FolderFacts, SetupState
from tui.setup.steps import mount
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.model.files import FstabEntry, Mount
from tui.storage.model.inventory import Trait
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.mounts.label_root import LabelRoot
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.mounts.mount_point import MakeMountPoint
from tui.storage.operations.mounts.owner import SetOwner
from tui.storage.operations.services.prerequisites import InstallPackages

ENTRY = VolumeMount("vg_data/data", mount_point="/srv/data")


def fresh(*entries: VolumeMount) -> SetupState:
    state = state_of(logged_in(), empty_disk())
    return state.answered(MountAnswer(entries)) if entries else state


def there(*entries: VolumeMount, mounted: str = "") -> SetupState:
    state = state_of(with_volume(logged_in(), mounted=mounted), used_disk("LVM2_member"))
    return state.answered(MountAnswer(entries)) if entries else state


def test_a_new_volume_is_offered_below_srv() -> None:
    assert mount.defaults(fresh()) == MountAnswer(
        (VolumeMount("vg_data/data", "ext4", "", "/srv/data", options=("rw", "noatime")),)
    )
    assert mount.problems(fresh()) == ()


def test_a_new_file_system_has_its_uuid_beforehand() -> None:
    assert mount.plan(fresh(replace(ENTRY, label="data", options=("rw",)))).operations == (
        MakeFilesystem("/dev/vg_data/data", FilesystemKind.EXT4, "data", UUIDS[0]),
        MakeMountPoint("/srv/data"),
        MountFilesystem("/dev/vg_data/data", "/srv/data", "ext4", ("rw",)),
    )


def test_a_new_file_system_is_labelled_where_selinux_is_enabled() -> None:
    state = fresh(ENTRY)
    state = replace(state, inventory=replace(state.inventory, traits=(Trait.SELINUX,)))
    kinds = [type(operation) for operation in mount.plan(state).operations]
    assert kinds[kinds.index(MountFilesystem) + 1] is LabelRoot
    old = there(ENTRY)
    old = replace(old, inventory=replace(old.inventory, traits=(Trait.SELINUX,)))
    assert LabelRoot not in [type(operation) for operation in mount.plan(old).operations]


def test_every_new_volume_has_another_uuid() -> None:
    answer = VolumesAnswer(
        VolumesWay.NEW_GROUP,
        disks=tuple(disk for disk in [fresh().probed[0].wwid]),
        group="g",
        volumes=(NewVolume("a", "50%"), NewVolume("b", "50%")),
    )
    assert [one.uuid for one in mount.targets(fresh().answered(answer))] == list(UUIDS)


def test_an_existing_file_system_is_mounted_as_it_is() -> None:
    assert mount.defaults(there()).mounts[0].kind == "ext4"
    assert mount.plan(there(replace(ENTRY, label="new label"))).operations == (
        MakeMountPoint("/srv/data"),
        MountFilesystem("/dev/vg_data/data", "/srv/data", "ext4", ("rw", "noatime")),
    )


def test_what_fstab_says_is_offered_again() -> None:
    entry = FstabEntry(
        1, f"UUID={UUIDS[1]}", "/data", "ext4", ("acl", "_netdev", "x-systemd.device-timeout=9s")
    )
    state = replace(there(), inventory=fstab(there().inventory, entry))
    offered = mount.defaults(state).mounts[0]
    assert (offered.mount_point, offered.options) == ("/data", ("acl",))


def test_a_mounted_volume_is_satisfied_where_it_shall_be() -> None:
    state = there(mounted="/srv/data")
    assert mount.satisfied(state) == "/srv/data"
    assert mount.satisfied(there()) is None
    elsewhere = state.answered(MountAnswer((replace(ENTRY, mount_point="/srv/other"),)))
    assert mount.satisfied(elsewhere) is None
    assert codes(mount.problems(elsewhere)) == ["mount.elsewhere"]


def test_owner_and_mode_come_after_the_mount() -> None:
    operations = mount.plan(fresh(replace(ENTRY, owner="postgres", mode="0750"))).operations
    assert operations[-1] == SetOwner("/srv/data", "postgres", "", "0750")
    assert isinstance(operations[-2], MountFilesystem)


def test_outer_mount_points_come_first() -> None:
    answer = VolumesAnswer(
        VolumesWay.NEW_GROUP,
        disks=(fresh().probed[0].wwid,),
        group="g",
        volumes=(NewVolume("a", "50%"), NewVolume("b", "50%")),
    )
    state = (
        fresh()
        .answered(answer)
        .answered(
            MountAnswer(
                (VolumeMount("g/a", mount_point="/srv/x/inner"), VolumeMount("g/b", mount_point="/srv/x"))
            )
        )
    )
    mounts = [one.mount_point for one in mount.plan(state).operations if isinstance(one, MountFilesystem)]
    assert mounts == ["/srv/x", "/srv/x/inner"]


@pytest.mark.parametrize(
    ("entry", "code", "field"),
    [
        (replace(ENTRY, kind="zfs"), "mount.kind", "mounts.0.kind"),
        (replace(ENTRY, label="x" * 17), "label.too-long", "mounts.0.label"),
        (replace(ENTRY, mount_point="srv"), "mount-point.relative", "mounts.0.mount_point"),
        (replace(ENTRY, mount_point="/etc"), "mount-point.system", "mounts.0.mount_point"),
        (replace(ENTRY, owner="a b"), "mount.owner", "mounts.0.owner"),
        (replace(ENTRY, group="-x"), "mount.group", "mounts.0.group"),
        (replace(ENTRY, mode="rwx"), "mount.mode", "mounts.0.mode"),
        (replace(ENTRY, options=("ro", "rw")), "mount-option.contradiction", "mounts.0.options"),
        (replace(ENTRY, kind="xfs", options=("acl",)), "mount-option.not-here", "mounts.0.options"),
        (replace(ENTRY, volume="vg/none"), "mount.no-such-volume", "mounts"),
    ],
)
def test_mistakes_name_their_field(entry: VolumeMount, code: str, field: str) -> None:
    found = mount.problems(fresh(entry))
    assert (code, field) in {(problem.code, problem.field) for problem in found}
    assert mount.blocker(fresh(entry)) == found[0]


def test_another_kind_than_is_there_is_told() -> None:
    assert "mount.other-kind" in codes(mount.problems(there(replace(ENTRY, kind="xfs", options=()))))


def test_a_volume_too_small_for_its_file_system_is_told() -> None:
    small = VolumesAnswer(
        VolumesWay.NEW_GROUP,
        disks=(fresh().probed[0].wwid,),
        group="vg_data",
        volumes=(NewVolume("data", "8M"),),
    )
    state = fresh(replace(ENTRY, kind="xfs")).answered(small)
    assert codes(mount.problems(state)) == ["filesystem.too-small"]


def test_a_missing_tool_is_installed_or_asked_for() -> None:
    state = fresh(replace(ENTRY, kind="xfs"))
    tools = tuple(replace(one, path="") if one.name == "mkfs.xfs" else one for one in state.inventory.tools)
    state = replace(state, inventory=replace(state.inventory, tools=tools))
    assert mount.plan(state).operations[0] == InstallPackages(("xfsprogs",), "debian")
    unknown = tuple(replace(one, package="") for one in tools)
    state = replace(state, inventory=replace(state.inventory, tools=unknown))
    assert codes(mount.problems(state)) == ["mount.no-tool"]


def test_an_occupied_mount_point_is_told() -> None:
    state = fresh(ENTRY)
    taken = Mount("/dev/vdb", "vdb", "/srv/data", "ext4")
    state = replace(state, inventory=replace(state.inventory, mounts=(taken,)))
    assert codes(mount.problems(state)) == ["mount.occupied"]


def test_a_file_in_the_place_of_the_folder_is_told() -> None:
    state = replace(fresh(ENTRY), folders=(FolderFacts("/srv/data", exists=True),))
    assert codes(mount.problems(state)) == ["mount.not-a-folder"]


def test_a_folder_that_is_not_empty_is_pointed_out() -> None:
    facts = (FolderFacts("/srv/data", exists=True, is_folder=True, entries=3),)
    assert codes(mount.warnings(replace(fresh(ENTRY), folders=facts))) == ["mount.not-empty"]
    assert mount.warnings(replace(there(mounted="/srv/data"), folders=facts)) == ()


def test_two_volumes_cannot_share_a_folder() -> None:
    answer = VolumesAnswer(
        VolumesWay.NEW_GROUP,
        disks=(fresh().probed[0].wwid,),
        group="g",
        volumes=(NewVolume("a", "50%"), NewVolume("b", "50%")),
    )
    state = (
        fresh()
        .answered(answer)
        .answered(
            MountAnswer((VolumeMount("g/a", mount_point="/srv/x"), VolumeMount("g/b", mount_point="/srv/x/")))
        )
    )
    assert codes(mount.problems(state)) == ["mount.same-point"]


def test_every_option_is_explained() -> None:
    explained = mount.options_explained(replace(ENTRY, options=("acl", "rw", "noatime", "frobnicate")))
    assert [one.known for one in explained] == [True, True, True, False]
    assert codes(mount.warnings(fresh(replace(ENTRY, options=("frobnicate",))))) == ["mount.unknown-option"]


def test_the_page_shows_what_runs() -> None:
    assert any(line.startswith("mkfs.ext4") for line in mount.explain(fresh()).runs)
    assert mount.note(fresh()) == "/srv/data"
