"""What is on volumes that udev has not looked at since something was written to them.

udev looks again when a writer closes a device, through inotify; in the lab it missed every file system made
on an LV over a multipath map. So devices on which a file system is to be expected, and of which udev says
nothing, are asked directly: blkid's low-level probe, in one call, and only devices that answer.
"""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tui.storage.host.interface import Command, Host
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import Filesystem
from tui.storage.probe.devices.blocks import Blocks
from tui.storage.probe.devices.filesystems import whole_filesystems

_ESCAPED = re.compile(r"\\(.)")


def probe_command(paths: Iterable[str]) -> Command:
    """The call: `-p` reads the devices themselves, not blkid's cache."""
    return Command(("blkid", "-p", "-o", "export", "--", *paths))


def parse_export(output: str) -> dict[str, dict[str, str]]:
    """Read blkid's export format: blocks of KEY=VALUE that begin with DEVNAME; by that name. Never raises."""
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in output.split("\n"):
        key, equals, value = line.partition("=")
        if not equals:
            continue
        value = _ESCAPED.sub(r"\1", value)
        if key == "DEVNAME":
            current = found.setdefault(value, {})
        else:
            current[key] = value
    return found


def with_signatures(host: Host, blocks: Blocks, mounted: frozenset[str]) -> Blocks:
    """The same devices, with what blkid finds where udev says nothing.

    Args:
        host: the machine; asked as root, since others may not read its devices.
        blocks: its devices.
        mounted: kernel names of those that are mounted.
    """
    asked = {device.path: device for device in blocks.devices if _is_doubtful(device, mounted)}
    if not asked:
        return blocks
    found = parse_export(host.run(probe_command(asked)).stdout)
    fresh = {asked[path].name: said for path, said in found.items() if path in asked and said.get("TYPE")}
    devices = tuple(
        replace(
            device,
            content=fresh[device.name]["TYPE"],
            content_uuid=fresh[device.name].get("UUID", ""),
            content_part=fresh[device.name].get("UUID_SUB", ""),
            content_label=fresh[device.name].get("LABEL", ""),
        )
        if device.name in fresh
        else device
        for device in blocks.devices
    )
    filesystems = tuple(
        Filesystem(device.name, device.content, device.content_uuid, device.content_label)
        for device in devices
        if device.name in fresh and fresh[device.name].get("USAGE") == "filesystem"
    )
    return Blocks(devices, whole_filesystems((*blocks.filesystems, *filesystems), devices))


def _is_doubtful(device: BlockDevice, mounted: frozenset[str]) -> bool:
    """Whether udev's silence about a device may be old: it is mounted, or an active LV nothing stands on."""
    if device.content or device.partition_table or not device.answers or not device.size:
        return False
    return device.name in mounted or (device.kind is BlockKind.LOGICAL_VOLUME and not device.holders)
