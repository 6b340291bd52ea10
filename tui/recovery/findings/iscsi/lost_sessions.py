"""F05: a session lost its connection at run time, and its requests wait or fail.

Sessions of one portal are one finding: what took one of them took them all. A session that the target turns
away when iscsid tries again is not lost but refused, and is left to `refused_logins`.
"""

import time
from collections.abc import Iterator

from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import listed, portal_seen
from tui.recovery.findings.iscsi.login_refusals import refusal_of
from tui.recovery.findings.iscsi.outage import outages, seconds_left
from tui.recovery.findings.multipath.queueing_maps import (
    queues_io,
)
from tui.recovery.findings.requests_to_admins import network_administrator, storage_administrator, way_facts
from tui.storage.host.interface import Answer
from tui.storage.iscsi.sessions import uses_of_sessions
from tui.storage.model.iscsi import Portal, Session, SessionState
from tui.storage.news.outages import Outage
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count

CODE = "F05.session-lost"

_LOST = {SessionState.FAILED, SessionState.FREE}
_LINES = 6


def lost_sessions(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each portal whose sessions have lost their connection."""
    found: dict[str, list[Session]] = {}
    for session in evidence.inventory.sessions:
        if session.target and session.state in _LOST and refusal_of(evidence, session) is None:
            found.setdefault(session.portal.label, []).append(session)
    since = outages(evidence)
    for sessions in found.values():
        yield _finding(evidence, sessions, since)


def _finding(evidence: Evidence, sessions: list[Session], since: dict[int, Outage]) -> Finding:
    portal = sessions[0].portal
    answer = evidence.answer_of(portal)
    is_open = answer is not None and answer.answer is Answer.OPEN
    left = [
        seconds_left(session, since.get(session.sid), evidence.now)
        for session in sessions
        if session.state is SessionState.FAILED
    ]
    soonest = min((session for session in left if session is not None), default=None)
    waits = bool(left)
    return Finding(
        CODE,
        _summary(sessions, portal),
        _meaning(evidence, sessions, soonest, waits=waits, for_ever=None in left),
        RungKind.SESSION,
        tuple(session_key(session) for session in sessions),
        seen=tuple(_seen(evidence, sessions)),
        ruled_out=tuple(_ruled_out(evidence, sessions)),
        hypotheses=tuple(_hypotheses(evidence, portal)),
        fixes=tuple(_fixes(evidence, sessions, soonest, waits=waits, is_open=is_open)),
        never=_never(),
        # Nothing but iscsid logs in again; where the portal answers, that it does not run is all there is.
        follows_if=("F13", "F17", *(("F18",) if is_open else ())),
    )


def _summary(sessions: list[Session], portal: Portal) -> str:
    targets = list(dict.fromkeys(clean(session.target, 80) for session in sessions))
    if len(sessions) == 1:
        return _("The session to {target} through {portal} has lost its connection.").format(
            target=targets[0], portal=clean(portal.label)
        )
    return _("{count} sessions through {portal} have lost their connection.").format(
        count=len(sessions), portal=clean(portal.label)
    )


def _meaning(
    evidence: Evidence, sessions: list[Session], soonest: float | None, *, waits: bool, for_ever: bool
) -> str:
    uses = uses_of_sessions(evidence.inventory, [session.sid for session in sessions])
    disks = [lun.disk for session in sessions for lun in evidence.inventory.luns_of(session.sid) if lun.disk]
    maps = [evidence.inventory.map_over(disk) for disk in disks]
    if maps and not uses and all(table is not None and table.good_paths for table in maps):
        return _("Other paths still reach the disks: no I/O waits and nothing is lost.")
    who = listed(uses) if uses else _("nothing on this host")
    if maps and all(joined is not None and queues_io(evidence, joined) for joined in maps):
        return _(
            "No other path is left. The multipath map over the disks queues I/O, for as long as multipathd "
            "lets it (`no_path_retry`); nothing is lost while it waits. Affected: {who}."
        ).format(who=who)
    if not waits:
        return _(
            "The kernel has stopped waiting (`replacement_timeout`): I/O fails at once. What had not "
            "been written by then is lost, and file systems may have stopped. Affected: {who}."
        ).format(who=who)
    if soonest is not None:
        words = _(
            "I/O waits, and nothing is lost while it waits. At {time}, or a moment before, the kernel "
            "stops waiting (`replacement_timeout`) and I/O fails. Affected: {who}."
        )
        at = time.strftime("%H:%M:%S", time.localtime(evidence.now + soonest))
        return words.format(time=at, who=who)
    if for_ever:
        words = _("I/O waits, however long it takes; nothing is lost while it waits. Affected: {who}.")
        return words.format(who=who)
    return _("I/O waits, and nothing is lost while it waits. Affected: {who}.").format(who=who)


def _seen(evidence: Evidence, sessions: list[Session]) -> Iterator[Seen]:
    for session in sessions[:_LINES]:
        timeout = session.recovery_timeout
        held = "off" if timeout is not None and timeout < 0 else "?" if timeout is None else str(timeout)
        yield Seen(
            f"/sys/class/iscsi_session/session{session.sid}",
            (f"state: {session.state.value}", f"recovery_tmo: {held}"),
        )
    states = tuple(
        f"{lun.disk} ({lun.address}): {lun.state.value}"
        for session in sessions
        for lun in evidence.inventory.luns_of(session.sid)
        if lun.disk
    )
    if states:
        yield Seen("/sys/class/scsi_device/*/device/state", states[: _LINES * 2])
    subjects = [f"sid:{session.sid}" for session in sessions]
    if lines := evidence.kernel_about(*subjects):
        yield Seen(_("the kernel's log"), tuple(line.text for line in lines[-_LINES:]))
    if lines := evidence.daemon_about(*subjects):
        yield Seen(_("iscsid in the journal"), tuple(line.text for line in lines[-_LINES:]))
    yield from portal_seen(evidence, sessions[0].portal)


def _ruled_out(evidence: Evidence, sessions: list[Session]) -> Iterator[RuledOut]:
    yield RuledOut(
        _("a logout"),
        _("The kernel still has the session; a logout removes it and its disks."),
    )
    if evidence.has(Item.DAEMON) and any(evidence.daemon_about(f"sid:{session.sid}") for session in sessions):
        yield RuledOut(
            _("a refused login"),
            _("iscsid logs every refused login, and has logged none since the connection was lost."),
        )
    if evidence.inventory.daemon_answers:
        yield RuledOut(_("a stopped iscsid"), _("It accepts requests on its socket."))


def _hypotheses(evidence: Evidence, portal: Portal) -> Iterator[Hypothesis]:
    answer = evidence.answer_of(portal)
    if answer is None:
        return
    route = evidence.route_to(portal.address)
    link = evidence.link(route.device) if route is not None else None
    if link is not None and (link.carrier is False or link.state == "down"):
        yield Hypothesis(
            _("This host's own interface {device} has no link.").format(device=clean(link.name)),
            _(
                "`ip link show {device}`: check the cable, the switch port, and whether it was set down."
            ).format(device=clean(link.name)),
        )
        return
    if answer.answer is Answer.OPEN:
        yield Hypothesis(
            _("The network is back, and iscsid is logging in again."),
            _("Check again in a few seconds: iscsid then logs `is operational after recovery`."),
        )
        yield Hypothesis(
            _("Another host logs in with the same initiator name, and they terminate each other's session."),
            _("Error 1020 and `operational after recovery` alternate every few seconds."),
        )
        return
    if answer.answer is Answer.REFUSED:
        yield Hypothesis(
            _("The machine is up, but its iSCSI service is not: restarting, stopped, or moved elsewhere."),
            _("Ask whether the target service runs and listens at {portal}.").format(
                portal=clean(portal.label)
            ),
        )
        return
    others = _others_that_answer(evidence, portal)
    yield Hypothesis(
        _("The network in between is down: switch, VLAN, or a firewall that drops packets."),
        _("`ping {address}` fails too; other machines in the same network cannot reach it either.").format(
            address=clean(portal.address)
        ),
    )
    yield Hypothesis(
        _("The storage, or this port of it, is down."),
        _(
            "Portals that answer meanwhile: {portals}. If they belong to the same array, only this port "
            "is down; the storage itself is up."
        ).format(portals=listed(others))
        if others
        else _("No other portal of this host answers either: ask whether the storage is up."),
    )


def _others_that_answer(evidence: Evidence, portal: Portal) -> list[str]:
    return [
        reply.portal.label
        for reply in evidence.portals
        if reply.answer.answer is Answer.OPEN and not reply.portal.is_same_place(portal)
    ]


def _fixes(
    evidence: Evidence, sessions: list[Session], soonest: float | None, *, waits: bool, is_open: bool
) -> Iterator[Fix]:
    portal = sessions[0].portal
    watching = tuple(f"cat /sys/class/iscsi_session/session{session.sid}/state" for session in sessions[:3])
    if waits:
        yield Fix(
            _("Wait: do not log out"),
            _(
                "iscsid keeps trying to log in again. When it succeeds, I/O continues as if nothing had "
                "happened."
            ),
            by_hand=watching,
            seconds_left=soonest,
        )
    elif is_open:
        yield Fix(
            _("Wait until iscsid has logged in again, then check again"),
            _(
                "The portal accepts connections, so iscsid's next attempt may succeed; the disks then "
                "work again under their names. File systems that have stopped are then listed as "
                "findings of their own."
            ),
            by_hand=watching,
        )
    if not is_open:
        yield from _asks(evidence, sessions, portal)
    if not waits:
        yield Fix(
            _("Before mounting anything again: make sure that it is the same data"),
            _("While the session was lost, the storage may have failed over, or the LUN may have changed."),
            confirm=(
                _("Is it certain that meanwhile the array did not fail over and the LUN was not changed?"),
            ),
        )


def _asks(evidence: Evidence, sessions: list[Session], portal: Portal) -> Iterator[Fix]:
    answer = evidence.answer_of(portal)
    facts = (
        *way_facts(evidence, (portal,)),
        *dict.fromkeys(_("Target: {target}").format(target=clean(session.target)) for session in sessions),
    )
    trouble = translate_count(
        "An iSCSI session to {portal} has lost its connection.",
        "{count} iSCSI sessions to {portal} have lost their connection.",
        len(sessions),
    ).format(count=len(sessions), portal=clean(portal.label))
    if answer is None or answer.answer is not Answer.REFUSED:
        yield Fix(
            _("Have the network path to {portal} checked").format(portal=clean(portal.label)),
            _("Nothing on this host can restore the connection while the portal does not answer."),
            ask=network_administrator(
                evidence,
                trouble,
                _(
                    "Is there a fault or a change on the path (switch port, VLAN, firewall)? Please "
                    "restore it."
                ),
                facts,
            ),
        )
    yield Fix(
        _("Have the storage checked"),
        _("The portal may be down, restarting, or listening elsewhere."),
        ask=storage_administrator(
            evidence,
            trouble,
            _(
                "Does this port of the storage work, and does its iSCSI service listen there? "
                "Has it failed over?"
            ),
            facts,
        ),
    )


def _never() -> tuple[Never, ...]:
    return (
        Never(
            _("Reboot this host"),
            _("Data still waiting in memory would be lost; waiting loses nothing."),
        ),
        Never(
            _("Log out of the session (iscsiadm -u)"),
            _("It removes the disks while processes use them, and waiting I/O fails."),
        ),
        Never(
            _("kill -9 the waiting processes, or unload iscsi_tcp"),
            _("They cannot be killed while they wait, and their last writes are lost."),
        ),
    )
