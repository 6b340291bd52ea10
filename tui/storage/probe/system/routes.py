"""How this host reaches an address, as `ip` tells it (ip-route(8), ip-address(8)), and its own addresses."""

import ipaddress
from collections.abc import Iterator

from msgspec import Struct

from tui.storage.documents import parse_json
from tui.storage.host.interface import Command, Host
from tui.storage.untrusted import clean

ADDRESSES = Command(("ip", "-json", "address"))
"""The question for every address of this host, each with its prefix."""


class Route(Struct, frozen=True):
    """How this host reaches an address (`ip route get`).

    Attributes:
        address: the portal's.
        device: network interface it leaves by, or empty where there is no route.
        source: own address.
        gateway: router, or empty where the address is in the interface's own network.
        error: why there is none: `Network is unreachable`; or empty.
    """

    address: str
    device: str = ""
    source: str = ""
    gateway: str = ""
    error: str = ""


class NicAddresses(Struct, frozen=True):
    """The addresses of a network interface, `192.0.2.2/24`, and its MTU in bytes; 0 where it was not told."""

    name: str
    mtu: int
    addresses: tuple[str, ...]


def route_command(address: str, bound: str) -> Command:
    """The question which way packets to an address take."""
    oif = ("oif", bound) if bound else ()
    return Command(("ip", "-json", "route", "get", address, *oif))


def read_route(host: Host, address: str, bound: str = "") -> Route | None:
    """The way to one address, or None where `ip` does not tell."""
    outcome = host.run(route_command(address, bound))
    if outcome.status is None or outcome.status == 127:
        return None
    if not outcome.ok:
        error = outcome.stderr.strip().removeprefix("RTNETLINK answers: ").split("\n")[0]
        return Route(address, error=clean(error))
    return parse_route(outcome.stdout, address)


def parse_route(output: str, address: str) -> Route | None:
    """Read `ip -json route get`; None when it is no such answer."""
    try:
        rows = parse_json(output)
    except ValueError:
        return None
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        return None
    row = {key: value for key, value in rows[0].items() if isinstance(value, str)}
    return Route(address, row.get("dev", ""), row.get("prefsrc", ""), row.get("gateway", ""))


def read_addresses(host: Host) -> tuple[NicAddresses, ...]:
    """The addresses of every interface; none where `ip` does not tell."""
    outcome = host.run(ADDRESSES)
    return parse_addresses(outcome.stdout) if outcome.ok else ()


def parse_addresses(output: str) -> tuple[NicAddresses, ...]:
    """Read `ip -json address`, without addresses of scope host or link. Never raises."""
    try:
        rows = parse_json(output)
    except ValueError:
        return ()
    found: list[NicAddresses] = []
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(name := row.get("ifname"), str):
            mtu = row.get("mtu")
            addresses = tuple(_addresses(row.get("addr_info")))
            found.append(NicAddresses(name, mtu if isinstance(mtu, int) else 0, addresses))
    return tuple(found)


def _addresses(listed: object) -> Iterator[str]:
    for row in listed if isinstance(listed, list) else ():
        if isinstance(row, dict) and row.get("scope") not in {"host", "link"}:
            text = f"{row.get('local')}/{row.get('prefixlen')}"
            try:
                yield str(ipaddress.ip_interface(text))
            except ValueError:
                continue
