"""F53: several VGs of this host have one name."""

from collections.abc import Iterator

from msgspec.structs import replace

from tui.maintenance.renaming import rename_group
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.lvm.awaited_vgs import awaited_groups
from tui.recovery.findings.repair_plans import group_rung
from tui.storage.lvm.names import free_group_name
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

AMBIGUOUS = "F53.same-vg-name"


def ambiguous_vgs(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each name that several VGs have, those of other hosts aside: LVM does not use them."""
    inventory = evidence.inventory
    on_luns = {rung.key for stack in evidence.stacks for rung in stack.rungs}
    for name in dict.fromkeys(group.name for group in inventory.volume_groups):
        groups = tuple(group for group in inventory.groups_named(name) if not group.foreign)
        if inventory.is_ambiguous(name) and any(group_rung(group) in on_luns for group in groups):
            yield _ambiguous(evidence, name, groups)


def _ambiguous(evidence: Evidence, name: str, groups: tuple[VolumeGroup, ...]) -> Finding:
    inventory = evidence.inventory
    shown = clean(name, 60)
    waited = name in awaited_groups(inventory)
    return Finding(
        AMBIGUOUS,
        _("{count} VGs are named {group}.").format(count=len(groups), group=shown),
        _(
            "LVM's commands refuse the name, so none of them is activated by it, at boot or by hand, and the "
            "paths below /dev lead to whichever is active. Nothing is damaged."
        ),
        RungKind.VOLUME_GROUP,
        tuple(group_rung(group) for group in groups),
        seen=(
            Seen(
                "vgs -o vg_name,vg_uuid",
                tuple(f"{shown}: {_words(inventory, group)}" for group in groups[:6]),
            ),
        ),
        ruled_out=(
            RuledOut(_("a clone with the same UUIDs"), _("The UUIDs of the VGs differ.")),
            RuledOut(_("a VG of another host"), _("None of them has the system ID of another host.")),
        ),
        fixes=tuple(_rename(inventory, group) for group in _unused_first(inventory, groups)),
        never=(
            Never(_("vgrename by name"), _("LVM refuses it, and a person cannot tell which one is meant.")),
            Never(
                _("Remove the VG that looks unused by hand"),
                _("By its name and path alone the other one may be meant."),
            ),
        ),
        weight=Weight.CAUSE if waited else Weight.RISK,
    )


def _unused_first(inventory: Inventory, groups: tuple[VolumeGroup, ...]) -> list[VolumeGroup]:
    return sorted(groups, key=lambda group: any(volume.active for volume in inventory.volumes_of(group)))


def _rename(inventory: Inventory, group: VolumeGroup) -> Fix:
    """Give one of them another name, by its UUID."""
    new = free_group_name(group.name, (other.name for other in inventory.volume_groups))
    proposal = rename_group(inventory, group, new)
    title = _("Rename the VG on {paths} to {new}").format(paths=_paths(inventory, group), new=clean(new, 60))
    return Fix(
        title,
        proposal.why,
        replace(proposal, plan=replace(proposal.plan, title=title)),
        confirm=(
            _("Should the VG {uuid} get the new name, and {group} mean the other one?").format(
                uuid=clean(group.uuid, 60), group=clean(group.name, 60)
            ),
        ),
        by_hand=(f"vgrename {clean(group.uuid, 60)} {clean(new, 60)}",),
    )


def _words(inventory: Inventory, group: VolumeGroup) -> str:
    volumes = inventory.volumes_of(group)
    active = enumerated(clean(volume.name, 60) for volume in volumes if volume.active)
    state = _("active: {volumes}").format(volumes=active) if active else _("not active")
    return f"{clean(group.uuid, 60)}, {_paths(inventory, group)}, {state}"


def _paths(inventory: Inventory, group: VolumeGroup) -> str:
    return enumerated(clean(volume.path, 60) for volume in inventory.members_of(group)[:4])
