"""The disks of the chosen targets, one entry a LUN however many paths lead to it, and what they carry."""

from msgspec import Struct

from tui.setup.state import SetupState
from tui.setup.steps import target
from tui.storage.devices.contents import Contents
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Session, SessionState
from tui.storage.model.lvm import LogicalVolume, VolumeGroup, VolumeKind
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _


class Disk(Struct, frozen=True):
    """One LUN as the set-up sees it.

    Attributes:
        wwid: its identity; where the target gives none, the kernel name stands for it.
        device: what is to be used: the multipath map where there is one, else the disk.
        size: bytes.
        vendor: as INQUIRY tells it, untrusted.
        model: likewise.
        target: name of the target, untrusted.
        number: the LUN.
        paths: kernel names of its disks; more than one means several paths.
        map_name: name of the multipath map over them, or empty.
        contents: what was found on it, or None while it was not looked at.
    """

    wwid: str
    device: BlockDevice
    size: int
    vendor: str
    model: str
    target: str
    number: int
    paths: tuple[str, ...]
    map_name: str = ""
    contents: Contents | None = None

    @property
    def lacks_map(self) -> bool:
        """Several paths lead to it and nothing joins them."""
        return len(self.paths) > 1 and not self.map_name

    @property
    def confirmations(self) -> tuple[str, str]:
        """What names it when its content is to be destroyed: the WWID, or target and LUN."""
        return self.wwid, f"{self.target}/{self.number}"


class Existing(Struct, frozen=True):
    """A volume that is there and may be used as it is.

    Attributes:
        volume: `VG/LV`, or the WWID of a disk that carries a file system itself.
        group: name of the volume group, or empty.
        path: below /dev.
        device: kernel name, or empty while it is not active.
        kind: of the file system, or empty while it cannot be read or there is none.
        uuid: of the file system, likewise.
        label: likewise.
        size: bytes.
        mounted: where it is mounted now, or empty.
    """

    volume: str
    group: str
    path: str
    device: str
    kind: str
    uuid: str
    label: str
    size: int
    mounted: str = ""


def sessions(state: SetupState) -> tuple[Session, ...]:
    """The sessions of the chosen records, in order of their number."""
    chosen = {choice.target for choice in target.answer(state).chosen}
    return tuple(session for session in state.inventory.sessions if session.target in chosen)


def luns(state: SetupState) -> tuple[Lun, ...]:
    """The disks that those sessions show and that answer."""
    numbers = {session.sid for session in sessions(state) if session.state is SessionState.LOGGED_IN}
    return tuple(lun for lun in state.inventory.luns if lun.sid in numbers and lun.disk and lun.state.answers)


def disks(state: SetupState) -> tuple[Disk, ...]:
    """One entry a LUN, sorted by target and number."""
    grouped: dict[str, list[Lun]] = {}
    for lun in luns(state):
        grouped.setdefault(lun.wwid or lun.disk, []).append(lun)
    found = (_disk(state, wwid, tuple(paths)) for wwid, paths in grouped.items())
    return tuple(
        sorted((lun for lun in found if lun is not None), key=lambda lun: (lun.target, lun.number, lun.wwid))
    )


def _disk(state: SetupState, wwid: str, paths: tuple[Lun, ...]) -> Disk | None:
    inventory, first = state.inventory, paths[0]
    multipath = inventory.map_over(first.disk)
    device = inventory.device(multipath.device if multipath is not None else first.disk)
    session = inventory.session(first.sid)
    if device is None or session is None:
        return None
    return Disk(
        wwid=wwid,
        device=device,
        size=device.size or first.size,
        vendor=first.vendor,
        model=first.model,
        target=session.target,
        number=first.number,
        paths=tuple(sorted(lun.disk for lun in paths)),
        map_name=multipath.name if multipath is not None else "",
        contents=state.contents_of(wwid),
    )


def disk(state: SetupState, wwid: str) -> Disk | None:
    """The disk of that identity, or None."""
    return next((offered for offered in disks(state) if offered.wwid == wwid), None)


def groups_on(state: SetupState) -> tuple[VolumeGroup, ...]:
    """The volume groups that have a PV on one of the disks."""
    return tuple(dict.fromkeys(group for offered in disks(state) for group in _groups_of(state, offered)))


def refusal_of_group(state: SetupState, group: VolumeGroup) -> Problem | None:
    """Why a group on the disks cannot be used as it is, or None."""
    if state.inventory.is_ambiguous(group.name):
        return Problem(
            "volumes.group-twice",
            _("Several VGs are named {name}.").format(name=clean(group.name, 60)),
            cause=_("LVM's commands do not use a name that several VGs have."),
            remedy=_("Rename one of them by its UUID: vgrename UUID NEWNAME."),
        )
    return next(
        (
            offered.contents.reuse_refusal
            for offered in disks(state)
            if offered.contents is not None
            and offered.contents.reuse_refusal
            and group in _groups_of(state, offered)
        ),
        None,
    )


def _groups_of(state: SetupState, disk: Disk) -> tuple[VolumeGroup, ...]:
    names, inventory = {disk.device.name}, state.inventory
    return tuple(
        group
        for pv in inventory.physical_volumes
        if (pv.device in names or _stands_on(inventory, pv.device, names))
        and (group := inventory.group_of(pv)) is not None
    )


def _stands_on(inventory: Inventory, device: str, names: set[str]) -> bool:
    return any(upper.name == device for name in names for upper in inventory.above(name))


def existing(state: SetupState) -> tuple[Existing, ...]:
    """What the disks carry that can be used as it is: logical volumes first, then bare file systems."""
    groups = [
        group
        for group in groups_on(state)
        if not (group.foreign or group.shared or group.exported or group.missing_volumes)
        and refusal_of_group(state, group) is None
    ]
    volumes = [
        _of_volume(state.inventory, volume)
        for volume in state.inventory.logical_volumes
        if any(group.owns(volume) for group in groups) and _is_ordinary(volume)
    ]
    bare = [
        _of_disk(state.inventory, offered)
        for offered in disks(state)
        if offered.device.content
        and _carries_filesystem(state.inventory, offered.device.name)
        and (offered.contents is None or offered.contents.reuse_refusal is None)
    ]
    return (*volumes, *bare)


_INTERNAL = frozenset(
    {
        VolumeKind.THIN_POOL,
        VolumeKind.VDO_POOL,
        VolumeKind.METADATA,
        VolumeKind.MIRROR_LOG,
        VolumeKind.IMAGE,
    }
)
"""What LVM uses itself: nobody puts a file system on it."""


def _is_ordinary(volume: LogicalVolume) -> bool:
    return not volume.name.startswith("[") and volume.kind not in _INTERNAL


def _carries_filesystem(inventory: Inventory, device: str) -> bool:
    return any(filesystem.device == device for filesystem in inventory.filesystems)


def _of_volume(inventory: Inventory, volume: LogicalVolume) -> Existing:
    device = inventory.device(volume.device) if volume.device else None
    mount = next(iter(inventory.mounts_of(volume.device)), None) if volume.device else None
    return Existing(
        volume=f"{volume.volume_group}/{volume.name}",
        group=volume.volume_group,
        path=volume.path or f"/dev/{volume.volume_group}/{volume.name}",
        device=volume.device,
        kind=_kind(inventory, volume.device),
        uuid=device.content_uuid if device is not None else "",
        label=device.content_label if device is not None else "",
        size=volume.size,
        mounted=mount.target if mount is not None else "",
    )


def _of_disk(inventory: Inventory, disk: Disk) -> Existing:
    mount = next(iter(inventory.mounts_of(disk.device.name)), None)
    return Existing(
        volume=disk.wwid,
        group="",
        path=disk.device.path,
        device=disk.device.name,
        kind=disk.device.content,
        uuid=disk.device.content_uuid,
        label=disk.device.content_label,
        size=disk.size,
        mounted=mount.target if mount is not None else "",
    )


def _kind(inventory: Inventory, device: str) -> str:
    return (
        next((filesystem.kind for filesystem in inventory.filesystems if filesystem.device == device), "")
        if device
        else ""
    )
