"""F11 and F27: a LUN that has another size than this host, or LVM on it, believes."""

import re
from collections.abc import Iterator

from tui.maintenance.growth_plan import Wish, propose
from tui.maintenance.growth_sizes import Growth, Layer, Size, SizeFacts, growth
from tui.maintenance.growth_targets import Subject
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import kernel_seen, place_of
from tui.recovery.findings.repair_plans import mounts_above, repair, unmounting
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.devices.identity import luns_below
from tui.storage.iscsi.sessions import DISK
from tui.storage.lvm.metadata_backup import NotedDisk
from tui.storage.model.block import BlockDevice
from tui.storage.model.iscsi import Lun
from tui.storage.model.lvm import PhysicalVolume
from tui.storage.operations.lvm.volume_group import DeactivateVolumeGroup
from tui.storage.size import size_words
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

_BELOW_LVM = frozenset({Layer.LUN, Layer.MAP, Layer.PHYSICAL_VOLUME})
_MIB = 1024 * 1024
_LEFT_AT_ENDS = 16 * _MIB
_GUESSED = 64 * _MIB
_CAPACITY = "Capacity data has changed"
_TAKEN = "detected capacity change"
_SMALLER = re.compile(r"has size of \d+ sectors which is smaller than corresponding PV size")


def grown_luns(evidence: Evidence) -> Iterator[Finding]:
    """F11: there is more room below than a rung has taken in."""
    inventory = evidence.inventory
    arrays = tuple((one.disk, one.live_size) for one in evidence.identities if one.live_size is not None)
    told: set[str] = set()
    for group in inventory.volume_groups:
        volumes = inventory.volumes_of(group.name)
        subject = Subject(group.name, volumes[0].name if len(volumes) == 1 else "")
        starts = {disk.uuid: disk.start for disk in _noted(evidence, group.name) if disk.start}
        found = growth(inventory, subject, SizeFacts(arrays, tuple(starts.items())))
        unknown = {one.device for one in found.physical if one.uuid not in starts}
        lagging = next((size for size in found.sizes if _really_lags(size, unknown)), None)
        if lagging is not None and found.problem is None:
            told |= {lun.disk for disk in found.disks for lun in luns_below(inventory, disk)}
            yield _grown(evidence, found, lagging)
    for lun in inventory.luns:
        if lun.kind == DISK and lun.disk and lun.disk not in told and _grew_unseen(evidence, lun):
            yield from _unseen_growth(evidence, lun, dict(arrays).get(lun.disk))


def _noted(evidence: Evidence, group: str) -> tuple[NotedDisk, ...]:
    notes = evidence.notes_of(group)
    return notes[0].disks if notes else ()


def _really_lags(size: Size, unknown: set[str]) -> bool:
    """Whether a rung lags by more than a PV may leave at its ends (room for a second copy of the notes).

    Args:
        size: the rung.
        unknown: devices of PVs whose beginning is not known; what lies before the extents is a guess there.
    """
    if not size.lags or size.layer not in _BELOW_LVM:
        return False
    if size.layer is not Layer.PHYSICAL_VOLUME:
        return True
    least = _GUESSED if size.device in unknown else _LEFT_AT_ENDS
    return (size.possible or 0) - (size.size or 0) >= least


def _grew_unseen(evidence: Evidence, lun: Lun) -> bool:
    """Whether the target said that the size has changed, or says another one now, and it was not taken in."""
    identity = next((one for one in evidence.identities if one.disk == lun.disk), None)
    if identity is not None and identity.live_size is not None:
        return identity.live_size > lun.size
    lines = evidence.kernel_about(f"lun:{lun.address}", f"device:{lun.disk}")
    said = [one.when for one in lines if _CAPACITY in one.text]
    taken = [one.when for one in lines if _TAKEN in one.text]
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
        weight=Weight.CAUSE if _is_short(evidence, lun) else Weight.RISK,
    )


def _is_short(evidence: Evidence, lun: Lun) -> bool:
    """Whether the size that the kernel knows of a LUN is not enough for what is on it."""
    inventory = evidence.inventory
    return any(
        device.size < volume.size and lun in luns_below(inventory, device)
        for volume in inventory.physical_volumes
        if (device := inventory.device(volume.device)) is not None
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


def shrunk_luns(evidence: Evidence) -> Iterator[Finding]:
    """F27: a disk is smaller than what LVM has on it, or than this host believes."""
    inventory = evidence.inventory
    live = {one.disk: one.live_size for one in evidence.identities if one.live_size}
    for volume in inventory.physical_volumes:
        device = inventory.device(volume.device)
        if device is None or not device.answers or volume.missing or not volume.size:
            continue
        below = luns_below(inventory, device)
        now = min((size for lun in below if (size := live.get(lun.disk)) is not None), default=device.size)
        if 0 < now < volume.size:
            yield _shrunk(evidence, volume, device, below, now)


def _stop_using(evidence: Evidence, volume: PhysicalVolume, device: BlockDevice) -> Iterator[Fix]:
    """Unmount and deactivate what stands on a disk, where something does."""
    inventory, name = evidence.inventory, volume.volume_group
    if not any(one.active for one in inventory.volumes_of(name)):
        return
    title = _("Stop using {group}").format(group=clean(name, 60))
    why = _("Every write can hit the missing end. Unmount and deactivate, and do nothing else.")
    devices = (one.device for one in inventory.volumes_of(name) if one.device)
    mounts = mounts_above(inventory, (device.name, *devices))
    steps = (*unmounting(inventory, mounts), DeactivateVolumeGroup(name))
    yield Fix(
        title,
        why,
        repair(
            title,
            why,
            *steps,
            notes=(
                _("Unwritten data that belongs beyond the end is lost when it is unmounted."),
                _("Processes with open files there must close them first."),
            ),
            yes=_("Stop using it"),
        ),
    )


def _shrunk(
    evidence: Evidence, volume: PhysicalVolume, device: BlockDevice, below: tuple[Lun, ...], now: int
) -> Finding:
    warnings = tuple(one for one in evidence.inventory.lvm.warnings if _SMALLER.search(one))
    places = [
        _("Target and portal: {place}; LUN {number}, WWID {wwid}").format(
            place=place_of(session), number=lun.number, wwid=clean(lun.wwid)
        )
        for lun in below
        if (session := evidence.inventory.session(lun.sid)) is not None
    ]
    needed = max(volume.device_size, volume.size + 1024 * 1024)
    return Finding(
        "F27.disk-shrunk",
        _("{disk} has {now} bytes, and the PV on it needs {needed}.").format(
            disk=clean(volume.path, 60), now=now, needed=volume.size
        ),
        _(
            "The LUN was shrunk, or replaced by a smaller copy. Data beyond its end cannot be read; "
            "often it is still on the storage and can be read again once the LUN has its old size."
        ),
        RungKind.PHYSICAL_VOLUME,
        (f"pv:{volume.uuid}",),
        device.name,
        seen=(
            Seen(
                _("sizes in bytes"),
                (
                    f"{clean(device.name)}: {device.size}",
                    *([_("read now: {size}").format(size=now)] if now != device.size else []),
                    f"PV {clean(volume.path, 60)}: {volume.size}",
                ),
            ),
            *([Seen("lvm", warnings)] if warnings else []),
            *kernel_seen(line for line in evidence.kernel_about(*(f"device:{lun.disk}" for lun in below))),
        ),
        ruled_out=(
            RuledOut(
                _("a LUN that grew"),
                _("It is smaller than the volume on it by {size}.").format(
                    size=size_words(volume.size - now)
                ),
            ),
        ),
        fixes=(
            *_stop_using(evidence, volume, device),
            Fix(
                _("Have the LUN restored to its old size"),
                _("Growing it back does not touch its data."),
                ask=storage_administrator(
                    evidence,
                    _("A LUN of ours is smaller than the PV on it: {now} bytes instead of {needed}.").format(
                        now=now, needed=needed
                    ),
                    _(
                        "Was the volume shrunk or replaced by a smaller copy? Please give it at least "
                        "{needed} bytes again, without re-creating it, and keep a snapshot of it as it "
                        "is now."
                    ).format(needed=needed),
                    places,
                ),
                confirm=(_("Is it the same volume, and not a smaller copy?"),),
            ),
        ),
        never=(Never(_("pvresize, or fsck, first"), _("Both discard the data beyond the end for good.")),),
    )
