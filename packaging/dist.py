"""Builds what is handed out: sdist and wheel, the program in one file, Debian packages and an RPM package.

    python packaging/dist.py [--out dist] [sdist wheel onefile deb-bundled deb-native rpm bill checksums]

Without names everything is built. The same commit gives the same bytes: times are those of the commit
(SOURCE_DATE_EPOCH), and the order of files is fixed. Runs with a Python that has hatchling and pip.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from contents import LOCK, ROOT, VERSION, epoch
from debian_package import build_deb_bundled, build_deb_native
from onefile import build_onefile
from rpm_package import build_rpm
from vendoring import needed_at_run_time


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
    "rpm": build_rpm,
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
