"""What every package is filled with: the program, man pages, completions, units; and the time it carries."""

import gzip
import os
import shutil
import stat
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

from reference import completions, man_pages
from vendoring import vendor

from tui.catalogue import FOLDER, available, compiled
from tui.words import SOURCE

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-run.lock"
PACKAGES = ("tui", "widgets")
CATALOGUE_SOURCES = {".po", ".pot"}
"""What translators edit; only what is compiled from it is handed out."""

SHEBANG = "#!/usr/bin/python3 -IXutf8"
"""Isolated: neither the environment nor the folder it is started in chooses code."""

LIBRARY = "usr/lib/iscsi-console"
"""The program's own folder in a package, with the Python packages that it brings along."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
VERSION = str(PROJECT["version"])


SUMMARY = "set up, watch, take down and repair iSCSI storage"
DESCRIPTION = """\
A terminal program with which an administrator sets up, watches, takes down
and repairs iSCSI storage with LVM on it. Every change is shown first as a
plan with its exact commands, checked before, verified after, and undone
where it can be. It finds what is broken from the portal up to the mount.
"""

_METADATA = f"Metadata-Version: 2.1\nName: {PROJECT['name']}\nVersion: {VERSION}\n"


def epoch() -> int:
    """The time that everything built here carries: SOURCE_DATE_EPOCH, else that of the commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    said = subprocess.run(
        ("git", "-C", ROOT, "log", "-1", "--format=%ct"), check=False, capture_output=True, text=True
    ).stdout.strip()
    return int(said) if said else int((ROOT / "pyproject.toml").stat().st_mtime)


def files_below(folder: Path) -> Iterator[Path]:
    """Every file, in a fixed order; what a running program or an editor leaves behind is not among them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            yield path


def copy_program(folder: Path) -> None:
    """Copy the program's own packages, and say of which version they are, as importlib.metadata reads it."""
    write(folder / f"iscsi_console-{VERSION}.dist-info" / "METADATA", _METADATA.encode())
    for place, content in compiled():
        write(folder / FOLDER.relative_to(ROOT) / place, content)
    for package in PACKAGES:
        for path in files_below(ROOT / package):
            if path.suffix in CATALOGUE_SOURCES:
                continue
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def package_tree(tree: Path, machine: str | None, version: str) -> None:
    """Fill the tree of a package.

    Args:
        tree: what becomes the root directory; made when missing.
        machine: the processor (as `uname -m` says it) whose Python packages are brought along; None for none.
        version: that of the program.
    """
    library = tree / LIBRARY
    copy_program(library)
    if machine is not None:
        vendor(LOCK, library, machine)
        modules = [path for path in files_below(library) if path.suffix == ".so"]
        subprocess.run(("strip", "--strip-unneeded", *map(str, modules)), check=True)
    shutil.copy2(ROOT / "packaging" / "newer_python.py", library)
    write(tree / "usr/sbin/iscsi-console", _STARTER.encode(), 0o755)
    for language in available():
        folder = tree / "usr/share/man" / ("" if language == SOURCE else language)
        for name, text in man_pages(version, epoch(), language).items():
            write(folder / f"man{name.rpartition('.')[2]}" / f"{name}.gz", gzipped(text))
    for place, text in completions().items():
        write(tree / place, text.encode())
    for unit in sorted((ROOT / "packaging" / "units").glob("*.[st]*")):
        write(tree / "usr/lib/systemd/system" / unit.name, unit.read_bytes())


_STARTER = f"""{SHEBANG}
import sys

sys.path.insert(0, "/{LIBRARY}")

from newer_python import start_newer

start_newer()

from tui.__main__ import main

sys.exit(main())
"""


def gzipped(text: str) -> bytes:
    """A text as gzip(1) packs it best, with the time that everything carries."""
    return gzip.compress(text.encode(), 9, mtime=epoch())


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file, and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def set_modes(tree: Path) -> None:
    """Give every file and directory the mode and the time that it has in every package."""
    for path in [tree, *tree.rglob("*")]:
        executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if executable else 0o644)
        os.utime(path, (epoch(), epoch()))


def packager() -> str:
    """Who builds the packages: DEBFULLNAME and DEBEMAIL, as for Debian's own tools.

    The project has no address of its own; one of the domain that never exists (RFC 6761) says so.
    """
    name = os.environ.get("DEBFULLNAME", "The iscsi-console authors")
    return f"{name} <{os.environ.get('DEBEMAIL', 'nobody@iscsi-console.invalid')}>"


def homepage() -> str:
    """The address of the project; empty while pyproject.toml names none."""
    return str(PROJECT.get("urls", {}).get("Homepage", ""))
