"""What a description is made from, and what cannot be in it, as it comes up."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeVar

from tui.practice.rehearsal.allowed import NotAllowed
from tui.practice.rehearsal.description import Place, PlaceKind, Unlike
from tui.storage.devices.identity import luns_below
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.probe.devices.partitions import read_partition
from tui.storage.untrusted import clean
from tui.words import translate as _

T = TypeVar("T")
_LONGEST = 300
_MOST = 500
"""Entries of a list of differences."""


class SeenHost:
    """A host as a description sees it: everything is asked of it once.

    Args:
        host: the machine, mostly a captured one.
        inventory: what was read of it.
    """

    def __init__(self, host: Host, inventory: Inventory) -> None:
        self.host, self.inventory = host, inventory
        self._unlike: dict[tuple[str, str], None] = {}
        self._places: dict[str, Place | None] = {}

    @property
    def unlike(self) -> tuple[Unlike, ...]:
        """What is not the same in the twin, in the order in which it came up."""
        return tuple(Unlike(what, why) for what, why in self._unlike)

    def differs(self, what: str, why: str) -> None:
        """Note something that is not the same in the twin. Both may be raw."""
        if len(self._unlike) < _MOST:
            self._unlike[clean(what, _LONGEST), clean(why, _LONGEST)] = None

    def allowed(self, what: str, make: Callable[[], T]) -> T | None:
        """What `make` makes; None, and noted, where a value of it breaks a rule."""
        try:
            return make()
        except NotAllowed as error:
            self.differs(what, _("A value of it is not allowed in a twin: {error}").format(error=error))
            return None

    def all_allowed(self, what: str, makes: Iterable[Callable[[], T]]) -> tuple[T, ...]:
        """What each of them makes, without those that break a rule."""
        return tuple(made for make in makes if (made := self.allowed(what, make)) is not None)

    def wwid_of(self, disk: str) -> str:
        """The WWID of the LUN behind a disk or a multipath map (kernel name), or empty."""
        device = self.inventory.device(disk)
        for name in (disk, *(device.slaves if device is not None else ())):
            lun = self.inventory.lun_on(name)
            if lun is not None and lun.wwid:
                return lun.wwid
        return ""

    def place_of(self, name: str) -> Place | None:
        """Where a block device (kernel name) is in the twin; None where it is on no LUN, or cannot be."""
        if name not in self._places:
            device = self.inventory.device(name)
            self._places[name] = self._place(device) if device is not None else None
        return self._places[name]

    def is_on_luns(self, name: str) -> bool:
        """Whether a block device (kernel name) stands on a LUN."""
        device = self.inventory.device(name)
        return device is not None and bool(luns_below(self.inventory, device))

    def _place(self, device: BlockDevice) -> Place | None:
        if not self.is_on_luns(device.name):
            return None
        match device.kind:
            case BlockKind.DISK | BlockKind.MULTIPATH:
                wwid = self.wwid_of(device.name)
                return self.allowed(device.path, lambda: Place(PlaceKind.DISK, wwid)) if wwid else None
            case BlockKind.PARTITION:
                return self._partition(device)
            case BlockKind.LOGICAL_VOLUME:
                volume = self._volumes.get(device.name)
                if volume is None:
                    return None
                name = f"{volume.volume_group}/{volume.name}"
                return self.allowed(device.path, lambda: Place(PlaceKind.VOLUME, name))
            case BlockKind.CRYPT:
                return self.allowed(device.path, lambda: Place(PlaceKind.CRYPT, device.map_name))
            case _:
                self.differs(device.path, _("A twin has no devices of this kind."))
                return None

    def _partition(self, device: BlockDevice) -> Place | None:
        whole = self.whole_of(device)
        wwid = self.wwid_of(whole.name) if whole is not None else ""
        number = read_partition(self.host, device).number
        if not wwid or not number:
            return None
        return self.allowed(device.path, lambda: Place(PlaceKind.PARTITION, wwid, number))

    def whole_of(self, device: BlockDevice) -> BlockDevice | None:
        """The disk or map that a partition is of."""
        names = (
            *device.slaves,
            *(disk.name for disk in self.inventory.devices if device.name in disk.partitions),
        )
        return next((disk for name in names if (disk := self.inventory.device(name)) is not None), None)

    @cached_property
    def _volumes(self) -> dict[str, LogicalVolume]:
        listed = (*self.inventory.logical_volumes, *self.inventory.volume_parts)
        return {volume.device: volume for volume in listed if volume.device}
