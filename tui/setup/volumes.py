"""Step 6: use what is on the disks as it is, or make volumes on them."""

from tui.setup import disks
from tui.setup.answers import NewVolume, VolumesAnswer, VolumesWay
from tui.setup.disks import Disk, Existing
from tui.setup.layout import EXTENT, Layout, Row, share_out, usable_extents
from tui.setup.size_text import Bytes, parse, problems as size_problems
from tui.setup.state import Explanation, SetupState, commands
from tui.storage.identity import DeviceIdentity, identity_of
from tui.storage.lvm_names import logical_volume_name_problems, volume_group_name_problems
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.logical_volume import CreateLogicalVolume
from tui.storage.operations.operation import Operation
from tui.storage.operations.physical_volume import CreatePhysicalVolume
from tui.storage.operations.signatures import WipeSignatures
from tui.storage.operations.volume_group import ActivateVolumeGroup, CreateVolumeGroup, ExtendVolumeGroup
from tui.storage.plan import Plan
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count

FIRST_GROUP = "vg_data"
FIRST_VOLUME = "data"


def answer(state: SetupState) -> VolumesAnswer:
    """The decided answer or the defaults."""
    return state.answers.volumes or defaults(state)


def defaults(state: SetupState) -> VolumesAnswer:
    """What is there, as it is; on empty disks one group with one volume over all of them."""
    carried = tuple(one for one in disks.existing(state) if one.kind or one.group)
    if carried:
        return VolumesAnswer(VolumesWay.EXISTING, tuple(one.volume for one in carried))
    empty = tuple(one.wwid for one in disks.disks(state) if is_empty(one))
    taken = {group.name for group in state.inventory.volume_groups}
    return VolumesAnswer(
        VolumesWay.NEW_GROUP,
        disks=empty,
        group=_free_name(FIRST_GROUP, taken),
        volumes=(NewVolume(FIRST_VOLUME, "100%"),),
    )


def _free_name(wish: str, taken: set[str]) -> str:
    number, name = 2, wish
    while name in taken:
        name, number = f"{wish}{number}", number + 1
    return name


def is_empty(disk: Disk) -> bool:
    """Nothing was found on the disk and nothing speaks against using it."""
    return disk.contents is not None and disk.contents.empty and disk.contents.refusal is None


def groups(state: SetupState) -> tuple[VolumeGroup, ...]:
    """The volume groups on the disks that new volumes can be made in."""
    names = disks.groups_on(state)
    return tuple(
        group
        for group in state.inventory.volume_groups
        if group.name in names
        and not (group.foreign or group.shared or group.exported or group.missing_volumes)
        and disks.refusal_of_group(state, group.name) is None
    )


def _group(state: SetupState, name: str) -> VolumeGroup | None:
    return next((one for one in state.inventory.volume_groups if one.name == name), None)


def members(state: SetupState, group: str) -> set[str]:
    """WWIDs of the disks that are in a group."""
    holders = {pv.device for pv in state.inventory.physical_volumes if pv.volume_group == group}
    return {one.wwid for one in disks.disks(state) if one.device.name in holders}


def _is_made(state: SetupState) -> bool:
    """The group that is asked for as a new one is there already, on the very disks."""
    chosen = answer(state)
    return (
        _group(state, chosen.group) is not None
        and bool(chosen.disks)
        and set(chosen.disks) == members(state, chosen.group)
    )


def existing_volume(state: SetupState, group: str, name: str) -> LogicalVolume | None:
    """The logical volume of that name that the group has, or None."""
    return next(
        (one for one in state.inventory.logical_volumes if one.volume_group == group and one.name == name),
        None,
    )


def chosen_existing(state: SetupState) -> tuple[Existing, ...]:
    """The volumes that are used as they are."""
    chosen = answer(state)
    if chosen.way is not VolumesWay.EXISTING:
        return ()
    return tuple(one for one in disks.existing(state) if one.volume in chosen.existing)


def layout(state: SetupState) -> Layout:
    """How the room of the group is shared out. Volumes that are there keep the size they have."""
    chosen = answer(state)
    group = _group(state, chosen.group)
    made = group is not None and (chosen.way is VolumesWay.EXISTING_GROUP or _is_made(state))
    extent = group.extent_size if made and group is not None and group.extent_size else EXTENT
    free = group.free // extent if made and group is not None else 0
    inside = members(state, chosen.group) if made else set()
    free += sum(
        usable_extents(one.size, state.alignment_of(one.wwid), extent)
        for one in _chosen_disks(state)
        if one.wwid not in inside
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


def _chosen_disks(state: SetupState) -> tuple[Disk, ...]:
    chosen = answer(state)
    return tuple(one for one in disks.disks(state) if one.wwid in chosen.disks)


def satisfied(state: SetupState) -> str | None:
    """A volume of the disks is mounted already, and nothing else was asked for."""
    mounted = tuple(one for one in disks.existing(state) if one.mounted)
    if not mounted or (state.answers.volumes is not None and _pending(state)):
        return None
    return _("{volumes} in use.").format(volumes=", ".join(clean(one.volume) for one in mounted))


def _pending(state: SetupState) -> bool:
    chosen = answer(state)
    if chosen.way is VolumesWay.EXISTING:
        return any(not one.mounted for one in chosen_existing(state))
    return any(existing_volume(state, chosen.group, one.name) is None for one in chosen.volumes)


def problems(state: SetupState) -> tuple[Problem, ...]:
    """Disks that may not be used, missing consent, names and sizes that do not do."""
    chosen = answer(state)
    if chosen.way is VolumesWay.EXISTING:
        return _existing_problems(state)
    return (
        *_group_problems(state),
        *_disk_problems(state),
        *_volume_problems(state),
    )


def _existing_problems(state: SetupState) -> tuple[Problem, ...]:
    chosen = answer(state)
    offered = {one.volume: one for one in disks.existing(state)}
    if not chosen.existing:
        return (
            Problem(
                "volumes.none-chosen",
                _("No volume is chosen."),
                remedy=_("Mark at least one with Space, or make a new one."),
                field="existing",
            ),
        )
    found = [
        Problem(
            "volumes.not-there",
            _("{volume} is not on these disks.").format(volume=clean(name)),
            _unusable_reason(state, name),
            _("Choose one of: {names}.").format(names=", ".join(map(clean, offered)) or _("nothing")),
            "existing",
        )
        for name in chosen.existing
        if name not in offered
    ]
    found.extend(
        Problem(
            "volumes.no-filesystem",
            _("{volume} carries no file system that can be mounted.").format(volume=clean(name)),
            remedy=_("Make a new volume, or put a file system on this one yourself."),
            field="existing",
        )
        for name in chosen.existing
        if name in offered and offered[name].device and not offered[name].kind
    )
    return tuple(found)


def _unusable_reason(state: SetupState, volume: str) -> str:
    group = _group(state, volume.partition("/")[0])
    if group is None:
        return ""
    if group.foreign:
        return _("The volume group {name} belongs to another host.").format(name=clean(group.name))
    if group.shared:
        return _("The volume group {name} is shared by a cluster.").format(name=clean(group.name))
    if group.exported:
        return _("The volume group {name} is exported.").format(name=clean(group.name))
    if group.missing_volumes:
        return _("Disks of the volume group {name} are missing.").format(name=clean(group.name))
    refusal = disks.refusal_of_group(state, group.name)
    return refusal.summary if refusal is not None else ""


def _group_problems(state: SetupState) -> tuple[Problem, ...]:
    chosen = answer(state)
    if chosen.way is VolumesWay.NEW_GROUP:
        if _is_made(state):
            return ()
        taken = {group.name for group in state.inventory.volume_groups}
        return volume_group_name_problems(chosen.group, taken, "group")
    if any(group.name == chosen.group for group in groups(state)):
        return ()
    return (
        Problem(
            "volumes.no-such-group",
            _("There is no usable volume group {name} on these disks.").format(
                name=clean(chosen.group) or _("without a name")
            ),
            _unusable_reason(state, chosen.group),
            _("Choose one of: {names}.").format(
                names=", ".join(clean(group.name) for group in groups(state)) or _("nothing")
            ),
            "group",
        ),
    )


def _disk_problems(state: SetupState) -> tuple[Problem, ...]:
    chosen = answer(state)
    found: list[Problem] = []
    if not chosen.disks and chosen.way is VolumesWay.NEW_GROUP:
        found.append(
            Problem(
                "volumes.no-disk",
                _("No disk is chosen."),
                remedy=_("Mark at least one disk with Space."),
                field="disks",
            )
        )
    known = {one.wwid: one for one in disks.disks(state)}
    inside = members(state, chosen.group)
    for wwid in chosen.disks:
        disk = known.get(wwid)
        if disk is None:
            found.append(
                Problem(
                    "volumes.disk-not-there",
                    _("The disk {wwid} is not there.").format(wwid=clean(wwid)),
                    _("No session to the chosen targets shows it."),
                    _("Choose one of: {names}.").format(names=", ".join(map(clean, known)) or _("nothing")),
                    "disks",
                )
            )
        elif wwid not in inside:
            found.extend(_use_problems(disk, chosen))
    return tuple(found)


def _use_problems(disk: Disk, chosen: VolumesAnswer) -> tuple[Problem, ...]:
    if disk.lacks_map:
        return (
            Problem(
                "volumes.paths-apart",
                _("{paths} are paths to one disk and are not joined.").format(paths=", ".join(disk.paths)),
                remedy=_("Go back to the login and let multipath join them."),
                field="disks",
            ),
        )
    if disk.contents is None:
        return (
            Problem(
                "volumes.not-looked-at",
                _("{path} was not looked at yet.").format(path=disk.device.path),
                remedy=_("Go back to the login and go on with Enter."),
                field="disks",
            ),
        )
    if disk.contents.refusal is not None:
        return (disk.contents.refusal,)
    if not disk.contents.empty and not set(disk.confirmations) & set(chosen.erase):
        return (
            Problem(
                "volumes.erase-needed",
                _("{path} is not empty: {what}.").format(path=disk.device.path, what=carries(disk)),
                _("Everything on it would be lost."),
                _(
                    "Use what is there as it is, choose another disk, or confirm that {wwid} is erased."
                ).format(wwid=clean(disk.wwid)),
                "erase",
            ),
        )
    return ()


def carries(disk: Disk) -> str:
    """What is on a disk, in a few words."""
    if disk.contents is None:
        return _("not looked at yet")
    if disk.contents.empty:
        return _("empty")
    return ", ".join(disk.contents.words)


def _volume_problems(state: SetupState) -> tuple[Problem, ...]:
    chosen = answer(state)
    if not chosen.volumes:
        return (
            Problem(
                "volumes.none",
                _("No volume is named."),
                remedy=_("Add at least one volume."),
                field="volumes",
            ),
        )
    found: list[Problem] = []
    rows = layout(state).rows
    extent = layout(state).extent
    seen: set[str] = set()
    reused = chosen.way is VolumesWay.EXISTING_GROUP or _is_made(state)
    for number, (volume, row) in enumerate(zip(chosen.volumes, rows, strict=True)):
        found.extend(logical_volume_name_problems(volume.name, chosen.group, seen, f"volumes.{number}.name"))
        seen.add(volume.name)
        mistakes = size_problems(volume.size, f"volumes.{number}.size")
        found.extend(mistakes)
        present = existing_volume(state, chosen.group, volume.name) if reused else None
        if present is not None:
            found.extend(_size_differs(volume, present, extent, f"volumes.{number}.size"))
        elif not mistakes and row.extents < 1:
            found.append(
                Problem(
                    "volumes.no-room",
                    _("There is no room for {name}.").format(name=clean(volume.name)),
                    _("A volume needs at least one extent of {size}.").format(size=size_words(extent)),
                    _("Make other volumes smaller, or choose a larger disk."),
                    f"volumes.{number}.size",
                )
            )
    left = layout(state).left
    if left < 0:
        found.append(
            Problem(
                "volumes.too-large",
                _("The volumes are {size} larger than the room there is.").format(size=size_words(-left)),
                remedy=_("Make one smaller, or use 100% for the rest."),
                field=f"volumes.{len(chosen.volumes) - 1}.size",
            )
        )
    return tuple(found)


def _size_differs(volume: NewVolume, present: LogicalVolume, extent: int, field: str) -> tuple[Problem, ...]:
    wanted = parse(volume.size)
    if not isinstance(wanted, Bytes) or -(-wanted.count // extent) * extent == present.size:
        return ()
    return (
        Problem(
            "volumes.other-size",
            _("{name} is there with {size}.").format(name=clean(volume.name), size=size_words(present.size)),
            _("The set-up makes volumes; it does not grow or shrink them."),
            _("Give the size that it has, or another name."),
            field,
        ),
    )


def warnings(state: SetupState) -> tuple[Problem, ...]:
    """What is lost, and groups that another host may be using."""
    chosen = answer(state)
    if chosen.way is VolumesWay.EXISTING:
        return ()
    return tuple(
        Problem(
            "volumes.will-erase",
            _("Everything on {path} will be lost: {what}.").format(path=disk.device.path, what=carries(disk)),
            _("LUN {number} of {target}").format(number=disk.number, target=clean(disk.target)),
            field="erase",
        )
        for disk in _chosen_disks(state)
        if disk.wwid not in members(state, chosen.group)
        and disk.contents is not None
        and not disk.contents.empty
        and disk.contents.refusal is None
    )


def identity(state: SetupState, disk: Disk) -> DeviceIdentity:
    """What the person saw of a disk, to be compared again before it is written to."""
    return identity_of(state.inventory, disk.device)


def activation(state: SetupState) -> Plan:
    """Activate the groups of existing volumes, so that their file systems can be read; writes nothing."""
    names = dict.fromkeys(one.group for one in chosen_existing(state) if one.group and not one.device)
    return Plan(_("Activate the volume group"), tuple(ActivateVolumeGroup(name) for name in names))


def plan(state: SetupState) -> Plan:
    """Make PVs, the group and the volumes; or activate what is there."""
    chosen = answer(state)
    title = _("Make the volumes")
    if chosen.way is VolumesWay.EXISTING:
        names = dict.fromkeys(one.group for one in chosen_existing(state) if one.group)
        return Plan(title, tuple(ActivateVolumeGroup(name) for name in names))
    operations: list[Operation] = []
    inside = members(state, chosen.group)
    all_of_them = _chosen_disks(state)
    fresh = tuple(disk for disk in all_of_them if disk.wwid not in inside)
    for disk in fresh:
        if disk.contents is not None and disk.contents.signatures:
            operations.append(
                WipeSignatures(identity(state, disk), disk.contents.signatures, disk.contents.partitions)
            )
        operations.append(CreatePhysicalVolume(identity(state, disk)))
    if chosen.way is VolumesWay.NEW_GROUP:
        operations.append(
            CreateVolumeGroup(chosen.group, tuple(identity(state, disk) for disk in all_of_them))
        )
    else:
        operations.append(ActivateVolumeGroup(chosen.group))
        if fresh:
            operations.append(ExtendVolumeGroup(chosen.group, tuple(identity(state, disk) for disk in fresh)))
    operations.extend(CreateLogicalVolume(chosen.group, row.name, row.extents) for row in layout(state).rows)
    return Plan(title, tuple(operations))


def lacks(state: SetupState) -> Problem | None:
    """The first mistake, or that an existing group is not active, so that nothing is known of its volumes."""
    mistakes = problems(state)
    if mistakes:
        return mistakes[0]
    if activation(state).operations:
        return Problem(
            "volumes.not-active",
            _("The volume group is not active, so its file systems cannot be read."),
            remedy=_("Go on with Enter: it is activated. That writes nothing."),
            field="existing",
        )
    return None


def explain(state: SetupState) -> Explanation:
    """What LVM adds."""
    return Explanation(
        _(
            "LVM joins disks to a group and cuts volumes out of it, which can grow later. Nothing is written "
            "now: the plan is shown as a whole before it runs."
        ),
        commands(plan(state)) if not problems(state) else (),
    )


def note(state: SetupState) -> str:
    """What is used or made."""
    chosen = answer(state)
    if chosen.way is VolumesWay.EXISTING:
        return ", ".join(clean(name) for name in chosen.existing)
    if not chosen.group:
        return ""
    return translate_count("{group}, {count} volume", "{group}, {count} volumes", len(chosen.volumes)).format(
        group=clean(chosen.group), count=len(chosen.volumes)
    )
