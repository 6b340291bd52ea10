"""The guest's kernel: User-Mode Linux from Debian's package, installed or merely unpacked."""

import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tui.lab.errors import LabError
from tui.words import translate as _

PACKAGE = "user-mode-linux"


@dataclass(frozen=True, slots=True)
class Kernel:
    """A User-Mode Linux kernel.

    Attributes:
        program: The kernel, an ordinary program.
        modules: The folder of its loadable modules; its name is the kernel's version.
    """

    program: Path
    modules: Path

    @property
    def version(self) -> str:
        """What `uname -r` says in the guest."""
        return self.modules.name


def find(tree: Path) -> Kernel | None:
    """The kernel of a file tree into which the package was installed or unpacked."""
    program = tree / "usr/bin/linux.uml"
    modules = sorted((tree / "usr/lib/uml/modules").glob("*/modules.dep"))
    if not program.is_file() or not modules:
        return None
    return Kernel(program, modules[-1].parent)


def obtain(cache: Path) -> Kernel:
    """The installed kernel, or else the package's, downloaded by apt without installing it.

    Args:
        cache: Where the unpacked package is kept for the next time.

    Raises:
        LabError: When neither is to be had.
    """
    known = find(Path("/")) or find(cache)
    if known is not None:
        return known
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache.parent) as folder:
        tree = Path(folder) / "tree"
        for command in (["apt-get", "download", PACKAGE], ["dpkg", "-x", f"{PACKAGE}.deb", "tree"]):
            archives = sorted(Path(folder).glob("*.deb"))
            words = [str(archives[0]) if word.endswith(".deb") and archives else word for word in command]
            outcome = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
            if outcome.returncode != 0:
                raise LabError(
                    _("The package {package} could not be fetched: {reason}").format(
                        package=PACKAGE, reason=outcome.stderr.strip()
                    )
                )
        tree.rename(cache)
    found = find(cache)
    if found is None:
        raise LabError(_("The package {package} holds no kernel this lab knows.").format(package=PACKAGE))
    return found


def missing(cache: Path) -> tuple[str, ...]:
    """Why this host cannot run a guest, a sentence for each reason; none means it can."""
    reasons: list[str] = []
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        reasons.append(
            _("User-Mode Linux is built for 64-bit Intel and AMD processors; this is {machine}.").format(
                machine=platform.machine()
            )
        )
    if find(Path("/")) is None and find(cache) is None and shutil.which("apt-get") is None:
        reasons.append(_("There is no User-Mode Linux kernel (linux.uml) and no apt to fetch one."))
    return tuple(reasons)
