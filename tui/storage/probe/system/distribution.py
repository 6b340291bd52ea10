"""Which distribution this is, and so under which names its packages and units go (os-release(5))."""

import shlex

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
    identifier = values.get("ID", "")
    likes = (identifier, *values.get("ID_LIKE", "").split())
    family = next((name for like in likes for name, members in _FAMILIES.items() if like in members), "")
    return Distribution(
        identifier=identifier,
        version=values.get("VERSION_ID", ""),
        title=values.get("PRETTY_NAME", ""),
        family=family,
    )


def read_distribution(host: Host) -> Distribution:
    """The distribution of a host, empty where it does not say."""
    return parse_os_release(text(host, "/etc/os-release") or text(host, "/usr/lib/os-release"))
