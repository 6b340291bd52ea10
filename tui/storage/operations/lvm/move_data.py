"""Moving everything off a physical volume, while it is used (pvmove(8))."""

import re
from dataclasses import dataclass
from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.lvm_guard import (
    LVM_DEADLINE,
    keep_notes,
    look_for_change,
    notes_command,
    same_group,
)
from tui.storage.operations.lvm.physical_volume import volume_on
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

MOVING = 7 * 86400.0
"""Seconds: terabytes over a slow link take days. It can be left at any time; it goes on by itself."""

_INTERVAL = "2"
"""Seconds between two lines of progress."""

_MOVED = re.compile(r"Moved: ([0-9.,]+)%")


@dataclass(frozen=True, slots=True)
class MoveData(Operation):
    """Move every volume off a physical volume, to the free space of its group.

    LVM copies piece by piece and notes each that is done. After a kill or a power cut it goes on from there:
    by itself when the group is activated, and with progress when this operation is run again.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        device: the disk or map to be emptied.
        destinations: where to; empty for wherever there is room.
    """

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    group_uuid: str
    device: DeviceIdentity
    destinations: tuple[DeviceIdentity, ...] = ()

    def title(self) -> str:
        """What it does."""
        return _("Move everything off {path}").format(path=clean(self.device.path, 60))

    def why(self) -> str:
        """Why it is needed."""
        return _(
            "What lies on this disk is copied to the others while it is used, and each piece is switched over"
            " when its copy is whole. It can take long; the disks must stay connected."
        )

    def shown(self) -> tuple[str, ...]:
        """The commands."""
        return (as_typed(notes_command(self.volume_group)), as_typed(self._argv))

    @property
    def _argv(self) -> tuple[str, ...]:
        paths = (self.device.path, *(one.path for one in self.destinations))
        return ("lvm", "pvmove", "--interval", _INTERVAL, *paths)

    def is_done(self, host: Host) -> bool:
        """Whether nothing lies on it any more and no move is under way."""
        inventory = look_at_volumes(host)
        try:
            volume = volume_on(inventory, self.device, host)
        except Refused:
            return False
        return (
            inventory.lvm.asked
            and volume is not None
            and volume.volume_group == self.volume_group
            and volume.free == volume.size
            and not is_moving(inventory, self.volume_group)
        )

    def check(self, host: Host, *, interrupted: bool = False) -> None:
        """See that the disks are those that were chosen, in this group, and that there is room."""
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        source = self._member(host, inventory, self.device)
        goals = [self._member(host, inventory, one) for one in self.destinations]
        others = [
            one
            for one in inventory.physical_volumes
            if one.volume_group == self.volume_group and one.uuid != source.uuid
        ]
        if is_moving(inventory, self.volume_group):
            if not interrupted and source.free == source.size:
                raise Refused(
                    Problem(
                        "move.another",
                        _("Data of {group} is being moved already.").format(
                            group=clean(self.volume_group, 60)
                        ),
                        remedy=_("Wait until that is done: `lvs -a {group}` shows how far it is.").format(
                            group=clean(self.volume_group, 60)
                        ),
                    )
                )
            return
        room, used = sum(one.free for one in goals or others), source.size - source.free
        if room < used:
            raise Refused(
                Problem(
                    "move.no-room",
                    _("{used} lie on {path}; the other disks have {room} free.").format(
                        used=size_words(used, room), path=clean(self.device.path), room=size_words(room, used)
                    ),
                    remedy=_("Add a disk to the group, or remove volumes that are no longer needed."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Keep LVM's notes and run pvmove. While a move is under way it only follows that one."""
        compare(host, self.device)
        if not is_moving(look_at_volumes(host), self.volume_group):
            keep_notes(host, self.volume_group)

        def tell(line: str) -> None:
            match = _MOVED.search(line)
            if match is None:
                progress(line)
            else:
                progress(_("{percent} % moved").format(percent=match[1].replace(",", ".")))

        change(
            host,
            self._argv,
            self.title(),
            deadline=MOVING,
            progress=tell,
            remedy=_(
                "When both disks are well, try again: it goes on where it was. `pvmove --abort` stops it."
            ),
        )

    def undo(self) -> tuple[Operation, ...]:
        """Stop it: what was moved whole stays there, the rest stays where it was."""
        return (StopMoving(self.volume_group, self.group_uuid, self.device),)

    def _member(self, host: Host, inventory: Inventory, device: DeviceIdentity) -> PhysicalVolume:
        volume = volume_on(inventory, device, host)
        if volume is None or volume.volume_group != self.volume_group or volume.duplicate:
            raise Refused(
                Problem(
                    "move.not-a-member",
                    _("{path} is no disk of the group {group}.").format(
                        path=clean(device.path), group=clean(self.volume_group, 60)
                    ),
                    remedy=_("Look at the group again."),
                )
            )
        return volume


@dataclass(frozen=True, slots=True)
class StopMoving(Operation):
    """Stop a move that is under way. Nothing is lost: every piece is whole on one of the two disks."""

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    group_uuid: str
    device: DeviceIdentity

    def title(self) -> str:
        """What it does."""
        return _("Stop moving data off {path}").format(path=clean(self.device.path, 60))

    def why(self) -> str:
        """Why it is needed."""
        return _("What was moved whole stays where it is now; the rest stays on the disk.")

    def shown(self) -> tuple[str, ...]:
        """The command."""
        return (as_typed(self._argv),)

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("lvm", "pvmove", "--abort", self.device.path)

    def is_done(self, host: Host) -> bool:
        """Whether LVM answers and nothing is being moved."""
        inventory = look_at_volumes(host)
        return inventory.lvm.asked and not is_moving(inventory, self.volume_group)

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """See that it is the group and the disk that were chosen."""
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        compare(host, self.device, inventory)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Run pvmove --abort."""
        change(host, self._argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> CannotUndo:
        """Nothing to take back."""
        return CannotUndo(_("Start the move again; it copies what still lies on the disk."))


def is_moving(inventory: Inventory, group: str) -> bool:
    """Whether a pvmove of the group is under way: its mirror is active in the kernel."""
    return any(one.name.startswith("pvmove") for one in inventory.volumes_of(group))
