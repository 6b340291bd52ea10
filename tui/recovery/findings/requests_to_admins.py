"""Ready-written messages to those who can repair what this host cannot: every value is filled in."""

from collections.abc import Iterable

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Ask
from tui.storage.model.iscsi import Portal
from tui.storage.untrusted import clean
from tui.words import translate as _


def storage_administrator(evidence: Evidence, trouble: str, question: str, facts: Iterable[str] = ()) -> Ask:
    """A message about a target or a LUN.

    Args:
        evidence: names the host and its initiator name.
        trouble: what happens, one sentence, already cleaned.
        question: what they are asked to look at or to do.
        facts: further lines, `Target: iqn…`, already cleaned.
    """
    return Ask(_("the storage administrator"), _message(evidence, trouble, question, facts))


def network_administrator(evidence: Evidence, trouble: str, question: str, facts: Iterable[str] = ()) -> Ask:
    """A message about the way between this host and a portal; arguments as above."""
    return Ask(_("the network administrator"), _message(evidence, trouble, question, facts))


def host_facts(evidence: Evidence, initiator: str = "") -> tuple[str, ...]:
    """Who is asking: the host, and the name it logs in with."""
    name = initiator or evidence.inventory.initiator.name
    return (
        _("Host: {host}").format(host=clean(evidence.inventory.host)),
        *([_("Initiator name: {name}").format(name=clean(name))] if name else []),
    )


def way_facts(evidence: Evidence, portals: Iterable[Portal]) -> tuple[str, ...]:
    """From where to where: each portal with the address and interface that this host uses towards it."""
    lines: list[str] = []
    for portal in portals:
        route = evidence.route_to(portal.address)
        if route is not None and route.device:
            way = _("From {source} ({device}) to {portal}, TCP")
            words = way.format(
                source=clean(route.source) or "?", device=clean(route.device), portal=clean(portal.label)
            )
        else:
            words = _("To {portal}, TCP").format(portal=clean(portal.label))
        lines.append(words)
    return tuple(lines)


def _message(evidence: Evidence, trouble: str, question: str, facts: Iterable[str]) -> str:
    return "\n".join((trouble, "", *host_facts(evidence), *facts, "", question))
