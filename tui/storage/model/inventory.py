"""One snapshot of a host's storage, and the questions it answers."""

from collections import deque
from enum import StrEnum
from functools import cached_property

from msgspec import Struct
from msgspec.structs import astuple, replace

from tui.storage.model.block import BlockDevice, MultipathMap
from tui.storage.model.equality import ComparedBy
from tui.storage.model.files import CrypttabEntry, Filesystem, FstabEntry, Mount, Swap
from tui.storage.model.iscsi import (
    DiscoveryRecord,
    Initiator,
    InterfaceRecord,
    Lun,
    NodeRecord,
    RecordDefaults,
    Role,
    Service,
    Session,
    Tool,
)
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup


class Trait(StrEnum):
    """What a host is that changes how it is administered."""

    OSTREE = "ostree"
    """Booted from an OSTree deployment: /usr and / are read-only, packages are layered."""
    TRANSACTIONAL = "transactional"
    """Its root file system is read-only and is changed by transactional-update(8)."""
    NO_SYSTEMD = "no-systemd"
    SELINUX = "selinux"
    """SELinux is enabled, and restorecon(8) is there."""


class Distribution(Struct, frozen=True):
    """What /etc/os-release says: ID, VERSION_ID, PRETTY_NAME, and the family whose names apply here.

    `family` is debian, redhat, suse, openeuler (Kylin's server too), arch, alpine, or empty when nothing
    tells. UOS has editions of three families under one ID.
    """

    identifier: str = ""
    version: str = ""
    title: str = ""
    family: str = ""


class Unseen(Struct, frozen=True):
    """Something that could not be read, so that its absence from the inventory proves nothing."""

    what: str
    why: str


class Inventory(ComparedBy, frozen=True, eq=False, dict=True):
    """Everything known about a host's storage at one moment. Equality ignores the moment."""

    host: str
    taken_at: float = 0.0
    """When reading it began, in seconds since the epoch."""
    root: bool = False
    """Taken with root's rights, so that nothing was hidden. Whether it may be changed, the host says."""
    distribution: Distribution = Distribution()
    traits: tuple[Trait, ...] = ()
    initiator: Initiator = Initiator()
    services: tuple[Service, ...] = ()
    tools: tuple[Tool, ...] = ()
    modules: tuple[str, ...] = ()
    """Loaded kernel modules that matter here: iscsi_tcp, dm_multipath …; built-in ones included."""
    daemon_answers: bool = False
    """iscsid accepts requests (or its socket does)."""
    defaults: RecordDefaults = RecordDefaults()
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
    volume_parts: tuple[LogicalVolume, ...] = ()
    """What LVs are made of and nobody uses by itself: images and logs of RAID and mirror, data and metadata
    of pools, unfinished moves (`lvs --all`)."""
    lvm: LvmReading = LvmReading()
    filesystems: tuple[Filesystem, ...] = ()
    mounts: tuple[Mount, ...] = ()
    swaps: tuple[Swap, ...] = ()
    fstab: tuple[FstabEntry, ...] = ()
    crypttab: tuple[CrypttabEntry, ...] = ()
    unseen: tuple[Unseen, ...] = ()

    @property
    def compared(self) -> tuple[object, ...]:
        """All but the moment."""
        return astuple(replace(self, taken_at=0.0))

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
        return tuple(self._tables.sessions_by_target.get(target, ()))

    def luns_of(self, sid: int) -> tuple[Lun, ...]:
        """The LUNs a session shows."""
        return tuple(self._tables.luns.get(sid, ()))

    def lun_on(self, disk: str) -> Lun | None:
        """The LUN behind a disk (kernel name), or None when no session shows it."""
        return self._tables.luns_by_disk.get(disk)

    def session(self, sid: int) -> Session | None:
        """The session with that number, or None."""
        return self._tables.sessions.get(sid)

    def device(self, name: str) -> BlockDevice | None:
        """The block device with that kernel name, or None."""
        return self._tables.devices.get(name)

    def device_at(self, path: str) -> BlockDevice | None:
        """The block device that a path below /dev names, whichever of its names that is, or None."""
        return self._tables.paths.get(path)

    def map_over(self, disk: str) -> MultipathMap | None:
        """The multipath map that a disk is a path of, or None."""
        return self._tables.maps.get(disk)

    def above(self, name: str) -> tuple[BlockDevice, ...]:
        """Every device that stands on the named one, nearest first, partitions included."""
        found: dict[str, BlockDevice] = {}
        waiting = deque([name])
        seen = {name}
        while waiting:
            device = self.device(waiting.popleft())
            if device is None:
                continue
            if device.name != name:
                found[device.name] = device
            fresh = [upper for upper in (*device.partitions, *device.holders) if upper not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return tuple(found.values())

    def groups_named(self, name: str, uuid: str = "") -> tuple[VolumeGroup, ...]:
        """Every VG of that name, which a clone or another host may bring again; or the one with that UUID."""
        return tuple(group for group in self.volume_groups if group.name == name and uuid in {"", group.uuid})

    def is_ambiguous(self, name: str) -> bool:
        """Whether LVM's commands refuse a VG's name: it reports several, those of other hosts aside."""
        own = (group for group in self.groups_named(name) if not group.foreign)
        return sum(bool(group.extent_size) or not self.lvm.asked for group in own) > 1

    def group_of(self, member: PhysicalVolume | LogicalVolume) -> VolumeGroup | None:
        """The VG that a PV or LV is of, or None."""
        return next((group for group in self.volume_groups if group.owns(member)), None)

    def members_of(self, group: VolumeGroup) -> tuple[PhysicalVolume, ...]:
        """The PVs of a VG."""
        return tuple(volume for volume in self.physical_volumes if group.owns(volume))

    def volumes_of(self, group: VolumeGroup) -> tuple[LogicalVolume, ...]:
        """The LVs of a VG."""
        return tuple(volume for volume in self._tables.volumes.get(group.name, ()) if group.owns(volume))

    def is_moving(self, group: VolumeGroup) -> bool:
        """Whether a pvmove(8) of the VG is in progress, or was not finished."""
        return any(part.name.startswith("pvmove") and group.owns(part) for part in self.volume_parts)

    def mounts_of(self, name: str) -> tuple[Mount, ...]:
        """Where the file system on a device is mounted, also when it stands on further ones."""
        return tuple(self._tables.mounts.get(name, ()))

    def is_in_use(self, name: str) -> bool:
        """Whether the device or anything that stands on it is mounted or is swap space."""
        tables = self._tables
        names = (name, *(device.name for device in self.above(name)))
        return any(name in tables.mounts or name in tables.swapped for name in names)

    @cached_property
    def _tables(self) -> "_Tables":
        return _Tables(self)


class _Tables:
    """What an inventory's questions look up, so that a thousand of them stay linear."""

    def __init__(self, inventory: Inventory) -> None:
        self.devices = {device.name: device for device in inventory.devices}
        self.paths: dict[str, BlockDevice] = {}
        for device in inventory.devices:
            for path in (device.path, f"/dev/{device.name}", *device.links):
                self.paths.setdefault(path, device)
        self.sessions = {session.sid: session for session in inventory.sessions}
        self.sessions_by_target: dict[str, list[Session]] = {}
        for session in inventory.sessions:
            self.sessions_by_target.setdefault(session.target, []).append(session)
        self.luns: dict[int, list[Lun]] = {}
        for lun in inventory.luns:
            self.luns.setdefault(lun.sid, []).append(lun)
        self.luns_by_disk = {lun.disk: lun for lun in inventory.luns if lun.disk}
        self.maps = {path: multipath for multipath in inventory.multipath_maps for path in multipath.paths}
        self.volumes: dict[str, list[LogicalVolume]] = {}
        for volume in inventory.logical_volumes:
            self.volumes.setdefault(volume.volume_group, []).append(volume)
        self.mounts: dict[str, list[Mount]] = {}
        for mount in inventory.mounts:
            for name in mount.devices or ("",):
                self.mounts.setdefault(name, []).append(mount)
        self.swapped = {swap.device for swap in inventory.swaps}
