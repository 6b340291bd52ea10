"""How the volumes should be mounted: the answer of step 7, and what of it is there already."""

from msgspec import Struct
from msgspec.structs import replace

from tui.setup.answers import MountAnswer, VolumeMount, VolumesWay
from tui.setup.state import SetupState
from tui.setup.steps import disks, volumes
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.lvm.names import mapper_path, volume_path
from tui.storage.probe.mounts.fstab import normalised


class MountTarget(Struct, frozen=True):
    """A volume that is to be mounted, there or planned.

    Attributes:
        volume: `VG/LV`, or the WWID of a disk that carries a file system itself.
        path: below /dev, as the file system is made and mounted.
        stable_path: a path that survives reboots, for the boot entry.
        size: bytes.
        kind: of the file system that is there; empty where one is to be made.
        uuid: of the file system that is there, or the one that a new one will get.
        label: of the file system that is there.
        mounted: where it is mounted now, or empty.
        existed: the volume is there already, whatever is on it.
    """

    volume: str
    path: str
    stable_path: str
    size: int
    kind: str = ""
    uuid: str = ""
    label: str = ""
    mounted: str = ""
    existed: bool = False

    @property
    def is_new(self) -> bool:
        """Whether a file system has to be made on it."""
        return not self.kind


def targets(state: SetupState) -> tuple[MountTarget, ...]:
    """The volumes of step 6, in its order."""
    chosen = volumes.answer(state)
    there = {existing.volume: existing for existing in disks.existing(state)}
    if chosen.way is VolumesWay.EXISTING:
        return tuple(_there(state, there[volume]) for volume in chosen.existing if volume in there)
    found = []
    for number, row in enumerate(volumes.layout(state).rows):
        known = there.get(f"{chosen.group}/{row.name}")
        if known is not None and known.kind:
            found.append(_there(state, known))
            continue
        found.append(
            MountTarget(
                f"{chosen.group}/{row.name}",
                volume_path(chosen.group, row.name),
                mapper_path(chosen.group, row.name),
                row.size,
                uuid=state.fresh_uuids[number] if number < len(state.fresh_uuids) else "",
                existed=known is not None,
            )
        )
    return tuple(found)


def _there(state: SetupState, existing: disks.Existing) -> MountTarget:
    stable = existing.path
    if existing.group:
        stable = mapper_path(*existing.volume.split("/", 1))
    else:
        device = state.inventory.device(existing.device)
        links = device.links if device is not None else ()
        stable = next((link for link in links if link.startswith("/dev/disk/by-id/")), existing.path)
    return MountTarget(
        existing.volume,
        existing.path,
        stable,
        existing.size,
        existing.kind,
        existing.uuid,
        existing.label,
        existing.mounted,
        existed=True,
    )


def answer(state: SetupState) -> MountAnswer:
    """The decided entries in the order of the volumes; a volume nobody decided about has its default."""
    decided = {mount.volume: mount for mount in state.answers.mount.mounts} if state.answers.mount else {}
    return MountAnswer(
        tuple(
            _settled(decided.get(target.volume) or _default(state, target), target)
            for target in targets(state)
        )
    )


def _settled(entry: VolumeMount, volume: MountTarget) -> VolumeMount:
    """What is there already is no longer a question."""
    return entry if volume.is_new else replace(entry, label=volume.label)


def defaults(state: SetupState) -> MountAnswer:
    """ext4 below /srv for new volumes; what fstab or the mount table says for those that are there."""
    return MountAnswer(tuple(_default(state, target) for target in targets(state)))


def _default(state: SetupState, volume: MountTarget) -> VolumeMount:
    short = volume.volume.rpartition("/")[2]
    entry = next(
        (
            entry
            for entry in state.inventory.fstab
            if entry.spec in (volume.path, volume.stable_path, f"UUID={volume.uuid}") and not volume.is_new
        ),
        None,
    )
    point = volume.mounted or (entry.mount_point if entry is not None else f"/srv/{short}")
    options = own_options(entry.options) if entry is not None else ("rw", "noatime")
    return VolumeMount(
        volume.volume, volume.kind or FilesystemKind.EXT4.value, volume.label, point, options=options
    )


def own_options(options: tuple[str, ...]) -> tuple[str, ...]:
    """What a person chose of the options of a boot entry; the step "At boot" adds the rest again."""
    added = ("_netdev", "nofail", "defaults")
    return tuple(option for option in options if option not in added and not option.startswith("x-systemd."))


def is_mounted(state: SetupState, entry: VolumeMount) -> bool:
    """Whether the volume is mounted where it should be."""
    return any(
        target.volume == entry.volume and target.mounted == normalised(entry.mount_point)
        for target in targets(state)
    )


def filesystem_kind(text: str) -> FilesystemKind | None:
    """The kind of that name, or None for one this program does not make."""
    return next((kind for kind in FilesystemKind if kind.value == text), None)
