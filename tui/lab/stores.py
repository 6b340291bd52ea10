"""The files behind the LUNs: sparse, on the guest's own disk, so that they survive the guest's reboot."""

import subprocess
import uuid
from pathlib import Path

from tui.lab.san import Lun, Target

FOLDER = Path("/var/lib/lab-san")


def plain(name: str) -> str:
    """A target's name as one part of a file name."""
    return name.replace(":", "_").replace("/", "_")


LARGEST_ON_EXT4 = 2**44 - 2**12
"""The largest file of ext4 with its blocks of 4 KiB (ext4(5))."""

LARGE_FOLDER = FOLDER / "large"
LARGE_IMAGE = FOLDER / "large.xfs"
LARGE_IMAGE_SIZE = "64G"
"""Of the sparse file that holds a file system of XFS: its own log needs room, and so do those of file systems
on the LUNs; the largest file of XFS is 8 EiB."""


def name_of(target: Target, lun: Lun) -> str:
    """What a LUN's file and backstore are called; LUNs of one identity have one."""
    return lun.identity.wwid if lun.identity else f"{plain(target.name)}-lun{lun.number}"


def backing_file(target: Target, lun: Lun) -> Path:
    """The file that holds a LUN's data, made when missing."""
    folder = FOLDER
    if lun.size > LARGEST_ON_EXT4:
        folder = LARGE_FOLDER
        _mount_large()
    file = folder / name_of(target, lun)
    if not file.exists():
        folder.mkdir(exist_ok=True)
        with file.open("wb") as created:
            created.truncate(lun.size)
    return file


def _mount_large() -> None:
    """Mount the file system for files that are too large for the guest's own, made when missing."""
    if LARGE_FOLDER.is_mount():
        return
    LARGE_FOLDER.mkdir(parents=True, exist_ok=True)
    if not LARGE_IMAGE.exists():
        subprocess.run(("truncate", "--size", LARGE_IMAGE_SIZE, LARGE_IMAGE), check=True)
        subprocess.run(("mkfs.xfs", "-q", LARGE_IMAGE), check=True)
    subprocess.run(("modprobe", "--all", "loop", "xfs"), check=True)
    subprocess.run(("mount", "-o", "loop", LARGE_IMAGE, LARGE_FOLDER), check=True)


def recreate(target: Target, lun: Lun) -> None:
    """Replace a LUN's file by an empty one, which is another disk: its serial number changes."""
    file = backing_file(target, lun)
    generation = _generation_file(file)
    generation.write_text(str(_generation(file) + 1))
    file.unlink()
    backing_file(target, lun)


def serial(target: Target, lun: Lun) -> str:
    """A LUN's unit serial number, the same after a reboot of the array; the WWID is made of it."""
    generation = _generation(backing_file(target, lun))
    if lun.identity and generation:
        return f"{lun.identity.own[:-4]}{generation:04x}"
    if lun.identity:
        return lun.identity.serial or lun.identity.own
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{target.name} {lun.number} {generation}"))


def _generation_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.generation")


def _generation(file: Path) -> int:
    record = _generation_file(file)
    return int(record.read_text()) if record.exists() else 0
