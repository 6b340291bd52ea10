"""Every detector there is: a function from evidence to what it finds in it.

The order does not matter: `diagnosis` sorts what they find by the rungs.
"""

from collections.abc import Callable, Iterable

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding
from tui.recovery.flapping import doubled_names, large_packets
from tui.recovery.host_trouble import missing_module, silent_daemon, unusable_name
from tui.recovery.lost_sessions import lost_sessions
from tui.recovery.luns import exchanged_luns, full_storage, offline_disks, shown_nothing, withdrawn_luns
from tui.recovery.odd_sessions import (
    doubled_records,
    doubled_sessions,
    nameless_sessions,
    refused_logouts,
)
from tui.recovery.record_trouble import damaged_records, stuck_database
from tui.recovery.refused_logins import refused_logins
from tui.recovery.sizes import grown_luns, shrunk_luns
from tui.recovery.unreachable import unreachable_portals

Detector = Callable[[Evidence], Iterable[Finding]]

_ISCSI: tuple[Detector, ...] = (
    silent_daemon,
    missing_module,
    unusable_name,
    damaged_records,
    stuck_database,
    unreachable_portals,
    refused_logins,
    lost_sessions,
    doubled_names,
    large_packets,
    doubled_sessions,
    doubled_records,
    refused_logouts,
    nameless_sessions,
    shown_nothing,
    withdrawn_luns,
    exchanged_luns,
    offline_disks,
    full_storage,
    grown_luns,
    shrunk_luns,
)
"""Portals, records, sessions, LUNs, iscsid."""

_VOLUMES: tuple[Detector, ...] = ()
"""Multipath, LVM, file systems, boot."""

DETECTORS: tuple[Detector, ...] = (*_ISCSI, *_VOLUMES)
