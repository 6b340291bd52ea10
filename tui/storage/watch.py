"""Noticing that something about the storage has changed, and which layer of it.

Disks, maps and volumes announce themselves by uevents. Sessions do not when they fail or recover (kernel
scsi_transport_iscsi.c), so their state is read each second. The kernel marks mountinfo and swaps readable
by poll(2) when they change (proc(5)). Records are files: their times are compared.

What is reported is only that a layer changed; what it is now is for `take_inventory` to say.
"""

import contextlib
import errno
import os
import select
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from tui.storage.host.interface import FileFacts, FileKind, Host
from tui.storage.probe.fstab import FSTAB
from tui.storage.probe.initiator import INITIATOR_FILE
from tui.storage.probe.iscsid_conf import ISCSID_CONF
from tui.storage.probe.mounts import MOUNTINFO, SWAPS
from tui.storage.probe.reading import names, word


class Layer(StrEnum):
    """A part of the inventory that may have changed."""

    SESSIONS = "sessions"
    DEVICES = "devices"
    LVM = "lvm"
    MOUNTS = "mounts"
    RECORDS = "records"


EVERYTHING = frozenset(Layer)

_SUBSYSTEMS = {
    "block": frozenset({Layer.DEVICES, Layer.LVM}),
    "scsi": frozenset({Layer.DEVICES}),
    "iscsi_session": frozenset({Layer.SESSIONS}),
    "iscsi_connection": frozenset({Layer.SESSIONS}),
    "iscsi_host": frozenset({Layer.SESSIONS}),
}
"""A block event may be about a PV that has just come or gone, so it always counts for LVM too."""

_RECEIVE_BUFFER = 16 * 1024 * 1024
"""Bytes of uevents the kernel keeps for us: a login to a thousand LUNs makes some ten thousand of them."""

_MOST_AT_ONCE = 10_000

_RECORDS_EVERY = 3
"""Records, of which there may be thousands, are compared at every third look."""


class EventSource(Protocol):
    """Something that announces changes."""

    def fileno(self) -> int:
        """A file descriptor that becomes readable when there is something to drain."""

    def drain(self) -> frozenset[Layer]:
        """Take everything that has been announced. Raises OSError with ENOBUFS when some of it was lost."""

    def close(self) -> None:
        """Stop listening."""


class Uevents:
    """The kernel's uevents of storage, after udev has worked on them where udev runs.

    Raises:
        OSError: the netlink socket could not be opened.
        ImportError: there is no libudev on this host.
    """

    def __init__(self) -> None:
        import pyudev  # noqa: PLC0415 (loads libudev, which a host may lack)

        source = "udev" if Path("/run/udev/control").exists() else "kernel"
        self._monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source)
        for subsystem in _SUBSYSTEMS:
            self._monitor.filter_by(subsystem)
        with contextlib.suppress(OSError):
            self._monitor.set_receive_buffer_size(_RECEIVE_BUFFER)
        self._monitor.start()

    def fileno(self) -> int:
        """The netlink socket."""
        return int(self._monitor.fileno())

    def drain(self) -> frozenset[Layer]:
        """The layers that the waiting uevents are about."""
        layers: frozenset[Layer] = frozenset()
        for _turn in range(_MOST_AT_ONCE):
            device = self._monitor.poll(0)
            if device is None:
                break
            layers |= _SUBSYSTEMS.get(device.subsystem or "", frozenset())
        return layers

    def close(self) -> None:
        """Let go of the socket: libudev closes it with the last reference."""
        del self._monitor


class Watch:
    """A daemon thread that tells a callback which layers have changed.

    Args:
        host: the machine, for what has to be polled. It must be this one for uevents to be its own.
        heed: called from the thread with the layers that changed since the last call; it must not raise.
        events: where announcements come from; without one uevents are used, and polling alone where there
            are none.
        records: root of the record database, or empty to leave records unwatched.
        settle: seconds of quiet that end a storm of changes and let one call go out.
        patience: seconds after which a call goes out though the storm goes on.
        period: seconds between two looks at what has to be polled.
    """

    def __init__(
        self,
        host: Host,
        heed: Callable[[frozenset[Layer]], None],
        *,
        events: EventSource | None = None,
        records: str = "",
        settle: float = 0.2,
        patience: float = 1.5,
        period: float = 1.0,
    ) -> None:
        self._host, self._heed = host, heed
        self._events = events if events is not None else _uevents()
        self._records = records
        self._settle, self._patience, self._period = settle, patience, period
        self._looks = 0
        self._record_times: list[tuple[str, FileFacts | None]] = []
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch; what is there already is no change."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch within about the time one call of the callback takes. May be called twice."""
        self._stopping.set()
        if self._thread is threading.current_thread() or not self._thread.is_alive():
            return
        os.eventfd_write(self._wake, 1)
        self._thread.join(5.0)

    def _run(self) -> None:
        with contextlib.ExitStack() as opened:
            opened.callback(os.close, self._wake)
            tables = _open_tables(opened)
            if self._events is not None:
                opened.callback(self._events.close)
            self._watch(tables)

    def _watch(self, tables: dict[int, Layer]) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        for handle in tables:
            poll.register(handle, select.POLLPRI)
        if self._events is not None:
            poll.register(self._events.fileno(), select.POLLIN)
        seen = self._look()
        next_look = time.monotonic() + self._period
        changed: frozenset[Layer] = frozenset()
        first = last = 0.0
        while not self._stopping.is_set():
            now = time.monotonic()
            due = min(last + self._settle, first + self._patience) if changed else next_look
            news = self._news(poll.poll(max(0.0, min(due, next_look) - now) * 1000), tables)
            now = time.monotonic()
            if now >= next_look:
                looked = self._look()
                news |= {layer for layer, what in looked.items() if what != seen.get(layer)}
                seen, next_look = looked, now + self._period
            if news:
                first, last = (first if changed else now), now
                changed |= news
            if changed and now >= min(last + self._settle, first + self._patience):
                self._heed(changed)
                changed = frozenset()

    def _news(self, ready: list[tuple[int, int]], tables: dict[int, Layer]) -> frozenset[Layer]:
        layers: set[Layer] = set()
        for handle, _event in ready:
            if handle in tables:
                layers.add(tables[handle])
            elif self._events is not None and handle == self._events.fileno():
                layers |= self._drained(self._events)
        return frozenset(layers)

    def _drained(self, events: EventSource) -> frozenset[Layer]:
        """What was announced; everything when the kernel had to drop some of it."""
        try:
            return events.drain()
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            return EVERYTHING

    def _look(self) -> dict[Layer, object]:
        """What is compared from one look to the next: states, names and times of files."""
        host = self._host
        sessions = names(host, "/sys/class/iscsi_session")
        looked: dict[Layer, object] = {
            Layer.SESSIONS: [
                (name, word(host, f"/sys/class/iscsi_session/{name}/state")) for name in sessions
            ],
            Layer.DEVICES: names(host, "/sys/class/block"),
            Layer.MOUNTS: host.facts(FSTAB),
        }
        if self._records and self._looks % _RECORDS_EVERY == 0:
            self._record_times = _times(host, self._records)
        looked[Layer.RECORDS] = self._record_times
        self._looks += 1
        return looked


def _uevents() -> EventSource | None:
    try:
        return Uevents()
    except (ImportError, OSError):
        return None


def _open_tables(opened: contextlib.ExitStack) -> dict[int, Layer]:
    """The kernel's tables that poll(2) tells changes of."""
    tables: dict[int, Layer] = {}
    for path in (MOUNTINFO, SWAPS):
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            opened.callback(os.close, handle)
            tables[handle] = Layer.MOUNTS
    return tables


def _times(host: Host, root: str) -> list[tuple[str, FileFacts | None]]:
    """Every file of the record database and of the initiator's settings with its facts, times among them."""
    found = [(path, host.facts(path)) for path in (INITIATOR_FILE, ISCSID_CONF)]
    waiting = [f"{root}/{folder}" for folder in ("nodes", "send_targets", "isns", "ifaces")]
    while waiting:
        path = waiting.pop()
        facts = host.facts(path)
        found.append((path, facts))
        if facts is not None and facts.kind is FileKind.FOLDER:
            waiting += [f"{path}/{name}" for name in names(host, path)]
    return found
