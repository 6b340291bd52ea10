"""The lines of the record database for which iscsiadm refuses to read it, by its own words.

`iscsiadm -m node` stops at the first record with a parameter that it does not know (exit status 7) or a
value that it does not know (status 1), and shows none (libopeniscsiusr/idbm.c, _idbm_rec_update_param); so
does `iscsiadm -m iface`. A login and `-o update` use another reader (usr/idbm.c), which warns, passes over
the line, and writes the record without it.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from tui.storage.host.interface import Command, Host
from tui.storage.model.iscsi import Portal
from tui.storage.probe.iscsi.database import locate_database
from tui.storage.probe.iscsi.records import read_records
from tui.storage.probe.iscsi.settings import Setting, is_secret_key, parse_settings
from tui.storage.probe.reading import names, text
from tui.storage.probe.system.distribution import read_distribution
from tui.storage.untrusted import clean_lines

LIST_NODES = Command(("iscsiadm", "-m", "node"), holds_lock=True)
LIST_IFACES = Command(("iscsiadm", "-m", "iface"), holds_lock=True)

_NOTHING_FOUND = 21
"""Exit status of iscsiadm where there is no record (include/iscsi_err.h)."""

_UNKNOWN_NAME = re.compile(r"Unknown parameter name (\S+)")
_UNKNOWN_VALUE = re.compile(r"Got unknown data type -?\d+ for name '([^']+)', value '([^']*)'")

_YES_NO = ("Yes", "No")
_STARTUP = ("manual", "automatic", "onboot")
_DIGEST = ("None", "CRC32C", "None,CRC32C", "CRC32C,None")
_WORDS: dict[str, tuple[str, ...]] = {
    "node.startup": _STARTUP,
    "node.conn[0].startup": _STARTUP,
    "node.leading_login": _YES_NO,
    "node.session.auth.authmethod": ("None", "CHAP"),
    "node.session.scan": ("manual", "auto"),
    "node.session.iscsi.FastAbort": _YES_NO,
    "node.session.iscsi.InitialR2T": _YES_NO,
    "node.session.iscsi.ImmediateData": _YES_NO,
    "node.conn[0].iscsi.HeaderDigest": _DIGEST,
    "node.conn[0].iscsi.DataDigest": _DIGEST,
    "node.conn[0].iscsi.IFMarker": _YES_NO,
    "node.conn[0].iscsi.OFMarker": _YES_NO,
}
"""The words that open-iscsi takes for a setting, exactly as written (usr/idbm.c, idbm_recinfo_node)."""


class RefusedSetting(Struct, frozen=True):
    """A line that iscsiadm does not take.

    Attributes:
        path: the file.
        line: its number, from 1.
        key: what it sets.
        value: to what; empty where the key names a secret.
        known: iscsiadm knows the parameter, and not the value.
        target: of a node record, else empty.
        portal: likewise, else None.
        iface: name of the iface, or of the iface record.
    """

    path: str
    line: int
    key: str
    value: str
    known: bool
    target: str = ""
    portal: Portal | None = None
    iface: str = ""


class Listing(Struct, frozen=True):
    """What iscsiadm makes of the database.

    Attributes:
        lists: it lists the records, or there is none to list.
        said: its words where it does not, cleaned.
        refused: the lines it does not take, as far as they were found.
    """

    lists: bool = True
    said: tuple[str, ...] = ()
    refused: tuple[RefusedSetting, ...] = ()


class _Complaint(Struct, frozen=True):
    """One error of the listing: the parameter, and its default where only the value is unknown."""

    key: str
    known: bool
    default: str = ""


def read_listing(host: Host) -> Listing:
    """Have iscsiadm list its records, and find what it refuses; it lists nothing where there is nothing.

    The caller has seen that the database is not locked: iscsiadm waits 30 seconds for a lock, and removes it.
    """
    root = locate_database(host, read_distribution(host)).root
    said: tuple[str, ...] = ()
    refused: tuple[RefusedSetting, ...] = ()
    for command, place in ((LIST_NODES, "nodes"), (LIST_IFACES, "ifaces")):
        if not names(host, f"{root}/{place}"):
            continue
        outcome = host.run(command)
        if outcome.status in {0, None, 127, _NOTHING_FOUND}:
            continue
        said += clean_lines(outcome.stderr, most=6)
        complaints = tuple(_complaints(outcome.stderr))
        refused += tuple(
            line
            for owner in _files(host, root, place)
            for line in _refused_in(text(host, owner.path), owner, complaints)
        )
    return Listing(not said, said, refused)


def _complaints(output: str) -> Iterator[_Complaint]:
    for found in _UNKNOWN_NAME.finditer(output):
        yield _Complaint(found[1], known=False)
    for found in _UNKNOWN_VALUE.finditer(output):
        yield _Complaint(found[1], known=True, default=found[2])


def _files(host: Host, root: str, place: str) -> Iterator[RefusedSetting]:
    """What names each record of the database, without a line."""
    records = read_records(host, root)
    if place == "nodes":
        for record in records.nodes:
            if record.readable:
                yield RefusedSetting(
                    record.path,
                    0,
                    "",
                    "",
                    known=False,
                    target=record.target,
                    portal=record.portal,
                    iface=record.iface,
                )
        return
    for name in names(host, f"{root}/ifaces"):
        yield RefusedSetting(f"{root}/ifaces/{name}", 0, "", "", known=False, iface=name)


def _refused_in(
    content: str, owner: RefusedSetting, complaints: tuple[_Complaint, ...]
) -> Iterator[RefusedSetting]:
    unknown = {complaint.key for complaint in complaints if not complaint.known}
    for setting in parse_settings(content):
        if any(_is_meant(setting, owner, complaint) for complaint in complaints):
            value = "" if is_secret_key(setting.key) else str(setting.value)
            yield RefusedSetting(
                owner.path,
                setting.line,
                setting.key,
                value,
                known=setting.key not in unknown,
                target=owner.target,
                portal=owner.portal,
                iface=owner.iface,
            )


def _is_meant(setting: Setting, owner: RefusedSetting, complaint: _Complaint) -> bool:
    """Whether a line is one of those: an unknown parameter anywhere, an unknown value where it differs."""
    value = str(setting.value)
    accepted = _WORDS.get(setting.key)
    if accepted is not None and owner.target:
        return value not in accepted and bool(value)
    return setting.key == complaint.key and (not complaint.known or value != complaint.default)


def accepted_word(key: str, value: str) -> str:
    """The word that open-iscsi takes for a setting which differs from a value in case only, or empty."""
    return next((word for word in _WORDS.get(key, ()) if word.lower() == value.lower()), "")
