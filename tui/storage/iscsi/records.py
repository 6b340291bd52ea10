"""Finding one record of the database by what names it."""

from tui.storage.host.interface import Host
from tui.storage.iscsi.iscsi_name import is_usable_target
from tui.storage.iscsi.record_file import database_of
from tui.storage.model.iscsi import NodeRecord, Portal
from tui.storage.probe.iscsi.records import parse_node_record, parse_portal, read_records
from tui.storage.probe.reading import names, text
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _


def find_record(host: Host, target: str, portal: Portal, iface: str) -> NodeRecord | None:
    """The node record of a target at a portal as it is written there, read afresh, or None.

    iscsiadm finds a record only by the address as it was stored (idbm.c).
    """
    if not is_usable_target(target):
        return None
    folder = f"{database_of(host).root}/nodes/{target}"
    for name in names(host, folder):
        place = parse_portal(name)
        if place is None or not place.is_written_as(portal):
            continue
        for path in (f"{folder}/{name}/{iface}", f"{folder}/{name}"):
            record = parse_node_record(text(host, path), target, place, "default", path)
            if record is not None and record.iface == iface:
                return record
    return None


def is_recorded(host: Host, target: str, portal: Portal, iface: str) -> bool:
    """Whether a target at a portal, however that is written, has a record for an iface; read afresh."""
    if find_record(host, target, portal, iface) is not None:
        return True
    nodes = read_records(host, database_of(host).root).nodes
    return any(
        (record.target, record.iface) == (target, iface) and record.portal.is_same_place(portal)
        for record in nodes
    )


def record_words(target: str, portal: Portal, iface: str) -> str:
    """What names a record or a session, for a person: target, portal, and the iface unless it is any card."""
    place = _("{target} at {portal}").format(target=clean(target), portal=clean(portal.label))
    if iface == "default":
        return place
    return _("{place} through {iface}").format(place=place, iface=clean(iface))


def no_record_problem(target: str, portal: Portal) -> Problem:
    """There is no such record."""
    return Problem(
        "record.missing",
        _("There is no record of {target} at {portal}.").format(
            target=clean(target), portal=clean(portal.label)
        ),
        _("It was deleted, or this portal was never recorded."),
        _("Ask the portal again (Discover) and choose the target."),
    )
