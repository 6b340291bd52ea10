"""One whole look at a host: every probe, put together into an `Inventory`."""

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory, Unseen
from tui.storage.model.iscsi import RecordDefaults
from tui.storage.probe.devices.blocks import read_blocks
from tui.storage.probe.devices.lvm import read_volumes
from tui.storage.probe.devices.lvm_report import Volumes
from tui.storage.probe.devices.multipath import multipath_maps, with_policies
from tui.storage.probe.devices.places import DevicePlaces
from tui.storage.probe.devices.signatures import with_signatures
from tui.storage.probe.devices.udev import has_entries
from tui.storage.probe.iscsi.database import locate_database
from tui.storage.probe.iscsi.initiator import read_initiator
from tui.storage.probe.iscsi.iscsid_conf import read_iscsid_conf
from tui.storage.probe.iscsi.records import read_records
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.memory import Memory
from tui.storage.probe.mounts.crypttab import read_crypttab
from tui.storage.probe.mounts.fstab import read_fstab
from tui.storage.probe.mounts.mounts import read_mounts, read_swaps
from tui.storage.probe.reading import text
from tui.storage.probe.system.distribution import read_distribution
from tui.storage.probe.system.modules import read_modules
from tui.storage.probe.system.services import read_daemon_answers, read_services
from tui.storage.probe.system.tools import read_tools
from tui.storage.probe.system.traits import read_traits
from tui.words import enumerated, translate as _


def take_inventory(host: Host, memory: Memory | None = None) -> Inventory:
    """Everything that can be known about a host's storage now.

    Takes no longer than the deadlines of four calls (systemctl, LVM, sometimes blkid and, once, a search in
    iscsiadm); no disk that would block is touched. What the machine says never makes it raise: what could
    not be read is listed in `Inventory.unseen`, and evidence that is only half there is kept.

    Args:
        host: the machine.
        memory: what earlier looks read; without one everything is read.
    """
    memory = memory or Memory()
    taken_at = host.now()
    distribution = read_distribution(host)
    root = has_root_rights(text(host, "/proc/self/status"))
    initiator = read_initiator(host)
    tools = read_tools(host, distribution.family)
    services = read_services(host, distribution.family)
    daemon_answers = read_daemon_answers(host)
    defaults = read_iscsid_conf(host)
    records = read_records(host, locate_database(host, distribution).root, memory)
    sessions, luns = read_sessions(host, memory)
    blocks = read_blocks(host, sessions, luns, memory)
    installed = {tool.name for tool in tools if tool.path}
    has_lvm = "lvm" in installed
    volumes = read_volumes(host, blocks.devices, installed=has_lvm, root=root)
    silent = frozenset(device.name for device in blocks.devices if not device.answers)
    mounts = read_mounts(host, DevicePlaces(blocks.devices), silent)
    if root and "blkid" in installed:
        blocks = with_signatures(host, blocks, frozenset(mount.device for mount in mounts))
    places = DevicePlaces(blocks.devices)
    unseen = [
        *([] if initiator.readable else [Unseen(initiator.path, _("Only root can read it."))]),
        *([] if defaults.readable else [Unseen(defaults.path, _("Only root can read it."))]),
        *([] if services is not None else [Unseen("systemctl", _("systemd does not answer."))]),
        *([] if daemon_answers is not None else [Unseen("/proc/net/unix", _("It could not be read."))]),
        *records.unseen,
        *_unseen_contents(host, described=all(device.described for device in blocks.devices)),
        *_unseen_volumes(volumes, root=root, installed=has_lvm),
    ]
    return Inventory(
        host=host.name,
        taken_at=taken_at,
        root=root,
        distribution=distribution,
        traits=read_traits(host, has_units=services is not None),
        initiator=initiator,
        services=services or (),
        tools=tools,
        modules=read_modules(host),
        daemon_answers=bool(daemon_answers),
        defaults=RecordDefaults(defaults.session_chap, defaults.discovery_chap),
        interfaces=records.interfaces,
        discovery_records=records.discovery,
        node_records=records.nodes,
        damaged_records=records.damaged,
        sessions=sessions,
        luns=luns,
        devices=blocks.devices,
        multipath_maps=with_policies(host, multipath_maps(blocks.devices, luns)),
        physical_volumes=volumes.physical,
        volume_groups=volumes.groups,
        logical_volumes=volumes.logical,
        volume_parts=volumes.parts,
        lvm=volumes.reading,
        filesystems=blocks.filesystems,
        mounts=mounts,
        swaps=read_swaps(host, places, mounts),
        fstab=read_fstab(host, places, mounts),
        crypttab=read_crypttab(host, places),
        unseen=tuple(unseen),
    )


def has_root_rights(status: str) -> bool:
    """Whether /proc/self/status shows an effective user id of 0 (proc(5): the second number of `Uid:`)."""
    for line in status.split("\n"):
        if line.startswith("Uid:"):
            return line.split()[2:3] == ["0"]
    return False


def _unseen_contents(host: Host, *, described: bool) -> list[Unseen]:
    """What is on the disks comes from udev; say so when udev has not looked at all of them."""
    if described or has_entries(host):
        return []
    return [Unseen("/run/udev/data", _("udev has no entries here, so the content of the disks is unknown."))]


def _unseen_volumes(volumes: Volumes, *, root: bool, installed: bool) -> list[Unseen]:
    if not installed:
        return []
    if not root:
        return [Unseen("lvm", _("Only root can ask LVM; what is listed comes from the kernel."))]
    if volumes.reading.error:
        return [Unseen("lvm", volumes.reading.error)]
    if volumes.reading.left_out:
        names = enumerated(volumes.reading.left_out)
        return [Unseen("lvm", _("Disks that do not answer were left out: {names}.").format(names=names))]
    return []
