"""One snapshot of a host's storage, and the questions it answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tui.storage.model.block import BlockDevice, MultipathMap
from tui.storage.model.files import Filesystem, FstabEntry, Mount, Swap
from tui.storage.model.iscsi import (
    DiscoveryRecord,
    Initiator,
    InterfaceRecord,
    Lun,
    NodeRecord,
    Role,
    Service,
    Session,
    Tool,
)
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup


@dataclass(frozen=True, slots=True)
class Distribution:
    """What /etc/os-release says: ID, VERSION_ID, PRETTY_NAME, and the family whose names apply here.

    `family` is debian, redhat, suse, or empty when neither ID nor ID_LIKE tells.
    """

    identifier: str = ""
    version: str = ""
    title: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that could not be read, so that its absence from the inventory proves nothing."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything known about a host's storage at one moment. Equality ignores the moment."""

    host: str
    taken_at: float = field(compare=False, default=0.0)
    root: bool = False
    """Taken with root's rights, so that nothing was hidden. Whether it may be changed, the host says."""
    distribution: Distribution = Distribution()
    initiator: Initiator = Initiator()
    services: tuple[Service, ...] = ()
    tools: tuple[Tool, ...] = ()
    modules: tuple[str, ...] = ()
    """Loaded kernel modules that matter here: iscsi_tcp, dm_multipath …; built-in ones included."""
    daemon_answers: bool = False
    """iscsid accepts requests (or its socket does)."""
    interfaces: tuple[InterfaceRecord, ...] = ()
    discovery_records: tuple[DiscoveryRecord, ...] = ()
    node_records: tuple[NodeRecord, ...] = ()
    damaged_records: tuple[str, ...] = ()
    """Paths in the record database that hold no record; some of them stop iscsiadm from listing any."""
    sessions: tuple[Session, ...] = ()
    luns: tuple[Lun, ...] = ()
    devices: tuple[BlockDevice, ...] = ()
    multipath_maps: tuple[MultipathMap, ...] = ()
    physical_volumes: tuple[PhysicalVolume, ...] = ()
    volume_groups: tuple[VolumeGroup, ...] = ()
    logical_volumes: tuple[LogicalVolume, ...] = ()
    lvm: LvmReading = LvmReading()
    filesystems: tuple[Filesystem, ...] = ()
    mounts: tuple[Mount, ...] = ()
    swaps: tuple[Swap, ...] = ()
    fstab: tuple[FstabEntry, ...] = ()
    unseen: tuple[Unseen, ...] = ()

    def service(self, role: Role) -> Service | None:
        """The installed unit with that role, or None."""
        return next(
            (service for service in self.services if service.role is role and service.installed), None
        )

    def has_tool(self, name: str) -> bool:
        """Whether a program is installed."""
        return any(tool.name == name and tool.path for tool in self.tools)

    def sessions_of(self, target: str) -> tuple[Session, ...]:
        """The sessions to a target."""
        return tuple(session for session in self.sessions if session.target == target)

    def luns_of(self, sid: int) -> tuple[Lun, ...]:
        """The LUNs a session shows."""
        return tuple(lun for lun in self.luns if lun.sid == sid)

    def session(self, sid: int) -> Session | None:
        """The session with that number, or None."""
        return next((session for session in self.sessions if session.sid == sid), None)

    def device(self, name: str) -> BlockDevice | None:
        """The block device with that kernel name, or None."""
        return next((device for device in self.devices if device.name == name), None)

    def device_at(self, path: str) -> BlockDevice | None:
        """The block device that a path below /dev names, whichever of its names that is, or None."""
        return next(
            (
                device
                for device in self.devices
                if path in {device.path, f"/dev/{device.name}", *device.links}
            ),
            None,
        )

    def map_over(self, disk: str) -> MultipathMap | None:
        """The multipath map that a disk is a path of, or None."""
        return next((multipath for multipath in self.multipath_maps if disk in multipath.paths), None)

    def above(self, name: str) -> tuple[BlockDevice, ...]:
        """Every device that stands on the named one, nearest first, partitions included."""
        return tuple(self._walk(name, {name}))

    def _walk(self, name: str, seen: set[str]) -> Iterator[BlockDevice]:
        device = self.device(name)
        if device is None:
            return
        for upper in (*device.partitions, *device.holders):
            if upper in seen:
                continue
            seen.add(upper)
            found = self.device(upper)
            if found is not None:
                yield found
            yield from self._walk(upper, seen)

    def mounts_of(self, name: str) -> tuple[Mount, ...]:
        """Where the file system on a device is mounted."""
        return tuple(mount for mount in self.mounts if mount.device == name)

    def is_in_use(self, name: str) -> bool:
        """Whether the device or anything that stands on it is mounted or is swap space."""
        names = {name, *(device.name for device in self.above(name))}
        return any(mount.device in names for mount in self.mounts) or any(
            swap.device in names for swap in self.swaps
        )
