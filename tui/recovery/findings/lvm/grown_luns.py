"""F11: LUNs that grew, and layers above them that were not grown."""

from collections.abc import Iterator

from tui.maintenance.growth_plan import Wish, propose
from tui.maintenance.growth_sizes import Growth, Layer, Size, SizeFacts, growth
from tui.maintenance.growth_targets import Subject
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import kernel_seen
from tui.recovery.findings.lvm.shrunk_luns import is_short
from tui.storage.devices.identity import luns_below
from tui.storage.iscsi.sessions import DISK
from tui.storage.lvm.metadata_backup import NotedDisk
from tui.storage.model.iscsi import Lun
from tui.storage.model.lvm import VolumeGroup
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

_BELOW_LVM = frozenset({Layer.LUN, Layer.MAP, Layer.PHYSICAL_VOLUME})
_MIB = 1024 * 1024
_LEFT_AT_ENDS = 16 * _MIB
_CAPACITY = "Capacity data has changed"
_TAKEN = "detected capacity change"


def grown_luns(evidence: Evidence) -> Iterator[Finding]:
    """F11: there is more room below than a rung has taken in."""
    inventory = evidence.inventory
    arrays = tuple(
        (identity.disk, identity.live_size)
        for identity in evidence.identities
        if identity.live_size is not None
    )
    told: set[str] = set()
    for group in inventory.volume_groups:
        volumes = inventory.volumes_of(group)
        subject = Subject(group.name, volumes[0].name if len(volumes) == 1 else "", group_uuid=group.uuid)
        starts = {disk.uuid: disk.start for disk in _noted(evidence, group) if disk.start}
        found = growth(inventory, subject, SizeFacts(arrays, tuple(starts.items())))
        lagging = next((size for size in found.sizes if _really_lags(size)), None)
        below = [lun for disk in found.disks for lun in luns_below(inventory, disk)]
        # Growing layers is no way out for what needs now what the kernel does not know of.
        short = any(is_short(evidence, lun) for lun in below)
        if lagging is not None and found.problem is None and not short:
            told |= {lun.disk for lun in below}
            yield _grown(evidence, found, lagging)
    for lun in inventory.luns:
        if lun.kind == DISK and lun.disk and lun.disk not in told and _grew_unseen(evidence, lun):
            yield from _unseen_growth(evidence, lun, dict(arrays).get(lun.disk))


def _noted(evidence: Evidence, group: VolumeGroup) -> tuple[NotedDisk, ...]:
    notes = evidence.notes_of(group.name, group.uuid)
    return notes[0].disks if notes else ()


def _really_lags(size: Size) -> bool:
    """Whether a rung lags by more than a PV may leave at its ends (room for a second copy of the notes)."""
    if not size.lags or size.layer not in _BELOW_LVM:
        return False
    if size.layer is not Layer.PHYSICAL_VOLUME:
        return True
    return (size.possible or 0) - (size.size or 0) >= _LEFT_AT_ENDS


def _grew_unseen(evidence: Evidence, lun: Lun) -> bool:
    """Whether the target said that the size has changed, or says another one now, and it was not taken in."""
    identity = next(
        (known_identity for known_identity in evidence.identities if known_identity.disk == lun.disk), None
    )
    if identity is not None and identity.live_size is not None:
        return identity.live_size > lun.size
    lines = evidence.kernel_about(f"lun:{lun.address}", f"device:{lun.disk}")
    said = [line.when for line in lines if _CAPACITY in line.text]
    taken = [line.when for line in lines if _TAKEN in line.text]
    return bool(said) and (not taken or taken[-1] < said[-1])


def _grown(evidence: Evidence, found: Growth, lagging: Size) -> Finding:
    inventory = evidence.inventory
    proposal = propose(found, inventory, Wish(share=0) if found.volume is not None else Wish(whole=False))
    return Finding(
        "F11.not-grown",
        _("{name} uses less than the size of the layer below it: {words}.").format(
            name=clean(lagging.name, 80), words=lagging.words
        ),
        _("Nothing is wrong with the data. The added space cannot be used until each layer is grown."),
        _KINDS[lagging.layer],
        (_rung_of(evidence, lagging),),
        lagging.device,
        seen=(
            Seen(_("sizes from the bottom up"), tuple(_size_line(size) for size in found.sizes)),
            *kernel_seen(
                line
                for disk in found.disks
                for lun in luns_below(inventory, disk)
                for line in evidence.kernel_about(f"lun:{lun.address}", f"device:{lun.disk}")
                if _CAPACITY in line.text or _TAKEN in line.text
            ),
        ),
        ruled_out=(
            RuledOut(_("a LUN that shrank"), _("Every layer is at most as large as the one below it.")),
        ),
        fixes=(
            Fix(
                _("Grow each layer, from the bottom up"),
                _(
                    "It can be done while everything is in use. In the console you choose how much a "
                    "volume gets (e)."
                ),
                proposal,
            ),
        ),
        never=_growing_never(),
        weight=Weight.RISK,
    )


def _size_line(size: Size) -> str:
    return f"{size.layer.value} {clean(size.name, 60)}: {'?' if size.size is None else size.size}"


_KINDS = {
    Layer.LUN: RungKind.LUN,
    Layer.MAP: RungKind.MULTIPATH,
    Layer.PHYSICAL_VOLUME: RungKind.PHYSICAL_VOLUME,
}


def _rung_of(evidence: Evidence, size: Size) -> str:
    kind = _KINDS[size.layer]
    found = [
        rung.key
        for stack in evidence.stacks
        for rung in stack.rungs
        if rung.kind is kind and (rung.device == size.device or f"pv-path:{size.name}" in rung.also)
    ]
    return found[0] if found else f"device:{size.device}"


def _unseen_growth(evidence: Evidence, lun: Lun, live: int | None) -> Iterator[Finding]:
    session = evidence.inventory.session(lun.sid)
    device = evidence.inventory.device(lun.disk)
    if session is None or device is None:
        return
    joined = evidence.inventory.map_over(lun.disk)
    found = growth(
        evidence.inventory,
        Subject(device=joined.device if joined is not None else lun.disk),
        SizeFacts(((lun.disk, live),) if live is not None else ()),
    )
    yield Finding(
        "F11.not-rescanned",
        _("{disk} has a different size on the storage than this host has read.").format(disk=clean(lun.disk)),
        _("Nothing is wrong with the data. The new size can be used once the kernel has read it again."),
        RungKind.LUN,
        (lun_key(session, lun),),
        lun.disk,
        seen=(
            Seen(
                _("sizes"),
                (
                    f"/sys/block/{clean(lun.disk)}/size: {lun.size}",
                    *([f"READ CAPACITY: {live}"] if live is not None else []),
                ),
            ),
            *kernel_seen(
                line
                for line in evidence.kernel_about(f"lun:{lun.address}", f"device:{lun.disk}")
                if _CAPACITY in line.text or _TAKEN in line.text
            ),
        ),
        fixes=(
            Fix(
                _("Have the kernel read the size again"),
                _("On every path of exactly this LUN, while it is in use."),
                propose(found, evidence.inventory, Wish(whole=False)),
            ),
        ),
        never=_growing_never(),
        # A LUN that got its old size back: until the kernel knows, what is beyond the end cannot be read.
        weight=Weight.CAUSE if is_short(evidence, lun) else Weight.RISK,
    )


def _growing_never() -> tuple[Never, ...]:
    return (
        Never(
            _("Log out and in to see the new size"),
            _("It takes the disk away from the processes that use it."),
        ),
        Never(
            _("pvresize while only some paths show the new size"),
            _("LVM would allocate extents where the other paths have no disk."),
        ),
    )
