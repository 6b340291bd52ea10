"""The VGs that fstab needs."""

from collections.abc import Iterator

from tui.storage.model.inventory import Inventory
from tui.storage.probe.devices.lvm import names_of_map


def is_waited_for(inventory: Inventory, name: str) -> bool:
    """Whether fstab names a volume of a group, or asks for one that is not there and may be of it."""
    return any(wanted in ("", name) for wanted in awaited_groups(inventory))


def awaited_groups(inventory: Inventory) -> Iterator[str]:
    """The group of each volume that fstab asks for and that is not there; empty where it may be any."""
    for entry in inventory.fstab:
        if entry.device or "noauto" in entry.options or not entry.mount_point.startswith("/"):
            continue
        if "=" in entry.spec and not entry.spec.startswith("/"):
            if "_netdev" in entry.options:
                yield ""
            continue
        wanted = _group_in(entry.spec)
        if wanted:
            yield wanted


def _group_in(spec: str) -> str:
    """The group in /dev/VG/LV or /dev/mapper/VG-LV, or empty."""
    parts = spec.split("/")
    if len(parts) != 4 or parts[:2] != ["", "dev"]:
        return ""
    return names_of_map(parts[3])[0] if parts[2] == "mapper" else parts[2]
