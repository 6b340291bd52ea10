"""What the rooms that build a twin share: its commands, its devices, and what could not be built.

All of this runs as root in the practice machine. Every command is an argument list; no shell reads a value of
the description.
"""

import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.practice.rehearsal.description import Description, Disk, Place, PlaceKind, Unlike
from tui.storage.untrusted import clean

FOLDER = Path("/var/lib/twin")
"""What the building needs, and the programs of the stand-ins."""

SECONDS = 120.0
"""Longest time of one command; mkfs on 20 TiB took 7 s."""


_INCONSISTENT = (ValueError, ArithmeticError, LookupError, struct.error)
"""What is raised where parts of a description do not fit together: each value is allowed, not the whole."""


class NotBuilt(Exception):
    """A part of the twin could not be made. The message says why."""


class Building:
    """A twin while it is built.

    Attributes:
        description: what it must have.
        unlike: what could not be built, and why.
        temporary: paths that stand in for LVs until those are activated, by `VG/LV`.
    """

    def __init__(self, description: Description) -> None:
        self.description = description
        self.unlike: list[Unlike] = []
        self.temporary: dict[str, str] = {}

    @contextmanager
    def part(self, what: str) -> Iterator[None]:
        """Build one part of the twin; where that fails it is noted, and the rest is built."""
        try:
            yield
        except (NotBuilt, OSError, *_INCONSISTENT) as error:
            self.unlike.append(Unlike(clean(what), clean(str(error) or type(error).__name__)))

    def run(self, *argv: str, stdin: bytes = b"", seconds: float = SECONDS) -> str:
        """What a command wrote.

        Raises:
            NotBuilt: it failed, or took longer.
        """
        try:
            done = subprocess.run(argv, input=stdin, capture_output=True, check=False, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise NotBuilt(f"{argv[0]}: no end after {seconds:.0f} s") from error
        if done.returncode != 0:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise NotBuilt(f"{argv[0]}: {said or done.returncode}")
        return done.stdout.decode(errors="replace")

    def succeeds(self, *argv: str) -> bool:
        """Whether a command succeeds."""
        try:
            self.run(*argv)
        except NotBuilt:
            return False
        return True

    def wait_for(self, holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Wait until something holds.

        Raises:
            NotBuilt: it does not in time.
        """
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise NotBuilt(f"{what}: not after {seconds:.0f} s")
            time.sleep(0.1)

    def settle(self) -> None:
        """Wait until udev has done with every device."""
        self.run("udevadm", "settle")

    def path(self, place: Place) -> str:
        """The path of a place.

        Raises:
            NotBuilt: it is not there.
        """
        if place.kind is PlaceKind.VOLUME:
            path = self.temporary.get(place.name) or f"/dev/{place.name}"
        elif place.kind is PlaceKind.CRYPT:
            path = f"/dev/mapper/{place.name}"
        else:
            path = self._disk_path(place)
        if not Path(path).exists():
            raise NotBuilt(f"{path} is not there")
        return path

    def _disk_path(self, place: Place) -> str:
        disk = self.description.disk(place.name)
        found = _kernel_names(disk) if disk else ()
        if not found:
            raise NotBuilt(f"the disk {place.name} is not there")
        base = next((over for name in found for over in _maps_over(name, "mpath-")), found[0])
        if not place.number:
            return _path_of(base)
        if not base.startswith("dm-"):
            return f"/dev/{base}{place.number}"
        part = next(iter(_maps_over(base, f"part{place.number}-")), "")
        if not part:
            raise NotBuilt(f"{_path_of(base)} has no partition {place.number}")
        return _path_of(part)

    def has_disk(self, disk: Disk) -> bool:
        """Whether the kernel has it."""
        return bool(_kernel_names(disk))


def _kernel_names(disk: Disk) -> tuple[str, ...]:
    """The kernel's names of the paths to a disk."""
    found = []
    for folder in sorted(Path("/sys/block").glob("sd*")):
        wwid = folder / "device/wwid"
        if wwid.is_file() and wwid.read_text().strip() == disk.made_wwid:
            found.append(folder.name)
    return tuple(found)


def _maps_over(name: str, prefix: str) -> tuple[str, ...]:
    """The dm devices that stand on a block device and whose UUID begins so."""
    holders = sorted(Path("/sys/block", name, "holders").iterdir())
    return tuple(
        holder.name
        for holder in holders
        if (holder / "dm/uuid").is_file() and (holder / "dm/uuid").read_text().startswith(prefix)
    )


def _path_of(name: str) -> str:
    label = Path("/sys/block", name, "dm/name")
    return f"/dev/mapper/{label.read_text().strip()}" if label.is_file() else f"/dev/{name}"
