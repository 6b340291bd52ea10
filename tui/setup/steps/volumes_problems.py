"""What speaks against the answer of step 6: disks that may not be used, missing consent, names, sizes."""

from tui.setup.answers import NewVolume, VolumesAnswer, VolumesWay
from tui.setup.size_text import Bytes, Share, parse, problems as size_problems
from tui.setup.state import SetupState
from tui.setup.steps import disks
from tui.setup.steps.disks import Disk
from tui.setup.steps.volumes_wanted import (
    answer,
    existing_volume,
    group_named,
    groups,
    is_made,
    layout,
    members,
)
from tui.storage.devices.sector_sizes import mixed_sectors_problem
from tui.storage.lvm.names import logical_volume_name_problems, volume_group_name_problems
from tui.storage.model.lvm import LogicalVolume
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


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
    offered = {existing.volume: existing for existing in disks.existing(state)}
    if not chosen.existing:
        return (
            Problem(
                "volumes.none-chosen",
                _("No volume is chosen."),
                remedy=_("Mark at least one with Space, or create a new one."),
                field="existing",
            ),
        )
    found = [
        Problem(
            "volumes.not-there",
            _("{volume} is not on these disks.").format(volume=clean(name)),
            _unusable_reason(state, name),
            _("Choose one of: {names}.").format(names=enumerated(map(clean, offered)) or _("nothing")),
            "existing",
        )
        for name in chosen.existing
        if name not in offered
    ]
    found.extend(
        Problem(
            "volumes.no-filesystem",
            _("{volume} has no file system that can be mounted.").format(volume=clean(name)),
            remedy=_("Create a new volume, or create a file system on this one yourself."),
            field="existing",
        )
        for name in chosen.existing
        if name in offered and offered[name].device and not offered[name].kind
    )
    return tuple(found)


def _unusable_reason(state: SetupState, volume: str) -> str:
    group = group_named(state, volume.partition("/")[0])
    if group is None:
        return ""
    if group.foreign:
        return _("The VG {name} belongs to another host.").format(name=clean(group.name))
    if group.shared:
        return _("The VG {name} is shared by a cluster.").format(name=clean(group.name))
    if group.exported:
        return _("The VG {name} is exported.").format(name=clean(group.name))
    if group.missing_volumes:
        return _("PVs of the VG {name} are missing.").format(name=clean(group.name))
    refusal = disks.refusal_of_group(state, group)
    return refusal.summary if refusal is not None else ""


def _group_problems(state: SetupState) -> tuple[Problem, ...]:
    chosen = answer(state)
    if chosen.way is VolumesWay.NEW_GROUP:
        if is_made(state):
            return ()
        taken = {group.name for group in state.inventory.volume_groups}
        return volume_group_name_problems(chosen.group, taken, "group")
    if any(group.name == chosen.group for group in groups(state)):
        return ()
    return (
        Problem(
            "volumes.no-such-group",
            _("There is no usable VG {name} on these disks.").format(
                name=clean(chosen.group) or _("without a name")
            ),
            _unusable_reason(state, chosen.group),
            _("Choose one of: {names}.").format(
                names=enumerated(clean(group.name) for group in groups(state)) or _("nothing")
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
    known = {disk.wwid: disk for disk in disks.disks(state)}
    inside = members(state, chosen.group)
    for wwid in chosen.disks:
        disk = known.get(wwid)
        if disk is None:
            found.append(
                Problem(
                    "volumes.disk-not-there",
                    _("The disk {wwid} does not exist.").format(wwid=clean(wwid)),
                    _("No session to the chosen targets has it."),
                    _("Choose one of: {names}.").format(names=enumerated(map(clean, known)) or _("nothing")),
                    "disks",
                )
            )
        elif wwid not in inside:
            found.extend(_use_problems(disk, chosen))
    return (*found, *_sector_problems(state))


def _sector_problems(state: SetupState) -> tuple[Problem, ...]:
    """Disks whose sectors differ from those of each other or of the VG."""
    chosen = answer(state)
    known = {disk.wwid: disk.device for disk in disks.disks(state)}
    wanted = [known[wwid] for wwid in (*members(state, chosen.group), *chosen.disks) if wwid in known]
    problem = mixed_sectors_problem(wanted)
    return (problem,) if problem is not None else ()


def _use_problems(disk: Disk, chosen: VolumesAnswer) -> tuple[Problem, ...]:
    if disk.lacks_map:
        return (
            Problem(
                "volumes.paths-apart",
                _("{paths} are paths to one LUN, and there is no multipath map.").format(
                    paths=enumerated(disk.paths)
                ),
                remedy=_("Go back to the Log in step and let multipath create the map."),
                field="disks",
            ),
        )
    if disk.contents is None:
        return (
            Problem(
                "volumes.not-looked-at",
                _("{path} was not read yet.").format(path=disk.device.path),
                remedy=_("Go back to the Log in step and go on with Enter."),
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
                _("Use its content as it is, choose another disk, or confirm that {wwid} is erased.").format(
                    wwid=clean(disk.wwid)
                ),
                "erase",
            ),
        )
    return ()


def carries(disk: Disk) -> str:
    """What is on a disk, in a few words."""
    if disk.contents is None:
        return _("not read yet")
    if disk.contents.empty:
        return _("empty")
    return enumerated(disk.contents.words)


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
    reused = chosen.way is VolumesWay.EXISTING_GROUP or is_made(state)
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
                    _("There is no space for {name}.").format(name=clean(volume.name)),
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
                _("The volumes need {size} more than there is free.").format(size=size_words(-left)),
                remedy=_rest(chosen.volumes, rows[-1].size + left),
                field=f"volumes.{len(chosen.volumes) - 1}.size",
            )
        )
    return tuple(found)


def _rest(volumes: tuple[NewVolume, ...], most: int) -> str:
    """Say how much is left for the last volume: a share where it has one, else bytes."""
    last = volumes[-1]
    if isinstance(parse(last.size), Share):
        shares = [size.part for volume in volumes[:-1] if isinstance(size := parse(volume.size), Share)]
        percent = round(100 * (1 - sum(shares)))
        if percent > 0:
            words = _("Give {name} {percent}%, which is the rest, or make another one smaller.")
            return words.format(name=clean(last.name), percent=percent)
    elif most > 0:
        words = _("Give {name} at most {size}, or make another one smaller.")
        return words.format(name=clean(last.name), size=size_words(most))
    return _("The volumes before {name} take all of it: make one of them smaller.").format(
        name=clean(last.name)
    )


def _size_differs(volume: NewVolume, present: LogicalVolume, extent: int, field: str) -> tuple[Problem, ...]:
    wanted = parse(volume.size)
    if not isinstance(wanted, Bytes) or -(-wanted.count // extent) * extent == present.size:
        return ()
    return (
        Problem(
            "volumes.other-size",
            _("{name} already exists with {size}.").format(
                name=clean(volume.name), size=size_words(present.size)
            ),
            _("The set-up creates volumes; it does not grow or shrink them."),
            _("Enter its present size, or another name."),
            field,
        ),
    )
