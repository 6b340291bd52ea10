"""Whether the storage of a host became different, as a glance at the kernel's files tells."""

from dataclasses import dataclass

from textual.message import Message

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.probe.glance import glance


@dataclass
class Changed(Message):
    """A glance was taken; whether it found something else than was known."""

    is_different: bool


Sketch = frozenset[tuple[str, ...]]
"""What of a host makes another diagnosis likely; what only counts, such as used space, is not in it."""


def sketch(inventory: Inventory) -> Sketch:
    """The sessions, disks, maps and mounts, and how each stands."""
    return frozenset(
        (
            *(
                ("session", str(session.sid), session.target, session.state.value)
                for session in inventory.sessions
            ),
            *(("lun", lun.address, lun.disk, lun.state.value) for lun in inventory.luns),
            *(("device", device.name, device.number, str(device.answers)) for device in inventory.devices),
            *(("map", multipath.name, *multipath.good_paths) for multipath in inventory.multipath_maps),
            *(("mount", mount.source, mount.target, *mount.options) for mount in inventory.mounts),
        )
    )


def is_changed(host: Host, inventory: Inventory) -> bool:
    """Whether a glance finds something else than the inventory holds. No command runs, no disk is touched."""
    return sketch(glance(host, inventory)) != sketch(inventory)
