"""Which rung of the picture a happening is about.

Logs and events name things as the kernel does: a disk, a session number, `MAJOR:MINOR`. Such raw names are
`device:sda`, `sid:3`, `lun:HOST:CHANNEL:TARGET:LUN` and `number:8:0`. They are used again for other things
later, so a happening's rung is looked up soon after it came, and kept.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from tui.storage.model.inventory import Inventory
from tui.storage.news.happening import Happening
from tui.storage.stacks.stack import Stack


class SubjectIndex:
    """The rungs by every name that logs and events use for them.

    Of the rungs that stand on one device the lowest counts: an event of `sda` is about the LUN.
    """

    def __init__(self, found: Iterable[Stack], inventory: Inventory) -> None:
        self._rungs: dict[str, str] = {}
        for stack in found:
            for rung in stack.rungs:
                self._rungs.setdefault(rung.key, rung.key)
                for name in rung.also:
                    self._rungs.setdefault(name, rung.key)
                if rung.device:
                    self._rungs.setdefault(f"device:{rung.device}", rung.key)
                if rung.sid is not None:
                    self._rungs.setdefault(f"sid:{rung.sid}", rung.key)
        for device in inventory.devices:
            key = self._rungs.get(f"device:{device.name}")
            if key is not None:
                self._rungs[f"number:{device.number}"] = key

    def resolved(self, happenings: Iterable[Happening]) -> tuple[Happening, ...]:
        """The happenings with the keys of their rungs; what has no rung stays as it came."""
        return tuple(
            replace(happening, subject=key)
            if (key := self._rungs.get(happening.subject)) is not None and key != happening.subject
            else happening
            for happening in happenings
        )
