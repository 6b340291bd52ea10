"""F41: disks with outdated metadata of their VG."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import listed
from tui.recovery.findings.repair_plans import disks_of, group_rung, keep, repair
from tui.storage.operations.lvm.metadata import UpdateMetadata, outdated_lines, outdated_paths
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

OUTDATED = "F41.outdated"


def outdated_metadata(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group of which a disk carries an older description."""
    inventory = evidence.inventory
    for group in inventory.volume_groups:
        lines = outdated_lines(inventory.lvm.warnings, group.name)
        if not lines or group.foreign or group.shared or group.exported or group.missing_volumes:
            continue
        name = clean(group.name, 60)
        paths = outdated_paths(lines)
        carriers = [
            device
            for device in inventory.devices
            if {device.path, f"/dev/{device.name}", *device.links} & {*paths}
        ]
        title = _("Let LVM write the newest metadata to all of them")
        why = _(
            "A disk that was removed from the VG meanwhile loses its old metadata, and its PV header "
            "with it. The start of every disk is saved first."
        )
        steps = (
            keep(evidence, (group.name,), (*disks_of(inventory, group), *carriers)),
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
