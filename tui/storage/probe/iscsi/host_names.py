"""What the host names of portals stand for: addresses, asked of the host's resolver within a few seconds."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tui.storage.host.interface import Command, Host
from tui.storage.model.iscsi import Portal

PATIENCE = 4.0
"""Seconds that all names together may take: a resolver that does not answer must not hold up a look."""

_DEADLINE = 2.0
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})")


def addresses_of(host: Host, portals: Iterable[Portal]) -> dict[str, tuple[str, ...]]:
    """The addresses of every host name among portals; of what does not resolve in time none. Never raises.

    getent(1) asks as iscsid does: by getaddrinfo(3), with /etc/hosts and every source of nsswitch.conf(5).
    """
    found: dict[str, tuple[str, ...]] = {}
    left = PATIENCE
    for name in dict.fromkeys(portal.address for portal in portals if not portal.is_numeric):
        if left <= 0 or _NAME.fullmatch(name) is None:
            continue
        outcome = host.run(Command(("getent", "ahosts", name), deadline=min(_DEADLINE, left)))
        left -= max(outcome.seconds, 0.0) if outcome.status is not None else _DEADLINE
        words = (line.split() for line in outcome.stdout.split("\n")) if outcome.ok else ()
        found[name] = tuple(dict.fromkeys(line[0] for line in words if line))
    return found


def with_addresses(portal: Portal, addresses: dict[str, tuple[str, ...]]) -> Portal:
    """A portal with what its host name means; one with an address stays as it is."""
    known = addresses.get(portal.address)
    return replace(portal, resolved=known) if known else portal
