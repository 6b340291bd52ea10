"""F15: a clone or snapshot of LUNs is shown to this host beside the original, with the same identities."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import group_rung, identity, keep, repair
from tui.storage.lvm.names import volume_group_name_problems
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.operations.lvm.import_clone import ImportClone
from tui.storage.probe.narrow import group_named
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

CODE = "F15.clone"


def duplicate_pvs(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group of which a physical volume is on two disks with different WWIDs."""
    inventory = evidence.inventory
    found: dict[str, dict[str, list[BlockDevice]]] = {}
    for volume in inventory.physical_volumes:
        if volume.duplicate and volume.size:
            twins = _carriers(inventory, volume.uuid)
            if len(twins) > 1:
                found.setdefault(volume.volume_group, {})[volume.uuid] = twins
    for group, doubled in found.items():
        yield _finding(evidence, group, doubled)


def is_cloned(inventory: Inventory, disk: str) -> bool:
    """Whether the physical volume on a disk is on a LUN with another WWID as well."""
    device = inventory.device(disk)
    return (
        device is not None
        and device.content == "LVM2_member"
        and len(_carriers(inventory, device.content_uuid)) > 1
    )


def _carriers(inventory: Inventory, pv: str) -> list[BlockDevice]:
    """What carries a physical volume: one device for each LUN, of several paths to it the one in use.

    Paths of a map are passed over.
    """
    kinds = (BlockKind.DISK, BlockKind.MULTIPATH, BlockKind.PARTITION)
    found: dict[str, BlockDevice] = {}
    for device in inventory.devices:
        if (
            device.content == "LVM2_member"
            and device.content_uuid == pv
            and device.kind in kinds
            and not device.multipath_member
            and inventory.map_over(device.name) is None
        ):
            known = found.setdefault(_wwid(inventory, device), device)
            if device.holders and not known.holders:
                found[_wwid(inventory, device)] = device
    return list(found.values())


def _wwid(inventory: Inventory, device: BlockDevice) -> str:
    for disk in (device.name, *device.slaves):
        lun = inventory.lun_on(disk)
        if lun is not None and lun.wwid:
            return lun.wwid
    return device.name


def _finding(evidence: Evidence, name: str, doubled: dict[str, list[BlockDevice]]) -> Finding:
    inventory = evidence.inventory
    group = group_named(inventory, name)
    shown = clean(name, 60)
    rungs = ((group_rung(group),) if group is not None else ()) + tuple(f"pv:{pv}" for pv in doubled)
    return Finding(
        CODE,
        _("Two sets of disks carry the VG {group}.").format(group=shown),
        _(
            "One is a clone or a snapshot of the other. LVM picks one of the duplicates, possibly the "
            "clone, and changes nothing in the VG while both are there."
        ),
        RungKind.VOLUME_GROUP,
        rungs,
        seen=(
            *(
                Seen(
                    _("PV {uuid}").format(uuid=clean(pv)),
                    tuple(identity(evidence, twin).words for twin in twins),
                )
                for pv, twins in doubled.items()
            ),
            *((Seen(_("LVM's warnings"), inventory.lvm.warnings[:6]),) if inventory.lvm.warnings else ()),
        ),
        ruled_out=(
            RuledOut(
                _("two paths to one LUN"),
                _("Their WWIDs differ: they are different LUNs with the same content."),
            ),
        ),
        fixes=tuple(_fixes(evidence, name, doubled)),
        never=(
            Never(
                _("vgimportclone on the original"),
                _("Its UUIDs change, and what was set up for it at boot no longer finds it."),
            ),
            Never(
                _("Activate the VG while both are there, or set allow_changes_with_duplicate_pvs"),
                _("Half of a volume may come from the original and half from the clone."),
            ),
            Never(_("vgrename by name"), _("Both have that name; the wrong one may be renamed.")),
        ),
    )


def _fixes(evidence: Evidence, name: str, doubled: dict[str, list[BlockDevice]]) -> Iterator[Fix]:
    inventory = evidence.inventory
    pairs = {pv: twins for pv, twins in doubled.items() if len(twins) == 2}
    owners = {pv.vg_uuid for pv in inventory.physical_volumes if pv.uuid in doubled and pv.vg_uuid}
    members = {
        pv.uuid
        for pv in inventory.physical_volumes
        if pv.volume_group == name and (not owners or pv.vg_uuid in owners)
    }
    if set(pairs) == members:
        used = {pv: [twin for twin in twins if twin.holders] for pv, twins in pairs.items()}
        if all(len(held) == 1 for held in used.values()):
            free = [next(twin for twin in twins if not twin.holders) for twins in pairs.values()]
            yield _import(evidence, name, tuple(pairs), free, sure=True)
            return
        if len(pairs) == 1 and not any(used.values()):
            for device in next(iter(pairs.values())):
                yield _import(evidence, name, tuple(pairs), [device], sure=False)
            return
    yield Fix(
        _("Find out which disks are the clone"),
        _(
            "Give every disk of the clone to vgimportclone in one call, and none of the original. "
            "Nothing active on one set tells them apart here, so the storage administrator has to."
        ),
        by_hand=(
            "lsblk -o NAME,WWN,SIZE,FSTYPE,UUID",
            _("vgimportclone --basevgname NEWNAME (every disk of the clone)"),
        ),
    )


def _import(
    evidence: Evidence, name: str, volumes: tuple[str, ...], clone: list[BlockDevice], *, sure: bool
) -> Fix:
    inventory = evidence.inventory
    shown = clean(enumerated(pv.path for pv in clone), 120)
    new = _free_name(inventory, name)
    title = _("Make {paths} a VG of its own, {name}").format(paths=shown, name=clean(new, 60))
    why = (
        _("The other set is in use by active volumes, so this one is the clone. It gets new UUIDs.")
        if sure
        else _("Only if this is the clone, and the other disk the original. It gets new UUIDs.")
    )
    chosen = tuple(identity(evidence, pv) for pv in clone)
    steps = (keep(evidence, (), clone), ImportClone(chosen, volumes, name, new))
    notes = (
        _("File systems on the clone keep the UUIDs of the original until they get new ones."),
        _("XFS cannot be mounted until then."),
    )
    return Fix(
        title,
        why,
        repair(title, why, *steps, notes=notes),
        confirm=(
            _("Does the storage administrator say that this is the clone: {device}?").format(
                device="; ".join(pv.words for pv in chosen)
            ),
        ),
    )


def _free_name(inventory: Inventory, name: str) -> str:
    taken = [group.name for group in inventory.volume_groups]
    candidates = (f"{name}_clone", *(f"{name}_clone{number}" for number in range(2, 100)))
    return next((pv for pv in candidates if not volume_group_name_problems(pv, taken)), f"{name}_clone")
