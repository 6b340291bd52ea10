"""F02 and F09: records whose portal takes no connection, so that nobody is logged in by them.

A portal in a network that this host is in, or the only one of its target, should answer: F02. One that is
link-local, or that this host could reach only through some router although the target is reached by another
portal, was told by discovery and never meant for this host: F09, which costs minutes at every boot.
"""

import ipaddress
import re
from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.maintenance.records import delete
from tui.maintenance.sessions import log_in, session_of
from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import daemon_seen, listed, portal_seen
from tui.recovery.findings.iscsi.gone_targets import no_login_at_boot
from tui.recovery.findings.requests_to_admins import network_administrator, storage_administrator, way_facts
from tui.recovery.wished import wished
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import Answer, PortAnswer
from tui.storage.model.iscsi import NodeRecord, Portal, SessionState
from tui.storage.stacks.iscsi_rungs import portal_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

UNREACHABLE = "F02.portal-unreachable"
STRAY = "F09.stray-portal"

_RECENT = 900.0
"""Seconds for which an attempt by hand counts."""

_TRIED = re.compile(r"(?:connection to|connect to) \[?([^\s\]]+?)\]?:(\d+)\b")


def unreachable_portals(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each portal that somebody wants to log in to and that does not answer."""
    found: dict[str, list[NodeRecord]] = {}
    for record in evidence.inventory.node_records:
        answer = evidence.answer_of(record.portal)
        if answer is None or answer.answer in {Answer.OPEN, Answer.UNTRIED}:
            continue
        away = wished(evidence).logged_out(record)
        if session_of(evidence.inventory, record) is None and _is_wanted(evidence, record) and not away:
            found.setdefault(record.portal.label, []).append(record)
    lost = [
        session.portal
        for session in evidence.inventory.sessions
        if session.state is not SessionState.LOGGED_IN and session.target
    ]
    for records in found.values():
        answer = evidence.answer_of(records[0].portal)
        if answer is None or any(portal.is_same_place(records[0].portal) for portal in lost):
            continue  # Lost sessions through the same portal tell of it already.
        if all(is_stray(evidence, record) for record in records):
            yield _stray(evidence, records, answer)
        else:
            yield _silent(evidence, records, answer)


def _is_wanted(evidence: Evidence, record: NodeRecord) -> bool:
    """Whether this host logs in there at boot, or somebody has just tried."""
    return record.logs_in_at_boot or bool(_attempts(evidence, record.portal))


def _attempts(evidence: Evidence, portal: Portal) -> list[str]:
    since = evidence.now - _RECENT
    return [
        line.text
        for line in evidence.daemon
        if line.when >= since
        and (match := _TRIED.search(line.text)) is not None
        and Portal(match[1], int(match[2])).is_same_place(portal)
    ]


def is_stray(evidence: Evidence, record: NodeRecord) -> bool:
    """Whether a portal is one that discovery told and this host was never meant to use."""
    inventory = evidence.inventory
    elsewhere = any(
        session.state is SessionState.LOGGED_IN and not session.portal.is_same_place(record.portal)
        for session in inventory.sessions_of(record.target)
    ) or any(
        other.target == record.target
        and not other.portal.is_same_place(record.portal)
        and (answer := evidence.answer_of(other.portal)) is not None
        and answer.answer is Answer.OPEN
        for other in inventory.node_records
    )
    if not elsewhere:
        return False
    if _is_link_local(record.portal.address):
        return True
    route = evidence.route_to(record.portal.address)
    return route is not None and bool(route.error or route.gateway)


def _is_link_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_link_local
    except ValueError:
        return False


def _silent(evidence: Evidence, records: list[NodeRecord], answer: PortAnswer) -> Finding:
    portal = records[0].portal
    keys = tuple(dict.fromkeys(portal_key(record.target, record.portal) for record in records))
    return Finding(
        UNREACHABLE,
        _summary(portal, answer),
        _("There is no session to {targets} through it, so their disks cannot be reached this way.").format(
            targets=listed(dict.fromkeys(record.target for record in records), 3)
        ),
        RungKind.PORTAL,
        keys,
        seen=tuple(_seen(evidence, portal)),
        ruled_out=tuple(_ruled_out(evidence, answer)),
        hypotheses=tuple(_hypotheses(evidence, portal, answer)),
        fixes=tuple(_fixes(evidence, records, answer)),
        never=(
            Never(
                _("Stop a firewall or flush its rules"),
                _("Everything else that it blocks gets in too. One rule for this port is enough."),
            ),
            Never(
                _("Change the records before it is known why the portal does not answer"),
                _("They are most likely right: they worked before."),
            ),
        ),
    )


def _summary(portal: Portal, answer: PortAnswer) -> str:
    place = clean(portal.label)
    match answer.answer:
        case Answer.REFUSED:
            return _("{portal} refuses the connection: nothing listens there.").format(portal=place)
        case Answer.NO_SUCH_HOST:
            return _("The name in {portal} cannot be resolved.").format(portal=place)
        case Answer.UNREACHABLE:
            return _("{portal} cannot be reached: {detail}.").format(
                portal=place, detail=clean(answer.detail) or "?"
            )
        case _silent:
            return _("{portal} does not answer.").format(portal=place)


def _seen(evidence: Evidence, portal: Portal) -> Iterator[Seen]:
    yield from portal_seen(evidence, portal)
    tried = [
        line for line in evidence.daemon if portal.label in line.text or f"{portal.address}," in line.text
    ]
    yield from daemon_seen(tried[-3:])


def _ruled_out(evidence: Evidence, answer: PortAnswer) -> Iterator[RuledOut]:
    yield RuledOut(
        _("a refused login"),
        _("No login is attempted: not even the TCP connection is made."),
    )
    if answer.answer is Answer.REFUSED:
        yield RuledOut(
            _("an unreachable network or machine"),
            _("A refusal comes from a machine that is up, or from a firewall that refuses on its behalf."),
        )
    if evidence.inventory.daemon_answers:
        yield RuledOut(_("a stopped iscsid"), _("It accepts requests on its socket."))


def _hypotheses(evidence: Evidence, portal: Portal, answer: PortAnswer) -> Iterator[Hypothesis]:
    route = evidence.route_to(portal.address)
    link = evidence.link(route.device) if route is not None else None
    place = clean(portal.label)
    if route is not None and route.error:
        yield Hypothesis(
            _(
                "This host has no route to that network: its storage interface is down or has lost "
                "its address."
            ),
            _("`ip -brief address` shows no address in the network of {portal}.").format(portal=place),
        )
        return
    if link is not None and (link.carrier is False or link.state == "down"):
        yield Hypothesis(
            _("This host's own interface {device} has no link.").format(device=clean(link.name)),
            _(
                "`ip link show {device}`: check the cable, the switch port, and whether it was set down."
            ).format(device=clean(link.name)),
        )
        return
    if answer.answer is Answer.NO_SUCH_HOST:
        yield Hypothesis(
            _("The DNS server does not answer, or the name no longer exists."),
            _("`getent hosts {name}`; a record with an IP address needs no DNS at boot.").format(
                name=clean(portal.address)
            ),
        )
        return
    if answer.answer is Answer.REFUSED:
        yield Hypothesis(
            _("The storage's iSCSI service is stopped, or listens on another address or port."),
            _("Ask which portals it listens on; `ss -lnt` there shows them."),
        )
        yield Hypothesis(
            _("A firewall rejects the port with a reset."),
            _("Other ports of the same machine answer, or the refusal comes from this host only."),
        )
        return
    if answer.answer is Answer.UNREACHABLE:
        yield Hypothesis(
            _("The machine is down, or its address is no longer in this network."),
            _("`ip neigh show {address}` says FAILED or INCOMPLETE.").format(address=clean(portal.address)),
        )
        yield Hypothesis(
            _("A firewall on the path or on the storage rejects the port: `ping` works and TCP does not."),
            _("`ip neigh show {address}` says REACHABLE or STALE.").format(address=clean(portal.address)),
        )
        return
    yield Hypothesis(
        _("A firewall drops the packets, or a switch or VLAN is misconfigured."),
        _(
            "`ping {address}` is answered and the port is not: a firewall. Neither is: the network path, "
            "or the machine."
        ).format(address=clean(portal.address)),
    )
    yield Hypothesis(
        _("The storage, or this port of it, is down."),
        _("Ask whether other hosts reach {portal}.").format(portal=place),
    )


def _fixes(evidence: Evidence, records: list[NodeRecord], answer: PortAnswer) -> Iterator[Fix]:
    portal = records[0].portal
    route = evidence.route_to(portal.address)
    if route is not None and route.error:
        yield Fix(
            _("Bring this host's storage interface up"),
            _("Without an address in that network nothing there can be reached."),
            by_hand=("ip -brief link", "ip -brief address", f"ip route get {clean(portal.address)}"),
        )
    facts = (
        *way_facts(evidence, (portal,)),
        *dict.fromkeys(_("Target: {target}").format(target=clean(record.target)) for record in records),
    )
    trouble = _summary(portal, answer)
    if answer.answer not in {Answer.REFUSED, Answer.NO_SUCH_HOST}:
        yield Fix(
            _("Have the network path to {portal} checked").format(portal=clean(portal.label)),
            _("This host sends packets and gets no answer."),
            ask=network_administrator(
                evidence,
                trouble,
                _("Is TCP to this address and port allowed on the whole path, in both directions?"),
                facts,
            ),
        )
    yield Fix(
        _("Have the portal checked"),
        _("Only the storage administrator can open the port or start the service."),
        ask=storage_administrator(
            evidence,
            trouble,
            _(
                "Is this portal up, does the iSCSI service listen on it, and is this host allowed to "
                "reach it?"
            ),
            facts,
        ),
    )
    yield Fix(
        _("Then log in"),
        _("The disks appear again with the sessions."),
        log_in(records, evidence.inventory),
        confirm=(_("Does the portal answer again?"),),
    )


def _stray(evidence: Evidence, records: list[NodeRecord], answer: PortAnswer) -> Finding:
    portal = records[0].portal
    place = clean(portal.label)
    question = _("Is it right that this host never uses {portal}?").format(portal=place)
    leave = no_login_at_boot(tuple(records))
    return Finding(
        STRAY,
        _("{portal} is in a network that this host cannot reach, and is logged in to at boot.").format(
            portal=place
        ),
        _(
            "The target is reached through another portal, so nothing is missing. At every boot the "
            "login there is tried until it times out, which may take minutes and delays everything that "
            "waits for it."
        ),
        RungKind.PORTAL,
        tuple(dict.fromkeys(portal_key(record.target, record.portal) for record in records)),
        seen=tuple(_seen(evidence, portal)),
        ruled_out=(
            RuledOut(
                _("a failed path"),
                _("A path of this host would be in a network of one of its own interfaces; this one is not."),
            ),
        )
        if evidence.has(Item.ROUTES)
        else (),
        fixes=(
            Fix(
                _("Do not log in to it at boot"),
                _("The record stays, but nothing logs in with it automatically."),
                Proposal(
                    Plan(_("Do not log in to {portal} at boot").format(portal=place), leave),
                    _(
                        "Only these records are changed; the records of the target's other portals "
                        "stay as they are."
                    ),
                    yes=_("Disable"),
                ),
                confirm=(question,),
            ),
            Fix(
                _("Or delete exactly these records"),
                _("The next discovery brings them back unless the storage stops listing them."),
                delete(records, evidence.inventory),
                confirm=(question,),
            ),
            Fix(
                _("Have the storage list only the portals that this host can use"),
                _("Then discovery does not bring them back."),
                ask=storage_administrator(
                    evidence,
                    _("Discovery lists a portal that this host cannot reach: {answer}.").format(
                        answer=_summary(portal, answer)
                    ),
                    _("Can the target be shown on the portals of the storage network only?"),
                    way_facts(evidence, (portal,)),
                ),
            ),
        ),
        never=(
            Never(
                _("Delete all records while sessions are up"),
                _("A session reads its record again when its connection is lost."),
            ),
            Never(
                _("Disable IPv6 on the whole host for it"),
                _("One record is the problem, not the protocol."),
            ),
        ),
        weight=Weight.RISK,
    )
