"""Deactivating and activating one logical volume; the rest of its group does not change."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.operations.guards.lvm_guard import (
    active_volumes,
    look_for_change,
    own_group,
    unseen_volumes,
    volume_named,
)
from tui.storage.operations.lvm.lvm_command import LvmCommand
from tui.storage.operations.operation import Operation, Risk
from tui.storage.probe.narrow import look_at_volumes
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


@dataclass(frozen=True, slots=True)
class DeactivateLogicalVolume(LvmCommand):
    """Deactivate one volume that nothing uses."""

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    volume_group: str
    name: str

    def title(self) -> str:
        return _("Deactivate the logical volume {name}").format(name=_shown(self.volume_group, self.name))

    def why(self) -> str:
        return _("Its device node is removed, so nothing can use it. Its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvchange", "--activate", "n", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        inventory = look_at_volumes(host)
        volume = volume_named(inventory, self.volume_group, self.name)
        return inventory.lvm.asked and (volume is None or not volume.active)

    def check(self, host: Host) -> None:
        inventory = look_for_change(host)
        volume = volume_named(inventory, self.volume_group, self.name)
        if volume is not None and (volume.open or (volume.device and inventory.is_in_use(volume.device))):
            raise Refused(
                Problem(
                    "volume.in-use",
                    _("{name} is in use.").format(name=_shown(self.volume_group, self.name)),
                    remedy=_("Unmount it and close it first."),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        return active_volumes(inventory, self.volume_group, self.name)

    def undo(self) -> tuple[Operation, ...]:
        return (ActivateLogicalVolume(self.volume_group, self.name),)


@dataclass(frozen=True, slots=True)
class ActivateLogicalVolume(LvmCommand):
    """Activate one volume."""

    survives_reboot: ClassVar[bool] = False
    volume_group: str
    name: str

    def title(self) -> str:
        return _("Activate the logical volume {name}").format(name=_shown(self.volume_group, self.name))

    def why(self) -> str:
        return _("Its device node appears, so it can be used. Its data does not change.")

    @property
    def argv(self) -> tuple[str, ...]:
        return ("lvm", "lvchange", "--activate", "y", f"{self.volume_group}/{self.name}")

    def is_done(self, host: Host) -> bool:
        volume = volume_named(look_at_volumes(host), self.volume_group, self.name)
        return volume is not None and volume.active

    def check(self, host: Host) -> None:
        own_group(look_for_change(host), self.volume_group)

    def unseen(self, host: Host) -> tuple[str, ...]:
        return unseen_volumes(host, self.volume_group)

    def undo(self) -> tuple[Operation, ...]:
        return (DeactivateLogicalVolume(self.volume_group, self.name),)


def _shown(group: str, name: str) -> str:
    return clean(f"{group}/{name}", 120)
