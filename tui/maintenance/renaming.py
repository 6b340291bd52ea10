"""Renaming a volume or its group, with everything that knows it by its path."""

from collections.abc import Iterable

from tui.maintenance.proposal import Proposal, way_back_of
from tui.storage.changing.plan import Plan
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.lvm.names import mapper_path, volume_path
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.boot.fstab_names import RenameInFstab
from tui.storage.operations.lvm.rename import RenameLogicalVolume, RenameVolumeGroup
from tui.storage.operations.mounts.mount import MountFilesystem, UnmountFilesystem
from tui.storage.operations.operation import Operation
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


def rename_volume(inventory: Inventory, volume: LogicalVolume, new_name: str) -> Proposal:
    """Give a volume another name, and fstab the new path."""
    steps = _renaming(
        inventory,
        RenameLogicalVolume(volume.volume_group, volume.name, volume.uuid, new_name),
        renamed_paths((volume,), new_volume=new_name),
        (volume,),
    )
    return _renamed(
        _("Rename {group}/{name} to {new}").format(
            group=clean(volume.volume_group, 60), name=clean(volume.name, 60), new=clean(new_name, 60)
        ),
        steps,
        _refusal(inventory, (volume,)),
    )


def rename_group(inventory: Inventory, group: VolumeGroup, new_name: str) -> Proposal:
    """Give a group another name, and fstab the new paths of its volumes."""
    volumes = inventory.volumes_of(group)
    steps = _renaming(
        inventory,
        RenameVolumeGroup(group.name, group.uuid, new_name),
        renamed_paths(volumes, new_group=new_name),
        volumes,
    )
    return _renamed(
        _("Rename the VG {name} to {new}").format(name=clean(group.name, 60), new=clean(new_name, 60)),
        steps,
        _refusal(inventory, volumes),
    )


def _refusal(inventory: Inventory, volumes: tuple[LogicalVolume, ...]) -> Problem | None:
    """Why none of these may be renamed now, or None."""
    groups = [group for group in inventory.volume_groups if any(group.owns(volume) for volume in volumes)]
    if any(inventory.is_moving(group) for group in groups):
        return Problem(
            "rename.moving",
            _("Data is being moved from one PV to another (pvmove)."),
            remedy=_("Wait until that is done, or abort it (pvmove --abort)."),
        )
    devices = {volume.device: volume for volume in volumes if volume.device}
    swap = next((swap for swap in inventory.swaps if swap.device in devices), None)
    if swap is None:
        return None
    return Problem(
        "rename.swap",
        _("The volume {name} is in use as swap space.").format(name=clean(devices[swap.device].name, 60)),
        cause=_("systemd identifies swap space by its path and may disable it when that disappears."),
        remedy=_("Disable it first (swapoff {path}), and enable it again by its new name.").format(
            path=clean(swap.path, 80)
        ),
    )


def renamed_paths(
    volumes: Iterable[LogicalVolume], *, new_group: str = "", new_volume: str = ""
) -> tuple[tuple[str, str], ...]:
    """Pairs of every path that changes, old and new, in both spellings that people use.

    Args:
        volumes: those that are concerned; one when a volume is renamed.
        new_group: the group's new name, or empty.
        new_volume: the volume's new name, or empty.
    """
    found: list[tuple[str, str]] = []
    for volume in volumes:
        group, name = new_group or volume.volume_group, new_volume or volume.name
        found.append((volume_path(volume.volume_group, volume.name), volume_path(group, name)))
        found.append((mapper_path(volume.volume_group, volume.name), mapper_path(group, name)))
    return tuple(found)


def _renaming(
    inventory: Inventory,
    rename: Operation,
    paths: tuple[tuple[str, str], ...],
    volumes: tuple[LogicalVolume, ...],
) -> tuple[Operation, ...]:
    """Rename, with fstab, and with unmounting around it where something knows the volume by its path.

    systemd unmounts what fstab mounts by a path as soon as that path is gone (systemd.mount(5),
    x-systemd.device-bound), and btrfs remembers the path of its device: those are unmounted before and
    mounted again. What is mounted by UUID stays in use. Where several groups have the name, a line of fstab
    is this one's only if its path leads here now.
    """
    new = dict(paths)
    own = {volume.device for volume in volumes if volume.device}
    twice = any(inventory.is_ambiguous(volume.volume_group) for volume in volumes)
    entries = [entry for entry in inventory.fstab if not twice or entry.device in own]
    by_path = {entry.device for entry in entries if entry.spec in new}
    around = [
        UnmountFilesystem(volume.path, mount.target, mount.kind, _asked(mount.options))
        for volume in volumes
        if volume.device
        for mount in reversed(inventory.mounts_of(volume.device))
        if volume.device in by_path or mount.kind == FilesystemKind.BTRFS
    ]
    back = tuple(
        MountFilesystem(new.get(mount.device, mount.device), mount.mount_point, mount.kind, mount.options)
        for mount in reversed(around)
    )
    lines = tuple((old, name) for old, name in paths if any(entry.spec == old for entry in entries))
    return (*around, rename, *((RenameInFstab(lines),) if lines else ()), *back)


def _asked(options: tuple[str, ...]) -> tuple[str, ...]:
    """Of the options of a mount those that a person may have asked for; the rest are the kernel's own."""
    kept = {"ro", "noatime", "nodiratime", "nodev", "nosuid", "noexec", "discard"}
    return tuple(option for option in options if option in kept)


def _renamed(title: str, steps: tuple[Operation, ...], refusal: Problem | None) -> Proposal:
    unmounts = [step.mount_point for step in steps if isinstance(step, UnmountFilesystem)]
    notes = []
    if unmounts:
        notes.append(
            _("{places} is unmounted briefly and mounted again: stop its users first.").format(
                places=clean(enumerated(unmounts[:4]))
            )
        )
    if any(isinstance(step, RenameInFstab) for step in steps):
        notes.append(_("fstab gets the new path; the old file is kept."))
    notes.append(_("Scripts and services with the old path must be changed by hand."))
    plan = Plan(title, steps)
    why = _("Its names below /dev change; its data stays as it is.")
    return Proposal(plan, why, tuple(notes), refusal, _("Rename"), way_back_of(plan))
