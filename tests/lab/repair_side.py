"""What scripts of the tests of repair ask in the guest: identities, groups, notes."""

from tests.lab.volume_side import HOST, disk, say
from tui.storage.lvm.metadata_backup import GroupNotes, notes_of
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.guards.lvm_guard import volumes_in
from tui.storage.operations.lvm.missing_disks import missing_of, partial_volumes
from tui.storage.probe.devices.all_signatures import content_of
from tui.storage.probe.narrow import group_named, look_at_volumes


def group(name: str) -> VolumeGroup:
    """The group of that name."""
    found = group_named(look_at_volumes(HOST), name)
    assert found is not None
    return found


def lv_uuid(group: str, name: str) -> str:
    """LVM's identity of a volume."""
    return next(one.uuid for one in volumes_in(look_at_volumes(HOST), group) if one.name == name)


def fs_uuid(path: str) -> str:
    """The UUID of what is on a volume."""
    return content_of(HOST, path)["UUID"]


def pv_uuid(lun: int) -> str:
    """LVM's identity of the physical volume on a LUN, as the disk itself has it."""
    return content_of(HOST, disk(lun).path)["UUID"]


def noted(name: str) -> GroupNotes:
    """LVM's latest notes on a group."""
    return notes_of(HOST, name)[0]


def notes_file(name: str) -> str:
    """The file they are in."""
    return noted(name).path


def say_group(name: str) -> None:
    """Print what a group misses."""
    inventory = look_at_volumes(HOST)
    say(
        {
            "missing": group(name).missing_volumes,
            "gone": missing_of(inventory, name, ""),
            "partial": partial_volumes(inventory, name, ""),
            "warnings": inventory.lvm.warnings,
        }
    )
