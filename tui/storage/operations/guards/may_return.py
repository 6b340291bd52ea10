"""Whether a missing disk may still come back, so that it must not be removed from its group."""

from tui.storage.host.interface import Host
from tui.storage.iscsi.records import record_words
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import SessionState
from tui.storage.probe.iscsi.database import locate_database
from tui.storage.probe.iscsi.records import read_records
from tui.storage.probe.system.distribution import read_distribution
from tui.storage.problem import Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _


def possible_returns(host: Host, inventory: Inventory) -> tuple[str, ...]:
    """How a missing disk could come back, a line each: sessions that are down, records without one."""
    lines = [
        _("session {sid} to {target} is {state}").format(
            sid=session.sid, target=clean(session.target), state=session.state.value
        )
        for session in inventory.sessions
        if session.state is not SessionState.LOGGED_IN
    ]
    lines += [
        _("/dev/{disk} is {state}").format(disk=clean(lun.disk, 40), state=lun.state.value)
        for lun in inventory.luns
        if lun.disk and not lun.state.answers
    ]
    root = locate_database(host, read_distribution(host)).root
    for record in read_records(host, root).nodes:
        there = any(
            session.portal.is_same_place(record.portal) and session.iface == record.iface
            for session in inventory.sessions_of(record.target)
        )
        if not there:
            lines.append(
                _("not logged in: {record}").format(
                    record=record_words(record.target, record.portal, record.iface)
                )
            )
    return tuple(lines)


def refuse_while_disks_may_return(host: Host, inventory: Inventory) -> None:
    """See that every target this host knows is logged in and every disk answers.

    Raises:
        Refused: the missing disk may come back with what is not there now.
    """
    lines = possible_returns(host, inventory)
    if lines:
        raise Refused(
            Problem(
                "group.may-return",
                _("The missing disk may still come back, so it is not removed from the group."),
                cause=_("This host is not logged in everywhere, or a disk does not respond."),
                remedy=_(
                    "Log in everywhere, then check again. Delete the records of targets that no longer exist."
                ),
                evidence=lines[:12],
            )
        )
