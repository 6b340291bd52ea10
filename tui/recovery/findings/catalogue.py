"""Every detector there is: a function from evidence to what it finds in it.

The order does not matter: `diagnosis` sorts what they find by the rungs.
"""

from collections.abc import Callable, Iterable

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding
from tui.recovery.findings.arrays.degraded_arrays import degraded_arrays
from tui.recovery.findings.filesystem.claimed_disks import claimed_disks
from tui.recovery.findings.filesystem.degraded_btrfs import degraded_btrfs
from tui.recovery.findings.filesystem.duplicate_uuids import duplicate_uuids
from tui.recovery.findings.filesystem.logins_at_boot import (
    logins_at_boot,
)
from tui.recovery.findings.filesystem.missing_netdev import (
    missing_netdev,
)
from tui.recovery.findings.filesystem.not_mounted_at_boot import (
    not_mounted_at_boot,
)
from tui.recovery.findings.filesystem.refused_mounts import refused_mounts
from tui.recovery.findings.filesystem.stopped_boot import (
    stopped_boot,
)
from tui.recovery.findings.filesystem.stopped_filesystems import stopped_filesystems
from tui.recovery.findings.filesystem.unstable_names import (
    unstable_names,
)
from tui.recovery.findings.filesystem.write_protected import write_protected
from tui.recovery.findings.iscsi.dropped_packets import (
    dropped_packets,
)
from tui.recovery.findings.iscsi.duplicate_initiator_names import (
    duplicate_initiator_names,
)
from tui.recovery.findings.iscsi.duplicate_sessions import (
    duplicate_records,
    duplicate_sessions,
)
from tui.recovery.findings.iscsi.exchanged_luns import (
    exchanged_luns,
)
from tui.recovery.findings.iscsi.initiator_name import (
    bad_initiator_name,
)
from tui.recovery.findings.iscsi.iscsid_down import (
    iscsid_down,
)
from tui.recovery.findings.iscsi.lost_sessions import lost_sessions
from tui.recovery.findings.iscsi.missing_module import (
    missing_module,
)
from tui.recovery.findings.iscsi.nameless_sessions import (
    nameless_sessions,
)
from tui.recovery.findings.iscsi.no_luns import (
    sessions_without_luns,
)
from tui.recovery.findings.iscsi.offline_disks import (
    offline_disks,
)
from tui.recovery.findings.iscsi.record_database import damaged_records, locked_database
from tui.recovery.findings.iscsi.refused_logins import refused_logins
from tui.recovery.findings.iscsi.refused_logouts import (
    refused_logouts,
)
from tui.recovery.findings.iscsi.refused_writes import refused_writes
from tui.recovery.findings.iscsi.shared_disks import shared_disks
from tui.recovery.findings.iscsi.unreachable_portals import unreachable_portals
from tui.recovery.findings.iscsi.withdrawn_luns import (
    withdrawn_luns,
)
from tui.recovery.findings.lvm.ambiguous_vgs import ambiguous_vgs
from tui.recovery.findings.lvm.degraded_volumes import degraded_volumes
from tui.recovery.findings.lvm.duplicate_pvs import duplicate_pvs
from tui.recovery.findings.lvm.foreign_vgs import (
    foreign_vgs,
)
from tui.recovery.findings.lvm.full_snapshots import (
    full_snapshots,
)
from tui.recovery.findings.lvm.grown_luns import (
    grown_luns,
)
from tui.recovery.findings.lvm.guest_vgs import guest_vgs
from tui.recovery.findings.lvm.ignored_pvs import ignored_pvs
from tui.recovery.findings.lvm.inactive_vgs import (
    inactive_vgs,
)
from tui.recovery.findings.lvm.missing_pvs import missing_pvs
from tui.recovery.findings.lvm.outdated_metadata import (
    outdated_metadata,
)
from tui.recovery.findings.lvm.overwritten_pv_headers import overwritten_pv_headers
from tui.recovery.findings.lvm.sector_sizes import sector_sizes, unfit_sectors
from tui.recovery.findings.lvm.shrunk_luns import (
    shrunk_luns,
)
from tui.recovery.findings.lvm.stale_maps import stale_maps
from tui.recovery.findings.lvm.thin_pools import thin_pools
from tui.recovery.findings.lvm.unfinished_pvmoves import (
    unfinished_pvmoves,
)
from tui.recovery.findings.multipath.lost_paths import lost_paths
from tui.recovery.findings.multipath.multipathd_down import (
    multipathd_down,
)
from tui.recovery.findings.multipath.pathless_maps import pathless_maps
from tui.recovery.findings.multipath.queueing_maps import (
    queueing_maps,
)
from tui.recovery.findings.multipath.separate_paths import separate_paths
from tui.recovery.findings.settings.ifaces_without_nic import ifaces_without_nic
from tui.recovery.findings.settings.refused_settings import refused_settings
from tui.recovery.findings.settings.unasked_chap import unasked_chap

Detector = Callable[[Evidence], Iterable[Finding]]

_ISCSI: tuple[Detector, ...] = (
    iscsid_down,
    missing_module,
    bad_initiator_name,
    damaged_records,
    locked_database,
    unreachable_portals,
    refused_logins,
    lost_sessions,
    duplicate_initiator_names,
    dropped_packets,
    duplicate_sessions,
    duplicate_records,
    refused_logouts,
    nameless_sessions,
    sessions_without_luns,
    withdrawn_luns,
    exchanged_luns,
    offline_disks,
    refused_writes,
    shared_disks,
    grown_luns,
    shrunk_luns,
    sector_sizes,
    unfit_sectors,
    claimed_disks,
)
"""Portals, records, sessions, LUNs, iscsid."""

_SETTINGS: tuple[Detector, ...] = (
    ifaces_without_nic,
    unasked_chap,
    refused_settings,
)
"""What the records and the files of this host say."""

_VOLUMES: tuple[Detector, ...] = (
    separate_paths,
    queueing_maps,
    lost_paths,
    pathless_maps,
    multipathd_down,
    degraded_arrays,
    degraded_volumes,
    ignored_pvs,
    missing_pvs,
    overwritten_pv_headers,
    duplicate_pvs,
    ambiguous_vgs,
    duplicate_uuids,
    foreign_vgs,
    guest_vgs,
    outdated_metadata,
    unfinished_pvmoves,
    inactive_vgs,
    thin_pools,
    full_snapshots,
    stale_maps,
    degraded_btrfs,
    stopped_filesystems,
    stopped_boot,
    refused_mounts,
    write_protected,
    not_mounted_at_boot,
    missing_netdev,
    unstable_names,
    logins_at_boot,
)
"""Multipath, LVM, file systems, boot."""

DETECTORS: tuple[Detector, ...] = (*_ISCSI, *_SETTINGS, *_VOLUMES)
