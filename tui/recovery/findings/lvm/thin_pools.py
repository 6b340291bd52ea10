"""F29: thin pools that are full, or whose notes are full or damaged."""

from collections.abc import Iterator

from msgspec import Struct

from tui.recovery.evidence import Evidence
from tui.recovery.facts import MapTable
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import disks_of, keep, repair
from tui.recovery.gathering.logs import POOL_LINE
from tui.storage.model.lvm import LogicalVolume, VolumeGroup, VolumeKind
from tui.storage.operations.lvm.activation import activation
from tui.storage.operations.lvm.extend_logical_volume import WHOLE, ExtendLogicalVolume
from tui.storage.operations.lvm.thin_repair import ExtendPoolMetadata, RepairThinPool
from tui.storage.operations.operation import Operation
from tui.storage.probe.devices.lvm import group_of_map, names_of_map
from tui.storage.stacks.rung import RungKind
from tui.storage.stacks.volume_rungs import volume_key
from tui.storage.untrusted import clean
from tui.words import translate as _

POOL_FULL = "F29.pool-full"
POOL_NOTES_FULL = "F29.pool-notes-full"
POOL_DAMAGED = "F29.pool-damaged"
POOL_MISMATCH = "F29.pool-mismatch"

_NOTES_BLOCK = 4096
"""Bytes of one block of a thin pool's notes (kernel Documentation/device-mapper/thin-provisioning)."""

_NEARLY = 0.95
"""Share of its notes in use from which a pool is in danger."""


class PoolState(Struct, frozen=True):
    """What the kernel says of a thin pool (kernel Documentation, thin-provisioning, Status).

    Attributes:
        notes_used: blocks of its notes in use.
        notes: blocks of its notes.
        used: blocks of data in use.
        size: blocks of data.
        failed: it has given up.
        full: it is out of data space.
        read_only: its notes may not be written any more.
        needs_check: its notes want to be checked.
    """

    notes_used: int = 0
    notes: int = 0
    used: int = 0
    size: int = 0
    failed: bool = False
    full: bool = False
    read_only: bool = False
    needs_check: bool = False


def pool_state(table: MapTable) -> PoolState | None:
    """Read the status line of a thin pool's map, or None where it is none."""
    for line in table.status:
        words = line.split()
        if len(words) < 4 or words[2] != "thin-pool":
            continue
        if words[3] == "Fail":
            return PoolState(failed=True)
        if len(words) < 6:
            continue
        shares = [word.split("/") for word in words[4:6]]
        if all(len(share) == 2 and share[0].isdigit() and share[1].isdigit() for share in shares):
            (notes_used, notes), (used, size) = ((int(a), int(b)) for a, b in shares)
            return PoolState(
                notes_used,
                notes,
                used,
                size,
                full="out_of_data_space" in words or (size > 0 and used >= size),
                read_only="ro" in words,
                needs_check="needs_check" in words,
            )
    return None


def thin_pools(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each thin pool on a LUN that is full, or whose notes are full or damaged."""
    inventory = evidence.inventory
    states = [(table, state) for table in evidence.maps if (state := pool_state(table)) is not None]
    for pool in inventory.logical_volumes:
        group = inventory.group_of(pool)
        if pool.kind is not VolumeKind.THIN_POOL or group is None or group.foreign or group.shared:
            continue
        state = next((state for table, state in reversed(states) if _is_map_of(table, pool)), PoolState())
        health = pool.health
        full_notes = state.notes > 0 and state.notes_used >= state.notes * _NEARLY
        # A pool whose notes ran full is read-only as well, but nothing in them is wrong.
        read_only = health == "metadata_read_only" and not full_notes
        refused = () if pool.active else refusals_of(evidence, pool)
        if any("transaction_id" in line for line in refused):
            yield _pool_mismatch(group, pool, refused)
        elif state.failed or state.needs_check or health == "failed" or read_only or refused:
            yield _pool_damaged(evidence, group, pool, state, full_notes=full_notes)
        elif full_notes:
            yield _pool_notes_full(evidence, group, pool, state)
        elif state.full or health == "out_of_data":
            yield _pool_full(evidence, group, pool, state)


def refusals_of(evidence: Evidence, pool: LogicalVolume) -> tuple[str, ...]:
    """The lines in which LVM told, in this boot, why it did not activate a pool."""
    found: list[str] = []
    for line in evidence.activation:
        match = POOL_LINE.search(line)
        if match is None:
            continue
        if match["map"]:
            place = names_of_map(match["map"].removesuffix("-tpool"))
        else:
            place = (match["group"], match["pool"])
        if place == (pool.volume_group, pool.name):
            found.append(line.strip())
    return tuple(found)


def _is_map_of(table: MapTable, pool: LogicalVolume) -> bool:
    """Whether a map is of a pool: by its names, and by the UUID of the VG where both are known."""
    owner = group_of_map(table.uuid)
    named = names_of_map(table.name.removesuffix("-tpool")) == (pool.volume_group, pool.name)
    return named and (not owner or not pool.vg_uuid or owner == pool.vg_uuid)


def pool_rung(group: VolumeGroup, pool: LogicalVolume) -> str:
    """The key of a pool's rung."""
    return volume_key(group, pool)


def _pool_rungs(group: VolumeGroup, pool: LogicalVolume) -> tuple[str, ...]:
    return (pool_rung(group, pool),)


def _pool_seen(evidence: Evidence, pool: LogicalVolume) -> tuple[Seen, ...]:
    lines = [line for table in evidence.maps if _is_map_of(table, pool) for line in table.status]
    told = Seen("lvs", (f"{clean(pool.name)}: {clean(pool.attributes)} {clean(pool.health)}".rstrip(),))
    refused = () if pool.active else refusals_of(evidence, pool)
    return (
        told,
        *((Seen("dmsetup status", tuple(lines[:4])),) if lines else ()),
        *((Seen(_("LVM in the journal"), refused[-2:]),) if refused else ()),
    )


def _pool_full(evidence: Evidence, group: VolumeGroup, pool: LogicalVolume, state: PoolState) -> Finding:
    name = clean(f"{group.name}/{pool.name}", 80)
    fixes: list[Fix] = []
    if group.extent_size and group.free >= group.extent_size:
        title = _("Give the pool the free space of its VG")
        why = _("Waiting writes continue at once; after a minute without space they would fail.")
        grow = ExtendLogicalVolume(group.name, group.uuid, pool.name, pool.uuid, pool.size, 0, WHOLE)
        fixes.append(Fix(title, why, repair(title, why, grow)))
    fixes.append(
        Fix(
            _("Enlarge a LUN of the VG, or add a disk to it"),
            _(
                "Then the pool can be extended. Deleting files helps only if the volumes are trimmed "
                "(fstrim)."
            ),
            by_hand=(f"vgs {clean(group.name)}", "fstrim -v MOUNTPOINT"),
        )
    )
    return Finding(
        POOL_FULL,
        _("The thin pool {name} is full.").format(name=name),
        _("No volume in it can be written; file systems in it stop, or soon will."),
        RungKind.LOGICAL_VOLUME,
        _pool_rungs(group, pool),
        pool.device,
        seen=_pool_seen(evidence, pool),
        ruled_out=(
            RuledOut(
                _("a damaged pool"),
                _("Its metadata is intact and not full.") if state.notes else _("LVM reports it."),
            ),
        ),
        fixes=tuple(fixes),
        never=(
            Never(_("fsck while writes still fail"), _("It cannot write its repairs.")),
            Never(
                _("Delete files and expect that to free space"),
                _("The pool gets it back only by discards, which many mounts do not send."),
            ),
        ),
    )


def _pool_notes_full(
    evidence: Evidence, group: VolumeGroup, pool: LogicalVolume, state: PoolState
) -> Finding:
    name = clean(f"{group.name}/{pool.name}", 80)
    return Finding(
        POOL_NOTES_FULL,
        _("The metadata of the thin pool {name} is full, or nearly: {used} of {size} blocks.").format(
            name=name, used=state.notes_used, size=state.notes
        ),
        _("Nothing new can be written any more, although there may be space for data. Nothing is damaged.")
        if state.read_only
        else _("Once it is full, nothing can be written any more, although there may be space for data."),
        RungKind.LOGICAL_VOLUME,
        _pool_rungs(group, pool),
        pool.device,
        seen=_pool_seen(evidence, pool),
        ruled_out=(RuledOut(_("a full pool"), _("There is space for data.")),) if not state.full else (),
        fixes=tuple(_more_notes(group, pool, state)),
        never=(_never_meta(),),
    )


def _more_notes(group: VolumeGroup, pool: LogicalVolume, state: PoolState) -> Iterator[Fix]:
    before = state.notes * _NOTES_BLOCK
    if group.extent_size and group.free >= group.extent_size:
        wanted = min(group.free, max(before, group.extent_size))
        size = max(group.extent_size, wanted // group.extent_size * group.extent_size)
        title = _("Extend the pool's metadata")
        why = _("Its size is doubled, as far as the VG has free space. It may be in use.")
        grow = ExtendPoolMetadata(group.name, group.uuid, pool.name, pool.uuid, size, before)
        yield Fix(title, why, repair(title, why, grow))
        return
    yield Fix(
        _("Enlarge a LUN of the VG, or add a disk to it"),
        _("The VG has no free space for the metadata."),
        by_hand=(f"vgs {clean(group.name)}",),
    )


def _pool_damaged(
    evidence: Evidence, group: VolumeGroup, pool: LogicalVolume, state: PoolState, *, full_notes: bool
) -> Finding:
    name = clean(f"{group.name}/{pool.name}", 80)
    before = tuple(_more_notes(group, pool, state)) if full_notes else ()
    return Finding(
        POOL_DAMAGED,
        _("The metadata of the thin pool {name} is damaged or read-only.").format(name=name),
        _("The volumes in it cannot be written, or not be activated at all. Their data is usually intact."),
        RungKind.LOGICAL_VOLUME,
        _pool_rungs(group, pool),
        pool.device,
        seen=_pool_seen(evidence, pool),
        ruled_out=(
            RuledOut(
                _("a pool that is only full"),
                _("LVM checked its metadata before activating it, and the check failed.")
                if not pool.active
                else _("The kernel asks for a check of its metadata, or has set the pool to fail."),
            ),
        ),
        fixes=(
            *before,
            pool_repair(evidence, group, pool),
        ),
        never=(
            _never_meta(),
            Never(
                _("Repair it a second time"),
                _(
                    "The second run works on the result of the first, and overwrites the only copy "
                    "of the original metadata."
                ),
            ),
            Never(
                _("vgcfgrestore of an older state"),
                _("LVM's metadata and the pool's metadata would not match; volumes in it are lost."),
            ),
        ),
    )


def pool_repair(evidence: Evidence, group: VolumeGroup, pool: LogicalVolume, *first: str) -> Fix:
    """Write a pool's notes anew, the damaged ones kept.

    Args:
        evidence: the look.
        group: the pool's.
        pool: the thin pool.
        first: what a person must be sure of besides.
    """
    title = _("Repair its metadata, and keep the damaged copy")
    why = _(
        "With everything in it unmounted and inactive, its metadata is rewritten to another place. The "
        "damaged copy stays as {name}_meta0, the only way to undo the repair."
    ).format(name=clean(pool.name, 60))
    steps: tuple[Operation, ...] = (
        keep(evidence, (group.name,), disks_of(evidence.inventory, group)),
        RepairThinPool(group.name, group.uuid, pool.name, pool.uuid),
        activation(evidence.inventory, group),
    )
    note = _("Unmount and deactivate everything in the pool first; otherwise the repair is refused.")
    return Fix(
        title,
        why,
        repair(title, why, *steps, notes=(note,)),
        confirm=(
            *first,
            _(
                "Is there a copy of the disks on the storage (a snapshot), or is it accepted that "
                "there is none?"
            ),
        ),
    )


def _pool_mismatch(group: VolumeGroup, pool: LogicalVolume, refused: tuple[str, ...]) -> Finding:
    name, group_name = clean(f"{group.name}/{pool.name}", 80), clean(group.name, 60)
    return Finding(
        POOL_MISMATCH,
        _(
            "LVM's metadata of the thin pool {name} does not match the pool's own metadata (transaction ID)."
        ).format(name=name),
        _(
            "LVM does not activate it, so that nothing is written with the wrong mapping. Usually a "
            "change was interrupted between the two, or an older metadata backup of the VG was restored. "
            "The data is there."
        ),
        RungKind.LOGICAL_VOLUME,
        _pool_rungs(group, pool),
        pool.device,
        seen=(Seen(_("LVM in the journal"), refused[-2:]),),
        ruled_out=(RuledOut(_("a damaged pool"), _("Its metadata can be read: it has a transaction ID.")),),
        fixes=(
            Fix(
                _("Have an LVM expert reconcile the transaction IDs"),
                _(
                    "The transaction ID in a copy of LVM's metadata is changed and restored, where it "
                    "differs by one or two and the copy matches otherwise. Have a copy of the disks made "
                    "on the storage (snapshot) first."
                ),
                by_hand=(
                    f"vgcfgbackup --file /root/{group_name}.notes {group_name}",
                    f"vgcfgrestore --list {group_name}",
                    "journalctl --boot _UID=0 SYSLOG_IDENTIFIER=lvm",
                ),
            ),
        ),
        never=(
            Never(
                _("lvconvert --repair"),
                _("It repairs damaged metadata; this is not damaged, and the mismatch would stay."),
            ),
            Never(
                _("vgcfgrestore --force of the newest file without comparing"),
                _("The volumes in the pool would be mistaken for others."),
            ),
        ),
    )


def _never_meta() -> Never:
    return Never(
        _("Remove the volume that ends in _meta0"),
        _("It is the only copy of the pool's metadata from before a repair."),
    )
