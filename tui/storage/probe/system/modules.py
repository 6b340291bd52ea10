"""Kernel modules that storage needs: loaded, or built into the kernel."""

from tui.storage.host.interface import Host
from tui.storage.probe.reading import names, text, word

MODULES = (
    "dm_mod",
    "dm_multipath",
    "ib_iser",
    "iscsi_ibft",
    "iscsi_tcp",
    "libiscsi",
    "scsi_transport_iscsi",
    "sd_mod",
)


def parse_modules(content: str) -> frozenset[str]:
    """The names in /proc/modules."""
    return frozenset(line.split(" ", 1)[0] for line in content.split("\n") if line.strip())


def parse_builtin_modules(content: str) -> frozenset[str]:
    """The names in modules.builtin (modprobe(8)): paths of .ko files, where `-` and `_` are the same."""
    return frozenset(
        line.rpartition("/")[2].partition(".ko")[0].replace("-", "_")
        for line in content.split("\n")
        if ".ko" in line
    )


def read_modules(host: Host) -> tuple[str, ...]:
    """Those of `MODULES` that the kernel has now, sorted.

    /sys/module also lists built-in ones, as far as they have parameters, so it helps where the kernel's
    modules.builtin is not installed.
    """
    release = word(host, "/proc/sys/kernel/osrelease")
    present = parse_modules(text(host, "/proc/modules")) | frozenset(names(host, "/sys/module"))
    if release:
        present |= parse_builtin_modules(text(host, f"/lib/modules/{release}/modules.builtin"))
    return tuple(name for name in MODULES if name in present)
