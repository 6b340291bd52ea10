"""What findings about arrays share: which legs are lost, what that means, and what they stand on."""

from collections.abc import Iterator

from tui.recovery.finding import Fix
from tui.storage.model.block import LegState, Raid
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Session
from tui.storage.stacks.iscsi_rungs import lun_key, session_key
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _


def rebuilding(raid: Raid) -> bool:
    """Whether every lost leg of an array is being written anew at this moment."""
    return (
        bool(raid.lost)
        and all(leg.state is LegState.REBUILDING for leg in raid.lost)
        and (raid.action not in {"", "idle", "frozen"})
    )


def lasting(raid: Raid) -> str:
    """What the loss means for the data."""
    if rebuilding(raid):
        return _("It works. It has its redundancy back when the rebuild is done.")
    return _("It works, and nothing is lost. Losing another leg may lose its data.")


def wait_for_it(raid: Raid) -> Fix:
    """The fix while an array is being rebuilt."""
    return Fix(
        _("Wait until it is rebuilt"),
        _("{percent} % is done. It stays in use meanwhile.").format(percent=raid.done)
        if raid.done is not None
        else _("It stays in use meanwhile."),
    )


def leg_lines(inventory: Inventory, raid: Raid) -> tuple[str, ...]:
    """A line for each leg: its place, its devices down to the disk, and its state."""
    lines = [f"{clean(raid.level, 40)}, {clean(raid.action, 40) or '-'}"]
    for number, leg in enumerate(raid.places):
        names = [
            f"{device.map_name or device.name} ({enumerated(device.lost_slaves)}: {_('gone')})"
            if (device := inventory.device(name)) is not None and device.lost_slaves
            else name
            for name in leg.devices
        ]
        lines.append(f"{number}: {clean(enumerated(names), 120) or '-'}, {leg.state.value}")
    return tuple(lines[:16])


def disks_below(inventory: Inventory, names: tuple[str, ...]) -> tuple[str, ...]:
    """Kernel names of what devices stand on at the very bottom, gone or not."""
    found: dict[str, None] = {}
    waiting, seen = list(names), set(names)
    while waiting:
        name = waiting.pop()
        device = inventory.device(name)
        lower = device.slaves if device is not None else ()
        if not lower:
            found[name] = None
        waiting += [below for below in lower if below not in seen]
        seen.update(lower)
    return tuple(found)


def sessions_below(inventory: Inventory, raid: Raid) -> tuple[str, ...]:
    """Keys of the LUNs and sessions under the lost legs whose disks do not answer now."""
    return tuple(
        key
        for session, lun in _luns_below(inventory, raid)
        if (device := inventory.device(lun.disk)) is None or not device.answers
        for key in (lun_key(session, lun), session_key(session))
    )


def below(inventory: Inventory, raid: Raid) -> tuple[str, ...]:
    """Keys of all that a lost leg follows from where something is wrong with it: that is repaired first."""
    luns = (lun_key(session, lun) for session, lun in _luns_below(inventory, raid))
    maps = (
        f"multipath:{joined.wwid or joined.name}"
        for leg in raid.lost
        for disk in disks_below(inventory, leg.devices)
        if (joined := inventory.map_over(disk)) is not None
    )
    return tuple(dict.fromkeys((*luns, *sessions_below(inventory, raid), *maps)))


def _luns_below(inventory: Inventory, raid: Raid) -> Iterator[tuple[Session, Lun]]:
    for leg in raid.lost:
        for disk in disks_below(inventory, leg.devices):
            lun = inventory.lun_on(disk)
            session = inventory.session(lun.sid) if lun is not None else None
            if lun is not None and session is not None:
                yield session, lun
