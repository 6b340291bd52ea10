"""Where the lab keeps its things on the host: images, kept disks, compiled modules, and running guests.

Everything that lasts lies under `$ISCSI_CONSOLE_LAB`, or `$XDG_CACHE_HOME/iscsi-console/lab`. Nothing is
kept that cannot be made again, except the disks of guests that were asked to be kept.
"""

import contextlib
import fcntl
import mmap
import os
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from tui.lab.errors import LabError
from tui.words import translate as _


class Places(Struct, frozen=True):
    """The folders of one person's lab."""

    root: Path

    @classmethod
    def of_environment(cls) -> "Places":
        """The folders the environment names, made when missing."""
        named = os.environ.get("ISCSI_CONSOLE_LAB")
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        root = Path(named) if named else Path(cache) / "iscsi-console" / "lab"
        # A comma or a colon ends a file name on this kernel's command line.
        if set(str(root)) & set(",: \t"):
            raise LabError(
                _(
                    "The lab cannot use {directory}: its kernel accepts no space, comma or colon in the path."
                    " Set ISCSI_CONSOLE_LAB to another directory."
                ).format(directory=root)
            )
        return cls(root.absolute())

    @property
    def images(self) -> Path:
        """One folder for each image, named by release and key."""
        return self.root / "images"

    @property
    def kept(self) -> Path:
        """One folder for each guest whose disk is kept."""
        return self.root / "kept"

    def compiled(self) -> Path | None:
        """Where the guests' Python keeps compiled modules from run to run; None if it cannot be written."""
        folder = self.root / "compiled"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        return folder if os.access(folder, os.W_OK | os.X_OK) else None


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[None]:
    """Hold a file lock for the length of a block.

    Args:
        path: The lock file, made when missing.
        shared: Other holders are welcome if they share too.
        wait: Wait for the lock.

    Raises:
        BlockingIOError: When someone else holds it and waiting was not wanted.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Reading is enough for a lock, so that an image somebody else built can be held too.
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


def project_folder() -> Path:
    """The folder that holds the packages `tui` and `widgets` this program runs from."""
    return Path(__file__).resolve().parents[2]


def seen_in_guest(path: Path) -> str:
    """Where a guest sees a file of the project folder (`overlay/usr/local/lib/lab/share` mounts it)."""
    return f"/opt/iscsi-console/project/{path.resolve().relative_to(project_folder())}"


def packages_folder() -> Path:
    """The folder of installed packages that holds Textual and the other dependencies."""
    spec = find_spec("textual")
    if spec is None or spec.origin is None:
        raise LabError(_("Textual is not installed for this Python, so a guest cannot use it."))
    return Path(spec.origin).resolve().parents[1]


def memory_folder() -> Path:
    """A folder for guest memory: code may run from it, and if possible it is held in memory itself."""
    for folder in (Path("/dev/shm"), Path(tempfile.gettempdir()), Path("/var/tmp")):  # noqa: S108 - unlinked at once
        if _runs_code(folder):
            return folder
    raise LabError(
        _(
            "There is no directory for the guest's memory: /dev/shm, {directory} and /var/tmp are "
            "mounted noexec."
        ).format(directory=tempfile.gettempdir())
    )


def _runs_code(folder: Path) -> bool:
    """Whether a file there can be mapped as code (`noexec` forbids it with EPERM, see mmap(2))."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.truncate(mmap.PAGESIZE)
            with mmap.mmap(file.fileno(), mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_EXEC):
                return True
    except OSError:
        return False
