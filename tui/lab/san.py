"""The description of a practice storage array: networks, targets, portals, LUNs and CHAP, read from TOML.

The reader checks everything it can before a machine is booted for it. Standard library only: the guest reads
the same file.
"""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.lab.errors import LabError
from tui.storage.documents import read_bounded
from tui.words import enumerated, translate as _

EXAMPLES = Path(__file__).parent / "sans"
"""The descriptions that come with the program."""

UNITS = {"B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}

LARGEST_LUN = 2**60
"""A kernel counts the bytes of a disk in 63 bits; this is far below."""

SECTOR_SIZES = (512, 4096)
"""Bytes of a logical sector that a loop device, and with it an iblock LUN, can have here."""

ANYONE = "any"
"""The value of `initiators` that lets every initiator in."""

Address = ipaddress.IPv4Interface | ipaddress.IPv6Interface


class SanError(LabError):
    """A description that cannot be used. The message names the place and what is expected there."""


class TargetKind(StrEnum):
    """The target implementations the lab has."""

    LIO = "lio"
    TGT = "tgt"


class Backing(StrEnum):
    """What holds a LUN's data."""

    FILEIO = "fileio"
    IBLOCK = "iblock"


class Chap(Struct, frozen=True):
    """CHAP credentials; the mutual pair is empty for one-way CHAP."""

    user: str
    secret: str
    mutual_user: str = ""
    mutual_secret: str = ""

    def __repr__(self) -> str:
        return f"Chap(user={self.user!r}, mutual_user={self.mutual_user!r})"

    @property
    def mutual(self) -> bool:
        """Whether the target proves itself too."""
        return bool(self.mutual_user)


class Network(Struct, frozen=True):
    """One network between the host and the array: the addresses of its two ends.

    An end with an address outside of the prefixes of the other end is reached over a route.
    """

    name: str
    initiator: tuple[Address, ...]
    array: tuple[Address, ...]


class Portal(Struct, frozen=True):
    """Where a target listens."""

    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int = 3260

    def __str__(self) -> str:
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{host}:{self.port}"


class Access(StrEnum):
    """How a LUN may be reached at a target: the asymmetric access states (SPC-5 5.18) that LIO has.

    The words are those of the kernel's `access_state` of a SCSI device.
    """

    OPTIMIZED = "active/optimized"
    NON_OPTIMIZED = "active/non-optimized"
    STANDBY = "standby"
    UNAVAILABLE = "unavailable"


class Identity(Struct, frozen=True):
    """What a LUN says it is, instead of what the lab makes up: INQUIRY, pages 80h and 83h (SPC-5).

    LIO can take the place of any disk whose identifier is NAA 6: its `company_id` is the first part, the
    rest it takes from the hexadecimal digits of the serial number. Two LUNs of one identity, at one target or
    at several, are one disk.

    Attributes:
        wwid: `naa.` and the 32 hexadecimal digits, the first of them a 6.
        vendor: at most 8 characters.
        product: at most 16.
        revision: at most 4.
        serial: page 80h; empty, or its hexadecimal digits begin with the last 25 of `wwid`.
    """

    wwid: str
    vendor: str = ""
    product: str = ""
    revision: str = ""
    serial: str = ""

    @property
    def company(self) -> str:
        """IEEE's number of the manufacturer, as six hexadecimal digits."""
        return self.wwid[5:11]

    @property
    def own(self) -> str:
        """The 25 digits that are the manufacturer's own."""
        return self.wwid[11:]

    def can_have(self, serial: str) -> bool:
        """Whether this serial number leaves the identifier as it is."""
        return re.sub("[^0-9a-f]", "", serial.lower()).startswith(self.own)


class Lun(Struct, frozen=True):
    """A logical unit.

    Attributes:
        number: at its target.
        size: in bytes.
        backing: what holds its data.
        sector_size: bytes of a logical sector; other than 512 only for `iblock`.
        read_only: it refuses to be written; only for `iblock`.
        identity: what it says it is; None for what the lab makes up.
        access: the state of the ways to it over its target, as ALUA tells it.
    """

    number: int
    size: int
    backing: Backing = Backing.FILEIO
    sector_size: int = 512
    read_only: bool = False
    identity: Identity | None = None
    access: Access = Access.OPTIMIZED


class Target(Struct, frozen=True):
    """A target with its portals and LUNs; `initiators` is empty when everyone is let in.

    `tag` is the portal group tag of all its portals: a target of several groups is described once for each.
    """

    name: str
    kind: TargetKind
    portals: tuple[Portal, ...]
    luns: tuple[Lun, ...]
    chap: Chap | None
    initiators: tuple[str, ...]
    tag: int = 1


class San(Struct, frozen=True):
    """A whole array as described."""

    networks: tuple[Network, ...]
    targets: tuple[Target, ...]
    discovery: Chap | None

    def target(self, name: str) -> Target:
        """The target of that name; the first one for an empty name.

        Raises:
            SanError: When there is none.
        """
        for target in self.targets:
            if name in ("", target.name):
                return target
        raise SanError(_("The array has no target {name}.").format(name=name))

    def network(self, name: str) -> int:
        """The position of the network of that name; 0 for an empty name.

        Raises:
            SanError: When there is none.
        """
        for position, network in enumerate(self.networks):
            if name in ("", network.name):
                return position
        raise SanError(_("The array has no network {name}.").format(name=name))


def examples() -> tuple[str, ...]:
    """The names of the descriptions that come with the program."""
    return tuple(sorted(path.stem for path in EXAMPLES.glob("*.toml")))


def read_description(name_or_file: str) -> str:
    """The checked text of a description: one that comes with the program, by name, or a file.

    Raises:
        SanError: When there is neither, or it does not describe an array.
    """
    path = EXAMPLES / f"{name_or_file}.toml" if name_or_file in examples() else Path(name_or_file)
    try:
        text = read_bounded(path).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SanError(
            _("{name} is not a readable file, nor one of {examples} ({reason}).").format(
                name=name_or_file, examples=enumerated(examples()), reason=error
            )
        ) from error
    parse(text)
    return text


def parse(text: str) -> San:
    """Read a description.

    Raises:
        SanError: At the first thing that does not fit; the message says where.
    """
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SanError(_("The description is not valid TOML: {reason}").format(reason=error)) from error
    top = _Table(document, _("the description"))
    networks = tuple(_network(table) for table in top.tables("network"))
    targets = tuple(_target(table) for table in top.tables("target"))
    discovery = top.table("discovery")
    san = San(networks, targets, _chap(discovery) if discovery else None)
    top.finish()
    _check_whole(san)
    _check_identities(san)
    return san


def _network(table: "_Table") -> Network:
    network = Network(table.text("name"), table.addresses("initiator"), table.addresses("array"))
    table.finish()
    return network


def _target(table: "_Table") -> Target:
    chap = table.table("chap")
    initiators = table.take("initiators", ANYONE)
    if initiators != ANYONE and not _texts(initiators):
        raise table.wrong("initiators", _('a list of initiator names, or "any"'))
    target = Target(
        name=table.text("name"),
        kind=TargetKind(table.choice("kind", TargetKind, TargetKind.LIO)),
        portals=tuple(table.portal(text) for text in table.texts("portals")),
        luns=tuple(_lun(lun) for lun in table.tables("lun")),
        chap=_chap(chap) if chap else None,
        initiators=() if initiators == ANYONE else tuple(_texts(initiators)),
        tag=table.number("tag", 1, (1, 65535)),
    )
    if not re.fullmatch(r"(iqn\.\d{4}-\d{2}\.|eui\.|naa\.)\S{1,200}", target.name):
        raise table.wrong("name", _("an iSCSI name such as iqn.2003-01.org.example:disk1"))
    table.finish()
    return target


def size_of(text: str) -> int:
    """A size such as `512M` in bytes.

    Raises:
        SanError: When it is none.
    """
    size = re.fullmatch(r"([1-9]\d{0,18})([BKMGT])", text)
    if size is None or int(size[1]) * UNITS[size[2]] > LARGEST_LUN:
        raise SanError(_("{text} is not a size; examples: 512M, 2G.").format(text=ascii(text)))
    return int(size[1]) * UNITS[size[2]]


def _lun(table: "_Table") -> Lun:
    backing = Backing(table.choice("backing", Backing, Backing.FILEIO))
    sector_size = table.number("sector_size", 512, (512, 4096))
    read_only = table.take("read_only", False)
    if not isinstance(read_only, bool):
        raise table.wrong("read_only", _("true or false"))
    if sector_size not in SECTOR_SIZES:
        raise table.wrong("sector_size", _("512 or 4096"))
    if backing is not Backing.IBLOCK and (read_only or sector_size != 512):
        raise table.wrong("backing", _('"iblock" for a read-only LUN and for other sectors than 512 bytes'))
    identity = table.table("identity")
    lun = Lun(
        table.number("number", 0, (0, 16383)),
        size_of(table.text("size")),
        backing,
        sector_size,
        read_only,
        _identity(identity) if identity else None,
        Access(table.choice("access", Access, Access.OPTIMIZED)),
    )
    table.finish()
    return lun


def _identity(table: "_Table") -> Identity:
    identity = Identity(
        table.text("wwid"),
        table.printed("vendor", 8),
        table.printed("product", 16),
        table.printed("revision", 4),
        table.printed("serial", 200),
    )
    if not re.fullmatch(r"naa\.6[0-9a-f]{31}", identity.wwid):
        raise table.wrong("wwid", _("an NAA 6 identifier: naa.6 and 31 more digits of 0-9, a-f"))
    if identity.serial and not identity.can_have(identity.serial):
        raise table.wrong("serial", _("one whose hexadecimal digits begin with the last 25 of the WWID"))
    table.finish()
    return identity


def _chap(table: "_Table") -> Chap:
    pairs = [table.take(name, "") for name in ("user", "secret", "mutual_user", "mutual_secret")]
    user, secret, mutual_user, mutual_secret = (str(value) for value in pairs)
    if not user or not secret:
        raise table.wrong("user, secret", _("both, for CHAP"))
    if bool(mutual_user) != bool(mutual_secret):
        raise table.wrong("mutual_user, mutual_secret", _("both or neither"))
    table.finish()
    return Chap(user, secret, mutual_user, mutual_secret)


def _check_whole(san: San) -> None:
    """Check what no single table can know."""
    reachable = {address.ip for network in san.networks for address in network.array}
    if not san.networks or not san.targets:
        raise SanError(_("An array needs at least one [[network]] and one [[target]]."))
    networks = {network.name for network in san.networks}
    targets = {(target.name, target.tag) for target in san.targets}
    if len(networks) != len(san.networks) or len(targets) != len(san.targets):
        raise SanError(_("Two networks or two targets have the same name."))
    for target in san.targets:
        numbers = [lun.number for lun in target.luns]
        if target.kind is TargetKind.TGT and (target.tag != 1 or any(lun.identity for lun in target.luns)):
            raise SanError(
                _("Target {name}: only lio can have identities and tags.").format(name=target.name)
            )
        if len(set(numbers)) != len(numbers):
            raise SanError(_("Target {name} has two LUNs with the same number.").format(name=target.name))
        for portal in target.portals:
            if portal.address not in reachable:
                raise SanError(
                    _("Portal {portal} of {name} is not on a network of the array.").format(
                        portal=portal, name=target.name
                    )
                )
        if target.kind is TargetKind.TGT and (san.discovery or 0 in numbers):
            raise SanError(
                _("Target {name}: tgt reserves LUN 0, and discovery CHAP is not supported here.").format(
                    name=target.name
                )
            )


def _check_identities(san: San) -> None:
    """Two LUNs of one identity are one disk: they have to be alike."""
    known: dict[str, Lun] = {}
    for lun in (lun for target in san.targets for lun in target.luns if lun.identity):
        assert lun.identity is not None
        other = known.setdefault(lun.identity.wwid, lun)
        if replace(other, number=lun.number, access=lun.access) != lun:
            raise SanError(
                _("Two LUNs have the WWID {wwid} and are not alike.").format(wwid=lun.identity.wwid)
            )


def _texts(value: object) -> list[str]:
    """The value as a list of texts; empty when it is anything else."""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return list(value)
    return []


class _Table:
    """A TOML table being read: takes values out, checks their kind and refuses what is left over."""

    def __init__(self, values: Mapping[str, object], place: str) -> None:
        self._values = dict(values)
        self._place = place

    def take(self, name: str, default: object) -> object:
        return self._values.pop(name, default)

    def wrong(self, name: str, expected: str) -> SanError:
        return SanError(
            _("{place}: {name} must be {expected}.").format(place=self._place, name=name, expected=expected)
        )

    def text(self, name: str) -> str:
        value = self.take(name, None)
        if not isinstance(value, str) or not value:
            raise self.wrong(name, _("a string"))
        return value

    def printed(self, name: str, most: int) -> str:
        """A text of at most so many printable characters of ASCII, or none."""
        value = self.take(name, "")
        if not isinstance(value, str) or not re.fullmatch(rf"[\x20-\x7e]{{0,{most}}}", value):
            raise self.wrong(name, _("at most {most} printable characters of ASCII").format(most=most))
        return value

    def number(self, name: str, default: int, bounds: tuple[int, int]) -> int:
        value, (least, most) = self.take(name, default), bounds
        if not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(name, _("a number from {least} to {most}").format(least=least, most=most))
        return value

    def texts(self, name: str) -> list[str]:
        found = _texts(self.take(name, None))
        if not found:
            raise self.wrong(name, _("a list of strings"))
        return found

    def choice(self, name: str, kinds: type[StrEnum], default: StrEnum) -> str:
        value = str(self.take(name, default))
        if value not in list(kinds):
            raise self.wrong(name, _("one of {choices}").format(choices=enumerated(kinds)))
        return value

    def addresses(self, name: str) -> tuple[Address, ...]:
        try:
            return tuple(ipaddress.ip_interface(text) for text in self.texts(name))
        except ValueError as error:
            raise self.wrong(name, _('addresses with their prefix, such as "192.0.2.1/24"')) from error

    def portal(self, text: str) -> Portal:
        parts = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d{1,5}))?", text)
        expected = self.wrong("portals", _('portals such as "192.0.2.10:3260" or "[2001:db8::10]:3260"'))
        if parts is None:
            raise expected
        try:
            return Portal(ipaddress.ip_address(parts[1] or parts[2]), int(parts[3] or 3260))
        except ValueError as error:
            raise expected from error

    def table(self, name: str) -> "_Table | None":
        value = self.take(name, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(name, _("a table"))
        return _Table(value, f"[{name}]")

    def tables(self, name: str) -> list["_Table"]:
        value = self.take(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.wrong(name, _("a list of tables, [[{name}]]").format(name=name))
        return [_Table(entry, f"[[{name}]] {position}") for position, entry in enumerate(value, 1)]

    def finish(self) -> None:
        if self._values:
            raise SanError(
                _("{place}: unknown key {name}.").format(place=self._place, name=enumerated(self._values))
            )
