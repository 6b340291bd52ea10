"""The whole look at a host for a diagnosis: every item at the same time, and an end to it by a deadline.

No disk is read that would block whoever reads it, and no process is left behind: a command that is not done
in time is killed with its children, and what it would have told is missing from the evidence.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from tui.recovery.evidence import Evidence, Item, Unread
from tui.recovery.facts import (
    DatabaseLock,
    KernelModules,
    Link,
    NameFacts,
    PacketTest,
    PortalReply,
    Route,
    Setting,
)
from tui.recovery.gathering.bounded import BoundedHost
from tui.recovery.gathering.device_mapper import read_maps
from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.gathering.host_side import (
    read_database,
    read_kernel_modules,
    read_multipathd,
    read_names,
    read_units,
)
from tui.recovery.gathering.identities import read_identities
from tui.recovery.gathering.kernel_state import read_ext4, read_guests, read_hosts, read_processes
from tui.recovery.gathering.logs import boot_time, read_activation, read_daemon, read_kernel
from tui.recovery.gathering.lvm_side import read_devices_file, read_notes, read_settings
from tui.recovery.gathering.network_paths import (
    places_of,
    read_links,
    read_packets,
    read_portals,
    read_routes,
)
from tui.recovery.gathering.unused_disks import read_signatures
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.operations.multipath.forget_wwid import listed_luns
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.probe.reading import text
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

WITHIN = 4.5
"""Seconds that a look takes at most, so that `doctor` has said all within 5."""

_KILLING = 0.7
"""Seconds kept at the end for killing what is late."""

T = TypeVar("T")

Told = Callable[[Item, str], None]
"""Gets each item as soon as it is read, or why it was not, in words; called from any thread."""


def _unheard(_item: Item, _why: str) -> None:
    """For those who do not follow a look."""


class _Question(Generic[T]):
    """One question to the host, in a thread of its own that never keeps the program from ending."""

    def __init__(self, ask: Callable[[], T], *items: Item, told: Told) -> None:
        self._items, self._ask, self._told = items, ask, told
        self._value: T | None = None
        self.why = _("no answer in time")
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            value = self._ask()
        except NotAvailable as error:
            self.why = clean(str(error))
        except OSError as error:
            self.why = clean(error.strerror or str(error))
        except Exception as error:  # noqa: BLE001 (one item less: the rest of the evidence counts)
            self.why = clean(f"{type(error).__name__}: {error}")
        else:
            self._value, self.why = value, ""
        for item in self._items:
            self._told(item, self.why)

    def answer(self, end: float, unread: list[Unread], empty: T) -> T:
        """What was told by a moment; where nothing was, the empty value, and that it is missing."""
        self._thread.join(max(0.0, end - time.monotonic()))
        value = self._value
        if value is None:
            unread += [Unread(item, self.why) for item in self._items]
        return empty if value is None else value


def gather(host: Host, within: float = WITHIN, told: Told = _unheard) -> Evidence:
    """Look at everything.

    Args:
        host: the machine.
        within: seconds the whole may take.
        told: follows the look; what is late is not told.

    Raises:
        ConsoleError: not even the inventory could be taken in that time.
    """
    begun = time.monotonic()
    end, last_call = begun + within, begun + within - _KILLING
    bounded = BoundedHost(host, last_call)
    inventory: _Question[Inventory | None] = _Question(partial(take_inventory, bounded), told=told)
    kernel = _Question(partial(read_kernel, bounded), Item.KERNEL, told=told)
    daemon = _Question(partial(read_daemon, bounded), Item.DAEMON, told=told)
    portals = _Question(partial(_portals, bounded, last_call), Item.PORTALS, told=told)
    ways = _Question(partial(_ways, bounded, last_call), Item.ROUTES, Item.LINKS, told=told)
    packets = _Question(partial(_packets, bounded, last_call), Item.PACKETS, told=told)
    maps = _Question(partial(read_maps, bounded), Item.MAPS, told=told)
    ext4 = _Question(partial(read_ext4, bounded), Item.EXT4, told=told)
    processes = _Question(partial(read_processes, bounded), Item.TASKS, Item.DAEMONS, told=told)
    guests = _Question(partial(read_guests, bounded), Item.GUESTS, told=told)
    hosts = _Question(partial(read_hosts, bounded), Item.HOSTS, told=told)
    identities = _Question(partial(read_identities, bounded, last_call), Item.IDENTITIES, told=told)
    notes = _Question(partial(read_notes, bounded), Item.NOTES, told=told)
    activation = _Question(partial(read_activation, bounded), Item.ACTIVATION, told=told)
    settings = _Question(partial(_settings, bounded), Item.SETTINGS, Item.DEVICES_FILE, told=told)
    watched = _Question(partial(read_multipathd, bounded), Item.PATHS, told=told)
    units = _Question(partial(read_units, bounded), Item.UNITS, told=told)
    database = _Question(partial(read_database, bounded), Item.DATABASE, told=told)
    modules = _Question(partial(read_kernel_modules, bounded), Item.MODULES, told=told)
    names = _Question(partial(read_names, bounded), Item.NAMES, told=told)
    joined_once = _Question(partial(listed_luns, bounded), Item.MULTIPATH_LIST, told=told)
    signatures = _Question(partial(read_signatures, bounded, last_call), Item.SIGNATURES, told=told)
    fstab = _Question(partial(text, bounded, FSTAB), Item.FSTAB, told=told)
    unread: list[Unread] = []
    taken = inventory.answer(end, unread, None)
    if taken is None:
        raise ConsoleError(_no_inventory(inventory.why, within))
    routes, links = ways.answer(end, unread, ((), ()))
    tasks, daemons = processes.answer(end, unread, ((), ()))
    paths, queueing = watched.answer(end, unread, ((), ()))
    known_settings, devices_file = settings.answer(end, unread, ((), ""))
    return Evidence(
        taken,
        now=host.now(),
        booted=boot_time(host),
        kernel=kernel.answer(end, unread, ()),
        daemon=daemon.answer(end, unread, ()),
        portals=portals.answer(end, unread, ()),
        routes=routes,
        links=links,
        packets=packets.answer(end, unread, ()),
        maps=maps.answer(end, unread, ()),
        ext4=ext4.answer(end, unread, ()),
        tasks=tasks,
        daemons=daemons,
        guests=guests.answer(end, unread, ()),
        hosts=hosts.answer(end, unread, ()),
        identities=identities.answer(end, unread, ()),
        notes=notes.answer(end, unread, ()),
        activation=activation.answer(end, unread, ()),
        settings=known_settings,
        devices_file=devices_file,
        paths=paths,
        queueing=queueing,
        units=units.answer(end, unread, ()),
        database=database.answer(end, unread, DatabaseLock()),
        modules=modules.answer(end, unread, KernelModules()),
        names=names.answer(end, unread, NameFacts()),
        multipath_list=joined_once.answer(end, unread, ()),
        signatures=signatures.answer(end, unread, ()),
        fstab=fstab.answer(end, unread, ""),
        unread=tuple(unread),
        seconds=time.monotonic() - begun,
    )


def _portals(host: Host, end: float) -> tuple[PortalReply, ...]:
    places = places_of(host)
    replies = read_portals(host, [portal for portal, _bound in places], end)
    if places and not replies:
        raise NotAvailable(_("none was tried"))
    return replies


def _ways(host: Host, end: float) -> tuple[tuple[Route, ...], tuple[Link, ...]]:
    routes = read_routes(host, places_of(host), end)
    return routes, read_links(host, routes)


def _packets(host: Host, end: float) -> tuple[PacketTest, ...]:
    places = places_of(host)
    routes = read_routes(host, places, end)
    return read_packets(host, [portal for portal, _bound in places], routes, read_links(host, routes), end)


def _settings(host: Host) -> tuple[tuple[Setting, ...], str]:
    settings = read_settings(host)
    return settings, read_devices_file(host, settings)


def _no_inventory(why: str, within: float) -> Problem:
    return Problem(
        "doctor.no-inventory",
        _("This host's storage could not be read within {seconds:.1f} s.").format(seconds=within),
        _("The machine is very busy, or something in the kernel hangs."),
        _("Give it more time: --within 30."),
        evidence=(why,) if why else (),
    )
