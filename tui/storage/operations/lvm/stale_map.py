"""A device-mapper map whose disk is gone: it stays in the kernel, and all I/O to it fails."""

from abc import abstractmethod
from typing import ClassVar

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.guards.device_guard import refuse_when_mounted_elsewhere
from tui.storage.operations.mounts.release import holders_of
from tui.storage.operations.operation import CannotUndo, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


class DmsetupRemove(CommandOperation, frozen=True):
    """Remove one map that nothing uses: only the kernel's table is removed, and never by force."""

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False

    @property
    @abstractmethod
    def name(self) -> str:
        """Of the map, as dmsetup(8) names it."""

    @property
    @abstractmethod
    def uuid(self) -> str:
        """Its dm uuid, as it was seen."""

    @property
    def argv(self) -> tuple[str, ...]:
        # dmsetup refuses a map that is open.
        return ("dmsetup", "remove", "--retry", self.name)

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        device = self.found(inventory)
        return (device.name,) if device is not None else ()

    def found(self, inventory: Inventory) -> BlockDevice | None:
        """The map as it is now."""
        return next(
            (
                device
                for device in inventory.devices
                if (device.map_name, device.map_uuid) == (self.name, self.uuid)
            ),
            None,
        )


class RemoveStaleMap(DmsetupRemove, frozen=True):
    """Remove a map of a device that is gone."""

    name: str
    uuid: str

    def title(self) -> str:
        return _("Remove the stale map {name}").format(name=clean(self.name, 80))

    def why(self) -> str:
        return _(
            "It refers to a disk that is gone; the disk came back under another number. Until the map is"
            " removed, the volume cannot be activated on the disk. Nothing on the storage changes."
        )

    def is_done(self, host: Host) -> bool:
        """A map on devices that are there is not stale."""
        device = self.found(look_at_devices(host))
        return device is None or not is_stale(look_at_devices(host), device)

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        device = self.found(inventory)
        if device is None:
            return
        remedy = _("Unmount it first. Data not yet written is lost with the disk, not by this.")
        refuse_used_map(host, inventory, device, remedy)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The disk it referred to is gone. Activating the volume creates a new map."))


def is_stale(inventory: Inventory, device: BlockDevice) -> bool:
    """Whether a map uses a device that is gone, itself or through the maps below it.

    An array that works without a leg is not stale, and the map of that leg is a part of what works.
    """
    seen: set[str] = set()

    def lost(candidate: BlockDevice) -> bool:
        seen.add(candidate.name)
        if candidate.raid is not None and candidate.raid.works:
            return False
        lower = (inventory.device(name) for name in candidate.slaves if name not in seen)
        return bool(candidate.lost_slaves) or any(lost(below) for below in lower if below is not None)

    return bool(device.map_name) and lost(device) and not _serves_an_array(inventory, device)


def _serves_an_array(inventory: Inventory, device: BlockDevice) -> bool:
    """Whether all that stands on a device are arrays that work, or what serves them."""
    waiting, seen = [device], {device.name}
    while waiting:
        lower = waiting.pop()
        upper = [found for name in lower.holders if (found := inventory.device(name)) is not None]
        if not upper:
            return False
        fresh = [
            device
            for device in upper
            if (device.raid is None or not device.raid.works) and device.name not in seen
        ]
        seen.update(device.name for device in fresh)
        waiting += fresh
    return True


def refuse_used_map(host: Host, inventory: Inventory, device: BlockDevice, remedy: str) -> None:
    """See that a map is not mounted anywhere, not used by another map, and not open.

    Raises:
        Refused: it is in use, and by what.
    """
    if device.holders or inventory.is_in_use(device.name):
        raise Refused(
            Problem(
                "stale.in-use",
                _("The map {name} is still in use.").format(name=clean(device.map_name, 80)),
                cause=_("It is mounted, used as swap space, or another map uses it."),
                remedy=remedy,
                evidence=(
                    *(clean(mount.target) for mount in inventory.mounts_of(device.name)[:4]),
                    *(clean(holder) for holder in device.holders[:4]),
                ),
            )
        )
    refuse_when_mounted_elsewhere(host, inventory, device)
    held = holders_of(host, (device.path,))
    if held:
        raise Refused(
            Problem(
                "stale.in-use",
                _("The map {name} is still in use.").format(name=clean(device.map_name, 80)),
                cause=_("Processes have it open."),
                remedy=_("End them first."),
                evidence=held[:8],
            )
        )
