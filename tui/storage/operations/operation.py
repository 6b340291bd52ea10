"""What every change of a host is: shown, checked, run, verified, undone."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import ClassVar

from msgspec import Struct

from tui.storage.devices.identity import DeviceIdentity
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.model.inventory import Inventory
from tui.storage.problem import NotVerified, Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

Progress = Callable[[str], None]
"""Gets lines for the person while an operation runs; already cleaned."""


class Risk(IntEnum):
    """What an operation can cost, the worst last."""

    READS = 0
    CONFIGURES = 1
    """Changes configuration or state and can be undone."""
    INTERRUPTS = 2
    """Stops the I/O of running services."""
    REWRITES = 3
    """Rewrites LVM metadata; a backup is taken first."""
    DESTROYS = 4
    """Data on the device is gone afterwards."""

    @property
    def word(self) -> str:
        """The risk in the person's language."""
        return {
            Risk.READS: _("reads"),
            Risk.CONFIGURES: _("configures"),
            Risk.INTERRUPTS: _("interrupts"),
            Risk.REWRITES: _("rewrites"),
            Risk.DESTROYS: _("destroys"),
        }[self]


class Operation(Struct, frozen=True):
    """One change. Subclasses are frozen structs of plain values, so that the journal can keep them.

    Fields may be str, int, bool, enums, `Secret`, frozen structs and tuples of these. A `Secret` is
    never written down: an operation that is resumed from the journal has an empty one.
    """

    kinds: ClassVar[dict[str, type["Operation"]]] = {}
    """Every operation by its class name; the journal reads it."""
    risk: ClassVar[Risk] = Risk.CONFIGURES
    survives_reboot: ClassVar[bool] = True
    """False for what holds until the machine goes down: a login, a mount, an active volume group. When a plan
    is resumed after a reboot, such an operation is checked again although the journal has it as done."""

    only_stops: ClassVar[bool] = False
    """It stops users, unmounts, copies or reads: a device that is silent before it is silent after it."""

    frees_devices: ClassVar[bool] = False
    """It waits for those who have devices open, or ends them."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not any(getattr(getattr(cls, name, None), "__isabstractmethod__", False) for name in dir(cls)):
            Operation.kinds[cls.__name__] = cls

    @abstractmethod
    def title(self) -> str:
        """What it does, in a few words without a full stop: `Create the volume group vg_data`."""

    @abstractmethod
    def why(self) -> str:
        """Why it is needed, in a sentence or two a newcomer understands."""

    @abstractmethod
    def shown(self) -> tuple[str, ...]:
        """The exact commands and file edits it will make, one line each, secrets masked."""

    @abstractmethod
    def is_done(self, host: Host) -> bool:
        """Whether the host already is as this operation would leave it; then it is skipped."""

    def check(self, host: Host) -> None:
        """Read the host again right before running.

        Raises:
            Refused: a precondition does not hold. Nothing was changed.
        """

    def preflight(self, host: Host) -> None:
        """Check what can be known before the first operation of a plan runs.

        Asked while all that comes before this operation only stops something (`only_stops`): a plan that
        cannot go on is not begun, and nothing is left unmounted half way.

        Raises:
            Refused: this operation will be refused in its turn.
        """

    @property
    def takes_devices(self) -> bool:
        """Whether `takes` can name anything: from INTERRUPTS on, unless an operation says otherwise."""
        return self.risk >= Risk.INTERRUPTS or type(self).takes is not Operation.takes

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        """Kernel names of the devices that it takes away, or writes to past whoever uses them.

        The executor refuses the operation while something claims one of them that this host does not show.
        Unless an operation says otherwise these are what it names as a `DeviceIdentity`, and as a path below
        /dev in the field `device`.

        Args:
            inventory: at least devices, sessions, maps, mounts and swap, as they are now.
        """
        return tuple(
            device.name for path in _paths_in(self) if (device := inventory.device_at(path)) is not None
        )

    def check_interrupted(self, host: Host) -> None:
        """The same when the program was killed while this operation ran: what it left half done is its own.

        Raises:
            Refused: as `check`.
        """
        self.check(host)

    @abstractmethod
    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Make the change.

        Raises:
            ConsoleError: it failed, or its outcome is unknown.
            OSError: a file could not be read or written.
        """

    def unseen(self, host: Host) -> tuple[str, ...]:  # noqa: ARG002 (most write to no device)
        """Paths of devices of which udev does not say yet what this operation wrote to them or removed.

        lsblk, systemd, the boot and this program's own look read udev's database, not the disk. udev is told
        to look at these again: it does not notice what is written while it is at work on the device.
        """
        return ()

    def verify(self, host: Host) -> None:
        """Read the host and see that the change is there; asked again for a while when it is not.

        Raises:
            NotVerified: the tools reported success and the host, or udev, does not show it.
        """
        if not self.is_done(host):
            raise NotVerified(
                Problem(
                    "operation.not-verified",
                    _("{title}: the command succeeded, but the change is not visible on this host.").format(
                        title=self.title()
                    ),
                    remedy=_("Check the commands that ran (F2), and the host, before you continue."),
                )
            )
        behind = clean(enumerated(self.unseen(host)))
        if behind:
            raise NotVerified(
                Problem(
                    "operation.not-in-udev",
                    _("{title}: it is done, but udev does not know it.").format(title=self.title()),
                    cause=_("udev may be stopped or may have looked too early."),
                    remedy=_("Run `udevadm trigger --action=change {device}` and try again.").format(
                        device=behind
                    ),
                )
            )

    def undo(self) -> "tuple[Operation, ...] | CannotUndo":
        """The operations that undo it, in order, or why there are none."""
        return CannotUndo(_("This cannot be undone."))

    def takes_away(self) -> str:
        """What is missing on the host after it ran, as a sentence; empty for what takes nothing away.

        Said of a plan that did not come to its end: `/srv/data is not mounted.`
        """
        return ""

    def loses(self) -> tuple[str, ...]:
        """What will be gone afterwards, one line each; empty unless the risk is DESTROYS."""
        return ()


def _paths_in(operation: Operation) -> Iterator[str]:
    for name in operation.__struct_fields__:
        value = getattr(operation, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, DeviceIdentity):
                yield item.path
        if name == "device" and isinstance(value, str) and value.startswith("/dev/"):
            yield value


class CannotUndo(Struct, frozen=True):
    """Why an operation cannot be undone, in words."""

    reason: str
