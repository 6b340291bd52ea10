"""Volumes that are not active although something waits for them (F22), and snapshots that ran full (F30)."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.lvm.groups import is_waited_for
from tui.recovery.findings.lvm.thin_pools import pool_repair, pool_rung
from tui.recovery.findings.repair_plans import disks_of, group_rung, repair
from tui.storage.devices.identity import luns_below
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.lvm.autoactivation import SetAutoactivation
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.operations.lvm.volume_group import ActivateVolumeGroup
from tui.storage.operations.operation import Operation
from tui.storage.probe.narrow import group_named
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

INACTIVE = "F22.not-active"
SNAPSHOT = "F30.snapshot-full"


def inactive_groups(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group that is whole, for which fstab waits, and of which no volume is active."""
    inventory = evidence.inventory
    if not inventory.lvm.asked:
        return
    on_luns = {rung.key for stack in evidence.stacks for rung in stack.rungs}
    for group in inventory.volume_groups:
        if group.foreign or group.shared or group.exported or group.missing_volumes or group.partial:
            continue
        volumes = [one for one in inventory.volumes_of(group.name) if one.path and not one.skip_activation]
        if not volumes or any(one.active for one in volumes) or group_rung(group) not in on_luns:
            continue
        if is_waited_for(inventory, group.name):
            yield _inactive(evidence, group, volumes)


def _inactive(evidence: Evidence, group: VolumeGroup, volumes: list[LogicalVolume]) -> Finding:
    name = clean(group.name, 60)
    pools = [one for one in evidence.inventory.volumes_of(group.name) if one.attributes[:1] == "t"]
    steps: list[Operation] = []
    if not group.autoactivation:
        steps.append(SetAutoactivation(group.name, group.uuid, on=True))
    steps.append(ActivateVolumeGroup(group.name))
    title = _("Activate {group}").format(group=name)
    why = _("Its volumes appear in /dev and can be mounted. Their data does not change.")
    return Finding(
        INACTIVE,
        _("The VG {group} is complete, but its volumes are not active.").format(group=name),
        _("fstab needs one of them. Nothing is damaged."),
        RungKind.VOLUME_GROUP,
        (group_rung(group),),
        seen=(
            Seen(
                "lvm fullreport", tuple(f"{clean(one.name)}: {clean(one.attributes)}" for one in volumes[:6])
            ),
            *(
                ()
                if group.autoactivation
                else (Seen("vgs -o vg_autoactivation", (_("{group}: off").format(group=name),)),)
            ),
        ),
        ruled_out=(
            RuledOut(_("a missing disk"), _("LVM finds all of its disks.")),
            RuledOut(_("a VG of another host"), _("It is not exported and has no foreign owner.")),
        ),
        fixes=(
            Fix(
                title,
                why,
                repair(title, why, *steps),
                confirm=(
                    (_("Was it deactivated on purpose, for example for a move or a cluster?"),)
                    if group.autoactivation
                    else (_("Was autoactivation disabled on purpose, for example for a cluster or a guest?"),)
                ),
            ),
            *(
                pool_repair(
                    evidence,
                    group,
                    pool,
                    _("Did activating it fail, and does LVM say that the check of {pool} failed?").format(
                        pool=clean(f"{group.name}/{pool.name}", 80)
                    ),
                )
                for pool in pools
            ),
        ),
        never=(
            Never(
                _("A line in rc.local that activates it"),
                _("It hides the reason why LVM does not activate it, such as a disk that appears late."),
            ),
        ),
        follows_if=(
            *(pool_rung(group, pool) for pool in pools),
            *(
                lun_key(session, lun)
                for disk in disks_of(evidence.inventory, group.name)
                for lun in luns_below(evidence.inventory, disk)
                if (session := evidence.inventory.session(lun.sid)) is not None
            ),
        ),
    )


def full_snapshots(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each snapshot that ran out of space and is lost."""
    inventory = evidence.inventory
    for volume in inventory.logical_volumes:
        group = group_named(inventory, volume.volume_group)
        state = volume.attributes.ljust(5)[4]
        if group is None or not volume.origin or volume.pool or state not in "IS":
            continue
        yield _snapshot(inventory, group, volume)


def _snapshot(inventory: Inventory, group: VolumeGroup, volume: LogicalVolume) -> Finding:
    name, origin = clean(volume.name, 60), clean(volume.origin, 60)
    mounted = bool(volume.device) and inventory.is_in_use(volume.device)
    title = _("Remove the snapshot {name}").format(name=name)
    why = _("Its content is lost already; it only costs space and errors. {origin} stays as it is.").format(
        origin=origin
    )
    remove = DestroyVolume(
        group.name,
        group.uuid,
        volume.name,
        volume.uuid,
        volume.size,
        snapshot_of=volume.origin,
    )
    return Finding(
        SNAPSHOT,
        _("The snapshot {name} of {origin} filled up and is invalid.").format(name=name, origin=origin),
        _("It cannot be read any more. The origin {origin} is intact and can still be used.").format(
            origin=origin
        ),
        RungKind.LOGICAL_VOLUME,
        (f"lv:{group_rung(group)}/{volume.uuid or volume.name}",),
        volume.device,
        seen=(Seen("lvs", (f"{name}: {clean(volume.attributes)}",)),),
        ruled_out=(RuledOut(_("a disk fault"), _("LVM marks the snapshot itself as invalid, not a disk.")),),
        fixes=(
            Fix(
                title,
                why,
                repair(title, why, remove),
                confirm=(_("Must a backup that read from it be made again?"),),
                by_hand=(_("umount it first"),) if mounted else (),
            ),
        ),
        never=(
            Never(
                _("lvconvert --merge"),
                _("An invalid snapshot cannot be restored; the origin would be put at risk for nothing."),
            ),
        ),
    )
