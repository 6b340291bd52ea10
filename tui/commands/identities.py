"""Which host and which devices a plan was made for, and whether they are the same when it is carried out."""

import hashlib
import hmac
from collections.abc import Iterator

from msgspec import Struct

from tui.storage.changing.plan import Plan
from tui.storage.codec import Plain, encode
from tui.storage.devices.identity import identity_of
from tui.storage.host.interface import Host
from tui.storage.model.block import BlockDevice
from tui.storage.model.inventory import Inventory
from tui.storage.operations.operation import Operation
from tui.storage.probe.narrow import look_at_devices
from tui.storage.probe.reading import text
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

_PURPOSE = b"iscsi-console plan"


def machine_of(host: Host) -> str:
    """What tells this host from every other, or empty where it has no machine ID.

    machine-id(5) is confidential: what leaves the host is a hash keyed by it, as that page asks for.
    """
    identifier = text(host, "/etc/machine-id").strip()
    return hmac.new(identifier.encode(), _PURPOSE, hashlib.sha256).hexdigest() if identifier else ""


def boot_of(host: Host) -> str:
    """What the kernel calls the time since the host was started (random(4)), or empty."""
    return text(host, "/proc/sys/kernel/random/boot_id").strip()


class Device(Struct, frozen=True):
    """A device that a plan names.

    Attributes:
        path: its name then: what the plan calls it.
        size: bytes.
        wwid: of the LUN that it is or stands on; empty where there is none, or several.
        target: name of the target; of several the first. Empty for a device that is not iSCSI.
        lun: the LUN, or -1.
        map_uuid: UUID of a device-mapper device, such as `LVM-…`; empty for other devices.
        number: `MAJOR:MINOR`; it means something in the same boot only.
    """

    path: str
    size: int
    wwid: str = ""
    target: str = ""
    lun: int = -1
    map_uuid: str = ""
    number: str = ""

    @property
    def words(self) -> str:
        """All that tells it from others, in one line."""
        names = (self.wwid, self.map_uuid, self.target and f"{self.target} LUN {self.lun}")
        return " ".join(clean(part, 200) for part in (self.path, size_words(self.size), *names) if part)


def devices_of(inventory: Inventory, plan: Plan) -> tuple[Device, ...]:
    """Every device that a plan names or takes, and every one below these."""
    found: dict[str, BlockDevice] = {}
    for operation in plan.operations:
        for device in _named(inventory, operation):
            found.setdefault(device.name, device)
            for name in _below(inventory, device):
                lower = inventory.device(name)
                if lower is not None:
                    found.setdefault(name, lower)
    return tuple(
        sorted((_device(inventory, device) for device in found.values()), key=lambda device: device.path)
    )


def _named(inventory: Inventory, operation: Operation) -> Iterator[BlockDevice]:
    taken = operation.takes(inventory) if operation.takes_devices else ()
    for word in (*taken, *texts_of(operation)):
        device = inventory.device(word) or (inventory.device_at(word) if word.startswith("/dev/") else None)
        if device is not None:
            yield device


def texts_of(operation: Operation) -> Iterator[str]:
    """Every text in the fields of an operation, names of devices among them."""
    return _texts(encode(operation))


def _texts(plain: Plain) -> Iterator[str]:
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, list):
        for item in plain:
            yield from _texts(item)
    elif isinstance(plain, dict):
        for item in plain.values():
            yield from _texts(item)


def _below(inventory: Inventory, device: BlockDevice) -> Iterator[str]:
    waiting, seen = list(device.slaves), {device.name}
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            lower = inventory.device(name)
            waiting += lower.slaves if lower is not None else ()


def _device(inventory: Inventory, device: BlockDevice) -> Device:
    identity = identity_of(inventory, device)
    return Device(
        device.path,
        device.size,
        identity.wwid,
        identity.target,
        identity.lun,
        device.map_uuid,
        device.number,
    )


def first_changed(host: Host, devices: tuple[Device, ...], *, same_boot: bool) -> Problem | None:
    """Why the devices of a plan are not those that it was made for; None where all are.

    A device that is not there now is left to the checks of the operations: it may come back with a login.

    Args:
        host: the host.
        devices: as they were.
        same_boot: the machine was not restarted since; else a device needs more than its number to be told.
    """
    if not devices:
        return None
    inventory = look_at_devices(host)
    for device in devices:
        now = inventory.device_at(device.path)
        if now is None:
            continue
        found = _device(inventory, now)
        if not _is_same(device, found, same_boot=same_boot):
            return Problem(
                "plan.other-device",
                _("{path} is not the device that the plan was made for.").format(path=clean(device.path)),
                cause=_("The name now belongs to another device, or the LUN was re-created or resized."),
                remedy=_("Check the disks and make the plan again. Nothing was changed."),
                evidence=(
                    _("planned: {device}").format(device=device.words),
                    _("now: {device}").format(device=found.words),
                ),
            )
    return None


def _is_same(planned: Device, found: Device, *, same_boot: bool) -> bool:
    named = (planned.size, planned.wwid, planned.target, planned.lun, planned.map_uuid)
    if named != (found.size, found.wwid, found.target, found.lun, found.map_uuid):
        return False
    if planned.wwid or planned.map_uuid or not planned.target:
        return True
    return same_boot and planned.number == found.number
