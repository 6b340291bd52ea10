"""What a twin of a host must have, as plain data.

`described.py` makes it from a capture; building the twin needs nothing else. Every value keeps the rule of
its type (`allowed.py`), so that it can be an argument of a command that runs as root in the twin. Sizes are
bytes. No secret is in it: where the host has one, the twin gets a stand-in.
"""

import hashlib
from enum import StrEnum
from functools import cached_property

from tui.practice.rehearsal import allowed
from tui.practice.rehearsal.allowed import Checked, NotAllowed


class PlaceKind(StrEnum):
    """What a place is."""

    DISK = "disk"
    """A LUN, whole: over multipath its map, otherwise its one disk. `name` is the WWID that was captured."""
    PARTITION = "partition"
    """A partition of one: `name` is the WWID, `number` the partition's."""
    VOLUME = "volume"
    """An LV: `name` is `VG/LV`."""
    CRYPT = "crypt"
    """An opened encrypted device: `name` is that below /dev/mapper."""


class Place(Checked, frozen=True):
    """A block device of the twin, named by what does not change between boots."""

    kind: PlaceKind
    name: allowed.PlaceName
    number: allowed.PartNumber = 0


class Network(Checked, frozen=True):
    """A network interface of the host over which portals are reached.

    Attributes:
        nic: its name on the host.
        own: the host's addresses there, each with its prefix; `192.0.2.2/24`.
        portals: addresses of portals reached over it.
        gateways: those of its neighbors that lead to portals outside of its own prefixes.
        mtu: bytes.
    """

    nic: allowed.NicName
    own: tuple[allowed.Prefixed, ...]
    portals: tuple[allowed.Address, ...]
    gateways: tuple[allowed.Address, ...] = ()
    mtu: allowed.Mtu = 1500


class Chap(Checked, frozen=True):
    """That CHAP is used, and the names; the secrets are stand-ins."""

    user: allowed.ChapName
    mutual_user: allowed.ChapName = ""
    mutual: bool = False


class Portal(Checked, frozen=True):
    """Where a target listens."""

    address: allowed.Address
    port: allowed.Port = 3260
    tag: allowed.GroupTag = 1


class LunPlace(Checked, frozen=True):
    """A LUN of a target: its number and the disk behind it, by the WWID that was captured.

    Attributes:
        access: ALUA state as the kernel names it, `active-optimized`; empty where it was not read.
    """

    number: allowed.LunNumber
    wwid: allowed.Wwid
    access: allowed.Word = ""


class Target(Checked, frozen=True):
    """A target."""

    name: allowed.IscsiName
    portals: tuple[Portal, ...]
    luns: tuple[LunPlace, ...] = ()
    chap: Chap | None = None


class Disk(Checked, frozen=True):
    """What is behind one or several LUNs: one WWID, one content.

    Attributes:
        wwid: the captured one, in the form of sysfs: `naa.6001405…`, `eui.…`, `t10.…`.
        serial: of VPD page 80h, or empty where it was not read.
        physical_sector: bytes (queue/physical_block_size); 0 where it was not read.
        optimal: bytes of the optimal transfer (queue/optimal_io_size); 0 for none or not read.
        order: the place of its first path in the order in which the host found its disks.
    """

    wwid: allowed.Wwid
    size: allowed.DiskSize
    sector: allowed.SectorSize = 512
    vendor: allowed.Vendor = ""
    product: allowed.Product = ""
    revision: allowed.Revision = ""
    serial: allowed.Serial = ""
    read_only: bool = False
    physical_sector: allowed.Size = 0
    optimal: allowed.Size = 0
    order: allowed.Count = 0

    @property
    def can_be_same(self) -> bool:
        """Whether LIO can give a LUN this WWID: NAA type 6 only."""
        return self.wwid.startswith("naa.6") and len(self.wwid) == len("naa.") + 32

    @property
    def made_wwid(self) -> str:
        """The WWID in the twin: the captured one, or an NAA-6 that is always the same for it."""
        if self.can_be_same:
            return self.wwid
        return f"naa.6001405{hashlib.sha256(self.wwid.encode()).hexdigest()[:25]}"


class Partition(Checked, frozen=True):
    """One partition; `kind` and `uuid` are udev's ID_PART_ENTRY_TYPE and ID_PART_ENTRY_UUID."""

    number: allowed.PartNumber
    start: allowed.Size
    size: allowed.Size
    kind: allowed.Word = ""
    uuid: allowed.Uuid = ""
    name: allowed.PartName = ""


class PartitionTable(Checked, frozen=True):
    """The partition table of a disk."""

    wwid: allowed.Wwid
    kind: allowed.TableKind
    uuid: allowed.Uuid
    partitions: tuple[Partition, ...]


class PhysicalVolume(Checked, frozen=True):
    """A PV.

    Attributes:
        key: its name inside the VG's metadata, `pv0`.
        place: the device it is on; None where it is gone on the host (or not on a LUN): the VG is partial.
        device_size: bytes of the device as LVM noted them.
        start: bytes before the first extent (pe_start).
        extents: how many it has (pe_count).
    """

    key: allowed.LvmKey
    uuid: allowed.LvmUuid
    place: Place | None
    device_size: allowed.Size
    start: allowed.Size
    extents: allowed.Extents


class Setting(Checked, frozen=True):
    """A key of LVM's metadata with its value: words, numbers or a list of both, always as a tuple.

    `is_list` tells a list from a single value; words are written in quotes.
    """

    key: allowed.LvmKey
    values: tuple[allowed.LvmWord | allowed.LvmNumber, ...]
    is_list: bool = False


class Segment(Checked, frozen=True):
    """A segment of an LV: its first extent, how many, its type, and all other keys as they are."""

    first: allowed.Extents
    extents: allowed.Extents
    kind: allowed.LvmWord
    settings: tuple[Setting, ...]


class LogicalVolume(Checked, frozen=True):
    """An LV, inner ones included.

    Attributes:
        settings: its keys in the metadata besides id and segments: status, flags, creation_time, tags …
        active: its map is loaded.
        data: percent of the space of a snapshot or a pool that is used, of a thin volume that is mapped; None
            where there is no such thing or it was not read.
        metadata: percent of a pool's metadata space that is used; likewise.
    """

    name: allowed.LvmName
    uuid: allowed.LvmUuid
    settings: tuple[Setting, ...]
    segments: tuple[Segment, ...]
    active: bool = False
    data: allowed.Percent | None = None
    metadata: allowed.Percent | None = None


class VolumeGroup(Checked, frozen=True):
    """A VG, as its metadata backup has it.

    Attributes:
        seqno: of the backup; the host's own may be later, which is said then.
        extent_size: bytes.
        settings: its other keys: status, flags, max_lv, max_pv, metadata_copies, system_id …
    """

    name: allowed.LvmName
    uuid: allowed.LvmUuid
    seqno: allowed.Count
    extent_size: allowed.Size
    settings: tuple[Setting, ...]
    physical: tuple[PhysicalVolume, ...]
    logical: tuple[LogicalVolume, ...]


class Feature(Checked, frozen=True):
    """A property of a file system as its tool names it: `Inode size` (dumpe2fs), `agcount` (xfs_db)."""

    name: allowed.FeatureName
    value: allowed.FeatureValue


class Filesystem(Checked, frozen=True):
    """A file system.

    Attributes:
        places: its devices, the first one first; several for a btrfs on several.
        size: bytes by its own superblock; 0 where that was not read: as large as its device.
        used: bytes; None where that was not read.
        block: bytes of a block; 0 where that was not read.
        features: its geometry, as far as it was read.
    """

    places: tuple[Place, ...]
    kind: allowed.FilesystemKind
    uuid: allowed.Uuid
    label: allowed.Label = ""
    size: allowed.Size = 0
    used: allowed.Size | None = None
    block: allowed.Size = 0
    features: tuple[Feature, ...] = ()


class Swap(Checked, frozen=True):
    """Swap space on a device."""

    place: Place
    uuid: allowed.Uuid = ""
    label: allowed.Label = ""
    active: bool = False
    priority: allowed.Priority = -2


class Crypt(Checked, frozen=True):
    """An encrypted device: the twin's has a stand-in key.

    Attributes:
        name: of its mapping, or empty where it is not opened and crypttab does not name it.
        place: what is encrypted.
        version: of LUKS, 1 or 2; 0 where it is not known.
    """

    name: allowed.Label
    place: Place
    uuid: allowed.Uuid
    version: allowed.Count = 0
    active: bool = False


class MultipathMap(Checked, frozen=True):
    """A multipath map that is there."""

    name: allowed.MapName
    wwid: allowed.Wwid


class File(Checked, frozen=True):
    """A configuration file: multipath.conf, bindings, wwids, iscsid.conf, node records, LVM's devices file.

    Its lines were held to what they may say; secrets in it are `********`, to be replaced by the stand-in.
    """

    path: allowed.Path
    text: allowed.Text
    mode: allowed.Mode = 0o644


class FstabLine(Checked, frozen=True):
    """A line of fstab about the twin's storage, or about storage that is not there."""

    spec: allowed.SpecText
    mount_point: allowed.FstabTarget
    kind: allowed.Word
    options: tuple[allowed.Option, ...]
    frequency: allowed.Count = 0
    pass_number: allowed.Count = 0


class CrypttabLine(Checked, frozen=True):
    """A line of crypttab; where a key file opens it, the twin has one at `key` with a stand-in key."""

    name: allowed.MapName
    spec: allowed.SpecText
    key: allowed.Path | None = None
    options: tuple[allowed.Option, ...] = ()


class MountUnit(Checked, frozen=True):
    """A mount unit that stands in a file of its own."""

    name: allowed.UnitName
    what: allowed.SpecText
    where: allowed.MountPoint
    kind: allowed.Word = ""
    options: tuple[allowed.Option, ...] = ()
    enabled: bool = False


class Service(Checked, frozen=True):
    """A service of iSCSI, multipath or LVM: whether it is enabled and active."""

    unit: allowed.UnitName
    active: bool
    enabled: bool


class Folder(Checked, frozen=True):
    """A mount point: permission bits and owner of what is there now, mounted or not."""

    path: allowed.MountPoint
    mode: allowed.Mode = 0o755
    owner: allowed.Account = 0
    group: allowed.Account = 0


class Mount(Checked, frozen=True):
    """What is mounted now; `folder` is that of the file system, `/` unless it is a bind mount."""

    place: Place
    target: allowed.MountPoint
    kind: allowed.FilesystemKind
    options: tuple[allowed.Option, ...] = ()
    folder: allowed.Path = "/"


class Hold(Checked, frozen=True):
    """What a process holds: `how` is a value of `Hold` (`tui/storage/model/users.py`)."""

    how: allowed.Word
    path: allowed.Path
    place: Place


class Holder(Checked, frozen=True):
    """A process that holds something: the twin has a stand-in that does nothing else.

    Attributes:
        command: the name of its program; its arguments were never read.
        unit: the service it is of, or empty: the twin has a service of that name.
    """

    command: allowed.CommandName
    user: allowed.UserName = ""
    unit: allowed.UnitName = ""
    holds: tuple[Hold, ...] = ()


class KernelHolder(Checked, frozen=True):
    """What the kernel holds: `how` is a value of `KernelHold` (`tui/storage/model/users.py`).

    `name` is the exported folder, the backstore, or the file of a loop device.
    """

    how: allowed.Word
    name: allowed.Path
    place: Place


class Description(Checked, frozen=True, dict=True):
    """Everything that a twin must have.

    Attributes:
        host: the host's name.
        taken_at: when it was captured, seconds since the epoch.
        family: of its distribution (`tui.storage.model.inventory.Distribution`).
        discovery: CHAP of discovery, where it is asked.
        disks: in the order in which the host found them.

    Raises:
        NotAllowed: more LUNs or more bytes than a twin may have.
    """

    host: allowed.HostName
    taken_at: allowed.Moment = 0.0
    family: allowed.Word = ""
    initiator: allowed.IscsiName | None = None
    networks: tuple[Network, ...] = ()
    discovery: Chap | None = None
    targets: tuple[Target, ...] = ()
    disks: tuple[Disk, ...] = ()
    tables: tuple[PartitionTable, ...] = ()
    crypts: tuple[Crypt, ...] = ()
    groups: tuple[VolumeGroup, ...] = ()
    filesystems: tuple[Filesystem, ...] = ()
    swaps: tuple[Swap, ...] = ()
    maps: tuple[MultipathMap, ...] = ()
    files: tuple[File, ...] = ()
    fstab: tuple[FstabLine, ...] = ()
    crypttab: tuple[CrypttabLine, ...] = ()
    mount_units: tuple[MountUnit, ...] = ()
    services: tuple[Service, ...] = ()
    folders: tuple[Folder, ...] = ()
    mounts: tuple[Mount, ...] = ()
    holders: tuple[Holder, ...] = ()
    kernel_holders: tuple[KernelHolder, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        luns = sum(len(target.luns) for target in self.targets)
        if max(luns, len(self.disks)) > allowed.MOST_LUNS:
            raise NotAllowed(f"{max(luns, len(self.disks))} LUNs; a twin has at most {allowed.MOST_LUNS}")
        if sum(disk.size for disk in self.disks) > allowed.LARGEST_WHOLE:
            raise NotAllowed(f"the LUNs have more than {allowed.LARGEST_WHOLE // 2**40} TiB in all")

    def disk(self, wwid: str) -> Disk | None:
        """The disk with a captured WWID, or None."""
        return self._by_wwid.get(wwid)

    @cached_property
    def _by_wwid(self) -> dict[str, Disk]:
        return {disk.wwid: disk for disk in self.disks}


class Unlike(Checked, frozen=True):
    """Something in which the twin is not the host, and why, both in words for people."""

    what: allowed.Text
    why: allowed.Text


class Described(Checked, frozen=True):
    """A description, and in what the twin will not be the same."""

    description: Description
    unlike: tuple[Unlike, ...] = ()
