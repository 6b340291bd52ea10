"""Everything that a diagnosis is made from: the inventory, and what lies beyond it.

Each item is read with a deadline of its own, so that any of them may be missing: then its field is empty and
`unread` says why. A detector that concludes something from what it does not see asks `has` first.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from tui.recovery.facts import (
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
    PacketTest,
    PathState,
    PortalReply,
    Queueing,
    Route,
    Setting,
    Unit,
    WaitingTask,
)
from tui.storage.host.interface import PortAnswer
from tui.storage.lvm.metadata_backup import GroupNotes
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Portal
from tui.storage.news.happening import Happening
from tui.storage.probe.devices.all_signatures import Probing
from tui.storage.stacks.stack import Stack, stacks
from tui.words import translate as _


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


def item_words(item: Item) -> str:
    """What an item is, for a person."""
    return {
        Item.KERNEL: _("the kernel's log"),
        Item.DAEMON: _("iscsid in the journal"),
        Item.PORTALS: _("whether each portal answers"),
        Item.ROUTES: _("the routes to the portals"),
        Item.LINKS: _("the network interfaces"),
        Item.PACKETS: _("whether small and large packets get through"),
        Item.MAPS: _("the device-mapper maps"),
        Item.EXT4: _("the ext4 error counters"),
        Item.TASKS: _("processes waiting for a disk"),
        Item.DAEMONS: _("iscsid and multipathd"),
        Item.GUESTS: _("the disks that virtual machines have open"),
        Item.HOSTS: _("the kernel's iSCSI hosts"),
        Item.IDENTITIES: _("the identity that each disk reports"),
        Item.NOTES: _("LVM's metadata backups"),
        Item.ACTIVATION: _("LVM in the journal"),
        Item.SETTINGS: _("LVM's settings"),
        Item.DEVICES_FILE: _("LVM's devices file"),
        Item.PATHS: _("the paths that multipathd reports"),
        Item.UNITS: _("the systemd mount units"),
        Item.DATABASE: _("the lock of the record database"),
        Item.MODULES: _("the kernel modules"),
        Item.NAMES: _("the identity of this host"),
        Item.MULTIPATH_LIST: _("the WWIDs in multipath's wwids file"),
        Item.SIGNATURES: _("the content of unused disks"),
        Item.FSTAB: _("fstab"),
    }[item]


@dataclass(frozen=True, slots=True)
class Unread:
    """An item that could not be read, and why, in words."""

    item: Item
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One look at a host for a diagnosis. Absent items are empty, and named in `unread`.

    Attributes:
        inventory: the storage.
        now: seconds since the epoch on that host.
        booted: when it started, or 0 where that is not known.
        seconds: how long the gathering took.
        kernel: storage lines of the kernel's log of this boot, oldest first.
        daemon: iscsid's lines in the journal of this boot, oldest first.
        portals: how every portal of a record or session takes a TCP connection.
        routes: how each of their addresses is reached.
        links: the network interfaces those routes use, and what they are made of.
        packets: whether small and large packets come back from them.
        maps: the device-mapper's maps.
        ext4: the error counters of mounted ext4 file systems.
        tasks: tasks that wait uninterruptibly.
        daemons: the daemons and calls of iscsiadm that run.
        guests: block devices that virtual machines on this host have open.
        hosts: numbers of the kernel's iSCSI hosts; with iscsi_tcp each has one session.
        identities: what the disks that answer say of themselves now.
        notes: LVM's notes on the groups it knows or knew, of each the latest first.
        activation: what LVM said in the journal of this boot about pools that it could not activate, oldest
            first.
        settings: of LVM.
        devices_file: text of LVM's devices file where it is in use, else empty.
        paths: of multipathd.
        queueing: of its maps.
        units: the mount units of fstab.
        database: the lock of the record database.
        modules: of the running kernel.
        names: of this host's identity.
        multipath_list: WWIDs of the LUNs that multipath has joined once and LVM passes over.
        signatures: what is on disks of LUNs that answer, that nobody uses, and that udev calls no PV.
        fstab: the text of /etc/fstab.
        unread: what could not be read.
    """

    inventory: Inventory
    now: float = 0.0
    booted: float = 0.0
    seconds: float = field(default=0.0, compare=False)
    kernel: tuple[Happening, ...] = ()
    daemon: tuple[Happening, ...] = ()
    portals: tuple[PortalReply, ...] = ()
    routes: tuple[Route, ...] = ()
    links: tuple[Link, ...] = ()
    packets: tuple[PacketTest, ...] = ()
    maps: tuple[MapTable, ...] = ()
    ext4: tuple[Ext4Errors, ...] = ()
    tasks: tuple[WaitingTask, ...] = ()
    daemons: tuple[DaemonProcess, ...] = ()
    guests: tuple[GuestDisk, ...] = ()
    hosts: tuple[int, ...] = ()
    identities: tuple[Identity, ...] = ()
    notes: tuple[GroupNotes, ...] = ()
    activation: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    devices_file: str = ""
    paths: tuple[PathState, ...] = ()
    queueing: tuple[Queueing, ...] = ()
    units: tuple[Unit, ...] = ()
    database: DatabaseLock = field(default_factory=DatabaseLock)
    modules: KernelModules = field(default_factory=KernelModules)
    names: NameFacts = field(default_factory=NameFacts)
    multipath_list: tuple[str, ...] = ()
    signatures: tuple[DiskContent, ...] = ()
    fstab: str = ""
    unread: tuple[Unread, ...] = ()
    _stacks: list[tuple[Stack, ...]] = field(default_factory=list, init=False, compare=False, repr=False)

    def has(self, item: Item) -> bool:
        """Whether an item was read, so that what it does not hold is not there."""
        return all(one.item is not item for one in self.unread)

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """The stacks of the inventory."""
        if not self._stacks:
            self._stacks.append(stacks(self.inventory))
        return self._stacks[0]

    def answer_of(self, portal: Portal) -> PortAnswer | None:
        """How a portal took a connection, or None where it was not tried."""
        return next((one.answer for one in self.portals if one.portal.is_same_place(portal)), None)

    def route_to(self, address: str) -> Route | None:
        """How an address is reached, or None where that is not known."""
        return next((one for one in self.routes if one.address == address), None)

    def link(self, name: str) -> Link | None:
        """A network interface, or None."""
        return next((one for one in self.links if one.name == name), None)

    def notes_of(self, group: str) -> tuple[GroupNotes, ...]:
        """LVM's notes on a group, the latest first."""
        return tuple(one for one in self.notes if one.group == group)

    def content_of(self, disk: str) -> Probing | None:
        """What is on a disk that nobody uses, or None where it was not looked at."""
        return next((one.probing for one in self.signatures if one.disk == disk and one.probing.done), None)

    def table_of(self, name: str) -> MapTable | None:
        """A map of the device-mapper, or None."""
        return next((one for one in self.maps if one.name == name), None)

    def setting(self, name: str) -> str:
        """The value of one of LVM's settings, or empty."""
        return next((one.value for one in self.settings if one.name == name), "")

    def kernel_about(self, *subjects: str, since: float = 0.0) -> tuple[Happening, ...]:
        """The kernel's lines about raw names such as `sid:3`, `device:sda`, `lun:6:0:0:1`."""
        return tuple(one for one in self.kernel if one.subject in subjects and one.when >= since)

    def daemon_about(self, *subjects: str, since: float = 0.0) -> tuple[Happening, ...]:
        """The lines of iscsid about raw names such as `sid:3`."""
        return tuple(one for one in self.daemon if one.subject in subjects and one.when >= since)
