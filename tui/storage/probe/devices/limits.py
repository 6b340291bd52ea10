"""What a disk says of itself beside its size: queue limits, serial number, ALUA state; from sysfs alone.

Documentation/ABI/stable/sysfs-block and drivers/scsi/scsi_sysfs.c of the kernel.
"""

from msgspec import Struct

from tui.storage.host.interface import Host
from tui.storage.probe.reading import number, text, word

_HEADER = 4
"""Bytes of a VPD page before what it says (SPC-5)."""


class DiskLimits(Struct, frozen=True):
    """What was read of a disk.

    Attributes:
        physical_sector: bytes (queue/physical_block_size); 0 where it was not read.
        minimum: bytes of the smallest transfer that the disk likes (queue/minimum_io_size); 0 likewise.
        optimal: bytes of the best transfer (queue/optimal_io_size); 0 for none.
        serial: of VPD page 80h, or empty.
        access: ALUA state of this path, `active-optimized`, or empty.
    """

    physical_sector: int = 0
    minimum: int = 0
    optimal: int = 0
    serial: str = ""
    access: str = ""


def read_limits(host: Host, disk: str) -> DiskLimits:
    """The limits of a SCSI disk by its kernel name. Never raises."""
    place = f"/sys/class/block/{disk}"
    return DiskLimits(
        physical_sector=number(host, f"{place}/queue/physical_block_size") or 0,
        minimum=number(host, f"{place}/queue/minimum_io_size") or 0,
        optimal=number(host, f"{place}/queue/optimal_io_size") or 0,
        serial=text(host, f"{place}/device/vpd_pg80")[_HEADER:].strip(" \0\n"),
        access=word(host, f"{place}/device/access_state").replace("/", "-"),
    )
