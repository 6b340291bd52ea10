"""A volume's map that LVM cannot take away, because it passes over every disk the volume stands on."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.lvm.stale_map import refuse_used_map
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_PLAIN_UUID = len("LVM-") + 64
"""Characters of the dm uuid of a volume that is one map by itself: those of pools, mirrors and snapshots have
a suffix for their layer (lvm2, lib/activate/dev_manager.c)."""


@dataclass(frozen=True, slots=True)
class RemoveIdleMap(Operation):
    """Take away the map of one plain volume that nobody uses, as deactivating it would. Never by force.

    Attributes:
        name: of the map, as dmsetup(8) names it.
        uuid: its dm uuid, as it was seen.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    name: str
    uuid: str

    def title(self) -> str:
        return _("Take the map {name} away").format(name=clean(self.name, 80))

    def why(self) -> str:
        return _(
            "It holds a single path, and LVM, which would deactivate the volume, passes over every path of"
            " this LUN. Only the kernel's table goes, nothing on the storage changes."
        )

    def shown(self) -> tuple[str, ...]:
        return (as_typed(self._argv),)

    @property
    def _argv(self) -> tuple[str, ...]:
        return ("dmsetup", "remove", "--retry", self.name)

    def is_done(self, host: Host) -> bool:
        return self._map(look_at_devices(host)) is None

    def check(self, host: Host) -> None:
        """It is a plain volume, and nobody uses it."""
        inventory = look_at_devices(host)
        device = self._map(inventory)
        if device is None:
            return
        if not is_plain_volume(device):
            raise Refused(
                Problem(
                    "map.not-plain",
                    _("The map {name} is a layer of a volume, not a whole one.").format(
                        name=clean(self.name, 80)
                    ),
                    cause=_("Pools, mirrors and snapshots are several maps that belong together."),
                    remedy=_("Only LVM should take these apart: let it see the disk first."),
                )
            )
        refuse_used_map(host, inventory, device, _("Unmount it first."))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Run dmsetup, which refuses a map that somebody has open."""
        change(host, self._argv, self.title(), progress=progress)
        change(host, ("udevadm", "settle", "--timeout=30"), self.title(), deadline=40)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Activating the volume makes the map again, as soon as LVM sees its disk."))

    def _map(self, inventory: Inventory) -> BlockDevice | None:
        return next(
            (one for one in inventory.devices if (one.map_name, one.map_uuid) == (self.name, self.uuid)), None
        )


def is_plain_volume(device: BlockDevice) -> bool:
    """Whether a device is a volume of LVM that is one map by itself."""
    return device.kind is BlockKind.LOGICAL_VOLUME and len(device.map_uuid) == _PLAIN_UUID
