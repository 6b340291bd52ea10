"""Finding the block device that a name in a mount table means."""

import re
from collections.abc import Iterable

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice

_TAG_LINKS = {
    "UUID": "by-uuid",
    "LABEL": "by-label",
    "PARTUUID": "by-partuuid",
    "PARTLABEL": "by-partlabel",
    "ID": "by-id",
}
_PLAIN = re.compile(r"[^A-Za-z0-9#+\-.:=@_\u0080-\uffff]")
"""What udev writes as `\\x20` in the name of a link (systemd, device-nodes.c)."""


class DevicePlaces:
    """Block devices by number, path, UUID and label. Of equal UUIDs the one in the highest layer counts.

    A multipath map and its paths carry the same file system, and so do an LV and what shows through it:
    what stands on top is what gets mounted.
    """

    def __init__(self, devices: Iterable[BlockDevice]) -> None:
        self._by_number: dict[str, str] = {}
        self._by_path: dict[str, str] = {}
        self._by_uuid: dict[str, str] = {}
        self._by_label: dict[str, str] = {}
        for device in devices:
            self._by_number[device.number] = device.name
            for path in (*device.links, f"/dev/{device.name}", device.path):
                self._by_path.setdefault(path, device.name)
            self._by_path[device.path] = device.name
            mountable = not device.multipath_member and not device.holders
            for table, value in (
                (self._by_uuid, device.content_uuid),
                (self._by_label, device.content_label),
            ):
                if value and (mountable or value not in table):
                    table[value] = device.name

    def by_number(self, number: str) -> str:
        """The device with that `MAJOR:MINOR`, or empty."""
        return self._by_number.get(number, "")

    def at(self, host: Host, path: str) -> str:
        """The device that a path below /dev leads to, or empty."""
        if path in self._by_path:
            return self._by_path[path]
        return self._by_path.get(host.resolve(path), "") if path.startswith("/dev/") else ""

    def of_spec(self, host: Host, spec: str) -> str:
        """The device that the first field of fstab(5) means, or empty for one that is not here or is none."""
        path = link_of_spec(spec)
        if path == spec:
            return self.at(host, spec)
        tag, _equals, value = spec.partition("=")
        value = value.strip("\"'")
        if tag == "UUID" and value in self._by_uuid:
            return self._by_uuid[value]
        if tag == "LABEL" and value in self._by_label:
            return self._by_label[value]
        return self._by_path.get(path, "")


def link_of_spec(spec: str) -> str:
    """The path below /dev by which the first field of fstab(5) is found: `/dev/disk/by-uuid/…`.

    systemd waits for this path; what is no tag stays as it is.
    """
    tag, equals, value = spec.partition("=")
    if not equals or tag not in _TAG_LINKS:
        return spec
    name = value.strip("\"'")
    return f"/dev/disk/{_TAG_LINKS[tag]}/" + _PLAIN.sub(lambda found: f"\\x{ord(found[0]):02x}", name)
