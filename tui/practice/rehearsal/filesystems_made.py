"""Makes file systems, swap space and encrypted devices of a twin, as large and as full as the host's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.practice.rehearsal.building import FOLDER, Building, NotBuilt
from tui.practice.rehearsal.description import Crypt, Filesystem, Swap

KEY = "stand-in-key"
"""What opens every encrypted device of a twin."""

FILLING = ".twin-filling"
"""The file that makes a file system as full as the host's. Nothing is in it."""


def make_filesystem(building: Building, filesystem: Filesystem) -> None:
    """Make a file system and fill it.

    Raises:
        NotBuilt: its tool refused, or is not there.
    """
    paths = [building.path(place) for place in filesystem.places]
    building.run(*_command(filesystem, paths))
    if filesystem.used:
        with _mounted(building, filesystem, paths[0]) as folder:
            _fill(folder, filesystem.used)


def _command(filesystem: Filesystem, paths: list[str]) -> tuple[str, ...]:
    label = ("-L", filesystem.label) if filesystem.label else ()
    if filesystem.kind in ("ext2", "ext3", "ext4"):
        blocks = ("-b", str(filesystem.block)) if filesystem.block else ()
        inode = _feature(filesystem, "Inode size")
        count = (str(filesystem.size // filesystem.block),) if filesystem.size and filesystem.block else ()
        return (
            *("mke2fs", "-q", "-F", "-t", filesystem.kind, "-E", "assume_storage_prezeroed=1,nodiscard"),
            *("-U", filesystem.uuid, *label, *blocks, *(("-I", inode) if inode.isdecimal() else ())),
            *(paths[0], *count),
        )
    if filesystem.kind == "xfs":
        size = ("-d", f"size={filesystem.size}") if filesystem.size else ()
        block = ("-b", f"size={filesystem.block}") if filesystem.block else ()
        return (
            "mkfs.xfs",
            "-q",
            "-f",
            "-K",
            *block,
            "-m",
            f"uuid={filesystem.uuid}",
            *label,
            *size,
            paths[0],
        )
    if filesystem.kind == "btrfs":
        return ("mkfs.btrfs", "-q", "-f", "-K", "-U", filesystem.uuid, *label, *paths)
    raise NotBuilt(f"no program here makes {filesystem.kind}")


def _feature(filesystem: Filesystem, name: str) -> str:
    return next((feature.value for feature in filesystem.features if feature.name == name), "")


@contextmanager
def _mounted(building: Building, filesystem: Filesystem, path: str) -> Iterator[Path]:
    folder = FOLDER / "filling"
    folder.mkdir(exist_ok=True)
    building.run("mount", "-t", filesystem.kind, path, str(folder))
    try:
        yield folder
    finally:
        building.run("umount", str(folder))


def _fill(folder: Path, used: int) -> None:
    """Allocate what the file system does not use yet, in one file."""
    now = os.statvfs(folder)
    missing = used - (now.f_blocks - now.f_bfree) * now.f_frsize
    room = now.f_bavail * now.f_frsize
    if min(missing, room) <= 0:
        return
    with (folder / FILLING).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, min(missing, room))


def make_swap(building: Building, swap: Swap) -> None:
    """Make swap space.

    Raises:
        NotBuilt: mkswap refused.
    """
    label = ("--label", swap.label) if swap.label else ()
    uuid = ("--uuid", swap.uuid) if swap.uuid else ()
    building.run("mkswap", *uuid, *label, building.path(swap.place))


def make_crypt(building: Building, crypt: Crypt) -> None:
    """Encrypt a device with the stand-in key, and open it where the host has it open.

    Raises:
        NotBuilt: cryptsetup refused.
    """
    key = FOLDER / "key"
    key.write_text(KEY, encoding="ascii")
    path = building.path(crypt.place)
    building.run("modprobe", "dm_crypt")
    building.run(
        *("cryptsetup", "luksFormat", "--batch-mode", "--type", f"luks{crypt.version or 2}"),
        *("--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", "--uuid", crypt.uuid),
        *("--key-file", str(key), path),
    )
    if crypt.active and crypt.name:
        building.run("cryptsetup", "open", "--type", "luks", "--key-file", str(key), path, crypt.name)
