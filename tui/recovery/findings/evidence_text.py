"""What several findings tell in the same way: lists of names, the way to a portal, lines of logs."""

from collections.abc import Iterable, Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Seen
from tui.storage.model.iscsi import NodeRecord, Portal, Session
from tui.storage.news.happening import Happening
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

MOST_LINES = 6
"""Lines of a log shown with a finding, the newest."""


def listed(words: Iterable[str], most: int = 6) -> str:
    """Names in one line, cleaned; past the first few only that there are more."""
    found = [clean(word) for word in words]
    shown = enumerated(found[:most])
    return shown if len(found) <= most else f"{shown} …"


def place_of(thing: Session | NodeRecord) -> str:
    """A target and the portal it is reached by: `TARGET, PORTAL`."""
    return enumerated((clean(thing.target, 120), clean(thing.portal.label)))


def log_seen(source: str, lines: Iterable[Happening]) -> Iterator[Seen]:
    """The newest of some lines of a log, where there are any."""
    texts = tuple(line.text for line in lines)[-MOST_LINES:]
    if texts:
        yield Seen(source, texts)


def kernel_seen(lines: Iterable[Happening]) -> Iterator[Seen]:
    """The newest of some lines of the kernel."""
    return log_seen(_("the kernel's log"), lines)


def daemon_seen(lines: Iterable[Happening]) -> Iterator[Seen]:
    """The newest of some lines of iscsid or iscsiadm."""
    return log_seen(_("iscsid in the journal"), lines)


def portal_seen(evidence: Evidence, portal: Portal) -> Iterator[Seen]:
    """What is known of the way to a portal: how it answers, the route, the interface."""
    answer = evidence.answer_of(portal)
    if answer is not None:
        said = f"{answer.answer.value}, {answer.seconds:.1f} s, {clean(answer.detail)}".rstrip(", ")
        yield Seen(_("TCP connection to {portal}").format(portal=clean(portal.label)), (said,))
    route = evidence.route_to(portal.address)
    if route is None:
        return
    if route.error:
        yield Seen(f"ip route get {clean(portal.address)}", (clean(route.error),))
        return
    way = f"dev {clean(route.device)} src {clean(route.source)}"
    yield Seen(
        f"ip route get {clean(portal.address)}",
        (f"via {clean(route.gateway)} {way}" if route.gateway else way,),
    )
    link = evidence.link(route.device)
    if link is not None:
        carrier = "?" if link.carrier is None else int(link.carrier)
        yield Seen(
            f"/sys/class/net/{clean(link.name)}",
            (f"operstate: {clean(link.state)}, carrier: {carrier}, mtu: {link.mtu}",),
        )
