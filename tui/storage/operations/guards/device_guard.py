"""The last check before a device is written to."""

from tui.storage.devices.device_use import why_not_write
from tui.storage.devices.identity import DeviceIdentity, compare
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.operations.calls import refuse_when_busy
from tui.storage.probe.narrow import mounted_elsewhere
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


def guard(host: Host, identity: DeviceIdentity, inventory: Inventory | None = None) -> BlockDevice:
    """See that a device is the one that was chosen and that nothing uses it, at this moment.

    Checked: identity (WWID, size, target, LUN), SCSI state, write protection, multipath, other paths to
    the same LUN, mounts in every mount namespace, swap, holders, and an exclusive open.

    Args:
        host: the host.
        identity: the device that was chosen.
        inventory: as it was just read, or None to read it now.

    Returns:
        The device as it is now.

    Raises:
        Refused: something speaks against it. Nothing was written.
    """
    device, now = compare(host, identity, inventory)
    problem = why_not_write(now, device)
    if problem is not None:
        raise Refused(problem)
    refuse_when_mounted_elsewhere(host, now, device)
    refuse_when_busy(host, device.path)
    return device


def refuse_when_mounted_elsewhere(host: Host, inventory: Inventory, device: BlockDevice) -> None:
    """See that no container or service has it mounted in a mount namespace of its own.

    Raises:
        Refused: one has.
    """
    devices = (device, *inventory.above(device.name))
    places = mounted_elsewhere(
        host,
        frozenset(device.number for device in devices),
        frozenset(path for device in devices for path in (device.path, f"/dev/{device.name}", *device.links)),
    )
    if places:
        raise Refused(
            Problem(
                "device.mounted-elsewhere",
                _("{path} is mounted by another process, in a mount namespace of its own.").format(
                    path=clean(device.path)
                ),
                cause=_("A container or a service has mounted it in its own mount namespace."),
                remedy=_("Stop that container or service first."),
                evidence=tuple(clean(place) for place in places[:8]),
            )
        )
