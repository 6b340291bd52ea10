"""A quick look again at what files of the kernel tell, put into an inventory that was taken before.

A full look asks LVM and systemd, and LVM may wait for a disk that has just fallen silent. Which sessions
are up, which disks are there and what is mounted is known without them, in milliseconds.
"""

from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice, MultipathMap
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.probe.devices.lvm import complete
from tui.storage.probe.devices.lvm_report import Volumes
from tui.storage.probe.memory import Memory
from tui.storage.probe.narrow import look_at_devices


def glance(host: Host, before: Inventory, memory: Memory | None = None) -> Inventory:
    """The inventory with its sessions, LUNs, devices, maps, mounts and swap as they are now.

    LVM's report stays as it was and is joined with the devices again. Records, services and what is written
    in files stay. No command runs and no disk is touched.

    Args:
        host: the machine.
        before: what is known of it.
        memory: what earlier looks read; without one everything is read.
    """
    memory = memory or Memory()
    now = _with_contents(look_at_devices(host, memory), before)
    there = {device.name for device in now.devices}
    report = Volumes(
        tuple(
            volume if volume.device in there else replace(volume, device="")
            for volume in before.physical_volumes
        ),
        before.volume_groups,
        tuple(_where_it_is(volume, there) for volume in before.logical_volumes),
        tuple(_where_it_is(part, there) for part in before.volume_parts),
        before.lvm,
    )
    volumes = memory.same("volumes", (report, now.devices), lambda: complete(report, now.devices))
    known = {(mount.source, mount.target): mount for mount in before.mounts}
    return replace(
        before,
        taken_at=now.taken_at,
        sessions=now.sessions,
        luns=now.luns,
        devices=now.devices,
        multipath_maps=_with_policies(now.multipath_maps, before.multipath_maps),
        physical_volumes=volumes.physical,
        volume_groups=volumes.groups,
        logical_volumes=volumes.logical,
        volume_parts=volumes.parts,
        filesystems=now.filesystems,
        mounts=tuple(_with_usage(mount, known.get((mount.source, mount.target))) for mount in now.mounts),
        swaps=now.swaps,
    )


def _with_policies(
    now: tuple[MultipathMap, ...], before: tuple[MultipathMap, ...]
) -> tuple[MultipathMap, ...]:
    """The policies as they were of maps that are as they were; multipathd changes them when paths change."""
    known = {replace(joined, policy=None): joined for joined in before}
    return tuple(known.get(joined, joined) for joined in now)


def _where_it_is(volume: LogicalVolume, there: set[str]) -> LogicalVolume:
    """An LV as it was, without its device when that is gone."""
    if not volume.device or volume.device in there:
        return volume
    return replace(volume, device="", active=False, open=False, suspended=False)


def beyond_a_glance(inventory: Inventory) -> int:
    """A number that stands for what only a full look tells, and is another one where that differs."""
    return hash(
        replace(
            inventory,
            sessions=(),
            luns=(),
            devices=(),
            multipath_maps=(),
            filesystems=(),
            mounts=(),
            swaps=(),
        )
    )


def _with_contents(now: Inventory, before: Inventory) -> Inventory:
    """What blkid found at the last full look on devices of which udev says nothing, if they are the same."""
    found: dict[str, BlockDevice] = {}
    for device in now.devices:
        known = before.device(device.name) if not device.content else None
        if known is not None and known.content and _is_same(known, device):
            found[device.name] = replace(
                device,
                content=known.content,
                content_uuid=known.content_uuid,
                content_part=known.content_part,
                content_label=known.content_label,
            )
    if not found:
        return now
    listed = {filesystem.device for filesystem in now.filesystems}
    more = [
        filesystem
        for filesystem in before.filesystems
        if filesystem.device in found and filesystem.device not in listed
    ]
    devices = tuple(found.get(device.name, device) for device in now.devices)
    return replace(now, devices=devices, filesystems=(*now.filesystems, *more))


def _is_same(known: BlockDevice, device: BlockDevice) -> bool:
    return (known.number, known.map_uuid, known.size) == (device.number, device.map_uuid, device.size)


def _with_usage(mount: Mount, before: Mount | None) -> Mount:
    """A mount with how full it was at the last full look, which a glance does not ask."""
    if before is None:
        return mount
    return replace(mount, size=before.size, used=before.used, available=before.available)
