"""F12: a group misses disks; F24: a disk that it misses is here, and its beginning was overwritten."""

from collections.abc import Iterator

from msgspec import Struct

from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.lvm.degraded_volumes import refreshing
from tui.recovery.findings.lvm.overwritten_pv_headers import candidates, is_somewhere, overwritten
from tui.recovery.findings.repair_plans import disks_of, group_rung, identity, keep, repair
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.iscsi.records import record_words
from tui.storage.lvm.metadata_backup import GroupNotes, NotedDisk
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import SessionState
from tui.storage.model.lvm import PhysicalVolume, VolumeGroup
from tui.storage.operations.iscsi.scan import ScanForLuns
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.lvm.activation import activation
from tui.storage.operations.lvm.missing_disks import (
    RemoveMissingPvs,
    RemoveMissingPvsAndVolumes,
    RestoreMissingPv,
    missing_of,
    partial_volumes,
)
from tui.storage.operations.lvm.partial_activation import ActivateCompleteVolume
from tui.storage.operations.operation import Operation
from tui.storage.size import size_words
from tui.storage.stacks.redundancy import unavailable_volumes, works_without
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, prose, translate as _

MISSING = "F12.disk-missing"
RETURNED = "F12.disk-returned"

_BELOW = ("F01", "F02", "F10", "F18", "F19", "F32", "F33")
"""What keeps a login from succeeding: where one of them is found, a missing disk follows from it."""


_GUARDS = ("F08.single-path-listed", "F20", "F42")
"""What hides a disk from LVM that is here: where it hides the missing one, that follows from it."""


class _Lost(Struct, frozen=True):
    """A disk that a group misses, and what LVM's notes say of it."""

    volume: PhysicalVolume
    notes: GroupNotes | None
    noted: NotedDisk | None


def missing_pvs(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each disk that returned marked, for each that was overwritten, for the rest together."""
    inventory = evidence.inventory
    if not inventory.lvm.asked or inventory.lvm.left_out:
        return
    for group in inventory.volume_groups:
        if group.foreign or group.shared or group.exported:
            continue
        lost = [_lost(evidence, pv) for pv in _missing(inventory, group)]
        for pv in lost:
            if pv.volume.device:
                yield _returned(evidence, group, pv.volume)
        gone = [pv for pv in lost if not pv.volume.device]
        for pv in gone:
            if pv.noted is not None and pv.notes is not None and candidates(evidence, pv.noted):
                yield overwritten(evidence, pv.notes, pv.noted, group_rung(group))
        away = [pv for pv in gone if pv.noted is None or not candidates(evidence, pv.noted)]
        if away:
            yield _away(evidence, group, away)


def _missing(inventory: Inventory, group: VolumeGroup) -> list[PhysicalVolume]:
    return [pv for pv in inventory.physical_volumes if pv.missing and group.owns(pv)]


def _lost(evidence: Evidence, volume: PhysicalVolume) -> _Lost:
    for notes in evidence.notes_of(volume.volume_group, volume.vg_uuid):
        noted = notes.disk(volume.uuid)
        if noted is not None and noted.size:
            return _Lost(volume, notes, noted)
    return _Lost(volume, None, None)


def _away(evidence: Evidence, group: VolumeGroup, lost: list[_Lost]) -> Finding:
    inventory = evidence.inventory
    name = clean(group.name, 60)
    partial = tuple(volume.name for volume in unavailable_volumes(inventory, group))
    volumes = inventory.volumes_of(group)
    whole = tuple(volume.name for volume in volumes if volume.name not in partial)
    degraded = tuple(volume.name for volume in volumes if works_without(inventory, volume))
    return Finding(
        MISSING,
        _("The VG {group} is missing {count} of its PVs.").format(group=name, count=len(lost)),
        prose(
            _(
                "Volumes that are on a missing disk, even in part, are not available: {partial}. Others can "
                "be used: {whole}. Nothing is lost while nothing is removed."
            ).format(partial=_names(partial), whole=_names(whole)),
            _("RAID LVs go on without the legs on it and stay in use: {names}.").format(
                names=_names(degraded)
            )
            if degraded
            else "",
        ),
        RungKind.VOLUME_GROUP,
        (group_rung(group), *(f"pv:{pv.volume.uuid}" for pv in lost)),
        seen=tuple(_seen(evidence, group, lost)),
        ruled_out=tuple(_ruled_out(evidence, lost)),
        fixes=tuple(_ways(evidence, group, lost, partial)),
        never=(
            Never(
                _("vgreduce --removemissing --force while the disk may come back"),
                _(
                    "It destroys every volume that is on it even in part, and removes the disk from "
                    "the VG for good."
                ),
            ),
            Never(
                _("pvcreate a new disk in its place"),
                _("A new PV UUID does not fill the gap; the data on the old disk then becomes unreachable."),
            ),
            Never(
                _("Activate a volume in part (--activationmode partial) and write to it"),
                _("The file system has holes where the disk is missing; every write makes it worse."),
            ),
        ),
        follows_if=(
            *(_BELOW if _unused_records(inventory) else ()),
            *(_GUARDS if any(is_somewhere(evidence, pv.volume.uuid) for pv in lost) else ()),
        ),
    )


def _names(names: tuple[str, ...]) -> str:
    return clean(enumerated(names[:8])) or _("none")


def _seen(evidence: Evidence, group: VolumeGroup, lost: list[_Lost]) -> Iterator[Seen]:
    yield Seen(
        "lvm fullreport",
        tuple(f"{clean(pv.volume.uuid)}: {clean(pv.volume.path)}, {clean(group.name)}" for pv in lost),
    )
    said = [line for line in evidence.inventory.lvm.warnings if "missing" in line or "find device" in line]
    if said:
        yield Seen(_("LVM's warnings"), tuple(said[:6]))
    for pv in lost:
        if pv.noted is not None and pv.notes is not None:
            known = (pv.noted.identifier, pv.noted.hint, size_words(pv.noted.size))
            yield Seen(clean(pv.notes.path), (enumerated(clean(word) for word in known if word),))


def _ruled_out(evidence: Evidence, lost: list[_Lost]) -> Iterator[RuledOut]:
    if evidence.has(Item.SIGNATURES) and all(pv.noted is not None for pv in lost):
        yield RuledOut(
            _("an overwritten PV header"),
            _("No unused disk of this host has the size and the WWID of the missing one."),
        )
    yield RuledOut(
        _("a lost session"),
        _("Every disk of every session of this host answers, and LVM has read them all."),
    )


def _unused_records(inventory: Inventory) -> tuple[LogIn, ...]:
    """The logins to every record that has no session."""
    return tuple(
        LogIn(record.target, record.portal, record.iface)
        for record in inventory.node_records
        if not any(
            session.portal.is_same_place(record.portal) and session.iface == record.iface
            for session in inventory.sessions_of(record.target)
        )
    )


def _ways(
    evidence: Evidence, group: VolumeGroup, lost: list[_Lost], partial: tuple[str, ...]
) -> Iterator[Fix]:
    inventory = evidence.inventory
    name = clean(group.name, 60)
    activate = activation(evidence.inventory, group)
    logins = _unused_records(inventory)
    if logins:
        title = _("Log in to the targets that this host knows and is not logged in to")
        why = _("The missing disk may be behind one of them: {records}.").format(
            records=enumerated(
                record_words(record.target, record.portal, record.iface) for record in logins[:4]
            )
        )
        yield Fix(title, why, repair(title, why, *logins, activate))
    scans = tuple(
        ScanForLuns.of(session) for session in inventory.sessions if session.state is SessionState.LOGGED_IN
    )
    if scans:
        title = _("Scan the sessions for LUNs")
        why = _("A LUN that was mapped to this host again is only found by a scan.")
        yield Fix(title, why, repair(title, why, *scans, activate))
    yield Fix(
        _("Have the LUN mapped to this host again"),
        _("Usually a LUN was unmapped or its access removed by mistake."),
        ask=storage_administrator(
            evidence,
            _("A disk of the VG {group} is missing on this host.").format(group=name),
            _("Is it still mapped to this initiator? Please map it again; do not create a new one."),
            tuple(_facts(lost)),
        ),
    )
    whole = tuple(
        ActivateCompleteVolume(group.name, group.uuid, volume.name, volume.uuid)
        for volume in inventory.volumes_of(group)
        if volume.name not in partial_volumes(inventory, group.name, group.uuid)
        and not volume.active
        and volume.path
        and not volume.skip_activation
    )
    if whole:
        title = _("Meanwhile use the volumes that are complete")
        why = _("These volumes are not on the missing disk; their files can be used or saved.")
        yield Fix(title, why, repair(title, why, *whole))
    # LVM removes all that it misses: one that is back, or whose header can be restored, would go too.
    others = set(missing_of(inventory, group.name, group.uuid)) - {pv.volume.uuid for pv in lost}
    if others:
        return
    if not any(works_without(inventory, volume) for volume in inventory.volumes_of(group)):
        yield _give_up(evidence, group, partial)


def _facts(lost: list[_Lost]) -> Iterator[str]:
    for pv in lost:
        if pv.noted is None:
            yield _("PV: {uuid}").format(uuid=clean(pv.volume.uuid))
            continue
        yield _("PV: {uuid}, {size}, WWID {wwid}, last seen as {hint}").format(
            uuid=clean(pv.volume.uuid),
            size=size_words(pv.noted.size),
            wwid=clean(pv.noted.identifier) or "?",
            hint=clean(pv.noted.hint) or "?",
        )


def _give_up(evidence: Evidence, group: VolumeGroup, partial: tuple[str, ...]) -> Fix:
    gone = missing_of(evidence.inventory, group.name, group.uuid)
    name = clean(group.name, 60)
    steps: tuple[Operation, ...]
    if partial:
        title = _("Remove the missing PVs of {group} and the volumes on them").format(group=name)
        why = _("As a last resort: the data on them is lost, and must be restored from a backup.")
        steps = (RemoveMissingPvsAndVolumes(group.name, group.uuid, gone, partial),)
    else:
        title = _("Remove the missing PVs from {group}").format(group=name)
        why = _("No volume is on them. The VG is read-only while a PV is missing.")
        steps = (RemoveMissingPvs(group.name, group.uuid, gone),)
    kept = keep(evidence, (group.name,), disks_of(evidence.inventory, group))
    return Fix(
        title,
        why,
        repair(title, why, kept, *steps, activation(evidence.inventory, group)),
        confirm=(
            _("Does the storage administrator say that the LUN is gone for good?"),
            *((_("Is there a backup of {volumes}?").format(volumes=_names(partial)),) if partial else ()),
        ),
    )


def _returned(evidence: Evidence, group: VolumeGroup, volume: PhysicalVolume) -> Finding:
    inventory = evidence.inventory
    device = inventory.device(volume.device)
    path, name = clean(volume.path, 60), clean(group.name, 60)
    fixes: tuple[Fix, ...] = ()
    if device is not None and device.answers:
        title = _("Use {path} in {group} again").format(path=path, group=name)
        why = _("LVM is instructed to use it again (vgextend --restoremissing).")
        kept = keep(evidence, (group.name,), disks_of(inventory, group))
        take = RestoreMissingPv(group.name, group.uuid, identity(evidence, device), volume.uuid)
        again = tuple(refreshing(inventory, group))
        fixes = (
            Fix(
                title,
                why,
                repair(title, why, kept, take, *again, activation(evidence.inventory, group)),
                confirm=(_("Is the content of this LUN unchanged since it disappeared?"),),
            ),
        )
    return Finding(
        RETURNED,
        _("The disk {path} of {group} is back, but LVM still marks it as missing.").format(
            path=path, group=name
        ),
        _("Volumes on it are not activated until LVM is instructed to use the disk again."),
        RungKind.VOLUME_GROUP,
        (group_rung(group), f"pv:{volume.uuid}"),
        volume.device,
        seen=(
            Seen("lvm fullreport", (f"{path}: pv_missing, {clean(volume.uuid)}",)),
            *((Seen(_("LVM's warnings"), inventory.lvm.warnings[:4]),) if inventory.lvm.warnings else ()),
        ),
        ruled_out=(
            RuledOut(
                _("a disk that is still missing"),
                _("LVM finds its PV header, with the UUID that the VG looks for, on {path}.").format(
                    path=path
                ),
            ),
        ),
        fixes=fixes,
        never=(
            Never(
                _("vgreduce --removemissing"),
                _("The disk is here: it and the volumes on it would be removed from the VG."),
            ),
        ),
    )
