"""A physical volume's label and header written anew from LVM's own notes, when something overwrote them."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.devices.contents import contents
from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.lvm.metadata_backup import NotedDisk, read_notes
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.device_guard import guard
from tui.storage.operations.guards.lvm_guard import LVM_DEADLINE, look_for_change, try_first
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class RestoreLabel(Operation):
    """Write the label of a physical volume with the identity it had (pvcreate --uuid --restorefile).

    What lies behind LVM's own area, the volumes, is not touched. Nothing is forced: a foreign signature that
    is still on the disk is wiped before, in a step of its own that a person confirms.

    Attributes:
        device: the disk, as the person identified it.
        uuid: LVM's identity of the physical volume: the one that LVM misses.
        notes: file with LVM's notes in which it stands.
        volume_group: its group.
    """

    risk: ClassVar[Risk] = Risk.REWRITES
    device: DeviceIdentity
    uuid: str
    notes: str
    volume_group: str

    def title(self) -> str:
        """What it does."""
        return _("Write the label of {path} anew").format(path=clean(self.device.path, 60))

    def why(self) -> str:
        """Why it is needed."""
        return _(
            "Something overwrote the beginning of the disk, by which LVM knows it. The label is written again"
            " with the same identity and at the same place, from LVM's notes; the volumes behind it are not"
            " touched. It is tried without writing first."
        )

    def shown(self) -> tuple[str, ...]:
        """The commands."""
        return (as_typed(self._argv("--test")), as_typed(self._argv()))

    def _argv(self, *more: str) -> tuple[str, ...]:
        named = ("--uuid", self.uuid, "--restorefile", self.notes)
        return ("lvm", "pvcreate", *more, *named, self.device.path)

    def is_done(self, host: Host) -> bool:
        """This very disk is this very physical volume."""
        inventory = look_at_volumes(host)
        volume = _volume(inventory, self.uuid)
        try:
            device, _now = compare(host, self.device, inventory)
        except Refused:
            return False
        return volume is not None and volume.device == device.name

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """It is the disk that was chosen, unused and without anything on it, and it fits the notes."""
        inventory = look_for_change(host)
        device = guard(host, self.device, inventory)
        noted = self._noted(host)
        if noted.size and noted.size != device.size:
            raise Refused(
                Problem(
                    "label.other-size",
                    _("{path} has {now}; the physical volume had {before}.").format(
                        path=clean(self.device.path),
                        now=size_words(device.size, noted.size),
                        before=size_words(noted.size, device.size),
                    ),
                    cause=_("It may be another LUN, or the LUN was made anew or changed its size."),
                    remedy=_("Look for the right LUN: its WWID and size must be those from before."),
                )
            )
        there = _volume(inventory, self.uuid)
        if there is not None and not there.missing:
            raise Refused(
                Problem(
                    "label.not-missing",
                    _("LVM finds this physical volume on {path}.").format(path=clean(there.path)),
                    remedy=_("Two disks must not have one identity. Look at the group again."),
                )
            )
        found = contents(host, inventory, device)
        refusal = found.refusal
        if refusal is not None:
            raise Refused(refusal)
        if found.signatures or found.partitions or found.physical_volume is not None:
            raise Refused(
                Problem(
                    "label.not-empty",
                    _("Something else is on {path}.").format(path=clean(self.device.path)),
                    cause=_("Whoever wrote it may be using the disk."),
                    remedy=_("Find out who wrote it. When it is worth nothing, have it wiped first."),
                    evidence=found.words[:8],
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Try without writing, then run pvcreate, which asks before it overwrites, and is told no."""
        compare(host, self.device)
        try_first(host, self._argv("--test"), self.title())
        change(host, self._argv(), self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        """The beginning that was kept before can be written back by itself."""
        return CannotUndo(_("The kept beginning of the disk can be written back, as it was before."))

    def _noted(self, host: Host) -> NotedDisk:
        notes = read_notes(host, self.notes)
        noted = notes.disk(self.uuid) if notes is not None else None
        if notes is None or noted is None or notes.group != self.volume_group:
            raise Refused(
                Problem(
                    "label.no-notes",
                    _("{file} holds no notes on this physical volume.").format(file=clean(self.notes)),
                    cause=_("It is of another group or of another time, or damaged."),
                    remedy=_(
                        "Choose notes that were written before the damage: `vgcfgrestore --list {group}`."
                    ).format(group=clean(self.volume_group, 60)),
                )
            )
        return noted


def _volume(inventory: Inventory, uuid: str) -> PhysicalVolume | None:
    return next((one for one in inventory.physical_volumes if one.uuid == uuid), None)
