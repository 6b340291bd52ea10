"""What every change of a host is: shown, checked, run, verified, undone."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.problem import NotVerified, Problem
from tui.words import translate as _

Progress = Callable[[str], None]
"""Gets lines for the person while an operation runs; already cleaned."""


class Risk(IntEnum):
    """What an operation can cost, the worst last."""

    READS = 0
    CONFIGURES = 1
    """Changes configuration or state and can be taken back."""
    INTERRUPTS = 2
    """Stops the I/O of running services."""
    REWRITES = 3
    """Rewrites LVM metadata; a copy is taken first."""
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


class Operation(ABC):
    """One change. Subclasses are frozen dataclasses of plain values, so that the journal can keep them.

    Fields may be str, int, bool, enums, `Secret`, frozen dataclasses and tuples of these. A `Secret` is
    never written down: an operation that is resumed from the journal has an empty one.
    """

    __slots__ = ()
    kinds: ClassVar[dict[str, type["Operation"]]] = {}
    """Every operation by its class name; the journal reads it."""
    risk: ClassVar[Risk] = Risk.CONFIGURES
    survives_reboot: ClassVar[bool] = True
    """False for what holds until the machine goes down: a login, a mount, an active volume group. When a plan
    is resumed after a reboot, such an operation is looked at again although the journal has it as done."""

    def __init_subclass__(cls, **arguments: object) -> None:
        super().__init_subclass__(**arguments)
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

    def check(self, host: Host, *, interrupted: bool = False) -> None:  # noqa: B027 (most need no check)
        """Look at the host again right before running.

        Args:
            host: the host.
            interrupted: this very operation had begun when the program was killed, so what
                it half made is its own.

        Raises:
            Refused: a precondition does not hold. Nothing was changed.
        """

    @abstractmethod
    def run(self, host: ChangingHost, progress: Progress) -> None:
        """Make the change.

        Raises:
            ConsoleError: it failed, or its outcome is unknown.
            OSError: a file could not be read or written.
        """

    def verify(self, host: Host) -> None:
        """Read the host and see that the change is there.

        Raises:
            NotVerified: the tools reported success and the host does not show it.
        """
        if not self.is_done(host):
            raise NotVerified(
                Problem(
                    "operation.not-verified",
                    _("{title}: the tool reported success, but the host does not show the change.").format(
                        title=self.title()
                    ),
                    remedy=_("Look at the commands that ran (F2) and at the host before going on."),
                )
            )

    def undo(self) -> "tuple[Operation, ...] | CannotUndo":
        """The operations that take it back, in order, or why there are none."""
        return CannotUndo(_("This cannot be taken back."))

    def loses(self) -> tuple[str, ...]:
        """What will be gone afterwards, one line each; empty unless the risk is DESTROYS."""
        return ()


@dataclass(frozen=True, slots=True)
class CannotUndo:
    """Why an operation cannot be taken back, in words."""

    reason: str
