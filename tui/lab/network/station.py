"""A guest's place on a LAN: its name, its addresses, and how it takes them when it boots.

Machines of one image are copies; on a LAN each has a name, a machine id and an initiator name of its own. The
guest imports this too.
"""

import hashlib
import ipaddress
import json
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from tui.lab.san import Address

FILE = Path("/run/lab/lan.json")
"""Where a guest finds its places."""

INITIATOR_NAME = Path("/etc/iscsi/initiatorname.iscsi")
NAMED = Path("/var/lib/lab-named")
"""Made when the guest has got its initiator name, which it may change then."""

NETWORKS = (
    ("192.0.2.0/24", "2001:db8::/64"),
    ("198.51.100.0/24", "2001:db8:1::/64"),
    ("203.0.113.0/24", "2001:db8:2::/64"),
)
"""Of the first, the second and the third LAN of a guest (RFC 5737, RFC 3849). The arrays that come with the
program use the first two."""

FIRST = 100
"""The addresses end in this number and that of the place: below it are arrays."""


class Station(Struct, frozen=True):
    """A guest's place on a LAN.

    Attributes:
        number: which place, from 1.
        position: which LAN of the guest, from 0.
    """

    number: int
    position: int

    @property
    def name(self) -> str:
        """What the guest is called after it."""
        return f"lab-{self.number}"

    @property
    def machine_id(self) -> str:
        """Likewise its machine id, machine-id(5)."""
        return hashlib.sha256(f"iscsi-console {self.name}".encode()).hexdigest()[:32]

    @property
    def initiator(self) -> str:
        """Likewise its initiator name."""
        return f"iqn.1993-08.org.debian:01:{self.name}"

    @property
    def nic(self) -> str:
        """The network interface, which the kernel names so."""
        return f"vec{self.position}"

    @property
    def hardware_address(self) -> str:
        """Of that interface: one of those that nobody is given (IEEE 802, locally administered)."""
        return f"52:54:00:00:{self.position:02x}:{self.number:02x}"

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Of a guest without an array; with one the array's description has them."""
        found: list[Address] = []
        for text in NETWORKS[self.position]:
            network = ipaddress.ip_network(text)
            # Read as text it ends in the same digits in both families.
            last = FIRST + self.number if network.version == 4 else int(str(FIRST + self.number), 16)
            found.append(ipaddress.ip_interface(f"{network[last]}/{network.prefixlen}"))
        return tuple(found)


def text_of(stations: tuple[Station, ...]) -> str:
    """What `FILE` holds."""
    return json.dumps([asdict(station) for station in stations])


def read() -> tuple[Station, ...]:
    """The places of this guest; none when it is on no LAN."""
    if not FILE.exists():
        return ()
    return tuple(Station(**place) for place in json.loads(FILE.read_text()))


def take_name(stations: tuple[Station, ...]) -> None:
    """Give this guest its initiator name, once."""
    if stations and not NAMED.exists():
        INITIATOR_NAME.write_text(f"InitiatorName={stations[0].initiator}\n")
        NAMED.touch()
