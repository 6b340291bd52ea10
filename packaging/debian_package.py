"""Builds the Debian packages: one with its Python packages in its own folder, one that takes Debian's."""

import hashlib
import os
import subprocess
import tempfile
import textwrap
import time
from pathlib import Path

from contents import (
    DESCRIPTION,
    LIBRARY,
    PROJECT,
    SUMMARY,
    VERSION,
    epoch,
    files_below,
    gzipped,
    homepage,
    package_tree,
    packager,
    set_modes,
    write,
)


def build_deb_bundled(out: Path) -> Path:
    """Build the package that brings its Python packages along, for releases whose own are too old."""
    return _deb(out, bundled=True)


def build_deb_native(out: Path) -> Path:
    """Build the package for releases that have all Python packages."""
    return _deb(out, bundled=False)


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
Description: {summary}
{description}"""

_BUNDLED_WORDS = ".\nThis package brings its Python packages along, in a folder of its own.\n"

_POSTINST = f"""\
#!/bin/sh
set -e
if [ "$1" = configure ] && command -v py3compile > /dev/null; then
    py3compile -p iscsi-console /{LIBRARY}
fi
"""
_PRERM = f"""\
#!/bin/sh
set -e
# An administrator enables the timer, if at all: what that made is removed with it.
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now iscsi-console-doctor.timer || true
fi
if command -v py3clean > /dev/null; then
    py3clean -p iscsi-console
else
    find /{LIBRARY} -name __pycache__ -prune -exec rm -rf {{}} +
fi
"""

_OVERRIDES = """\
# It is handed out by its authors, not uploaded to Debian.
iscsi-console: initial-upload-closes-no-bugs *
# What an administrator enabled with systemctl is unknown to deb-systemd-helper.
iscsi-console: maintainer-script-calls-systemctl *
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
        package_tree(tree, "x86_64" if bundled else None, VERSION)
        write(tree / "usr/share/doc/iscsi-console/copyright", _COPYRIGHT.encode())
        write(tree / "usr/share/doc/iscsi-console/changelog.Debian.gz", gzipped(_changelog(version)))
        write(tree / "usr/share/lintian/overrides/iscsi-console", _OVERRIDES.encode())
        control = tree / "DEBIAN"
        words = _control(
            version, architecture, sum(path.stat().st_size for path in files_below(tree)), bundled=bundled
        )
        write(control / "control", words.encode())
        write(control / "postinst", _POSTINST.encode(), 0o755)
        write(control / "prerm", _PRERM.encode(), 0o755)
        sums = "".join(
            f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(tree)}\n"  # noqa: S324 (dpkg's)
            for path in files_below(tree)
            if control not in path.parents
        )
        write(control / "md5sums", sums.encode())
        set_modes(tree)
        target = out / f"iscsi-console_{version}_{architecture}.deb"
        subprocess.run(
            ("dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(target)),
            env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())},
            check=True,
            capture_output=True,
        )
    return target


def _control(version: str, architecture: str, size: int, *, bundled: bool) -> str:
    needs = "python3 (>= 3.11)"
    if bundled:
        needs += ", libc6 (>= 2.28)"
    else:
        needs += "".join(f", {name}{least}" for name, least in debian_packages().items())
    words = _CONTROL.format(
        version=version,
        architecture=architecture,
        maintainer=packager(),
        size=size // 1024,
        depends=needs,
        homepage=homepage(),
        summary=SUMMARY,
        description=textwrap.indent(DESCRIPTION + (_BUNDLED_WORDS if bundled else ""), " "),
    )
    return "".join(line for line in words.splitlines(keepends=True) if line != "Homepage: \n")


def debian_packages() -> dict[str, str]:
    """The Debian packages of the requirements, each with its least version as Depends writes it."""
    packages = {}
    for requirement in PROJECT["dependencies"]:
        name, _equals, version = requirement.partition(">=")
        least = version.partition(",")[0]
        packages[f"python3-{name}"] = f" (>= {least})" if least else ""
    return packages


def _changelog(version: str) -> str:
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(epoch()))
    return (
        f"iscsi-console ({version}) unstable; urgency=medium\n\n"
        f"  * See CHANGELOG.md.\n\n -- {packager()}  {when}\n"
    )
