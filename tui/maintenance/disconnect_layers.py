"""What lies between LUNs and mounts, taken apart from the top: volumes, groups, LUKS, arrays."""

from collections.abc import Iterator

from tui.maintenance.dependents import Dependents
from tui.maintenance.disconnect_back import lasting_path
from tui.storage.files.unit_names import crypt_unit
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.files import CrypttabEntry
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup, VolumeKind
from tui.storage.operations.arrays.md import StopArray, array_uuid
from tui.storage.operations.crypt.luks import CloseLuks
from tui.storage.operations.lvm.activation import activation, deactivation, deactivation_of
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.stacks.device_rungs import LUKS
from tui.storage.stacks.rung import Rung, RungKind
from tui.storage.stacks.volume_rungs import group_key, volume_key
from tui.storage.untrusted import clean
from tui.words import translate as _

Step = tuple[Operation, tuple[Operation, ...]]
"""An operation and what undoes it, in order."""

_OPTIONS = {
    "discard": "--allow-discards",
    "read-only": "--readonly",
    "readonly": "--readonly",
    "same-cpu-crypt": "--perf-same_cpu_crypt",
    "submit-from-crypt-cpus": "--perf-submit_from_crypt_cpus",
    "no-read-workqueue": "--perf-no_read_workqueue",
    "no-write-workqueue": "--perf-no_write_workqueue",
}
"""Options of crypttab(5) as cryptsetup(8) has them."""
_VALUES = {
    "header": "--header",
    "key-slot": "--key-slot",
    "keyfile-offset": "--keyfile-offset",
    "keyfile-size": "--keyfile-size",
}
_IDLE = ("luks", "_netdev", "nofail", "noauto", "auto", "tries", "timeout", "x-", "none")
"""Options, or beginnings of them, that say nothing about how a LUKS volume is opened."""


def layers_apart(inventory: Inventory, found: Dependents, units: tuple[str, ...]) -> Iterator[Step]:
    """The steps that take apart what goes, what stands on others first.

    Args:
        inventory: the host.
        found: what goes.
        units: active systemd units that opened encrypted volumes.
    """
    groups = {group_key(group): group for group in found.groups}
    singles = {
        volume_key(group, volume): volume
        for volume in found.volumes
        if (group := inventory.group_of(volume)) is not None
    }
    for rung in reversed(found.rungs):
        device = inventory.device(rung.device) if rung.device else None
        if rung.key in groups:
            yield from _group(inventory, groups[rung.key])
        elif rung.key in singles:
            if not goes_with_origin(singles[rung.key]):
                yield _with_undo(deactivation_of(inventory, singles[rung.key]))
        elif device is not None and rung.kind is RungKind.CRYPT and is_luks(device):
            yield _with_undo(_closing(inventory, device, units))
        elif device is not None and rung.kind is RungKind.RAID and (uuid := array_uuid(inventory, device)):
            yield _with_undo(StopArray(lasting_path(inventory, device.name), uuid))


def goes_with_origin(volume: LogicalVolume) -> bool:
    """Whether LVM deactivates a volume only together with its origin: a snapshot that is not thin."""
    return volume.kind in {VolumeKind.SNAPSHOT, VolumeKind.MERGING_SNAPSHOT}


def is_luks(device: BlockDevice) -> bool:
    """Whether an open encrypted device is a LUKS volume, which can be opened again by its header."""
    return device.kind is BlockKind.CRYPT and device.map_uuid.startswith("CRYPT-LUKS")


def crypttab_entries(inventory: Inventory, found: Dependents) -> tuple[CrypttabEntry, ...]:
    """The entries of crypttab for encrypted devices that go."""
    below = {
        lower
        for name in found.devices
        if (device := inventory.device(name)) is not None and device.kind is BlockKind.CRYPT
        for lower in device.slaves
    }
    there = below | {name for name in found.devices if _content(inventory, name) == LUKS}
    return tuple(entry for entry in inventory.crypttab if entry.device and entry.device in there)


def left_to_hands(inventory: Inventory, rung: Rung) -> str:
    """How a person closes what no operation closes, or empty where one does or nothing has to be closed."""
    device = inventory.device(rung.device) if rung.device else None
    if device is None or rung.kind not in {RungKind.CRYPT, RungKind.RAID, RungKind.OTHER_DEVICE}:
        return ""
    name = clean(device.map_name or device.name, 80)
    if rung.kind is RungKind.CRYPT:
        return "" if is_luks(device) else f"cryptsetup close {name}"
    if rung.kind is RungKind.RAID:
        return "" if array_uuid(inventory, device) else f"mdadm --stop {clean(device.path, 80)}"
    if device.name.startswith("bcache"):
        return f"echo 1 > /sys/block/{name}/bcache/stop"
    if device.name.startswith("drbd"):
        return f"drbdadm down {clean(device.path, 80)}"
    if device.kind is BlockKind.LOOP:
        return f"losetup -d {clean(device.path, 80)}"
    if device.kind is BlockKind.OTHER_MAP:
        return f"dmsetup remove {name}"
    return _("with the tool that made it")


def _group(inventory: Inventory, group: VolumeGroup) -> Iterator[Step]:
    volumes = [volume for volume in inventory.volumes_of(group) if volume.path]
    active = [volume for volume in volumes if volume.active]
    if not active:
        return
    single = [volume for volume in active if not goes_with_origin(volume)]
    back: tuple[Operation, ...] = ()
    if len(active) == len(volumes):
        back = (activation(inventory, group),)
        single = [volume for volume in single if volume.skip_activation]
    back += tuple(way for volume in single for way in deactivation_of(inventory, volume).undo())
    yield deactivation(inventory, group), back


def _closing(inventory: Inventory, device: BlockDevice, units: tuple[str, ...]) -> CloseLuks:
    lower = next((name for name in device.slaves if _content(inventory, name) == LUKS), device.slaves[0])
    below = inventory.device(lower)
    entry = next((entry for entry in inventory.crypttab if entry.name == device.map_name), None)
    entry = entry if entry is not None and entry.device in {lower, ""} else None
    options = _cryptsetup_options(entry.options) if entry is not None else ()
    own = crypt_unit(device.map_name)
    unit = own if own in units else ""
    known = entry is not None and (options is not None or bool(unit))
    return CloseLuks(
        device.map_name,
        lasting_path(inventory, lower),
        below.content_uuid if below is not None else "",
        entry.key_file if entry is not None and known else "",
        options or (),
        unit,
    )


def _cryptsetup_options(options: tuple[str, ...]) -> tuple[str, ...] | None:
    """Options of crypttab as arguments of cryptsetup, or None where one of them is not known here."""
    arguments: list[str] = []
    for option in options:
        name, _equals, value = option.partition("=")
        if name in _OPTIONS:
            arguments.append(_OPTIONS[name])
        elif name in _VALUES and value:
            arguments += (_VALUES[name], value)
        elif not name.startswith(_IDLE):
            return None
    return tuple(arguments)


def _content(inventory: Inventory, name: str) -> str:
    device = inventory.device(name)
    return device.content if device is not None else ""


def _with_undo(operation: Operation) -> Step:
    undone = operation.undo()
    return operation, () if isinstance(undone, CannotUndo) else undone
