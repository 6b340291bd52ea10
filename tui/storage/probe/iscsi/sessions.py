"""Sessions and their LUNs from sysfs (kernel scsi_transport_iscsi.c and scsi_sysfs.c).

Every attribute may vanish while a session goes away; what is left is still a session with that number. The
attributes that hold CHAP secrets are never opened.
"""

import re

from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.iscsi import Lun, Portal, Session, SessionState
from tui.storage.probe.iscsi.luns import LunLook, targets_below
from tui.storage.probe.memory import KnownConnection, KnownSession, Memory, Texts
from tui.storage.probe.reading import entries, meant, text, whole_number, word

_SESSIONS = "/sys/class/iscsi_session"
_CONNECTIONS = "/sys/class/iscsi_connection"
_EACH_TIME = ("state", "state", "address")
"""Read at each look: the state of a session, and that of its connection and where it is connected."""
_SESSION_NAME = re.compile(r"^session(\d{1,9})$")
_CONNECTION_NAME = re.compile(r"^connection(\d{1,9}):(\d+)$")
_HOST_PART = re.compile(r"/host(\d{1,9})/")
_TRANSPORTS = {"iscsi_tcp": "tcp", "iscsi_iser": "iser"}
_UNBOUND = {"", "default"}


def read_sessions(host: Host, memory: Memory | None = None) -> tuple[tuple[Session, ...], tuple[Lun, ...]]:
    """Every session of the kernel by number, and every LUN they show. Never raises.

    Args:
        host: the machine.
        memory: what earlier looks read; without one everything is read.
    """
    memory = memory or Memory()
    with memory.guard:
        return _read_sessions(host, memory)


def _read_sessions(host: Host, memory: Memory) -> tuple[tuple[Session, ...], tuple[Lun, ...]]:
    listed, there = entries(host, _CONNECTIONS), entries(host, _SESSIONS)
    connections = memory.same("connections", (listed,), lambda: _by_session(host, listed))
    look = LunLook.begin(host, memory)
    sessions: list[Session] = []
    luns: list[Lun] = []
    seen: dict[int, KnownSession] = {}
    for sid, inode in memory.same("sessions", (there,), lambda: _numbered(there)):
        before = memory.sessions.get(sid)
        known = _session_now(host, before, sid, inode, connections.get(sid), same_disks=look.same_disks)
        if not look.same_disks or known is not before:
            known.targets = targets_below(host, known.place)
        seen[sid] = known
        sessions.append(known.session)
        luns += look.luns(sid, known.targets)
    memory.sessions, memory.luns = seen, look.seen
    return tuple(sessions), tuple(luns)


def _by_session(host: Host, listed: dict[str, int]) -> dict[int, KnownConnection]:
    """The first connection of each session."""
    connections: dict[int, KnownConnection] = {}
    for name, inode in sorted(listed.items()):
        match = _CONNECTION_NAME.match(name)
        if match is not None and int(match[1]) not in connections:
            folder = host.resolve(f"{_CONNECTIONS}/{name}")
            connections[int(match[1])] = KnownConnection(inode, folder)
    return connections


def _numbered(there: dict[str, int]) -> list[tuple[int, int]]:
    """Number and inode number of each session, by number."""
    return sorted(
        (int(match[1]), inode)
        for name, inode in there.items()
        if (match := _SESSION_NAME.match(name)) is not None
    )


def session_state(value: str) -> SessionState:
    """The state a word of sysfs stands for; UNKNOWN for a word no kernel is known to print."""
    try:
        return SessionState(value)
    except ValueError:
        return SessionState.UNKNOWN


def seconds(value: str) -> int | None:
    """A timer of sysfs: a number, -1 for `off`, None for anything else."""
    return -1 if value == "off" else whole_number(value)


def _session_now(
    host: Host,
    known: KnownSession | None,
    sid: int,
    inode: int,
    connection: KnownConnection | None,
    *,
    same_disks: bool,
) -> KnownSession:
    """A session: the known one if it is that and its states are as they were."""
    if known is None or not inode or known.number != inode or known.connection != connection:
        return _read_session(host, sid, inode, connection)
    # What iscsid sets while it logs in is not complete before the first login.
    if known.session.state is SessionState.FREE or known.texts.read() != known.said:
        return _read_session(host, sid, inode, connection)
    if (
        not (same_disks and known.targets)
        and word(host, f"{_SESSIONS}/session{sid}/target_state") != known.session.target_state
    ):
        return _read_session(host, sid, inode, connection)
    return known


def _read_session(host: Host, sid: int, inode: int, connection: KnownConnection | None) -> KnownSession:
    # Without the links on the way each attribute is found in less time.
    place = host.resolve(f"{_SESSIONS}/session{sid}")
    real = host.resolve(f"{place}/device")
    match = _HOST_PART.search(f"{real}/")
    scsi_host = int(match[1]) if match is not None else -1

    def said(attribute: str) -> str:
        return word(host, f"{place}/{attribute}")

    def connected(attribute: str) -> str:
        return word(host, f"{connection.folder}/{attribute}") if connection is not None else ""

    places = (place, *((connection.folder, connection.folder) if connection is not None else ()))
    paths = tuple(f"{folder}/{name}" for folder, name in zip(places, _EACH_TIME, strict=False))
    texts = tuple(text(host, path) for path in paths)
    state, connection_state, address = (meant(one) for one in (*texts, "", "")[: len(_EACH_TIME)])
    peer = Portal(address, whole_number(connected("port")) or 0).label if address else ""
    group = whole_number(said("tpgt"))
    network_device = word(host, f"/sys/class/iscsi_host/host{scsi_host}/netdev") if scsi_host >= 0 else ""
    driver = word(host, f"/sys/class/scsi_host/host{scsi_host}/proc_name") if scsi_host >= 0 else ""
    portal = Portal(
        connected("persistent_address") or address,
        whole_number(connected("persistent_port")) or 3260,
        group if group is not None and group >= 0 else None,
    )
    session = Session(
        sid=sid,
        target=said("targetname"),
        # What a host name means for this session is where it is connected.
        portal=portal if portal.is_numeric or not address else replace(portal, resolved=(address,)),
        peer=peer,
        iface=said("ifacename") or "default",
        state=session_state(state),
        target_state=said("target_state"),
        connection_state=connection_state,
        initiator_name=said("initiatorname"),
        recovery_timeout=seconds(said("recovery_tmo")),
        noop_interval=whole_number(connected("recv_tmo")),
        noop_timeout=whole_number(connected("ping_tmo")),
        host_number=scsi_host,
        network_device="" if network_device in _UNBOUND else network_device,
        creator=whole_number(said("creator")),
        transport=_TRANSPORTS.get(driver, driver or "tcp"),
    )
    return KnownSession(inode, session, real, connection, Texts(host, paths), texts)
