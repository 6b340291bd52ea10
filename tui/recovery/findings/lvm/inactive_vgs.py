"""F22: complete VGs whose volumes are not active."""

from collections.abc import Iterator

from msgspec.structs import replace

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.lvm.awaited_vgs import (
    is_waited_for,
)
from tui.recovery.findings.lvm.thin_pools import pool_repair, pool_rung
from tui.recovery.findings.repair_plans import disks_of, group_rung, protected_disk, repair
from tui.recovery.wished import wished
from tui.storage.devices.identity import luns_below
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.lvm.activation import activation
from tui.storage.operations.lvm.autoactivation import SetAutoactivation
from tui.storage.operations.operation import Operation
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

INACTIVE = "F22.not-active"


def inactive_vgs(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group that is whole, for which fstab waits, and of which no volume is active."""
    inventory = evidence.inventory
    if not inventory.lvm.asked:
        return
    on_luns = {rung.key for stack in evidence.stacks for rung in stack.rungs}
    for group in inventory.volume_groups:
        if group.foreign or group.shared or group.exported or group.missing_volumes or group.partial:
            continue
        if inventory.is_ambiguous(group.name):
            # Which of them fstab means is for a person to say (F53).
            continue
        volumes = [
            volume for volume in inventory.volumes_of(group) if volume.path and not volume.skip_activation
        ]
        if not volumes or any(volume.active for volume in volumes) or group_rung(group) not in on_luns:
            continue
        away = all(wished(evidence).deactivated(group.name, volume.name) for volume in volumes)
        if is_waited_for(inventory, group.name) and not away:
            yield _inactive(evidence, group, volumes)


def _inactive(evidence: Evidence, group: VolumeGroup, volumes: list[LogicalVolume]) -> Finding:
    name = clean(group.name, 60)
    pools = [volume for volume in evidence.inventory.volumes_of(group) if volume.attributes[:1] == "t"]
    steps: list[Operation] = []
    if not group.autoactivation:
        steps.append(SetAutoactivation(group.name, group.uuid, on=True))
    steps.append(activation(evidence.inventory, group))
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
                "lvm fullreport",
                tuple(f"{clean(volume.name)}: {clean(volume.attributes)}" for volume in volumes[:6]),
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
                replace(
                    repair(title, why, *steps),
                    refusal=protected_disk(evidence, disks_of(evidence.inventory, group)),
                ),
                confirm=(
                    (
                        _(
                            "Is it certain that nobody deactivated it on purpose, for example for "
                            "a move or a cluster?"
                        ),
                    )
                    if group.autoactivation
                    else (
                        _(
                            "Is it certain that nobody disabled autoactivation on purpose, as for a "
                            "cluster or a guest?"
                        ),
                    )
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
                for disk in disks_of(evidence.inventory, group)
                for lun in luns_below(evidence.inventory, disk)
                if (session := evidence.inventory.session(lun.sid)) is not None
            ),
        ),
    )
