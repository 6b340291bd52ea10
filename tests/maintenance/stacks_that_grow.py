"""Made-up stacks whose rungs lag, from a LUN on one or two paths up to a mounted file system."""

from msgspec.structs import replace

from tests.setup.building import MIB, PORTAL, SECOND, logged_in, with_volume
from tui.maintenance.growth_sizes import SizeFacts
from tui.maintenance.growth_targets import Subject
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DeviceState, SessionState
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.probe.devices.sizes import Reach

SUBJECT = Subject("vg_data", "data")
DEVICE = 508 * MIB
REACH = Reach(DEVICE, 4 * MIB)


def level(*, paths: int = 1, place: str = "/srv/data") -> Inventory:
    """Everything agrees on a LUN of 512 MiB."""
    portals = (PORTAL, SECOND)[:paths]
    return with_volume(logged_in(*portals, joined=paths > 1), mounted=place)


def facts(inventory: Inventory, *, array: int = 0, reach: Reach | None = REACH) -> SizeFacts:
    """What the tools would tell; `array` bytes are what the array has, by default what the kernel has."""
    disks = tuple((lun.disk, array or lun.size) for lun in inventory.luns)
    starts = tuple((one.uuid, MIB) for one in inventory.physical_volumes)
    return SizeFacts(disks, starts, reach)


def grown(inventory: Inventory, *, lun: int = 0, device: int = 0, pv: int = 0, lv: int = 0) -> Inventory:
    """The same with other sizes in MiB of some rungs; what the PV has more than the LV is free."""
    physical = tuple(
        replace(one, size=pv * MIB, free=max(0, (pv - 508) * MIB)) if pv else one
        for one in inventory.physical_volumes
    )
    groups = tuple(
        replace(one, size=pv * MIB, free=max(0, (pv - (lv or 508)) * MIB)) if pv else one
        for one in inventory.volume_groups
    )
    logical = tuple(replace(one, size=lv * MIB) if lv else one for one in inventory.logical_volumes)
    sizes = {"dm-1": lv, "dm-9": device}
    sizes |= {one.disk: lun for one in inventory.luns}
    return replace(
        inventory,
        luns=tuple(replace(one, size=lun * MIB) if lun else one for one in inventory.luns),
        devices=tuple(
            replace(one, size=sizes[one.name] * MIB) if sizes.get(one.name) else one
            for one in inventory.devices
        ),
        multipath_maps=tuple(
            replace(one, size=device * MIB) if device else one for one in inventory.multipath_maps
        ),
        physical_volumes=physical,
        volume_groups=groups,
        logical_volumes=logical,
    )


def with_path_down(inventory: Inventory) -> Inventory:
    """The last session has lost its connection."""
    *sessions, last = inventory.sessions
    return replace(
        inventory,
        sessions=(*sessions, replace(last, state=SessionState.FAILED)),
        luns=tuple(
            replace(one, state=DeviceState.BLOCKED) if one.sid == last.sid else one for one in inventory.luns
        ),
    )


def with_second_disk(inventory: Inventory) -> Inventory:
    """The group has another disk of another LUN, with nothing on it yet."""
    more = logged_in(size=256 * MIB)
    disk = replace(more.devices[0], name="sdx", path="/dev/sdx", number="8:240")
    lun = replace(more.luns[0], address="9:0:0:7", number=7, disk="sdx", wwid="naa.6001405ffff")
    volume = PhysicalVolume("/dev/sdx", "sdx", "PVID2", "vg_data", 252 * MIB, 252 * MIB, 256 * MIB)
    return replace(
        inventory,
        devices=(*inventory.devices, disk),
        luns=(*inventory.luns, lun),
        physical_volumes=(*inventory.physical_volumes, volume),
        volume_groups=tuple(replace(one, free=one.free + 252 * MIB) for one in inventory.volume_groups),
    )
