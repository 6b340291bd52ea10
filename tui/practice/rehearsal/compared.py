"""A host and its twin side by side: two inventories, what differs, and what may differ.

What the kernel numbers at each boot is no difference between two hosts: both sides get one name for the same
thing, and how often that was needed is counted for each such number. Everything else that differs is told.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from tui.practice.rehearsal.described_files import with_made_wwids
from tui.practice.rehearsal.description import Disk
from tui.storage.codec import Plain, encode
from tui.storage.devices.identity import luns_below
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.untrusted import clean
from tui.words import translate as _

_ALMOST = 0.02
"""Part of a file system's size by which its fill may differ."""


class Ignored(StrEnum):
    """What may differ between a host and its twin."""

    DISK_NAMES = "disk-names"
    MAP_NUMBERS = "map-numbers"
    DEVICE_NUMBERS = "device-numbers"
    DISK_SEQUENCE = "disk-sequence"
    SCSI_ADDRESSES = "scsi-addresses"
    SESSION_NUMBERS = "session-numbers"
    LINE_NUMBERS = "line-numbers"
    FILL = "fill"
    OWN_DISKS = "own-disks"

    @property
    def words(self) -> str:
        """What it is, for a person."""
        return {
            Ignored.DISK_NAMES: _("the order of the kernel's disk names (sda, sdb)"),
            Ignored.MAP_NUMBERS: _("the numbers of device-mapper devices (dm-0)"),
            Ignored.DEVICE_NUMBERS: _("device numbers (8:16)"),
            Ignored.DISK_SEQUENCE: _("disk sequence numbers (by-diskseq)"),
            Ignored.SCSI_ADDRESSES: _("SCSI addresses (2:0:0:1)"),
            Ignored.SESSION_NUMBERS: _("the numbers of sessions, SCSI hosts and the iscsid that made them"),
            Ignored.LINE_NUMBERS: _("line numbers of fstab and crypttab"),
            Ignored.FILL: _("how full file systems and swap space are, by up to 2 %"),
            Ignored.OWN_DISKS: _("the disks and mounts of each that are on no LUN"),
        }[self]


class Difference(Struct, frozen=True):
    """One field that differs.

    Attributes:
        section: field of the inventory: `devices`.
        thing: which of them, by what does not change between boots.
        field: `size`, `portal.port`; empty where one side has no such thing.
        host: its value on the host, as text; empty where the host has none.
        twin: likewise of the twin.
    """

    section: str
    thing: str
    field: str
    host: str
    twin: str


class Comparison(Struct, frozen=True):
    """What a comparison found.

    Attributes:
        equal: how many fields are equal.
        ignored: how many fields differ only in what may differ, by kind.
        differences: the others.
    """

    equal: int
    ignored: tuple[tuple[Ignored, int], ...] = ()
    differences: tuple[Difference, ...] = ()


def compare(host: Inventory, twin: Inventory, disks: tuple[Disk, ...] = ()) -> Comparison:
    """Compare a host with its twin.

    Args:
        host: the inventory that the twin was described from.
        twin: the inventory of the twin.
        disks: those of the description, whose WWIDs the twin may not be able to have.
    """
    left, right = _Side(host, disks), _Side(twin)
    ignored: Counter[Ignored] = Counter()
    if left.own or right.own:
        ignored[Ignored.OWN_DISKS] = left.own + right.own
    equal = 0
    differences: list[Difference] = []
    for thing in dict.fromkeys((*left.things, *right.things)):
        one, other = left.things.get(thing), right.things.get(thing)
        if one is None or other is None:
            there = _("there")
            differences.append(
                Difference(*thing, "", there if one is not None else "", there if other is not None else "")
            )
            continue
        for field in dict.fromkeys((*one, *other)):
            kind = _ignored(field, one.get(field), other.get(field), one)
            if kind is not None:
                ignored[kind] += 1
            elif _meant(one, field) == _meant(other, field):
                equal += 1
            else:
                differences.append(Difference(*thing, field, _text(one, field), _text(other, field)))
    return Comparison(equal, tuple(sorted(ignored.items())), tuple(differences))


class _Value(Struct, frozen=True):
    """A field as it was read, and with names for what the kernel numbers."""

    raw: Plain
    meant: Plain


_Fields = dict[str, _Value]
_Thing = tuple[str, str]

_NUMBERED = {
    **dict.fromkeys(("sid", "host_number", "creator"), Ignored.SESSION_NUMBERS),
    **dict.fromkeys(("line",), Ignored.LINE_NUMBERS),
}
"""Fields that hold nothing but such a number."""
_FILL = frozenset({"used", "available"})
_PATTERNS = (
    (re.compile(r"\d+:\d+:\d+:\d+"), Ignored.SCSI_ADDRESSES),
    (re.compile(r"\d+:\d+"), Ignored.DEVICE_NUMBERS),
    (re.compile(r"(/dev/)?dm-\d+"), Ignored.MAP_NUMBERS),
    (re.compile(r"(/dev/)?sd[a-z]+\d*"), Ignored.DISK_NAMES),
    (re.compile(r"/dev/disk/by-diskseq/.*"), Ignored.DISK_SEQUENCE),
)


def _ignored(field: str, one: _Value | None, other: _Value | None, all_of_one: _Fields) -> Ignored | None:
    """In what of that which may differ a field differs, or None where it is equal or really differs."""
    if one is None or other is None or one.raw == other.raw:
        return None
    if field in _NUMBERED:
        return _NUMBERED[field]
    if field in _FILL and isinstance(one.raw, int) and isinstance(other.raw, int):
        size = all_of_one["size"].raw if "size" in all_of_one else None
        return Ignored.FILL if isinstance(size, int) and abs(one.raw - other.raw) <= size * _ALMOST else None
    if one.meant != other.meant:
        return None
    words = [word for word in (*_words(one.raw), *_words(other.raw)) if word]
    return next(
        (kind for pattern, kind in _PATTERNS for word in words if pattern.fullmatch(word)), Ignored.DISK_NAMES
    )


def _words(value: Plain) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)


def _meant(fields: _Fields, field: str) -> Plain:
    return fields[field].meant if field in fields else None


def _text(fields: _Fields, field: str) -> str:
    value = _meant(fields, field)
    return (
        ""
        if value is None
        else clean(", ".join(map(str, value)) if isinstance(value, list) else str(value), 200)
    )


class _Side:
    """One of the two: its things by what names them on both sides.

    Args:
        inventory: what was read of it.
        disks: those whose WWIDs are others on the other side.
    """

    def __init__(self, inventory: Inventory, disks: tuple[Disk, ...] = ()) -> None:
        self._inventory, self._disks = inventory, disks
        self._names: dict[str, str] = {}
        self.own = 0
        """How many devices and mounts are on no LUN, and are not compared."""
        self._left_out: set[str] = set()
        for device in inventory.devices:
            self._name(device)
        self._addresses = {
            lun.address: f"{self._session(lun.sid)} LUN {lun.number}" for lun in inventory.luns
        }
        self.things: dict[_Thing, _Fields] = {}
        for section in _SECTIONS:
            self._add(section)
        for name in ("initiator", "distribution", "defaults", "lvm"):
            self.things[name, ""] = dict(self._fields(encode(getattr(inventory, name))))
        self.things["host", ""] = {
            name: self._value(encode(getattr(inventory, name)))
            for name in ("traits", "modules", "daemon_answers", "damaged_records", "root")
        }

    def _name(self, device: BlockDevice) -> None:
        """One name for a device on both sides; one that is on no LUN is left out."""
        below = luns_below(self._inventory, device)
        if not below:
            self._left_out.add(device.name)
            return
        lun = self._inventory.lun_on(device.name)
        if lun is not None:
            name = f"{lun.wwid or lun.number} over {self._session(lun.sid)}"
        elif device.map_name:
            name = device.map_name
        elif device.kind is BlockKind.PARTITION:
            number = re.sub(r"^.*?(\d+)$", r"\1", device.name)
            name = f"{below[0].wwid} over {self._session(below[0].sid)} partition {number}"
        else:
            name = device.path
        name = with_made_wwids(name, self._disks)
        self._names |= {device.name: name, f"/dev/{device.name}": name, device.number: name}

    def _session(self, sid: int) -> str:
        session = self._inventory.session(sid)
        return f"{session.target} {session.portal.label} {session.iface}" if session is not None else str(sid)

    def _add(self, section: str) -> None:
        for item in getattr(self._inventory, section):
            plain = encode(item)
            if not isinstance(plain, dict):
                continue
            devices = {plain.get("name"), plain.get("device")} if section in _OF_DEVICES else set()
            if devices & self._left_out or (section == "mounts" and not plain.get("device")):
                self.own += 1
                continue
            thing = " ".join(str(self._value(part).meant) for part in _SECTIONS[section](self, plain))
            self.things[section, clean(thing, 300)] = dict(self._fields(plain))

    def _fields(self, plain: Plain, place: str = "") -> Iterator[tuple[str, _Value]]:
        if isinstance(plain, dict):
            for name, value in plain.items():
                yield from self._fields(value, f"{place}.{name}" if place else name)
        elif isinstance(plain, list) and any(isinstance(item, dict) for item in plain):
            for number, value in enumerate(plain):
                yield from self._fields(value, f"{place}.{number}")
        else:
            yield place, self._value(plain, in_order=place == "options")

    def _value(self, plain: Plain, *, in_order: bool = False) -> _Value:
        if isinstance(plain, list):
            found = [self._value(item).meant for item in plain if not _is_sequence(item)]
            return _Value(plain, found if in_order else sorted(found, key=str))
        if isinstance(plain, str):
            known = self._names.get(plain) or self._addresses.get(plain)
            return _Value(plain, known or with_made_wwids(plain, self._disks))
        return _Value(plain, plain)

    def session_of(self, plain: Mapping[str, Plain]) -> str:
        """What names the session of a LUN."""
        sid = plain.get("sid")
        return self._session(sid) if isinstance(sid, int) else ""


def _is_sequence(item: Plain) -> bool:
    return isinstance(item, str) and item.startswith("/dev/disk/by-diskseq/")


_Naming = Callable[[_Side, Mapping[str, Plain]], tuple[Plain, ...]]


def _by(*fields: str) -> _Naming:
    """Named by some fields; `portal` stands for its address and port."""

    def named(_side: _Side, plain: Mapping[str, Plain]) -> tuple[Plain, ...]:
        found: list[Plain] = []
        for field in fields:
            value = plain.get(field)
            found += [value.get("address"), value.get("port")] if isinstance(value, dict) else [value]
        return tuple(found)

    return named


_SECTIONS: dict[str, _Naming] = {
    "services": _by("unit"),
    "tools": _by("name"),
    "interfaces": _by("name"),
    "discovery_records": _by("kind", "portal"),
    "node_records": _by("target", "portal", "iface"),
    "sessions": _by("target", "portal", "iface"),
    "luns": lambda side, plain: (side.session_of(plain), plain.get("number")),
    "devices": _by("name"),
    "multipath_maps": _by("name"),
    "physical_volumes": _by("uuid"),
    "volume_groups": _by("uuid"),
    "logical_volumes": _by("volume_group", "name"),
    "volume_parts": _by("volume_group", "name"),
    "filesystems": _by("device"),
    "mounts": _by("target", "device"),
    "swaps": _by("device"),
    "fstab": _by("spec", "mount_point"),
    "crypttab": _by("name"),
}
_OF_DEVICES = frozenset(
    {"devices", "filesystems", "mounts", "swaps", "fstab", "crypttab", "physical_volumes"}
)
"""Sections whose things are left out where they are on no LUN."""
