"""File systems on several devices: which of the devices that udev describes belong to one."""

from collections.abc import Iterable

from msgspec.structs import replace

from tui.storage.model.block import BlockDevice
from tui.storage.model.files import Filesystem


def whole_filesystems(
    filesystems: Iterable[Filesystem], devices: Iterable[BlockDevice]
) -> tuple[Filesystem, ...]:
    """The same file systems, those on several devices joined: what has one UUID and different parts (btrfs).

    The paths of a multipath map, and a clone, have the same part as the original and are no further device.
    """
    found = tuple(filesystems)
    known = {device.name: device for device in devices}
    parts: dict[str, dict[str, str]] = {}
    for filesystem in found:
        device = known[filesystem.device]
        if filesystem.uuid and device.content_part and filesystem.kind == "btrfs":
            of_one = parts.setdefault(filesystem.uuid, {})
            on_top = not device.multipath_member and not device.holders
            if on_top or device.content_part not in of_one:
                of_one[device.content_part] = device.name
    return tuple(
        replace(
            filesystem,
            others=tuple(
                name
                for part, name in parts.get(filesystem.uuid, {}).items()
                if part != known[filesystem.device].content_part
            ),
        )
        if filesystem.kind == "btrfs" and len(parts.get(filesystem.uuid, ())) > 1
        else filesystem
        for filesystem in found
    )
