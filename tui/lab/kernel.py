"""The guests' kernel: User-Mode Linux of one Debian release, whatever the host and the guest are.

From Linux 6.16 on (arch/um: seccomp mode) what a guest's process asks of its kernel takes two switches of the
host's and no ptrace(2), so programs start, and disks answer, in half the time. Debian 14 is the first release
with such a kernel; while that is being made it may be without one for a time: then that of Debian 13 serves.
The kernel wants the C library of its own release, which lies beside it, so that it runs on an older host too,
and nothing of it is installed there.
"""

import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from msgspec import Struct

from tui.lab import mmdebstrap
from tui.lab.errors import LabError
from tui.lab.places import locked
from tui.words import translate as _

RELEASES = ("forky", "trixie")
"""Where a kernel is looked for, best first."""

PACKAGES = ("user-mode-linux", "libc6")

_PROGRAM = "usr/bin/linux.uml"
_MODULES = "usr/lib/uml/modules"
_LOADER = "ld-linux-x86-64.so.2"
_LIBRARIES = tuple(f"usr/lib/x86_64-linux-gnu/{name}" for name in (_LOADER, "libc.so.6"))
_KEPT = (_PROGRAM, _MODULES, *_LIBRARIES)


class Kernel(Struct, frozen=True):
    """A User-Mode Linux kernel.

    Attributes:
        program: The kernel, an ordinary program. It looks for its loader in the folder it is started in
            (execve(2) takes a relative name from there), and for its libraries in its own.
        modules: The folder of its loadable modules; its name is the kernel's version.
        libraries: That loader, and the libraries.
    """

    program: Path
    modules: Path
    libraries: tuple[Path, ...]

    @property
    def version(self) -> str:
        """What `uname -r` says in the guest."""
        return self.modules.name


def known(root: Path) -> Kernel | None:
    """The kernel that a lab has already, by the folder of the lab."""
    return next((found for release in RELEASES if (found := find(_place(root, release))) is not None), None)


def _place(root: Path, release: str) -> Path:
    return root / f"kernel-{release}"


def find(tree: Path) -> Kernel | None:
    """The kernel of a file tree into which its package was unpacked."""
    program = tree / _PROGRAM
    modules = sorted((tree / _MODULES).glob("*/modules.dep"))
    if not program.is_file() or not modules:
        return None
    return Kernel(program, modules[-1].parent, tuple(tree / name for name in _LIBRARIES))


def obtain(root: Path, listener: mmdebstrap.Listener) -> Kernel:
    """The kernel of a lab, unpacked from its package when it is not there yet.

    Args:
        root: The folder of the lab.
        listener: Told what is being done.

    Raises:
        LabError: When it is not to be had.
    """
    if (found := known(root)) is not None:
        return found
    with locked(root / "kernel.lock"):
        # Somebody else may have made it meanwhile.
        if (found := known(root)) is not None:
            return found
        listener(_("Downloading the kernel of the practice machines. This is done once."))
        for release in RELEASES[:-1]:
            try:
                return _fetch(root, release, listener)
            except LabError:
                listener(
                    _("No kernel available for {release}; using the next release.").format(release=release)
                )
        return _fetch(root, RELEASES[-1], listener)


def _fetch(root: Path, release: str, listener: mmdebstrap.Listener) -> Kernel:
    """Unpack the kernel of a release into the folder of the lab."""
    tree = _place(root, release)
    shutil.rmtree(tree, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".new-") as folder:
        new = Path(folder) / "tree"
        new.mkdir()
        _unpack(release, Path(folder) / "packages.tar", new, listener)
        words = ("--set-interpreter", f"./{_LOADER}", "--set-rpath", "$ORIGIN", str(new / _PROGRAM))
        _tool(("patchelf", *words))
        new.rename(tree)
    found = find(tree)
    if found is None:
        raise LabError(
            _("The package {package} contains no kernel that the lab supports.").format(package=PACKAGES[0])
        )
    return found


def _unpack(release: str, archive: Path, tree: Path, listener: mmdebstrap.Listener) -> None:
    """Put what is needed of the packages into a folder; none of it is run or installed."""
    argv = (
        *("mmdebstrap", "--variant=extract", "--format=tar", f"--include={','.join(PACKAGES)}"),
        *(*mmdebstrap.apt_options(), release, str(archive)),
    )
    mmdebstrap.run(argv, listener)
    kept = (f"./{name}" for name in _KEPT)
    _tool(("tar", "--extract", "--no-same-owner", "--file", str(archive), "--directory", str(tree), *kept))


def _tool(argv: tuple[str, ...]) -> None:
    try:
        outcome = subprocess.run(argv, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LabError(_("{program} is not installed.").format(program=argv[0])) from None
    if outcome.returncode != 0:
        raise LabError(_("The kernel could not be prepared: {reason}").format(reason=outcome.stderr.strip()))


def missing() -> tuple[str, ...]:
    """Why this host cannot run a guest, a sentence for each reason; none means it can."""
    if platform.system() == "Linux" and platform.machine() == "x86_64":
        return ()
    return (
        _("User-Mode Linux needs a 64-bit Intel or AMD processor; this is {machine}.").format(
            machine=platform.machine()
        ),
    )
