"""udev's database: what udev found on a block device, read from its text file without a fork.

The files are /run/udev/data/bMAJOR:MINOR with lines `E:KEY=VALUE` (properties) and `S:LINK` (links below
/dev). Device numbers are used again, so an entry may be about an older device: the kernel's disk sequence
number tells.
"""

import re

from msgspec import Struct, field

from tui.storage.host.interface import Host
from tui.storage.probe.reading import names, text

DATA = "/run/udev/data"

_ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{2})")
_SEQUENCE_LINK = re.compile(r"^disk/by-diskseq/(\d+)")


class UdevEntry(Struct, frozen=True):
    """What udev's database says of one device: properties, and links as paths below /dev."""

    properties: dict[str, str] = field(default_factory=dict)
    links: tuple[str, ...] = ()

    @property
    def sequence(self) -> str:
        """The disk sequence number this entry is about, or empty where udev is too old to say."""
        if "DISKSEQ" in self.properties:
            return self.properties["DISKSEQ"]
        for link in self.links:
            match = _SEQUENCE_LINK.match(link.removeprefix("/dev/"))
            if match is not None:
                return match[1]
        return ""

    def decoded(self, key: str) -> str:
        r"""A property by its encoded form `KEY_ENC` (`\x20` for a blank), or as it is without one."""
        encoded = self.properties.get(f"{key}_ENC")
        return self.properties.get(key, "") if encoded is None else decode(encoded)


def decode(value: str) -> str:
    r"""Undo udev's encoding (libudev's udev_util_encode_string): `\xHH` stands for a byte of UTF-8."""
    plain = value.encode(errors="surrogateescape")
    decoded = _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), plain)
    return decoded.decode(errors="surrogateescape")


def parse_entry(content: str) -> UdevEntry:
    """Read one entry; unknown lines are passed over. Never raises."""
    properties: dict[str, str] = {}
    links: list[str] = []
    for line in content.split("\n"):
        kind, _colon, rest = line.partition(":")
        if kind == "E":
            key, equals, value = rest.partition("=")
            if equals:
                properties[key] = value
        elif kind == "S" and rest:
            links.append(f"/dev/{rest}")
    return UdevEntry(properties, tuple(sorted(links)))


def entry_path(number: str) -> str:
    """The file of a block device with that `MAJOR:MINOR`."""
    return f"{DATA}/b{number}"


def read_entry(host: Host, number: str, sequence: str) -> UdevEntry:
    """The entry for a device number, empty when there is none or when it is about an older device.

    Args:
        host: the machine.
        number: `MAJOR:MINOR`.
        sequence: the disk sequence number the kernel shows now, or empty where it shows none (before 5.15).
    """
    entry = parse_entry(text(host, entry_path(number)))
    if sequence and entry.sequence and entry.sequence != sequence:
        return UdevEntry()
    return entry


def has_entries(host: Host) -> bool:
    """Whether udev keeps a database here at all."""
    return any(name.startswith("b") for name in names(host, DATA))
