"""A volume's map that LVM cannot remove, because it ignores every disk of the volume."""

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.operations.lvm.stale_map import DmsetupRemove, refuse_used_map
from tui.storage.operations.operation import CannotUndo
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_PLAIN_UUID = len("LVM-") + 64
"""Characters of the dm uuid of a volume that is one map by itself: those of pools, mirrors and snapshots have
a suffix for their layer (lvm2, lib/activate/dev_manager.c)."""


class RemoveIdleMap(DmsetupRemove, frozen=True):
    """Remove the map of one plain volume that nothing uses, as deactivating it would. Never by force.

    Attributes:
        name: of the map, as dmsetup(8) names it.
        uuid: its dm uuid, as it was seen.
    """

    name: str
    uuid: str

    def title(self) -> str:
        return _("Remove the device-mapper map {name}").format(name=clean(self.name, 80))

    def why(self) -> str:
        return _(
            "It holds a path open, and LVM ignores every path of this LUN, so it cannot deactivate the"
            " volume itself. Only the kernel's table is removed; nothing on the storage changes."
        )

    def is_done(self, host: Host) -> bool:
        return self.found(look_at_devices(host)) is None

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        device = self.found(inventory)
        if device is None:
            return
        if not is_plain_volume(device):
            raise Refused(
                Problem(
                    "map.not-plain",
                    _("The map {name} is only one layer of a volume.").format(name=clean(self.name, 80)),
                    cause=_("Pools, mirrors and snapshots consist of several maps."),
                    remedy=_("Only LVM should remove these: make the disk visible to it first."),
                )
            )
        refuse_used_map(host, inventory, device, _("Unmount it first."))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("Activating the volume creates the map again, once LVM sees its disk."))


def is_plain_volume(device: BlockDevice) -> bool:
    """Whether a device is a volume of LVM that is one map by itself."""
    return device.kind is BlockKind.LOGICAL_VOLUME and len(device.map_uuid) == _PLAIN_UUID
