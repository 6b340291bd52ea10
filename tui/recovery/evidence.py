"""Everything that a diagnosis is made from: the inventory, and what lies beyond it.

Each item is read with a deadline of its own, so that any of them may be missing: then its field is empty and
`unread` says why. A detector that concludes something from what it does not see asks `has` first.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import astuple, replace

from tui.maintenance.reconnect import Disconnected, disconnected
from tui.recovery.facts import (
    AcceptedFinding,
    BootUnit,
    BtrfsState,
    DaemonProcess,
    DatabaseLock,
    DiskContent,
    Ext4Errors,
    GuestDisk,
    Identity,
    KernelModules,
    Link,
    MapTable,
    NameFacts,
    Nic,
    PacketTest,
    PathState,
    PortalReply,
    Queueing,
    Setting,
    Unit,
    UnitLines,
    WaitingTask,
)
from tui.recovery.gathering.accepted_file import read_accepted
from tui.recovery.gathering.boot_side import (
    read_boot_units,
    read_mdadm_conf,
    read_unit_lines,
)
from tui.recovery.gathering.btrfs import read_btrfs
from tui.recovery.gathering.device_mapper import read_maps
from tui.recovery.gathering.host_side import (
    read_database,
    read_kernel_modules,
    read_names,
    read_paths_and_queueing,
    read_units,
)
from tui.recovery.gathering.identities import read_identities
from tui.recovery.gathering.kernel_state import read_ext4, read_guests, read_hosts, read_tasks_and_daemons
from tui.recovery.gathering.logs import read_activation, read_daemon, read_kernel
from tui.recovery.gathering.look import Look
from tui.recovery.gathering.lvm_side import read_lvm, read_notes
from tui.recovery.gathering.network_paths import (
    read_known_packets,
    read_known_portals,
    read_network,
    read_nics,
)
from tui.recovery.gathering.record_listing import read_known_listing
from tui.recovery.gathering.unused_disks import read_signatures
from tui.storage.host.interface import PortAnswer
from tui.storage.iscsi.refused_settings import Listing
from tui.storage.lvm.metadata_backup import GroupNotes
from tui.storage.model.equality import ComparedBy
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Portal
from tui.storage.news.happening import Happening
from tui.storage.operations.multipath.forget_wwid import listed_luns
from tui.storage.probe.devices.all_signatures import Probing
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.probe.reading import text
from tui.storage.probe.system.routes import Route
from tui.storage.stacks.stack import Stack, stacks
from tui.words import translate as _

T = TypeVar("T")


class Item(StrEnum):
    """What is gathered besides the inventory; named like the fields that hold it."""

    KERNEL = "kernel"
    DAEMON = "daemon"
    PORTALS = "portals"
    ROUTES = "routes"
    LINKS = "links"
    PACKETS = "packets"
    MAPS = "maps"
    EXT4 = "ext4"
    BTRFS = "btrfs"
    TASKS = "tasks"
    DAEMONS = "daemons"
    GUESTS = "guests"
    HOSTS = "hosts"
    IDENTITIES = "identities"
    NOTES = "notes"
    ACTIVATION = "activation"
    SETTINGS = "settings"
    DEVICES_FILE = "devices_file"
    PATHS = "paths"
    UNITS = "units"
    DATABASE = "database"
    MODULES = "modules"
    NAMES = "names"
    MULTIPATH_LIST = "multipath_list"
    SIGNATURES = "signatures"
    FSTAB = "fstab"
    LISTING = "listing"
    BOOT_UNITS = "boot_units"
    UNIT_LINES = "unit_lines"
    AWAY = "away"
    ARRAYS = "arrays"
    NICS = "nics"
    ACCEPTED = "accepted"


_NO_LOCK, _NO_MODULES, _NO_NAMES = DatabaseLock(), KernelModules(), NameFacts()
_NO_LISTING = Listing()


class Source(Struct, frozen=True):
    """Where an item of the evidence comes from.

    Attributes:
        item: under which it is reported when it cannot be read.
        words: what it is, for a person; None where it is a second part of that item.
        read: gets it from a host, and raises `NotAvailable` or an `OSError` where it cannot.
        empty: stands for it where it was not read.
    """

    item: Item
    words: Callable[[], str] | None
    read: Callable[[Look], object]
    empty: object


_declared: list[tuple[Item | None, Callable[[], str] | None, Callable[[Look], object], object]] = []
"""Of each field that holds an item, in their order."""


def _item(
    words: Callable[[], str] | None, read: Callable[[Look], T], empty: T, item: Item | None = None
) -> T:
    """A field of the evidence that holds an item, with the type of its value."""
    _declared.append((item, words, read, empty))
    return empty


class Unread(Struct, frozen=True):
    """An item that could not be read, and why, in words."""

    item: Item
    why: str


class Evidence(ComparedBy, frozen=True, eq=False, dict=True):
    """One look at a host for a diagnosis. Absent items are empty, and named in `unread`.

    The fields from `kernel` to `accepted` are the table of items: the words, the reader and the empty value
    of each stand beside its type. An item needs such a field and its name in `Item`, and nothing else.

    Attributes:
        inventory: the storage.
        now: seconds since the epoch on that host.
        booted: when it started, or 0 where that is not known.
        seconds: how long the gathering took.
        unread: what could not be read.
    """

    inventory: Inventory
    now: float = 0.0
    booted: float = 0.0
    seconds: float = 0.0
    kernel: tuple[Happening, ...] = _item(
        lambda: _("the kernel's log"), lambda look: read_kernel(look.host), ()
    )
    """Storage lines of the kernel's log of this boot, oldest first."""
    daemon: tuple[Happening, ...] = _item(
        lambda: _("iscsid in the journal"), lambda look: read_daemon(look.host), ()
    )
    """The lines of iscsid in the journal of this boot, oldest first."""
    portals: tuple[PortalReply, ...] = _item(
        lambda: _("whether each portal answers"), lambda look: read_known_portals(look.host, look.end), ()
    )
    """How every portal of a record or session takes a TCP connection."""
    routes: tuple[Route, ...] = _item(
        lambda: _("the routes to the portals"), lambda look: look.once(read_network)[0], ()
    )
    """How each of their addresses is reached."""
    links: tuple[Link, ...] = _item(
        lambda: _("the network interfaces"), lambda look: look.once(read_network)[1], ()
    )
    """The network interfaces those routes use, and what they are made of."""
    packets: tuple[PacketTest, ...] = _item(
        lambda: _("whether small and large packets get through"),
        lambda look: read_known_packets(look.host, look.end),
        (),
    )
    """Whether small and large packets come back from them."""
    maps: tuple[MapTable, ...] = _item(
        lambda: _("the device-mapper maps"), lambda look: read_maps(look.host), ()
    )
    """The device-mapper's maps."""
    ext4: tuple[Ext4Errors, ...] = _item(
        lambda: _("the ext4 error counters"), lambda look: read_ext4(look.host), ()
    )
    """The error counters of mounted ext4 file systems."""
    btrfs: tuple[BtrfsState, ...] = _item(
        lambda: _("the devices of btrfs file systems"), lambda look: read_btrfs(look.host), ()
    )
    """Mounted btrfs file systems on several devices."""
    tasks: tuple[WaitingTask, ...] = _item(
        lambda: _("processes waiting for a disk"), lambda look: look.once(read_tasks_and_daemons)[0], ()
    )
    """Tasks that wait uninterruptibly."""
    daemons: tuple[DaemonProcess, ...] = _item(
        lambda: _("iscsid and multipathd"), lambda look: look.once(read_tasks_and_daemons)[1], ()
    )
    """The daemons and calls of iscsiadm that run."""
    guests: tuple[GuestDisk, ...] = _item(
        lambda: _("the disks that virtual machines have open"), lambda look: read_guests(look.host), ()
    )
    """Block devices that virtual machines on this host have open."""
    hosts: tuple[int, ...] = _item(
        lambda: _("the kernel's iSCSI hosts"), lambda look: read_hosts(look.host), ()
    )
    """Numbers of the kernel's iSCSI hosts; with iscsi_tcp each has one session."""
    identities: tuple[Identity, ...] = _item(
        lambda: _("the identity that each disk reports"),
        lambda look: read_identities(look.host, look.end),
        (),
    )
    """What the disks that answer say of themselves now."""
    notes: tuple[GroupNotes, ...] = _item(
        lambda: _("LVM's metadata backups"), lambda look: read_notes(look.host), ()
    )
    """LVM's notes on the groups it knows or knew, of each the latest first."""
    activation: tuple[str, ...] = _item(
        lambda: _("LVM in the journal"), lambda look: read_activation(look.host), ()
    )
    """What LVM said in the journal of this boot about pools that it could not activate, oldest first."""
    settings: tuple[Setting, ...] = _item(
        lambda: _("LVM's settings"), lambda look: look.once(read_lvm)[0], ()
    )
    """Of LVM."""
    devices_file: str = _item(lambda: _("LVM's devices file"), lambda look: look.once(read_lvm)[1], "")
    """Text of LVM's devices file where it is in use, else empty."""
    paths: tuple[PathState, ...] = _item(
        lambda: _("the paths that multipathd reports"), lambda look: look.once(read_paths_and_queueing)[0], ()
    )
    """Of multipathd."""
    queueing: tuple[Queueing, ...] = _item(
        None, lambda look: look.once(read_paths_and_queueing)[1], (), item=Item.PATHS
    )
    """Of its maps."""
    units: tuple[Unit, ...] = _item(
        lambda: _("the systemd mount units"), lambda look: read_units(look.host), ()
    )
    """The mount units of fstab."""
    database: DatabaseLock = _item(
        lambda: _("the lock of the record database"), lambda look: read_database(look.host), _NO_LOCK
    )
    """The lock of the record database."""
    modules: KernelModules = _item(
        lambda: _("the kernel modules"), lambda look: read_kernel_modules(look.host), _NO_MODULES
    )
    """Of the running kernel."""
    names: NameFacts = _item(
        lambda: _("the identity of this host"), lambda look: read_names(look.host), _NO_NAMES
    )
    """Of this host's identity."""
    multipath_list: tuple[str, ...] = _item(
        lambda: _("the WWIDs in multipath's wwids file"), lambda look: listed_luns(look.host), ()
    )
    """WWIDs of the LUNs that multipath has joined once and LVM passes over."""
    signatures: tuple[DiskContent, ...] = _item(
        lambda: _("the content of unused disks"), lambda look: read_signatures(look.host, look.end), ()
    )
    """What is on disks of LUNs that answer, that nobody uses, and that udev calls no PV."""
    fstab: str = _item(lambda: _("fstab"), lambda look: text(look.host, FSTAB), "")
    """The text of /etc/fstab."""
    listing: Listing = _item(lambda: _("whether iscsiadm lists the records"), read_known_listing, _NO_LISTING)
    """What iscsiadm makes of the record database."""
    boot_units: tuple[BootUnit, ...] = _item(
        lambda: _("systemd's units of mounts and swap space"), lambda look: look.once(read_boot_units), ()
    )
    """Those that systemd knows, of encrypted devices too."""
    unit_lines: tuple[UnitLines, ...] = _item(
        lambda: _("the failed units in the journal"), lambda look: look.once(read_unit_lines), ()
    )
    """What those of them that failed said."""
    away: tuple[Disconnected, ...] = _item(
        lambda: _("what was disconnected"), lambda look: disconnected(look.host), ()
    )
    """What a person disconnected with this program and has not reconnected."""
    arrays: str = _item(lambda: _("the arrays of mdadm.conf"), lambda look: read_mdadm_conf(look.host), "")
    """The text of mdadm.conf."""
    nics: tuple[Nic, ...] = _item(
        lambda: _("the network interfaces there are"), lambda look: read_nics(look.host), ()
    )
    """Every network interface, of which `lo` is always one; empty on a captured host without them."""
    accepted: tuple[AcceptedFinding, ...] = _item(
        lambda: _("the findings that are accepted"), lambda look: read_accepted(look.host), ()
    )
    """Those of the file in which this host's administrator accepts findings."""
    unread: tuple[Unread, ...] = ()

    @property
    def compared(self) -> tuple[object, ...]:
        """All but how long the gathering took."""
        return astuple(replace(self, seconds=0.0))

    def has(self, item: Item) -> bool:
        """Whether an item was read, so that what it does not hold is not there."""
        return all(unread.item is not item for unread in self.unread)

    @cached_property
    def stacks(self) -> tuple[Stack, ...]:
        """The stacks of the inventory."""
        return stacks(self.inventory)

    def answer_of(self, portal: Portal) -> PortAnswer | None:
        """How a portal took a connection, or None where it was not tried."""
        return next((reply.answer for reply in self.portals if reply.portal.is_same_place(portal)), None)

    def route_to(self, address: str) -> Route | None:
        """How an address is reached, or None where that is not known."""
        return next((route for route in self.routes if route.address == address), None)

    def link(self, name: str) -> Link | None:
        """A network interface, or None."""
        return next((link for link in self.links if link.name == name), None)

    def notes_of(self, group: str, uuid: str = "") -> tuple[GroupNotes, ...]:
        """LVM's notes on a group, the latest first; with a UUID not those of another group of that name."""
        return tuple(backup for backup in self.notes if backup.group == group and uuid in {"", backup.uuid})

    def content_of(self, disk: str) -> Probing | None:
        """What is on a disk that nobody uses, or None where it was not looked at."""
        return next(
            (content.probing for content in self.signatures if content.disk == disk and content.probing.done),
            None,
        )

    def table_of(self, name: str) -> MapTable | None:
        """A map of the device-mapper, or None."""
        return next((table for table in self.maps if table.name == name), None)

    def setting(self, name: str) -> str:
        """The value of one of LVM's settings, or empty."""
        return next((setting.value for setting in self.settings if setting.name == name), "")

    def kernel_about(self, *subjects: str, since: float = 0.0) -> tuple[Happening, ...]:
        """The kernel's lines about raw names such as `sid:3`, `device:sda`, `lun:6:0:0:1`."""
        return tuple(line for line in self.kernel if line.subject in subjects and line.when >= since)

    def daemon_about(self, *subjects: str, since: float = 0.0) -> tuple[Happening, ...]:
        """The lines of iscsid about raw names such as `sid:3`."""
        return tuple(line for line in self.daemon if line.subject in subjects and line.when >= since)


_FIELDS = Evidence.__struct_fields__
_ITEM_FIELDS = _FIELDS[_FIELDS.index("kernel") : _FIELDS.index("unread")]


def sources() -> dict[str, Source]:
    """Where each item comes from, by the field that holds it."""
    return {
        name: Source(item or Item(name), words, read, empty)
        for name, (item, words, read, empty) in zip(_ITEM_FIELDS, _declared, strict=True)
    }


def item_words(item: Item) -> str:
    """What an item is, for a person."""
    words = sources()[item.value].words
    return words() if words is not None else item.value
