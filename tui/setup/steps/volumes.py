"""Step 6: use what is on the disks as it is, or make volumes on them."""

from tui.setup.answers import VolumesWay
from tui.setup.state import Explanation, SetupState, commands
from tui.setup.steps import disks
from tui.setup.steps.disks import Disk
from tui.setup.steps.volumes_problems import carries, problems
from tui.setup.steps.volumes_wanted import (
    answer,
    chosen_disks,
    chosen_existing,
    defaults,
    existing_volume,
    groups,
    is_empty,
    layout,
    members,
)
from tui.storage.changing.plan import Plan
from tui.storage.devices.identity import DeviceIdentity, identity_of
from tui.storage.operations.filesystem.signatures import WipeSignatures
from tui.storage.operations.lvm.activation import ActivateVolumeGroup
from tui.storage.operations.lvm.logical_volume import CreateLogicalVolume
from tui.storage.operations.lvm.physical_volume import CreatePhysicalVolume
from tui.storage.operations.lvm.volume_group import CreateVolumeGroup, ExtendVolumeGroup
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count

__all__ = [
    "activation",
    "answer",
    "blocker",
    "carries",
    "chosen_existing",
    "defaults",
    "existing_volume",
    "explain",
    "groups",
    "is_empty",
    "layout",
    "members",
    "note",
    "plan",
    "problems",
    "satisfied",
    "warnings",
]  # fmt: skip


def satisfied(state: SetupState) -> str | None:
    """A volume of the disks is mounted already, and nothing else was asked for."""
    mounted = tuple(existing for existing in disks.existing(state) if existing.mounted)
    if not mounted or (state.answers.volumes is not None and _pending(state)):
        return None
    return _("{volumes} in use.").format(volumes=enumerated(clean(existing.volume) for existing in mounted))


def _pending(state: SetupState) -> bool:
    chosen = answer(state)
    if chosen.way is VolumesWay.EXISTING:
        return any(not existing.mounted for existing in chosen_existing(state))
    return any(existing_volume(state, chosen.group, volume.name) is None for volume in chosen.volumes)


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
        for disk in chosen_disks(state)
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
    names = dict.fromkeys(
        existing.group for existing in chosen_existing(state) if existing.group and not existing.device
    )
    return Plan(_("Activate the VG"), tuple(ActivateVolumeGroup(name) for name in names))


def plan(state: SetupState) -> Plan:
    """Make PVs, the group and the volumes; or activate what is there."""
    chosen = answer(state)
    title = _("Create the volumes")
    if chosen.way is VolumesWay.EXISTING:
        names = dict.fromkeys(existing.group for existing in chosen_existing(state) if existing.group)
        return Plan(title, tuple(ActivateVolumeGroup(name) for name in names))
    operations: list[Operation] = []
    inside = members(state, chosen.group)
    all_of_them = chosen_disks(state)
    fresh = tuple(disk for disk in all_of_them if disk.wwid not in inside)
    for disk in fresh:
        found = disk.contents
        erased = found is not None and not found.empty
        if found is not None and erased:
            operations.append(WipeSignatures(identity(state, disk), found.signatures, found.partitions))
        operations.append(CreatePhysicalVolume(identity(state, disk), over=erased))
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


def blocker(state: SetupState) -> Problem | None:
    """The first mistake, or that an existing group is not active, so that nothing is known of its volumes."""
    mistakes = problems(state)
    if mistakes:
        return mistakes[0]
    if activation(state).operations:
        return Problem(
            "volumes.not-active",
            _("The VG is not active, so its file systems cannot be read."),
            remedy=_("Go on with Enter: it is activated. That writes nothing."),
            field="existing",
        )
    return None


def explain(state: SetupState) -> Explanation:
    """What LVM adds."""
    return Explanation(
        _(
            "LVM combines disks into a volume group and allocates logical volumes from it, which "
            "can be extended later. Nothing is written now: the whole plan is shown before it "
            "runs."
        ),
        commands(plan(state)) if not problems(state) else (),
    )


def note(state: SetupState) -> str:
    """What is used or made."""
    chosen = answer(state)
    if chosen.way is VolumesWay.EXISTING:
        return enumerated(clean(name) for name in chosen.existing)
    if not chosen.group:
        return ""
    return translate_count("{group}, {count} volume", "{group}, {count} volumes", len(chosen.volumes)).format(
        group=clean(chosen.group), count=len(chosen.volumes)
    )
