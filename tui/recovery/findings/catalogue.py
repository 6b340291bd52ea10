"""Every detector there is: a function from evidence to what it finds in it.

The order does not matter: `diagnosis` sorts what they find by the rungs.
"""

from collections.abc import Callable, Iterable

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding
from tui.recovery.findings.filesystem.next_boot import local_lines, logins_at_boot, moving_names
from tui.recovery.findings.filesystem.refused_mounts import refused_mounts
from tui.recovery.findings.filesystem.stopped_boot import passed_over, stopped_boot
from tui.recovery.findings.filesystem.stopped_filesystems import stopped_filesystems
from tui.recovery.findings.filesystem.twin_filesystems import twin_filesystems
from tui.recovery.findings.iscsi.duplicate_sessions import (
    doubled_records,
    doubled_sessions,
    nameless_sessions,
    refused_logouts,
)
from tui.recovery.findings.iscsi.flapping import doubled_names, large_packets
from tui.recovery.findings.iscsi.host_prerequisites import missing_module, silent_daemon, unusable_name
from tui.recovery.findings.iscsi.lost_sessions import lost_sessions
from tui.recovery.findings.iscsi.luns import exchanged_luns, offline_disks, shown_nothing, withdrawn_luns
from tui.recovery.findings.iscsi.record_database import damaged_records, stuck_database
from tui.recovery.findings.iscsi.refused_logins import refused_logins
from tui.recovery.findings.iscsi.refused_writes import refused_writes
from tui.recovery.findings.iscsi.shared_disks import shared_disks
from tui.recovery.findings.iscsi.unreachable import unreachable_portals
from tui.recovery.findings.lvm.clones import clones
from tui.recovery.findings.lvm.groups import outdated_descriptions, owned_elsewhere, unfinished_moves
from tui.recovery.findings.lvm.guest_groups import guest_groups
from tui.recovery.findings.lvm.hidden_disks import hidden_disks
from tui.recovery.findings.lvm.missing_disks import missing_disks
from tui.recovery.findings.lvm.overwritten import lost_groups
from tui.recovery.findings.lvm.sizes import grown_luns, shrunk_luns
from tui.recovery.findings.lvm.stale_maps import stale_maps
from tui.recovery.findings.lvm.thin_pools import thin_pools
from tui.recovery.findings.lvm.volumes import full_snapshots, inactive_groups
from tui.recovery.findings.multipath.queueing_maps import holding_maps, unwatched_maps
from tui.recovery.findings.multipath.separate_paths import unjoined_paths

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
    refused_writes,
    shared_disks,
    grown_luns,
    shrunk_luns,
)
"""Portals, records, sessions, LUNs, iscsid."""

_VOLUMES: tuple[Detector, ...] = (
    unjoined_paths,
    holding_maps,
    unwatched_maps,
    hidden_disks,
    missing_disks,
    lost_groups,
    clones,
    twin_filesystems,
    owned_elsewhere,
    guest_groups,
    outdated_descriptions,
    unfinished_moves,
    inactive_groups,
    thin_pools,
    full_snapshots,
    stale_maps,
    stopped_filesystems,
    stopped_boot,
    refused_mounts,
    passed_over,
    local_lines,
    moving_names,
    logins_at_boot,
)
"""Multipath, LVM, file systems, boot."""

DETECTORS: tuple[Detector, ...] = (*_ISCSI, *_VOLUMES)
