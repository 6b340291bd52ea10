"""A process that sees a made-up tree as its machine: over /sys and its databases, in namespaces."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path("/mnt")
_PLACES = {
    "sys": "/sys",
    "udev": "/run/udev",
    "iscsi": "/etc/iscsi",
    "diskstats": "/proc/diskstats",
    "partitions": "/proc/partitions",
}
_LVM = ("/usr/sbin/lvm", "/sbin/lvm", "/usr/local/sbin/lvm")

ENVIRONMENT = {
    **os.environ,
    "LC_ALL": "C.UTF-8",
    "SYSTEMD_DEVICE_VERIFY_SYSFS": "0",
    "PYTHONDONTWRITEBYTECODE": "",
}
"""SYSTEMD_…: else libudev refuses a /sys that is no sysfs, and lsblk would show less than it can. PYTHON…:
Python keeps what it has compiled, as it does wherever a program is used for the second time."""


def apart(*arguments: str) -> list[str]:
    """The command that runs a Python module in its own mount and network namespaces.

    Whoever is not root becomes root of a user namespace; what is mounted ends with the process.
    """
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    spaces = ["--mount", "--net", "--propagation", "private"]
    return ["unshare", *rights, *spaces, "--", sys.executable, "-m", *arguments]


def prepare_root() -> Path:
    """An empty tmpfs for a tree, in this namespace alone."""
    subprocess.run(["mount", "-t", "tmpfs", "tree", str(_ROOT)], check=True)
    return _ROOT


def put_over(root: Path) -> None:
    """Mount a written tree over this namespace's machine, and hide LVM, which would read real disks."""
    udev = Path(_PLACES["udev"])
    if not udev.exists():
        # A machine without udev, such as a container: an empty /run of this namespace gets the folder.
        subprocess.run(["mount", "-t", "tmpfs", "run", str(udev.parent)], check=True)
        udev.mkdir()
    for name, place in _PLACES.items():
        subprocess.run(["mount", "--bind", str(root / name), place], check=True)
    for place in _LVM:
        if shutil.which(place) and not Path(place).parent.is_symlink():
            subprocess.run(["mount", "--bind", "/dev/null", place], check=True)
