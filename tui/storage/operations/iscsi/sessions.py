"""Logging in to a target and out of it."""

from typing import ClassVar

from tui.storage.host.interface import Answer, ChangingHost, Command, Host, Outcome
from tui.storage.iscsi.daemon import refuse_without_daemon
from tui.storage.iscsi.discovery import PROBE_DEADLINE, unreachable_problem
from tui.storage.iscsi.iscsiadm import Action, Context, ExitCode, problem_of
from tui.storage.iscsi.iscsiadm_call import daemon_lines, node, session as session_call
from tui.storage.iscsi.records import find_record, no_record_problem, record_words
from tui.storage.iscsi.sessions import disks_lost_with, disks_of, find_session, is_settled, uses_of
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, NodeRecord, Portal, Session, SessionState
from tui.storage.operations.operation import CannotUndo, Operation, Progress, Risk
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.narrow import look_at_devices
from tui.storage.problem import CommandFailed, OutcomeUnknown, Problem, Refused
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import enumerated, translate as _

_BUILT_IN_LOGIN_TIMEOUT = 30
_BUILT_IN_LOGIN_RETRIES = 4
"""What open-iscsi takes where a record is silent (usr/idbm.c, idbm_node_setup_defaults)."""

_MARGIN = 10.0
"""Seconds that iscsiadm may take beyond its own attempts."""

SCAN_DEADLINE = 8.0
"""Seconds for the first LUN to appear; the kernel has scanned before iscsiadm reports success."""

SETTLE_DEADLINE = 30.0
"""Seconds for udev to describe the disks."""

LOGOUT_DEADLINE = 50.0
"""Seconds: iscsid gives the target 15 and then tears down; the kernel may take 30 more over the disks."""

ANY_SESSION = -1
"""In place of a session's number: whichever there is to that target, portal and iface."""


class LogIn(Operation, frozen=True):
    """Open the session of one record, and wait for its disks.

    Attributes:
        target: the target's name.
        portal: address and port.
        iface: name of the iface record.
    """

    survives_reboot: ClassVar[bool] = False
    target: str
    portal: Portal
    iface: str = "default"

    def title(self) -> str:
        return _("Log in to {record}").format(record=record_words(self.target, self.portal, self.iface))

    def why(self) -> str:
        return _("A session to the target makes its LUNs available as disks of this host.")

    def shown(self) -> tuple[str, ...]:
        return (self._login(0.0).shown,)

    def is_done(self, host: Host) -> bool:
        session = find_session(host, self.target, self.portal, self.iface)
        return session is not None and session.state is SessionState.LOGGED_IN

    def check(self, host: Host) -> None:
        self._record(host)
        refuse_without_daemon(host)
        answer = host.connect(self.portal.address, self.portal.port, PROBE_DEADLINE)
        if answer.answer is not Answer.OPEN:
            raise Refused(unreachable_problem(self.portal, answer))
        session = find_session(host, self.target, self.portal, self.iface)
        if session is not None:
            raise Refused(_recovering_problem(session))

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """What counts is the session in the kernel, not the exit code."""
        begun = host.now()
        outcome = host.run(self._login(_patience(self._record(host))))
        expected = outcome.ok or outcome.status == ExitCode.SESSION_EXISTS
        if not wait_for(lambda: self.is_done(host), 10.0 if expected else 0.0):
            raise self._failure(host, outcome, begun)
        session = find_session(host, self.target, self.portal, self.iface)
        if session is None:
            raise self._failure(host, outcome, begun)
        progress(_("Logged in, session {sid}.").format(sid=session.sid))
        for line in _await_disks(host, session.sid):
            progress(line)

    def undo(self) -> tuple[Operation, ...]:
        return (LogOut(ANY_SESSION, self.target, self.portal, self.iface),)

    def _login(self, deadline: float) -> Command:
        return node(self.target, self.portal, self.iface, "--login", deadline=deadline)

    def _record(self, host: Host) -> NodeRecord:
        record = find_record(host, self.target, self.portal, self.iface)
        if record is None:
            raise Refused(no_record_problem(self.target, self.portal))
        return record

    def _failure(self, host: Host, outcome: Outcome, begun: float) -> CommandFailed | OutcomeUnknown:
        context = Context(Action.LOGIN, self.target, self.portal)
        said: tuple[str, ...] = ()

        def has_spoken() -> bool:
            nonlocal said
            said = daemon_lines(host, begun, self.target, self.portal)
            return any("login" in line.lower() or "authenticat" in line.lower() for line in said)

        # iscsid writes its log through a process of its own, which may come a moment later.
        wait_for(has_spoken, 2.0 if outcome.status in _EXPLAINED_BY_DAEMON else 0.0, pause=0.25)
        problem = problem_of(outcome, context, said)
        return OutcomeUnknown(problem) if outcome.status is None else CommandFailed(problem)


_EXPLAINED_BY_DAEMON = {
    ExitCode.LOGIN,
    ExitCode.TRANSPORT_TIMEOUT,
    ExitCode.PDU_TIMEOUT,
    ExitCode.FATAL_LOGIN,
    ExitCode.LOGIN_AUTHORIZATION,
}


class LogOut(Operation, frozen=True):
    """Close one session, unless something uses its disks.

    Attributes:
        sid: the session's number, or `ANY_SESSION`.
        target: its target, so that a number used again is noticed.
        portal: its portal, likewise.
        iface: its iface record.
    """

    risk: ClassVar[Risk] = Risk.INTERRUPTS
    survives_reboot: ClassVar[bool] = False
    sid: int
    target: str
    portal: Portal
    iface: str = "default"

    def title(self) -> str:
        return _("Log out of {record}").format(record=record_words(self.target, self.portal, self.iface))

    def takes_away(self) -> str:
        return _("There is no session of {record}.").format(
            record=record_words(self.target, self.portal, self.iface)
        )

    def why(self) -> str:
        return _("The session ends and its disks are removed from this host. Nothing on the storage changes.")

    def shown(self) -> tuple[str, ...]:
        if self.sid == ANY_SESSION:
            return (node(self.target, self.portal, self.iface, "--logout").shown,)
        return (session_call(self.sid, "--logout").shown,)

    def is_done(self, host: Host) -> bool:
        return self._session(host) is None

    def check(self, host: Host) -> None:
        session = self._session(host)
        if session is None:
            return
        if session.target != self.target or not session.portal.is_same_place(self.portal):
            raise Refused(
                Problem(
                    "logout.another-session",
                    _("Session {sid} is no longer the one that was chosen.").format(sid=session.sid),
                    _("It now connects to {target}.").format(target=clean(session.target) or _("no target")),
                    _("Check the sessions again."),
                )
            )
        uses = uses_of(look_at_devices(host), session.sid)
        if uses:
            raise Refused(
                Problem(
                    "logout.in-use",
                    _("The disks of session {sid} are in use.").format(sid=session.sid),
                    _("Used by: {uses}.").format(uses=enumerated(clean(use) for use in uses[:6])),
                    _("Unmount and deactivate what is on them first; otherwise it would lose its disks."),
                )
            )

    def takes(self, inventory: Inventory) -> tuple[str, ...]:
        """Its disks, except those whose multipath map has another good path."""
        session = next((session for session in inventory.sessions if self._is_meant(session)), None)
        return disks_lost_with(inventory, (session.sid,)) if session is not None else ()

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        """What counts is that the session is gone."""
        session = self._session(host)
        if session is None:
            return
        outcome = host.run(session_call(session.sid, "--logout", deadline=LOGOUT_DEADLINE))
        if wait_for(lambda: self.is_done(host), 10.0 if outcome.ok else 0.0):
            return
        problem = problem_of(outcome, Context(Action.LOGOUT, self.target, self.portal))
        raise OutcomeUnknown(problem) if outcome.status is None else CommandFailed(problem)

    def undo(self) -> "tuple[Operation, ...] | CannotUndo":
        return (LogIn(self.target, self.portal, self.iface),)

    def _session(self, host: Host) -> Session | None:
        if self.sid == ANY_SESSION:
            return find_session(host, self.target, self.portal, self.iface)
        return next((session for session in read_sessions(host)[0] if session.sid == self.sid), None)

    def _is_meant(self, session: Session) -> bool:
        if self.sid != ANY_SESSION:
            return session.sid == self.sid
        return (
            session.target == self.target
            and session.iface == self.iface
            and session.portal.is_same_place(self.portal)
        )


def no_disk_problem(target: str) -> Problem:
    """A session without a disk: nothing failed, and there is nothing to work with."""
    return Problem(
        "login.no-disk",
        _("{target} accepted the login, but shows this host no disk.").format(target=clean(target)),
        _("No LUN is mapped to this host's initiator name."),
        _("Ask the storage administrator to map a LUN to it, then log in again."),
    )


def _patience(record: NodeRecord) -> float:
    """How long a login may take by its record: iscsid tries so often, for so long each time."""
    timeout = record.timers.login_timeout or _BUILT_IN_LOGIN_TIMEOUT
    retries = record.timers.login_retries or _BUILT_IN_LOGIN_RETRIES
    return timeout * retries + _MARGIN


def _recovering_problem(session: Session) -> Problem:
    return Problem(
        "login.recovering",
        _("A session already exists, and iscsid is trying to recover it (session {sid}, {state}).").format(
            sid=session.sid, state=session.state.value
        ),
        _("The connection was lost."),
        _("Wait: iscsid reconnects as soon as the target responds. A second login would not help."),
    )


def _await_disks(host: Host, sid: int) -> tuple[str, ...]:
    """Wait until udev knows every disk of a session; a line for each, or why there is none."""
    wait_for(lambda: bool(disks_of(host, sid)), SCAN_DEADLINE)

    def all_settled() -> bool:
        disks = disks_of(host, sid)
        return all(is_settled(host, lun) for lun in disks)

    settled = wait_for(all_settled, SETTLE_DEADLINE)
    disks = disks_of(host, sid)
    if not disks:
        session = next((session for session in read_sessions(host)[0] if session.sid == sid), None)
        problem = no_disk_problem(session.target if session is not None else "")
        return (problem.summary, problem.cause, problem.remedy)
    lines = tuple(_disk_line(lun) for lun in disks)
    return lines if settled else (*lines, _("udev has not processed every disk yet."))


def _disk_line(lun: Lun) -> str:
    return _("LUN {number}: {disk}, {size}, {vendor} {model}, {wwid}").format(
        number=lun.number,
        disk=lun.disk or _("no disk yet"),
        size=size_words(lun.size),
        vendor=clean(lun.vendor),
        model=clean(lun.model),
        wwid=clean(lun.wwid),
    )
