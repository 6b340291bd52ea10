"""Every detector there is: a function from evidence to what it finds in it.

The order does not matter: `diagnosis` sorts what they find by the rungs.
"""

from collections.abc import Callable, Iterable

from tui.recovery.boot import local_lines, logins_at_boot, moving_names
from tui.recovery.clones import clones
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding
from tui.recovery.groups import outdated_descriptions, owned_elsewhere, unfinished_moves
from tui.recovery.hidden_disks import hidden_disks
from tui.recovery.lost_sessions import lost_sessions
from tui.recovery.missing_disks import missing_disks
from tui.recovery.multipathing import holding_maps, unjoined_paths
from tui.recovery.overwritten import lost_groups
from tui.recovery.stale_maps import stale_maps
from tui.recovery.stopped_filesystems import stopped_filesystems
from tui.recovery.thin_pools import thin_pools
from tui.recovery.volumes import full_snapshots, inactive_groups

Detector = Callable[[Evidence], Iterable[Finding]]

_ISCSI: tuple[Detector, ...] = (lost_sessions,)
"""Portals, records, sessions, LUNs, iscsid."""

_VOLUMES: tuple[Detector, ...] = (
    unjoined_paths,
    holding_maps,
    hidden_disks,
    missing_disks,
    lost_groups,
    clones,
    owned_elsewhere,
    outdated_descriptions,
    unfinished_moves,
    inactive_groups,
    thin_pools,
    full_snapshots,
    stale_maps,
    stopped_filesystems,
    local_lines,
    moving_names,
    logins_at_boot,
)
"""Multipath, LVM, file systems, boot."""

DETECTORS: tuple[Detector, ...] = (*_ISCSI, *_VOLUMES)
