"""What can grow where the cursor stands: the volumes on or under a rung, or a file system without LVM."""

from collections.abc import Iterable

from msgspec import Struct

from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.volume_rungs import group_key, volume_key


class Subject(Struct, frozen=True):
    """What grows: a volume with all that carries it, or a device that carries a file system by itself.

    Attributes:
        group: name of the volume group, or empty.
        volume: name of the logical volume, or empty for a group without one.
        device: kernel name of the device, where there is no group.
        group_uuid: LVM's identity of the group, or empty.
    """

    group: str = ""
    volume: str = ""
    device: str = ""
    group_uuid: str = ""

    @property
    def words(self) -> str:
        """Its name, as people say it. Raw."""
        return f"{self.group}/{self.volume}" if self.volume else self.group or f"/dev/{self.device}"


def subjects_of(inventory: Inventory, rung: Rung) -> tuple[Subject, ...]:
    """What may grow where the cursor stands: the volumes on or under a rung, or its bare file system."""
    if rung.kind is RungKind.LOGICAL_VOLUME:
        return _of_volume_key(inventory, rung)
    if rung.kind in (RungKind.FILESYSTEM, RungKind.MOUNT, RungKind.SWAP):
        return _of_devices(inventory, _under_files(inventory, rung))
    if rung.kind is RungKind.VOLUME_GROUP:
        return _of_groups(
            inventory, [group for group in inventory.volume_groups if group_key(group) == rung.key]
        )
    if rung.kind is RungKind.PHYSICAL_VOLUME:
        members = [
            physical_volume
            for physical_volume in inventory.physical_volumes
            if rung.key == f"pv:{physical_volume.uuid}"
        ]
        return _of_groups(inventory, [inventory.group_of(member) for member in members])
    if rung.kind is RungKind.SESSION and rung.sid is not None:
        return _of_devices(inventory, [lun.disk for lun in inventory.luns_of(rung.sid)])
    if rung.kind is RungKind.PORTAL:
        sessions = inventory.sessions_of(rung.target)
        disks = [lun.disk for session in sessions for lun in inventory.luns_of(session.sid)]
        return _of_devices(inventory, disks)
    return _of_devices(inventory, [rung.device])


def _of_devices(inventory: Inventory, names: Iterable[str]) -> tuple[Subject, ...]:
    found: dict[Subject, None] = {}
    volumes = {volume.device: volume for volume in inventory.logical_volumes if volume.device}
    carrying = {filesystem.device for filesystem in inventory.filesystems}
    groups = {
        physical_volume.device: inventory.group_of(physical_volume)
        for physical_volume in inventory.physical_volumes
        if physical_volume.device
    }
    for name in filter(None, names):
        for device in (name, *(upper.name for upper in inventory.above(name))):
            if device in volumes:
                volume = volumes[device]
                found[_of_volume(volume)] = None
            elif groups.get(device):
                found.update(dict.fromkeys(_of_groups(inventory, [groups[device]])))
            elif device in carrying and inventory.map_over(device) is None:
                found[Subject(device=device)] = None
    return tuple(found)


def _of_groups(inventory: Inventory, groups: Iterable[VolumeGroup | None]) -> tuple[Subject, ...]:
    found: dict[Subject, None] = {}
    for group in groups:
        volumes = inventory.volumes_of(group) if group is not None else ()
        found.update(dict.fromkeys(_of_volume(volume) for volume in volumes))
        if group is not None and not volumes:
            found[Subject(group.name, group_uuid=group.uuid)] = None
    return tuple(found)


def _of_volume(volume: LogicalVolume) -> Subject:
    return Subject(volume.volume_group, volume.name, group_uuid=volume.vg_uuid)


def _under_files(inventory: Inventory, rung: Rung) -> list[str]:
    """Kernel names of what carries a file system, a mount or a swap area."""
    names = [key.removeprefix("filesystem-on:") for key in rung.also]
    names += [mount.device for mount in inventory.mounts if rung.name == mount.target]
    names += [entry.device for entry in inventory.fstab if rung.name == entry.mount_point]
    return names + [swap.device for swap in inventory.swaps if rung.name == swap.path]


def _of_volume_key(inventory: Inventory, rung: Rung) -> tuple[Subject, ...]:
    return tuple(
        _of_volume(volume)
        for group in inventory.volume_groups
        for volume in inventory.volumes_of(group)
        if volume_key(group, volume) == rung.key
    )
