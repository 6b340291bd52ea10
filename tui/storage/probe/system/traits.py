"""What a host is that changes how it is administered: its updates, its init, SELinux."""

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Trait
from tui.storage.probe.reading import text
from tui.storage.probe.system.tools import tool_path

_OSTREE_BOOTED = "/run/ostree-booted"
"""There after a boot from an OSTree deployment (ostree-prepare-root(1))."""
_SYSTEMD_RUNS = "/run/systemd/system"
"""There while systemd is the init (sd_booted(3))."""
_SELINUX_ENABLED = "/sys/fs/selinux/enforce"


def read_traits(host: Host, *, has_units: bool) -> tuple[Trait, ...]:
    """The traits of a host.

    Args:
        host: the host.
        has_units: systemd answered, so that it need not be looked for.
    """
    found: list[Trait] = []
    if host.facts(_OSTREE_BOOTED) is not None:
        found.append(Trait.OSTREE)
    if tool_path(host, "transactional-update") and is_root_read_only(text(host, "/proc/self/mountinfo")):
        found.append(Trait.TRANSACTIONAL)
    if not has_units and host.facts(_SYSTEMD_RUNS) is None:
        found.append(Trait.NO_SYSTEMD)
    if host.facts(_SELINUX_ENABLED) is not None and tool_path(host, "restorecon"):
        found.append(Trait.SELINUX)
    return tuple(found)


def is_root_read_only(mountinfo: str) -> bool:
    """Whether /proc/self/mountinfo shows `/` mounted read-only (the sixth field of its last line for it)."""
    roots = [fields for line in mountinfo.split("\n") if (fields := line.split())[4:5] == ["/"]]
    return bool(roots) and "ro" in roots[-1][5].split(",")
