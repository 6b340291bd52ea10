"""Builds what is handed out: sdist and wheel, the program in one file, and Debian packages.

    python packaging/dist.py [--out dist] [sdist wheel onefile deb-bundled deb-native checksums]

Without names everything is built. The same commit gives the same bytes: times are those of the commit
(SOURCE_DATE_EPOCH), and the order of files is fixed. Runs with a Python that has hatchling and pip.
"""

import argparse
import gzip
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from reference import completions, man_pages
from vendoring import MACHINES, needed_at_run_time, vendor

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-run.lock"
PACKAGES = ("tui", "widgets")
SHEBANG = "#!/usr/bin/python3 -IXutf8"
"""Isolated: neither the environment nor the folder it is started in chooses code."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
VERSION = str(PROJECT["version"])


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
    _write(folder / f"iscsi_console-{VERSION}.dist-info" / "METADATA", _METADATA.encode())
    for package in PACKAGES:
        for path in files_below(ROOT / package):
            place = folder / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)


def build_sdist(out: Path) -> Path:
    """Build the source distribution."""
    return _hatchling(ROOT, "sdist", out)


def build_wheel(out: Path) -> Path:
    """Build the wheel from the source distribution, which shows that that is whole."""
    with tempfile.TemporaryDirectory() as scratch:
        source = build_sdist(Path(scratch))
        with tarfile.open(source) as packed:
            packed.extractall(scratch, filter="data")
        return _hatchling(Path(scratch) / source.name.removesuffix(".tar.gz"), "wheel", out)


def _hatchling(source: Path, kind: str, out: Path) -> Path:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch())}
    command = (sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(out))
    before = set(out.glob("*"))
    subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True)
    (made,) = [path for path in out.glob("*") if path not in before and path.name != ".gitignore"] or [
        next(out.glob("*.whl" if kind == "wheel" else "*.tar.gz"))
    ]
    return made


def build_onefile(out: Path) -> Path:
    """Build the program with all that it needs in one file that Python runs."""
    target = out / "iscsi-console.pyz"
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch)
        copy_program(tree / "program")
        for machine in MACHINES:
            vendor(LOCK, tree / machine, machine)
        _share_common(tree)
        digest = _digest(tree)
        temporary = target.with_suffix(".new")
        with temporary.open("wb") as file:
            file.write(f"{SHEBANG}\n".encode())
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
                _add(packed, "__main__.py", (ROOT / "packaging" / "onefile_main.py").read_bytes(), 0o644)
                _add(packed, "digest", digest.encode(), 0o644)
                for path in files_below(tree):
                    mode = 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644
                    _add(packed, path.relative_to(tree).as_posix(), path.read_bytes(), mode)
        temporary.chmod(0o755)
        temporary.replace(target)
    return target


def _share_common(tree: Path) -> None:
    """Keep once what is the same for every processor, by whole packages: those without extension modules."""
    common = tree / "common"
    common.mkdir()
    first, *others = (tree / machine for machine in MACHINES)
    for entry in sorted(first.iterdir()):
        if entry.is_file() or entry.name.endswith(".dist-info") or not any(entry.rglob("*.so")):
            shutil.move(entry, common / entry.name)
        for other in others:
            place = other / entry.name
            if (common / entry.name).exists() and place.exists():
                shutil.rmtree(place) if place.is_dir() else place.unlink()


def _digest(tree: Path) -> str:
    total = hashlib.sha256()
    for path in files_below(tree):
        total.update(f"{path.relative_to(tree)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _add(packed: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, time.gmtime(max(epoch(), 315532800))[:6])
    entry.external_attr = (stat.S_IFREG | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(entry, content)


def build_deb_bundled(out: Path) -> Path:
    """Build the Debian package that brings its Python packages along, for releases whose own are too old."""
    return _deb(out, bundled=True)


def build_deb_native(out: Path) -> Path:
    """Build the Debian package for releases that have all Python packages."""
    return _deb(out, bundled=False)


_STARTER = f"""{SHEBANG}
import sys

sys.path.insert(0, "/usr/lib/iscsi-console")

from tui.__main__ import main  # noqa: E402

sys.exit(main())
"""

_CONTROL = """\
Package: iscsi-console
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size}
Depends: {depends}
Recommends: open-iscsi, lvm2
Suggests: multipath-tools, cryptsetup-bin, xfsprogs, btrfs-progs
Section: admin
Priority: optional
Homepage: {homepage}
Description: set up, watch, take down and repair iSCSI storage
 A terminal program with which an administrator sets up, watches, takes down
 and repairs iSCSI storage with LVM on it. Every change is shown first as a
 plan with its exact commands, checked before, verified after, and undone
 where it can be. It finds what is broken from the portal up to the mount.
{more}"""

_BUNDLED_WORDS = " .\n This package brings its Python packages along, in a folder of its own.\n"

_POSTINST = """\
#!/bin/sh
set -e
if [ "$1" = configure ] && command -v py3compile > /dev/null; then
    py3compile -p iscsi-console /usr/lib/iscsi-console
fi
"""
_PRERM = """\
#!/bin/sh
set -e
if command -v py3clean > /dev/null; then
    py3clean -p iscsi-console
else
    find /usr/lib/iscsi-console -name __pycache__ -prune -exec rm -rf {} +
fi
"""

_OVERRIDES = """\
# It is handed out by its authors, not uploaded to Debian.
iscsi-console: initial-upload-closes-no-bugs *
"""

_COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: iscsi-console

Files: *
Copyright: 2026 The iscsi-console authors
License: Apache-2.0

License: Apache-2.0
 On Debian systems the full text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
"""


def _deb(out: Path, *, bundled: bool) -> Path:
    version = f"{VERSION}-1" + ("+bundled" if bundled else "")
    architecture = "amd64" if bundled else "all"
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        library = tree / "usr/lib/iscsi-console"
        copy_program(library)
        if bundled:
            vendor(LOCK, library, "x86_64")
            modules = [path for path in files_below(library) if path.suffix == ".so"]
            subprocess.run(("strip", "--strip-unneeded", *map(str, modules)), check=True)
        _write(tree / "usr/sbin/iscsi-console", _STARTER.encode(), 0o755)
        _shared_files(tree)
        _write(tree / "usr/share/doc/iscsi-console/copyright", _COPYRIGHT.encode())
        _write(tree / "usr/share/doc/iscsi-console/changelog.Debian.gz", _gzip(_changelog(version)))
        _write(tree / "usr/share/lintian/overrides/iscsi-console", _OVERRIDES.encode())
        control = tree / "DEBIAN"
        size = sum(path.stat().st_size for path in files_below(tree)) // 1024
        needs = "python3 (>= 3.11)"
        if bundled:
            needs += ", libc6 (>= 2.28)"
        else:
            needs += "".join(f", {name}{least}" for name, least in debian_packages().items())
        words = _CONTROL.format(
            version=version,
            architecture=architecture,
            maintainer=_maintainer(),
            size=size,
            depends=needs,
            homepage=_homepage(),
            more=_BUNDLED_WORDS if bundled else "",
        )
        words = "".join(line for line in words.splitlines(keepends=True) if line != "Homepage: \n")
        _write(control / "control", words.encode())
        _write(control / "postinst", _POSTINST.encode(), 0o755)
        _write(control / "prerm", _PRERM.encode(), 0o755)
        sums = "".join(
            f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(tree)}\n"  # noqa: S324 (dpkg's)
            for path in files_below(tree)
            if control not in path.parents
        )
        _write(control / "md5sums", sums.encode())
        _set_modes(tree)
        target = out / f"iscsi-console_{version}_{architecture}.deb"
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch())}
        subprocess.run(
            ("dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(target)),
            env=environment,
            check=True,
            capture_output=True,
        )
    return target


def _shared_files(tree: Path) -> None:
    """Man pages, completions, units: what is the same in every package."""
    for name, text in man_pages(VERSION, epoch()).items():
        section = name.rpartition(".")[2]
        _write(tree / f"usr/share/man/man{section}/{name}.gz", _gzip(text))
    for place, text in completions().items():
        _write(tree / place, text.encode())
    for unit in sorted((ROOT / "packaging" / "units").glob("*.[st]*")):
        _write(tree / "usr/lib/systemd/system" / unit.name, unit.read_bytes())


def debian_packages() -> dict[str, str]:
    """The Debian packages of the requirements, each with its least version as Depends writes it."""
    packages = {}
    for requirement in PROJECT["dependencies"]:
        name, _equals, version = requirement.partition(">=")
        least = version.partition(",")[0]
        packages[f"python3-{name}"] = f" (>= {least})" if least else ""
    return packages


def _maintainer() -> str:
    return "The iscsi-console authors <maintainers@users.noreply.example.org>"


def _homepage() -> str:
    return str(PROJECT.get("urls", {}).get("Homepage", ""))


def _changelog(version: str) -> str:
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(epoch()))
    return (
        f"iscsi-console ({version}) unstable; urgency=medium\n\n"
        f"  * See CHANGELOG.md.\n\n -- {_maintainer()}  {when}\n"
    )


def _gzip(text: str) -> bytes:
    return gzip.compress(text.encode(), 9, mtime=epoch())


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def _set_modes(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if executable else 0o644)
        os.utime(path, (epoch(), epoch()))


def write_bill(out: Path) -> Path:
    """Write the bill of materials: every Python package that the bundled forms hold (CycloneDX 1.5, JSON)."""
    components = []
    for line in needed_at_run_time(LOCK.read_text()).splitlines():
        name, equals, version = line.partition("==")
        if equals:
            version = version.split()[0]
            components.append(
                {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
            )
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "iscsi-console", "version": VERSION}},
        "components": components,
    }
    target = out / f"iscsi-console-{VERSION}.cdx.json"
    target.write_text(json.dumps(document, indent=2) + "\n")
    return target


def write_checksums(out: Path) -> Path:
    """Write the checksums of all that is there, as sha256sum(1) reads them."""
    target = out / "SHA256SUMS"
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(out.iterdir())
        if path.is_file() and path != target and path.name != ".gitignore"
    ]
    target.write_text("".join(lines))
    return target


BUILDS: dict[str, Callable[[Path], Path]] = {
    "sdist": build_sdist,
    "wheel": build_wheel,
    "onefile": build_onefile,
    "deb-bundled": build_deb_bundled,
    "deb-native": build_deb_native,
    "bill": write_bill,
    "checksums": write_checksums,
}


def main() -> int:
    """Build what is named, or everything."""
    parser = argparse.ArgumentParser(description="Build what is handed out.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("names", nargs="*", choices=[*BUILDS, []], metavar="NAME", help=", ".join(BUILDS))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or BUILDS:
        made = BUILDS[name](arguments.out)
        print(f"{made.name}  {made.stat().st_size / 1e6:.2f} MB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
