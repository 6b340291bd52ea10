"""What speaks against the answer of step 7: kinds, labels, mount points, owners and options."""

import re

from tui.setup.answers import VolumeMount
from tui.setup.state import SetupState
from tui.setup.steps import name
from tui.setup.steps.mount_wanted import MountTarget, answer, filesystem_kind, targets
from tui.storage.files.filesystem_kind import label_problems, size_problems
from tui.storage.files.mount_options import option_problems
from tui.storage.files.mount_point import mount_point_problems
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


def problems(state: SetupState) -> tuple[Problem, ...]:
    """Kinds, labels, mount points, owners and options that do not do."""
    entries = answer(state).mounts
    by_volume = {target.volume: target for target in targets(state)}
    found: list[Problem] = []
    strangers = state.answers.mount.mounts if state.answers.mount else ()
    found.extend(
        Problem(
            "mount.no-such-volume",
            _("{volume} is not one of the chosen volumes.").format(volume=clean(entry.volume)),
            remedy=_("Choose one of: {names}.").format(
                names=enumerated(map(clean, by_volume)) or _("nothing")
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


def _entry_problems(state: SetupState, entry: VolumeMount, volume: MountTarget, prefix: str) -> list[Problem]:
    found: list[Problem] = []
    kind = filesystem_kind(entry.kind)
    if volume.is_new and kind is None:
        found.append(
            Problem(
                "mount.kind",
                _("This program cannot create a {kind} file system.").format(kind=clean(entry.kind)),
                remedy=_("Choose ext4, xfs or btrfs."),
                field=f"{prefix}kind",
            )
        )
    if not volume.is_new and entry.kind != volume.kind:
        found.append(
            Problem(
                "mount.other-kind",
                _("{volume} has a {kind} file system, not {wanted}.").format(
                    volume=clean(volume.volume), kind=clean(volume.kind), wanted=clean(entry.kind)
                ),
                remedy=_("Mount it as it is, or create a new volume."),
                field=f"{prefix}kind",
            )
        )
    if volume.is_new and kind is not None:
        found.extend(label_problems(kind, entry.label, f"{prefix}label"))
        found.extend(size_problems(kind, volume.size, f"{prefix}kind"))
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
    found.extend(_point_problems(state, entry, volume, prefix))
    found.extend(_owner_problems(entry, prefix))
    return found


def _point_problems(
    state: SetupState, entry: VolumeMount, volume: MountTarget, prefix: str
) -> tuple[Problem, ...]:
    field = f"{prefix}mount_point"
    mistakes = mount_point_problems(entry.mount_point, field)
    if mistakes:
        return mistakes
    point = normalised(entry.mount_point)
    other = next(
        (mount for mount in state.inventory.mounts if mount.target == point and volume.mounted != point),
        None,
    )
    if other is not None:
        return (
            Problem(
                "mount.occupied",
                _("{source} is mounted at {point}.").format(source=clean(other.source), point=clean(point)),
                remedy=_("Choose another directory, or unmount that first."),
                field=field,
            ),
        )
    if volume.mounted and volume.mounted != point:
        return (
            Problem(
                "mount.elsewhere",
                _("{volume} is already mounted at {point}.").format(
                    volume=clean(volume.volume), point=clean(volume.mounted)
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
                _("{point} exists and is not a directory.").format(point=clean(point)),
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
        ("owner", entry.owner, _("{name} is not a known user.")),
        ("group", entry.group, _("{name} is not a known group.")),
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
            _("{mode} is not a valid mode for a directory.").format(mode=clean(entry.mode)),
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
                    remedy=_("Give each volume its own directory."),
                    field=f"mounts.{number}.mount_point",
                )
            )
    return found
