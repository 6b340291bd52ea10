"""Erasing the signatures by which the content of a disk is found (wipefs(8))."""

from typing import ClassVar

from tui.storage.devices.contents import contents
from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.files.kept_names import kept_name
from tui.storage.host.interface import BACKUPS, ChangingHost, Host
from tui.storage.model.block import BlockDevice
from tui.storage.operations.calls import change, unseen_content
from tui.storage.operations.guards.device_guard import guard
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.devices.all_signatures import Signature, probe
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.probe.reading import names
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _


class WipeSignatures(Operation, frozen=True):
    """Erase every signature of a disk: file systems, partition tables, LVM and RAID headers.

    What wipefs removes is first kept below `BACKUPS` (wipefs(8) --backup), one small file a signature, from
    which `dd` can restore it as long as nothing else was written.

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
        """Where the removed signatures are kept: one directory a LUN, since wipefs names files by device."""
        return f"{BACKUPS}/wipefs-{kept_name(self.device.wwid or self.device.path)}"

    def title(self) -> str:
        return _("Erase all signatures on {path}").format(path=clean(self.device.path))

    def why(self) -> str:
        return _(
            "A new PV is created only on a disk without signatures. The signatures on this disk are"
            " erased; a backup of each is kept in {directory}."
        ).format(directory=self.folder)

    def shown(self) -> tuple[str, ...]:
        return (
            f"mkdir -p -m 0700 {self.folder}",
            *(as_typed(argv) for argv in self._commands()),
            _("before it, where an earlier wipe left copies: {command}").format(
                command=as_typed(self._set_aside)
            ),
        )

    def loses(self) -> tuple[str, ...]:
        found = [signature.words for signature in self.signatures] or [_("data without a known signature")]
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

    def check(self, host: Host) -> None:
        self._check(host)

    def check_interrupted(self, host: Host) -> None:
        """A wipe continues: some of what was confirmed may be erased already."""
        self._check(host, interrupted=True)

    def _check(self, host: Host, *, interrupted: bool = False) -> None:
        inventory = look_at_volumes(host)
        device = guard(host, self.device, inventory)
        found = contents(host, inventory, device)
        if found.refusal is not None and not (interrupted and found.refusal.code == "contents.lvm-hidden"):
            raise Refused(found.refusal)
        confirmed = {(signature.kind, signature.offset) for signature in self.signatures}
        new = [
            signature.words
            for signature in found.signatures
            if (signature.kind, signature.offset) not in confirmed
        ]
        new += [clean(name, 40) for name in device.partitions if name not in self.partitions]
        if new:
            raise Refused(
                Problem(
                    "wipe.changed",
                    _("{path} holds more than was shown when you confirmed.").format(
                        path=clean(self.device.path)
                    ),
                    cause=_("It was written to in the meantime; it may belong to another host."),
                    remedy=_("Check the disk again, and confirm again if it should still be erased."),
                    evidence=tuple(new[:8]),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Partitions first, so that none of their content comes back with a new table.

        wipefs names its files by device and offset, and would write over those of an earlier wipe.
        """
        if names(host, self.folder):
            change(host, self._set_aside, self.title(), progress=progress)
        host.make_folder(self.folder, 0o700)
        device, _inventory = compare(host, self.device)
        for argv in self._commands(device.partitions):
            change(host, argv, self.title(), progress=progress)

    @property
    def _set_aside(self) -> tuple[str, ...]:
        """Give the directory of an earlier wipe another name; one that has that name gets a numbered one."""
        return ("mv", "--no-target-directory", "--backup=numbered", self.folder, f"{self.folder}.earlier")

    def _commands(self, there: tuple[str, ...] | None = None) -> tuple[tuple[str, ...], ...]:
        parts = [name for name in self.partitions if there is None or name in there]
        paths = (*(f"/dev/{name}" for name in parts), self.device.path)
        return tuple(("env", f"HOME={self.folder}", "wipefs", "--all", "--backup", path) for path in paths)

    def unseen(self, host: Host) -> tuple[str, ...]:
        """The disk, while udev tells of something on it."""

        def is_empty(found: BlockDevice) -> bool:
            return not (found.content or found.partition_table)

        return unseen_content(host, self.device.path, is_empty)

    def undo(self) -> CannotUndo:
        return CannotUndo(
            _(
                "The content of {path} can no longer be found. As long as nothing else is written to the"
                " disk, its signatures can be restored from {directory} as wipefs(8) describes."
            ).format(path=clean(self.device.path), directory=self.folder)
        )
