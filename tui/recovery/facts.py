"""What lies beyond the inventory: the facts that evidence is made of (`tui.recovery.evidence`)."""

from msgspec import Struct

from tui.storage.host.interface import PortAnswer
from tui.storage.model.iscsi import Portal
from tui.storage.probe.devices.all_signatures import Probing
from tui.storage.probe.reading import whole_number


class PortalReply(Struct, frozen=True):
    """How a portal of a record or session took a TCP connection."""

    portal: Portal
    answer: PortAnswer


class Nic(Struct, frozen=True):
    """A network interface of this host: its name, and its hardware address or empty."""

    name: str
    address: str = ""


class Link(Struct, frozen=True):
    """A network interface as sysfs tells it (Documentation/ABI/testing/sysfs-class-net).

    Attributes:
        name: eth0.
        mtu: bytes, or None.
        state: operstate: up, down, lowerlayerdown, unknown.
        carrier: whether there is a signal; None while the interface is down.
        lower: interfaces it is made of: of a bond, a VLAN, a bridge.
    """

    name: str
    mtu: int | None = None
    state: str = ""
    carrier: bool | None = None
    lower: tuple[str, ...] = ()


class PacketTest(Struct, frozen=True):
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


class MapTable(Struct, frozen=True):
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


class BtrfsDevice(Struct, frozen=True):
    """A device of a mounted btrfs: its number there, whether it is missing, and the errors counted."""

    number: str
    missing: bool = False
    errors: int = 0


class BtrfsState(Struct, frozen=True):
    """A mounted btrfs on several devices (/sys/fs/btrfs/FSID).

    Attributes:
        uuid: of the file system.
        names: kernel names of the devices that it uses.
        gone: those of them that the kernel has removed.
        devices: all of its devices, missing ones included.
        profiles: block group profiles in use: raid1, single …
    """

    uuid: str
    names: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    devices: tuple[BtrfsDevice, ...] = ()
    profiles: tuple[str, ...] = ()


class Ext4Errors(Struct, frozen=True):
    """What ext4 has counted (/sys/fs/ext4/DEVICE): errors since the last check, first and last time."""

    device: str
    count: int
    first: int = 0
    last: int = 0


class WaitingTask(Struct, frozen=True):
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


class DaemonProcess(Struct, frozen=True):
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


class GuestDisk(Struct, frozen=True):
    """A block device that a virtual machine has open: number and `comm` of its process, and the path."""

    pid: int
    name: str
    path: str


class Identity(Struct, frozen=True):
    """What a disk says of itself when it is asked now (VPD page 83h), beside what the kernel keeps.

    Attributes:
        disk: kernel name.
        kept: `wwid` of sysfs.
        live: the same, asked now; empty where it could not be compared.
        live_size: bytes by READ CAPACITY now, or None where no tool for it is installed.
        refused: the disk answers at once, and refuses to tell: the LUN behind it is gone.
        stand_in: vendor and model of what answers under its number and is no disk, or empty. A target answers
            so for a LUN that it has not got (SPC-4 6.6.2, peripheral device type 1Fh); LIO does for LUN 0.
    """

    disk: str
    kept: str
    live: str
    live_size: int | None = None
    refused: bool = False
    stand_in: str = ""


class Setting(Struct, frozen=True):
    """One setting of LVM, `devices/global_filter`, with its value as lvmconfig prints it."""

    name: str
    value: str


class PathState(Struct, frozen=True):
    """A path as multipathd sees it: its disk, WWID, state in the kernel's map, and what the checker says."""

    disk: str
    wwid: str
    map_state: str = ""
    checker: str = ""


class Queueing(Struct, frozen=True):
    """What multipathd lets a map do without a path, in its own words: `on`, `off`, `12 chk`, `56 sec`.

    Seconds are told while it waits; without an end (`on`), or before it begins (`chk`), there are none.
    """

    name: str
    words: str

    @property
    def seconds_left(self) -> float | None:
        """How long it still waits for a path, or None."""
        count, _blank, unit = self.words.partition(" ")
        seconds = whole_number(count) if unit == "sec" else None
        return None if seconds is None else float(seconds)


class Unit(Struct, frozen=True):
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


class BootUnit(Struct, frozen=True):
    """A systemd unit that brings something up at boot: a mount, automount, swap, or encrypted device.

    Attributes:
        name: `srv-data.mount`.
        load: LoadState; `masked` where somebody does not want it.
        active: ActiveState.
        result: Result, `success`, `exit-code`, `timeout` …
        what: What: the device, by the path that systemd waits for; or empty.
        where: Where: the mount point with its links followed; or empty.
        source: SourcePath: /etc/fstab where a generator made it.
        fragment: FragmentPath: its file.
        enabled: UnitFileState.
        ended: seconds after the boot when it was last left inactive, or None where it never was active.
        condition: ConditionResult; False also where it was never started.
    """

    name: str
    load: str = ""
    active: str = ""
    result: str = ""
    what: str = ""
    where: str = ""
    source: str = ""
    fragment: str = ""
    enabled: str = ""
    ended: float | None = None
    condition: bool | None = None


class AcceptedFinding(Struct, frozen=True):
    """An entry of the file of accepted findings.

    Attributes:
        code: a whole code, `F51.not-in-fstab`, or its number, `F51`.
        place: what stands behind the `@` of the finding's key; empty for every place.
        reason: why it is accepted; cleaned.
    """

    code: str
    place: str
    reason: str


class UnitLines(Struct, frozen=True):
    """The newest lines of a failed unit in the journal of this boot, cleaned."""

    unit: str
    lines: tuple[str, ...] = ()


class DatabaseLock(Struct, frozen=True):
    """The lock of the record database: its path, whether it is taken, since how many seconds."""

    path: str = ""
    taken: bool = False
    seconds: float = 0.0


class KernelModules(Struct, frozen=True):
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


class NameFacts(Struct, frozen=True):
    """When this host got its identity, as far as files tell; seconds since the epoch, or None.

    Attributes:
        name_written: the file with the initiator name was written.
        machine_id_written: /etc/machine-id was written.
    """

    name_written: float | None = None
    machine_id_written: float | None = None


class DiskContent(Struct, frozen=True):
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
