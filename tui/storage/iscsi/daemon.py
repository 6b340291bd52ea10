"""iscsid: whether it answers, whether it has read its files, and how it is restarted without harm."""

from typing import Literal

from tui.storage.files.systemd import do, systemctl, unit_problem, unit_property
from tui.storage.host.interface import ChangingHost, Host
from tui.storage.iscsi.iscsiadm_call import daemon_lines
from tui.storage.model.iscsi import SessionState
from tui.storage.probe.iscsi.initiator import INITIATOR_FILE
from tui.storage.probe.iscsi.iscsid_conf import ISCSID_CONF
from tui.storage.probe.iscsi.sessions import read_sessions
from tui.storage.probe.reading import text
from tui.storage.probe.system.services import DAEMON_SOCKET_NAME
from tui.storage.problem import CommandFailed, Problem, Refused
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import enumerated, translate as _, translate_count

DAEMON = "iscsid.service"
"""The unit of iscsid itself, so named by every distribution."""

ANSWER_DEADLINE = 30.0
"""Seconds for iscsid to answer after it was started."""

TAKE_OVER_DEADLINE = 5.0
"""Seconds for a new iscsid to begin with the sessions it finds."""

RETURN_DEADLINE = 60.0
"""Seconds for the sessions to be logged in again after a restart."""

_TICKS = 100
"""Clock ticks per second in /proc/PID/stat (USER_HZ of Linux)."""


def refuse_without_daemon(host: Host) -> None:
    """Records made while iscsid is silent get compiled-in settings instead of those of iscsid.conf.

    Raises:
        Refused: iscsid does not answer. Being asked wakes it where its socket unit waits for that.
    """
    if not host.listens(DAEMON_SOCKET_NAME):
        raise Refused(
            Problem(
                "daemon.silent",
                _("iscsid does not answer."),
                _("It is not running; without it records would not get the settings of iscsid.conf."),
                _("Start {unit}, then retry.").format(unit=DAEMON),
            )
        )


def bring_up_daemon(host: ChangingHost, verb: Literal["start", "restart"]) -> None:
    """Start or restart iscsid alone; return when it answers and has every session logged in again.

    The kernel keeps the sessions meanwhile, but a new iscsid opens their connections afresh.

    Args:
        host: where.
        verb: of systemctl(1).

    Raises:
        CommandFailed: it did not start, or a session did not come back.
        OutcomeUnknown: systemd did not say in time.
    """
    before = _logged_in(host)
    begun = host.now()
    do(host, systemctl(verb, DAEMON), DAEMON)
    if not wait_for(lambda: host.listens(DAEMON_SOCKET_NAME), ANSWER_DEADLINE):
        raise CommandFailed(unit_problem(host, DAEMON, ()))
    if not before:
        return

    def taken_over() -> bool:
        recovered = sum("after recovery" in line for line in daemon_lines(host, begun))
        return not before <= _logged_in(host) or recovered >= len(before)

    # The new iscsid takes the sessions over one by one, a moment after it answers.
    wait_for(taken_over, TAKE_OVER_DEADLINE, pause=0.2)
    if not wait_for(lambda: before <= _logged_in(host), RETURN_DEADLINE):
        lost = enumerated(str(sid) for sid in sorted(before - _logged_in(host)))
        raise CommandFailed(
            Problem(
                "service.sessions-lost",
                _("iscsid runs, but these sessions have not reconnected: {sids}.").format(sids=lost),
                _("The target does not respond, or refuses this host now."),
                _("iscsid keeps retrying. Check its log, and bring the target back."),
                evidence=daemon_lines(host, begun)[-6:],
            )
        )


def _logged_in(host: Host) -> frozenset[int]:
    return frozenset(
        session.sid for session in read_sessions(host)[0] if session.state is SessionState.LOGGED_IN
    )


def refuse_while_sessions_recover(host: Host) -> None:
    """A session that is not logged in needs iscsid to come back; without it the session may be lost.

    Raises:
        Refused: there is such a session.
    """
    waiting = [session for session in read_sessions(host)[0] if session.state is not SessionState.LOGGED_IN]
    if waiting:
        raise Refused(
            Problem(
                "service.sessions-recover",
                translate_count(
                    "{count} session is not logged in, so iscsid is not restarted now.",
                    "{count} sessions are not logged in, so iscsid is not restarted now.",
                    len(waiting),
                ).format(count=len(waiting)),
                _("iscsid is trying to reconnect: {targets}.").format(
                    targets=enumerated(
                        clean(session.target) or _("session {sid}").format(sid=session.sid)
                        for session in waiting[:4]
                    )
                ),
                _("Wait until the target responds again, or log out of it, then retry."),
            )
        )


def is_daemon_up_to_date(host: Host) -> bool:
    """Whether iscsid has read its files as they are now: it began later, or will begin when it is asked."""
    process = unit_property(host, DAEMON, "MainPID")
    if not process.isdigit() or process == "0":
        return host.listens(DAEMON_SOCKET_NAME)
    fields = text(host, f"/proc/{process}/stat").rpartition(")")[2].split()
    uptime = text(host, "/proc/uptime").split()
    if len(fields) < 20 or not uptime:
        return False
    started = host.now() - float(uptime[0]) + int(fields[19]) / _TICKS
    written = max(
        (facts.modified for path in (INITIATOR_FILE, ISCSID_CONF) if (facts := host.facts(path)) is not None),
        default=0.0,
    )
    # Both clocks count in steps: a hundredth of a second here, a timer tick there.
    return started + 0.05 >= written and host.listens(DAEMON_SOCKET_NAME)
