"""Puts the described array up inside the guest: its network namespace, its networks and its targets.

On a LAN (`tui.lab.network.station`) the array is reached from there too: its end of a network is a bridge
then, of the host's cable and the LAN's. A guest on a LAN may also be without an array: its description is
empty, and it has the addresses of its place.

Run by systemd at every boot, before anything that may want to log in. The initiator stays in the root
namespace, because the kernel's iSCSI netlink knows no other.
"""

import ctypes
import os
import subprocess
from pathlib import Path
from typing import Protocol

from tui.lab import lio, tgt
from tui.lab.network.station import Station, read, take_name
from tui.lab.san import Address, Chap, Lun, San, Target, TargetKind, parse

NAMESPACE = "san"
CLONE_NEWNET = 0x40000000
DESCRIPTION = Path("/run/lab/san.toml")


class Implementation(Protocol):
    """What both target implementations can do; see `tui.lab.lio`."""

    def load(self, san: San, /) -> None:
        """Make ready for targets; called once, in the array's network namespace."""

    def up(self, san: San, target: Target, /) -> None:
        """Create a target with everything it has; called in the array's network namespace."""

    def down(self, target: Target, /) -> None:
        """Take a target away: sessions end, its LUNs' data stays."""

    def attach(self, target: Target, lun: Lun, /) -> None:
        """Make a LUN of a target from its file, which is created when missing."""

    def detach(self, target: Target, lun: Lun, /) -> None:
        """Take a LUN from a target. Its file stays."""

    def set_chap(self, target: Target, chap: Chap | None, /) -> None:
        """Change a target's credentials; new logins need them."""


IMPLEMENTATIONS: dict[TargetKind, Implementation] = {TargetKind.LIO: lio, TargetKind.TGT: tgt}


def nic(position: int) -> str:
    """The host's end of a network."""
    return f"eth{position}"


def array_nic(position: int) -> str:
    """The array's end of a network, inside its namespace."""
    return f"s{position}"


def _cable(position: int) -> str:
    """What leads from the host to the array's bridge, on a LAN."""
    return f"p{position}"


def enter_namespace() -> None:
    """Move this process into the array's network namespace, as setns(2) does; mounts stay as they are."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/run/netns", NAMESPACE).open("rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def make_networks(san: San, stations: tuple[Station, ...] = ()) -> None:
    """Create the namespace and the veth pairs with their addresses, up; LANs are joined to them in order."""
    lines, far_lines = [f"netns add {NAMESPACE}"], ["link set lo up"]
    lan = {station.position: station.nic for station in stations}
    for position, network in enumerate(san.networks):
        near, far = nic(position), array_nic(position)
        peer = _cable(position) if position in lan else far
        lines.append(f"link add {near} type veth peer name {peer} netns {NAMESPACE}")
        lines += [address_line("add", address, near) for address in network.initiator]
        lines.append(f"link set {near} up")
        lines += route_lines(network.array, network.initiator, near)
        if position in lan:
            lines.append(f"link set {lan[position]} netns {NAMESPACE}")
            far_lines.append(f"link add {far} type bridge")
            far_lines += [f"link set {port} master {far} up" for port in (peer, lan[position])]
        far_lines += [address_line("add", address, far) for address in network.array]
        far_lines.append(f"link set {far} up")
        far_lines += route_lines(network.initiator, network.array, far)
    ip(lines)
    ip(far_lines, "-netns", NAMESPACE)
    ip(["link set lo up"])


def join(stations: tuple[Station, ...]) -> None:
    """Take the addresses of this guest's places on its LANs."""
    lines = ["link set lo up"]
    for station in stations:
        lines += [address_line("add", address, station.nic) for address in station.addresses]
        lines.append(f"link set {station.nic} up")
    ip(lines)


def address_line(action: str, address: Address, device: str) -> str:
    """The line of ip(8) that adds or replaces an address."""
    # Duplicate address detection would keep an IPv6 address unusable for its first seconds.
    return f"address {action} {address} dev {device}{' nodad' if address.version == 6 else ''}"


def route_lines(others: tuple[Address, ...], own: tuple[Address, ...], device: str) -> list[str]:
    """The lines of ip(8) by which one end of a network reaches addresses outside of its own prefixes."""
    return [
        f"route add {other.ip} dev {device}"
        for other in others
        if not any(other.ip in address.network for address in own)
    ]


def ip(lines: list[str], *options: str) -> None:
    """Have the ip tool do what each line says, here unless the options name another namespace."""
    subprocess.run(("ip", *options, "-batch", "-"), input="\n".join(lines) + "\n", text=True, check=True)


def up(san: San, stations: tuple[Station, ...] = ()) -> None:
    """Put the whole array up."""
    subprocess.run(("modprobe", "--all", "veth", *(["bridge"] if stations else [])), check=True)
    make_networks(san, stations)
    enter_namespace()
    for kind in sorted({target.kind for target in san.targets}):
        IMPLEMENTATIONS[kind].load(san)
    for target in san.targets:
        IMPLEMENTATIONS[target.kind].up(san, target)


def main() -> None:
    """Put up what the host describes."""
    stations, description = read(), DESCRIPTION.read_text()
    take_name(stations)
    if description:
        up(parse(description), stations)
    else:
        join(stations)


if __name__ == "__main__":
    main()
