"""What this host itself exports over iSCSI or Fibre Channel: the backstores of the kernel's target (LIO)."""

from collections.abc import Iterator

from msgspec import Struct

from tui.storage.host.interface import Host
from tui.storage.probe.reading import names, word

_CORE = "/sys/kernel/config/target/core"


class Backstore(Struct, frozen=True):
    """One backstore.

    Attributes:
        name: its plugin and name, `iblock_0/disk1`.
        path: the device or file behind it (`udev_path`).
    """

    name: str
    path: str


def read_backstores(host: Host) -> Iterator[Backstore]:
    """Every backstore with a device or a file; none where configfs is not mounted or hidden."""
    for plugin in names(host, _CORE):
        for name in names(host, f"{_CORE}/{plugin}"):
            path = word(host, f"{_CORE}/{plugin}/{name}/udev_path")
            if path.startswith("/"):
                yield Backstore(f"{plugin}/{name}", path)
