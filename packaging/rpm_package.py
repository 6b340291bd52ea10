"""Builds the RPM package by iscsi-console.spec, from the tree that the Debian package is built from."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from contents import (
    DESCRIPTION,
    LIBRARY,
    ROOT,
    SUMMARY,
    VERSION,
    epoch,
    files_below,
    package_tree,
    packager,
    set_modes,
)

SPEC = ROOT / "packaging" / "iscsi-console.spec"


def build_rpm(out: Path) -> Path:
    """Build the package, which brings its Python packages along; rpmbuild is Debian's package `rpm`."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        package_tree(tree, "x86_64", VERSION)
        # Where the shells of RPM distributions look for completions.
        zsh = tree / "usr/share/zsh/site-functions"
        (tree / "usr/share/zsh/vendor-completions").rename(zsh)
        licenses = tree / "usr/share/licenses/iscsi-console"
        licenses.mkdir(parents=True)
        shutil.copy2(ROOT / "LICENSE", licenses)
        set_modes(tree)
        description = Path(scratch) / "description"
        description.write_text(DESCRIPTION)
        listed = Path(scratch) / "files"
        listed.write_text("".join(f"{_spec_line(path, tree)}\n" for path in _owned(tree)))
        defined = {
            "_topdir": scratch,
            "version_of_program": VERSION,
            "summary_of_program": SUMMARY.capitalize().replace("iscsi", "iSCSI"),
            "description_of_program": str(description),
            "packager": packager(),
            "tree": str(tree),
            "listed": str(listed),
        }
        subprocess.run(
            [
                *("rpmbuild", "-bb", "--quiet", "--target", "x86_64"),
                *(f"--define={name} {value}" for name, value in defined.items()),
                str(SPEC),
            ],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())},
            check=True,
            capture_output=True,
        )
        (made,) = (Path(scratch) / "RPMS" / "x86_64").glob("*.rpm")
        return Path(shutil.copy2(made, out / made.name))


def _owned(tree: Path) -> list[Path]:
    """What belongs to the package: its files, and its own directories."""
    own = (tree / LIBRARY, tree / "usr/share/licenses/iscsi-console")
    below = [path for folder in own for path in folder.rglob("*") if path.is_dir()]
    return sorted([*own, *below, *files_below(tree)])


def _spec_line(path: Path, tree: Path) -> str:
    place = f"/{path.relative_to(tree)}"
    return f'%dir "{place}"' if path.is_dir() else f'"{place}"'
