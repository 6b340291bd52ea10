"""One multipath map removed from this host, while multipath keeps the LUN in its WWIDs file."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.iscsi.luns import LunName
from tui.storage.iscsi.sessions import uses_of_disk
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import change
from tui.storage.operations.guards.in_use import in_use
from tui.storage.operations.multipath.maps import CreateMultipathMap
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import Refused
from tui.storage.untrusted import as_typed, clean
from tui.storage.waiting import wait_for
from tui.words import translate as _

_REMOVING = 30.0
"""Seconds for the map to be gone."""


class FlushMultipathMap(Operation, frozen=True):
    """Remove one multipath map; the LUN stays in the WWIDs file, and gets a map again next time.

    Attributes:
        lun: the LUN, which has a WWID.
        name: name of the map, when this was planned.
        disks: kernel names of its paths, likewise.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    lun: LunName
    name: str
    disks: tuple[str, ...]

    def title(self) -> str:
        return _("Flush the multipath map {name}").format(name=clean(self.name, 80))

    def takes_away(self) -> str:
        return _("There is no multipath map {name}.").format(name=clean(self.name, 80))

    def why(self) -> str:
        return _("Nothing uses it any more, but it holds the disks below open. No other map is changed.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("multipath", "-f", self.name)),)

    def is_done(self, host: Host) -> bool:
        return self._map(look_at_devices(host)) is None

    def check(self, host: Host) -> None:
        inventory = look_at_devices(host)
        for lun in self.lun.paths(inventory):
            uses = uses_of_disk(inventory, lun.disk)
            if uses:
                raise Refused(in_use(_("The multipath map {name}").format(name=clean(self.name, 80)), uses))

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        name = self._map(inventory)
        return tuple(known.device for known in inventory.multipath_maps if known.name == name)

    def run(self, host: ChangingHost, progress: Progress) -> None:
        name = self._map(look_at_devices(host))
        if name is not None:
            change(host, ("multipath", "-f", name), self.title(), progress=progress)
        wait_for(lambda: self.is_done(host), _REMOVING, pause=0.2)

    def undo(self) -> tuple[Operation, ...]:
        return (CreateMultipathMap(self.lun.wwid, self.disks),) if len(self.disks) > 1 else ()

    def _map(self, inventory: Inventory) -> str | None:
        disks = {lun.disk for lun in self.lun.paths(inventory) if lun.disk}
        found = (
            multipath_map.name
            for multipath_map in inventory.multipath_maps
            if disks & set(multipath_map.paths)
        )
        known = (
            multipath_map.name
            for multipath_map in inventory.multipath_maps
            if self.lun.wwid and multipath_map.wwid == self.lun.wwid
        )
        return next(found, None) or next(known, None)
