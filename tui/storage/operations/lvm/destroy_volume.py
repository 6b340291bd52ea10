"""Removing a volume with what is on it: the only way to lose a volume's data here, and never by accident."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeKind
from tui.storage.operations.calls import as_typed, refuse_when_busy
from tui.storage.operations.guards.device_guard import refuse_when_mounted_elsewhere
from tui.storage.operations.guards.lvm_guard import (
    change_group,
    look_for_change,
    notes_command,
    same_group,
    same_volume,
    volume_is_gone,
)
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class DestroyVolume(Operation):
    """Remove a plain volume, a snapshot or a thin volume that nobody uses, with all that is on it.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        name: of the volume.
        uuid: LVM's identity of it; empty only when it takes back a snapshot that was just made.
        size: bytes it had when it was chosen; 0 likewise.
        content: what was found on it: `ext4 (my data)`, or empty.
        snapshot_of: the volume it is a snapshot of, or empty.
    """

    risk: ClassVar[Risk] = Risk.DESTROYS

    volume_group: str
    group_uuid: str
    name: str
    uuid: str
    size: int
    content: str = ""
    snapshot_of: str = ""

    def title(self) -> str:
        """What it does."""
        if self.snapshot_of:
            return _("Remove the snapshot {name} of {origin}").format(
                name=clean(self.name, 60), origin=clean(self.snapshot_of, 60)
            )
        return _("Remove the volume {name} and what is on it").format(name=clean(self.name, 60))

    def why(self) -> str:
        """Why it is needed."""
        if self.snapshot_of:
            return _("The state it kept is gone afterwards; the volume it shows stays as it is.")
        return _("Its space goes back to the group, and what is on it is gone.")

    def shown(self) -> tuple[str, ...]:
        """The commands. `--yes` only answers whether an active volume may go; a person has confirmed it."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("lvm", "lvremove", "--yes", f"{self.volume_group}/{self.name}")

    def loses(self) -> tuple[str, ...]:
        """The volume, and what is on it."""
        if self.snapshot_of:
            return (
                _("{group}/{name}: the state of {origin} that it kept").format(
                    group=clean(self.volume_group, 60),
                    name=clean(self.name, 60),
                    origin=clean(self.snapshot_of, 60),
                ),
            )
        return (
            _("{group}/{name}, {size}: {content}").format(
                group=clean(self.volume_group, 60),
                name=clean(self.name, 60),
                size=size_words(self.size),
                content=clean(self.content, 80) or _("no file system is known, there may be data"),
            ),
        )

    def is_done(self, host: Host) -> bool:
        """Whether LVM answers and knows no such volume."""
        return volume_is_gone(host, self.volume_group, self.name)

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """See that it is the volume that was confirmed, unchanged, and that nobody uses it or needs it."""
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        volume = same_volume(inventory, self.volume_group, self.name, self.uuid)
        self._refuse_another(volume)
        self._refuse_needed(inventory, volume)
        device = inventory.device(volume.device) if volume.device else None
        if device is None:
            return
        if inventory.is_in_use(device.name) or device.holders:
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("The volume {name} is in use.").format(name=clean(self.name, 60)),
                    cause=_("It is mounted, used as swap space, or something stands on it."),
                    remedy=_("Stop who uses it and unmount it first."),
                    evidence=tuple(clean(mount.target) for mount in inventory.mounts_of(device.name)[:4]),
                )
            )
        refuse_when_mounted_elsewhere(host, inventory, device)
        if not self.snapshot_of:
            refuse_when_busy(host, device.path)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes and run lvremove, which refuses a volume that somebody has open."""
        change_group(host, self.volume_group, self._argv, self.title(), progress)

    def undo(self) -> CannotUndo:
        """It cannot be taken back."""
        return CannotUndo(
            _("What was on it is gone. LVM's notes from before are kept, for whoever can restore from them.")
        )

    def _refuse_another(self, volume: LogicalVolume) -> None:
        if (self.size and volume.size != self.size) or volume.origin != self.snapshot_of:
            raise Refused(
                Problem(
                    "identity.changed",
                    _("{name} is not what was chosen.").format(name=clean(self.name, 60)),
                    cause=_("Its size changed meanwhile, or another volume has its name."),
                    remedy=_("Look at the volumes again, and choose anew. Nothing was changed."),
                )
            )

    def _refuse_needed(self, inventory: Inventory, volume: LogicalVolume) -> None:
        needing = [
            one.name
            for one in inventory.volumes_of(self.volume_group)
            if one.pool == volume.name or (one.origin == volume.name and not one.pool)
        ]
        if needing or volume.kind is VolumeKind.THIN_POOL:
            raise Refused(
                Problem(
                    "volume.needed",
                    _("Other volumes stand on {name}: {names}.").format(
                        name=clean(self.name, 60), names=clean(", ".join(needing[:6]))
                    )
                    if needing
                    else _("{name} is a thin pool.").format(name=clean(self.name, 60)),
                    cause=_("They would go with it."),
                    remedy=_("Remove each of them first, by itself."),
                )
            )
