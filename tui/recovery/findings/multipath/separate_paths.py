"""F08: paths to one LUN that no map joins, or a volume on one of them."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.lvm.duplicate_pvs import CODE as CLONE, is_cloned
from tui.recovery.findings.repair_plans import mounting, mounts_above, places, repair, rung_on, unmounting
from tui.storage.iscsi.sessions import uses_of_disk
from tui.storage.model.block import BlockKind, MultipathMap
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Role
from tui.storage.operations.lvm.idle_map import RemoveIdleMap, is_plain_volume
from tui.storage.operations.lvm.volume_group import ActivateVolumeGroup, DeactivateVolumeGroup
from tui.storage.operations.multipath.maps import CreateMultipathMap
from tui.storage.operations.operation import Operation
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

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
        joined = next((one for one in inventory.multipath_maps if one.wwid == wwid), None)
        used = [lun for lun in luns if uses_of_disk(inventory, lun.disk)]
        if joined is None:
            yield _unjoined(evidence, wwid, luns, used)
            continue
        beside = [lun for lun in luns if set(_holders(inventory, lun.disk)) - {joined.device}]
        if beside:
            yield _unjoined(evidence, wwid, luns, beside, joined)


def _portals(inventory: Inventory, luns: list[Lun]) -> set[str]:
    sessions = (inventory.session(lun.sid) for lun in luns)
    return {one.portal.label for one in sessions if one is not None}


def _holders(inventory: Inventory, disk: str) -> tuple[str, ...]:
    device = inventory.device(disk)
    return device.holders if device is not None else ()


def _unjoined(
    evidence: Evidence, wwid: str, luns: list[Lun], used: list[Lun], joined: MultipathMap | None = None
) -> Finding:
    inventory = evidence.inventory
    disks = ", ".join(f"/dev/{clean(lun.disk, 40)}" for lun in luns)
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
                f" ({', '.join(clean(one) for one in held)})"
                if (held := _holders(inventory, lun.disk))
                else ""
            )
            for lun in luns
        ),
    )
    yield Seen("multipathd", (_("running") if running else _("not running"),))
    if joined is not None:
        yield Seen(f"multipath -ll {clean(joined.name)}", tuple(clean(path) for path in joined.paths))


def _join(evidence: Evidence, wwid: str, luns: list[Lun]) -> Fix:
    inventory = evidence.inventory
    names = [lun.disk for lun in luns]
    upper = [one for name in names for one in inventory.above(name)]
    mounts = mounts_above(inventory, names)
    groups = dict.fromkeys(
        volume.volume_group
        for volume in inventory.logical_volumes
        if volume.device and volume.device in {one.name for one in upper}
    )
    only_volumes = all(
        one.kind in (BlockKind.LOGICAL_VOLUME, BlockKind.MULTIPATH) for one in upper
    ) and not any(swap.device in {one.name for one in upper} for swap in inventory.swaps)
    # While the paths are not joined LVM may pass over both: then it cannot deactivate what is active.
    members = {one.volume_group for one in inventory.physical_volumes if one.device}
    seen_by_lvm = all(group in members for group in groups)
    maps = tuple(dict.fromkeys(one for one in upper if one.kind is BlockKind.LOGICAL_VOLUME))
    title = _("Create a multipath map over the paths")
    why = _(
        "The map keeps working when a path is lost. Volumes that use a single path are closed for a "
        "moment, and then use the map."
    )
    if not only_volumes:
        return Fix(
            title,
            why,
            by_hand=(
                _("Unmount and deactivate what is on {disks}.").format(disks=clean(", ".join(names))),
                f"multipath -a /dev/{clean(names[0])}; multipath /dev/{clean(names[0])}",
            ),
        )
    passed_over = not seen_by_lvm and not all(is_plain_volume(one) for one in maps)
    if passed_over or not inventory.lvm.asked:
        return Fix(
            title,
            why,
            by_hand=(
                *(f"umount {clean(mount.target, 80)}" for mount in reversed(mounts)),
                *(f"dmsetup remove {clean(one.map_name or one.name, 80)}" for one in maps),
                f"multipath -a /dev/{clean(names[0])}; multipath /dev/{clean(names[0])}",
                *(f"vgchange --activate y {clean(group, 60)}" for group in groups),
                *(f"mount {clean(mount.source, 80)} {clean(mount.target, 80)}" for mount in mounts),
            ),
        )
    letting_go: tuple[Operation, ...] = (
        tuple(DeactivateVolumeGroup(group) for group in groups)
        if seen_by_lvm
        else tuple(RemoveIdleMap(one.map_name, one.map_uuid) for one in maps)
    )
    steps: tuple[Operation, ...] = (
        *unmounting(inventory, mounts, sync=True),
        *letting_go,
        CreateMultipathMap(wwid, tuple(names)),
        *(ActivateVolumeGroup(group) for group in groups),
        *mounting(inventory, mounts),
    )
    notes = (_("Not available meanwhile: {places}.").format(places=places(mounts)),) if mounts else ()
    return Fix(
        title,
        why,
        repair(title, why, *steps, notes=notes),
        confirm=(_("Should this LUN be reached through both portals?"),),
    )
