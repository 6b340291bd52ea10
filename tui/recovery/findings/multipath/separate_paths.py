"""F08: paths to one LUN that no map joins, or a volume on one of them."""

from collections.abc import Iterator

from msgspec import Struct

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.lvm.duplicate_pvs import CODE as CLONE, is_cloned
from tui.recovery.findings.repair_plans import mounting, mounts_above, places, repair, rung_on, unmounting
from tui.storage.iscsi.sessions import uses_of_disk
from tui.storage.model.block import BlockDevice, BlockKind, MultipathMap
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Role
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.lvm.activation import activation, deactivation
from tui.storage.operations.lvm.idle_map import RemoveIdleMap, is_plain_volume
from tui.storage.operations.multipath.maps import CreateMultipathMap
from tui.storage.operations.operation import Operation
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

NOT_JOINED = "F08.paths-not-joined"
ON_A_PATH = "F08.volume-on-one-path"


def separate_paths(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each LUN that several portals show, and of which no map is made, or one is passed by.

    Several sessions to one portal are no paths (F16): they are left to who looks at sessions.
    """
    inventory = evidence.inventory
    by_wwid: dict[str, list[Lun]] = {}
    for lun in inventory.luns:
        if lun.disk and lun.wwid and lun.state.answers:
            by_wwid.setdefault(lun.wwid, []).append(lun)
    for wwid, luns in by_wwid.items():
        if len(luns) < 2 or len(_portals(inventory, luns)) < 2:
            continue
        joined = next((multipath for multipath in inventory.multipath_maps if multipath.wwid == wwid), None)
        used = [lun for lun in luns if uses_of_disk(inventory, lun.disk)]
        if joined is None:
            yield _unjoined(evidence, wwid, luns, used)
            continue
        beside = [lun for lun in luns if set(_holders(inventory, lun.disk)) - {joined.device}]
        if beside:
            yield _unjoined(evidence, wwid, luns, beside, joined)


def _portals(inventory: Inventory, luns: list[Lun]) -> set[str]:
    sessions = (inventory.session(lun.sid) for lun in luns)
    return {session.portal.label for session in sessions if session is not None}


def _holders(inventory: Inventory, disk: str) -> tuple[str, ...]:
    device = inventory.device(disk)
    return device.holders if device is not None else ()


def _unjoined(
    evidence: Evidence, wwid: str, luns: list[Lun], used: list[Lun], joined: MultipathMap | None = None
) -> Finding:
    inventory = evidence.inventory
    disks = enumerated(f"/dev/{clean(lun.disk, 40)}" for lun in luns)
    daemon = inventory.service(Role.MULTIPATH)
    running = daemon is not None and daemon.active == "active"
    # What is taken down for a moment would not come up again beside its clone.
    cloned = bool(joined is not None or used) and any(is_cloned(inventory, lun.disk) for lun in luns)
    return Finding(
        ON_A_PATH if joined is not None or used else NOT_JOINED,
        _("{disks} are one LUN, and the volumes use only one of its paths.").format(disks=disks)
        if joined is not None or used
        else _(
            "{disks} are one LUN reached through several portals, and no multipath map contains them."
        ).format(disks=disks),
        _(
            "If the path in use is lost, the volumes on it stop, although another path works. LVM may "
            "also pick either disk at each boot, or ignore both."
        ),
        RungKind.MULTIPATH,
        tuple(key for lun in luns if (key := rung_on(evidence.stacks, lun.disk))),
        luns[0].disk,
        seen=tuple(_seen(evidence, wwid, luns, joined, running=running)),
        ruled_out=(
            RuledOut(_("a clone"), _("Their WWIDs are the same: it is one LUN.")),
            RuledOut(_("two sessions to one portal"), _("The sessions go to different portals.")),
        ),
        fixes=(_clone_first() if cloned else _join(evidence, wwid, luns),),
        never=(
            Never(
                _("wipefs or pvcreate -ff because a disk is reported busy"),
                _("It is busy because it is a path; the data on it is in use."),
            ),
            Never(
                _("Exclude all disks from multipath (blacklist *)"),
                _("Other LUNs of this host lose their second path too."),
            ),
        ),
        follows_if=(CLONE,) if cloned else (),
    )


def _clone_first() -> Fix:
    return Fix(
        _("First make the clone a VG of its own"),
        _(
            "A clone of this LUN has the same UUIDs. To create the multipath map, the VG must be "
            "deactivated for a moment, and LVM does not activate it again while the clone is there."
        ),
        by_hand=(_("Give the clone UUIDs of its own, then check again."),),
    )


def _seen(
    evidence: Evidence, wwid: str, luns: list[Lun], joined: MultipathMap | None, *, running: bool
) -> Iterator[Seen]:
    inventory = evidence.inventory
    yield Seen(
        "/sys/block/*/device/wwid",
        tuple(
            f"{clean(lun.disk)}: {clean(wwid)}"
            + (
                f" ({enumerated(clean(name) for name in held)})"
                if (held := _holders(inventory, lun.disk))
                else ""
            )
            for lun in luns
        ),
    )
    yield Seen("multipathd", (_("running") if running else _("not running"),))
    if joined is not None:
        yield Seen(f"multipath -ll {clean(joined.name)}", tuple(clean(path) for path in joined.paths))


class _Above(Struct, frozen=True):
    """What is on the paths of one LUN, and has to be closed before a map can be created over them.

    Attributes:
        mounts: in the order they were mounted.
        groups: VGs with active volumes on them.
        volumes: the device-mapper maps of those volumes.
        only_volumes: nothing else is on them, no partition and no swap.
        seen_by_lvm: LVM uses one of the paths. While there is no map it may ignore both: then it cannot
            deactivate what is active.
    """

    mounts: tuple[Mount, ...]
    groups: tuple[VolumeGroup, ...]
    volumes: tuple[BlockDevice, ...]
    only_volumes: bool
    seen_by_lvm: bool


def _above(inventory: Inventory, disks: list[str]) -> _Above:
    upper = [device for disk in disks for device in inventory.above(disk)]
    names = {device.name for device in upper}
    active = [volume for volume in inventory.logical_volumes if volume.device and volume.device in names]
    groups = [group for group in inventory.volume_groups if any(group.owns(volume) for volume in active)]
    members = [volume for volume in inventory.physical_volumes if volume.device]
    kinds = (BlockKind.LOGICAL_VOLUME, BlockKind.MULTIPATH)
    return _Above(
        mounts_above(inventory, disks),
        tuple(groups),
        tuple(dict.fromkeys(device for device in upper if device.kind is BlockKind.LOGICAL_VOLUME)),
        all(device.kind in kinds for device in upper)
        and not any(swap.device in names for swap in inventory.swaps),
        all(any(group.owns(volume) for volume in members) for group in groups),
    )


def _join(evidence: Evidence, wwid: str, luns: list[Lun]) -> Fix:
    inventory = evidence.inventory
    disks = [lun.disk for lun in luns]
    above = _above(inventory, disks)
    title = _("Create a multipath map over the paths")
    why = _(
        "The map keeps working when a path is lost. Volumes that use a single path are closed for a "
        "moment, and then use the map."
    )
    ignored = not above.seen_by_lvm and not all(is_plain_volume(volume) for volume in above.volumes)
    if not above.only_volumes or ignored or not inventory.lvm.asked:
        return Fix(title, why, by_hand=_by_hand(above, disks))
    places_of_mounts = places(above.mounts)
    notes = (_("Not available meanwhile: {places}.").format(places=places_of_mounts),) if above.mounts else ()
    return Fix(
        title,
        why,
        repair(title, why, *_steps(inventory, wwid, disks, above), notes=notes),
        confirm=(_("Should this LUN be reached through both portals?"),),
    )


def _by_hand(above: _Above, disks: list[str]) -> tuple[str, ...]:
    create = f"multipath -a /dev/{clean(disks[0])}; multipath /dev/{clean(disks[0])}"
    if not above.only_volumes:
        return (
            _("Unmount and deactivate what is on {disks}.").format(disks=clean(enumerated(disks))),
            create,
        )
    return (
        *(f"umount {clean(mount.target, 80)}" for mount in reversed(above.mounts)),
        *(f"dmsetup remove {clean(volume.map_name or volume.name, 80)}" for volume in above.volumes),
        create,
        *(f"vgchange --activate y {clean(group.name, 60)}" for group in above.groups),
        *(f"mount {clean(mount.source, 80)} {clean(mount.target, 80)}" for mount in above.mounts),
    )


def _steps(inventory: Inventory, wwid: str, disks: list[str], above: _Above) -> tuple[Operation, ...]:
    closing: tuple[Operation, ...] = (
        tuple(deactivation(inventory, group) for group in above.groups)
        if above.seen_by_lvm
        else tuple(RemoveIdleMap(volume.map_name, volume.map_uuid) for volume in above.volumes)
    )
    return (
        *unmounting(inventory, above.mounts, sync=True),
        *closing,
        CreateMultipathMap(wwid, tuple(disks)),
        *(activation(inventory, group) for group in above.groups),
        *mounting(inventory, above.mounts),
    )
