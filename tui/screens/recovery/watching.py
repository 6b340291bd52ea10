"""Whether the storage of a host became different, as a glance at the kernel's files tells, and how often."""

from collections import Counter
from dataclasses import dataclass

from msgspec import Struct, field
from textual.message import Message

from tui.screens.pace import Kind
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.probe.glance import glance

SESSION, LUN, DEVICE, MAP, MOUNT = "session", "lun", "device", "map", "mount"
"""Kinds of what a glance sees."""

Sketch = frozenset[tuple[Kind, tuple[str, ...]]]
"""What of a host makes another diagnosis likely, and how each of it stands; what only counts, such as used
space, is not in it."""


@dataclass
class Glanced(Message):
    """A glance was taken."""

    sketch: Sketch


def sketch(inventory: Inventory) -> Sketch:
    """The sessions, disks, maps and mounts, and how each stands."""
    return frozenset(
        (
            *(
                ((SESSION, session.target, session.portal.label), (str(session.sid), session.state.value))
                for session in inventory.sessions
            ),
            *(((LUN, lun.disk or lun.address), (lun.address, lun.state.value)) for lun in inventory.luns),
            *(((DEVICE, device.name), (device.number, str(device.answers))) for device in inventory.devices),
            *(((MAP, multipath.name), multipath.good_paths) for multipath in inventory.multipath_maps),
            *(((MOUNT, mount.target), (mount.source, *mount.options)) for mount in inventory.mounts),
        )
    )


def sketch_now(host: Host, inventory: Inventory) -> Sketch:
    """The same as a glance sees it upon an inventory. No command runs, no disk is touched."""
    return sketch(glance(host, inventory))


def difference(one: Sketch, other: Sketch) -> frozenset[Kind]:
    """What stands differently in two sketches."""
    return frozenset(kind for kind, _how in one ^ other)


class Unrest(Struct):
    """What goes on changing by itself.

    Attributes:
        since: when the first change was seen, in seconds since the epoch.
        times: how often each thing was seen to be different.
        begun: how often a new session was seen for each target and portal.
    """

    since: float
    times: Counter[Kind] = field(default_factory=Counter)
    begun: Counter[Kind] = field(default_factory=Counter)

    def saw(self, before: Sketch, now: Sketch) -> None:
        """Count what differs between two glances."""
        self.times.update(difference(before, now))
        known = {(kind, how[0]) for kind, how in before if kind[0] == SESSION}
        new = {(kind, how[0]) for kind, how in now if kind[0] == SESSION} - known
        self.begun.update(kind for kind, _sid in new)
