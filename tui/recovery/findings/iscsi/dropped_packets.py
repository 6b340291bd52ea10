"""F17: large packets are dropped on the path, small ones get through (MTU).

The login succeeds, and then NOP-Out pings time out.
"""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import PacketTest
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, listed, portal_seen
from tui.recovery.findings.iscsi.session_drops import FRESH, TIMES, WINDOW, Cycle, cycles
from tui.recovery.findings.requests_to_admins import network_administrator, way_facts
from tui.storage.host.interface import Answer
from tui.storage.model.iscsi import Session
from tui.storage.stacks.iscsi_rungs import portal_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _


def dropped_packets(evidence: Evidence) -> Iterator[Finding]:
    """F17: small packets come back from a portal and large ones vanish, while its sessions suffer."""
    flapping = {cycle.session.sid: cycle for cycle in cycles(evidence) if cycle.silent}
    for test in evidence.packets:
        if not test.small or test.large or test.told:
            continue
        sessions = [
            session
            for session in evidence.inventory.sessions
            if session.target
            and session.portal.address == test.address
            and _suffers(evidence, session, flapping)
        ]
        if sessions:
            yield _vanishing(evidence, test, sessions)


def _suffers(evidence: Evidence, session: Session, flapping: dict[int, Cycle]) -> bool:
    """Whether pings of a session time out again and again while its portal takes connections."""
    answer = evidence.answer_of(session.portal)
    if answer is None or answer.answer is not Answer.OPEN:
        return False
    lines = evidence.kernel_about(f"sid:{session.sid}", since=evidence.now - WINDOW)
    pings = [line for line in lines if "ping timeout" in line.text or "(1022)" in line.text]
    return session.sid in flapping or (len(pings) >= TIMES and pings[-1].when >= evidence.now - FRESH)


def _vanishing(evidence: Evidence, test: PacketTest, sessions: list[Session]) -> Finding:
    portal = sessions[0].portal
    route = evidence.route_to(test.address)
    device = route.device if route is not None else ""
    lines = [
        line
        for session in sessions
        for line in evidence.kernel_about(f"sid:{session.sid}", since=evidence.now - WINDOW)
    ]
    links = tuple(
        _("{name}: mtu {mtu}, of {lower}").format(
            name=clean(link.name), mtu=link.mtu, lower=listed(link.lower)
        )
        if link.lower
        else f"{clean(link.name)}: mtu {link.mtu}"
        for link in evidence.links
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
        tuple(dict.fromkeys(portal_key(session.target, session.portal) for session in sessions)),
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
