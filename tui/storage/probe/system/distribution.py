"""Which distribution this is, and so under which names its packages and units go (os-release(5))."""

import shlex

from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Distribution
from tui.storage.probe.reading import text

_FAMILIES = {
    "debian": {"debian", "ubuntu"},
    "redhat": {"rhel", "fedora", "centos", "rocky", "almalinux", "ol"},
    # No ID_LIKE in their os-release; packages are named as openSUSE's or upstream's, installed by dnf.
    "openeuler": {"openEuler", "openeuler", "kylin"},
    "arch": {"arch"},
    "alpine": {"alpine"},
    "suse": {"suse", "opensuse", "sles", "sled", "sle-micro", "opensuse-leap", "opensuse-tumbleweed"},
}

_PLATFORMS = {"platform:uelc": "redhat", "platform:uel": "openeuler"}
"""Beginnings of PLATFORM_ID of the servers of UOS, made from Anolis OS and from openEuler.

Its desktops, and servers made from Debian, have the same ID and no PLATFORM_ID.
"""
_DPKG = "/var/lib/dpkg/status"
"""dpkg's list of packages (dpkg(1)); only where packages are Debian's."""


def parse_os_release(content: str) -> Distribution:
    """Read os-release; unknown or broken lines are passed over."""
    values: dict[str, str] = {}
    for line in content.split("\n"):
        key, equals, value = line.strip().partition("=")
        if not equals or key.startswith("#"):
            continue
        try:
            values[key] = "".join(shlex.split(value))
        except ValueError:
            continue
    return Distribution(
        identifier=values.get("ID", ""),
        version=values.get("VERSION_ID", ""),
        title=values.get("PRETTY_NAME", ""),
        family=_family(values),
    )


def _family(values: dict[str, str]) -> str:
    identifier, likes = values.get("ID", ""), values.get("ID_LIKE", "").split()
    if identifier == "uos":
        platform = values.get("PLATFORM_ID", "")
        return next((family for begin, family in _PLATFORMS.items() if platform.startswith(begin)), "")
    # Kylin's desktop, which is like Debian, has the ID of its server.
    names = (*likes, identifier) if identifier == "kylin" else (identifier, *likes)
    return next((family for name in names for family, members in _FAMILIES.items() if name in members), "")


def read_distribution(host: Host) -> Distribution:
    """The distribution of a host, empty where it does not say."""
    found = parse_os_release(text(host, "/etc/os-release") or text(host, "/usr/lib/os-release"))
    if found.identifier == "uos" and not found.family and host.facts(_DPKG) is not None:
        return replace(found, family="debian")
    return found
