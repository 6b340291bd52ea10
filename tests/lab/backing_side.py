"""What an array does with its LUNs by itself, in the guest that is host and array: blank one, copy one.

`python3 -m tests.lab.backing_side blank DISK` and `copy SOURCE DISK` name disks of the host. The initiator's
cache is written and dropped before and after, so the host sees what the array did. Closing the disk, which
was open for writing, has udev look at it again.
"""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BLKFLSBUF = 0x1261
"""Writes a block device's cached pages and forgets them (linux/fs.h)."""

_CORE = Path("/sys/kernel/config/target/core")
_PIECE = 1 << 20


def _serial(disk: str) -> str:
    """The unit serial number (VPD page 80h, SPC-4 7.8.16), without its header and end."""
    page = Path("/sys/class/block") / Path(disk).resolve().name / "device" / "vpd_pg80"
    return page.read_bytes()[4:].strip(b"\0 ").decode()


def backing(disk: str) -> str:
    """The file that the target serves as a disk; empty where it serves something else than a file."""
    serial = _serial(disk)
    for page in _CORE.glob("fileio_*/*/wwn/vpd_unit_serial"):
        if page.read_text().split()[-1] == serial:
            found = re.search(r"File: (\S+)", (page.parent.parent / "info").read_text())
            return found[1] if found is not None else ""
    return ""


@contextmanager
def _open(disk: str) -> Iterator[int]:
    handle = os.open(disk, os.O_RDWR)
    try:
        os.fsync(handle)
        fcntl.ioctl(handle, _BLKFLSBUF)
        yield handle
        fcntl.ioctl(handle, _BLKFLSBUF)
    finally:
        os.close(handle)


def _size(handle: int) -> int:
    return os.lseek(handle, 0, os.SEEK_END)


def _punch(file: str, size: int) -> None:
    subprocess.run(("fallocate", "--punch-hole", "--offset", "0", "--length", str(size), file), check=True)


def blank(disk: str) -> None:
    """Zero a disk: by a hole in the target's file of it, else where it is not zero, piece by piece.

    The target is in the same kernel: with a whole disk of zeros in memory at once it can get stuck.
    """
    file = backing(disk)
    with _open(disk) as handle:
        size = _size(handle)
        if file:
            _punch(file, size)
            return
        for place in range(0, size, _PIECE):
            length = min(_PIECE, size - place)
            if any(os.pread(handle, length, place)):
                os.pwrite(handle, bytes(length), place)
                os.fsync(handle)


def copy(source: str, disk: str) -> None:
    """Make a disk what another is, as an array's clone. The target runs out of memory for as many writes."""
    whence, file = backing(source), backing(disk)
    with _open(source), _open(disk) as handle:
        _punch(file, _size(handle))
        subprocess.run(
            ("dd", f"if={whence}", f"of={file}", "bs=1M", "conv=sparse,notrunc,fsync", "status=none"),
            check=True,
        )


if __name__ == "__main__":
    if sys.argv[1] == "blank":
        blank(sys.argv[2])
    else:
        copy(*sys.argv[2:])
