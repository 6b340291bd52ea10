"""One logical volume out of use, and in use again; the rest of its group stays as it is."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.guards.lvm_guard import LVM_DEADLINE, look_for_change, own_group
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class DeactivateLogicalVolume(Operation):
    """Take one volume that nobody uses away from /dev."""

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    volume_group: str
    name: str

    def title(self) -> str:
        return _("Deactivate the logical volume {name}").format(name=_shown(self.volume_group, self.name))

    def why(self) -> str:
        return _("It goes away from /dev, so that nothing can use it. Nothing on it changes.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(_argv("n", self.volume_group, self.name)),)

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        volume = _volume(inventory, self.volume_group, self.name)
        return inventory.lvm.asked and (volume is None or not volume.active)

    def check(self, host: Host) -> None:
        """Nobody uses it."""
        inventory = look_for_change(host)
        volume = _volume(inventory, self.volume_group, self.name)
        if volume is not None and (volume.open or (volume.device and inventory.is_in_use(volume.device))):
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("{name} is in use.").format(name=_shown(self.volume_group, self.name)),
                    remedy=_("Unmount it first, and let go of it."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        argv = _argv("n", self.volume_group, self.name)
        change(host, argv, self.title(), deadline=LVM_DEADLINE, progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        return (ActivateLogicalVolume(self.volume_group, self.name),)


@dataclass(frozen=True, slots=True)
class ActivateLogicalVolume(Operation):
    """Make one volume appear below /dev."""

    survives_reboot: ClassVar[bool] = False
    volume_group: str
    name: str

    def title(self) -> str:
        return _("Activate the logical volume {name}").format(name=_shown(self.volume_group, self.name))

    def why(self) -> str:
        return _("It gets its name below /dev and can be used. Nothing on it changes.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(_argv("y", self.volume_group, self.name)),)

    def is_done(self, host: Host) -> bool:
        volume = _volume(look_at_volumes(host), self.volume_group, self.name)
        return volume is not None and volume.active

    def check(self, host: Host) -> None:
        """Its group is this host's own and complete."""
        own_group(look_for_change(host), self.volume_group)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        argv = _argv("y", self.volume_group, self.name)
        change(host, argv, self.title(), deadline=LVM_DEADLINE, progress=progress)
        change(host, ("udevadm", "settle", "--timeout=30"), self.title(), deadline=40)

    def undo(self) -> tuple[Operation, ...]:
        return (DeactivateLogicalVolume(self.volume_group, self.name),)


def _argv(active: str, group: str, name: str) -> tuple[str, ...]:
    return ("lvm", "lvchange", "--activate", active, f"{group}/{name}")


def _shown(group: str, name: str) -> str:
    return clean(f"{group}/{name}", 120)


def _volume(inventory: Inventory, group: str, name: str) -> LogicalVolume | None:
    return next((one for one in inventory.volumes_of(group) if one.name == name), None)
