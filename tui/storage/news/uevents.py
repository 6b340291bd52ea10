"""The kernel's uevents of storage, after udev has worked on them where udev runs."""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tui.storage.layer import Layer
from tui.storage.news.event_budget import EventBudget
from tui.storage.news.happening import Happening
from tui.storage.news.uevent_words import uevent_happening

SUBSYSTEMS = {
    "block": frozenset({Layer.DEVICES, Layer.LVM}),
    "scsi": frozenset({Layer.DEVICES}),
    "iscsi_session": frozenset({Layer.SESSIONS}),
    "iscsi_connection": frozenset({Layer.SESSIONS}),
    "iscsi_host": frozenset({Layer.SESSIONS}),
}
"""A block event may be about a PV that has just come or gone, so it always counts for LVM too."""

_RECEIVE_BUFFER = 16 * 1024 * 1024
"""Bytes of uevents the kernel keeps for us: a login to a thousand LUNs makes some ten thousand of them."""

_AT_ONCE = 500
"""Events in one turn: a storm must leave time for everything else, and for stopping."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What was announced.

    Attributes:
        layers: what may have changed.
        happenings: what there is to tell a person.
    """

    layers: frozenset[Layer] = frozenset()
    happenings: tuple[Happening, ...] = ()


class EventSource(Protocol):
    """Something that announces changes."""

    def fileno(self) -> int:
        """A file descriptor that becomes readable when there is something to drain."""

    def drain(self) -> Announced:
        """Take what has been announced, a bounded piece. Raises OSError with ENOBUFS when some was lost."""

    def rest(self) -> tuple[Happening, ...]:
        """What there is to say of a storm that is over; asked for now and then."""

    def close(self) -> None:
        """Stop listening."""


class Uevents:
    """The uevents of this machine.

    Raises:
        OSError: the netlink socket could not be opened.
        ImportError: there is no libudev on this host.
    """

    def __init__(self) -> None:
        import pyudev  # noqa: PLC0415 (loads libudev, which a host may lack)

        source = "udev" if Path("/run/udev/control").exists() else "kernel"
        self._monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source)
        for subsystem in SUBSYSTEMS:
            self._monitor.filter_by(subsystem)
        with contextlib.suppress(OSError):
            self._monitor.set_receive_buffer_size(_RECEIVE_BUFFER)
        self._monitor.start()
        self._budget = EventBudget()

    def fileno(self) -> int:
        """The netlink socket."""
        return int(self._monitor.fileno())

    def drain(self) -> Announced:
        """The layers that the waiting uevents are about, and what is worth telling of them."""
        layers: frozenset[Layer] = frozenset()
        now = time.time()
        found: list[Happening] = list(self._budget.rest(now))
        for _turn in range(_AT_ONCE):
            device = self._monitor.poll(0)
            if device is None:
                break
            subsystem = device.subsystem or ""
            layers |= SUBSYSTEMS.get(subsystem, frozenset())
            if subsystem in {"block", "scsi"} and self._budget.open(now):
                told = uevent_happening(
                    now, device.action or "", subsystem, device.sys_name, device.properties
                )
                if told is not None:
                    found.append(told)
        return Announced(layers, tuple(found))

    def rest(self) -> tuple[Happening, ...]:
        """How many events of a storm were left out."""
        return tuple(self._budget.rest(time.time()))

    def close(self) -> None:
        """Let go of the socket: libudev closes it with the last reference."""
        del self._monitor
