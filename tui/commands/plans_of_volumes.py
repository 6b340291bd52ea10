"""The plans for a VG and its volumes, from what is typed."""

from tui.commands.choosing import group_named, member_named, nothing_named, rungs_named, volume_named
from tui.commands.planned import Arguments, Planned, nothing_to_do
from tui.commands.sizes import bytes_of
from tui.maintenance import renaming, volumes
from tui.storage.devices.contents import contents
from tui.storage.host.interface import Host
from tui.storage.lvm.names import logical_volume_name_problems, volume_group_name_problems
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.guards.lvm_guard import not_ours
from tui.storage.operations.lvm.thin import metadata_extents
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _


def new(host: Host, arguments: Arguments) -> Planned:
    """Create an LV."""
    inventory = take_inventory(host)
    group = _group(inventory, arguments.text("group"))
    name = arguments.text("name")
    _refuse_name(inventory, group, name)
    size = bytes_of(arguments.text("size"), group.free)
    _refuse_size(size, group.free)
    return Planned(volumes.new_volume(group, name, size))


def remove(host: Host, arguments: Arguments) -> Planned:
    """Remove an LV."""
    inventory = take_inventory(host)
    return Planned(volumes.remove_volume(inventory, _volume(inventory, arguments.text("volume"))))


def rename(host: Host, arguments: Arguments) -> Planned:
    """Rename an LV or a VG."""
    inventory = take_inventory(host)
    what, name = arguments.text("what"), arguments.text("name")
    if "/" in what:
        volume = _volume(inventory, what)
        if volume.name == name:
            return nothing_to_do(_("Rename {name}").format(name=clean(what)), _("It already has that name."))
        _refuse_name(inventory, group_named(inventory, volume.vg_uuid or volume.volume_group), name)
        return Planned(renaming.rename_volume(inventory, volume, name))
    group = _group(inventory, what)
    if group.name == name:
        return nothing_to_do(_("Rename {name}").format(name=clean(what)), _("It already has that name."))
    taken = [other.name for other in inventory.volume_groups]
    _refuse_first(volume_group_name_problems(name, taken, "name"))
    return Planned(renaming.rename_group(inventory, group, name))


def snapshot(host: Host, arguments: Arguments) -> Planned:
    """Keep the present state of an LV."""
    inventory = take_inventory(host)
    origin = _volume(inventory, arguments.text("volume"))
    group = group_named(inventory, origin.vg_uuid or origin.volume_group)
    name = arguments.text("name")
    _refuse_name(inventory, group, name)
    size = bytes_of(arguments.text("size"), group.free)
    if not origin.pool:
        _refuse_size(size, group.free)
    return Planned(volumes.snapshot(inventory, origin, name, size))


def roll_back(host: Host, arguments: Arguments) -> Planned:
    """Go back to a snapshot."""
    inventory = take_inventory(host)
    return Planned(volumes.roll_back(inventory, _volume(inventory, arguments.text("volume"))))


def pool(host: Host, arguments: Arguments) -> Planned:
    """Create a thin pool."""
    inventory = take_inventory(host)
    group = _group(inventory, arguments.text("group"))
    name = arguments.text("name")
    _refuse_name(inventory, group, name)
    extents = group.free_extents
    room = max(0, extents - metadata_extents(extents, group.extent_size)) * group.extent_size
    size = bytes_of(arguments.text("size"), room)
    _refuse_size(size, room)
    return Planned(volumes.thin_pool(group, name, size))


def thin(host: Host, arguments: Arguments) -> Planned:
    """Create a thin volume."""
    inventory = take_inventory(host)
    found = _volume(inventory, arguments.text("volume"))
    group = group_named(inventory, found.vg_uuid or found.volume_group)
    name = arguments.text("name")
    _refuse_name(inventory, group, name)
    return Planned(volumes.thin_volume(inventory, found, name, bytes_of(arguments.text("size"), 0)))


def add_disk(host: Host, arguments: Arguments) -> Planned:
    """Add a disk to a VG."""
    inventory = take_inventory(host)
    group = _group(inventory, arguments.text("group"))
    word = arguments.text("disk")
    named = {rung.device for rung in rungs_named(inventory, word) if rung.device}
    if any(member.device in named for member in inventory.members_of(group) if member.device):
        return nothing_to_do(_("Add a disk"), _("The disk is a PV of this VG already."))
    disk = next((disk for disk in volumes.free_disks(inventory) if disk.name in named), None)
    if disk is None:
        if not named:
            raise nothing_named(word)
        raise Refused(
            Problem(
                "volume.disk-in-use",
                _("{disk} is not an unused iSCSI disk.").format(disk=clean(word)),
                remedy=_("Check what is on it and what uses it: iscsi-console status."),
            )
        )
    return Planned(volumes.add_disk(inventory, group, disk, contents(host, inventory, disk)))


def empty_disk(host: Host, arguments: Arguments) -> Planned:
    """Move all extents off a PV."""
    inventory = take_inventory(host)
    source = member_named(inventory, arguments.text("disk"))
    group = inventory.group_of(source)
    if group is not None:
        _refuse_foreign(group)
    return Planned(volumes.move_off(inventory, source, leave=not arguments.flag("keep")))


def _group(inventory: Inventory, word: str) -> VolumeGroup:
    group = group_named(inventory, word)
    _refuse_foreign(group)
    return group


def _volume(inventory: Inventory, word: str) -> LogicalVolume:
    volume = volume_named(inventory, word)
    group = inventory.group_of(volume)
    if group is not None:
        _refuse_foreign(group)
    return volume


def _refuse_foreign(group: VolumeGroup) -> None:
    problem = not_ours(group)
    if problem is not None:
        raise Refused(problem)


def _refuse_name(inventory: Inventory, group: VolumeGroup, name: str) -> None:
    taken = [volume.name for volume in inventory.volumes_of(group)]
    _refuse_first(logical_volume_name_problems(name, group.name, taken, "name"))


def _refuse_first(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise Refused(problems[0])


def _refuse_size(size: int, free: int) -> None:
    if 0 < size <= free:
        return
    raise Refused(
        Problem(
            "volume.size",
            _("The VG has {free} free.").format(free=size_words(free)),
            remedy=_("Choose a smaller size, enlarge the LUN, or add a disk to the VG."),
            field="size",
        )
    )
