"""What depends on a part of a stack: everything that goes when it goes, rung by rung up to the users."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from tui.storage.iscsi.luns import LunName, name_of
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import Mount, Swap
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Session
from tui.storage.model.lvm import LogicalVolume, VolumeGroup, VolumeKind
from tui.storage.model.users import Hold, KernelHold, Users
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.rung_names import names_of
from tui.storage.stacks.stack import stacks
from tui.storage.stacks.volume_rungs import group_key, volume_key


class SubjectKind(StrEnum):
    """What can be disconnected."""

    TARGET = "target"
    PORTAL = "portal"
    SESSION = "session"
    LUN = "lun"
    VOLUME_GROUP = "volume-group"
    LOGICAL_VOLUME = "logical-volume"
    MOUNT = "mount"
    SWAP = "swap"


class Subject(Struct, frozen=True):
    """What a person wants to disconnect.

    Attributes:
        kind: its layer.
        key: key of its rung, which stays the same over logins; of a target its name.
        name: what people call it.
    """

    kind: SubjectKind
    key: str
    name: str


_ON = "filesystem-on:"
"""Beginning of the key by which a file system's rung is also known, before its device."""

_OF_RUNG = {
    RungKind.PORTAL: SubjectKind.PORTAL,
    RungKind.SESSION: SubjectKind.SESSION,
    RungKind.LUN: SubjectKind.LUN,
    RungKind.VOLUME_GROUP: SubjectKind.VOLUME_GROUP,
    RungKind.LOGICAL_VOLUME: SubjectKind.LOGICAL_VOLUME,
    RungKind.MOUNT: SubjectKind.MOUNT,
    RungKind.SWAP: SubjectKind.SWAP,
}


def subject_of(rung: Rung, inventory: Inventory) -> Subject | None:
    """What disconnecting the rung under the cursor means, or None where there is nothing to disconnect.

    A map or a PV on a LUN means the LUN, a file system its mounts.
    """
    if not rung.is_there:
        return None
    if rung.kind in _OF_RUNG:
        return Subject(_OF_RUNG[rung.kind], rung.key, _words(rung))
    if rung.kind is RungKind.FILESYSTEM:
        device = next((key.removeprefix(_ON) for key in rung.also if key.startswith(_ON)), "")
        mount = next(iter(inventory.mounts_of(device)), None)
        return (
            Subject(SubjectKind.MOUNT, f"mount:{mount.target}", mount.target) if mount is not None else None
        )
    return _lun_below(rung, inventory)


def _lun_below(rung: Rung, inventory: Inventory) -> Subject | None:
    """The LUN that a map, an array, a partition, an open LUKS volume or a PV stands on, or else the LV."""
    device = inventory.device(rung.device) if rung.device else inventory.device_at(rung.name)
    if device is None:
        return None
    volumes = {volume.device: volume for volume in inventory.logical_volumes if volume.device}
    for lower in (device, *_devices_below(device, inventory)):
        volume, lun = volumes.get(lower.name), inventory.lun_on(lower.name)
        group = inventory.group_of(volume) if volume is not None else None
        session = inventory.session(lun.sid) if lun is not None else None
        if volume is not None and group is not None:
            return Subject(
                SubjectKind.LOGICAL_VOLUME, volume_key(group, volume), f"{group.name}/{volume.name}"
            )
        if lun is not None and session is not None:
            return Subject(SubjectKind.LUN, lun_key(session, lun), f"{session.target} {lun.number}")
    return None


def _devices_below(device: BlockDevice, inventory: Inventory) -> Iterator[BlockDevice]:
    """Every device under one, the nearest first, the disk of a partition included."""
    waiting, seen = [device], {device.name}
    while waiting:
        upper = waiting.pop(0)
        parents = (disk.name for disk in inventory.devices if upper.name in disk.partitions)
        for name in (*upper.slaves, *parents):
            lower = inventory.device(name)
            if lower is not None and name not in seen:
                seen.add(name)
                waiting.append(lower)
                yield lower


def subject_of_target(target: str) -> Subject:
    """A whole target with all its sessions."""
    return Subject(SubjectKind.TARGET, target, target)


def _words(rung: Rung) -> str:
    if rung.kind is RungKind.PORTAL:
        return f"{rung.target} {rung.name}"
    return f"{rung.target} {rung.name}" if rung.kind in {RungKind.SESSION, RungKind.LUN} else rung.name


class Dependents(Struct, frozen=True):
    """Everything that goes when a subject goes.

    Attributes:
        subject: what was asked for.
        rungs: what goes, from the bottom; each after all it stands on.
        devices: kernel names of the block devices that go, or whose file systems are unmounted.
        sessions: that are logged out, in order.
        luns: the LUNs whose disks leave this host, each with the ways by which it is reached.
        groups: volume groups that are deactivated, what stands on others first.
        volumes: volumes that are deactivated by themselves, their group staying.
        mounts: that are unmounted, in the kernel's order: what is mounted below another comes after it.
        swaps: swap space that is taken out of use.
        kept_sessions: sessions that stay since they show other disks too.
        kept_maps: names of multipath maps that lose a path and go on.
    """

    subject: Subject
    rungs: tuple[Rung, ...] = ()
    devices: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    luns: tuple[tuple[LunName, tuple[Lun, ...]], ...] = ()
    groups: tuple[VolumeGroup, ...] = ()
    volumes: tuple[LogicalVolume, ...] = ()
    mounts: tuple[Mount, ...] = ()
    swaps: tuple[Swap, ...] = ()
    kept_sessions: tuple[Session, ...] = ()
    kept_maps: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """There is nothing to take apart."""
        return not (self.sessions or self.luns or self.groups or self.volumes or self.mounts or self.swaps)


def lasting_names(found: Dependents, inventory: Inventory) -> tuple[str, ...]:
    """Keys and names of everything that goes and can be named to be disconnected.

    Without kernel names and bare numbers, which can be those of something else later.
    """
    return tuple(
        dict.fromkeys(
            name
            for rung in found.rungs
            if rung.kind in _OF_RUNG
            for name in (rung.key, *names_of(rung, inventory))
            if name != f"/dev/{rung.device}" and not name.isdecimal()
        )
    )


def dependents(inventory: Inventory, subject: Subject) -> Dependents:
    """Everything that goes when a subject goes; empty when it is not there."""
    return _Walk(inventory, subject).result()


class _Walk:
    """One walk up the rungs from what goes first."""

    def __init__(self, inventory: Inventory, subject: Subject) -> None:
        self._inventory, self._subject = inventory, subject
        self._rungs = [rung for stack in stacks(inventory) for rung in stack.rungs]
        self._goes: dict[str, Rung] = {}
        self._kept_maps: dict[str, None] = {}
        self._kept_sessions: dict[int, None] = {}

    def result(self) -> Dependents:
        self._goes = {rung.key: rung for rung in self._seeds()}
        before = -1
        while len(self._goes) > before:
            before = len(self._goes)
            self._climb()
        if self._subject.kind is SubjectKind.LUN:
            self._take_sessions()
        rungs = tuple(rung for rung in self._rungs if rung.key in self._goes)
        devices = tuple(dict.fromkeys(name for rung in rungs for name in self._devices_of(rung)))
        return Dependents(
            self._subject,
            rungs,
            devices,
            sessions=tuple(self._sessions(rungs)),
            luns=self._luns(rungs),
            groups=tuple(reversed(self._groups(rungs))),
            volumes=tuple(self._single_volumes(rungs)),
            mounts=tuple(self._mounts(rungs)),
            swaps=tuple(self._swaps(rungs)),
            kept_sessions=tuple(
                one for sid in self._kept_sessions if (one := self._inventory.session(sid)) is not None
            ),
            kept_maps=tuple(self._kept_maps),
        )

    def _seeds(self) -> Iterator[Rung]:
        subject = self._subject
        there = [rung for rung in self._rungs if rung.is_there]
        if subject.kind is SubjectKind.TARGET:
            yield from (
                rung for rung in there if rung.kind is RungKind.SESSION and rung.target == subject.key
            )
            return
        first = next((rung for rung in there if subject.key in {rung.key, *rung.also}), None)
        if first is None:
            return
        if subject.kind is SubjectKind.PORTAL:
            yield from (rung for rung in there if first.key in rung.stands_on)
        elif subject.kind is SubjectKind.LUN:
            yield from self._paths_of(first, there)
        elif subject.kind is SubjectKind.MOUNT:
            # The file system goes, so it goes everywhere it is mounted.
            yield from (
                rung
                for rung in there
                if rung.kind is RungKind.MOUNT and set(rung.stands_on) & set(first.stands_on)
            )
        else:
            yield first

    def _paths_of(self, first: Rung, there: list[Rung]) -> Iterator[Rung]:
        wwids = {lun.disk: lun.wwid for lun in self._inventory.luns}
        wwid = wwids.get(first.device, "")
        for rung in there:
            same = bool(wwid) and rung.kind is RungKind.LUN and wwids.get(rung.device) == wwid
            if rung.key == first.key or same:
                yield rung

    def _climb(self) -> None:
        for rung in self._rungs:
            if rung.key in self._goes or not rung.is_there:
                continue
            if any(key in self._goes for key in rung.stands_on) and not self._survives(rung):
                self._goes[rung.key] = rung
        by_key = {rung.key: rung for rung in self._rungs}
        for group in self._inventory.volume_groups:
            volumes = self._inventory.volumes_of(group)
            going = {volume.name for volume in volumes if volume_key(group, volume) in self._goes}
            for volume in volumes:
                # Deactivating an origin takes its snapshots along; those of thin volumes stand by themselves.
                snapshot = volume.kind in {
                    VolumeKind.SNAPSHOT,
                    VolumeKind.MERGING_SNAPSHOT,
                    VolumeKind.UNKNOWN,
                }
                follows = snapshot and volume.origin in going
                above = by_key.get(volume_key(group, volume)) if follows else None
                if above is not None and above.is_there:
                    self._goes.setdefault(above.key, above)

    def _survives(self, rung: Rung) -> bool:
        """Whether a multipath map goes on over a path that stays."""
        if rung.kind is not RungKind.MULTIPATH:
            return False
        joined = next(
            (
                multipath_map
                for multipath_map in self._inventory.multipath_maps
                if multipath_map.device == rung.device
            ),
            None,
        )
        going = {goe.device for goe in self._goes.values() if goe.kind is RungKind.LUN}
        if joined is None or not set(joined.good_paths) - going:
            return False
        self._kept_maps[joined.name] = None
        return True

    def _take_sessions(self) -> None:
        """Log out of a session none of whose disks stays."""
        for sid in dict.fromkeys(rung.sid for rung in self._goes.values() if rung.kind is RungKind.LUN):
            if sid is None:
                continue
            disks = [rung for rung in self._rungs if rung.kind is RungKind.LUN and rung.sid == sid]
            if any(rung.key not in self._goes for rung in disks):
                self._kept_sessions[sid] = None
                continue
            for rung in self._rungs:
                if rung.kind is RungKind.SESSION and rung.sid == sid:
                    self._goes[rung.key] = rung

    def _devices_of(self, rung: Rung) -> tuple[str, ...]:
        device = device_of(rung, self._inventory)
        return (device,) if device else ()

    def _sessions(self, rungs: Iterable[Rung]) -> Iterator[Session]:
        for rung in rungs:
            session = self._inventory.session(rung.sid) if rung.sid is not None else None
            if rung.kind is RungKind.SESSION and session is not None:
                yield session

    def _luns(self, rungs: Iterable[Rung]) -> tuple[tuple[LunName, tuple[Lun, ...]], ...]:
        found: dict[LunName, list[Lun]] = {}
        keys = {key for rung in rungs if rung.kind is RungKind.LUN for key in (rung.key, *rung.also)}
        for lun in self._inventory.luns:
            if f"lun:{lun.address}" in keys:
                name = name_of(lun, self._inventory)
                known = next((other for other in found if other.wwid and other.wwid == name.wwid), name)
                found.setdefault(known, []).append(lun)
        return tuple((name, tuple(luns)) for name, luns in found.items())

    def _groups(self, rungs: Iterable[Rung]) -> list[VolumeGroup]:
        known = {group_key(group): group for group in self._inventory.volume_groups}
        return [known[rung.key] for rung in rungs if rung.key in known]

    def _single_volumes(self, rungs: tuple[Rung, ...]) -> Iterator[LogicalVolume]:
        if self._subject.kind is not SubjectKind.LOGICAL_VOLUME:
            return
        keys = {rung.key for rung in rungs}
        for group in self._inventory.volume_groups:
            for volume in self._inventory.volumes_of(group):
                if volume.active and volume_key(group, volume) in keys and group_key(group) not in keys:
                    yield volume

    def _mounts(self, rungs: Iterable[Rung]) -> Iterator[Mount]:
        targets = {rung.name for rung in rungs if rung.kind is RungKind.MOUNT}
        devices = {name for rung in rungs for name in self._devices_of(rung)}
        for mount in self._inventory.mounts:
            if mount.target in targets and mount.device in devices:
                yield mount

    def _swaps(self, rungs: Iterable[Rung]) -> Iterator[Swap]:
        paths = {rung.name for rung in rungs if rung.kind is RungKind.SWAP}
        mounted = {mount.device for mount in self._mounts(rungs)}
        for swap in self._inventory.swaps:
            # A swap file goes with the file system it lies on.
            if swap.path in paths or swap.device in mounted:
                yield swap


def device_of(rung: Rung, inventory: Inventory) -> str:
    """Kernel name of the block device of a rung, or of the one that its file system lies on; or empty."""
    if rung.device:
        return rung.device
    if rung.kind is RungKind.MOUNT:
        return next((mount.device for mount in inventory.mounts if mount.target == rung.name), "")
    if rung.kind is RungKind.SWAP:
        return next((swap.device for swap in inventory.swaps if swap.path == rung.name), "")
    return ""


def users_at(rung: Rung, inventory: Inventory, users: Users) -> Users:
    """Those of some users who are shown at a rung: at a mount who uses its files, else who the device."""
    device = device_of(rung, inventory)
    if not device:
        return Users()
    here = users.of((device,))
    if rung.kind is RungKind.MOUNT:
        first = next((mount.target for mount in inventory.mounts_of(device)), "")
        processes = tuple(
            process
            for process in here.processes
            if any(held.how is not Hold.OPEN_DEVICE for held in process.held)
        )
        kernel = tuple(user for user in here.kernel if user.how not in {KernelHold.SWAP, KernelHold.MAP})
        return Users(processes, kernel) if rung.name == first else Users()
    if rung.kind in {RungKind.FILESYSTEM, RungKind.SWAP}:
        return Users()
    processes = tuple(
        process for process in here.processes if any(held.how is Hold.OPEN_DEVICE for held in process.held)
    )
    held_by_kernel = {
        KernelHold.MAP,
        KernelHold.RAID,
        KernelHold.LOOP,
        KernelHold.BACKSTORE,
        KernelHold.CLAIM,
    }
    mounted = bool(inventory.mounts_of(device))
    kernel = tuple(user for user in here.kernel if user.how in held_by_kernel and not mounted)
    return Users(processes, kernel)
