"""A twin of a host: a practice machine with the array, the settings and the storage of a description."""

import contextlib
import hashlib
import json
from contextlib import ExitStack
from enum import IntEnum
from types import TracebackType
from typing import Self

from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.lab.kept import forget, kept_machines
from tui.lab.mmdebstrap import Listener
from tui.lab.places import Places
from tui.practice.rehearsal.array import array_text
from tui.practice.rehearsal.description import Described, Description, Unlike
from tui.storage.codec import decode, encode
from tui.storage.documents import parse_json
from tui.words import translate as _

BUILD_SECONDS = 600.0
"""Longest time the building may take on a busy host; a host with 36 TiB took 19 s on a quiet one."""

SHEET = "/var/lib/twin/described.json"
"""Where a twin has its own description, and in what it is not like its host."""


class Ending(IntEnum):
    """The exit status of the console inside a twin; apart from those of shells and signals."""

    DISCARD = 40
    KEEP = 41
    RESET = 42


class Twin:
    """A running twin, new or as it was kept.

    Args:
        described: what it must have, and what is known to differ.
        places: the lab's directories.
        listener: called with a sentence on what is being done.

    Attributes:
        guest: its machine.
        unlike: in what it is not like its host, what could not be built included.

    Raises:
        LabError: the machine cannot be had, or the building broke off.
        TimeoutError: it took too long.
    """

    def __init__(self, described: Described, places: Places, listener: Listener) -> None:
        self._name = _kept_name(described.description)
        is_kept = self._name in {kept.name for kept in kept_machines(places)}
        listener(_("Booting the practice machine: a real kernel, as an ordinary process."))
        with ExitStack() as undo:
            if is_kept:
                self.guest = undo.enter_context(Guest.boot(keep=self._name, places=places, listener=listener))
                self.unlike = decode(Described, parse_json(self.guest.read_text(SHEET))).unlike
            else:
                san = array_text(described.description)
                self.guest = undo.enter_context(Guest.boot(san=san, places=places, listener=listener))
                listener(_("Building the twin of {host}.").format(host=described.description.host))
                self.unlike = (*described.unlike, *_built(self.guest, described.description))
                sheet = Described(described.description, self.unlike)
                self.guest.write_text(SHEET, json.dumps(encode(sheet)))
            undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.guest.close()

    def keep(self) -> None:
        """Switch the machine off and keep its disk, to go on with it later.

        Raises:
            LabError: another run keeps its own.
            TimeoutError: it does not go down.
        """
        self.guest.keep_as(self._name)


def _built(guest: Guest, description: Description) -> tuple[Unlike, ...]:
    said = guest.check(
        *("python3", "-m", "tui.practice.rehearsal.built"),
        stdin=json.dumps(encode(description)).encode(),
        timeout=BUILD_SECONDS,
    )
    return decode(tuple[Unlike, ...], parse_json(said.splitlines()[-1]))


def _kept_name(description: Description) -> str:
    """What the twin of a description is kept under: another capture has another."""
    digest = hashlib.sha256(json.dumps(encode(description)).encode()).hexdigest()
    return f"twin-{digest[:16]}"


def forget_twin(description: Description, places: Places) -> None:
    """Throw the kept twin of a description away, if there is one and nobody uses it."""
    with contextlib.suppress(LabError):
        forget(places, _kept_name(description))
