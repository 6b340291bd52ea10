"""What is wanted on the disks: the answer of step 6, and what of it is there already."""

from tui.setup.answers import NewVolume, VolumesAnswer, VolumesWay
from tui.setup.state import SetupState
from tui.setup.steps import disks
from tui.setup.steps.disks import Disk, Existing
from tui.setup.steps.layout import EXTENT, Layout, Row, share_out, usable_extents
from tui.storage.model.lvm import LogicalVolume, VolumeGroup

FIRST_GROUP = "vg_data"
FIRST_VOLUME = "data"


def answer(state: SetupState) -> VolumesAnswer:
    """The decided answer or the defaults."""
    return state.answers.volumes or defaults(state)


def defaults(state: SetupState) -> VolumesAnswer:
    """What is there, as it is; on empty disks one group with one volume over all of them."""
    carried = tuple(existing for existing in disks.existing(state) if existing.kind or existing.group)
    if carried:
        return VolumesAnswer(VolumesWay.EXISTING, tuple(existing.volume for existing in carried))
    empty = tuple(disk.wwid for disk in disks.disks(state) if is_empty(disk))
    taken = {group.name for group in state.inventory.volume_groups}
    return VolumesAnswer(
        VolumesWay.NEW_GROUP,
        disks=empty,
        group=free_name(FIRST_GROUP, taken),
        volumes=(NewVolume(FIRST_VOLUME, "100%"),),
    )


def free_name(wish: str, taken: set[str]) -> str:
    """The name, or the name with the first number behind it that makes it a free one."""
    number, name = 2, wish
    while name in taken:
        name, number = f"{wish}{number}", number + 1
    return name


def is_empty(disk: Disk) -> bool:
    """Nothing was found on the disk and nothing speaks against using it."""
    return disk.contents is not None and disk.contents.empty and disk.contents.refusal is None


def groups(state: SetupState) -> tuple[VolumeGroup, ...]:
    """The volume groups on the disks that new volumes can be made in."""
    on_disks = disks.groups_on(state)
    return tuple(
        group
        for group in state.inventory.volume_groups
        if group in on_disks
        and not (group.foreign or group.shared or group.exported or group.missing_volumes)
        and disks.refusal_of_group(state, group) is None
    )


def group_named(state: SetupState, name: str) -> VolumeGroup | None:
    """The volume group of that name, or None: of several one on the disks, and this host's own, first."""
    named = state.inventory.groups_named(name)
    on_disks = disks.groups_on(state)
    ranked = sorted(named, key=lambda group: (group not in on_disks, group.foreign))
    return next(iter(ranked), None)


def members(state: SetupState, group: str) -> set[str]:
    """WWIDs of the disks that are in a group."""
    named = group_named(state, group)
    found = state.inventory.members_of(named) if named is not None else ()
    holders = {pv.device for pv in found}
    return {disk.wwid for disk in disks.disks(state) if disk.device.name in holders}


def is_made(state: SetupState) -> bool:
    """Whether the group that is asked for as a new one is there already, made of the very disks."""
    chosen = answer(state)
    return (
        group_named(state, chosen.group) is not None
        and bool(chosen.disks)
        and set(chosen.disks) == members(state, chosen.group)
    )


def existing_volume(state: SetupState, group: str, name: str) -> LogicalVolume | None:
    """The logical volume of that name that the group has, or None."""
    named = group_named(state, group)
    volumes = state.inventory.volumes_of(named) if named is not None else ()
    return next((volume for volume in volumes if volume.name == name), None)


def chosen_existing(state: SetupState) -> tuple[Existing, ...]:
    """The volumes that are used as they are."""
    chosen = answer(state)
    if chosen.way is not VolumesWay.EXISTING:
        return ()
    return tuple(existing for existing in disks.existing(state) if existing.volume in chosen.existing)


def layout(state: SetupState) -> Layout:
    """How the room of the group is shared out. Volumes that are there keep the size they have."""
    chosen = answer(state)
    group = group_named(state, chosen.group)
    made = group is not None and (chosen.way is VolumesWay.EXISTING_GROUP or is_made(state))
    extent = group.extent_size if made and group is not None and group.extent_size else EXTENT
    free = group.free // extent if made and group is not None else 0
    inside = members(state, chosen.group) if made else set()
    free += sum(
        usable_extents(disk.size, state.alignment_of(disk.wwid), extent)
        for disk in chosen_disks(state)
        if disk.wwid not in inside
    )
    present = {
        volume.name: existing_volume(state, chosen.group, volume.name) if made else None
        for volume in chosen.volumes
    }
    fresh = share_out(
        free, extent, tuple(volume for volume in chosen.volumes if present[volume.name] is None)
    )
    by_name = {row.name: row for row in fresh.rows}
    kept = {
        name: Row(name, volume.size // extent, volume.size)
        for name, volume in present.items()
        if volume is not None
    }
    rows = tuple(kept.get(volume.name) or by_name[volume.name] for volume in chosen.volumes)
    already = sum(row.size for row in kept.values())
    return Layout(fresh.total + already, rows, fresh.left, extent)


def chosen_disks(state: SetupState) -> tuple[Disk, ...]:
    """The disks that the group is made of or extended with."""
    chosen = answer(state)
    return tuple(disk for disk in disks.disks(state) if disk.wwid in chosen.disks)
