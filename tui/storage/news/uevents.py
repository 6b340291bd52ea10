"""The kernel's uevents of storage: which topics they are about, and what is listed of them."""

import contextlib
import select
import time
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from tui.storage.model.topic import Topic
from tui.storage.news.event_budget import EventBudget
from tui.storage.news.happening import Happening
from tui.storage.news.uevent_words import told_early, uevent_happening

SUBSYSTEMS = {
    "block": frozenset({Topic.DEVICES, Topic.LVM}),
    "scsi": frozenset({Topic.DEVICES}),
    "iscsi_session": frozenset({Topic.SESSIONS}),
    "iscsi_connection": frozenset({Topic.SESSIONS}),
    "iscsi_host": frozenset({Topic.SESSIONS}),
}
"""A block event may be about a PV that has just come or gone, so it always counts for LVM too."""

_RECEIVE_BUFFER = 16 * 1024 * 1024
"""Bytes of uevents the kernel keeps for us: a login to a thousand LUNs makes some ten thousand of them."""

_AT_ONCE = 50
"""Events in one turn, some milliseconds: a storm must leave time for everything else, and for stopping."""


class Announced(Struct, frozen=True):
    """What was announced.

    Attributes:
        topics: what may have changed.
        happenings: what there is to tell a person.
        more: more may be waiting than was read in this turn.
    """

    topics: frozenset[Topic] = frozenset()
    happenings: tuple[Happening, ...] = ()
    more: bool = False


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
    """The uevents of this machine: as the kernel sends them, and again after udev has worked on them.

    udev may take seconds for a disk, and what the kernel itself changed is worth a look before that. So disks
    that come, go or grow are listed at once; maps, which have their names from udev, and contents after it.
    Where udev does not run everything is listed as the kernel sends it.

    Raises:
        OSError: the netlink socket could not be opened.
        ImportError: there is no libudev on this host.
    """

    def __init__(self) -> None:
        import pyudev  # noqa: PLC0415 (loads libudev, which a host may lack)

        context = pyudev.Context()
        sources = ("kernel", "udev") if Path("/run/udev/control").exists() else ("kernel",)
        self._monitors = {source: pyudev.Monitor.from_netlink(context, source) for source in sources}
        self._ready = select.epoll()
        for monitor in self._monitors.values():
            for subsystem in SUBSYSTEMS:
                monitor.filter_by(subsystem)
            with contextlib.suppress(OSError):
                monitor.set_receive_buffer_size(_RECEIVE_BUFFER)
            monitor.start()
            self._ready.register(monitor.fileno(), select.EPOLLIN)
        self._budget = EventBudget()

    def fileno(self) -> int:
        """What becomes readable with any of the netlink sockets."""
        return self._ready.fileno()

    def drain(self) -> Announced:
        """The topics that the waiting uevents are about, and what is worth telling of them."""
        topics: set[Topic] = set()
        now = time.time()
        found: list[Happening] = list(self._budget.rest(now))
        more = False
        for source, monitor in self._monitors.items():
            for _turn in range(_AT_ONCE):
                device = monitor.poll(0)
                if device is None:
                    break
                subsystem, name = device.subsystem or "", device.sys_name
                action, properties = device.action or "", device.properties
                topics |= SUBSYSTEMS.get(subsystem, frozenset())
                if subsystem not in {"block", "scsi"}:
                    continue
                mine = len(self._monitors) == 1 or (
                    told_early(action, subsystem, name, properties) == (source == "kernel")
                )
                if mine and self._budget.open(now):
                    told = uevent_happening(now, action, subsystem, name, properties)
                    if told is not None:
                        found.append(told)
            else:
                more = True
        return Announced(frozenset(topics), tuple(found), more)

    def rest(self) -> tuple[Happening, ...]:
        """How many events of a storm were left out."""
        return tuple(self._budget.rest(time.time()))

    def close(self) -> None:
        """Close the sockets: libudev closes each with its last reference."""
        self._ready.close()
        self._monitors.clear()
