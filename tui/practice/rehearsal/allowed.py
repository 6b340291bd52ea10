"""What a description of a host may hold: allow-lists, since a capture is a stranger's file.

Every name, path, UUID and size in it ends up in a command that runs as root in a practice machine. A type is
a plain string or number with the rule that its values keep; `Checked` applies the rule of each field's type.
"""

import ipaddress
import re
import types
import typing
from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated

from msgspec import Struct

MOST_LUNS = 256
"""LUNs that a description may have in all: those of one LIO target that initiators look for by default."""
LARGEST_DISK = 64 * 2**40
"""Bytes of one LUN. Its file is sparse; what counts is the metadata that is written for that size."""
LARGEST_WHOLE = 256 * 2**40
"""Bytes of all LUNs together."""
MOST = 1024
"""Entries of any list of a description."""
LONGEST_PATH = 1024
"""Characters of a path."""


class NotAllowed(ValueError):
    """A value that a description must not hold. The message names the field and what belongs there."""


class Rule(Struct, frozen=True):
    """What values of a type keep.

    Attributes:
        what: what such a value is, for the message.
        holds: whether one keeps it.
    """

    what: str
    holds: Callable[[typing.Any], bool]


def _like(what: str, pattern: str) -> Rule:
    compiled = re.compile(pattern)
    return Rule(what, lambda value: compiled.fullmatch(value) is not None)


def _within(what: str, least: float, most: float) -> Rule:
    return Rule(what, lambda value: least <= value <= most)


def _is_path(value: str) -> bool:
    return (
        len(value) <= LONGEST_PATH
        and re.fullmatch(r"(?:/[\w.@+:=,~ -]+)+|/", value) is not None
        and not {".", ".."} & set(value.split("/"))
    )


_OWN_FOLDERS = re.compile(
    r"/|/(root|tmp|var|var/(lib|tmp|lib/iscsi|lib/iscsi-console))"
    r"|/(bin|boot|dev|etc|lib\w*|proc|run|sbin|sys|usr)(/.*)?"
)
"""What the practice machine itself needs: nothing is mounted over it."""


def _is_mount_point(value: str) -> bool:
    return _is_path(value) and _OWN_FOLDERS.fullmatch(value) is None


def _is_fstab_target(value: str) -> bool:
    return value in {"none", "swap"} or _is_mount_point(value)


def _is_address(value: str) -> bool:
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not (
        found.is_multicast or found.is_unspecified or found.is_loopback or getattr(found, "scope_id", None)
    )


def _is_interface(value: str) -> bool:
    address, slash, prefix = value.partition("/")
    if not slash or not _is_address(address):
        return False
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        return False
    return prefix.isdecimal()


IscsiName = Annotated[
    str, _like("an iSCSI name", r"(?=.{1,223}\Z)(?:iqn\.[0-9]{4}-[0-9]{2}\.|eui\.|naa\.)[A-Za-z0-9._:+-]+")
]
HostName = Annotated[str, _like("a host name", r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")]
Address = Annotated[str, Rule("an IP address of one host", _is_address)]
Prefixed = Annotated[str, Rule("an IP address with its prefix, ADDRESS/LENGTH", _is_interface)]
Port = Annotated[int, _within("a TCP port", 1, 65535)]
GroupTag = Annotated[int, _within("a portal group tag", 0, 65535)]
NicName = Annotated[str, _like("the name of a network interface", r"[A-Za-z0-9_.-]{1,15}")]
Mtu = Annotated[int, _within("an MTU", 1280, 65535)]
ChapName = Annotated[str, _like("a CHAP user name, or empty", r"[A-Za-z0-9._:@+-]{0,223}")]
Wwid = Annotated[
    str,
    _like(
        "a WWID", r"(?:naa|eui)\.[0-9a-f]{16,32}|t10\.[A-Za-z0-9 ._:+-]{1,200}|scsi\.[A-Za-z0-9_.-]{1,200}"
    ),
]
LunNumber = Annotated[int, _within("a LUN from 0 to 16383", 0, 16383)]
Vendor = Annotated[str, _like("a SCSI vendor", r"[!-~ ]{0,8}")]
Product = Annotated[str, _like("a SCSI product", r"[!-~ ]{0,16}")]
Revision = Annotated[str, _like("a SCSI revision", r"[!-~ ]{0,4}")]
Serial = Annotated[str, _like("a serial number, or empty", r"[A-Za-z0-9 ._:+-]{0,128}")]
DiskSize = Annotated[int, _within("the size of a disk in bytes", 2**20, LARGEST_DISK)]
Size = Annotated[int, _within("a size in bytes", 0, LARGEST_WHOLE)]
SectorSize = Annotated[int, Rule("the size of a sector, 512 or 4096", lambda value: value in (512, 4096))]
Extents = Annotated[int, _within("a number of extents", 0, 2**32)]
Count = Annotated[int, _within("a number", 0, 2**40)]
PartNumber = Annotated[int, _within("the number of a partition", 0, 128)]
Percent = Annotated[float, _within("percent", 0.0, 100.0)]
Priority = Annotated[int, _within("the priority of swap space", -32768, 32767)]
Moment = Annotated[float, _within("seconds since the epoch", 0.0, 253_402_300_799.0)]
LvmUuid = Annotated[str, _like("a UUID of LVM", r"[A-Za-z0-9]{6}(?:-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}")]
Uuid = Annotated[str, _like("a UUID, or empty", r"[0-9A-Fa-f-]{0,36}")]
LvmName = Annotated[str, _like("a name of LVM", r"(?!\.{1,2}\Z)[A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126}")]
LvmWord = Annotated[str, _like("a word of LVM's metadata", r"[A-Za-z0-9+_.,:/@=#& -]{0,256}")]
LvmKey = Annotated[str, _like("a key of LVM's metadata", r"[a-z][a-z0-9_]{0,63}")]
LvmNumber = Annotated[int, _within("a number of LVM's metadata", -(2**63), 2**64)]
MapName = Annotated[str, _like("the name of a map", r"(?!\.{1,2}\Z)[A-Za-z0-9+_.][A-Za-z0-9+_.:-]{0,126}")]
PlaceName = Annotated[str, _like("the name of a device", r"[A-Za-z0-9+_.][A-Za-z0-9+_.:/ -]{0,255}")]
Label = Annotated[str, _like("a label, or empty", r"(?:[\w.+:@][\w.+:@ -]{0,254})?")]
FilesystemKind = Annotated[
    str, _like("a file system that a practice machine can make", r"ext[234]|xfs|btrfs|vfat")
]
FeatureName = Annotated[str, _like("a property of a file system", r"[A-Za-z][A-Za-z0-9_ -]{0,63}")]
FeatureValue = Annotated[str, _like("the value of a property", r"[A-Za-z0-9_.,:^ -]{0,512}")]
TableKind = Annotated[str, _like("a partition table", r"gpt|dos")]
PartName = Annotated[str, _like("the name of a partition, or empty", r"[\w.+:@ -]{0,72}")]
Path = Annotated[str, Rule("an absolute path without . and ..", _is_path)]
MountPoint = Annotated[str, Rule("a mount point outside the practice machine's own folders", _is_mount_point)]
FstabTarget = Annotated[str, Rule("a mount point, none or swap", _is_fstab_target)]
Option = Annotated[str, _like("a mount option", r"[A-Za-z0-9_][\w.:/=@+%-]{0,255}")]
Mode = Annotated[int, _within("permission bits", 0, 0o7777)]
Account = Annotated[int, _within("the number of a user or group", 0, 2**32 - 2)]
UserName = Annotated[
    str, _like("a user name or number, or empty", r"(?:[A-Za-z_][A-Za-z0-9_.-]{0,31}|[0-9]{1,10})?")
]
CommandName = Annotated[str, _like("the name of a program", r"[A-Za-z0-9_.+-][A-Za-z0-9_.+:-]{0,63}")]
UnitName = Annotated[
    str,
    _like(
        "the name of a systemd unit, or empty",
        r"(?:[A-Za-z0-9_][A-Za-z0-9:_.\\@-]{0,240}\.(?:service|scope|socket|timer|mount|automount|swap))?",
    ),
]
Word = Annotated[str, _like("a word", r"[A-Za-z0-9_-]{0,64}")]
SpecText = Annotated[str, _like("what fstab or crypttab names", r"[A-Za-z0-9_/][\w./=:+@ -]{0,255}")]
Text = Annotated[
    str, Rule("a text that was read line by line", lambda value: len(value) <= 2**20 and "\0" not in value)
]
"""Made of lines that were each held to what they may say (`files_allowed.py`)."""


class Checked(Struct, frozen=True):
    """A struct that no value is made of that breaks a rule of its fields.

    Raises:
        NotAllowed: some value breaks its rule, or a list is too long.
    """

    def __post_init__(self) -> None:
        for name, kind in _hints(type(self)).items():
            for rule, value in _ruled(kind, getattr(self, name)):
                if not rule.holds(value):
                    raise NotAllowed(f"{type(self).__name__}.{name}: {value!r:.80} is not {rule.what}")


@cache
def _hints(kind: type[Checked]) -> dict[str, object]:
    return typing.get_type_hints(kind, include_extras=True)


def _ruled(kind: object, value: object) -> Iterator[tuple[Rule, object]]:
    """The rules that a value is held to, each with the part of it that the rule is about."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        yield from ((rule, value) for rule in arguments[1:] if isinstance(rule, Rule))
    elif origin is tuple and isinstance(value, tuple):
        yield _NOT_TOO_MANY, value
        for item in value:
            yield from _ruled(arguments[0], item)
    elif origin in (types.UnionType, typing.Union) and value is not None:
        for one in arguments:
            plain = typing.get_args(one)[0] if typing.get_origin(one) is Annotated else one
            if isinstance(plain, type) and isinstance(value, plain):
                yield from _ruled(one, value)


_NOT_TOO_MANY = Rule(f"a list of at most {MOST} entries", lambda value: len(value) <= MOST)
