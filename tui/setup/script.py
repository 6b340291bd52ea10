"""From an answers file to the answer of a step, once it is known what the host and the portal offer."""

from msgspec.structs import fields, replace

from tui.setup.answers import (
    Answer,
    MountAnswer,
    NameAnswer,
    TargetAnswer,
    TargetChoice,
    TimerPreset,
    VolumeMount,
    VolumesAnswer,
    VolumesWay,
)
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.setup.steps import boot, chap, discover, disks, log_in, mount, name, portal, target, volumes
from tui.setup.steps.volumes_wanted import FIRST_GROUP
from tui.setup.wishes import MountWish, Script
from tui.storage.model.iscsi import Portal, Timers
from tui.storage.probe.reading import whole_number


def answer_for(script: Script, state: SetupState, step: Step) -> Answer:
    """The answer of a step that asks something, from the file and what is known now."""
    match step:
        case Step.NAME:
            return _name(script, state)
        case Step.CHAP:
            return script.chap or chap.defaults(state)
        case Step.DISCOVER:
            return script.discover or discover.defaults(state)
        case Step.TARGET:
            return _target(script, state)
        case Step.LOG_IN:
            return script.log_in or log_in.defaults(state)
        case Step.VOLUMES:
            return _volumes(script, state)
        case Step.MOUNT:
            return _mount(script, state)
        case _last:
            return script.boot or boot.defaults(state)


def _name(script: Script, state: SetupState) -> NameAnswer:
    offered = name.defaults(state)
    if script.name is None:
        return offered
    return replace(script.name, name=script.name.name or offered.name)


def _target(script: Script, state: SetupState) -> TargetAnswer:
    wish = script.target
    reachable = [(found.target, found.portal) for found in discover.found(state) if found.can_be_used]
    offered = {portal.target for portal in discover.found(state)}
    names = wish.names or tuple(sorted(offered))
    ifaces = discover.answer(state).ifaces or ("default",)
    chosen = [
        offer
        for offer in target.offers(state)
        if offer.target in names
        and any(name == offer.target and place.is_same_place(offer.portal) for name, place in reachable)
        and offer.iface in ifaces
        and (not wish.portals or any(_is_meant(written, offer.portal) for written in wish.portals))
    ]
    # What is named and not offered is chosen all the same, so that the step says what is wrong with it.
    offered = {choice.target for choice in chosen}
    chosen.extend(
        TargetChoice(missing, Portal("?"), ifaces[0]) for missing in wish.names if missing not in offered
    )
    chosen.extend(
        TargetChoice(next(iter(names), "?"), _portal(written), ifaces[0])
        for written in wish.portals
        if not any(_is_meant(written, choice.portal) for choice in chosen)
    )
    several = len({(choice.portal.label, choice.iface) for choice in chosen}) > 1
    preset = wish.preset or (TimerPreset.MULTIPATH if several else TimerPreset.SINGLE)
    return TargetAnswer(tuple(chosen), wish.startup, preset, _over(target.PRESETS[preset], wish.timers))


def _over(preset: Timers, numbers: Timers | None) -> Timers:
    if numbers is None:
        return preset
    given = {field.name: getattr(numbers, field.name) for field in fields(Timers)}
    return replace(preset, **{key: value for key, value in given.items() if value is not None})


def _portal(written: str) -> Portal:
    host, port = portal.split(written, portal.DEFAULT_PORT)
    return Portal(host, whole_number(port) or 0)


def _is_meant(written: str, found: Portal) -> bool:
    return _portal(written).is_same_place(found)


def _volumes(script: Script, state: SetupState) -> VolumesAnswer:
    wish, offered = script.volumes, volumes.defaults(state)
    way = wish.way or (VolumesWay.NEW_GROUP if wish.volumes or wish.group else offered.way)
    if way is VolumesWay.EXISTING:
        there = tuple(
            existing.volume for existing in disks.existing(state) if existing.kind or not existing.device
        )
        return VolumesAnswer(way, wish.existing or there)
    group = offered.group if wish.group is None else wish.group
    if wish.group is None and way is VolumesWay.EXISTING_GROUP:
        group = next((group.name for group in volumes.groups(state)), "")
    return VolumesAnswer(
        way,
        disks=_disks(script, state, group, way),
        group=group or FIRST_GROUP,
        volumes=wish.volumes or volumes.defaults(state).volumes,
        erase=wish.erase,
    )


def _disks(script: Script, state: SetupState, group: str, way: VolumesWay) -> tuple[str, ...]:
    """WWIDs of the disks meant: those named; else the group's own and, for a new group, the empty ones."""
    there = disks.disks(state)
    if script.volumes.disks:
        by_name = {word: disk.wwid for disk in there for word in disk.confirmations}
        return tuple(by_name.get(word, word) for word in script.volumes.disks)
    members = volumes.members(state, group)
    if members or way is VolumesWay.EXISTING_GROUP:
        return tuple(disk.wwid for disk in there if disk.wwid in members)
    erased = set(script.volumes.erase)
    usable = tuple(disk.wwid for disk in there if volumes.is_empty(disk) or erased & set(disk.confirmations))
    # With no disk to use, the step says of every one why it cannot be used.
    return usable or tuple(disk.wwid for disk in there)


def _mount(script: Script, state: SetupState) -> MountAnswer:
    wishes = {wish.volume: wish for wish in script.mounts}
    entries = []
    used: set[str] = set()
    for default in mount.defaults(state).mounts:
        wish = next(
            (wishes[word] for word in (default.volume, default.volume.rpartition("/")[2]) if word in wishes),
            None,
        )
        entries.append(wish.over(default) if wish is not None else default)
        used.add(wish.volume if wish is not None else "")
    entries.extend(_stranger(wish) for wish in script.mounts if wish.volume not in used)
    return MountAnswer(tuple(entries))


def _stranger(wish: MountWish) -> VolumeMount:
    return wish.over(VolumeMount(wish.volume))
