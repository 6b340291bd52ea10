"""Multipath maps, from the device-mapper's entries in sysfs."""

import re
from collections.abc import Iterable

from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.iscsi import Lun

_PREFIX = "mpath-"

_PATH = re.compile(r"\b(\d+:\d+) ([AF])\b")


def multipath_maps(devices: Iterable[BlockDevice], luns: Iterable[Lun]) -> tuple[MultipathMap, ...]:
    """The maps with their paths; a path is good when its disk answers."""
    by_name = {device.name: device for device in devices}
    wwids = {lun.disk: lun.wwid for lun in luns if lun.disk}
    return tuple(
        MultipathMap(
            name=device.map_name,
            device=device.name,
            wwid=_wwid(device, wwids),
            size=device.size,
            paths=device.slaves,
            good_paths=tuple(path for path in device.slaves if path in by_name and by_name[path].answers),
        )
        for device in by_name.values()
        if device.kind is BlockKind.MULTIPATH
    )


def failed_paths(status: str) -> frozenset[str]:
    """The paths that a map does not use, as `MAJOR:MINOR`, from its line of `dmsetup status`.

    Each path stands there by its number and A or F, active or failed (kernel, drivers/md/dm-mpath.c).
    """
    return frozenset(number for number, state in _PATH.findall(status) if state == "F")


def wwid_of_map(map_uuid: str) -> str:
    """The LUN's WWID, as sysfs writes it, from a map's dm uuid.

    multipath's name for it begins with the type of the SCSI designator (SPC-5 7.7.6): 3 for NAA, 2 for
    EUI-64, 1 for T10; other names stay as they are.
    """
    name = map_uuid.removeprefix(_PREFIX)
    return (
        {"3": "naa.", "2": "eui.", "1": "t10."}[name[0]] + name[1:] if name[:1] in {"1", "2", "3"} else name
    )


def _wwid(device: BlockDevice, wwids: dict[str, str]) -> str:
    known = {wwids[path] for path in device.slaves if wwids.get(path)}
    return known.pop() if len(known) == 1 else wwid_of_map(device.map_uuid)
