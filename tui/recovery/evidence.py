"""Everything that a diagnosis is made from: the inventory, and what lies beyond it.

Each item is read with a deadline of its own, so that any of them may be missing: then its field is empty and
`unread` says why. A detector that concludes something from what it does not see asks `has` first.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from tui.storage.host.interface import PortAnswer
from tui.storage.lvm_notes import GroupNotes
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Portal
from tui.storage.news.happening import Happening
from tui.storage.probe.all_signatures import Probing
from tui.storage.stack import Stack, stacks
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
        Item.PORTALS: _("whether every portal answers"),
        Item.ROUTES: _("the routes to them"),
        Item.LINKS: _("the network interfaces"),
        Item.PACKETS: _("whether small and large packets come back"),
        Item.MAPS: _("the device-mapper's maps"),
        Item.EXT4: _("the error counters of ext4"),
        Item.TASKS: _("processes that wait for a disk"),
        Item.DAEMONS: _("iscsid and multipathd"),
        Item.GUESTS: _("the disks that virtual machines have open"),
        Item.HOSTS: _("the kernel's iSCSI hosts"),
        Item.IDENTITIES: _("what the disks say of themselves"),
        Item.NOTES: _("LVM's notes of its groups"),
        Item.ACTIVATION: _("LVM in the journal"),
        Item.SETTINGS: _("LVM's settings"),
        Item.DEVICES_FILE: _("LVM's devices file"),
        Item.PATHS: _("the paths multipathd sees"),
        Item.UNITS: _("the mounts of systemd"),
        Item.DATABASE: _("the lock of the record database"),
        Item.MODULES: _("the kernel's modules"),
        Item.NAMES: _("the identity of this host"),
        Item.MULTIPATH_LIST: _("which disks multipath may join"),
        Item.SIGNATURES: _("what is on disks that nobody uses"),
        Item.FSTAB: _("fstab"),
    }[item]


@dataclass(frozen=True, slots=True)
class Unread:
    """An item that could not be read, and why, in words."""

    item: Item
    why: str


@dataclass(frozen=True, slots=True)
class PortalReply:
    """How a portal of a record or session took a TCP connection."""

    portal: Portal
    answer: PortAnswer


@dataclass(frozen=True, slots=True)
class Route:
    """How this host reaches an address (`ip route get`).

    Attributes:
        address: the portal's.
        device: network interface it leaves by, or empty where there is no route.
        source: own address.
        gateway: router, or empty where the address is in the interface's own network.
        error: why there is none: `Network is unreachable`; or empty.
    """

    address: str
    device: str = ""
    source: str = ""
    gateway: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A network interface as sysfs tells it (Documentation/ABI/testing/sysfs-class-net).

    Attributes:
        name: eth0.
        mtu: bytes, or None.
        state: operstate: up, down, lowerlayerdown, unknown.
        carrier: whether there is a signal; None while the interface is down.
        lower: interfaces it is made of: of a bond, a VLAN, a bridge.
        errors: received and sent frames with errors, together.
        dropped: likewise dropped.
    """

    name: str
    mtu: int | None = None
    state: str = ""
    carrier: bool | None = None
    lower: tuple[str, ...] = ()
    errors: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class PacketTest:
    """Whether packets of two sizes come back from a portal (`ping -M do`).

    Attributes:
        address: the portal's.
        size: bytes of the large packet, IP header included: the MTU of the interface.
        small: a small one came back.
        large: one of `size` bytes that may not be cut came back.
        told: somebody on the way said that it is too large, so TCP sends smaller ones by itself.
    """

    address: str
    size: int
    small: bool
    large: bool
    told: bool = False


@dataclass(frozen=True, slots=True)
class MapTable:
    """A device-mapper map as dmsetup tells it, which reads no disk.

    Attributes:
        name: dm name.
        uuid: dm uuid.
        number: `MAJOR:MINOR`.
        opened: open count.
        suspended: its I/O is held back.
        table: lines of its live table: `START LENGTH TARGET …`.
        status: lines of its status, likewise; empty where it could not be asked.
    """

    name: str
    uuid: str = ""
    number: str = ""
    opened: int = 0
    suspended: bool = False
    table: tuple[str, ...] = ()
    status: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ext4Errors:
    """What ext4 has counted (/sys/fs/ext4/DEVICE): errors since the last check, first and last time."""

    device: str
    count: int
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A task in uninterruptible sleep (state D).

    Attributes:
        pid: its number.
        name: `comm` of proc(5).
        where: kernel function it sleeps in (/proc/PID/wchan), or empty.
        seconds: how long it has existed.
    """

    pid: int
    name: str
    where: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class DaemonProcess:
    """A running iscsid, multipathd or tool of storage.

    Attributes:
        pid: its number.
        name: `comm` of proc(5).
        state: letter of proc(5).
        seconds: how long it has existed.
        parent: number of the process that started it.
    """

    pid: int
    name: str
    state: str = ""
    seconds: float = 0.0
    parent: int = 0


@dataclass(frozen=True, slots=True)
class GuestDisk:
    """A block device that a virtual machine has open: number and `comm` of its process, and the path."""

    pid: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What a disk says of itself when it is asked now (VPD page 83h), beside what the kernel keeps.

    Attributes:
        disk: kernel name.
        kept: `wwid` of sysfs.
        live: the same, asked now; empty where it could not be compared.
        kept_size: bytes, of sysfs.
        live_size: bytes by READ CAPACITY now, or None where no tool for it is installed.
        refused: the disk answers at once, and refuses to tell: the LUN behind it is gone.
        stand_in: vendor and model of what answers under its number and is no disk, or empty. A target answers
            so for a LUN that it has not got (SPC-4 6.6.2, peripheral device type 1Fh); LIO does for LUN 0.
    """

    disk: str
    kept: str
    live: str
    kept_size: int = 0
    live_size: int | None = None
    refused: bool = False
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of LVM, `devices/global_filter`, with its value as lvmconfig prints it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PathState:
    """A path as multipathd sees it: its disk, WWID, state in the kernel's map, and what the checker says."""

    disk: str
    wwid: str
    map_state: str = ""
    checker: str = ""


@dataclass(frozen=True, slots=True)
class Queueing:
    """What multipathd lets a map do without a path, in its own words: `on`, `off`, `12 chk`, `56 sec`.

    Seconds are told while it waits; without an end (`on`), or before it begins (`chk`), there are none.
    """

    name: str
    words: str

    @property
    def seconds_left(self) -> float | None:
        """How long it still waits for a path, or None."""
        count, _blank, unit = self.words.partition(" ")
        return float(count) if unit == "sec" and count.isdigit() else None


@dataclass(frozen=True, slots=True)
class Unit:
    """A systemd unit (`systemctl show`): a mount of fstab, or one that logs in.

    Attributes:
        name: `srv-data.mount`.
        active: ActiveState.
        result: Result, `success`, `timeout` …
        required_by: RequiredBy.
        wanted_by: WantedBy.
        after: After.
        before: Before.
        condition: ConditionResult; False where a condition kept it from starting.
        entered: whether it was ever active in this boot, or None where that is not told.
        queued: systemd has still something to do with it.
    """

    name: str
    active: str = ""
    result: str = ""
    required_by: tuple[str, ...] = ()
    wanted_by: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    condition: bool | None = None
    entered: bool | None = None
    queued: bool = False


@dataclass(frozen=True, slots=True)
class DatabaseLock:
    """The lock of the record database: its path, whether it is taken, since how many seconds."""

    path: str = ""
    taken: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class KernelModules:
    """The running kernel, and whether it has the module that carries iSCSI.

    Attributes:
        release: `uname -r`.
        folder: whether /lib/modules/RELEASE is there.
        can_load: iscsi_tcp is loaded, built in, or modprobe would load it; None where that is not known.
        said: what modprobe says about it, verbatim.
    """

    release: str = ""
    folder: bool | None = None
    can_load: bool | None = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameFacts:
    """When this host got its identity, as far as files tell; seconds since the epoch, or None.

    Attributes:
        name_written: the file with the initiator name was written.
        machine_id_written: /etc/machine-id was written.
    """

    name_written: float | None = None
    machine_id_written: float | None = None


@dataclass(frozen=True, slots=True)
class DiskContent:
    """What is found on a disk of which nothing is in use.

    Attributes:
        disk: kernel name.
        probing: every signature.
        behind: something lies in the 8 MiB behind the first, where a volume would begin; None where that
            is not known.
    """

    disk: str
    probing: Probing
    behind: bool | None = None


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
    database: DatabaseLock = DatabaseLock()
    modules: KernelModules = KernelModules()
    names: NameFacts = NameFacts()
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
