"""F59: an iface record is bound to a network interface that this host does not have."""

from collections.abc import Iterator

from tui.maintenance.sessions import session_of
from tui.recovery.evidence import Evidence, Item
from tui.recovery.facts import Nic
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import daemon_seen, listed
from tui.recovery.findings.repair_plans import repair
from tui.storage.iscsi.records import record_words
from tui.storage.model.iscsi import InterfaceRecord, NodeRecord
from tui.storage.operations.iscsi.discovery import AddNodeRecord
from tui.storage.operations.iscsi.rebind_interface import RebindInterface
from tui.storage.operations.iscsi.records import DeleteNodeRecord, SetRecordValues
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.stacks.iscsi_rungs import record_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

NO_NIC = "F59.iface-without-nic"
_SOFTWARE = ("tcp", "iser")
"""Transports whose ifaces are bound to network interfaces of the host; others to ports of an HBA."""
_MOST = 3
_UNBOUND = "00:00:00:00:00:00"


def ifaces_without_nic(evidence: Evidence) -> Iterator[Finding]:
    """F59: each iface that records use and whose interface is not there, by name or by hardware address."""
    if not evidence.has(Item.NICS) or not evidence.nics:
        return
    for interface in evidence.inventory.interfaces:
        records = tuple(
            record for record in evidence.inventory.node_records if record.iface == interface.name
        )
        if records and interface.transport in _SOFTWARE and not _is_there(interface, evidence.nics):
            yield _finding(evidence, interface, records)


def _is_there(interface: InterfaceRecord, nics: tuple[Nic, ...]) -> bool:
    # An alias, `eth2:2`, is an address of its interface.
    name = interface.network_device.partition(":")[0]
    address = interface.hardware_address.lower()
    if name and all(nic.name != name for nic in nics):
        return False
    return address in {"", "default", _UNBOUND} or any(nic.address == address for nic in nics)


def _binding(interface: InterfaceRecord) -> str:
    return interface.network_device or interface.hardware_address


def _finding(evidence: Evidence, interface: InterfaceRecord, records: tuple[NodeRecord, ...]) -> Finding:
    idle = tuple(record for record in records if session_of(evidence.inventory, record) is None)
    key = "iface.net_ifacename" if interface.network_device else "iface.hwaddress"
    lines = [line for line in evidence.daemon if _binding(interface) in line.text]
    return Finding(
        NO_NIC,
        _("The iface {iface} is bound to {nic}, and this host has no such network interface.").format(
            iface=clean(interface.name), nic=clean(_binding(interface))
        ),
        _("No login through it succeeds: {records}.").format(
            records=listed(record_words(record.target, record.portal, "default") for record in records)
        )
        if idle
        else _("Its sessions are up and stay so. No new login through it succeeds, nor one after a reboot."),
        RungKind.SESSION,
        tuple(record_key(record) for record in records),
        seen=(
            Seen(
                _("iface {name}").format(name=clean(interface.name)),
                (f"{key} = {clean(_binding(interface))}",),
            ),
            Seen("/sys/class/net", (listed(f"{nic.name} {nic.address}" for nic in evidence.nics),)),
            *daemon_seen(lines),
        ),
        ruled_out=(
            RuledOut(
                _("an unreachable portal"),
                _("This host never sends a packet: iscsid cannot bind the connection to the interface."),
            ),
        ),
        fixes=tuple(_fixes(evidence, interface, records, idle)),
        never=(
            Never(
                _("Rename another network interface to match"),
                _("Its own configuration, routes and firewall rules go by the name it has."),
            ),
        ),
        weight=Weight.CAUSE if idle else Weight.RISK,
    )


def _fixes(
    evidence: Evidence,
    interface: InterfaceRecord,
    records: tuple[NodeRecord, ...],
    idle: tuple[NodeRecord, ...],
) -> Iterator[Fix]:
    logins = tuple(LogIn(record.target, record.portal, record.iface) for record in idle)
    for nic in _candidates(evidence, records):
        title = _("Bind the iface to {nic}").format(nic=clean(nic.name))
        why = _("Packets to the portal leave this host through {nic}.").format(nic=clean(nic.name))
        by_name = bool(interface.network_device)
        rebind = RebindInterface(
            interface.name,
            nic.name if by_name else "",
            "" if by_name else nic.address,
            interface.network_device,
            interface.hardware_address if not by_name else "",
        )
        yield Fix(
            title,
            why,
            repair(title, why, rebind, *logins),
            confirm=(
                _("Is {nic} the interface that is meant for this storage?").format(nic=clean(nic.name)),
            ),
        )
    title = _("Use the default iface")
    why = _("The routing table then chooses the interface.")
    if all(record.readable and record.chap.is_empty for record in records) and len(idle) == len(records):
        yield Fix(title, why, repair(title, why, *_by_default(records)))
    else:
        yield Fix(
            title,
            why,
            by_hand=tuple(
                f"iscsiadm -m node -T {clean(node.target)} -p {clean(node.portal.label)} -I default -o new"
                for node in records[:_MOST]
            ),
            confirm=(_("Do you have the CHAP secrets? A new record starts without them."),)
            if any(not record.chap.is_empty for record in records)
            else (),
        )


def _candidates(evidence: Evidence, records: tuple[NodeRecord, ...]) -> tuple[Nic, ...]:
    """The interfaces by which the routing table reaches the portals of some records."""
    ways = [evidence.route_to(record.portal.address) for record in records]
    used = {way.device for way in ways if way is not None and way.device}
    return tuple(nic for nic in evidence.nics if nic.name in used and nic.name != "lo")[:_MOST]


def _by_default(
    records: tuple[NodeRecord, ...],
) -> Iterator[AddNodeRecord | SetRecordValues | LogIn | DeleteNodeRecord]:
    """New records of the iface default with the same start, logged in; the old ones go last."""
    for record in records:
        values = (("node.startup", record.startup), ("node.conn[0].startup", record.connection_startup))
        yield AddNodeRecord(record.target, record.portal, "default")
        yield SetRecordValues(
            record.target, record.portal, "default", tuple((key, value) for key, value in values if value)
        )
        yield LogIn(record.target, record.portal, "default")
        yield DeleteNodeRecord(record.target, record.portal, record.iface)
