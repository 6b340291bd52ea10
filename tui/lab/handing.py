"""An image with its kernel in one file, for hosts that cannot build one: `lab export` and `lab import`.

The file begins with one line of JSON, padded to `_HEAD` bytes: what is in it, and the SHA-256 of the rest,
a tar archive compressed by gzip whose holes are kept (GNU tar, --sparse). The hash finds a damaged file; it
does not tell who made it.
"""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from msgspec import Struct

from tui.lab import kernel
from tui.lab.errors import LabError
from tui.lab.image import Image, Release, build, key
from tui.lab.mmdebstrap import Listener
from tui.lab.places import Places, locked
from tui.storage.documents import parse_json
from tui.storage.untrusted import clean
from tui.words import translate as _

_KIND = "iscsi-console lab 1"
_HEAD = 1024
_BLOCK = 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_IMAGE = re.compile(r"(?P<release>bookworm|trixie)-[0-9a-f]{16}")
_KERNEL = re.compile(r"kernel-[a-z]{1,20}")


class Handed(Struct, frozen=True):
    """What a file holds: the name of the image, the folder of its kernel, and the hash of the archive."""

    image: str
    kernel: str
    sha256: str

    @property
    def release(self) -> Release:
        """The Debian release of the image."""
        return Release(self.image.partition("-")[0])


def export_lab(path: Path, release: Release, places: Places, listener: Listener) -> Handed:
    """Write the image of a release with its kernel to a file that is not there yet.

    The image is built where it is missing.

    Raises:
        LabError: it exists, tar is missing or failed, or there is no room.
    """
    if path.exists():
        raise LabError(_("{file} exists already.").format(file=clean(str(path))))
    image = build(release, places, listener)
    used = kernel.known(places.root)
    if used is None:
        raise LabError(_("The kernel of the practice machines is missing."))
    tree = used.program.relative_to(places.root).parts[0]
    names = (f"images/{image.folder.name}", tree)
    listener(_("Writing {file}; this takes a minute or two.").format(file=clean(str(path))))
    temporary = path.with_name(f".{path.name}.new")
    try:
        with locked(image.lock, shared=True), temporary.open("wb") as file:
            file.write(b" " * _HEAD)
            _pack(names, places.root, file)
        with temporary.open("rb+") as file:
            handed = Handed(image.folder.name, tree, _hash_of_rest(file))
            file.seek(0)
            file.write(_head(handed))
        temporary.replace(path)
    except OSError as error:
        raise LabError(
            _("{file} could not be written: {why}.").format(
                file=clean(str(path)), why=error.strerror or str(error)
            )
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return handed


def _pack(names: tuple[str, ...], folder: Path, file: IO[bytes]) -> None:
    argv = (
        "tar",
        "--create",
        "--sparse",
        "--format=gnu",
        "--owner=0",
        "--group=0",
        "--directory",
        str(folder),
    )
    with subprocess.Popen((*argv, *names), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as packing:
        assert packing.stdout is not None
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as packed:
            shutil.copyfileobj(packing.stdout, packed, _BLOCK)
    if packing.returncode != 0:
        raise LabError(_("tar failed with status {status}.").format(status=packing.returncode))


def import_lab(path: Path, places: Places, listener: Listener) -> Image:
    """Take an image with its kernel out of a file.

    Raises:
        LabError: the file is damaged, something else, or made by another version of this program.
    """
    try:
        with path.open("rb") as file:
            handed = _read_head(file)
            target = Image(places.images / handed.image)
            if target.folder.is_dir():
                return target
            listener(_("Checking {file}.").format(file=clean(str(path))))
            if _hash_of_rest(file) != handed.sha256:
                raise LabError(
                    _("{file} is damaged: its SHA-256 is another one.").format(file=clean(str(path)))
                )
            listener(_("Unpacking the image."))
            places.images.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=places.root, prefix=".new-") as scratch:
                file.seek(_HEAD)
                _unpack(file, Path(scratch), handed)
                _move(Path(scratch), handed, places)
    except (OSError, tarfile.TarError, EOFError) as error:
        why = getattr(error, "strerror", None) or str(error)
        words = _("{file} could not be imported: {why}.")
        raise LabError(words.format(file=clean(str(path)), why=clean(why))) from error
    return target


def _unpack(file: IO[bytes], folder: Path, handed: Handed) -> None:
    allowed = (f"images/{handed.image}", handed.kernel)
    with tarfile.open(fileobj=file, mode="r|gz") as packed:
        for member in packed:
            if not any(member.name == name or member.name.startswith(f"{name}/") for name in allowed):
                raise LabError(_("It holds something else: {name}.").format(name=clean(member.name)))
            if ".." in Path(member.name).parts or not (member.isreg() or member.isdir()):
                raise LabError(_("It holds something else: {name}.").format(name=clean(member.name)))
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            packed.extract(member, folder, set_attrs=False)
            (folder / member.name).chmod(member.mode)


def _move(scratch: Path, handed: Handed, places: Places) -> None:
    """Put kernel and image into their places, once they are what this version would build."""
    used = kernel.find(scratch / handed.kernel)
    if used is None or key(handed.release, used) != handed.image:
        raise LabError(
            _("It was made by another version of this program. Export it again with this version.")
        )
    with locked(places.images / f"{handed.release}.lock"):
        if kernel.known(places.root) is None:
            (scratch / handed.kernel).rename(places.root / handed.kernel)
        target = places.images / handed.image
        if not target.is_dir():
            (scratch / "images" / handed.image).rename(target)
    now = kernel.known(places.root)
    if now is None or key(handed.release, now) != handed.image:
        raise LabError(
            _(
                "This lab has another kernel, so the image cannot be used. Remove {directory}, then retry."
            ).format(directory=clean(str(places.root)))
        )


def _head(handed: Handed) -> bytes:
    fields = {"kind": _KIND, "image": handed.image, "kernel": handed.kernel, "sha256": handed.sha256}
    return json.dumps(fields).encode().ljust(_HEAD - 1) + b"\n"


def _read_head(file: IO[bytes]) -> Handed:
    try:
        fields = parse_json(file.read(_HEAD))
    except ValueError:
        fields = None
    if isinstance(fields, dict) and fields.get("kind") == _KIND:
        image, tree, sha256 = (str(fields.get(name)) for name in ("image", "kernel", "sha256"))
        if _IMAGE.fullmatch(image) and _KERNEL.fullmatch(tree) and _HASH.fullmatch(sha256):
            return Handed(image, tree, sha256)
    raise LabError(_("`lab export` did not write this file."))


def _hash_of_rest(file: IO[bytes]) -> str:
    file.seek(_HEAD)
    total = hashlib.sha256()
    for block in _blocks(file):
        total.update(block)
    return total.hexdigest()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block
