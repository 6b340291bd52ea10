"""Builds the program with all that it needs in one file that Python runs."""

import hashlib
import shutil
import stat
import tempfile
import time
import zipfile
from pathlib import Path

from contents import LOCK, ROOT, SHEBANG, copy_program, epoch, files_below
from vendoring import MACHINES, vendor


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
                for name, source in (("__main__", "onefile_main"), ("newer_python", "newer_python")):
                    code = (ROOT / "packaging" / f"{source}.py").read_bytes()
                    _add(packed, f"{name}.py", code, 0o644)
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
