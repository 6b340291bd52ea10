"""Step 7: a file system on every volume, and the folder under which it appears."""

import re
from dataclasses import dataclass, replace

from tui.setup import disks, name, volumes
from tui.setup.answers import MountAnswer, VolumeMount, VolumesWay
from tui.setup.state import Explanation, SetupState, commands
from tui.storage.filesystem_kind import FilesystemKind, label_problems, size_problems
from tui.storage.lvm_names import mapper_path, volume_path
from tui.storage.mount_options import Explained, explain as explain_option, option_problems
from tui.storage.mount_point import mount_point_problems, normalised
from tui.storage.operations.filesystem import MakeFilesystem
from tui.storage.operations.mount import MountFilesystem
from tui.storage.operations.mount_point import MakeMountPoint
from tui.storage.operations.operation import Operation
from tui.storage.operations.owner import SetOwner
from tui.storage.operations.services import InstallPackages
from tui.storage.plan import Plan
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count


@dataclass(frozen=True, slots=True)
class MountTarget:
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
    """

    volume: str
    path: str
    stable_path: str
    size: int
    kind: str = ""
    uuid: str = ""
    label: str = ""
    mounted: str = ""

    @property
    def is_new(self) -> bool:
        """Whether a file system has to be made on it."""
        return not self.kind


def targets(state: SetupState) -> tuple[MountTarget, ...]:
    """The volumes of step 6, in its order."""
    chosen = volumes.answer(state)
    there = {one.volume: one for one in disks.existing(state)}
    if chosen.way is VolumesWay.EXISTING:
        return tuple(_there(state, there[one]) for one in chosen.existing if one in there)
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
            )
        )
    return tuple(found)


def _there(state: SetupState, one: disks.Existing) -> MountTarget:
    stable = one.path
    if one.group:
        stable = mapper_path(*one.volume.split("/", 1))
    else:
        device = state.inventory.device(one.device)
        links = device.links if device is not None else ()
        stable = next((link for link in links if link.startswith("/dev/disk/by-id/")), one.path)
    return MountTarget(one.volume, one.path, stable, one.size, one.kind, one.uuid, one.label, one.mounted)


def answer(state: SetupState) -> MountAnswer:
    """The decided entries in the order of the volumes; a volume nobody decided about has its default."""
    decided = {one.volume: one for one in state.answers.mount.mounts} if state.answers.mount else {}
    return MountAnswer(
        tuple(_settled(decided.get(one.volume) or _default(state, one), one) for one in targets(state))
    )


def _settled(entry: VolumeMount, one: MountTarget) -> VolumeMount:
    """What is there already is no longer a question."""
    return entry if one.is_new else replace(entry, label=one.label)


def defaults(state: SetupState) -> MountAnswer:
    """ext4 below /srv for new volumes; what fstab or the mount table says for those that are there."""
    return MountAnswer(tuple(_default(state, one) for one in targets(state)))


def _default(state: SetupState, one: MountTarget) -> VolumeMount:
    short = one.volume.rpartition("/")[2]
    entry = next(
        (
            entry
            for entry in state.inventory.fstab
            if entry.spec in (one.path, one.stable_path, f"UUID={one.uuid}") and not one.is_new
        ),
        None,
    )
    point = one.mounted or (entry.mount_point if entry is not None else f"/srv/{short}")
    options = _own_options(entry.options) if entry is not None else ("rw", "noatime")
    return VolumeMount(one.volume, one.kind or FilesystemKind.EXT4.value, one.label, point, options=options)


def _own_options(options: tuple[str, ...]) -> tuple[str, ...]:
    """What a person chose of the options of a boot entry; the step "At boot" adds the rest anew."""
    added = ("_netdev", "nofail", "defaults")
    return tuple(one for one in options if one not in added and not one.startswith("x-systemd."))


def is_mounted(state: SetupState, entry: VolumeMount) -> bool:
    """Whether the volume is mounted where it shall be."""
    return any(
        one.volume == entry.volume and one.mounted == normalised(entry.mount_point) for one in targets(state)
    )


def satisfied(state: SetupState) -> str | None:
    """Every volume is mounted where it shall be."""
    entries = answer(state).mounts
    if not entries or problems(state) or not all(is_mounted(state, entry) for entry in entries):
        return None
    return note(state)


def problems(state: SetupState) -> tuple[Problem, ...]:
    """Kinds, labels, mount points, owners and options that do not do."""
    entries = answer(state).mounts
    by_volume = {one.volume: one for one in targets(state)}
    found: list[Problem] = []
    strangers = state.answers.mount.mounts if state.answers.mount else ()
    found.extend(
        Problem(
            "mount.no-such-volume",
            _("{volume} is not among the volumes chosen.").format(volume=clean(entry.volume)),
            remedy=_("Choose one of: {names}.").format(
                names=", ".join(map(clean, by_volume)) or _("nothing")
            ),
            field="mounts",
        )
        for entry in strangers
        if entry.volume not in by_volume
    )
    for number, entry in enumerate(entries):
        found.extend(_entry_problems(state, entry, by_volume[entry.volume], f"mounts.{number}."))
    found.extend(_clashes(entries))
    return tuple(found)


def _entry_problems(state: SetupState, entry: VolumeMount, one: MountTarget, prefix: str) -> list[Problem]:
    found: list[Problem] = []
    kind = filesystem_kind(entry.kind)
    if one.is_new and kind is None:
        found.append(
            Problem(
                "mount.kind",
                _("{kind} is no file system that can be made here.").format(kind=clean(entry.kind)),
                remedy=_("Choose ext4, xfs or btrfs."),
                field=f"{prefix}kind",
            )
        )
    if not one.is_new and entry.kind != one.kind:
        found.append(
            Problem(
                "mount.other-kind",
                _("{volume} carries {kind}, not {wanted}.").format(
                    volume=clean(one.volume), kind=clean(one.kind), wanted=clean(entry.kind)
                ),
                remedy=_("Mount it as what it is, or make a new volume."),
                field=f"{prefix}kind",
            )
        )
    if one.is_new and kind is not None:
        found.extend(label_problems(kind, entry.label, f"{prefix}label"))
        found.extend(size_problems(kind, one.size, f"{prefix}kind"))
        if not state.inventory.has_tool(kind.tool) and not name.lacking_packages(
            state.inventory, (kind.tool,)
        ):
            found.append(
                Problem(
                    "mount.no-tool",
                    _("{tool} is not installed.").format(tool=kind.tool),
                    remedy=_("Install it with your package manager, or choose another file system."),
                    field=f"{prefix}kind",
                )
            )
    if kind is not None:
        found.extend(option_problems(entry.options, kind, f"{prefix}options"))
    found.extend(_point_problems(state, entry, one, prefix))
    found.extend(_owner_problems(entry, prefix))
    return found


def filesystem_kind(text: str) -> FilesystemKind | None:
    """The kind of that name, or None for one this program does not make."""
    return next((kind for kind in FilesystemKind if kind.value == text), None)


def _point_problems(
    state: SetupState, entry: VolumeMount, one: MountTarget, prefix: str
) -> tuple[Problem, ...]:
    field = f"{prefix}mount_point"
    mistakes = mount_point_problems(entry.mount_point, field)
    if mistakes:
        return mistakes
    point = normalised(entry.mount_point)
    other = next(
        (mount for mount in state.inventory.mounts if mount.target == point and one.mounted != point),
        None,
    )
    if other is not None:
        return (
            Problem(
                "mount.occupied",
                _("{source} is mounted at {point}.").format(source=clean(other.source), point=clean(point)),
                remedy=_("Choose another folder, or unmount that first."),
                field=field,
            ),
        )
    if one.mounted and one.mounted != point:
        return (
            Problem(
                "mount.elsewhere",
                _("{volume} is mounted at {point} already.").format(
                    volume=clean(one.volume), point=clean(one.mounted)
                ),
                remedy=_("Keep that mount point, or unmount it first."),
                field=field,
            ),
        )
    facts = state.folder(point)
    if facts is not None and facts.exists and not facts.is_folder:
        return (
            Problem(
                "mount.not-a-folder",
                _("{point} is there and is not a folder.").format(point=clean(point)),
                remedy=_("Choose another path."),
                field=field,
            ),
        )
    return ()


def _owner_problems(entry: VolumeMount, prefix: str) -> list[Problem]:
    found: list[Problem] = []

    def add(code: str, field: str, summary: str, remedy: str) -> None:
        found.append(Problem(f"mount.{code}", summary, remedy=remedy, field=f"{prefix}{field}"))

    for field, text, words in (
        ("owner", entry.owner, _("{name} is no name of a user.")),
        ("group", entry.group, _("{name} is no name of a group.")),
    ):
        if text and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\$?", text):
            add(
                field,
                field,
                words.format(name=clean(text)),
                _("Type a name or a number, or leave it empty to keep root."),
            )
    if entry.mode and not re.fullmatch(r"[0-7]{3,4}", entry.mode):
        add(
            "mode",
            "mode",
            _("{mode} is no mode of a folder.").format(mode=clean(entry.mode)),
            _("Write three or four octal digits, such as 0755."),
        )
    return found


def _clashes(entries: tuple[VolumeMount, ...]) -> list[Problem]:
    found: list[Problem] = []
    for number, entry in enumerate(entries):
        twin = next(
            (
                earlier
                for earlier in entries[:number]
                if normalised(earlier.mount_point) == normalised(entry.mount_point)
            ),
            None,
        )
        if twin is not None:
            found.append(
                Problem(
                    "mount.same-point",
                    _("{one} and {other} have the same mount point.").format(
                        one=clean(twin.volume), other=clean(entry.volume)
                    ),
                    remedy=_("Give each volume a folder of its own."),
                    field=f"mounts.{number}.mount_point",
                )
            )
    return found


def warnings(state: SetupState) -> tuple[Problem, ...]:
    """Folders that are not empty, and options nobody here knows."""
    found: list[Problem] = []
    for number, entry in enumerate(answer(state).mounts):
        facts = state.folder(normalised(entry.mount_point))
        if facts is not None and facts.entries and not is_mounted(state, entry):
            found.append(
                Problem(
                    "mount.not-empty",
                    translate_count(
                        "{point} is not empty: {count} entry.",
                        "{point} is not empty: {count} entries.",
                        facts.entries,
                    ).format(point=clean(facts.path), count=facts.entries),
                    _("What is in it is hidden while the volume is mounted over it."),
                    _("Choose an empty folder, or move its content first."),
                    f"mounts.{number}.mount_point",
                )
            )
        kind = filesystem_kind(entry.kind)
        found.extend(
            Problem("mount.unknown-option", one.words, field=f"mounts.{number}.options")
            for one in (options_explained(entry) if kind is not None else ())
            if not one.known
        )
    return tuple(found)


def options_explained(entry: VolumeMount) -> tuple[Explained, ...]:
    """What every option of an entry does."""
    kind = filesystem_kind(entry.kind)
    return tuple(explain_option(option, kind) for option in entry.options) if kind is not None else ()


def ordered(state: SetupState) -> tuple[tuple[VolumeMount, MountTarget], ...]:
    """Entries with their volumes, outer mount points before those inside them."""
    by_volume = {one.volume: one for one in targets(state)}
    pairs = [(entry, by_volume[entry.volume]) for entry in answer(state).mounts]
    return tuple(sorted(pairs, key=lambda pair: normalised(pair[0].mount_point).count("/")))


def file_systems(state: SetupState) -> tuple[Operation, ...]:
    """Make the file systems."""
    operations: list[Operation] = []
    new = [(entry, one) for entry, one in ordered(state) if one.is_new]
    tools = tuple(dict.fromkeys(kind.tool for entry, _one in new if (kind := filesystem_kind(entry.kind))))
    packages = name.lacking_packages(state.inventory, tools)
    if packages:
        operations.append(InstallPackages(packages, state.inventory.distribution.family))
    for entry, one in new:
        kind = filesystem_kind(entry.kind)
        if kind is not None:
            operations.append(MakeFilesystem(one.path, kind, entry.label, one.uuid))
    return tuple(operations)


def folder(entry: VolumeMount) -> Operation:
    """Make the folder. One inside another volume is made when that volume is mounted."""
    return MakeMountPoint(normalised(entry.mount_point))


def mounting(entry: VolumeMount, one: MountTarget) -> tuple[Operation, ...]:
    """Mount a volume, and set owner and mode of its folder."""
    point = normalised(entry.mount_point)
    mounted = MountFilesystem(one.path, point, entry.kind, entry.options)
    if entry.owner or entry.group or entry.mode:
        return (mounted, SetOwner(point, entry.owner, entry.group, entry.mode))
    return (mounted,)


def plan(state: SetupState) -> Plan:
    """Make the file systems and the folders, and mount."""
    mounts = tuple(
        operation for entry, one in ordered(state) for operation in (folder(entry), *mounting(entry, one))
    )
    return Plan(_("Mount the volumes"), (*file_systems(state), *mounts))


def lacks(state: SetupState) -> Problem | None:
    """The first mistake."""
    return next(iter(problems(state)), None)


def explain(state: SetupState) -> Explanation:
    """What a mount is."""
    return Explanation(
        _(
            "A file system keeps files and folders on a volume; mounting makes them appear under a folder of "
            "this host. Nothing is written now: the plan is shown as a whole before it runs."
        ),
        commands(plan(state)) if not problems(state) else (),
    )


def note(state: SetupState) -> str:
    """The mount points."""
    return ", ".join(clean(normalised(entry.mount_point)) for entry in answer(state).mounts)
