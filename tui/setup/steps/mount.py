"""Step 7: a file system on every volume, and the folder under which it appears."""

from tui.setup.answers import VolumeMount
from tui.setup.state import Explanation, SetupState, commands
from tui.setup.steps import name
from tui.setup.steps.mount_problems import problems
from tui.setup.steps.mount_wanted import MountTarget, answer, defaults, filesystem_kind, is_mounted, targets
from tui.storage.changing.plan import Plan
from tui.storage.files.mount_options import Explained, explain as explain_option
from tui.storage.model.inventory import Trait
from tui.storage.operations.filesystem.make_filesystem import MakeFilesystem
from tui.storage.operations.mounts.label_root import LabelRoot
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.mounts.mount_point import MakeMountPoint
from tui.storage.operations.mounts.owner import SetOwner
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import InstallPackages
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count

__all__ = [
    "MountTarget",
    "answer",
    "blocker",
    "defaults",
    "explain",
    "file_systems",
    "filesystem_kind",
    "folder",
    "is_mounted",
    "mounting",
    "note",
    "options_explained",
    "ordered",
    "plan",
    "problems",
    "satisfied",
    "targets",
    "warnings",
]  # fmt: skip


def satisfied(state: SetupState) -> str | None:
    """Every volume is mounted where it should be."""
    entries = answer(state).mounts
    if not entries or problems(state) or not all(is_mounted(state, entry) for entry in entries):
        return None
    return note(state)


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
                    _("Its content is hidden while the volume is mounted there."),
                    _("Choose an empty directory, or move its content first."),
                    f"mounts.{number}.mount_point",
                )
            )
        kind = filesystem_kind(entry.kind)
        found.extend(
            Problem("mount.unknown-option", option.words, field=f"mounts.{number}.options")
            for option in (options_explained(entry) if kind is not None else ())
            if not option.known
        )
    return tuple(found)


def options_explained(entry: VolumeMount) -> tuple[Explained, ...]:
    """What every option of an entry does."""
    kind = filesystem_kind(entry.kind)
    return tuple(explain_option(option, kind) for option in entry.options) if kind is not None else ()


def ordered(state: SetupState) -> tuple[tuple[VolumeMount, MountTarget], ...]:
    """Entries with their volumes, outer mount points before those inside them."""
    by_volume = {target.volume: target for target in targets(state)}
    pairs = [(entry, by_volume[entry.volume]) for entry in answer(state).mounts]
    return tuple(sorted(pairs, key=lambda pair: normalised(pair[0].mount_point).count("/")))


def file_systems(state: SetupState) -> tuple[Operation, ...]:
    """Make the file systems."""
    operations: list[Operation] = []
    new = [(entry, target) for entry, target in ordered(state) if target.is_new]
    tools = tuple(dict.fromkeys(kind.tool for entry, _one in new if (kind := filesystem_kind(entry.kind))))
    packages = name.lacking_packages(state.inventory, tools)
    if packages:
        operations.append(InstallPackages(packages, state.inventory.distribution.family))
    for entry, target in new:
        kind = filesystem_kind(entry.kind)
        if kind is not None:
            operations.append(
                MakeFilesystem(target.path, kind, entry.label, target.uuid, existed=target.existed)
            )
    return tuple(operations)


def folder(entry: VolumeMount) -> Operation:
    """Make the folder. One inside another volume is made when that volume is mounted."""
    return MakeMountPoint(normalised(entry.mount_point))


def mounting(state: SetupState, entry: VolumeMount, volume: MountTarget) -> tuple[Operation, ...]:
    """Mount a volume, label the root of a new file system, and set owner and mode of its folder."""
    point = normalised(entry.mount_point)
    steps: list[Operation] = [MountFilesystem(volume.path, point, entry.kind, entry.options)]
    if volume.is_new and Trait.SELINUX in state.inventory.traits:
        steps.append(LabelRoot(point))
    if entry.owner or entry.group or entry.mode:
        steps.append(SetOwner(point, entry.owner, entry.group, entry.mode))
    return tuple(steps)


def plan(state: SetupState) -> Plan:
    """Make the file systems and the folders, and mount."""
    mounts = tuple(
        operation
        for entry, target in ordered(state)
        for operation in (folder(entry), *mounting(state, entry, target))
    )
    return Plan(_("Mount the volumes"), (*file_systems(state), *mounts))


def blocker(state: SetupState) -> Problem | None:
    """The first mistake."""
    return next(iter(problems(state)), None)


def explain(state: SetupState) -> Explanation:
    """What a mount is."""
    return Explanation(
        _(
            "A file system holds files and directories on a volume; mounting makes them available "
            "below a directory of this host. Nothing is written now: the whole plan is shown "
            "before it runs."
        ),
        commands(plan(state)) if not problems(state) else (),
    )


def note(state: SetupState) -> str:
    """The mount points."""
    return enumerated(clean(normalised(entry.mount_point)) for entry in answer(state).mounts)
