"""A twin of a host: a practice machine with the array, the settings and the storage of a description."""

import contextlib
import hashlib
import json
import tempfile
from contextlib import ExitStack
from enum import IntEnum
from types import TracebackType
from typing import Self

from msgspec import Struct

from tui.lab.errors import LabError
from tui.lab.guest import Guest
from tui.lab.kept import forget, kept_machines
from tui.lab.mmdebstrap import Listener
from tui.lab.places import Places
from tui.practice.rehearsal.array import array_text
from tui.practice.rehearsal.compared import Comparison, compare
from tui.practice.rehearsal.description import Described, Description, Unlike
from tui.storage.codec import decode, encode
from tui.storage.documents import parse_json
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory
from tui.words import translate as _

BUILD_SECONDS = 600.0
"""Longest time the building may take on a busy host; a host with 36 TiB took 19 s on a quiet one."""

SHEET = "/var/lib/twin/sheet.json"
"""Where a twin has its `Sheet`."""

_CAPTURE = "/var/lib/twin/capture.json"
_CAPTURE_SECONDS = 180.0
_LOOKS = 3
"""How often the new twin is looked at, where LVM does not answer in time beside other machines."""


class Ending(IntEnum):
    """The exit status of the console inside a twin; apart from those of shells and signals."""

    DISCARD = 40
    KEEP = 41
    RESET = 42


class Sheet(Struct, frozen=True):
    """What a twin knows of itself.

    Attributes:
        described: what it is made from, and in what it is not like its host, what was not built included.
        comparison: its first inventory beside that of the host; None where they were not compared.
    """

    described: Described
    comparison: Comparison | None = None


class Twin:
    """A running twin, new or as it was kept.

    Args:
        described: what it must have, and what is known to differ.
        places: the lab's directories.
        listener: called with a sentence on what is being done.

    Attributes:
        guest: its machine.
        sheet: what it knows of itself.

    Raises:
        LabError: the machine cannot be had, or the building broke off.
        TimeoutError: it took too long.
    """

    def __init__(self, described: Described, places: Places, listener: Listener) -> None:
        self._name = _kept_name(described.description)
        self._is_kept = self._name in {kept.name for kept in kept_machines(places)}
        listener(_("Booting the practice machine: a real kernel, as an ordinary process."))
        with ExitStack() as undo:
            if self._is_kept:
                self.guest = undo.enter_context(Guest.boot(keep=self._name, places=places, listener=listener))
                self.sheet = decode(Sheet, parse_json(self.guest.read_text(SHEET)))
            else:
                san = array_text(described.description)
                self.guest = undo.enter_context(Guest.boot(san=san, places=places, listener=listener))
                listener(_("Building the twin of {host}.").format(host=described.description.host))
                unlike = (*described.unlike, *_built(self.guest, described.description))
                self._write(Sheet(Described(described.description, unlike)))
            undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.guest.close()

    @property
    def unlike(self) -> tuple[Unlike, ...]:
        """In what it is not like its host, what could not be built included."""
        return self.sheet.described.unlike

    @property
    def usual_ending(self) -> Ending:
        """What becomes of it where no person says: one that was kept stays."""
        return Ending.KEEP if self._is_kept else Ending.DISCARD

    def compare_with(self, host: Inventory) -> None:
        """Compare a new twin with its host; one that was kept has gone its own way since.

        Raises:
            LabError: it cannot be captured.
            TimeoutError: it takes too long.
            ConsoleError: what it says of itself is no capture.
        """
        if self._is_kept:
            return
        for _look in range(_LOOKS):
            twin = self._inventory()
            if len(twin.unseen) <= len(host.unseen):
                break
        disks = self.sheet.described.description.disks
        self._write(Sheet(self.sheet.described, compare(host, twin, disks)))

    def _inventory(self) -> Inventory:
        self.guest.check("iscsi-console", "capture", "--force", _CAPTURE, timeout=_CAPTURE_SECONDS)
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.write(self.guest.read_text(_CAPTURE))
            file.flush()
            return take_inventory(RecordedHost(file.name))

    def _write(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.guest.write_text(SHEET, json.dumps(encode(sheet)))

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
