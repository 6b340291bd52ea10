"""Sessions and their LUNs from sysfs (kernel scsi_transport_iscsi.c and scsi_sysfs.c).

Every attribute may vanish while a session goes away; what is left is still a session with that number. The
attributes that hold CHAP secrets are never opened.
"""

import re

from msgspec.structs import replace

from tui.storage.host.interface import Host
from tui.storage.model.iscsi import DeviceState, Lun, Portal, Session, SessionState
from tui.storage.probe.reading import names, number, whole_number, word

_SESSIONS = "/sys/class/iscsi_session"
_CONNECTIONS = "/sys/class/iscsi_connection"
_SESSION_NAME = re.compile(r"^session(\d{1,9})$")
_CONNECTION_NAME = re.compile(r"^connection(\d{1,9}):(\d+)$")
_HOST_PART = re.compile(r"/host(\d{1,9})/")
_TARGET_NAME = re.compile(r"^target\d+:\d+:\d+$")
_ADDRESS = re.compile(r"^\d+:\d+:\d+:(\d{1,19})$")
_TRANSPORTS = {"iscsi_tcp": "tcp", "iscsi_iser": "iser"}
_UNBOUND = {"", "default"}


def read_sessions(host: Host) -> tuple[tuple[Session, ...], tuple[Lun, ...]]:
    """Every session of the kernel by number, and every LUN they show. Never raises."""
    connections: dict[int, str] = {}
    for name in names(host, _CONNECTIONS):
        match = _CONNECTION_NAME.match(name)
        if match is not None:
            connections.setdefault(int(match[1]), f"{_CONNECTIONS}/{name}")
    numbers = sorted(
        int(match[1]) for name in names(host, _SESSIONS) if (match := _SESSION_NAME.match(name)) is not None
    )
    sessions: list[Session] = []
    luns: list[Lun] = []
    for sid in numbers:
        session, found = _read_session(host, sid, connections.get(sid, ""))
        sessions.append(session)
        luns += found
    return tuple(sessions), tuple(luns)


def session_state(value: str) -> SessionState:
    """The state a word of sysfs stands for; UNKNOWN for a word no kernel is known to print."""
    try:
        return SessionState(value)
    except ValueError:
        return SessionState.UNKNOWN


def device_state(value: str) -> DeviceState:
    """The state a word of sysfs stands for; UNKNOWN for a word no kernel is known to print."""
    try:
        return DeviceState(value)
    except ValueError:
        return DeviceState.UNKNOWN


def seconds(value: str) -> int | None:
    """A timer of sysfs: a number, -1 for `off`, None for anything else."""
    return -1 if value == "off" else whole_number(value)


def _read_session(host: Host, sid: int, connection: str) -> tuple[Session, list[Lun]]:
    place = f"{_SESSIONS}/session{sid}"
    real = host.resolve(f"{place}/device")
    match = _HOST_PART.search(f"{real}/")
    scsi_host = int(match[1]) if match is not None else -1

    def said(attribute: str) -> str:
        return word(host, f"{place}/{attribute}")

    def connected(attribute: str) -> str:
        return word(host, f"{connection}/{attribute}") if connection else ""

    address = connected("address")
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
        state=session_state(said("state")),
        target_state=said("target_state"),
        connection_state=connected("state"),
        initiator_name=said("initiatorname"),
        recovery_timeout=seconds(said("recovery_tmo")),
        noop_interval=whole_number(connected("recv_tmo")),
        noop_timeout=whole_number(connected("ping_tmo")),
        host_number=scsi_host,
        network_device="" if network_device in _UNBOUND else network_device,
        creator=whole_number(said("creator")),
        transport=_TRANSPORTS.get(driver, driver or "tcp"),
    )
    luns = [
        lun
        for target in names(host, real)
        if _TARGET_NAME.match(target) is not None
        for name in names(host, f"{real}/{target}")
        if (lun := _read_lun(host, sid, f"{real}/{target}/{name}", name)) is not None
    ]
    return session, sorted(luns, key=lambda lun: (lun.number, lun.address))


def _read_lun(host: Host, sid: int, place: str, address: str) -> Lun | None:
    match = _ADDRESS.match(address)
    if match is None:
        return None
    disks = names(host, f"{place}/block")
    disk = disks[0] if disks else ""
    sectors = number(host, f"{place}/block/{disk}/size") if disk else None
    return Lun(
        address=address,
        sid=sid,
        number=int(match[1]),
        disk=disk,
        wwid=word(host, f"{place}/wwid"),
        size=(sectors or 0) * 512,
        vendor=word(host, f"{place}/vendor"),
        model=word(host, f"{place}/model"),
        revision=word(host, f"{place}/rev"),
        state=device_state(word(host, f"{place}/state")),
        read_only=bool(disk) and word(host, f"{place}/block/{disk}/ro") == "1",
        kind=number(host, f"{place}/type") or 0,
    )
