"""Swap space: out of use, and in use again."""

from dataclasses import dataclass
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.files import Swap
from tui.storage.operations.calls import as_typed, change
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.probe.reading import text, whole_number
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _

MOVING = 600.0
"""Seconds: everything that was swapped out is read back over the network."""

MARGIN = 64 * 1024 * 1024
"""Bytes that must stay available afterwards, so that the machine does not begin to end processes."""


@dataclass(frozen=True, slots=True)
class SwapOff(Operation):
    """Take swap space out of use; what lies on it goes back into memory.

    Attributes:
        path: a name that lasts: /dev/VG/LV, /dev/disk/by-uuid/…, or a file.
        priority: as it was given, or -1 where the kernel chose it.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    path: str
    priority: int = -1

    def title(self) -> str:
        """What it does."""
        return _("Take the swap space {path} out of use").format(path=clean(self.path, 120))

    def why(self) -> str:
        """Why it is needed."""
        return _("What was swapped out goes back into memory; there is room for it, or this is not begun.")

    def shown(self) -> tuple[str, ...]:
        """The command."""
        return (as_typed(("swapoff", self.path)),)

    def is_done(self, host: Host) -> bool:
        """It is not in use."""
        return swap_at(host, self.path) is None

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: ARG002 (see Operation.check)
        """What lies on it fits into memory and the swap space that stays."""
        swap = swap_at(host, self.path)
        room = room_without(host, (swap,)) if swap is not None else None
        if swap is None or room is None or room >= swap.used + MARGIN:
            return
        raise Refused(
            Problem(
                "swap.no-room",
                _("{used} lie on {path}, and only {room} are free in memory and other swap space.").format(
                    used=size_words(swap.used, room),
                    path=clean(self.path, 120),
                    room=size_words(room, swap.used),
                ),
                _("Taking it away would make the kernel end processes."),
                _("End something that needs much memory, or add swap space elsewhere, then try again."),
            )
        )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Run swapoff."""
        change(host, ("swapoff", self.path), self.title(), deadline=MOVING, progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        """Use it again."""
        return (SwapOn(self.path, self.priority),)


@dataclass(frozen=True, slots=True)
class SwapOn(Operation):
    """Use swap space. The attributes are those of `SwapOff`."""

    survives_reboot: ClassVar[bool] = False
    path: str
    priority: int = -1

    def title(self) -> str:
        """What it does."""
        return _("Use the swap space {path}").format(path=clean(self.path, 120))

    def why(self) -> str:
        """Why it is needed."""
        return _("It was in use before.")

    def shown(self) -> tuple[str, ...]:
        """The command."""
        return (as_typed(self._argv),)

    @property
    def _argv(self) -> tuple[str, ...]:
        chosen = ("--priority", str(self.priority)) if self.priority >= 0 else ()
        return ("swapon", *chosen, self.path)

    def is_done(self, host: Host) -> bool:
        """It is in use."""
        return swap_at(host, self.path) is not None

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Run swapon, which takes nothing that is not marked as swap space."""
        change(host, self._argv, self.title(), progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        """Take it out of use."""
        return (SwapOff(self.path, self.priority),)


def swap_at(host: Host, path: str) -> Swap | None:
    """The swap space in use at a path, whichever of its names that is, or None."""
    inventory = look_at_devices(host)
    device = device_behind(host, inventory, path) if path.startswith("/dev/") else None
    for swap in inventory.swaps:
        if swap.path == path:
            return swap
        if device is not None and swap.device == device.name and swap.path.startswith("/dev/"):
            return swap
    return None


def room_without(host: Host, leaving: tuple[Swap, ...]) -> int | None:
    """Bytes available in memory and in the swap space that stays (proc(5), meminfo); None when not known."""
    available = None
    for line in text(host, "/proc/meminfo").split("\n"):
        if line.startswith("MemAvailable:"):
            available = whole_number(line.split()[1])
    if available is None:
        return None
    paths = {swap.path for swap in leaving}
    stays = (swap for swap in look_at_devices(host).swaps if swap.path not in paths)
    return available * 1024 + sum(swap.size - swap.used for swap in stays)
