"""Moving all extents off a physical volume, while it is in use (pvmove(8))."""

import re
from typing import ClassVar

from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.calls import change
from tui.storage.operations.guards.lvm_guard import (
    back_up_metadata,
    look_for_change,
    same_group,
)
from tui.storage.operations.lvm.lvm_command import LvmCommand, MetadataChange
from tui.storage.operations.lvm.physical_volume import volume_on
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import group_named, look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

MOVING = 7 * 86400.0
"""Seconds: terabytes over a slow link take days. The move continues when the program is closed."""

_INTERVAL = "2"
"""Seconds between two lines of progress."""

_MOVED = re.compile(r"Moved: ([0-9.,]+)%")


class MoveData(MetadataChange, frozen=True):
    """Move all extents off a physical volume, to the free space of its group.

    LVM copies segment by segment and records each one. After a kill or a power cut it continues from there:
    by itself when the group is activated, and with progress when this operation is run again.

    Attributes:
        volume_group: the group.
        group_uuid: LVM's identity of it.
        device: the disk or map to be emptied.
        destinations: where to; empty for any PV with free space.
    """

    volume_group: str
    group_uuid: str
    device: DeviceIdentity
    destinations: tuple[DeviceIdentity, ...] = ()

    def title(self) -> str:
        return _("Move all extents off {path} (pvmove)").format(path=clean(self.device.path, 60))

    def why(self) -> str:
        return _(
            "The extents on this disk are copied to the others while they are in use; each segment is"
            " switched over once it is copied. It can take long, and the disks must stay connected."
        )

    @property
    def argv(self) -> tuple[str, ...]:
        paths = (self.device.path, *(destination.path for destination in self.destinations))
        return ("lvm", "pvmove", "--interval", _INTERVAL, *paths)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        try:
            volume = volume_on(inventory, self.device, host)
        except Refused:
            return False
        return (
            inventory.lvm.asked
            and volume is not None
            and self._is_member(inventory, volume)
            and volume.free == volume.size
            and not is_moving(inventory, self.volume_group, self.group_uuid)
        )

    def check(self, host: Host) -> None:
        self._check(host)

    def check_interrupted(self, host: Host) -> None:
        """The move that is in progress is its own, even if nothing is left on the disk."""
        self._check(host, interrupted=True)

    def _check(self, host: Host, *, interrupted: bool = False) -> None:
        inventory = look_for_change(host)
        group = same_group(inventory, self.volume_group, self.group_uuid)
        source = self._member(host, inventory, self.device)
        goals = [self._member(host, inventory, destination) for destination in self.destinations]
        others = [pv for pv in inventory.members_of(group) if pv.uuid != source.uuid]
        if is_moving(inventory, self.volume_group, self.group_uuid):
            if not interrupted and source.free == source.size:
                raise Refused(
                    Problem(
                        "move.another",
                        _("Extents of {group} are already being moved.").format(
                            group=clean(self.volume_group, 60)
                        ),
                        remedy=_(
                            "Wait until the move has ended: `lvs -a {group}` shows its progress."
                        ).format(group=clean(self.volume_group, 60)),
                    )
                )
            return
        room, used = sum(pv.free for pv in goals or others), source.size - source.free
        if room < used:
            raise Refused(
                Problem(
                    "move.no-room",
                    _("{used} are on {path}, but the other disks have only {room} free.").format(
                        used=size_words(used, room),
                        path=clean(self.device.path),
                        room=size_words(room, used),
                    ),
                    remedy=_("Add a disk to the group, or remove volumes that are no longer needed."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """While a move is in progress, pvmove only follows it."""
        compare(host, self.device)
        if not is_moving(look_at_volumes(host), self.volume_group, self.group_uuid):
            back_up_metadata(host, self.volume_group)

        def on_line(line: str) -> None:
            match = _MOVED.search(line)
            if match is None:
                progress(line)
            else:
                progress(_("{percent} % moved").format(percent=match[1].replace(",", ".")))

        change(
            host,
            self.argv,
            self.title(),
            deadline=MOVING,
            progress=on_line,
            remedy=_(
                "When both disks are healthy, retry: the move continues where it stopped. `pvmove"
                " --abort` stops it."
            ),
        )

    def undo(self) -> tuple[Operation, ...]:
        return (StopMoving(self.volume_group, self.group_uuid, self.device),)

    def _is_member(self, inventory: Inventory, volume: PhysicalVolume) -> bool:
        group = group_named(inventory, self.volume_group, self.group_uuid)
        return group is not None and group.owns(volume)

    def _member(self, host: Host, inventory: Inventory, device: DeviceIdentity) -> PhysicalVolume:
        volume = volume_on(inventory, device, host)
        if volume is None or not self._is_member(inventory, volume) or volume.duplicate:
            raise Refused(
                Problem(
                    "move.not-a-member",
                    _("{path} is not a PV of {group}.").format(
                        path=clean(device.path), group=clean(self.volume_group, 60)
                    ),
                    remedy=_("Check the group again."),
                )
            )
        return volume


class StopMoving(LvmCommand, frozen=True):
    """Stop a move in progress. Nothing is lost: every segment is complete on one of the two disks."""

    risk: ClassVar[Risk] = Risk.REWRITES

    volume_group: str
    group_uuid: str
    device: DeviceIdentity

    def title(self) -> str:
        return _("Stop moving extents off {path}").format(path=clean(self.device.path, 60))

    def why(self) -> str:
        return _("Segments already moved stay where they are; the rest stays on the disk.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "pvmove", "--abort", self.device.path)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        return inventory.lvm.asked and not is_moving(inventory, self.volume_group, self.group_uuid)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        same_group(inventory, self.volume_group, self.group_uuid)
        compare(host, self.device, inventory)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Start the move again; it copies what is still on the disk."))


def is_moving(inventory: Inventory, group: str, group_uuid: str) -> bool:
    """Whether a pvmove of the group is in progress, or was not finished."""
    return any(inventory.is_moving(named) for named in inventory.groups_named(group, group_uuid))
