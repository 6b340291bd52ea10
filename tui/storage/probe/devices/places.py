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
        self._carriers: dict[tuple[str, str], list[str]] = {}
        self._claimed: set[str] = set()
        for device in devices:
            self._by_number[device.number] = device.name
            for path in (*device.links, f"/dev/{device.name}", device.path):
                if self._by_path.setdefault(path, device.name) != device.name:
                    self._claimed.add(path)
            self._by_path[device.path] = device.name
            mountable = not device.multipath_member and not device.holders
            for table, value in (
                (self._by_uuid, device.content_uuid),
                (self._by_label, device.content_label),
            ):
                if value and (mountable or value not in table):
                    table[value] = device.name
            for tag, value in (("UUID", device.content_uuid), ("LABEL", device.content_label)):
                if value and mountable:
                    self._carriers.setdefault((tag, value), []).append(device.name)

    def by_number(self, number: str) -> str:
        """The device with that `MAJOR:MINOR`, or empty."""
        return self._by_number.get(number, "")

    def at(self, host: Host, path: str) -> str:
        """The device that a path below /dev leads to, or empty."""
        if path in self._by_path and path not in self._claimed:
            return self._by_path[path]
        # Several devices may claim a link, such as those of clones; it leads to one of them.
        led = self._by_path.get(host.resolve(path), "") if path.startswith("/dev/") else ""
        return led or self._by_path.get(path, "")

    def carriers(self, spec: str) -> tuple[str, ...]:
        """Every device that can be mounted by `UUID=…` or `LABEL=…`: clones and snapshots share both."""
        tag, _equals, value = spec.partition("=")
        return tuple(self._carriers.get((tag, value.strip("\"'")), ()))

    def of_spec(self, host: Host, spec: str) -> str:
        """The device that the first field of fstab(5) means, or empty for one that is not here or is none.

        Of several that carry the UUID or label it is the one that udev's link leads to, as for mount(8).
        """
        path = link_of_spec(spec)
        if path == spec:
            return self.at(host, spec)
        tag, _equals, value = spec.partition("=")
        value = value.strip("\"'")
        several = self.carriers(spec)
        led = self._by_path.get(host.resolve(path), "") if len(several) > 1 else ""
        if led in several:
            return led
        if tag == "UUID" and value in self._by_uuid:
            return self._by_uuid[value]
        if tag == "LABEL" and value in self._by_label:
            return self._by_label[value]
        return self.at(host, path)


def link_of_spec(spec: str) -> str:
    """The path below /dev by which the first field of fstab(5) is found: `/dev/disk/by-uuid/…`.

    systemd waits for this path; what is no tag stays as it is.
    """
    tag, equals, value = spec.partition("=")
    if not equals or tag not in _TAG_LINKS:
        return spec
    name = value.strip("\"'")
    return f"/dev/disk/{_TAG_LINKS[tag]}/" + _PLAIN.sub(lambda found: f"\\x{ord(found[0]):02x}", name)
