"""Images of practice machines: built once with mmdebstrap, named by a key of all they are made of."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from tui.lab import contents, kernel, mmdebstrap
from tui.lab.mmdebstrap import Listener
from tui.lab.places import Places, locked
from tui.words import translate as _

FORMAT = 2
"""Raised when the way an image is put together changes."""

SIZE = "8G"
"""Of the root filesystem. The file is sparse: it takes what is in it."""


class Release(StrEnum):
    """The Debian releases a guest can be."""

    BOOKWORM = "bookworm"
    TRIXIE = "trixie"


class Image(Struct, frozen=True):
    """A built image: nobody writes to it, a guest's changes go to a copy-on-write file of its own."""

    folder: Path

    @property
    def disk(self) -> Path:
        """The root filesystem."""
        return self.folder / "disk.ext4"

    @property
    def kernel(self) -> Path:
        """The kernel program whose modules are in the filesystem. It is started in this folder."""
        return self.folder / "linux.uml"

    @property
    def lock(self) -> Path:
        """Held, shared, by every guest that runs on the image."""
        return self.folder / "lock"


def key(release: Release, used: kernel.Kernel) -> str:
    """The name of the image that would be built now: it changes with anything the image is made of."""
    digest = hashlib.sha256(f"{FORMAT} {release} {SIZE}".encode())
    contents.fingerprint(digest, used)
    return f"{release}-{digest.hexdigest()[:16]}"


def built(release: Release, places: Places) -> Image | None:
    """The image of a release if it is there and made of what it would be made of now."""
    used = kernel.known(places.root)
    if used is None:
        return None
    image = Image(places.images / key(release, used))
    return image if image.folder.is_dir() else None


def build(release: Release, places: Places, listener: Listener) -> Image:
    """The image of a release, built when it is not there yet. Two processes that want it build it once.

    Raises:
        LabError: When a part is missing or mmdebstrap fails; the message carries its last lines.
    """
    used = kernel.obtain(places.root, listener)
    image = Image(places.images / key(release, used))
    if image.folder.is_dir():
        return image
    with locked(places.images / f"{release}.lock"):
        if image.folder.is_dir():
            return image
        begun = time.monotonic()
        listener(_("Building the image of a {release} machine. This is done once.").format(release=release))
        with tempfile.TemporaryDirectory(dir=places.images, prefix=".new-") as folder:
            new = Image(Path(folder) / "image")
            new.folder.mkdir(mode=0o755)
            _make(release, used, new, listener)
            new.folder.rename(image.folder)
        _forget_older(places, release, image)
        listener(
            _("The image is ready after {seconds:.0f} seconds.").format(seconds=time.monotonic() - begun)
        )
    return image


def command(release: Release, additions: Path, disk_descriptor: int) -> list[str]:
    """The mmdebstrap command line that builds an image.

    It names no mirror: the host's apt configuration says how packages are fetched. The filesystem is made by
    a hook, inside mmdebstrap's view of file owners, so that it is right without root too; the hook reaches
    the file through an open descriptor because that view may not include the folder the file is in.

    Args:
        release: What to build.
        additions: The tar file of `contents.pack`.
        disk_descriptor: An inherited file descriptor of the empty image file.
    """
    disable = "; ".join(
        f'rm -f "$1"/etc/systemd/system/*.wants/{unit} "$1"/usr/lib/systemd/system/*.wants/{unit}'
        for unit in contents.DISABLED
    )
    # mmdebstrap has mounted /proc, /sys and /dev there: away with them, in a mount namespace of the hook's
    # own. Lazily: the /sys an ordinary user borrows from the host has locked mounts below it. Where no
    # namespace is to be had (a container), mmdebstrap could not mount anything either.
    make = (
        "if unshare --mount true 2>/dev/null; then alone='unshare --mount'; else alone=; fi; "
        'exec $alone sh -c \'umount --lazy "$1/proc" "$1/sys" "$1/dev" 2>/dev/null; '
        f'mkfs.ext4 -q -F -i 65536 -J size=16 -L lab -d "$1" /proc/self/fd/{disk_descriptor} {SIZE}\' '
        'make "$1"'
    )
    return [
        "mmdebstrap",
        "--variant=minbase",
        "--format=null",
        f"--include={','.join((*contents.PACKAGES, *contents.PACKAGES_OF_RELEASE.get(release, ())))}",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in contents.LEFT_OUT_OF_PACKAGES),
        *mmdebstrap.apt_options(),
        '--customize-hook=rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/*.log',
        f"--customize-hook=tar-in {additions} /",
        f"--customize-hook={disable}",
        f"--customize-hook={make}",
        release,
    ]


def _make(release: Release, used: kernel.Kernel, image: Image, listener: Listener) -> None:
    additions = image.folder.parent / "additions.tar"
    contents.pack(used, additions)
    shutil.copy(used.program, image.kernel)
    for library in used.libraries:
        shutil.copy(library, image.folder)
    with image.disk.open("wb") as disk:
        os.fchmod(disk.fileno(), 0o666)
        mmdebstrap.run(command(release, additions, disk.fileno()), listener, (disk.fileno(),))
        os.fchmod(disk.fileno(), 0o644)
    image.lock.touch(mode=0o644)
    (image.folder / "made.json").write_text(
        json.dumps({"format": FORMAT, "release": release, "kernel": used.version}) + "\n"
    )


def _forget_older(places: Places, release: Release, newest: Image) -> None:
    """Remove images of the release that no running guest and no kept disk stands on."""
    needed = {path.read_text().strip() for path in places.kept.glob("*/image")}
    for folder in places.images.glob(f"{release}-*"):
        if folder == newest.folder or folder.name in needed:
            continue
        try:
            with locked(folder / "lock", wait=False):
                shutil.rmtree(folder)
        except BlockingIOError:
            continue
