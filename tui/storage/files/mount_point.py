"""Where a volume may be mounted, by the path alone; what is really there is asked when it runs."""

from tui.storage.files.unit_names import LONGEST as LONGEST_UNIT, mount_unit
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

_SYSTEM_FOLDERS = frozenset(
    (
        "/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/lost+found", "/proc",
        "/root", "/run", "/sbin", "/sys", "/usr", "/usr/local", "/var", "/var/cache", "/var/lib", "/var/lock",
        "/var/log", "/var/run", "/var/spool",
    )
)  # fmt: skip
"""Covering one of these hides what the system needs."""

_SYSTEM_TREES = (
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/sbin", "/sys",
    "/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/sbin",
    "/usr/share",
    "/var/lib/dpkg", "/var/lib/iscsi", "/var/lib/iscsi-console", "/var/lib/rpm", "/var/lib/systemd",
)  # fmt: skip
"""Nothing below these is a place for data."""

_EMPTIED_AT_BOOT = ("/run", "/tmp", "/var/run", "/var/tmp")  # noqa: S108 (named in order to refuse them)
_LONGEST_PATH = 4095
_LONGEST_NAME = 255


def mount_point_problems(path: str, field: str = "mount_point") -> tuple[Problem, ...]:
    """What is wrong with a mount point, as typed or after its links were followed; empty when it is fine."""
    problem = _form(path, field) or _place(normalised(path), field)
    return (problem,) if problem else ()


def is_below(path: str, folder: str) -> bool:
    """Whether a normalised path is the folder or in it."""
    return path == folder or path.startswith("/" if folder == "/" else f"{folder}/")


def _form(path: str, field: str) -> Problem | None:
    if not path.strip():
        return Problem(
            "mount-point.empty",
            _("A mount point is needed: the directory where the volume appears."),
            remedy=_("Type a path such as /srv/data."),
            field=field,
        )
    if not path.startswith("/"):
        return Problem(
            "mount-point.relative",
            _("{path} does not begin with a slash.").format(path=clean(path, 60)),
            cause=_("At boot there is no current directory that it could be relative to."),
            remedy=_("Type an absolute path, such as /srv/data."),
            field=field,
        )
    if any(not character.isprintable() for character in path):
        return Problem(
            "mount-point.character",
            _("The path contains a nonprintable character: {path}").format(path=clean(path, 60)),
            remedy=_("Type it again with printable characters."),
            field=field,
        )
    if any(part in (".", "..") for part in path.split("/")):
        return Problem(
            "mount-point.dots",
            _("The path contains “.” or “..”, so it does not say clearly where the volume will be."),
            remedy=_("Type the path without them."),
            field=field,
        )
    if path != path.rstrip():
        return Problem(
            "mount-point.blank",
            _("The path ends with a space."),
            remedy=_("Remove the space."),
            field=field,
        )
    return _length(normalised(path), field)


def _length(path: str, field: str) -> Problem | None:
    size = len(path.encode(errors="surrogateescape"))
    longest_part = max(len(part.encode(errors="surrogateescape")) for part in path.split("/"))
    if size > _LONGEST_PATH or longest_part > _LONGEST_NAME:
        return Problem(
            "mount-point.too-long",
            _("The path is longer than the system allows."),
            remedy=_("Use at most {name} bytes for one directory name.").format(name=_LONGEST_NAME),
            field=field,
        )
    if len(mount_unit(path)) > LONGEST_UNIT:
        return Problem(
            "mount-point.unit-too-long",
            _("The path is too long for systemd, which mounts it at boot."),
            cause=_(
                "The unit's name, {unit}, would have {length} characters; {longest} are allowed. "
                "Hyphens, spaces and accented letters count as four or more each."
            ).format(unit=clean(mount_unit(path), 40), length=len(mount_unit(path)), longest=LONGEST_UNIT),
            remedy=_("Use a shorter path."),
            field=field,
        )
    return None


def _place(path: str, field: str) -> Problem | None:
    if path in _SYSTEM_FOLDERS or any(is_below(path, tree) for tree in _SYSTEM_TREES):
        return Problem(
            "mount-point.system",
            _("{path} belongs to the system.").format(path=clean(path, 60)),
            cause=_("A volume mounted there would hide files that the system needs."),
            remedy=_("Use a directory of your own, such as /srv/data or /mnt/data."),
            field=field,
        )
    emptied = next((folder for folder in _EMPTIED_AT_BOOT if is_below(path, folder)), None)
    if emptied:
        return Problem(
            "mount-point.volatile",
            _("Files in {directory} are cleaned up at boot and while the system runs.").format(
                directory=emptied
            ),
            cause=_("Programs that clean up there could remove the files on the volume."),
            remedy=_("Use a permanent directory, such as /srv/data."),
            field=field,
        )
    return None
