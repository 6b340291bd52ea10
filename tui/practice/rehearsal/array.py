"""The storage array of a twin, as the lab describes arrays (`tui.lab.san`)."""

import ipaddress
import json
from collections.abc import Iterable, Iterator

from tui.lab.san import Access, Identity
from tui.practice.rehearsal.description import Chap, Description, Disk, LunPlace, Network, Target

SECRET = "stand-in-secret-1"  # noqa: S105 - nobody's
SECRET_IN = "stand-in-secret-2"  # noqa: S105 - likewise
"""What takes the place of every CHAP secret of the host, and of those by which targets prove themselves.

The two have to differ (RFC 7143 12.1.3)."""

_NAMELESS = "stand-in"
"""The CHAP name where a record has a secret and no name: open-iscsi would send the initiator's own."""


def array_text(description: Description) -> str:
    """The description of the array, in TOML.

    Portals have their own addresses and tags, LUNs their identities, and only the host's initiator is let in.
    Networks without an address of the host, and without a portal, are left out.
    """
    lines: list[str] = []
    for network in description.networks:
        if network.own and network.portals:
            lines += _network(network)
    if description.discovery:
        lines += ["[discovery]", *_chap(description.discovery)]
    for target in description.targets:
        for tag in sorted({portal.tag for portal in target.portals}):
            lines += _target(description, target, tag)
    return "\n".join(lines) + "\n"


def _network(network: Network) -> Iterator[str]:
    yield "[[network]]"
    yield f"name = {_text(network.nic)}"
    yield f"initiator = {_texts(network.own)}"
    own = [ipaddress.ip_interface(address).network for address in network.own]
    yield f"array = {_texts(_with_prefix(address, own) for address in network.portals)}"


def _with_prefix(address: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> str:
    """A portal's address with the prefix of the host's network; alone where it is reached by a route."""
    found = ipaddress.ip_address(address)
    length = next((network.prefixlen for network in networks if found in network), found.max_prefixlen)
    return f"{address}/{length}"


def _target(description: Description, target: Target, tag: int) -> Iterator[str]:
    portals = [portal for portal in target.portals if portal.tag == tag]
    yield "[[target]]"
    yield f"name = {_text(target.name)}"
    yield f"tag = {max(tag, 1)}"
    yield "portals = " + _texts(
        f"[{portal.address}]:{portal.port}" if ":" in portal.address else f"{portal.address}:{portal.port}"
        for portal in portals
    )
    if description.initiator:
        yield f"initiators = {_texts([description.initiator])}"
    if target.chap:
        yield "[target.chap]"
        yield from _chap(target.chap)
    for lun in target.luns:
        disk = description.disk(lun.wwid)
        if disk is not None:
            yield from _lun(lun, disk)


def _lun(lun: LunPlace, disk: Disk) -> Iterator[str]:
    yield "[[target.lun]]"
    yield f"number = {lun.number}"
    yield f'size = "{disk.size}B"'
    yield 'backing = "iblock"'
    yield f"sector_size = {disk.sector}"
    yield f"read_only = {'true' if disk.read_only else 'false'}"
    access = lun.access.replace("-", "/", 1)
    if access in list(Access):
        yield f"access = {_text(access)}"
    yield "[target.lun.identity]"
    for name, value in (
        ("wwid", disk.made_wwid),
        ("vendor", disk.vendor.strip()),
        ("product", disk.product.strip()),
        ("revision", disk.revision.strip()),
        ("serial", disk.serial if Identity(disk.made_wwid).can_have(disk.serial) else ""),
    ):
        yield f"{name} = {_text(value)}"


def _chap(chap: Chap) -> Iterator[str]:
    yield f"user = {_text(chap.user or _NAMELESS)}"
    yield f"secret = {_text(SECRET)}"
    if chap.mutual:
        yield f"mutual_user = {_text(chap.mutual_user or _NAMELESS)}"
        yield f"mutual_secret = {_text(SECRET_IN)}"


def _text(value: str) -> str:
    """A basic string of TOML: JSON's are that too."""
    return json.dumps(value)


def _texts(values: Iterable[str]) -> str:
    return json.dumps(list(values))
