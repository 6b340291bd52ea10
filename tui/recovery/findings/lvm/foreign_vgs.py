"""F25: VGs that are exported or belong to another host."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.lvm.awaited_vgs import is_waited_for
from tui.recovery.findings.repair_plans import group_rung, repair
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.lvm.activation import ActivateVolumeGroup
from tui.storage.operations.lvm.ownership import ImportGroup, TakeOverGroup
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

EXPORTED = "F25.exported"
FOREIGN = "F25.foreign"


def foreign_vgs(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group on a LUN of this host that is exported, or another host's.

    It is a risk as long as nothing of this host waits for it: LVM leaves it alone on purpose.
    """
    inventory = evidence.inventory
    for group in inventory.volume_groups:
        if group.shared or not _is_on_luns(evidence, group):
            continue
        if group.exported:
            yield _exported(evidence, group)
        elif group.foreign:
            yield _foreign(evidence, group)


def _is_on_luns(evidence: Evidence, group: VolumeGroup) -> bool:
    key = group_rung(group)
    return any(rung.key == key for stack in evidence.stacks for rung in stack.rungs)


def _exported(evidence: Evidence, group: VolumeGroup) -> Finding:
    name = clean(group.name, 60)
    title = _("Import {group} and activate it").format(group=name)
    why = _("It was exported to be moved here; importing it (vgimport) completes the move.")
    waited = is_waited_for(evidence.inventory, group.name)
    return Finding(
        EXPORTED,
        _("The VG {group} is exported.").format(group=name),
        _("LVM does not use it until a host imports it (vgimport). Nothing on it is damaged."),
        RungKind.VOLUME_GROUP,
        (group_rung(group),),
        seen=(Seen("lvm fullreport --foreign", (f"{name}: vg_exported",)),),
        ruled_out=(
            RuledOut(_("a missing disk"), _("LVM finds all of its disks.")),
            RuledOut(_("a VG of another host"), _("It has this host's system ID, or none.")),
        ),
        fixes=(
            Fix(
                title,
                why,
                repair(
                    title,
                    why,
                    ImportGroup(group.name, group.uuid),
                    ActivateVolumeGroup(group.name, group.uuid),
                ),
                confirm=(_("Was it exported to be moved to this host, and does no other host use it now?"),),
            ),
        ),
        never=(
            Never(
                _("Import it on two hosts"),
                _("Both would write to it; an exported VG may have only one new owner."),
            ),
        ),
        weight=Weight.CAUSE if waited else Weight.RISK,
    )


def _foreign(evidence: Evidence, group: VolumeGroup) -> Finding:
    name, owner = clean(group.name, 60), clean(group.system_id, 60)
    own = evidence.setting("systemid")
    waited = is_waited_for(evidence.inventory, group.name)
    fixes: list[Fix] = [
        Fix(
            _("Have {owner} release it").format(owner=owner),
            _("This is the safe way while that host is able to: it stops using the VG and exports it."),
            by_hand=(
                _("on {owner}: umount, vgchange -an {group}, vgexport {group}").format(
                    owner=owner, group=name
                ),
            ),
        )
    ]
    if own:
        title = _("Take {group} over from {owner}").format(group=name, owner=owner)
        why = _("Only if that host is down for good, or can no longer reach these disks.")
        take = TakeOverGroup(group.name, group.uuid, group.system_id, own)
        fixes.append(
            Fix(
                title,
                why,
                repair(title, why, take, ActivateVolumeGroup(group.name, group.uuid)),
                confirm=(
                    _("Is {owner} down, and its access to these LUNs removed on the storage?").format(
                        owner=owner
                    ),
                ),
            )
        )
    else:
        fixes.append(
            Fix(
                _("Give this host a system ID first"),
                _("Without a system ID of its own this host cannot take over a VG."),
                by_hand=(_('in /etc/lvm/lvm.conf, global { system_id_source = "uname" }'),),
            )
        )
    return Finding(
        FOREIGN,
        _("The VG {group} belongs to the host {owner}.").format(group=name, owner=owner),
        _("LVM on this host does not use it, so that two hosts do not write to it. Nothing is damaged."),
        RungKind.VOLUME_GROUP,
        (group_rung(group),),
        seen=(
            Seen("lvm fullreport --foreign", (f"{name}: vg_systemid {owner}",)),
            Seen("lvm systemid", (clean(own) or _("none"),)),
        ),
        ruled_out=(
            RuledOut(_("a missing disk"), _("LVM finds all of its disks.")),
            RuledOut(_("a hidden disk"), _("LVM reads its disks, and shows their owner.")),
        ),
        fixes=tuple(fixes),
        never=(
            Never(
                _('Remove the system ID (vgchange --systemid "")'),
                _("Every host that sees the disks could then use them, at the same time."),
            ),
            Never(_("--nolocking, --foreign for changes"), _("They bypass the protection.")),
        ),
        weight=Weight.CAUSE if waited else Weight.RISK,
    )
