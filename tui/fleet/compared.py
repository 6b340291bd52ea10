"""What hosts are compared by and no diagnosis reads: read when a host is captured, then from the capture."""

from msgspec import Struct

from tui.storage.host.interface import Host
from tui.storage.probe.reading import word
from tui.storage.probe.system.machine import read_derived_machine_id
from tui.storage.probe.system.tool_versions import read_tool_versions
from tui.storage.untrusted import clean

_LONGEST = 100


class Compared(Struct, frozen=True):
    """Which machine it is, and the versions of its kernel and tools, without those that are not known."""

    machine: str
    versions: tuple[tuple[str, str], ...]


def read_compared(host: Host) -> Compared:
    """Read it; never raises."""
    kernel = clean(word(host, "/proc/sys/kernel/osrelease"), _LONGEST)
    versions = {"kernel": kernel or None, **read_tool_versions(host)}
    return Compared(
        read_derived_machine_id(host),
        tuple((name, version) for name, version in versions.items() if version is not None),
    )
