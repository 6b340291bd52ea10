"""The array of a description: targets, portals, LUNs, the disks behind them, and the network to them."""

import ipaddress
import re
from collections.abc import Iterator
from functools import partial

from tui.practice.rehearsal.description import (
    Chap,
    Disk,
    LunPlace,
    MultipathMap,
    Network,
    Partition,
    PartitionTable,
    Portal,
    Target,
)
from tui.practice.rehearsal.seen import SeenHost
from tui.storage.iscsi.sessions import DISK
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.iscsi import ChapFacts, Lun
from tui.storage.probe.devices.limits import read_limits
from tui.storage.probe.devices.partitions import entry_of, read_partition
from tui.storage.probe.system.routes import NicAddresses, Route, read_addresses, read_route
from tui.words import translate as _

_SECTOR = 512
_MTU = 1500


def describe_targets(seen: SeenHost) -> tuple[Target, ...]:
    """Every target of a session or record."""
    inventory = seen.inventory
    sessions = (session.target for session in inventory.sessions if session.target)
    names = dict.fromkeys((*sessions, *(record.target for record in inventory.node_records)))
    found: list[Target] = []
    for name in names:
        portals = tuple(_portals(seen, name))
        if not portals:
            seen.differs(name, _("No portal of it has a known address."))
            continue
        make = partial(Target, name, portals, tuple(_luns(seen, name)), _chap_of(seen, name))
        found += seen.all_allowed(name, [make])
    return tuple(found)


def _portals(seen: SeenHost, target: str) -> Iterator[Portal]:
    """Each address and port once. A host name counts as the address it stands for, where a session tells."""
    inventory = seen.inventory
    sessions = inventory.sessions_of(target)
    records = (record.portal for record in inventory.node_records if record.target == target)
    known: set[tuple[str, int]] = set()
    for portal in (*(session.portal for session in sessions), *records):
        address = portal.address
        if not portal.is_numeric:
            peers = [session.peer for session in sessions if session.portal.is_written_as(portal)]
            address = next((peer for peer in (*peers, *portal.resolved) if peer), "")
            seen.differs(portal.label, _("A twin has no name service; it uses the address."))
        if address and (address, portal.port) not in known:
            known.add((address, portal.port))
            make = partial(Portal, address, portal.port, portal.tpgt or 1)
            yield from seen.all_allowed(f"{target} {portal.label}", [make])


def _luns(seen: SeenHost, target: str) -> Iterator[LunPlace]:
    known: dict[int, str] = {}
    for session in seen.inventory.sessions_of(target):
        for lun in seen.inventory.luns_of(session.sid):
            name = f"{target} LUN {lun.number}"
            if lun.kind != DISK or not lun.disk:
                continue
            if not lun.wwid:
                seen.differs(name, _("It has no WWID, by which the twin would know it."))
            elif lun.number not in known:
                known[lun.number] = lun.wwid
                access = read_limits(seen.host, lun.disk).access
                yield from seen.all_allowed(name, [partial(LunPlace, lun.number, lun.wwid, access)])
            elif known[lun.number] != lun.wwid:
                seen.differs(name, _("Its sessions show different disks under this number."))


def _chap_of(seen: SeenHost, target: str) -> Chap | None:
    records = (record for record in seen.inventory.node_records if record.target == target)
    return next((made for record in records if (made := chap(seen, record.chap)) is not None), None)


def chap(seen: SeenHost, facts: ChapFacts) -> Chap | None:
    """That CHAP is used, without a secret; None where it is not."""
    if not facts.has_password:
        return None
    make = partial(Chap, facts.username, facts.username_in, facts.has_password_in)
    return seen.allowed(facts.username, make) or Chap("user", "target" if facts.has_password_in else "")


def describe_disks(seen: SeenHost) -> tuple[Disk, ...]:
    """What is behind the LUNs, each WWID once, in the order of the kernel's names."""
    first: dict[str, Lun] = {}
    for lun in sorted(seen.inventory.luns, key=lambda lun: (len(lun.disk), lun.disk)):
        if lun.kind == DISK and lun.disk and lun.wwid:
            first.setdefault(lun.wwid, lun)
    return seen.all_allowed(
        _("a LUN"), [partial(_disk, seen, lun, order) for order, lun in enumerate(first.values())]
    )


def _disk(seen: SeenHost, lun: Lun, order: int) -> Disk:
    device = seen.inventory.device(lun.disk)
    limits = read_limits(seen.host, lun.disk)
    disk = Disk(
        wwid=lun.wwid,
        size=lun.size,
        sector=(device.sector_size if device is not None else 0) or _SECTOR,
        vendor=lun.vendor.strip(),
        product=lun.model.strip(),
        revision=lun.revision.strip(),
        serial=limits.serial,
        read_only=lun.read_only,
        physical_sector=limits.physical_sector,
        optimal=limits.optimal,
        order=order,
    )
    if not disk.can_be_same:
        seen.differs(
            lun.wwid,
            _("LIO has only WWIDs of the type NAA-6; the twin's is {wwid}.").format(wwid=disk.made_wwid),
        )
    return disk


def describe_maps(seen: SeenHost) -> tuple[MultipathMap, ...]:
    """The multipath maps over LUNs."""
    pairs = ((joined.name, seen.wwid_of(joined.device)) for joined in seen.inventory.multipath_maps)
    return seen.all_allowed(_("a multipath map"), [partial(MultipathMap, *pair) for pair in pairs if pair[1]])


def describe_tables(seen: SeenHost) -> tuple[PartitionTable, ...]:
    """The partition tables of whole LUNs, each once however many paths there are."""
    found: dict[str, PartitionTable] = {}
    for device in seen.inventory.devices:
        wwid = seen.wwid_of(device.name)
        whole = device.kind in (BlockKind.DISK, BlockKind.MULTIPATH)
        if not device.partition_table or not whole or not wwid or wwid in found:
            continue
        uuid = entry_of(seen.host, device).properties.get("ID_PART_TABLE_UUID", "")
        partitions = tuple(_partitions(seen, wwid))
        made = seen.allowed(
            device.path, partial(PartitionTable, wwid, device.partition_table, uuid, partitions)
        )
        if made is not None:
            found[wwid] = made
    return tuple(found.values())


def _partitions(seen: SeenHost, wwid: str) -> Iterator[Partition]:
    known: set[int] = set()
    for device in seen.inventory.devices:
        whole = seen.whole_of(device) if device.kind is BlockKind.PARTITION else None
        if whole is None or seen.wwid_of(whole.name) != wwid:
            continue
        made = seen.allowed(device.path, partial(_partition, seen, device))
        if made is not None and made.number not in known:
            known.add(made.number)
            yield made


def _partition(seen: SeenHost, device: BlockDevice) -> Partition:
    facts = read_partition(seen.host, device)
    return Partition(facts.number, facts.start or 0, device.size, facts.kind, facts.uuid, facts.name)


def describe_networks(seen: SeenHost, targets: tuple[Target, ...]) -> tuple[Network, ...]:
    """The interfaces over which portals are reached: by their own prefixes, otherwise by a route."""
    nics = read_addresses(seen.host)
    portals = dict.fromkeys(portal.address for target in targets for portal in target.portals)
    over: dict[str, list[str]] = {}
    gateways: dict[str, list[str]] = {}
    for address in portals:
        nic = next((nic for nic in nics if _is_neighbor(nic, address)), None)
        route = None if nic is not None else read_route(seen.host, address)
        name = nic.name if nic is not None else _device_of(route)
        if not name:
            seen.differs(address, _("How the host reaches it was not read; the twin reaches it directly."))
        over.setdefault(name or "unknown", []).append(address)
        if route is not None and route.gateway:
            gateways.setdefault(name, []).append(route.gateway)
    known = {nic.name: nic for nic in nics}
    makes = [
        partial(_network, known.get(name), name, tuple(there), tuple(dict.fromkeys(gateways.get(name, ()))))
        for name, there in over.items()
    ]
    return seen.all_allowed(_("a network interface"), makes)


def _network(
    nic: NicAddresses | None, name: str, portals: tuple[str, ...], gateways: tuple[str, ...]
) -> Network:
    plain = re.sub(r"[^A-Za-z0-9_.-]", "-", name)[:15]
    own = nic.addresses if nic is not None else ()
    return Network(plain, own, portals, gateways, nic.mtu if nic is not None and nic.mtu else _MTU)


def _is_neighbor(nic: NicAddresses, address: str) -> bool:
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_interface(own).network for own in nic.addresses)


def _device_of(route: Route | None) -> str:
    return route.device if route is not None else ""
