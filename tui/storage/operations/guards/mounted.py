"""What is mounted at a place, asked right before something depends on it."""

from tui.storage.host.interface import Host
from tui.storage.model.files import Mount
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _


def mount_at(host: Host, path: str) -> Mount | None:
    """What is mounted at a place, the topmost of several, or None."""
    found = [mount for mount in look_at_devices(host).mounts if mount.target == path]
    return found[-1] if found else None


def not_mounted(path: str) -> Problem:
    """Nothing is mounted where a volume is expected."""
    return Problem(
        "mount.not-there",
        _("Nothing is mounted at {path}.").format(path=clean(path, 80)),
        cause=_("The volume may have been unmounted in the meantime."),
        remedy=_("Mount it first."),
    )


def no_device(path: str) -> Problem:
    """The device that carries a file system is not there, or does not respond."""
    return Problem(
        "mount.no-device",
        _("{device} is missing or does not respond.").format(device=clean(path)),
        cause=_("The session may be lost, or the volume group may not be active."),
        remedy=_("Repair the path first, then retry."),
    )
