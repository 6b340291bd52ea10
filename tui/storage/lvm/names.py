"""Names of volume groups and logical volumes, by LVM's rules (lvm(8), VALID NAMES; lib/misc/lvm-string.c)."""

import re
from collections.abc import Iterable

from tui.storage.model.lvm import PART_NAMES
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

LONGEST = 127
"""NAME_LEN and DM_NAME_LEN are 128 bytes with the closing zero."""

_ALLOWED = re.compile(r"[A-Za-z0-9+_.-]")
_RESERVED_STARTS = ("snapshot", "pvmove")


def volume_group_name_problems(
    name: str, taken: Iterable[str] = (), field: str = "volume_group"
) -> tuple[Problem, ...]:
    """What is wrong with a name for a new volume group.

    Args:
        name: as the person typed it.
        taken: names of the volume groups that exist, foreign ones included.
        field: the answer that holds the name.
    """
    problem = _common(name, field)
    if problem is None and name in set(taken):
        problem = Problem(
            "lvm-name.taken",
            _("A VG named {name} already exists.").format(name=clean(name)),
            remedy=_("Choose another name, or use the existing VG."),
            field=field,
        )
    return (problem,) if problem else ()


def free_group_name(name: str, taken: Iterable[str], ending: str = "_") -> str:
    """A name for a volume group: another one with the first number behind it that makes it free."""
    known = tuple(taken)
    candidates = (f"{name}{ending}{number}" for number in range(2, 100))
    return next(
        (candidate for candidate in candidates if not volume_group_name_problems(candidate, known)),
        f"{name}{ending}",
    )


def logical_volume_name_problems(
    name: str, volume_group: str = "", taken: Iterable[str] = (), field: str = "logical_volume"
) -> tuple[Problem, ...]:
    """What is wrong with a name for a new logical volume.

    Args:
        name: as the person typed it.
        volume_group: the group it will be in; both names together must fit into the kernel's name.
        taken: names of the logical volumes that exist in the group.
        field: the answer that holds the name.
    """
    problem = _common(name, field) or _reserved(name, field)
    if problem is None and name in set(taken):
        problem = Problem(
            "lvm-name.taken",
            _("An LV named {name} already exists in this VG.").format(name=clean(name)),
            remedy=_("Choose another name, or use the existing LV."),
            field=field,
        )
    if problem is None and volume_group and len(map_name(volume_group, name)) > LONGEST:
        problem = Problem(
            "lvm-name.too-long",
            _("The names of the VG and the LV are too long together."),
            cause=_(
                "Device-mapper joins them into one name of at most {longest} characters, in which "
                "a hyphen counts twice; this one has {length}."
            ).format(longest=LONGEST, length=len(map_name(volume_group, name))),
            remedy=_("Shorten one of them."),
            field=field,
        )
    return (problem,) if problem else ()


def map_name(volume_group: str, logical_volume: str) -> str:
    """The device-mapper name of a volume: hyphens doubled, joined by a single one (dmsetup(8) splitname)."""
    return "-".join(part.replace("-", "--") for part in (volume_group, logical_volume))


def mapper_path(volume_group: str, logical_volume: str) -> str:
    """The path below /dev/mapper, which fstab can name."""
    return f"/dev/mapper/{map_name(volume_group, logical_volume)}"


def volume_path(volume_group: str, logical_volume: str) -> str:
    """The path people use, `/dev/VG/LV`."""
    return f"/dev/{volume_group}/{logical_volume}"


def _common(name: str, field: str) -> Problem | None:
    if not name:
        return Problem(
            "lvm-name.empty",
            _("A name is needed."),
            remedy=_("Type a short name, such as data."),
            field=field,
        )
    stranger = next((character for character in name if not _ALLOWED.fullmatch(character)), None)
    if stranger is not None:
        return Problem(
            "lvm-name.character",
            _("LVM does not allow the character “{character}” in a name.").format(
                character=_("space") if stranger == " " else clean(stranger)
            ),
            remedy=_("Use only the letters a to z and A to Z, digits, and + _ . -"),
            field=field,
        )
    if name.startswith("-"):
        return Problem(
            "lvm-name.hyphen",
            _("A name cannot begin with a hyphen."),
            cause=_("LVM would read it as an option."),
            remedy=_("Begin it with a letter or a digit."),
            field=field,
        )
    if name in (".", ".."):
        return Problem(
            "lvm-name.dots",
            _("“{name}” is the name of a directory, not of a volume.").format(name=name),
            remedy=_("Choose another name."),
            field=field,
        )
    if len(name) > LONGEST:
        return Problem(
            "lvm-name.too-long",
            _("The name has {length} characters; LVM allows at most {longest}.").format(
                length=len(name), longest=LONGEST
            ),
            remedy=_("Shorten it."),
            field=field,
        )
    return None


def _reserved(name: str, field: str) -> Problem | None:
    start = next((start for start in _RESERVED_STARTS if name.startswith(start)), None)
    part = next((part for part in PART_NAMES if part in name), None)
    if start is None and part is None:
        return None
    summary = (
        _("The name of an LV cannot begin with “{word}”.").format(word=start)
        if start
        else _("The name of an LV cannot contain “{word}”.").format(word=part)
    )
    return Problem(
        "lvm-name.reserved",
        summary,
        cause=_("LVM reserves it for its internal volumes."),
        remedy=_("Choose another name."),
        field=field,
    )
