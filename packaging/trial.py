"""Tries what was built: Debian packages in fresh trees of their releases, the wheel on every Python there is.

    python packaging/trial.py [--dist dist] [deb-bookworm deb-trixie deb-native wheel]

Needs mmdebstrap and root for the trees; how packages are fetched is what this machine's apt is told.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from debian_package import debian_packages  # noqa: E402 (of this folder)

from tui.lab.mmdebstrap import apt_options  # noqa: E402 (of this project, whatever is installed)

SCRIPT = ROOT / "packaging" / "trial.sh"
TOOLS = ("python3", "man-db", "bash", "util-linux")
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")


def in_tree(release: str, package: Path, onefile: Path | None, more: tuple[str, ...] = ()) -> None:
    """Install a package in a fresh tree of a release, use it and remove it."""
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "trial"
        trial.mkdir(mode=0o755)
        for path in (package, SCRIPT, *(() if onefile is None else (onefile,))):
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


def try_bookworm(dist: Path) -> None:
    """The bundled package on Debian 12, and the one file."""
    in_tree("bookworm", next(dist.glob("*+bundled_*.deb")), dist / "iscsi-console.pyz")


def try_trixie(dist: Path) -> None:
    """The bundled package on Debian 13, and the one file."""
    in_tree("trixie", next(dist.glob("*+bundled_*.deb")), dist / "iscsi-console.pyz")


def try_native(dist: Path) -> None:
    """The native package on Debian 14."""
    in_tree("forky", next(dist.glob("*-1_all.deb")), None, tuple(debian_packages()))


def try_wheel(dist: Path) -> None:
    """The wheel on every Python there is, in an environment of its own."""
    wheel = next(dist.glob("*.whl"))
    for python in _pythons():
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run((python, "-m", "venv", scratch), check=True)
            program = f"{scratch}/bin/iscsi-console"
            subprocess.run((f"{scratch}/bin/pip", "install", "--quiet", str(wheel)), check=True)
            for arguments in (("--help",), ("status",), ("practice", "--list")):
                subprocess.run((program, *arguments), check=True, stdout=subprocess.DEVNULL)
            print(f"{python}: the wheel works.", flush=True)


def _pythons() -> Iterator[str]:
    """Every Python from 3.11 on, of the system and of pyenv."""
    kept = Path.home() / ".pyenv" / "versions"
    for name in PYTHONS:
        version = name.removeprefix("python")
        found = [*map(str, sorted(kept.glob(f"{version}.*/bin/{name}"))), shutil.which(name) or ""]
        # What pyenv puts into the path is there for versions, too, that are not chosen.
        yield from [path for path in found if path and "/shims/" not in path and os.access(path, os.X_OK)][:1]


TRIALS: dict[str, Callable[[Path], None]] = {
    "wheel": try_wheel,
    "deb-bookworm": try_bookworm,
    "deb-trixie": try_trixie,
    "deb-native": try_native,
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
