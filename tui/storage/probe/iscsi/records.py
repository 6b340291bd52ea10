"""The record database: nodes, discovery portals and ifaces, read from its files and never through iscsiadm.

Layouts (open-iscsi's usr/idbm.c): `nodes/TARGET/ADDRESS,PORT,TPGT/IFACE`, or `nodes/TARGET/ADDRESS,PORT` as
a file in old databases; `send_targets/ADDRESS,PORT/st_config` and `isns/ADDRESS,PORT/isns_config`, or a
file in old ones; `ifaces/NAME`. An IPv6 address has no brackets there. Secrets are never kept, only whether
there is one.
"""

from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.inventory import Unseen
from tui.storage.model.iscsi import DiscoveryRecord, InterfaceRecord, NodeRecord, Portal, Timers
from tui.storage.probe.iscsi.host_names import addresses_of, with_addresses
from tui.storage.probe.iscsi.settings import Values, settings_by_key
from tui.storage.probe.memory import KnownRecord, Memory, settled
from tui.storage.probe.reading import whole_number
from tui.words import translate as _

_BUILT_IN = (InterfaceRecord("default", "tcp"), InterfaceRecord("iser", "iser"))
"""Ifaces that open-iscsi always has, file or not."""


class Records(Struct, frozen=True):
    """Everything in the database."""

    nodes: tuple[NodeRecord, ...] = ()
    discovery: tuple[DiscoveryRecord, ...] = ()
    interfaces: tuple[InterfaceRecord, ...] = _BUILT_IN
    damaged: tuple[str, ...] = ()
    """Paths of files that are not records: empty after a crash, or left there by somebody."""
    unseen: tuple[Unseen, ...] = ()


class _Gathered(Struct):
    host: Host
    memory: Memory
    since: float
    """When the reading began, in seconds since the epoch."""
    known: dict[str, KnownRecord] = field(default_factory=dict)
    nodes: list[NodeRecord] = field(default_factory=list)
    discovery: list[DiscoveryRecord] = field(default_factory=list)
    interfaces: dict[str, InterfaceRecord] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)


def parse_portal(name: str) -> Portal | None:
    """Read `ADDRESS,PORT` or `ADDRESS,PORT,TPGT` from a name in the database, or None when it is neither."""
    address, *numbers = name.split(",")
    if not address or len(numbers) not in {1, 2}:
        return None
    port = whole_number(numbers[0])
    if port is None or not 0 < port < 65536:
        return None
    return Portal(address, port, _portal_group(numbers[1]) if len(numbers) == 2 else None)


def portal_name(portal: Portal) -> str:
    """The name of a portal's folder in the database: what `parse_portal` reads."""
    group = "" if portal.tpgt is None else f",{portal.tpgt}"
    return f"{portal.address},{portal.port}{group}"


def parse_node_record(
    text: str, target: str, portal: Portal | None, iface: str, path: str
) -> NodeRecord | None:
    """Read a node record; None when the text is none (empty, stray) or names no portal.

    Args:
        text: the file.
        target: the target by the folder's name, used where the record is silent.
        portal: the portal by the folder's name, likewise.
        iface: the iface by the file's name, likewise.
        path: the file's path.
    """
    settings = Values(settings_by_key(text))
    name = settings.text("node.name")
    address = settings.text("node.conn[0].address")
    port = settings.number("node.conn[0].port")
    if not name or (portal is None and not address):
        return None
    group = _portal_group(settings.text("node.tpgt"))
    known = portal or Portal(address)
    return NodeRecord(
        target=name or target,
        portal=Portal(
            address or known.address,
            port if port is not None and 0 < port < 65536 else known.port,
            group if group is not None else known.tpgt,
        ),
        iface=settings.text("iface.iscsi_ifacename", iface),
        startup=settings.text("node.startup"),
        connection_startup=settings.text("node.conn[0].startup"),
        leading_login=settings.text("node.leading_login").lower() == "yes",
        chap=settings.chap("node.session.auth"),
        timers=Timers(
            replacement_timeout=settings.number("node.session.timeo.replacement_timeout"),
            login_timeout=settings.number("node.conn[0].timeo.login_timeout"),
            login_retries=settings.number("node.session.initial_login_retry_max"),
            noop_interval=settings.number("node.conn[0].timeo.noop_out_interval"),
            noop_timeout=settings.number("node.conn[0].timeo.noop_out_timeout"),
        ),
        path=path,
    )


def parse_discovery_record(text: str, kind: str, portal: Portal) -> DiscoveryRecord | None:
    """Read a discovery record, `kind` being sendtargets or isns; None when the text is not a record."""
    settings = Values(settings_by_key(text))
    if not settings:
        return None
    address = settings.text(f"discovery.{kind}.address", portal.address)
    port = settings.number(f"discovery.{kind}.port") or portal.port
    return DiscoveryRecord(kind, Portal(address, port), settings.chap(f"discovery.{kind}.auth"))


def parse_interface_record(text: str, name: str) -> InterfaceRecord | None:
    """Read an iface record; None when the text is not a record."""
    settings = Values(settings_by_key(text))
    if not settings.text("iface.iscsi_ifacename") and not settings.text("iface.transport_name"):
        return None
    return InterfaceRecord(
        name=settings.text("iface.iscsi_ifacename", name),
        transport=settings.text("iface.transport_name", "tcp"),
        hardware_address=settings.text("iface.hwaddress"),
        ip_address=settings.text("iface.ipaddress"),
        network_device=settings.text("iface.net_ifacename"),
        initiator_name=settings.text("iface.initiatorname"),
    )


def read_records(host: Host, root: str, memory: Memory | None = None) -> Records:
    """Everything in the database below `root`; what may not be read is named in `unseen`. Never raises.

    Host names of portals are resolved within a few seconds (`addresses_of`).

    Args:
        host: the machine.
        root: the folder of the database.
        memory: what earlier looks read: a node record whose file is as it was is not read again.
    """
    found = _Gathered(host, memory or Memory(), host.now())
    for target, folder in _entries(found, f"{root}/nodes"):
        _read_target(found, target, folder)
    for kind, place, file in (("sendtargets", "send_targets", "st_config"), ("isns", "isns", "isns_config")):
        for name, folder in _entries(found, f"{root}/{place}"):
            _read_discovery(found, kind, name, f"{folder}/{file}", folder)
    found.interfaces.update({interface.name: interface for interface in _BUILT_IN})
    for name, path in _entries(found, f"{root}/ifaces"):
        _read_interface(found, name, path)
    found.memory.records = found.known
    portals = [*(node.portal for node in found.nodes), *(record.portal for record in found.discovery)]
    addresses = addresses_of(host, portals)
    return Records(
        tuple(replace(node, portal=with_addresses(node.portal, addresses)) for node in found.nodes)
        if addresses
        else tuple(found.nodes),
        tuple(replace(record, portal=with_addresses(record.portal, addresses)) for record in found.discovery),
        tuple(found.interfaces.values()),
        tuple(found.damaged),
        tuple(found.unseen),
    )


def _entries(found: _Gathered, folder: str) -> Iterator[tuple[str, str]]:
    """The names in a folder of the database with their paths; a missing one is empty."""
    try:
        names = found.host.names(folder)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        found.damaged.append(folder)
        return
    except OSError as error:
        found.unseen.append(Unseen(folder, _why(error)))
        return
    for name in names:
        yield name, f"{folder}/{name}"


def _read_target(found: _Gathered, target: str, folder: str) -> None:
    for place, path in _entries(found, folder):
        portal = parse_portal(place)
        try:
            files = [(name, f"{path}/{name}") for name in found.host.names(path)]
        except NotADirectoryError:
            files = [("default", path)]
        except OSError as error:
            found.unseen.append(Unseen(path, _why(error)))
            continue
        for iface, file in files:
            _read_node(found, target, portal, iface, file)


def _read_node(found: _Gathered, target: str, portal: Portal | None, iface: str, path: str) -> None:
    known = found.memory.records.get(path)
    if known is not None and found.host.facts(path) == known.facts:
        found.known[path] = known
        found.nodes.append(known.record)
        return
    facts = settled(found.host, path, found.since)
    try:
        record = parse_node_record(found.host.read(path), target, portal, iface, path)
        if record is not None and facts is not None:
            found.known[path] = KnownRecord(facts, record)
    except FileNotFoundError:
        return
    except PermissionError as error:
        found.unseen.append(Unseen(path, _why(error)))
        record = NodeRecord(target, portal, iface, path=path, readable=False) if portal else None
    except OSError:
        record = None
    if record is None:
        found.damaged.append(path)
    else:
        found.nodes.append(record)


def _read_discovery(found: _Gathered, kind: str, name: str, path: str, old_path: str) -> None:
    portal = parse_portal(name)
    if portal is None:
        found.damaged.append(old_path)
        return
    text = None
    for candidate in (path, old_path):
        try:
            text = found.host.read(candidate)
            break
        except PermissionError as error:
            found.unseen.append(Unseen(candidate, _why(error)))
            found.discovery.append(DiscoveryRecord(kind, portal, readable=False))
            return
        except OSError:
            continue
    record = parse_discovery_record(text, kind, portal) if text is not None else None
    if record is None:
        found.damaged.append(old_path)
    else:
        found.discovery.append(record)


def _read_interface(found: _Gathered, name: str, path: str) -> None:
    content = None
    try:
        content = found.host.read(path)
        record = parse_interface_record(content, name)
    except PermissionError as error:
        found.unseen.append(Unseen(path, _why(error)))
        return
    except OSError:
        record = None
    if record is not None:
        found.interfaces[record.name] = record
    elif content is None or not _is_all_comments(content):
        found.damaged.append(path)


def _is_all_comments(content: str) -> bool:
    """Whether a file has comments and sets nothing, as `iface.example`, which iscsiadm passes over."""
    lines = [line.strip() for line in content.split("\n") if line.strip()]
    return bool(lines) and all(line.startswith("#") for line in lines)


def _portal_group(value: str) -> int | None:
    """A portal group tag: 16 bits (RFC 7143 4.2.2); -1 and its unsigned form stand for an unknown one."""
    group = whole_number(value)
    return group if group is not None and 0 <= group <= 0xFFFF else None


def _why(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return _("Only root can read it.")
    return _("It could not be read: {reason}.").format(reason=error.strerror or type(error).__name__)
