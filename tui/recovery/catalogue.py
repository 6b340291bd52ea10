"""Every detector there is: a function from evidence to what it finds in it.

The order does not matter: `diagnosis` sorts what they find by the rungs.
"""

from collections.abc import Callable, Iterable

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding
from tui.recovery.lost_sessions import lost_sessions

Detector = Callable[[Evidence], Iterable[Finding]]

_ISCSI: tuple[Detector, ...] = (lost_sessions,)
"""Portals, records, sessions, LUNs, iscsid."""

_VOLUMES: tuple[Detector, ...] = ()
"""Multipath, LVM, file systems, boot."""

DETECTORS: tuple[Detector, ...] = (*_ISCSI, *_VOLUMES)
