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

from tui.lab.errors import LabError
from tui.storage.documents import read_bounded
from tui.words import translate as _

EXAMPLES = Path(__file__).parent / "sans"
"""The descriptions that come with the program."""

UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}

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
    """One network between the host and the array: the addresses of its two ends."""

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


class Lun(Struct, frozen=True):
    """A logical unit; `size` is in bytes."""

    number: int
    size: int
    backing: Backing = Backing.FILEIO


class Target(Struct, frozen=True):
    """A target with its portals and LUNs; `initiators` is empty when everyone is let in."""

    name: str
    kind: TargetKind
    portals: tuple[Portal, ...]
    luns: tuple[Lun, ...]
    chap: Chap | None
    initiators: tuple[str, ...]


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
                name=name_or_file, examples=", ".join(examples()), reason=error
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
    size = re.fullmatch(r"([1-9]\d{0,9})([KMG])", text)
    if size is None:
        raise SanError(_("{text} is not a size; examples: 512M, 2G.").format(text=ascii(text)))
    return int(size[1]) * UNITS[size[2]]


def _lun(table: "_Table") -> Lun:
    number = table.take("number", 0)
    if not isinstance(number, int) or not 0 <= number <= 255:
        raise table.wrong("number", _("a number from 0 to 255"))
    backing = Backing(table.choice("backing", Backing, Backing.FILEIO))
    lun = Lun(number, size_of(table.text("size")), backing)
    table.finish()
    return lun


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
    for names in ([network.name for network in san.networks], [target.name for target in san.targets]):
        if len(set(names)) != len(names):
            raise SanError(_("Two networks or two targets have the same name."))
    for target in san.targets:
        numbers = [lun.number for lun in target.luns]
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

    def texts(self, name: str) -> list[str]:
        found = _texts(self.take(name, None))
        if not found:
            raise self.wrong(name, _("a list of strings"))
        return found

    def choice(self, name: str, kinds: type[StrEnum], default: StrEnum) -> str:
        value = str(self.take(name, default))
        if value not in list(kinds):
            raise self.wrong(name, _("one of {choices}").format(choices=", ".join(kinds)))
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
                _("{place}: unknown key {name}.").format(place=self._place, name=", ".join(self._values))
            )
