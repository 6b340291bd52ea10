"""The outages of a host in a time, read from its logs and compared with its sessions of now."""

from tui.recovery.history.finding_outages import outages_of
from tui.recovery.history.outage import History
from tui.recovery.history.reading import read_logs
from tui.storage.host.interface import Host
from tui.storage.probe.iscsi.sessions import read_sessions

WITHIN = 20.0
"""Seconds that reading may take when nothing else is asked for."""


def take_history(host: Host, since: float, within: float = WITHIN) -> History:
    """Read the outages since a moment.

    Args:
        host: the host.
        since: seconds since the epoch.
        within: seconds it may take; what is older than what could be read in that time is not known.

    Raises:
        NotAvailable: this user may read neither the journal nor the kernel's log.
    """
    reading = read_logs(host, since, within)
    boots, outages, elsewhere, without_iscsid = outages_of(reading, *read_sessions(host))
    return History(
        host=host.name,
        taken_at=host.now(),
        since=since,
        begins=reading.begins,
        unread=reading.unread,
        is_cut=reading.is_cut,
        boots=boots,
        outages=outages,
        elsewhere=elsewhere,
        without_iscsid=without_iscsid,
    )
