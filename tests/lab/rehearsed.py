"""A host as a description has it: two paths, and a VG with every kind of volume that a twin can have."""

from tui.practice.rehearsal.description import (
    Chap,
    Description,
    Disk,
    File,
    Filesystem,
    Folder,
    FstabLine,
    Hold,
    Holder,
    LogicalVolume,
    LunPlace,
    Mount,
    Network,
    Partition,
    PartitionTable,
    PhysicalVolume,
    Place,
    PlaceKind,
    Portal,
    Segment,
    Service,
    Setting,
    Swap,
    Target,
    VolumeGroup,
)

TARGET = "iqn.1992-08.com.netapp:sn.one"
INITIATOR = "iqn.1993-08.org.debian:01:production"
MEBIBYTE = 2**20
EXTENT = 4 * MEBIBYTE
WWIDS = tuple(f"naa.600a098038304437415d4b6a596{number:05x}" for number in range(4))
UUID = "11111111-2222-4333-8444-55555555555{}"

CONF = "defaults {\n    find_multipaths yes\n}\noverrides {\n    user_friendly_names yes\n}\n"
"""The table of hardware of multipath-tools says no for this vendor."""
BINDINGS = "".join(f"mpath{letter} 3{wwid[4:]}\n" for letter, wwid in zip("dcba", WWIDS, strict=True))

_RECORD = """# BEGIN RECORD 2.1.8
node.name = {target}
node.tpgt = {tag}
node.startup = automatic
iface.iscsi_ifacename = default
iface.transport_name = tcp
node.discovery_address = {address}
node.discovery_port = 3260
node.discovery_type = send_targets
node.session.auth.authmethod = CHAP
node.session.auth.username = who
node.session.auth.password = ********
node.session.auth.username_in = array
node.session.auth.password_in = ********
node.conn[0].address = {address}
node.conn[0].port = 3260
node.conn[0].startup = automatic
# END RECORD
"""
PORTALS = (Portal("10.20.30.10", 3260, 1003), Portal("10.99.0.11", 3260, 1004))


def _uuid(number: int) -> str:
    return f"{number:06d}-aaaa-bbbb-cccc-dddd-eeee-ffffff"


def _words(key: str, *values: str | int, many: bool = True) -> Setting:
    return Setting(key, values, many)


def _one(key: str, value: str | int) -> Setting:
    return Setting(key, (value,))


_VISIBLE = (_words("status", "READ", "WRITE", "VISIBLE"), _words("flags"))
_HIDDEN = (_words("status", "READ", "WRITE"), _words("flags"))


class _Volumes:
    """Cuts LVs out of PVs, one after the other."""

    def __init__(self) -> None:
        self._next = dict.fromkeys(("pv0", "pv1", "pv2"), 0)
        self._count = 100
        self.made: list[LogicalVolume] = []

    def _place(self, physical: str, extents: int) -> tuple[str, int]:
        begin = self._next[physical]
        self._next[physical] += extents
        return physical, begin

    def add(
        self,
        name: str,
        kind: str,
        extents: int,
        *settings: Setting,
        visible: bool = True,
        data: float | None = None,
    ) -> None:
        self._count += 1
        state = _VISIBLE if visible else _HIDDEN
        segment = Segment(0, extents, kind, settings)
        active = visible and name != "asleep"
        self.made.append(LogicalVolume(name, _uuid(self._count), state, (segment,), active, data))

    def striped(
        self, name: str, extents: int, *physical: str, visible: bool = True, data: float | None = None
    ) -> None:
        each = extents // len(physical)
        areas = [word for place in physical for word in self._place(place, each)]
        size = (_one("stripe_size", 128),) if len(physical) > 1 else ()
        count = _one("stripe_count", len(physical))
        self.add(
            name, "striped", extents, count, *size, _words("stripes", *areas), visible=visible, data=data
        )


def _volumes() -> tuple[LogicalVolume, ...]:
    volumes = _Volumes()
    volumes.striped("plain", 20, "pv0")
    volumes.striped("asleep", 2, "pv0")
    volumes.striped("swap", 8, "pv0")
    volumes.striped("wide", 16, "pv0", "pv1")
    for leg in (0, 1):
        volumes.striped(f"mirror_rmeta_{leg}", 1, f"pv{leg}", visible=False)
        volumes.striped(f"mirror_rimage_{leg}", 16, f"pv{leg}", visible=False)
    parts = [f"mirror_{part}_{leg}" for leg in (0, 1) for part in ("rmeta", "rimage")]
    volumes.add(
        "mirror", "raid1", 16, _one("device_count", 2), _one("region_size", 4096), _words("raids", *parts)
    )
    volumes.striped("pool_tmeta", 2, "pv1", visible=False)
    volumes.striped("pool_tdata", 32, "pv1", visible=False)
    volumes.add(
        *("pool", "thin-pool", 32),
        *(_one("metadata", "pool_tmeta"), _one("pool", "pool_tdata"), _one("transaction_id", 2)),
        *(_one("chunk_size", 128), _one("discards", "passdown"), _one("zero_new_blocks", 1)),
        data=60.0,
    )
    thin = (_one("thin_pool", "pool"), _one("transaction_id", 0))
    volumes.add("thin", "thin", 64, *thin, _one("device_id", 1), data=30.0)
    volumes.add("thin_snap", "thin", 64, *thin, _one("device_id", 2), _one("origin", "thin"), data=30.0)
    volumes.striped("origin", 16, "pv2")
    volumes.striped("snap", 8, "pv2", data=40.0)
    volumes.add(
        *("snapshot0", "snapshot", 16),
        *(_one("chunk_size", 8), _one("origin", "origin"), _one("cow_store", "snap")),
        visible=False,
    )
    volumes.striped("cached_corig", 28, "pv2", visible=False)
    volumes.striped("fast_cpool_cmeta", 2, "pv2", visible=False)
    volumes.striped("fast_cpool_cdata", 8, "pv2", visible=False)
    volumes.add(
        *("fast_cpool", "cache-pool", 8),
        *(_one("data", "fast_cpool_cdata"), _one("metadata", "fast_cpool_cmeta"), _one("chunk_size", 128)),
        *(_one("metadata_format", 2), _one("cache_mode", "writethrough"), _one("policy", "smq")),
        visible=False,
    )
    volumes.add("cached", "cache", 28, _one("cache_pool", "fast_cpool"), _one("origin", "cached_corig"))
    return tuple(volumes.made)


def _volume(name: str) -> Place:
    return Place(PlaceKind.VOLUME, f"data/{name}")


GROUP = VolumeGroup(
    "data",
    _uuid(1),
    17,
    EXTENT,
    (
        _words("status", "RESIZEABLE", "READ", "WRITE"),
        _words("flags"),
        _one("max_lv", 0),
        _one("max_pv", 0),
        _one("metadata_copies", 0),
    ),
    tuple(
        PhysicalVolume(
            f"pv{number}", _uuid(10 + number), Place(PlaceKind.DISK, wwid), 512 * MEBIBYTE, MEBIBYTE, 127
        )
        for number, wwid in enumerate(WWIDS[:3])
    ),
    _volumes(),
)

HOST = Description(
    host="production",
    initiator=INITIATOR,
    networks=(Network("ens1", ("10.20.30.1/24",), tuple(portal.address for portal in PORTALS)),),
    targets=(
        Target(
            TARGET,
            PORTALS,
            tuple(LunPlace(3 + number, wwid) for number, wwid in enumerate(WWIDS)),
            Chap("who", "array", mutual=True),
        ),
    ),
    disks=tuple(
        Disk(wwid, size, vendor="NETAPP", product="LUN C-Mode", revision="9111", order=number)
        for number, (wwid, size) in enumerate(
            zip(WWIDS, (512 * MEBIBYTE, 512 * MEBIBYTE, 512 * MEBIBYTE, 2**40), strict=True)
        )
    ),
    tables=(
        PartitionTable(
            WWIDS[3],
            "gpt",
            UUID.format(9),
            (Partition(1, MEBIBYTE, 2**39, uuid=UUID.format(8), name="archive"),),
        ),
    ),
    groups=(GROUP,),
    filesystems=(
        Filesystem((_volume("plain"),), "ext4", UUID.format(1), "plain", 72 * MEBIBYTE, 40 * MEBIBYTE, 4096),
        Filesystem((_volume("thin"),), "ext4", UUID.format(2)),
        Filesystem((_volume("thin_snap"),), "ext4", UUID.format(2)),
        Filesystem((_volume("origin"),), "ext4", UUID.format(3)),
        Filesystem((_volume("cached"),), "btrfs", UUID.format(4), "fast"),
        Filesystem((Place(PlaceKind.PARTITION, WWIDS[3], 1),), "xfs", UUID.format(5), used=300 * 2**30),
    ),
    swaps=(Swap(_volume("swap"), UUID.format(6), active=True, priority=7),),
    files=(
        File("/etc/multipath.conf", CONF),
        File("/etc/multipath/bindings", BINDINGS, 0o600),
        *(
            File(
                f"/etc/iscsi/nodes/{TARGET}/{portal.address},3260,{portal.tag}/default",
                _RECORD.format(target=TARGET, tag=portal.tag, address=portal.address),
                0o600,
            )
            for portal in PORTALS
        ),
        File("/root/.bashrc", "reboot\n"),
    ),
    fstab=(FstabLine(f"UUID={UUID.format(1)}", "/srv/app", "ext4", ("_netdev", "nofail"), 0, 2),),
    services=(Service("open-iscsi.service", active=True, enabled=True),),
    folders=(Folder("/srv/app", 0o2750, 33, 33),),
    mounts=(
        Mount(_volume("plain"), "/srv/app", "ext4", ("rw", "relatime")),
        Mount(Place(PlaceKind.PARTITION, WWIDS[3], 1), "/srv/archive", "xfs"),
    ),
    holders=(
        Holder(
            "appd",
            unit="app.service",
            holds=(
                Hold("open-file", "/srv/app/app.log", _volume("plain")),
                Hold("current-folder", "/srv/app", _volume("plain")),
            ),
        ),
        Holder(
            "vi",
            "root",
            "session-3.scope",
            (Hold("current-folder", "/srv/archive", Place(PlaceKind.PARTITION, WWIDS[3], 1)),),
        ),
    ),
)
