"""Multipath maps, from the device-mapper's entries in sysfs."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tui.storage.host.interface import Command, Host
from tui.storage.model.block import BlockDevice, BlockKind, MapPolicy, MultipathMap
from tui.storage.model.iscsi import Lun
from tui.storage.probe.reading import whole_number

TABLE = Command(("dmsetup", "table", "--target", "multipath"))

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


def with_policies(host: Host, maps: tuple[MultipathMap, ...]) -> tuple[MultipathMap, ...]:
    """The maps with how the kernel uses their paths. Never raises.

    The device-mapper is asked, by one command that touches no disk, only where there are maps.
    """
    if not maps:
        return ()
    outcome = host.run(TABLE)
    lines = (line.partition(": ") for line in outcome.stdout.split("\n")) if outcome.ok else ()
    tables = {name.strip(): rest for name, _colon, rest in lines}
    return tuple(replace(joined, policy=parse_policy(tables.get(joined.name, ""))) for joined in maps)


def parse_policy(line: str) -> MapPolicy | None:
    """Read `START LENGTH multipath`, features, handler, groups, first group, and the groups' selectors.

    Features and handler are each a number of words and these words. None where it says something else.

    Args:
        line: of `dmsetup table`, without the name.
    """
    words = line.split()
    if words[2:3] != ["multipath"]:
        return None
    features, rest = _counted(words[3:])
    handler, rest = _counted(rest)
    groups = whole_number(rest[0]) if rest else None
    if groups is None:
        return None
    return MapPolicy(
        rest[2] if groups and len(rest) > 2 else "",
        handler[0] if handler else "",
        groups,
        "queue_if_no_path" in features,
    )


def _counted(words: list[str]) -> tuple[list[str], list[str]]:
    """A number, so many words, and what comes after them."""
    count = whole_number(words[0]) if words else None
    if count is None:
        return [], []
    return words[1 : 1 + count], words[1 + count :]


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
