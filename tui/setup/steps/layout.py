"""How much room there is for logical volumes, and how the typed sizes share it out, in extents."""

from msgspec import Struct

from tui.setup.answers import NewVolume
from tui.setup.size_text import Bytes, Share, parse

EXTENT = 4 * 1024 * 1024
"""Bytes of an extent in a new volume group (vgcreate(8), --physicalextentsize)."""

_LEAST_START = 1024 * 1024
"""Where LVM begins data on a PV at the earliest (lvm.conf, default_data_alignment)."""


class Row(Struct, frozen=True):
    """One volume of the layout: its name, its extents, its bytes."""

    name: str
    extents: int
    size: int


class Layout(Struct, frozen=True):
    """How the room is shared out, in bytes.

    Attributes:
        total: what is free before.
        rows: the volumes, in the order typed; one whose size is not valid has 0 extents.
        left: what is free afterwards; negative when more is asked for than there is.
        extent: bytes of an extent.
    """

    total: int
    rows: tuple[Row, ...]
    left: int
    extent: int

    @property
    def used(self) -> int:
        """Bytes that the new volumes take."""
        return sum(row.size for row in self.rows)


def usable_extents(size: int, alignment: int, extent: int = EXTENT) -> int:
    """Whole extents on a disk that becomes a PV.

    LVM keeps the first MiB for its metadata and begins data at a multiple of what the disk asks for.

    Args:
        size: bytes of the disk.
        alignment: bytes the disk prefers (optimal_io_size), 0 where it says nothing.
        extent: bytes of an extent.
    """
    start = _LEAST_START
    if alignment > 0:
        start = -(-start // alignment) * alignment
    return max(0, (size - start) // extent)


def share_out(free: int, extent: int, volumes: tuple[NewVolume, ...]) -> Layout:
    """Share extents out: sizes are rounded up to whole extents; shares count what the sizes leave.

    Args:
        free: extents there are.
        extent: bytes of each.
        volumes: what was typed.
    """
    sizes = [parse(volume.size) for volume in volumes]
    fixed = sum(-(-size.count // extent) for size in sizes if isinstance(size, Bytes))
    rest = max(0, free - fixed)
    rows = []
    for volume, size in zip(volumes, sizes, strict=True):
        match size:
            case Bytes(count):
                extents = -(-count // extent)
            case Share(part):
                extents = int(rest * part)
            case None:
                extents = 0
        rows.append(Row(volume.name, extents, extents * extent))
    taken = sum(row.extents for row in rows)
    return Layout(free * extent, tuple(rows), (free - taken) * extent, extent)
