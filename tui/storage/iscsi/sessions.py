"""Finding sessions, and what becomes of their disks, by reading the kernel."""

from collections.abc import Iterable

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Portal, Session
from tui.storage.probe.devices.udev import read_entry
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.reading import word

DISK = 0
"""SCSI device type of a disk (SPC-5 6.4.2)."""


def find_session(host: Host, target: str, portal: Portal, iface: str) -> Session | None:
    """The session to a target at a portal through an iface, read afresh, or None.

    The portal is the one that was configured: a target may have redirected the connection elsewhere.
    """
    return next(
        (
            session
            for session in read_sessions(host)[0]
            if session.target == target and session.iface == iface and session.portal.is_same_place(portal)
        ),
        None,
    )


def disks_of(host: Host, sid: int) -> tuple[Lun, ...]:
    """The LUNs of a session that are, or will be, disks."""
    return tuple(lun for lun in read_sessions(host)[1] if lun.sid == sid and lun.kind == DISK)


def is_settled(host: Host, lun: Lun) -> bool:
    """Whether udev has described the disk of a LUN, so that its links and content are known."""
    if not lun.disk:
        return False
    place = f"/sys/class/block/{lun.disk}"
    entry = read_entry(host, word(host, f"{place}/dev"), word(host, f"{place}/diskseq"))
    return bool(entry.properties or entry.links)


def uses_of(inventory: Inventory, sid: int) -> tuple[str, ...]:
    """What would lose its disk if a session ended: mount points, swap, volumes; empty when nothing would.

    A multipath map that has a good path through another session loses nothing.
    """
    return uses_of_sessions(inventory, (sid,))


def uses_of_sessions(inventory: Inventory, sids: Iterable[int]) -> tuple[str, ...]:
    """What would lose its disk if these sessions ended together."""
    found: dict[str, None] = {}
    for disk in disks_lost_with(inventory, sids):
        found.update(dict.fromkeys(uses_of_disk(inventory, disk)))
    return tuple(found)


def disks_lost_with(inventory: Inventory, sids: Iterable[int]) -> tuple[str, ...]:
    """The disks of some sessions on which what stands is lost when these end together: not those whose
    multipath map has a good path through another session.
    """  # noqa: D205 (the summary needs two lines)
    own = {lun.disk for sid in sids for lun in inventory.luns_of(sid) if lun.disk}
    return tuple(
        disk
        for disk in sorted(own)
        if (joined := inventory.map_over(disk)) is None or not set(joined.good_paths) - own
    )


def uses_of_disk(inventory: Inventory, disk: str) -> tuple[str, ...]:
    """What stands on a disk: mount points, swap, active volumes; a multipath map by itself is no use."""
    device = inventory.device(disk)
    found: dict[str, None] = {}
    for upper in (device, *inventory.above(disk)) if device is not None else ():
        found.update(dict.fromkeys(mount.target for mount in inventory.mounts_of(upper.name)))
        found.update(dict.fromkeys(swap.path for swap in inventory.swaps if swap.device == upper.name))
        if upper.kind not in (BlockKind.DISK, BlockKind.PARTITION, BlockKind.MULTIPATH):
            found[upper.path] = None
    return tuple(found)
