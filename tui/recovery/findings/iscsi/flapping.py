"""F13 and F17: sessions that come back and are lost again, over and over.

Thrown out by the target each time, at once after the login: another host logs in with the same name (F13).
Lost by pings that time out although the login works: large packets do not get through (F17).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tui.recovery.evidence import Evidence
from tui.recovery.facts import PacketTest
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import daemon_seen, kernel_seen, listed, portal_seen
from tui.recovery.findings.requests_to_admins import network_administrator, storage_administrator, way_facts
from tui.storage.host.interface import Answer
from tui.storage.model.iscsi import Session, SessionState
from tui.storage.news.happening import Happening
from tui.storage.stacks.iscsi_rungs import portal_key, session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

_WINDOW = 600.0
"""Seconds looked back over."""

_FRESH = 120.0
"""Seconds since the last time, past which it has ended by itself."""

_TIMES = 3
"""Losses with a return between them that make a pattern; a switch that restarts makes one or two."""

_AT_ONCE = 20.0
"""Seconds between a return and the next loss that are too few for an ordinary fault."""


_SETTLED = 30.0
"""Seconds for which a session that came back must have stayed before the pattern has ended."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A session that was lost and came back several times.

    Attributes:
        session: which.
        closed: times it was lost because the target closed the connection.
        silent: times because the target did not answer a ping or a request.
        lines: what was said, in order.
    """

    session: Session
    closed: int
    silent: int
    lines: tuple[Happening, ...]


def cycles(evidence: Evidence) -> tuple[Cycle, ...]:
    """The sessions that flap now: lost at once after they came back, several times, and just now."""
    found = (_cycle(evidence, session) for session in evidence.inventory.sessions if session.target)
    return tuple(one for one in found if one is not None)


def _cycle(evidence: Evidence, session: Session) -> Cycle | None:
    subject = f"sid:{session.sid}"
    since = evidence.now - _WINDOW
    lines = sorted(
        (*evidence.kernel_about(subject, since=since), *evidence.daemon_about(subject, since=since)),
        key=lambda one: one.when,
    )
    back: float | None = None
    closed = silent = 0
    last = 0.0
    for line in lines:
        if "is operational" in line.text:
            back = line.when
        elif "detected conn error" in line.text and back is not None:
            if line.when - back <= _AT_ONCE:
                last = line.when
                closed += "(1020)" in line.text
                silent += "(1020)" not in line.text
            back = None
    over = back is not None and session.state is SessionState.LOGGED_IN and back < evidence.now - _SETTLED
    if closed + silent < _TIMES - 1 or last < evidence.now - _FRESH or over:
        return None
    return Cycle(session, closed, silent, tuple(lines))


def doubled_names(evidence: Evidence) -> Iterator[Finding]:
    """F13: the target throws this host out again and again: somebody else logs in with its name."""
    flapping = [one for one in cycles(evidence) if one.closed > one.silent]
    if not flapping:
        return
    sessions = [one.session for one in flapping]
    names = list(dict.fromkeys(one.initiator_name for one in sessions if one.initiator_name))
    facts = (
        *way_facts(evidence, {one.portal.label: one.portal for one in sessions}.values()),
        *dict.fromkeys(_("Target: {target}").format(target=clean(one.target)) for one in sessions),
    )
    yield Finding(
        "F13.doubled-name",
        _("The target closes the connection a few seconds after each login, again and again."),
        _(
            "Most likely a second host logs in with the same initiator name: each login terminates the "
            "other host's session (session reinstatement). If both mount the same LUN, its file system "
            "is being destroyed."
        ),
        RungKind.SESSION,
        tuple(session_key(one) for one in sessions),
        seen=(
            *kernel_seen(line for one in flapping for line in one.lines if "conn error" in line.text),
            *daemon_seen(line for one in flapping for line in one.lines if "operational" in line.text),
            Seen(_("initiator names"), tuple(clean(name) for name in names)),
            *_identity_seen(evidence),
        ),
        ruled_out=(
            RuledOut(
                _("a network fault"),
                _(
                    "The target itself closes the connection (error 1020), and the next login "
                    "succeeds at once."
                ),
            ),
            RuledOut(_("packets that are too large"), _("No ping timed out.")),
        ),
        hypotheses=(
            Hypothesis(
                _("Another host has the same initiator name: a clone or a template."),
                _("The storage shows one initiator name with two IP addresses."),
            ),
            Hypothesis(
                _("The target keeps restarting or failing over."),
                _("Other hosts lose their sessions at the same times, and the storage's log shows it."),
            ),
        ),
        fixes=(
            Fix(
                _("Find the other host"),
                _("Only the storage can tell from which addresses the name is used."),
                ask=storage_administrator(
                    evidence,
                    _("Our sessions are closed by the target every few seconds."),
                    _(
                        "From which IP addresses does this initiator name log in? If there are two, who is "
                        "the other?"
                    ),
                    (*facts, *(_("Name at login: {name}").format(name=clean(name)) for name in names)),
                ),
            ),
            Fix(
                _(
                    "On the clone, not on this host if this is the one in production: unmount, log out, "
                    "set a new name"
                ),
                _("Nothing depends on the clone's old name; the production host depends on its own."),
                by_hand=(
                    "umount …; vgchange -an …; iscsiadm -m session -r SID --logout",
                    "iscsi-iname",
                    "iscsi-console setup",
                ),
                confirm=(
                    _("Which of the two hosts is the clone?"),
                    _(
                        "Was a file system ever mounted on both at the same time? Then it must be "
                        "checked before further use."
                    ),
                ),
            ),
        ),
        never=(
            Never(
                _("Change the name of the production host first"),
                _("The target's ACL would no longer allow it."),
            ),
            Never(
                _("Leave both and raise the timeouts"),
                _("They would keep terminating each other's session, and both keep writing."),
            ),
        ),
    )


def _identity_seen(evidence: Evidence) -> tuple[Seen, ...]:
    named, born = evidence.names.name_written, evidence.names.machine_id_written
    if named is None or born is None or named >= born - 60.0:
        return ()
    words = _("The initiator name is {days} days older than this machine's ID: it may come from a template.")
    return (Seen("/etc/machine-id", (words.format(days=round((born - named) / 86400)),)),)


def large_packets(evidence: Evidence) -> Iterator[Finding]:
    """F17: small packets come back from a portal and large ones vanish, while its sessions suffer."""
    flapping = {one.session.sid: one for one in cycles(evidence) if one.silent}
    for test in evidence.packets:
        if not test.small or test.large or test.told:
            continue
        sessions = [
            one
            for one in evidence.inventory.sessions
            if one.target and one.portal.address == test.address and _suffers(evidence, one, flapping)
        ]
        if sessions:
            yield _vanishing(evidence, test, sessions)


def _suffers(evidence: Evidence, session: Session, flapping: dict[int, Cycle]) -> bool:
    """Whether pings of a session time out again and again while its portal takes connections."""
    answer = evidence.answer_of(session.portal)
    if answer is None or answer.answer is not Answer.OPEN:
        return False
    lines = evidence.kernel_about(f"sid:{session.sid}", since=evidence.now - _WINDOW)
    pings = [one for one in lines if "ping timeout" in one.text or "(1022)" in one.text]
    return session.sid in flapping or (len(pings) >= _TIMES and pings[-1].when >= evidence.now - _FRESH)


def _vanishing(evidence: Evidence, test: PacketTest, sessions: list[Session]) -> Finding:
    portal = sessions[0].portal
    route = evidence.route_to(test.address)
    device = route.device if route is not None else ""
    lines = [
        line
        for one in sessions
        for line in evidence.kernel_about(f"sid:{one.sid}", since=evidence.now - _WINDOW)
    ]
    links = tuple(
        f"{clean(one.name)}: mtu {one.mtu}" + (f", of {listed(one.lower)}" if one.lower else "")
        for one in evidence.links
    )
    return Finding(
        "F17.large-packets-lost",
        _("Small packets to {address} get through; packets of {size} bytes are dropped (MTU).").format(
            address=clean(test.address), size=test.size
        ),
        _(
            "Logging in works, since its packets are small; reads and writes hang until the connection "
            "times out and is made again, without end."
        ),
        RungKind.PORTAL,
        tuple(dict.fromkeys(portal_key(one.target, one.portal) for one in sessions)),
        seen=(
            Seen(
                f"ping -M do -s … {clean(test.address)}",
                (
                    _("small: answered"),
                    _("{size} bytes: not answered, and no ICMP error").format(size=test.size),
                ),
            ),
            *([Seen("/sys/class/net/*/mtu", links)] if links else []),
            *kernel_seen(lines),
            *portal_seen(evidence, portal),
        ),
        ruled_out=(
            RuledOut(
                _("an unreachable portal"), _("The portal accepts connections and small packets get through.")
            ),
            RuledOut(
                _("a duplicate initiator name"),
                _("This host closes the connection after NOP-Out timeouts; the target does not."),
            ),
        ),
        hypotheses=(
            Hypothesis(
                _("A switch or a port on the path has a smaller MTU than both ends."),
                _(
                    "`ping -M do -s SIZE {address}` with decreasing sizes finds the largest that gets "
                    "through."
                ).format(address=clean(test.address)),
            ),
            Hypothesis(
                _("A firewall or tunnel on the path drops large packets and the ICMP message about it."),
                _("The largest size that gets through is a little below 1500."),
            ),
        ),
        fixes=(
            Fix(
                _("Use one MTU from end to end"),
                _("Every interface, switch port and VLAN on the path needs the same MTU."),
                ask=network_administrator(
                    evidence,
                    _("Packets of {size} bytes to {address} are dropped; small ones get through.").format(
                        size=test.size, address=clean(test.address)
                    ),
                    _(
                        "Which MTU is set on each port of the path? It has to be at least {size} everywhere."
                    ).format(size=test.size),
                    way_facts(evidence, (portal,)),
                ),
            ),
            Fix(
                _("Until then: lower the MTU of this host's interface"),
                _(
                    "Smaller packets get through at once. New connections use them; the setting is lost "
                    "at a reboot."
                ),
                by_hand=(f"ip link set dev {clean(device) or 'DEVICE'} mtu 1500",),
                confirm=(
                    _("Is {device} used for storage only? Its connections stall for a moment.").format(
                        device=clean(device)
                    ),
                ),
            ),
        ),
        never=(
            Never(
                _("Raise the MTU on this host alone"),
                _("Everything on the path would need the same MTU; otherwise it gets worse."),
            ),
        ),
    )
