"""Swap space: disabled, and enabled again."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.files import Swap
from tui.storage.operations.calls import change
from tui.storage.operations.command import CommandOperation
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.probe.narrow import device_behind, look_at_devices
from tui.storage.probe.reading import text, whole_number
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import as_typed, clean
from tui.words import translate as _

MOVING = 600.0
"""Seconds: everything that was swapped out is read back over the network."""

MARGIN = 64 * 1024 * 1024
"""Bytes that must stay available afterwards, so that the machine does not begin to end processes."""


class SwapOff(Operation, frozen=True):
    """Disable swap space; what is on it is read back into memory.

    Attributes:
        path: a name that lasts: /dev/VG/LV, /dev/disk/by-uuid/…, or a file.
        priority: as it was given, or -1 where the kernel chose it.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    only_stops: ClassVar[bool] = True
    survives_reboot: ClassVar[bool] = False
    path: str
    priority: int = -1

    def title(self) -> str:
        return _("Disable the swap space {path}").format(path=clean(self.path, 120))

    def takes_away(self) -> str:
        return _("The swap space {path} is disabled.").format(path=clean(self.path, 120))

    def why(self) -> str:
        return _("Swapped-out pages are read back into memory. This starts only if there is room for them.")

    def shown(self) -> tuple[str, ...]:
        return (as_typed(("swapoff", self.path)),)

    def is_done(self, host: Host) -> bool:
        return swap_at(host, self.path) is None

    def check(self, host: Host) -> None:
        swap = swap_at(host, self.path)
        room = room_without(host, (swap,)) if swap is not None else None
        if swap is None or room is None or room >= swap.used + MARGIN:
            return
        raise Refused(
            Problem(
                "swap.no-room",
                _(
                    "{used} are swapped to {path}, but only {room} are free in memory and other swap space."
                ).format(
                    used=size_words(swap.used, room),
                    path=clean(self.path, 120),
                    room=size_words(room, swap.used),
                ),
                _("Without it the kernel would kill processes (OOM)."),
                _("Stop something that uses much memory, or add other swap space, then retry."),
            )
        )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        change(host, ("swapoff", self.path), self.title(), deadline=MOVING, progress=progress)

    def undo(self) -> tuple[Operation, ...]:
        return (SwapOn(self.path, self.priority),)


class SwapOn(CommandOperation, frozen=True):
    """Enable swap space. The attributes are those of `SwapOff`."""

    survives_reboot: ClassVar[bool] = False
    path: str
    priority: int = -1

    def title(self) -> str:
        return _("Enable the swap space {path}").format(path=clean(self.path, 120))

    def why(self) -> str:
        return _("It was in use before.")

    @property
    def argv(self) -> tuple[str, ...]:
        # Run swapon, which takes nothing that is not marked as swap space.
        chosen = ("--priority", str(self.priority)) if self.priority >= 0 else ()
        return ("swapon", *chosen, self.path)

    def is_done(self, host: Host) -> bool:
        return swap_at(host, self.path) is not None

    def undo(self) -> tuple[Operation, ...]:
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
