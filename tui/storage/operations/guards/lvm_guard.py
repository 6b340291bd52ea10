"""What must be true before LVM changes something."""

from collections.abc import Sequence

from msgspec.structs import replace

from tui.storage.host.interface import BACKUPS, ChangingHost, Command, Host
from tui.storage.lvm.names import logical_volume_name_problems, map_name
from tui.storage.model.block import BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.calls import change
from tui.storage.probe.devices.lvm import group_of_map, names_of_map
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import CommandFailed, Problem, Refused
from tui.storage.untrusted import clean, clean_lines
from tui.words import enumerated, translate as _

LVM_DEADLINE = 120.0
"""Seconds a changing LVM command gets: it opens every disk of the host."""


def look_for_change(host: Host) -> Inventory:
    """The volumes as LVM reports them now, when it is safe to have LVM change something.

    Raises:
        Refused: a disk does not respond, so that LVM would hang on it, or LVM itself does not respond.
    """
    inventory = look_at_volumes(host)
    silent = [
        device.path for name in inventory.lvm.left_out if (device := inventory.device(name)) is not None
    ]
    if silent:
        raise Refused(
            Problem(
                "lvm.would-hang",
                _("LVM would hang on disks that do not respond: {paths}.").format(
                    paths=clean(enumerated(silent[:6]))
                ),
                cause=_("LVM reads every disk before any change; a lost session blocks it."),
                remedy=_("Repair that session or log out of it, then retry. Nothing was changed."),
            )
        )
    if not inventory.lvm.asked:
        raise Refused(
            Problem(
                "lvm.no-report",
                _("LVM does not report what is there, so nothing was changed."),
                cause=inventory.lvm.error,
                remedy=_("Run `lvm fullreport` by hand and read its messages."),
                evidence=inventory.lvm.warnings[:6],
            )
        )
    return inventory


def own_group(inventory: Inventory, name: str, uuid: str = "", *, by_uuid: bool = False) -> VolumeGroup:
    """The volume group of that name, when this host may change it.

    Args:
        inventory: the host.
        name: of the group.
        uuid: of the group that was seen; empty where it was not there yet.
        by_uuid: the command selects it by its UUID, so that another may have its name.

    Raises:
        Refused: it is not there, another group has its name (too), or it belongs to another host, is shared,
            exported or incomplete.
    """
    group = _only_group(inventory, name, uuid, by_uuid=by_uuid)
    problem = not_ours(group)
    if problem is not None:
        raise Refused(problem)
    return group


def broken_group(inventory: Inventory, name: str, uuid: str) -> VolumeGroup:
    """The group that was seen, when this host may repair it; disks of it may be missing.

    Raises:
        Refused: it is not there, or another one, or belongs to another host, is shared or exported.
    """
    group = _only_group(inventory, name, uuid)
    problem = not_ours(replace(group, missing_volumes=0, partial=False))
    if problem is not None:
        raise Refused(problem)
    return group


def _only_group(inventory: Inventory, name: str, uuid: str, *, by_uuid: bool = False) -> VolumeGroup:
    named = inventory.groups_named(name)
    shown = clean(name, 60)
    if not named:
        raise Refused(
            Problem(
                "group.gone",
                _("There is no volume group {group}.").format(group=shown),
                cause=_("Its disks may be logged out, or missing from LVM's devices file."),
                remedy=_("Check the sessions and `pvs -a --foreign --shared`."),
            )
        )
    if not by_uuid:
        refuse_ambiguous(inventory, name)
    found = inventory.groups_named(name, uuid)
    if not found:
        raise Refused(_another(name))
    return next((group for group in found if not group.foreign), found[0])


def refuse_ambiguous(inventory: Inventory, name: str, *, foreign_too: bool = False) -> None:
    """See that a name means one volume group to LVM, whose commands process none of several.

    Args:
        inventory: the host.
        name: of the group.
        foreign_too: the command is allowed groups of other hosts; else LVM prefers the one of this host.

    Raises:
        Refused: several have it.
    """
    found = [group for group in inventory.groups_named(name) if foreign_too or not group.foreign]
    if inventory.is_ambiguous(name) or (foreign_too and len(found) > 1):
        raise Refused(
            Problem(
                "group.twice",
                _("{count} volume groups are named {group}.").format(count=len(found), group=clean(name, 60)),
                cause=_("One is a clone or snapshot of the other, or comes from another host."),
                remedy=_("Rename one of them by its UUID: vgrename UUID NEWNAME."),
                evidence=tuple(_group_words(inventory, group) for group in found[:6]),
            )
        )


def _group_words(inventory: Inventory, group: VolumeGroup) -> str:
    paths = enumerated(clean(volume.path, 60) for volume in inventory.members_of(group)[:4])
    return _("{uuid} on {paths}").format(uuid=clean(group.uuid, 60), paths=paths)


def refuse_taken_map(inventory: Inventory, group: VolumeGroup, names: Sequence[str]) -> None:
    """See that the device-mapper names of volumes are free: volumes of another group may have them.

    Raises:
        Refused: a map of another volume has one of the names, so that LVM could not create the device.
    """
    wanted = {map_name(group.name, name): name for name in names}
    owner = group.uuid.replace("-", "")
    for device in inventory.devices:
        other = device.map_name in wanted and not device.map_uuid.startswith(f"LVM-{owner}")
        if owner and other:
            raise Refused(
                Problem(
                    "group.map-taken",
                    _("{path} already belongs to a volume of another group of that name.").format(
                        path=clean(device.path, 80)
                    ),
                    cause=_("Two volumes with the same names of group and volume cannot be active together."),
                    remedy=_("Rename one of the groups by its UUID: vgrename UUID NEWNAME."),
                )
            )


def why_not_ours(group: VolumeGroup) -> str:
    """Why this host may not change a group, without a full stop; empty when it may."""
    if group.foreign:
        return _("it belongs to host {owner}").format(owner=clean(group.system_id, 60))
    if group.shared:
        return _("it is shared by several hosts")
    if group.exported:
        return _("it is exported")
    if group.missing_volumes or group.partial:
        return _("{count} of its disks are missing").format(count=group.missing_volumes)
    return ""


def not_ours(group: VolumeGroup) -> Problem | None:
    """The same as a problem, or None."""
    reason = why_not_ours(group)
    if not reason:
        return None
    return Problem(
        "group.not-ours",
        _("The volume group {group} cannot be changed: {reason}.").format(
            group=clean(group.name, 60), reason=reason
        ),
        remedy=_("Complete or take over this group first, or choose another."),
    )


def back_up_metadata(host: ChangingHost, group: str) -> None:
    """Back up the metadata of a group as it is before a change (`backup_command`).

    Raises:
        CommandFailed: the copy could not be written. The group was not changed.
    """
    host.make_folder(BACKUPS, 0o700)
    change(host, backup_command(group), _("Back up the metadata of {group}").format(group=clean(group, 60)))


def volume_named(inventory: Inventory, group: str, name: str, group_uuid: str = "") -> LogicalVolume | None:
    """The volume of that name in the group (`group_named`), or None."""
    named = group_named(inventory, group, group_uuid)
    volumes = inventory.volumes_of(named) if named is not None else ()
    return next((volume for volume in volumes if volume.name == name), None)


def volumes_in(inventory: Inventory, group: str, group_uuid: str = "") -> tuple[LogicalVolume, ...]:
    """The volumes of every group of that name; with a UUID of that one alone."""
    found = inventory.groups_named(group, group_uuid)
    return tuple(volume for named in found for volume in inventory.volumes_of(named))


def refuse_bad_volume_name(inventory: Inventory, group: str, name: str, field: str = "name") -> None:
    """See that a new volume may have that name.

    Raises:
        Refused: LVM does not accept it, or it is taken.
    """
    taken = [volume.name for volume in volumes_in(inventory, group)]
    for problem in logical_volume_name_problems(name, group, taken, field):
        raise Refused(problem)


def refuse_taken_path(host: Host, name: str, field: str = "") -> None:
    """See that /dev has room for the directory of a new volume group.

    Raises:
        Refused: something has that name.
    """
    if host.facts(f"/dev/{name}") is not None:
        raise Refused(
            Problem(
                "group.path-taken",
                _("/dev/{name} already exists, so LVM does not accept that name.").format(
                    name=clean(name, 60)
                ),
                remedy=_("Choose another name."),
                field=field,
            )
        )


def still_active(code: str, group: str, names: Sequence[str]) -> Problem:
    """Volumes of a group are active that must not be."""
    return Problem(
        code,
        _("Volumes of {group} are active: {names}.").format(
            group=clean(group, 60), names=clean(enumerated(names[:6]))
        ),
        remedy=_("Unmount and deactivate them first."),
    )


def volume_is_gone(host: Host, group: str, name: str, group_uuid: str = "") -> bool:
    """Whether LVM answers, was shown every disk, and knows no volume of that name in the group."""
    inventory = look_at_volumes(host)
    gone = all(volume.name != name for volume in volumes_in(inventory, group, group_uuid))
    return inventory.lvm.asked and not inventory.lvm.left_out and gone


def unseen_volumes(host: Host, group: str, group_uuid: str = "") -> tuple[str, ...]:
    """Devices of the active volumes of a group that udev has given no name below /dev."""
    inventory = look_at_volumes(host)
    return tuple(
        f"/dev/{volume.device}"
        for volume in volumes_in(inventory, group, group_uuid)
        if volume.active and volume.device and volume.path and host.facts(volume.path) is None
    )


def active_volumes(inventory: Inventory, group: str, group_uuid: str, name: str = "") -> tuple[str, ...]:
    """Kernel names of the maps of a group's active volumes, or of those of one name; LVM is not asked."""
    return tuple(
        device.name
        for device in inventory.devices
        if device.kind is BlockKind.LOGICAL_VOLUME
        and names_of_map(device.map_name)[0] == group
        and group_uuid in {"", group_of_map(device.map_uuid)}
        and (not name or names_of_map(device.map_name)[1] == name)
    )


def backup_command(group: str) -> tuple[str, ...]:
    """The call that backs up the metadata of a group into the program's backup directory (vgcfgbackup(8)).

    The file holds the state before the last change; LVM itself keeps those before in /etc/lvm/archive.
    """
    return ("lvm", "vgcfgbackup", "--file", f"{BACKUPS}/lvm-{group}", group)


def same_group(inventory: Inventory, name: str, uuid: str) -> VolumeGroup:
    """The group that was seen, when this host may change it.

    Raises:
        Refused: as `own_group`, or another group has that name now.
    """
    return own_group(inventory, name, uuid)


def same_volume(
    inventory: Inventory, group: str, name: str, uuid: str, group_uuid: str = ""
) -> LogicalVolume:
    """The volume that was seen.

    Raises:
        Refused: it is gone, or another volume has that name now.
    """
    volume = volume_named(inventory, group, name, group_uuid)
    if volume is None:
        raise Refused(
            Problem(
                "volume.gone",
                _("There is no volume {name} in {group}.").format(
                    name=clean(name, 60), group=clean(group, 60)
                ),
                cause=_("It was removed or renamed in the meantime."),
                remedy=_("Check the volumes again."),
            )
        )
    if uuid and volume.uuid != uuid:
        raise Refused(_another(name))
    return volume


def try_first(host: ChangingHost, argv: tuple[str, ...], title: str) -> None:
    """See in a test run whether LVM would succeed; with --test it writes nothing (lvm(8)).

    Raises:
        CommandFailed: it would not.
    """
    outcome = host.run(Command(argv, deadline=LVM_DEADLINE))
    if not outcome.ok:
        raise CommandFailed(
            Problem(
                "lvm.test-failed",
                _("{what}: LVM refused in a test run (--test). Nothing was changed.").format(what=title),
                remedy=_("Read its message."),
                evidence=clean_lines(f"{outcome.stderr}\n{outcome.stdout}", most=12),
            )
        )


def _another(name: str) -> Problem:
    return Problem(
        "identity.changed",
        _("{name} is not the one that was chosen: the name now belongs to another.").format(
            name=clean(name, 60)
        ),
        cause=_("It was removed and re-created, or renamed, by someone else."),
        remedy=_("Check the volumes and choose again. Nothing was changed."),
    )
