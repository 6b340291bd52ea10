"""Asking who offers storage, storing nothing: what a portal tells, and what of it is known already."""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.host.interface import Answer, Command, Host, PortAnswer
from tui.storage.iscsi.iscsi_name import is_usable_target
from tui.storage.iscsi.iscsiadm import Action, Context, problem_of
from tui.storage.iscsi.iscsiadm_call import daemon_lines, discovery_record
from tui.storage.iscsi.record_file import database_of
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Portal
from tui.storage.probe.iscsi.database import locate_database
from tui.storage.probe.iscsi.host_names import addresses_of, with_addresses
from tui.storage.probe.iscsi.records import Records, portal_name, read_records
from tui.storage.probe.reading import names
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

PROBE_DEADLINE = 3.0
"""Seconds a portal gets to take a TCP connection; iscsiadm itself would try for two minutes."""

QUERY_DEADLINE = 30.0
"""Seconds a portal that takes connections gets to tell its targets: two attempts of iscsiadm."""

ISNS_PORT = 3205
"""TCP port of iSNS servers (RFC 4171 2.2)."""


class DiscoveryKind(StrEnum):
    """How targets are found; the values are iscsiadm's words."""

    SENDTARGETS = "sendtargets"
    ISNS = "isns"
    FIRMWARE = "fw"
    STATIC = "static"
    """Not at all: the target is typed by hand."""

    @property
    def is_recorded(self) -> bool:
        """Whether the portal asked has a record of its own, with its own CHAP."""
        return self in (DiscoveryKind.SENDTARGETS, DiscoveryKind.ISNS)


class Standing(StrEnum):
    """How a portal of a target stands to this host."""

    NEW = "new"
    KNOWN = "known"
    """There is a record of it, which is kept as it is."""
    VANISHED = "vanished"
    """There is a record of it, but the portal that was asked no longer lists it."""
    UNREACHABLE = "unreachable"
    """It was listed, but does not accept a connection from here."""
    UNUSABLE = "unusable"
    """Its name or address cannot be used."""


class NodeKey(Struct, frozen=True):
    """A target at a portal, as discovery tells it."""

    target: str
    portal: Portal


class Found(Struct, frozen=True):
    """One portal of one target.

    Attributes:
        target: the target's name, as the network has it: untrusted.
        portal: where it listens.
        standing: what that means for this host.
        note: why it cannot be used, in words, or empty.
        recorded: there is a record of it, whatever else the standing says.
    """

    target: str
    portal: Portal
    standing: Standing
    note: str = ""
    recorded: bool = False

    @property
    def key(self) -> NodeKey:
        """What `StoreDiscovered` takes."""
        return NodeKey(self.target, self.portal)

    @property
    def can_be_used(self) -> bool:
        """Whether a login to it can succeed from here."""
        return self.standing in (Standing.NEW, Standing.KNOWN)


class Discovered(Struct, frozen=True):
    """What asking brought.

    Attributes:
        found: sorted by target and portal.
        problem: why there is no answer, or None.
        answer: how the portal took the connection, or None where none was made (firmware).
        portal: the portal that was asked, with what its host name stands for; None for firmware.
    """

    found: tuple[Found, ...] = ()
    problem: Problem | None = None
    answer: PortAnswer | None = None
    portal: Portal | None = None


def parse_targets(output: str) -> tuple[NodeKey, ...]:
    """Read `ADDRESS:PORT,TPGT NAME` lines, IPv6 in brackets; other lines and repeats are passed over."""
    return tuple(dict.fromkeys(_targets(output)))


_TARGET_LINE = re.compile(r"(\[[^\]\s]+\]|[^:\s\[\]]+):(\d{1,5}),(-?\d{1,10}) (\S.*)")


def _targets(output: str) -> Iterator[NodeKey]:
    for line in output.split("\n"):
        match = _TARGET_LINE.fullmatch(line.rstrip("\r"))
        if match is None or not match[2].isascii() or not 0 < int(match[2]) < 65536:
            continue
        group = int(match[3])
        yield NodeKey(
            match[4].rstrip(),
            Portal(match[1].strip("[]"), int(match[2]), group if 0 <= group <= 0xFFFF else None),
        )


def query(
    kind: DiscoveryKind, portal: Portal | None, ifaces: tuple[str, ...] = (), *, recorded: bool = False
) -> Command:
    """The call that asks and stores nothing.

    Args:
        kind: SendTargets, iSNS or firmware.
        portal: whom to ask; None for firmware.
        ifaces: names of the iface records to go through; none for any card.
        recorded: ask with the portal's discovery record and so with its CHAP, else with iscsid.conf's.
    """
    # Without -I iscsiadm goes through every iface record there is, and not through `default`.
    through = tuple(word for iface in ifaces or ("default",) for word in ("-I", iface))
    if kind is DiscoveryKind.FIRMWARE or portal is None:
        argv: tuple[str, ...] = ("iscsiadm", "-m", "discovery", "-t", "fw", "-o", "nonpersistent")
        return Command(argv, deadline=QUERY_DEADLINE)
    if recorded:
        return discovery_record(
            kind.value,
            portal,
            *through,
            "-o",
            "nonpersistent",
            "--discover",
            changes=False,
            deadline=QUERY_DEADLINE,
        )
    argv = ("iscsiadm", "-m", "discovery", "-t", kind.value, "-p", portal.label, *through)
    return Command((*argv, "-o", "nonpersistent"), deadline=QUERY_DEADLINE)


def discover(
    host: Host,
    inventory: Inventory,
    kind: DiscoveryKind,
    portal: Portal | None,
    ifaces: tuple[str, ...] = (),
) -> Discovered:
    """Ask a portal for its targets; nothing is stored. Takes 3 s when nobody is there, at most 33 s else.

    Discovery CHAP is that of the portal's discovery record; store it there first (`SetDiscoveryChap`).

    Args:
        host: the host that asks.
        inventory: for its distribution; the records are read afresh.
        kind: how to ask. A target typed by hand is not asked for: only its portal is tried.
        portal: whom to ask; None for firmware.
        ifaces: names of the iface records to go through; none for any card.
    """
    answer = None
    if portal is not None and kind is not DiscoveryKind.FIRMWARE:
        answer = host.connect(portal.address, portal.port, PROBE_DEADLINE)
        if answer.answer is not Answer.OPEN:
            return Discovered(problem=unreachable_problem(portal, answer), answer=answer)
    if portal is not None:
        portal = with_addresses(portal, addresses_of(host, (portal,)))
    if kind is DiscoveryKind.STATIC:
        return Discovered(answer=answer, portal=portal)
    root = locate_database(host, inventory.distribution).root
    records = read_records(host, root)
    command = query(kind, portal, ifaces, recorded=_has_record(records, kind, portal))
    asked_at = host.now()
    outcome = host.run(command)
    keys = parse_targets(outcome.stdout)
    if not outcome.ok and not keys:
        context = Context(Action.DISCOVERY, portal=portal, field="address")
        return Discovered(problem=problem_of(outcome, context, daemon_lines(host, asked_at)), answer=answer)
    linked = _linked(host, root, kind, portal)
    found = (*_told(host, keys, records.nodes, ifaces), *_gone(keys, records.nodes, portal, linked))
    order = sorted(found, key=lambda portal: (portal.target, portal.portal.address, portal.portal.port))
    return Discovered(found=tuple(order), answer=answer, portal=portal)


def unreachable_problem(portal: Portal, answer: PortAnswer, field: str = "address") -> Problem:
    """Why a portal that does not take a connection cannot be used."""
    place = clean(portal.label)
    ask = _("Ask the storage administrator for the portal's address and port.")
    match answer.answer:
        case Answer.REFUSED:
            words = (
                _("{portal} refuses the connection.").format(portal=place),
                _(
                    "The host is up, but no target listens on that port, or a firewall rejects the "
                    "connection."
                ),
                ask,
            )
        case Answer.NO_SUCH_HOST:
            words = (
                _("The name {name} cannot be resolved.").format(name=clean(portal.address)),
                _("It is misspelled, or the name server does not answer."),
                _("Type the portal's IP address instead: a boot must not depend on a name server."),
            )
        case Answer.UNREACHABLE | Answer.UNTRIED:
            words = (
                _("There is no route from this host to {portal}.").format(portal=place),
                _("The network interface is down, or there is no route to that network."),
                _("Check this host's addresses and routes (ip address, ip route)."),
            )
        case Answer.SILENT | Answer.OPEN:
            words = (
                _("{portal} does not answer within {seconds} seconds.").format(
                    portal=place, seconds=round(PROBE_DEADLINE)
                ),
                _("Nothing has that address, or a firewall drops the packets."),
                ask,
            )
    evidence = (clean(answer.detail),) if answer.detail else ()
    return Problem(f"portal.{answer.answer.value}", *words, field=field, evidence=evidence)


def probe_portals(host: Host, portals: Iterable[Portal]) -> dict[tuple[str, int], PortAnswer]:
    """Try several portals at the same time; the answers by address and port."""
    places = sorted({(portal.address, portal.port) for portal in portals})
    if not places:
        return {}
    with ThreadPoolExecutor(max_workers=min(32, len(places))) as pool:
        answers = pool.map(lambda place: host.connect(place[0], place[1], PROBE_DEADLINE), places)
        return dict(zip(places, answers, strict=True))


def is_link_local(address: str) -> bool:
    """Whether an address is good on one cable only (RFC 4291 2.5.6); targets tell such ones by mistake."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_link_local
    except ValueError:
        return False


def about_slp() -> Problem:
    """What became of SLP, for those who look for it."""
    return Problem(
        "discovery.slp",
        _("open-iscsi cannot discover targets by SLP."),
        _("It was announced but never finished, and was removed in version 2.1.9."),
        _("Ask a portal directly (SendTargets), or an iSNS server."),
        "kind",
    )


def _has_record(records: Records, kind: DiscoveryKind, portal: Portal | None) -> bool:
    return portal is not None and any(
        record.kind == kind.value and record.portal.is_same_place(portal) for record in records.discovery
    )


def _linked(host: Host, root: str, kind: DiscoveryKind, portal: Portal | None) -> frozenset[str]:
    """Targets that iscsiadm recorded as listed by this portal: links `TARGET,ADDRESS,PORT,TPGT,IFACE`."""
    folder = {DiscoveryKind.SENDTARGETS: "send_targets", DiscoveryKind.ISNS: "isns"}.get(kind)
    if folder is None or portal is None:
        return frozenset()
    place = f"{root}/{folder}/{portal_name(replace(portal, tpgt=None))}"
    return frozenset(name for name in names(host, place) if name.count(",") >= 4)


def records_told_by(host: Host, kind: DiscoveryKind, portal: Portal) -> tuple[NodeRecord, ...]:
    """The node records that iscsiadm made when it asked a portal.

    It deletes them together with the portal's discovery record, and does not look whether a session uses
    them (idbm.c, idbm_delete_discovery). Records that were added by themselves have no such link.
    """
    root = database_of(host).root
    linked = _linked(host, root, kind, portal)
    return (
        tuple(node for node in read_records(host, root).nodes if _is_linked(node, linked)) if linked else ()
    )


def _told(
    host: Host, keys: tuple[NodeKey, ...], records: tuple[NodeRecord, ...], ifaces: tuple[str, ...]
) -> list[Found]:
    """What the portal listed, each portal of it tried."""
    answers = probe_portals(
        host,
        [
            key.portal
            for key in keys
            if is_usable_target(key.target) and not is_link_local(key.portal.address)
        ],
    )
    wanted = set(ifaces or ("default",))
    return [
        _judged(key, answers.get((key.portal.address, key.portal.port)), _recorded(key, records) >= wanted)
        for key in keys
    ]


def _gone(
    keys: tuple[NodeKey, ...], records: tuple[NodeRecord, ...], asked: Portal | None, linked: frozenset[str]
) -> list[Found]:
    """What is recorded as this portal's, and is no longer listed."""
    gone = {
        NodeKey(record.target, record.portal)
        for record in records
        if not any(key.target == record.target and key.portal.is_same_place(record.portal) for key in keys)
        and (_is_linked(record, linked) or (asked is not None and record.portal.is_same_place(asked)))
    }
    note = _("recorded, but no longer offered by the portal")
    return [Found(key.target, key.portal, Standing.VANISHED, note, recorded=True) for key in gone]


def _recorded(key: NodeKey, records: tuple[NodeRecord, ...]) -> set[str]:
    """The ifaces through which a target at a portal is recorded."""
    return {
        record.iface
        for record in records
        if record.target == key.target and record.portal.is_same_place(key.portal)
    }


def _is_linked(record: NodeRecord, linked: frozenset[str]) -> bool:
    start = f"{record.target},{record.portal.address},{record.portal.port},"
    return any(name.startswith(start) and name.endswith(f",{record.iface}") for name in linked)


def _judged(key: NodeKey, answer: PortAnswer | None, recorded: bool) -> Found:
    if not is_usable_target(key.target):
        note = _("its name contains characters that no target name may have")
        return Found(key.target, key.portal, Standing.UNUSABLE, note)
    if is_link_local(key.portal.address):
        note = _("link-local; cannot be reached from this host")
        return Found(key.target, key.portal, Standing.UNREACHABLE, note, recorded)
    if answer is None or answer.answer is not Answer.OPEN:
        return Found(key.target, key.portal, Standing.UNREACHABLE, _silence(answer), recorded)
    return Found(key.target, key.portal, Standing.KNOWN if recorded else Standing.NEW, recorded=recorded)


def _silence(answer: PortAnswer | None) -> str:
    match answer.answer if answer is not None else Answer.SILENT:
        case Answer.REFUSED:
            return _("refuses the connection")
        case Answer.NO_SUCH_HOST:
            return _("its name cannot be resolved")
        case Answer.UNREACHABLE | Answer.UNTRIED:
            return _("no route from this host")
        case _silent:
            return _("does not answer")
