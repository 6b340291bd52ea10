"""What the boot check must know beyond an inventory, read from the host."""

import re
from collections.abc import Mapping

from msgspec import Struct

from tui.storage.files.rc_local import PATHS
from tui.storage.files.unit_names import mount_unit
from tui.storage.host.interface import Command, FileKind, Host
from tui.storage.lvm.filters import rejects
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume
from tui.storage.probe.reading import text

UNITS = "/etc/systemd/system"
"""Where an administrator's own units are (systemd.unit(5))."""

_FILTERS = ("filter", "global_filter")
_SETTINGS = (
    *("global/event_activation", "devices/use_devicesfile", "devices/devicesfile"),
    *(f"devices/{name}" for name in _FILTERS),
)

_KNOWS_LINKS = (2, 3, 19)
"""The first LVM whose pvscan, as udev runs it for a new disk, knows the links of that disk: it was to come
after 2.03.18 (github.com/lvmteam/lvm2/issues/104). 2.03.16 was seen not to, and 2.03.31 to know them."""


class BootFacts(Struct, frozen=True):
    """What decides over the next boot. None where it is not known.

    Attributes:
        rc_local: text of rc.local, or empty.
        rc_local_path: where it is, or empty.
        mount_point_exists: the folder is there when nothing is mounted on it (systemd makes a missing one).
        event_activation: LVM activates a group when its disks appear.
        devices_file: LVM only looks at the disks listed in its devices file.
        devices_listed: text of that file.
        volume_autoactivation: the volume itself may be activated automatically.
        accepted_late: disks of the group that its LVM takes by a link alone, which it does not know yet when
            the disk appears.
        mount_unit: text of a mount unit for the mount point, or empty.
        mount_unit_enabled: that unit is started at boot.
    """

    rc_local: str = ""
    rc_local_path: str = ""
    mount_point_exists: bool | None = None
    event_activation: bool | None = None
    devices_file: bool | None = None
    devices_listed: str = ""
    volume_autoactivation: bool | None = None
    accepted_late: tuple[str, ...] = ()
    mount_unit: str = ""
    mount_unit_enabled: bool | None = None


def read_boot_facts(host: Host, inventory: Inventory, mount_point: str) -> BootFacts:
    """Ask LVM for its settings, systemd for the mount unit, and read rc.local. Four commands at most."""
    settings = lvm_settings(host)
    use = settings.get("use_devicesfile")
    listed = text(host, f"/etc/lvm/devices/{settings.get('devicesfile', 'system.devices')}")
    path = next((path for path in PATHS if text(host, path)), "")
    unit = mount_unit(mount_point)
    content = text(host, f"{UNITS}/{unit}")
    volume = volume_at(inventory, mount_point)
    folder = host.facts(host.resolve(mount_point))
    return BootFacts(
        rc_local=text(host, path) if path else "",
        rc_local_path=path,
        mount_point_exists=folder is not None and folder.kind is FileKind.FOLDER,
        event_activation=_switch(settings.get("event_activation")),
        devices_file=None if use is None else use == "1" and bool(listed),
        devices_listed=listed,
        volume_autoactivation=_volume_autoactivation(host, volume) if volume is not None else None,
        accepted_late=_accepted_late(host, inventory, settings, volume) if volume is not None else (),
        mount_unit=content,
        mount_unit_enabled=_is_enabled(host, unit) if content else None,
    )


def lvm_settings(host: Host) -> dict[str, str]:
    """LVM's settings about devices and activation, defaults included; empty where it does not answer."""
    outcome = host.run(Command(("lvm", "lvmconfig", "--typeconfig", "full", *_SETTINGS)))
    if not outcome.ok:
        return {}
    pairs = (line.strip().partition("=") for line in outcome.stdout.split("\n"))
    return {key: value.strip('"') for key, equals, value in pairs if equals}


def _accepted_late(
    host: Host, inventory: Inventory, settings: Mapping[str, str], volume: LogicalVolume
) -> tuple[str, ...]:
    """The disks of a volume's group that a filter takes by a link alone, where LVM is too old for that."""
    found: list[str] = []
    group = inventory.group_of(volume)
    for physical in inventory.members_of(group) if group is not None else ():
        device = inventory.device(physical.device) if physical.device else None
        if device is None:
            continue
        by_kernel = f"/dev/{device.name}"
        for name in _FILTERS:
            value = settings.get(name, "")
            if rejects(value, (by_kernel,)) and not rejects(value, (by_kernel, device.path, *device.links)):
                found.append(device.path)
                break
    if not found:
        return ()
    version = lvm_version(host)
    return tuple(found) if version is not None and version < _KNOWS_LINKS else ()


def lvm_version(host: Host) -> tuple[int, ...] | None:
    """The version of LVM, `2.03.16` as (2, 3, 16); None where it does not say."""
    outcome = host.run(Command(("lvm", "version")))
    told = re.search(r"LVM version:\s*(\d{1,18})\.(\d{1,18})\.(\d{1,18})", outcome.stdout)
    return tuple(int(number) for number in told.groups()) if told else None


def volume_at(inventory: Inventory, mount_point: str) -> LogicalVolume | None:
    """The logical volume that is mounted at a mount point, or that fstab would mount there."""
    device = device_at(inventory, mount_point)
    return next((volume for volume in inventory.logical_volumes if device and volume.device == device), None)


def device_at(inventory: Inventory, mount_point: str) -> str:
    """The kernel name of the device mounted at a mount point, or that fstab names for it, or empty."""
    mounted = [mount.device for mount in inventory.mounts if mount.target == mount_point and mount.device]
    named = [entry.device for entry in inventory.fstab if mount_point in entry.places and entry.device]
    return next(iter([*reversed(mounted), *named]), "")


def _switch(value: str | None) -> bool | None:
    return {"1": True, "0": False}.get(value or "")


def _volume_autoactivation(host: Host, volume: LogicalVolume) -> bool | None:
    fields = ("--noheadings", "--nohints", "--test", "--binary", "-o", "lv_autoactivation")
    outcome = host.run(Command(("lvm", "lvs", *fields, f"{volume.volume_group}/{volume.name}")))
    return _switch(outcome.stdout.strip()) if outcome.ok else None


def _is_enabled(host: Host, unit: str) -> bool | None:
    outcome = host.run(Command(("systemctl", "is-enabled", "--", unit)))
    return None if outcome.status is None else outcome.stdout.strip() == "enabled"
