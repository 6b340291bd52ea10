"""Made-up inventories of hosts on their way from nothing to a mounted volume."""

from msgspec.structs import replace

from tui.setup.answers import TargetAnswer, TargetChoice
from tui.setup.state import Probed, SetupState
from tui.storage.devices.contents import Contents
from tui.storage.iscsi.chap import ChapKind
from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.files import Filesystem, FstabEntry, Mount
from tui.storage.model.inventory import Distribution, Inventory
from tui.storage.model.iscsi import (
    ChapFacts,
    DeviceState,
    DiscoveryRecord,
    Initiator,
    Lun,
    NodeRecord,
    Portal,
    Role,
    Service,
    Session,
    SessionState,
    Timers,
    Tool,
)
from tui.storage.model.lvm import LogicalVolume, LvmReading, PhysicalVolume, VolumeGroup
from tui.storage.probe.devices.all_signatures import Probing, Signature
from tui.storage.probe.system.tools import PACKAGES, package_of

NAME = "iqn.1993-08.org.debian:01:c3b048656983"
FRESH = "iqn.1993-08.org.debian:01:fedcba987654"
TARGET = "iqn.2003-01.org.linux-iscsi.lab:t1"
PORTAL = Portal("192.0.2.10", 3260, 1)
SECOND = Portal("198.51.100.10", 3260, 1)
WWID = "naa.60014051234567890abcdef012345678"
MIB = 1024**2
UUIDS = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")

SHIPPED = Timers(120, 15, 8, 5, 5)


def bare() -> Inventory:
    """A Debian machine on which nothing of iSCSI is installed."""
    return Inventory(
        "db7",
        root=True,
        distribution=Distribution("debian", "12", "Debian GNU/Linux 12", "debian"),
        tools=tuple(
            Tool(name, "" if package in _NOT_INSTALLED else f"/usr/sbin/{name}", package)
            for name in PACKAGES
            for package in (package_of(name, "debian"),)
        ),
        services=tuple(
            Service(unit, role, installed=False) for unit, role in _UNITS if role is not Role.MULTIPATH
        ),
    )


_NOT_INSTALLED = {"open-iscsi", "lvm2", "dmsetup", "multipath-tools", "xfsprogs"}

_UNITS = (
    ("iscsid.service", Role.DAEMON),
    ("iscsid.socket", Role.DAEMON_SOCKET),
    ("open-iscsi.service", Role.LOGIN_AT_BOOT),
    ("multipathd.service", Role.MULTIPATH),
    ("blk-availability.service", Role.LVM_SHUTDOWN),
)


def installed() -> Inventory:
    """The same with every package, a good name, and a daemon that answers."""
    return replace(
        bare(),
        tools=tuple(Tool(name, f"/usr/sbin/{name}", package_of(name, "debian")) for name in PACKAGES),
        services=tuple(
            Service(unit, role, installed=True, active="active", enabled="enabled") for unit, role in _UNITS
        ),
        modules=("iscsi_tcp", "dm_mod"),
        initiator=Initiator(NAME),
        daemon_answers=True,
    )


def record(portal: Portal = PORTAL, chap: ChapKind = ChapKind.NONE, **changes: object) -> NodeRecord:
    """A node record as open-iscsi ships them."""
    facts = {
        ChapKind.NONE: ChapFacts(),
        ChapKind.ONE_WAY: ChapFacts("CHAP", "host", has_password=True),
        ChapKind.MUTUAL: ChapFacts("CHAP", "host", True, "array", True),
    }[chap]
    made = NodeRecord(
        TARGET, portal, startup="manual", connection_startup="manual", chap=facts, timers=SHIPPED
    )
    return replace(made, **changes)


def known(*portals: Portal, chap: ChapKind = ChapKind.NONE) -> Inventory:
    """With records of the target, not logged in."""
    return replace(
        installed(),
        node_records=tuple(record(portal, chap) for portal in portals or (PORTAL,)),
        discovery_records=(DiscoveryRecord("sendtargets", PORTAL),),
    )


def logged_in(*portals: Portal, size: int = 512 * MIB, joined: bool = False) -> Inventory:
    """Logged in through the portals, one disk sda, sdb … each, all of them the same LUN."""
    places = portals or (PORTAL,)
    names = [f"sd{'abcdef'[number]}" for number in range(len(places))]
    devices = [
        BlockDevice(
            name,
            f"/dev/{name}",
            f"8:{16 * number}",
            BlockKind.DISK,
            size,
            holders=("dm-9",) if joined else (),
        )
        for number, name in enumerate(names)
    ]
    maps: tuple[MultipathMap, ...] = ()
    if joined:
        devices.append(
            BlockDevice("dm-9", "/dev/mapper/mpatha", "253:9", BlockKind.MULTIPATH, size, slaves=tuple(names))
        )
        maps = (MultipathMap("mpatha", "dm-9", WWID, size, tuple(names), tuple(names)),)
    return replace(
        known(*places),
        sessions=tuple(
            Session(number, TARGET, portal, state=SessionState.LOGGED_IN, initiator_name=NAME)
            for number, portal in enumerate(places, start=1)
        ),
        luns=tuple(
            Lun(f"{number}:0:0:0", number, 0, name, WWID, size, "LIO-ORG", "lun0", state=DeviceState.RUNNING)
            for number, name in enumerate(names, start=1)
        ),
        devices=tuple(devices),
        multipath_maps=maps,
        lvm=LvmReading(asked=True),
    )


def with_volume(
    inventory: Inventory, *, active: bool = True, kind: str = "ext4", mounted: str = "", **changes: object
) -> Inventory:
    """With VG `vg_data` on the disk (or its map) and LV `data` in it."""
    disk = "dm-9" if inventory.multipath_maps else "sda"
    group = VolumeGroup("vg_data", "VGID", 508 * MIB, 0, 4 * MIB)
    volume = LogicalVolume(
        "data", "vg_data", "LVID", 508 * MIB, "/dev/vg_data/data", "dm-1" if active else "", active
    )
    device = BlockDevice(
        "dm-1",
        "/dev/mapper/vg_data-data",
        "253:1",
        BlockKind.LOGICAL_VOLUME,
        508 * MIB,
        slaves=(disk,),
        content=kind,
        content_uuid=UUIDS[1] if kind else "",
        content_label="old" if kind else "",
    )
    return replace(
        inventory,
        devices=(
            *(
                replace(one, holders=("dm-1",)) if one.name == disk and active else one
                for one in inventory.devices
            ),
            *((device,) if active else ()),
        ),
        physical_volumes=(PhysicalVolume(f"/dev/{disk}", disk, "PVID", "vg_data", 508 * MIB),),
        volume_groups=(replace(group, **changes),),
        logical_volumes=(volume,),
        filesystems=(Filesystem("dm-1", kind, UUIDS[1], "old"),) if active and kind else (),
        mounts=(Mount("/dev/mapper/vg_data-data", "dm-1", mounted, kind, ("rw",)),) if mounted else (),
    )


def fstab(inventory: Inventory, *entries: FstabEntry) -> Inventory:
    """With these lines in fstab."""
    return replace(inventory, fstab=entries)


def empty_disk() -> Contents:
    """A blank disk."""
    return Contents("/dev/sda", Probing(done=True, blank=True))


def used_disk(*kinds: str, **changes: object) -> Contents:
    """A disk with signatures."""
    signatures = tuple(Signature(kind, 1080, UUIDS[1]) for kind in kinds)
    made = Contents("/dev/sda", Probing(done=True, signatures=signatures, blank=False))
    return replace(made, **changes)


def state_of(inventory: Inventory, contents: Contents | None = None, **changes: object) -> SetupState:
    """A state over an inventory, with every record chosen that it has."""
    made = SetupState(
        inventory,
        suggested_name=FRESH,
        fresh_uuids=UUIDS,
        probed=(Probed(WWID, contents),) if contents is not None else (),
    )
    if inventory.node_records:
        choices = tuple(TargetChoice(one.target, one.portal, one.iface) for one in inventory.node_records)
        made = made.answered(TargetAnswer(choices, timers=Timers()))
    return replace(made, **changes)


def codes(problems: tuple[object, ...]) -> list[str]:
    """The codes of problems."""
    return [str(getattr(problem, "code", "")) for problem in problems]
