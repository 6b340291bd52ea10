"""The programs that operations call, and the packages that hold them."""

from tui.storage.host.interface import FileKind, Host
from tui.storage.model.iscsi import Tool

_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")

PACKAGES: dict[str, tuple[str, str, str]] = {
    "blkid": ("util-linux", "util-linux", "util-linux"),
    "blockdev": ("util-linux", "util-linux", "util-linux"),
    "dmsetup": ("dmsetup", "device-mapper", "device-mapper"),
    "findmnt": ("util-linux", "util-linux", "util-linux"),
    "fsck.ext4": ("e2fsprogs", "e2fsprogs", "e2fsprogs"),
    "iscsi-iname": ("open-iscsi", "iscsi-initiator-utils", "open-iscsi"),
    "iscsiadm": ("open-iscsi", "iscsi-initiator-utils", "open-iscsi"),
    "iscsid": ("open-iscsi", "iscsi-initiator-utils", "open-iscsi"),
    "lvm": ("lvm2", "lvm2", "lvm2"),
    "mkfs.btrfs": ("btrfs-progs", "btrfs-progs", "btrfsprogs"),
    "mkfs.ext4": ("e2fsprogs", "e2fsprogs", "e2fsprogs"),
    "mkfs.xfs": ("xfsprogs", "xfsprogs", "xfsprogs"),
    "modprobe": ("kmod", "kmod", "kmod"),
    "mount": ("mount", "util-linux", "util-linux"),
    "multipath": ("multipath-tools", "device-mapper-multipath", "multipath-tools"),
    "multipathd": ("multipath-tools", "device-mapper-multipath", "multipath-tools"),
    "resize2fs": ("e2fsprogs", "e2fsprogs", "e2fsprogs"),
    "sg_persist": ("sg3-utils", "sg3_utils", "sg3_utils"),
    "systemctl": ("systemd", "systemd", "systemd"),
    "udevadm": ("udev", "systemd-udev", "udev"),
    "umount": ("mount", "util-linux", "util-linux"),
    "wipefs": ("util-linux", "util-linux", "util-linux"),
    "xfs_growfs": ("xfsprogs", "xfsprogs", "xfsprogs"),
    "xfs_repair": ("xfsprogs", "xfsprogs", "xfsprogs"),
}
"""Each tool's package on Debian, Red Hat and SUSE."""

_COLUMN = {"debian": 0, "redhat": 1, "suse": 2, "openeuler": 1, "arch": 2}
_OTHER_NAMES = {
    "openeuler": {"iscsi-initiator-utils": "open-iscsi", "device-mapper-multipath": "multipath-tools"},
    "arch": {"btrfsprogs": "btrfs-progs", "udev": "systemd"},
}
"""Where a distribution's name differs from that of its column."""


def package_of(tool: str, family: str) -> str:
    """The package that holds a tool in a family of distributions, or empty where that is not known."""
    column = _COLUMN.get(family)
    packages = PACKAGES.get(tool)
    if packages is None or column is None:
        return ""
    return _OTHER_NAMES.get(family, {}).get(packages[column], packages[column])


def read_tools(host: Host, family: str) -> tuple[Tool, ...]:
    """Every tool of `PACKAGES`, with its path where it is installed."""
    return tuple(Tool(name, tool_path(host, name), package_of(name, family)) for name in PACKAGES)


def tool_path(host: Host, name: str) -> str:
    """Where a program is installed, or empty. Links are followed: a dangling one is not a program."""
    for folder in _FOLDERS:
        path = f"{folder}/{name}"
        facts = host.facts(path)
        if facts is not None and facts.kind is FileKind.LINK:
            facts = host.facts(host.resolve(path))
        if facts is not None and facts.kind is FileKind.FILE:
            return path
    return ""
