"""Logging in, logging out, and looking for new LUNs, as proposals that name exactly what they touch."""

from collections.abc import Iterable, Sequence

from tui.maintenance.proposal import Proposal, way_back_of
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.sessions import uses_of, uses_of_sessions
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord, Session, SessionState
from tui.storage.operations.iscsi.scan import ScanForLuns
from tui.storage.operations.iscsi.sessions import LogIn, LogOut
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _, translate_count


def record_of(inventory: Inventory, session: Session) -> NodeRecord | None:
    """The node record a session was logged in by, or None.

    Of two that write its portal differently it is the one that writes it as the session does.
    """
    found = [record for record in inventory.node_records if session.is_by(record)]
    alike = (record for record in found if record.portal.is_written_as(session.portal))
    return next(alike, found[0] if found else None)


def session_of(inventory: Inventory, record: NodeRecord) -> Session | None:
    """The session to the place of a node record through its iface, or None while there is none."""
    return next((session for session in inventory.sessions_of(record.target) if session.is_by(record)), None)


def log_in(records: Sequence[NodeRecord], inventory: Inventory) -> Proposal:
    """Log in by these records, side by side; one that is refused stops no other."""
    operations = tuple(LogIn(record.target, record.portal, record.iface) for record in records)
    plan = Plan(_title_in(operations), operations, together=len(operations) > 1)
    return Proposal(
        plan,
        _("A session to the target makes its LUNs appear as disks of this host."),
        _boot_notes(records),
        _not_usable(inventory),
        _("Log in"),
        way_back_of(plan),
    )


def log_out(sessions: Sequence[Session], inventory: Inventory) -> Proposal:
    """Log out of these sessions; refused while something that needs them is in use."""
    operations = tuple(
        LogOut(session.sid, session.target, session.portal, session.iface) for session in sessions
    )
    plan = Plan(_title_out(operations), operations, together=len(operations) > 1)
    records = [record for session in sessions if (record := record_of(inventory, session)) is not None]
    missing = len(records) < len(sessions)
    return Proposal(
        plan,
        _("The sessions end and their disks are removed from this host. Nothing on the storage is changed."),
        _boot_notes(records),
        _in_use(sessions, inventory) or _recovering(sessions),
        _("Log out"),
        None if missing else way_back_of(plan),
    )


def scan(sessions: Sequence[Session]) -> Proposal:
    """Look for LUNs that were mapped to this host since it logged in."""
    operations = tuple(ScanForLuns.of(session) for session in sessions)
    title = translate_count(
        "Scan for new LUNs through {count} session",
        "Scan for new LUNs through {count} sessions",
        len(sessions),
    ).format(count=len(sessions))
    return Proposal(
        Plan(title, operations),
        _(
            "The target is asked which LUNs it shows to this host now. New ones appear as disks; "
            "existing ones stay as they are, and unmapped ones are not removed."
        ),
        refusal=_down(sessions),
        yes=_("Scan"),
    )


def why_no_login(record: NodeRecord, inventory: Inventory) -> str:
    """Why nobody can log in by a record now, without a full stop; empty when it is possible."""
    session = session_of(inventory, record)
    if session is None:
        return ""
    if session.state is SessionState.LOGGED_IN:
        return _("already logged in, session {sid}").format(sid=session.sid)
    return _("iscsid is trying to reconnect session {sid}").format(sid=session.sid)


def why_no_logout(session: Session, inventory: Inventory) -> str:
    """Why a session is not logged out by itself, without a full stop; empty when it is possible."""
    uses = uses_of(inventory, session.sid)
    if uses:
        return _("in use: {uses}").format(uses=_listed(uses))
    return "" if session.target else _("it has no target name; iscsiadm cannot address it")


def _listed(words: Iterable[str], most: int = 3) -> str:
    found = [clean(word) for word in words]
    rest = len(found) - most
    shown = enumerated(found[:most])
    return shown if rest <= 0 else _("{words} and {count} more").format(words=shown, count=rest)


def _title_in(operations: Sequence[LogIn]) -> str:
    if len(operations) == 1:
        return operations[0].title()
    return _("Log in to {count} portals of targets").format(count=len(operations))


def _title_out(operations: Sequence[LogOut]) -> str:
    if len(operations) == 1:
        return operations[0].title()
    return _("Log out of {count} sessions").format(count=len(operations))


def _boot_notes(records: Sequence[NodeRecord]) -> tuple[str, ...]:
    """What the records say of the next boot."""
    if not records:
        return ()
    at_boot = sum(record.logs_in_at_boot for record in records)
    if at_boot == len(records):
        return (_("At the next boot this host logs in there automatically, as configured in the records."),)
    if not at_boot:
        return (
            _(
                "At the next boot this host does not log in there automatically, as configured "
                "in the records."
            ),
        )
    return (
        translate_count(
            "At the next boot this host logs in automatically with {at_boot} of the records.",
            "At the next boot this host logs in automatically with {at_boot} of the {count} records.",
            len(records),
        ).format(at_boot=at_boot, count=len(records)),
    )


def _not_usable(inventory: Inventory) -> Problem | None:
    if inventory.daemon_answers or not inventory.root:
        return None
    return Problem(
        "daemon.silent",
        _("iscsid does not answer."),
        _("It is not running, and logging in needs it."),
        _("Start it with: systemctl start iscsid.service"),
    )


def _in_use(sessions: Sequence[Session], inventory: Inventory) -> Problem | None:
    uses = uses_of_sessions(inventory, [session.sid for session in sessions])
    if not uses:
        return None
    return Problem(
        "logout.in-use",
        _("Their disks are in use: {uses}.").format(uses=_listed(uses, 6)),
        _("Ending a session would remove them while they are in use."),
        _("Disconnect (d) takes everything down in the right order first."),
    )


def _recovering(sessions: Sequence[Session]) -> Problem | None:
    nameless = [str(session.sid) for session in sessions if not session.target]
    if not nameless:
        return None
    return Problem(
        "logout.nameless",
        _("Session {sids} has no target name, so iscsiadm cannot address it.").format(
            sids=enumerated(nameless)
        ),
        _("It was lost when iscsid crashed or was killed."),
        _("A restart of iscsid may restore its name."),
    )


def _down(sessions: Sequence[Session]) -> Problem | None:
    down = [str(session.sid) for session in sessions if session.state is not SessionState.LOGGED_IN]
    if not down:
        return None
    return Problem(
        "scan.session-down",
        _("Not logged in: session {sids}.").format(sids=enumerated(down)),
        _("The connection to the target is lost."),
        _("Wait until it is back, then scan again."),
    )
