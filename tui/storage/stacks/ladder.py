"""The rungs of an inventory while they are being gathered, before they are sorted into stacks."""

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from tui.storage.model.inventory import Inventory
from tui.storage.stacks.rung import Rung


class Ladder(Struct):
    """Rungs by key, in the order found, and the rung that stands for each block device.

    Attributes:
        inventory: what they are made from.
        rungs: by key.
        on_device: kernel name to key.
    """

    inventory: Inventory
    rungs: dict[str, Rung] = field(default_factory=dict)
    on_device: dict[str, str] = field(default_factory=dict)

    def add(self, rung: Rung) -> str:
        """Take a rung in and return its key, which gets a number when something else has it already."""
        key, count = rung.key, 1
        while key in self.rungs:
            count += 1
            key = f"{rung.key}#{count}"
        self.rungs[key] = rung if key == rung.key else replace(rung, key=key)
        if rung.device:
            self.on_device.setdefault(rung.device, key)
        return key

    def below(self, devices: Iterable[str]) -> tuple[str, ...]:
        """The keys of the rungs that stand for some devices; those without one are left out."""
        return tuple(dict.fromkeys(self.on_device[name] for name in devices if name in self.on_device))

    def answers(self, device: str) -> bool:
        """Whether a device is there and reading it returns at once."""
        found = self.inventory.device(device)
        return found is not None and found.answers
