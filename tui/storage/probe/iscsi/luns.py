"""The LUNs of sessions from sysfs (kernel scsi_sysfs.c), and their disks."""

import re

from msgspec import Struct, field

from tui.storage.host.interface import Host
from tui.storage.model.iscsi import DeviceState, Lun
from tui.storage.probe.memory import KnownLun, Memory, Texts
from tui.storage.probe.reading import entries, meant, names, number, text, whole_number, word

_LUNS = "/sys/class/scsi_device"
_BLOCKS = "/sys/class/block"
_PARTITIONS = "/proc/partitions"
_TARGET_NAME = re.compile(r"^target\d+:\d+:\d+$")
_ADDRESS = re.compile(r"^\d+:\d+:\d+:(\d{1,19})$")

Targets = tuple[tuple[str, tuple[str, ...]], ...]
"""Folders of targets with the addresses of the LUNs in them."""


def device_state(value: str) -> DeviceState:
    """The state a word of sysfs stands for; UNKNOWN for a word no kernel is known to print."""
    try:
        return DeviceState(value)
    except ValueError:
        return DeviceState.UNKNOWN


def targets_below(host: Host, place: str) -> Targets:
    """The targets in a session's device folder."""
    return tuple(
        (folder, tuple(name for name in names(host, folder) if _ADDRESS.match(name) is not None))
        for target in names(host, place)
        if _TARGET_NAME.match(target) is not None and (folder := f"{place}/{target}")
    )


class LunLook(Struct):
    """One look at the LUNs of all sessions.

    Attributes:
        host: the machine.
        memory: what earlier looks read.
        on_bus: inode number of every LUN by its address.
        same_disks: no LUN, target or block device has come or gone since the last look.
        sizes: of block devices, by name.
        seen: the LUNs of this look, by folder.
    """

    host: Host
    memory: Memory
    on_bus: dict[str, int]
    same_disks: bool
    sizes: dict[str, str]
    seen: dict[str, KnownLun] = field(default_factory=dict)

    @classmethod
    def begin(cls, host: Host, memory: Memory) -> "LunLook":
        """Read what tells which LUNs have to be read; what appears after this is seen by the next look."""
        on_bus = entries(host, _LUNS)
        same_disks = memory.is_same("LUNs and disks", (on_bus, entries(host, _BLOCKS))) and bool(on_bus)
        listed = text(host, _PARTITIONS)
        return cls(host, memory, on_bus, same_disks, memory.same("sizes", (listed,), lambda: _sizes(listed)))

    def luns(self, sid: int, targets: Targets) -> list[Lun]:
        """The LUNs of a session, by number."""
        found = [
            self._lun(sid, f"{folder}/{address}", address)
            for folder, all_of_it in targets
            for address in all_of_it
        ]
        return found if len(found) <= 1 else sorted(found, key=lambda lun: (lun.number, lun.address))

    def _lun(self, sid: int, place: str, address: str) -> Lun:
        known = self.memory.luns.get(place)
        if known is None or not self._is_as_it_was(known, place, address):
            known = self._read(sid, place, address)
        self.seen[place] = known
        return known.lun

    def _is_as_it_was(self, known: KnownLun, place: str, address: str) -> bool:
        lun = known.lun
        return (
            known.number != 0
            and known.number == self.on_bus.get(address)
            and (self.same_disks or names(self.host, f"{place}/block") == known.disks)
            # One that has just been found has no identity yet.
            and lun.wwid != ""
            and (not lun.disk or self._is_disk_as_it_was(known))
            and known.texts.read() == known.said
        )

    def _is_disk_as_it_was(self, known: KnownLun) -> bool:
        """Whether the size of a LUN's disk is as it was, and udev has heard nothing of it."""
        block = self.memory.blocks.get(known.lun.disk)
        return (
            known.size != ""
            and self.sizes.get(known.lun.disk) == known.size
            and block is not None
            and block.lun is known.lun
            and block.entry is not None
            and self.host.facts(block.entry_path) == block.entry
        )

    def _read(self, sid: int, place: str, address: str) -> KnownLun:
        host = self.host
        disks = names(host, f"{place}/block")
        disk = disks[0] if disks else ""
        block = f"{place}/block/{disk}"
        paths = (f"{place}/state", f"{place}/wwid")
        state, wwid = said = (text(host, paths[0]), text(host, paths[1]))
        sectors = number(host, f"{block}/size") if disk else None
        lun = Lun(
            address=address,
            sid=sid,
            number=int(address.rpartition(":")[2]),
            disk=disk,
            wwid=meant(wwid),
            size=(sectors or 0) * 512,
            vendor=word(host, f"{place}/vendor"),
            model=word(host, f"{place}/model"),
            revision=word(host, f"{place}/rev"),
            state=device_state(meant(state)),
            read_only=bool(disk) and word(host, f"{block}/ro") == "1",
            kind=number(host, f"{place}/type") or 0,
        )
        return KnownLun(
            self.on_bus.get(address, 0), lun, disks, Texts(host, paths), said, self.sizes.get(disk, "")
        )


def _sizes(listed: str) -> dict[str, str]:
    """What /proc/partitions says below its heading (proc(5)): `MAJOR MINOR KIB NAME`; nothing of size 0."""
    return {
        fields[3].replace("/", "!"): fields[2]
        for line in listed.split("\n")
        if len(fields := line.split()) == 4 and whole_number(fields[2]) is not None
    }
