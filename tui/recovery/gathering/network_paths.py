"""The way to the portals: how they answer, the route there, the interfaces, the size of packets."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from functools import partial

from tui.recovery.facts import Link, Nic, PacketTest, PortalReply
from tui.recovery.gathering.bounded import side_by_side
from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.gathering.look import Look
from tui.storage.host.interface import Answer, Command, Host
from tui.storage.model.iscsi import Portal
from tui.storage.probe.iscsi.database import locate_database
from tui.storage.probe.iscsi.records import read_records
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.reading import names, number, word
from tui.storage.probe.system.distribution import read_distribution
from tui.storage.probe.system.routes import Route, read_route
from tui.words import translate as _

CONNECT_DEADLINE = 3.0
"""Seconds a portal gets to take a connection."""

_MOST = 64
"""Portals that are tried."""

_NET = "/sys/class/net"
_MSS = re.compile(r"\bmss:(\d{1,18})")
_PING_HEADERS = {4: 28, 6: 48}
"""Bytes of the IP and ICMP headers, by IP version."""
_TCP_HEADERS = {4: 40, 6: 60}
"""Bytes of the IP and TCP headers, without options."""
_TIMESTAMP = 12
"""Bytes of the TCP option for timestamps, which both ends may have agreed on (RFC 7323)."""
_SMALL = 56


def places_of(host: Host) -> tuple[tuple[Portal, str], ...]:
    """The portal of every session and record, once each, and the interface it is bound to, or empty."""
    sessions, _luns = read_sessions(host)
    records = read_records(host, locate_database(host, read_distribution(host)).root)
    there = names(host, _NET)
    bound = {
        interface.name: interface.network_device
        for interface in records.interfaces
        # To a portal that is bound to an interface which is not there leads the way of everybody else.
        if not there or interface.network_device in there
    }
    found: dict[str, tuple[Portal, str]] = {}
    for session in sessions:
        found.setdefault(session.portal.label, (session.portal, session.network_device))
    for record in records.nodes:
        found.setdefault(record.portal.label, (record.portal, bound.get(record.iface, "")))
    return tuple(value for value in found.values() if value[0].address)[:_MOST]


def read_portals(host: Host, portals: Sequence[Portal], end: float) -> tuple[PortalReply, ...]:
    """How each takes a TCP connection, all at the same time."""
    asked = side_by_side(
        {portal: partial(host.connect, portal.address, portal.port, CONNECT_DEADLINE) for portal in portals},
        end,
        workers=_MOST,
    )
    return tuple(
        PortalReply(portal, done.value)
        for portal, done in asked.items()
        if done.value is not None and done.value.answer is not Answer.UNTRIED
    )


def read_routes(host: Host, places: Iterable[tuple[Portal, str]], end: float) -> tuple[Route, ...]:
    """The way to each address; names are not looked up."""
    addresses = {portal.address: bound for portal, bound in places if _version(portal.address)}
    asked = side_by_side(
        {address: partial(read_route, host, address, bound) for address, bound in addresses.items()},
        end,
        workers=8,
    )
    return tuple(done.value for done in asked.values() if done.value is not None)


def read_nics(host: Host) -> tuple[Nic, ...]:
    """Every network interface of this host."""
    return tuple(Nic(name, word(host, f"{_NET}/{name}/address").lower()) for name in names(host, _NET))


def read_links(host: Host, routes: Iterable[Route]) -> tuple[Link, ...]:
    """The interfaces that routes use, and what they are made of (bond, VLAN, bridge)."""
    waiting = [route.device for route in routes if route.device]
    found: dict[str, Link] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in found and "/" not in name:
            found[name] = _link(host, name)
            waiting += found[name].lower
    return tuple(found.values())


def _link(host: Host, name: str) -> Link:
    place = f"{_NET}/{name}"
    carrier = number(host, f"{place}/carrier")
    lower = tuple(entry.removeprefix("lower_") for entry in names(host, place) if entry.startswith("lower_"))
    return Link(
        name,
        number(host, f"{place}/mtu"),
        word(host, f"{place}/operstate"),
        None if carrier is None else carrier == 1,
        lower,
    )


def read_packets(
    host: Host, portals: Sequence[Portal], routes: Iterable[Route], links: Iterable[Link], end: float
) -> tuple[PacketTest, ...]:
    """Whether a small and a large packet come back from each portal, all at the same time.

    Raises:
        NotAvailable: there is no ping.
    """
    mtus = {link.name: link.mtu for link in links}
    ways = {route.address: mtus.get(route.device) for route in routes}
    wanted = {
        address: mtu
        for address in dict.fromkeys(portal.address for portal in portals)
        if (mtu := ways.get(address)) is not None
    }
    asked = side_by_side(
        {address: partial(_packet_test, host, address, mtu, end) for address, mtu in wanted.items()},
        end,
        workers=16,
    )
    errors = [done.error for done in asked.values() if isinstance(done.error, NotAvailable)]
    if errors:
        raise errors[0]
    return tuple(done.value for done in asked.values() if done.value is not None)


def ping_command(address: str, size: int) -> Command:
    """Three packets of a size, IP header included, that may not be cut on their way (ping(8))."""
    payload = size - _PING_HEADERS[_version(address) or 4]
    return Command(
        ("ping", "-n", "-q", "-c", "3", "-i", "0.2", "-W", "1", "-M", "do", "-s", str(payload), address)
    )


def _packet_test(host: Host, address: str, mtu: int, end: float) -> PacketTest | None:
    version = _version(address) or 4
    size = min([mtu, *(segment + _TCP_HEADERS[version] for segment in segment_sizes(host, address))])
    sizes = (_SMALL + _PING_HEADERS[version], size)
    asked = side_by_side(
        {size: partial(host.run, ping_command(address, size)) for size in sizes}, end, workers=2
    )
    outcomes = [done.value for packet_size in sizes if (done := asked.get(packet_size)) is not None]
    if len(outcomes) < len(sizes) or any(outcome is None or outcome.status is None for outcome in outcomes):
        return None
    small, large = (outcome for outcome in outcomes if outcome is not None)
    if 127 in {small.status, large.status}:
        raise NotAvailable(_("ping is not installed"))
    told = "too long" in large.stderr or "Frag needed" in large.stdout + large.stderr
    return PacketTest(address, size, small.ok, large.ok, told=told)


def segment_sizes(host: Host, address: str) -> tuple[int, ...]:
    """Bytes of the largest segment on each of this host's connections to an address, TCP options included."""
    outcome = host.run(Command(("ss", "-Htin", "dst", address)))
    return parse_segments(outcome.stdout) if outcome.ok else ()


def parse_segments(output: str) -> tuple[int, ...]:
    """Read `mss` and the word `ts` of each connection that `ss -ti` tells of."""
    return tuple(
        int(match[1]) + (_TIMESTAMP if re.search(r"\bts\b", line[: match.start()]) else 0)
        for line in output.split("\n")
        if (match := _MSS.search(line)) is not None
    )


def read_known_portals(host: Host, end: float) -> tuple[PortalReply, ...]:
    """How the portal of every session and record takes a TCP connection.

    Raises:
        NotAvailable: there are some, and none was tried in time.
    """
    known = places_of(host)
    replies = read_portals(host, [portal for portal, _bound in known], end)
    if known and not replies:
        raise NotAvailable(_("none was tried"))
    return replies


def read_network(look: Look) -> tuple[tuple[Route, ...], tuple[Link, ...]]:
    """The routes to the portals of every session and record, and the interfaces they use."""
    routes = read_routes(look.host, places_of(look.host), look.end)
    return routes, read_links(look.host, routes)


def read_known_packets(host: Host, end: float) -> tuple[PacketTest, ...]:
    """Whether small and large packets come back from the portal of every session and record.

    Raises:
        NotAvailable: there is no ping.
    """
    known = places_of(host)
    routes = read_routes(host, known, end)
    return read_packets(host, [portal for portal, _bound in known], routes, read_links(host, routes), end)


def _version(address: str) -> int | None:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).version
    except ValueError:
        return None
