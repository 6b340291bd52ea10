"""Which device exactly: compared with what the person saw, right before anything is written to it.

Names such as /dev/sda change from login to login. What stays is the WWID; where a target gives none, the
target's name, the LUN and the size must do, and then the device number too.
"""

from msgspec import Struct
from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _


class DeviceIdentity(Struct, frozen=True):
    """A device as a person saw it.

    Attributes:
        path: its name then, `/dev/sda` or `/dev/mapper/mpatha`.
        wwid: of the LUN, or empty where the target gives none.
        size: bytes.
        target: the target's name; of several paths the first by name. Empty for a device that is not iSCSI.
        lun: the LUN, or -1.
        number: `MAJOR:MINOR`.
    """

    path: str
    wwid: str
    size: int
    target: str = ""
    lun: int = -1
    number: str = ""

    @property
    def words(self) -> str:
        """All of it in one line: what is confirmed before data is destroyed."""
        place = (
            _("LUN {lun} of {target}").format(lun=self.lun, target=clean(self.target))
            if self.target
            else _("not an iSCSI disk")
        )
        wwid = clean(self.wwid) if self.wwid else _("no WWID")
        return _("{path}, {size}, {place}, {wwid}").format(
            path=clean(self.path), size=size_words(self.size), place=place, wwid=wwid
        )


def luns_below(inventory: Inventory, device: BlockDevice) -> tuple[Lun, ...]:
    """The LUNs that a device stands on, ordered by target and number; several for a multipath map."""
    disks = {device.name, *_below(inventory, device, set())}
    found = [lun for lun in inventory.luns if lun.disk in disks]
    return tuple(sorted(found, key=lambda lun: (_target(inventory, lun), lun.number, lun.address)))


def identity_of(inventory: Inventory, device: BlockDevice) -> DeviceIdentity:
    """The identity of a device, as it is to be kept until something is written to it."""
    luns = luns_below(inventory, device)
    if not luns:
        return DeviceIdentity(device.path, "", device.size, number=device.number)
    first = luns[0]
    wwids = {lun.wwid for lun in luns if lun.wwid}
    wwid = wwids.pop() if len(wwids) == 1 else ""
    return DeviceIdentity(
        device.path, wwid, device.size, _target(inventory, first), first.number, device.number
    )


def compare(
    host: Host,
    identity: DeviceIdentity,
    inventory: Inventory | None = None,
    *,
    may_have_grown: bool = False,
) -> tuple[BlockDevice, Inventory]:
    """See that the path leads to the very device that was seen.

    Args:
        host: the host.
        identity: what was seen.
        inventory: a look that was just taken, or None to take one now.
        may_have_grown: a larger size is expected, since the plan itself lets it grow.

    Returns:
        The device as it is now, and the look.

    Raises:
        Refused: it is gone, or another device has its name, or its size changed.
    """
    now = inventory or look_at_devices(host)
    device = device_behind(host, now, identity.path)
    if device is None:
        raise Refused(
            Problem(
                "identity.gone",
                _("{path} no longer exists.").format(path=clean(identity.path)),
                cause=_("The session may be lost or logged out, or the LUN was unmapped."),
                remedy=_("Check the session, then choose the disk again."),
                evidence=(identity.words,),
            )
        )
    found = identity_of(now, device)
    expected = replace(identity, size=max(identity.size, found.size)) if may_have_grown else identity
    if not _is_same(expected, found, _places(now, device)):
        raise Refused(
            Problem(
                "identity.changed",
                _("{path} is not the device that was chosen. Nothing was written to it.").format(
                    path=clean(identity.path)
                ),
                cause=_("The name now belongs to another LUN, or the LUN was re-created or resized."),
                remedy=_("Go back, check the disks, and choose again."),
                evidence=(
                    _("chosen: {identity}").format(identity=identity.words),
                    _("now: {identity}").format(identity=found.words),
                ),
            )
        )
    return device, now


def _is_same(seen: DeviceIdentity, found: DeviceIdentity, places: frozenset[tuple[str, int]]) -> bool:
    if seen.wwid != found.wwid or seen.size != found.size:
        return False
    if (seen.target, seen.lun) not in (places or {(found.target, found.lun)}):
        return False
    return bool(seen.wwid) or seen.number == found.number


def _places(inventory: Inventory, device: BlockDevice) -> frozenset[tuple[str, int]]:
    return frozenset((_target(inventory, lun), lun.number) for lun in luns_below(inventory, device))


def _target(inventory: Inventory, lun: Lun) -> str:
    session = inventory.session(lun.sid)
    return session.target if session is not None else ""


def _below(inventory: Inventory, device: BlockDevice, seen: set[str]) -> set[str]:
    """Kernel names of everything under a device: slaves, and the disk of a partition."""
    parents = {other.name for other in inventory.devices if device.name in other.partitions}
    for name in (*device.slaves, *parents):
        if name in seen:
            continue
        seen.add(name)
        lower = inventory.device(name)
        if lower is not None:
            _below(inventory, lower, seen)
    return seen
