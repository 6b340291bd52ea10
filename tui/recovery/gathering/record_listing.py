"""Whether iscsiadm can list the records that this program reads from their files."""

from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.gathering.look import Look
from tui.storage.iscsi.record_file import database_of, lock_path
from tui.storage.iscsi.refused_settings import Listing, read_listing
from tui.storage.waiting import wait_for
from tui.words import translate as _

_PATIENCE = 1.0
"""Seconds to wait for an iscsiadm that holds the lock, which is a matter of milliseconds."""


def read_known_listing(look: Look) -> Listing:
    """What iscsiadm makes of the database.

    Raises:
        NotAvailable: the database is locked; iscsiadm would wait for the lock, and then remove it.
    """
    path = lock_path(database_of(look.host))
    if not wait_for(lambda: look.host.facts(path) is None, _PATIENCE, pause=0.05):
        raise NotAvailable(_("the record database is locked"))
    return read_listing(look.host)
