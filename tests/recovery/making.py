"""Made-up evidence of hosts that are well, to be broken one thing at a time."""

from msgspec.structs import replace

from tests.recovery.nevers import nothing_forbidden
from tests.setup.building import MIB, PORTAL, SECOND, installed, logged_in, with_volume
from tui.recovery.diagnosis import Diagnosis, diagnose
from tui.recovery.evidence import Evidence
from tui.recovery.facts import DaemonProcess, KernelModules, Link, PacketTest, PortalReply
from tui.recovery.finding import Finding, Weight
from tui.storage.host.interface import Answer, PortAnswer
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import DeviceState, Portal, SessionState
from tui.storage.news.daemon_words import meaning_of_daemon_line
from tui.storage.news.happening import Happening, Source
from tui.storage.news.kernel_words import meaning_of_kernel_line
from tui.storage.probe.system.routes import Route

NOW = 1_000_000.0
"""When every look is taken."""

OPEN = PortAnswer(Answer.OPEN, 0.001)
SILENT = PortAnswer(Answer.SILENT, 3.0)
REFUSED = PortAnswer(Answer.REFUSED, 0.001, "Connection refused")
NO_ROUTE = PortAnswer(Answer.UNREACHABLE, 0.001, "No route to host")
NO_NETWORK = PortAnswer(Answer.UNREACHABLE, 0.0, "Network is unreachable")


def evidence_of(inventory: Inventory, answer: PortAnswer = OPEN) -> Evidence:
    """Evidence with nothing strange in it; every portal answers alike."""
    places = [
        *(one.portal for one in inventory.sessions),
        *(one.portal for one in inventory.node_records),
    ]
    portals = tuple({place.label: place for place in places}.values())
    return Evidence(
        inventory,
        now=NOW,
        booted=NOW - 86_400,
        portals=tuple(PortalReply(portal, answer) for portal in portals),
        routes=tuple(Route(portal.address, "eth1", "192.0.2.5") for portal in portals),
        links=(Link("eth1", 1500, "up", carrier=True),),
        packets=tuple(PacketTest(portal.address, 1500, small=True, large=True) for portal in portals),
        daemons=(DaemonProcess(812, "iscsid", "S", 80_000.0),) if inventory.daemon_answers else (),
        hosts=tuple(range(1, len(inventory.sessions) + 1)),
        modules=KernelModules("6.1.0", folder=True, can_load=True),
    )


def single_path() -> Inventory:
    """One session, one VG, ext4 mounted."""
    return _sized(with_volume(logged_in(), mounted="/srv/data"))


def two_paths() -> Inventory:
    """Two sessions joined by a multipath map, one VG, ext4 mounted."""
    return _sized(with_volume(logged_in(PORTAL, SECOND, joined=True), mounted="/srv/data"))


def several_groups() -> Inventory:
    """One session with two LUNs, a VG with an active LV on each; the second LV has no file system."""
    one = single_path()
    lun, disk = one.luns[0], one.devices[0]
    group, physical, volume = one.volume_groups[0], one.physical_volumes[0], one.logical_volumes[0]
    device = BlockDevice(
        "dm-2", "/dev/mapper/vg_more-raw", "253:2", BlockKind.LOGICAL_VOLUME, volume.size, slaves=("sdb",)
    )
    return replace(
        one,
        luns=(*one.luns, replace(lun, address="1:0:0:1", number=1, disk="sdb", wwid=f"{lun.wwid[:-1]}9")),
        devices=(
            *one.devices,
            replace(disk, name="sdb", path="/dev/sdb", number="8:16", holders=("dm-2",)),
            device,
        ),
        physical_volumes=(
            *one.physical_volumes,
            replace(physical, path="/dev/sdb", device="sdb", uuid="PVID2", volume_group="vg_more"),
        ),
        volume_groups=(*one.volume_groups, replace(group, name="vg_more", uuid="VGID2")),
        logical_volumes=(
            *one.logical_volumes,
            replace(
                volume,
                name="raw",
                volume_group="vg_more",
                uuid="LVID2",
                path="/dev/vg_more/raw",
                device="dm-2",
            ),
        ),
    )


def no_iscsi() -> Inventory:
    """A host that has the packages and no record and no session."""
    return installed()


HEALTHY = {
    "single path": single_path,
    "multipath": two_paths,
    "several groups": several_groups,
    "no iscsi": no_iscsi,
}


def lost(
    inventory: Inventory,
    *portals: Portal,
    state: SessionState = SessionState.FAILED,
    disks: DeviceState = DeviceState.BLOCKED,
    timer: int = 120,
) -> Inventory:
    """With the sessions through these portals (all without one) no longer logged in."""
    labels = {portal.label for portal in portals} or {one.portal.label for one in inventory.sessions}
    sids = {one.sid for one in inventory.sessions if one.portal.label in labels}
    dead = {lun.disk for lun in inventory.luns if lun.sid in sids}
    silent = set(dead)
    for name in dead:
        joined = inventory.map_over(name)
        if joined is None or set(joined.paths) <= dead:
            silent |= {device.name for device in inventory.above(name)}
    return replace(
        inventory,
        sessions=tuple(
            replace(one, state=state, recovery_timeout=timer) if one.sid in sids else one
            for one in inventory.sessions
        ),
        luns=tuple(replace(one, state=disks) if one.sid in sids else one for one in inventory.luns),
        devices=tuple(replace(one, answers=one.name not in silent) for one in inventory.devices),
        multipath_maps=tuple(
            replace(one, good_paths=tuple(path for path in one.paths if path not in dead))
            for one in inventory.multipath_maps
        ),
    )


def kernel_said(line: str, ago: float = 5.0) -> Happening:
    """A line of the kernel's log, so many seconds before the look."""
    meaning = meaning_of_kernel_line(line)
    assert meaning is not None, line
    return Happening(NOW - ago, Source.KERNEL, line, meaning.words, meaning.subject, meaning.tone)


def daemon_said(line: str, ago: float = 5.0) -> Happening:
    """A line of iscsid, so many seconds before the look."""
    meaning = meaning_of_daemon_line(line)
    assert meaning is not None, line
    return Happening(NOW - ago, Source.DAEMON, line, meaning.words, meaning.subject, meaning.tone)


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """What is found; no way out of it does what must never be done."""
    found = diagnose(evidence).findings
    nothing_forbidden(found)
    return found


def causes(evidence: Evidence) -> list[str]:
    """The codes of the causes, the first to repair first."""
    return [one.code for one in findings(evidence) if one.weight is Weight.CAUSE]


def only(evidence: Evidence, code: str) -> Finding:
    """The one finding there is, which must have that code."""
    found = findings(evidence)
    assert [one.code for one in found] == [code], [one.key for one in found]
    return found[0]


def diagnosis(evidence: Evidence) -> Diagnosis:
    """The whole diagnosis."""
    return diagnose(evidence)


def _sized(inventory: Inventory) -> Inventory:
    """With the sizes of the mounted file system, which every healthy one tells."""
    size = 500 * MIB
    return replace(
        inventory,
        mounts=tuple(
            replace(one, size=size, used=size // 4, available=size // 2) for one in inventory.mounts
        ),
        physical_volumes=tuple(replace(one, device_size=512 * MIB) for one in inventory.physical_volumes),
    )
