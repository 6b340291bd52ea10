"""Disks of one VG have logical sectors of one size."""

from collections.abc import Iterable

from tui.storage.model.block import BlockDevice
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


def mixed_sectors_problem(devices: Iterable[BlockDevice]) -> Problem | None:
    """Why LVM makes no VG of these devices (allow_mixed_block_sizes, lvm.conf(5)), or None.

    Args:
        devices: members of the VG and what is to be added. One of which no sector size was read is left out.
    """
    sizes = {device.path: device.sector_size for device in devices if device.sector_size}
    if len(set(sizes.values())) < 2:
        return None
    listed = enumerated(f"{clean(path, 60)}: {size}" for path, size in sizes.items())
    return Problem(
        "volumes.sector-sizes",
        _("The disks have sectors of different sizes, so LVM makes no VG of them."),
        _("Bytes of a sector: {sizes}.").format(sizes=listed),
        _("Choose disks of one sector size, or have the storage administrator set it for the LUN."),
        "disks",
    )
