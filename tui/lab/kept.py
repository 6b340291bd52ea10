"""Guests whose disk is kept under a name, so that a later start is the same machine after a reboot."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from tui.lab.errors import LabError
from tui.lab.image import Image, Release
from tui.lab.places import Places, locked
from tui.words import prose, translate as _


class Kept(Struct, frozen=True):
    """A kept machine: its copy-on-write disk, the image under it and the array it was given last."""

    folder: Path

    @property
    def name(self) -> str:
        """The name it was kept under."""
        return self.folder.name

    @property
    def disk(self) -> Path:
        """Its changes to the image."""
        return self.folder / "disk.cow"

    @property
    def image(self) -> str:
        """The name of the image its disk stands on; empty before its first start."""
        file = self.folder / "image"
        return file.read_text().strip() if file.exists() else ""

    @property
    def release(self) -> Release:
        """The Debian release of that image."""
        return Release(self.image.partition("-")[0])

    @property
    def san(self) -> str | None:
        """The text of the array's description it was started with last."""
        file = self.folder / "san.toml"
        return file.read_text() if file.exists() else None

    @property
    def lan_places(self) -> Mapping[str, int]:
        """The number of its place on each LAN that it was on."""
        file = self.folder / "lans.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def find_image(self, places: Places) -> Image:
        """The image under the disk.

        Raises:
            LabError: When it was removed; the disk is worth nothing without it.
        """
        image = Image(places.images / self.image)
        if not image.disk.exists():
            raise LabError(
                prose(
                    _("The image that the kept machine {name} is based on is gone.").format(name=self.name),
                    _("Remove the machine with: iscsi-console lab forget {name}").format(name=self.name),
                )
            )
        return image

    def remember(self, image: Image, san: str | None, lan_places: Mapping[str, int] | None = None) -> None:
        """Note what the machine is started with."""
        lans = json.dumps({**self.lan_places, **lan_places}) if lan_places else None
        for name, text in (("image", image.folder.name), ("san.toml", san), ("lans.json", lans)):
            if text is not None:
                new = self.folder / f".{name}.new"
                new.write_text(text)
                new.replace(self.folder / name)


def kept_machines(places: Places) -> tuple[Kept, ...]:
    """All kept machines, by name."""
    return tuple(Kept(path) for path in sorted(places.kept.glob("*")) if (path / "image").exists())


@contextlib.contextmanager
def claim(places: Places, name: str) -> Iterator[Kept]:
    """Have a kept machine to oneself for the length of a block; its folder is made when missing.

    Raises:
        LabError: When the name cannot be one, or the machine is running already.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise LabError(
            _(
                "{name} is not a valid machine name: letters, digits, dot, dash and underscore, at most "
                "64 characters."
            ).format(name=ascii(name))
        )
    folder = places.kept / name
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as holding:
        try:
            holding.enter_context(locked(folder / "lock", wait=False))
        except BlockingIOError:
            raise LabError(_("The machine {name} is already running.").format(name=name)) from None
        yield Kept(folder)


def forget(places: Places, name: str) -> None:
    """Remove a kept machine with its disk.

    Raises:
        LabError: When there is none of that name, or it is running.
    """
    if not os.path.lexists(places.kept / name):
        raise LabError(_("There is no kept machine {name}.").format(name=name))
    with claim(places, name) as kept:
        shutil.rmtree(kept.folder)
