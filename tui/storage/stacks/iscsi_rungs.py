"""The lower rungs: portals, sessions and LUNs, and the records nobody is logged in by."""

from tui.storage.model.iscsi import DeviceState, Lun, NodeRecord, Portal, Session, SessionState
from tui.storage.size import size_words
from tui.storage.stacks.ladder import Ladder
from tui.storage.stacks.rung import Health, Rung, RungKind
from tui.words import translate as _

_DISK = 0
"""SCSI peripheral device type of a disk (SPC-5 table 60)."""


def portal_key(target: str, portal: Portal) -> str:
    """Key of a portal's rung: a portal that shows two targets is a rung of each."""
    return f"portal:{target}|{portal.label}"


def session_key(session: Session) -> str:
    """Key of a session's rung; a later login by the same record has the same one."""
    if not session.target:
        return f"session:#{session.sid}"
    return f"session:{session.target}|{session.portal.label}|{session.iface}"


def lun_key(session: Session, lun: Lun) -> str:
    """Key of a LUN's rung."""
    return f"lun:{session_key(session)}|{lun.number}"


def record_key(record: NodeRecord) -> str:
    """The key under which a record's portal is also known."""
    return f"record:{record.target}|{record.portal.label}|{record.iface}"


class _Portals:
    """The portals of each target, each once however sessions and records write it."""

    def __init__(self) -> None:
        self._known: dict[str, list[Portal]] = {}

    def key(self, target: str, portal: Portal) -> str:
        """The key of its rung: that of how it was written first."""
        known = self._known.setdefault(target, [])
        same = next((place for place in known if place.is_same_place(portal)), None)
        if same is None:
            known.append(portal)
        return portal_key(target, same or portal)

    def of_session(self, session: Session) -> str:
        """The key of the portal of a session; one without a target has a portal of its own."""
        return self.key(session.target, session.portal) if session.target else f"portal:#{session.sid}"


def add_iscsi_rungs(ladder: Ladder) -> None:
    """Add portals, sessions, LUNs, and a portal with an absent session for each record not logged in by."""
    inventory = ladder.inventory
    places = _Portals()
    portals: dict[str, Rung] = {}
    for session in inventory.sessions:
        key = places.of_session(session)
        portals[key] = _portal_of_session(key, session, portals.get(key))
    for record in inventory.node_records:
        key = places.key(record.target, record.portal)
        known = portals.get(key)
        also = [*(known.also if known is not None else ()), record_key(record)]
        if (written := portal_key(record.target, record.portal)) not in (key, *also):
            also.append(written)
        portals[key] = _portal_of_record(key, record, known, tuple(also))
    for rung in portals.values():
        ladder.add(rung)
    wwids = _shared_wwids(ladder)
    for session in inventory.sessions:
        key = ladder.add(_session(ladder, session, places.of_session(session)))
        for lun in inventory.luns_of(session.sid):
            if lun.kind == _DISK:
                ladder.add(_lun(lun, session, wwids))
    absent: set[tuple[str, str, str]] = set()
    for record in inventory.node_records:
        key = places.key(record.target, record.portal)
        told = (record.target, key, record.iface) in absent
        if not told and not any(session.is_by(record) for session in inventory.sessions_of(record.target)):
            absent.add((record.target, key, record.iface))
            ladder.add(_absent_session(record, key))


def _portal_of_session(key: str, session: Session, known: Rung | None) -> Rung:
    up = session.state is SessionState.LOGGED_IN or (known is not None and known.health is Health.GOOD)
    written = portal_key(session.target, session.portal)
    also = known.also if known is not None else ()
    return Rung(
        RungKind.PORTAL,
        key,
        known.name if known is not None else session.portal.label,
        health=Health.GOOD if up else Health.UNKNOWN,
        reason="" if up else _("No session through it is up, so it is unknown whether it answers."),
        target=session.target,
        also=(*also, *(() if written == key or not session.target else (written,))),
    )


def _portal_of_record(key: str, record: NodeRecord, known: Rung | None, also: tuple[str, ...]) -> Rung:
    return Rung(
        RungKind.PORTAL,
        key,
        known.name if known is not None else record.portal.label,
        health=known.health if known is not None else Health.UNKNOWN,
        reason=known.reason if known is not None else _("Known from a record; there is no session."),
        target=record.target,
        also=also,
    )


def _session(ladder: Ladder, session: Session, portal: str) -> Rung:
    health, reason = session_health(
        session,
        daemon=ladder.inventory.daemon_answers,
        disks=any(lun.kind == _DISK for lun in ladder.inventory.luns_of(session.sid)),
    )
    detail = (session.iface, session.network_device, session.transport)
    return Rung(
        RungKind.SESSION,
        session_key(session),
        str(session.sid),
        state=session.state.value,
        detail=tuple(word for word in detail if word and word != "default"),
        health=health,
        reason=reason,
        stands_on=(portal,),
        sid=session.sid,
        target=session.target,
    )


def session_health(session: Session, *, daemon: bool, disks: bool) -> tuple[Health, str]:
    """How well a session holds.

    Args:
        session: the session.
        daemon: iscsid takes requests.
        disks: the session shows at least one disk.
    """
    if not session.target:
        return Health.BAD, _("It has no target name, so iscsiadm cannot address it.")
    if session.state is SessionState.FAILED:
        return Health.BAD, _failed_words(session.recovery_timeout)
    if session.state is SessionState.FREE:
        return Health.BAD, _("The connection is lost and replacement_timeout is over: I/O fails.")
    if session.state is SessionState.UNKNOWN:
        return Health.UNKNOWN, _("The kernel does not report its state.")
    if not daemon:
        return Health.WARN, _("iscsid is not running: a lost session would not reconnect.")
    if not disks:
        return Health.WARN, _("The target shows no LUN to this host.")
    return Health.GOOD, ""


def _failed_words(timeout: int | None) -> str:
    if timeout is None:
        return _("The connection is lost: I/O is queued.")
    if timeout < 0:
        return _("The connection is lost: I/O is queued until it is back, without a limit.")
    return _(
        "The connection is lost: I/O is queued for up to {seconds} s (replacement_timeout), then it fails."
    ).format(seconds=timeout)


def _lun(lun: Lun, session: Session, shared: frozenset[str]) -> Rung:
    health, reason = lun_health(lun, session, shared=lun.wwid in shared)
    vendor = " ".join(word for word in (lun.vendor, lun.model) if word)
    detail = (lun.disk, size_words(lun.size) if lun.size else "", vendor)
    return Rung(
        RungKind.LUN,
        lun_key(session, lun),
        str(lun.number),
        state=lun.state.value,
        detail=tuple(word for word in detail if word),
        health=health,
        reason=reason,
        stands_on=(session_key(session),),
        device=lun.disk,
        sid=lun.sid,
        target=session.target,
        also=(f"lun:{lun.address}",),
    )


def lun_health(lun: Lun, session: Session, *, shared: bool) -> tuple[Health, str]:
    """How well a LUN holds; `shared` says that another disk has its WWID and no multipath map joins them."""
    if lun.state in {DeviceState.BLOCKED, DeviceState.CREATED_BLOCKED, DeviceState.QUIESCE}:
        return Health.BAD, _("The disk is blocked: all I/O to it waits.")
    if lun.state in {DeviceState.TRANSPORT_OFFLINE, DeviceState.OFFLINE}:
        return Health.BAD, _("The disk is offline: I/O fails.")
    if lun.state in {DeviceState.CANCEL, DeviceState.DELETED}:
        return Health.BAD, _("The disk is being removed.")
    if session.state in {SessionState.FAILED, SessionState.FREE}:
        return Health.BAD, _("Its session is not logged in.")
    if not lun.disk:
        return Health.WARN, _("The kernel has not created a disk for it yet.")
    if not lun.size:
        return Health.BAD, _("The disk has no size.")
    if shared:
        return Health.WARN, _("The same LUN is reached over another path, and no multipath map uses them.")
    return (Health.GOOD, "") if lun.state is DeviceState.RUNNING else (Health.UNKNOWN, "")


def _absent_session(record: NodeRecord, portal: str) -> Rung:
    if not record.readable:
        health = Health.UNKNOWN
        reason = _("There is no session; whether the record logs in at boot only root can read.")
    elif record.logs_in_at_boot:
        health, reason = Health.ABSENT, _("There is no session, though the record logs in at boot.")
    else:
        health, reason = Health.AS_WISHED, _("There is no session; the record does not log in at boot.")
    return Rung(
        RungKind.SESSION,
        f"session:{record.target}|{record.portal.label}|{record.iface}",
        "",
        detail=tuple(word for word in (record.iface, record.startup) if word and word != "default"),
        health=health,
        reason=reason,
        stands_on=(portal,),
        target=record.target,
    )


def _shared_wwids(ladder: Ladder) -> frozenset[str]:
    """WWIDs that more than one disk has while at least one of those disks is in no multipath map."""
    inventory = ladder.inventory
    disks: dict[str, list[str]] = {}
    for lun in inventory.luns:
        if lun.wwid and lun.disk:
            disks.setdefault(lun.wwid, []).append(lun.disk)
    return frozenset(
        wwid
        for wwid, names in disks.items()
        if len(names) > 1 and any(inventory.map_over(name) is None for name in names)
    )
