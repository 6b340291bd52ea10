"""Tries what was built: Debian packages in fresh trees of their releases, the wheel on every Python there is.

    python packaging/trial.py [--dist dist] [wheel practice deb-bookworm deb-trixie deb-native deb-ubuntu rpm]

Needs mmdebstrap and root for the trees; how packages are fetched is what this machine's apt is told.
"""

import argparse
import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from debian_package import debian_packages  # noqa: E402 (of this folder)

from tui.lab.mmdebstrap import apt_options  # noqa: E402 (of this project, whatever is installed)

SCRIPTS = (ROOT / "packaging" / "trial.sh", ROOT / "packaging" / "trial_shell.py")
TOOLS = ("python3", "man-db", "bash", "util-linux", "passwd")
NOBODY = 65534
SYSTEM_PYTHON = "/usr/bin/python3"
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")


def in_tree(release: str, tried: Sequence[Path], more: tuple[str, ...] = ()) -> None:
    """Install packages in a fresh tree of a release, use them and remove them.

    Args:
        release: a Debian release.
        tried: what the script finds in /trial.
        more: Debian packages that the tree has besides.
    """
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "trial"
        trial.mkdir(mode=0o755)
        for path in (*tried, *SCRIPTS):
            shutil.copy2(path, trial)
        subprocess.run(
            [
                *("mmdebstrap", "--quiet", "--variant=minbase", "--format=null"),
                f"--include={','.join((*TOOLS, *more))}",
                *apt_options(),
                f"--customize-hook=copy-in {trial} /",
                '--customize-hook=chroot "$1" sh /trial/trial.sh',
                release,
            ],
            check=True,
        )


@functools.cache
def exported_lab() -> Path:
    """A practice machine in a file, as `lab export` of this project writes it; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="iscsi-console-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    subprocess.run((sys.executable, "-m", "tui", "lab", "export", str(folder / "lab")), cwd=ROOT, check=True)
    return folder / "lab"


def bundled(dist: Path) -> Path:
    """The Debian package that brings its Python packages along."""
    return next(dist.glob("*+bundled_*.deb"))


def try_bookworm(dist: Path) -> None:
    """The bundled package and the one file on Debian 12, each to a practice machine."""
    in_tree("bookworm", (bundled(dist), dist / "iscsi-console.pyz", exported_lab()))


def try_trixie(dist: Path) -> None:
    """The bundled package and the one file on Debian 13."""
    in_tree("trixie", (bundled(dist), dist / "iscsi-console.pyz"))


def try_native(dist: Path) -> None:
    """The native package on Debian 14, and the one file with the Python of that release."""
    in_tree("forky", (next(dist.glob("*-1_all.deb")), dist / "iscsi-console.pyz"), tuple(debian_packages()))


def try_rpm(dist: Path) -> None:
    """The RPM package on Debian 13, by rpm(8) and without what it depends on."""
    in_tree("trixie", tuple(dist.glob("*.rpm")), ("rpm",))


def try_ubuntu(dist: Path) -> None:
    """What the bundled package holds, with the Python of Ubuntu 24.04, which is 3.12."""
    python = next((python for python in pythons() if Path(python).name == "python3.12"), None)
    if python is None:
        print("deb-ubuntu: there is no Python 3.12 here: not tried.", flush=True)
        return
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(("dpkg-deb", "--extract", str(bundled(dist)), scratch), check=True)
        library = f"{scratch}/usr/lib/iscsi-console"
        begin = f"import runpy, sys; sys.path.insert(0, {library!r}); "
        start = begin + "runpy.run_module('tui', run_name='__main__')"
        for arguments in USES:
            subprocess.run(
                (python, "-IXutf8", "-c", start, *arguments), check=True, stdout=subprocess.DEVNULL
            )


USES = (("--help",), ("--version", "--json"), ("status", "--quick"), ("practice", "--list"))


def try_wheel(dist: Path) -> None:
    """The wheel on every Python there is, in an environment of its own."""
    for python in pythons():
        with tempfile.TemporaryDirectory() as scratch:
            program = installed_wheel(dist, python, Path(scratch))
            for arguments in USES:
                subprocess.run((program, *arguments), check=True, stdout=subprocess.DEVNULL)
        print(f"{python}: the wheel works.", flush=True)


def installed_wheel(dist: Path, python: str, folder: Path) -> str:
    """Install the wheel into an environment of its own; the program there."""
    subprocess.run((python, "-m", "venv", folder), check=True)
    wheel = next(dist.glob("*.whl"))
    subprocess.run((folder / "bin" / "pip", "install", "--quiet", wheel), check=True)
    return str(folder / "bin" / "iscsi-console")


def try_practice(dist: Path) -> None:
    """From the wheel, a user other than root boots a practice machine: one command, and a shell."""
    with tempfile.TemporaryDirectory() as scratch:
        # What is below the home directory of root is out of reach for that user: the system's Python is not.
        Path(scratch).chmod(0o755)
        program = installed_wheel(dist, SYSTEM_PYTHON, Path(scratch) / "installed")
        shell = shutil.copy2(ROOT / "packaging" / "trial_shell.py", scratch)
        home = Path(scratch) / "home"
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
        user = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        for command in (
            (program, "lab", "import", str(exported_lab())),
            (program, "lab", "exec", "--", "iscsi-console", "status", "--quick"),
            (SYSTEM_PYTHON, shell, program),
        ):
            plain = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "xterm"}
            subprocess.run((*user, *command), env=plain, check=True, stdin=subprocess.DEVNULL)


def pythons() -> Iterator[str]:
    """Every Python from 3.11 on, of the system and of pyenv."""
    kept = Path.home() / ".pyenv" / "versions"
    for name in PYTHONS:
        version = name.removeprefix("python")
        found = [*map(str, sorted(kept.glob(f"{version}.*/bin/{name}"))), shutil.which(name) or ""]
        # What pyenv puts into the path is there for versions, too, that are not chosen.
        yield from [path for path in found if path and "/shims/" not in path and os.access(path, os.X_OK)][:1]


TRIALS: dict[str, Callable[[Path], None]] = {
    "wheel": try_wheel,
    "practice": try_practice,
    "deb-bookworm": try_bookworm,
    "deb-trixie": try_trixie,
    "deb-native": try_native,
    "deb-ubuntu": try_ubuntu,
    "rpm": try_rpm,
}


def main() -> int:
    """Try what is named, or everything; the exit status says whether all of it works."""
    parser = argparse.ArgumentParser(description="Try what was built.")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    parser.add_argument("names", nargs="*", choices=[*TRIALS, []], metavar="NAME", help=", ".join(TRIALS))
    arguments = parser.parse_args()
    failed = []
    for name in arguments.names or TRIALS:
        begun = time.monotonic()
        try:
            TRIALS[name](arguments.dist)
        except subprocess.CalledProcessError as error:
            failed.append(name)
            print(f"{name}: {error}", flush=True)
        else:
            print(f"{name}: tried in {time.monotonic() - begun:.0f} s.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
