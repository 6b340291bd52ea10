"""The Python packages that the program needs at run time, as locked, unpacked into a folder."""

import atexit
import functools
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Each has extension modules of its own; their files have different names, so that one folder holds all."""

_PLATFORMS = {
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_28_x86_64"),
    "aarch64": ("manylinux2014_aarch64", "manylinux_2_28_aarch64"),
}
MACHINES = tuple(_PLATFORMS)

_ROOT = "iscsi-console (pyproject.toml)"
_NAME = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==", re.MULTILINE)


def needed_at_run_time(lock: str) -> str:
    """The part of a lock file that the program itself needs, without what only builds it.

    Args:
        lock: as `uv pip compile` writes it; the comments of each package say what needs it.
    """
    blocks: dict[str, str] = {}
    parents: dict[str, set[str]] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        match = _NAME.match(block)
        if match is not None:
            comments = [line.strip("# ") for line in block.splitlines() if line.lstrip().startswith("#")]
            blocks[match["name"]] = block.rstrip() + "\n"
            parents[match["name"]] = {line.removeprefix("via ") for line in comments}
    kept: set[str] = set()
    grown = True
    while grown:
        more = {name for name in blocks if parents[name] & (kept | {_ROOT})} - kept
        kept |= more
        grown = bool(more)
    return "".join(blocks[name] for name in blocks if name in kept)


def vendor(lock: Path, folder: Path, machine: str) -> None:
    """Unpack the wheels for every Python of a machine into one folder; hashes are checked by pip.

    Args:
        lock: the lock file of the program.
        folder: where to; made when missing.
        machine: as `uname -m` says it.
    """
    shutil.copytree(_unpacked(lock, machine), folder, dirs_exist_ok=True)


@functools.cache
def _unpacked(lock: Path, machine: str) -> Path:
    """A folder with the wheels for every Python of a machine, made once and removed at the end."""
    scratch = Path(tempfile.mkdtemp(prefix="iscsi-console-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    wanted = scratch / "run-time.txt"
    wanted.write_text(needed_at_run_time(lock.read_text()))
    folder = scratch / "all"
    for python in PYTHONS:
        unpacked = scratch / python
        platforms = [f"--platform={platform}" for platform in _PLATFORMS[machine]]
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"),
                *("--implementation=cp", f"--python-version={python}", *platforms),
                *(f"--target={unpacked}", f"--requirement={wanted}"),
            ],
            check=True,
        )
        shutil.copytree(unpacked, folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for place in [*folder.rglob("__pycache__"), *folder.rglob("tests")]:
        shutil.rmtree(place, ignore_errors=True)
    return folder
