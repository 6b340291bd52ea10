"""F30: snapshots that filled up and are invalid."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import repair
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import LogicalVolume, VolumeGroup
from tui.storage.operations.lvm.destroy_volume import DestroyVolume
from tui.storage.stacks.rung import RungKind
from tui.storage.stacks.volume_rungs import volume_key
from tui.storage.untrusted import clean
from tui.words import translate as _

SNAPSHOT = "F30.snapshot-full"


def full_snapshots(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each snapshot that ran out of space and is lost."""
    inventory = evidence.inventory
    for volume in inventory.logical_volumes:
        group = inventory.group_of(volume)
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
        (volume_key(group, volume),),
        volume.device,
        seen=(Seen("lvs", (f"{name}: {clean(volume.attributes)}",)),),
        ruled_out=(RuledOut(_("a disk fault"), _("LVM marks the snapshot itself as invalid, not a disk.")),),
        fixes=(
            Fix(
                title,
                why,
                repair(title, why, remove),
                confirm=(_("Is every backup that read from it made again, or was there none?"),),
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
