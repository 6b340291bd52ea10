"""Whose a group is (F25), old descriptions on its disks (F41), moves that were cut off (F40)."""

import re
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import listed
from tui.recovery.findings.repair_plans import disks_of, group_rung, identity, keep, repair
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.lvm.metadata import UpdateMetadata, outdated_lines, outdated_paths
from tui.storage.operations.lvm.move_data import MoveData, StopMoving, is_moving
from tui.storage.operations.lvm.ownership import ImportGroup, TakeOverGroup
from tui.storage.operations.lvm.volume_group import ActivateVolumeGroup
from tui.storage.probe.devices.lvm import names_of_map
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

EXPORTED = "F25.exported"
FOREIGN = "F25.foreign"
OUTDATED = "F41.outdated"
MOVING = "F40.move-unfinished"


def owned_elsewhere(evidence: Evidence) -> Iterator[Finding]:
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


def is_waited_for(inventory: Inventory, name: str) -> bool:
    """Whether fstab names a volume of a group, or asks for one that is not there and may be of it."""
    return any(wanted in ("", name) for wanted in awaited_groups(inventory))


def awaited_groups(inventory: Inventory) -> Iterator[str]:
    """The group of each volume that fstab asks for and that is not there; empty where it may be any."""
    for entry in inventory.fstab:
        if entry.device or "noauto" in entry.options or not entry.mount_point.startswith("/"):
            continue
        if "=" in entry.spec and not entry.spec.startswith("/"):
            if "_netdev" in entry.options:
                yield ""
            continue
        wanted = _group_in(entry.spec)
        if wanted:
            yield wanted


def _group_in(spec: str) -> str:
    """The group in /dev/VG/LV or /dev/mapper/VG-LV, or empty."""
    parts = spec.split("/")
    if len(parts) != 4 or parts[:2] != ["", "dev"]:
        return ""
    return names_of_map(parts[3])[0] if parts[2] == "mapper" else parts[2]


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
                repair(title, why, ImportGroup(group.name, group.uuid), ActivateVolumeGroup(group.name)),
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
                repair(title, why, take, ActivateVolumeGroup(group.name)),
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


def outdated_descriptions(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group of which a disk carries an older description."""
    inventory = evidence.inventory
    for group in inventory.volume_groups:
        lines = outdated_lines(inventory.lvm.warnings, group.name)
        if not lines or group.foreign or group.shared or group.exported or group.missing_volumes:
            continue
        name = clean(group.name, 60)
        paths = outdated_paths(lines)
        carriers = [one for one in inventory.devices if {one.path, f"/dev/{one.name}", *one.links} & {*paths}]
        title = _("Let LVM write the newest metadata to all of them")
        why = _(
            "A disk that was removed from the VG meanwhile loses its old metadata, and its PV header "
            "with it. The start of every disk is saved first."
        )
        steps = (
            keep(evidence, (group.name,), (*disks_of(inventory, group.name), *carriers)),
            UpdateMetadata(group.name, group.uuid),
        )
        yield Finding(
            OUTDATED,
            _("{disk} has outdated metadata of the VG {group}.").format(
                disk=listed(paths) or _("A disk"), group=name
            ),
            _(
                "It was away while the VG was changed. LVM uses the newest metadata; the volumes of the "
                "VG are not damaged."
            ),
            RungKind.VOLUME_GROUP,
            (group_rung(group),),
            carriers[0].name if carriers else "",
            seen=(Seen(_("LVM's warnings"), lines[:6]),),
            ruled_out=(
                RuledOut(_("a missing disk"), _("No disk of the VG is missing now.")),
                RuledOut(_("a clone"), _("No PV UUID is seen on two disks.")),
            ),
            fixes=(
                Fix(
                    title,
                    why,
                    repair(title, why, *steps),
                    confirm=(
                        _("Is the current state of the VG the right one, and nothing on that disk needed?"),
                    ),
                ),
            ),
            never=(
                Never(
                    _("vgcfgrestore of an older state"),
                    _("Every change to the VG since then is undone in the metadata, and volumes overlap."),
                ),
            ),
        )


_MIRROR = re.compile(r"^\d+ \d+ (?:mirror|raid)\S* .*?(\d+:\d+)")


def unfinished_moves(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group in which a pvmove is under way that no process drives."""
    inventory = evidence.inventory
    polling = {one.pid for one in evidence.daemons if one.name == "lvmpolld"}
    # lvmpolld has an `lvm lvpoll` follow each move (lvmpolld(8)); any other `lvm` may be a mere look.
    if any(one.name == "pvmove" or (one.name == "lvm" and one.parent in polling) for one in evidence.daemons):
        return
    for group in inventory.volume_groups:
        if not is_moving(inventory, group.name) or group.foreign or group.shared:
            continue
        name = clean(group.name, 60)
        source = _source(evidence, inventory, group.name)
        fixes: list[Fix] = []
        if source is not None:
            device = inventory.device(source)
            assert device is not None
            seen = identity(evidence, device)
            title = _("Continue it")
            why = _("It continues with the segment where it stopped; both disks must stay connected.")
            move = MoveData(group.name, group.uuid, seen)
            fixes.append(Fix(title, why, repair(title, why, move)))
            title = _("Abort it")
            why = _("Segments that are completely moved stay on the new disk; the rest stays on the old one.")
            stop = StopMoving(group.name, group.uuid, seen)
            fixes.append(Fix(title, why, repair(title, why, stop)))
        yield Finding(
            MOVING,
            _("A pvmove in {group} was started and does not continue.").format(group=name),
            _("Nothing is lost: every segment is intact on one of the two disks, and both are needed."),
            RungKind.VOLUME_GROUP,
            (group_rung(group),),
            seen=tuple(
                Seen(f"dmsetup table {clean(one.name)}", one.table[:4])
                for one in evidence.maps
                if _is_move(one.name, group.name)
            ),
            ruled_out=(
                RuledOut(_("a pvmove in progress"), _("No pvmove is running, and lvmpolld polls none.")),
            ),
            fixes=(
                *fixes,
                Fix(
                    _("By hand"),
                    _("Without arguments both apply to every pvmove in progress."),
                    by_hand=("pvmove", "pvmove --abort"),
                ),
            ),
            never=(
                Never(
                    _("Unmap the old LUN before vgreduce and pvremove"),
                    _("Segments that were not moved yet exist only there."),
                ),
            ),
            weight=Weight.RISK,
        )


def _is_move(map_name: str, group: str) -> bool:
    owner, volume = names_of_map(map_name)
    return owner == group and volume.startswith("pvmove")


def _source(evidence: Evidence, inventory: Inventory, group: str) -> str | None:
    """Kernel name of the disk that is emptied: the first leg of the mirror (dmsetup(8), mirror)."""
    numbers = {device.number: device.name for device in inventory.devices}
    for one in evidence.maps:
        if _is_move(one.name, group):
            for line in one.table:
                match = _MIRROR.match(line)
                if match is not None and match[1] in numbers:
                    return numbers[match[1]]
    return None
