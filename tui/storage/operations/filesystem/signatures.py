"""Erasing what tells a disk's content: from then on nothing finds it any more."""

import re
from dataclasses import dataclass
from typing import ClassVar

from tui.storage.devices.contents import contents
from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import BACKUPS, ChangingHost, Host
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.device_guard import guard
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.devices.all_signatures import Signature, probe
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class WipeSignatures(Operation):
    """Erase every signature of a disk: file systems, partition tables, LVM and RAID labels.

    What wipefs removes is first kept below `BACKUPS` (wipefs(8) --backup), one small file a signature, from
    which `dd` can put it back as long as nothing else was written.

    Attributes:
        device: the disk, as the person saw it.
        signatures: what the person saw on it.
        partitions: kernel names of the partitions that the person saw; they are erased too.
    """

    risk: ClassVar[Risk] = Risk.DESTROYS

    device: DeviceIdentity
    signatures: tuple[Signature, ...] = ()
    partitions: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Where the removed signatures are kept: one folder a LUN, since wipefs names files by device."""
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", self.device.wwid or self.device.path).strip("-.")
        return f"{BACKUPS}/wipefs-{name[:100]}"

    def title(self) -> str:
        return _("Erase what is on {path}").format(path=clean(self.device.path))

    def why(self) -> str:
        return _(
            "A new volume may only be made on a disk on which nothing is found. The signatures of what was on"
            " it are removed; the first bytes of each are kept in {folder}."
        ).format(folder=self.folder)

    def shown(self) -> tuple[str, ...]:
        return (
            f"mkdir -p -m 0700 {self.folder}",
            *(as_typed(argv) for argv in self._commands()),
        )

    def loses(self) -> tuple[str, ...]:
        found = [one.words for one in self.signatures] or [_("data without a known signature")]
        return (
            _("Everything on {device}").format(device=self.device.words),
            *(_("found on it: {what}").format(what=what) for what in found),
            *(_("its partition {name}").format(name=clean(name, 40)) for name in self.partitions),
        )

    def is_done(self, host: Host) -> bool:
        try:
            device, _inventory = compare(host, self.device)
        except Refused:
            return False
        if not device.answers or device.partitions:
            return False
        found = probe(host, device)
        return found.done and not found.signatures

    def check(self, host: Host, *, interrupted: bool = False) -> None:
        """See that it is the disk that was chosen, unused, and carries nothing but what was confirmed.

        A wipe that was interrupted goes on: of what was confirmed some may be gone already.
        """
        inventory = look_at_volumes(host)
        device = guard(host, self.device, inventory)
        found = contents(host, inventory, device)
        if found.refusal is not None and not (interrupted and found.refusal.code == "contents.lvm-hidden"):
            raise Refused(found.refusal)
        confirmed = {(one.kind, one.offset) for one in self.signatures}
        new = [one.words for one in found.signatures if (one.kind, one.offset) not in confirmed]
        new += [clean(name, 40) for name in device.partitions if name not in self.partitions]
        if new:
            raise Refused(
                Problem(
                    "wipe.changed",
                    _("{path} carries more than was shown when it was confirmed.").format(
                        path=clean(self.device.path)
                    ),
                    cause=_("Somebody wrote to it meanwhile; it may belong to another host."),
                    remedy=_("Look at the disk again, and confirm again if it is still to be erased."),
                    evidence=tuple(new[:8]),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Run wipefs, partitions first, so that none of their content comes back with a new table."""
        host.make_folder(self.folder, 0o700)
        device, _inventory = compare(host, self.device)
        for argv in self._commands(device.partitions):
            change(host, argv, self.title(), progress=progress)

    def _commands(self, there: tuple[str, ...] | None = None) -> tuple[tuple[str, ...], ...]:
        parts = [name for name in self.partitions if there is None or name in there]
        paths = (*(f"/dev/{name}" for name in parts), self.device.path)
        return tuple(("env", f"HOME={self.folder}", "wipefs", "--all", "--backup", path) for path in paths)

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _(
                "The content of {path} is not found any more. As long as nothing else is written to the"
                " disk, the files in {folder} hold the signatures, and wipefs(8) says how to put them"
                " back."
            ).format(path=clean(self.device.path), folder=self.folder)
        )
