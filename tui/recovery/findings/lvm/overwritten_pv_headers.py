"""F24: the beginning of a physical volume was overwritten: a new partition table, a file system, or zeros."""

import re
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import disks_of, identity, keep, repair
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.lvm.metadata_backup import FOLDERS, GroupNotes, NotedDisk
from tui.storage.model.block import BlockDevice
from tui.storage.operations.filesystem.signatures import WipeSignatures
from tui.storage.operations.lvm.activation import ActivateVolumeGroup
from tui.storage.operations.lvm.restore_metadata import RestoreGroupMetadata
from tui.storage.operations.lvm.restore_pv_header import RestorePvHeader
from tui.storage.operations.operation import Operation
from tui.storage.probe.narrow import group_named
from tui.storage.size import size_words
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

CODE = "F24.label-overwritten"

_REMOVING = re.compile(r"executing '(?:\S*/)?(?:lvm )?(?:\S*/)?(?:vgremove|vgmerge)\b")
"""How LVM's notes tell of it (lib/format_text/archive.c)."""

_MOST = 3
"""Disks that are offered where several fit."""


def candidates(evidence: Evidence, noted: NotedDisk) -> tuple[BlockDevice, ...]:
    """The disks nobody uses that may be a physical volume whose label is gone.

    Where LVM noted its WWID that decides; else the size must be the very same. A disk that is blank where
    the volumes begin is no candidate when another is not.
    """
    if is_somewhere(evidence, noted.uuid):
        return ()
    found: list[BlockDevice] = []
    blank: set[str] = {content.disk for content in evidence.signatures if content.behind is False}
    for content in evidence.signatures:
        device = evidence.inventory.device(content.disk)
        if (
            device is None
            or not content.probing.done
            or "LVM2_member" in {signature.kind for signature in content.probing.signatures}
        ):
            continue
        wwid = identity(evidence, device).wwid
        if device.size == noted.size and (not noted.identifier or noted.identifier == wwid):
            found.append(device)
    written = tuple(known for known in found if known.name not in blank)
    return written or tuple(found)


def is_somewhere(evidence: Evidence, uuid: str) -> bool:
    """Whether udev sees a physical volume's label on some disk, which LVM may pass over (F20, F42)."""
    return any(
        device.content == "LVM2_member" and device.content_uuid == uuid
        for device in evidence.inventory.devices
    )


def overwritten_pv_headers(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group that LVM has notes of and does not find, when its disk is here."""
    inventory = evidence.inventory
    if not inventory.lvm.asked or inventory.lvm.left_out:
        return
    known = {group.uuid for group in inventory.volume_groups}
    there = {volume.uuid for volume in inventory.physical_volumes}
    for notes in evidence.notes:
        if not notes.path.startswith(f"{FOLDERS[0]}/") or notes.uuid in known:
            continue
        if inventory.groups_named(notes.group) or _was_removed(evidence, notes):
            continue
        for noted in notes.disks:
            if noted.uuid not in there and noted.size and candidates(evidence, noted):
                yield overwritten(evidence, notes, noted, f"vg:{notes.uuid}")


def _was_removed(evidence: Evidence, notes: GroupNotes) -> bool:
    """Whether somebody took a group away on purpose: LVM leaves its notes behind (vgremove(8), vgmerge(8)).

    It archives the state before the command, which is the last there is.
    """
    return any(
        backup.uuid == notes.uuid and backup.number >= notes.number and _REMOVING.search(backup.description)
        for backup in evidence.notes_of(notes.group, notes.uuid)
    )


def overwritten(evidence: Evidence, notes: GroupNotes, noted: NotedDisk, rung: str) -> Finding:
    """The finding for one physical volume.

    Args:
        evidence: the host.
        notes: LVM's notes on its group.
        noted: the physical volume in them.
        rung: key of the group's rung.
    """
    name = clean(notes.group, 60)
    fitting = candidates(evidence, noted)[:_MOST]
    volumes = notes.volumes_on(noted.uuid)
    first = fitting[0]
    return Finding(
        CODE,
        _("The PV header of a disk of {group} was overwritten: {path}.").format(
            group=name, path=clean(first.path, 60)
        ),
        _(
            "The PV header at the start of the disk is gone. The volumes behind it are usually intact: "
            "{volumes}. Every write to the disk before the repair may destroy them."
        ).format(volumes=clean(enumerated(volumes[:8])) or "?"),
        RungKind.VOLUME_GROUP,
        (rung, f"pv:{noted.uuid}"),
        first.name,
        seen=tuple(_seen(evidence, notes, noted, fitting)),
        ruled_out=(
            RuledOut(
                _("a missing disk"),
                _("A LUN with its size{wwid} is here, answers, and is unused.").format(
                    wwid=_(" and its WWID") if noted.identifier else ""
                ),
            ),
            RuledOut(
                _("a hidden disk"),
                _("The disk itself has no PV header; it was read to check it."),
            ),
        ),
        fixes=(
            *(fix for device in fitting for fix in _fixes(evidence, notes, noted, device)),
            Fix(
                _("Have the disk copied on the storage first"),
                _("With a snapshot of the LUN as it is now, nothing that follows can make it worse."),
                ask=storage_administrator(
                    evidence,
                    _("The start of a LUN of this host was overwritten."),
                    _(
                        "Please take a snapshot of it now, and check who else has it mapped: another "
                        "host may have initialized it."
                    ),
                    (identity(evidence, first).words,),
                ),
            ),
        ),
        never=(
            Never(
                _("pvcreate without --uuid, or with -ff"),
                _("A new PV header with another UUID separates the VG from its volumes."),
            ),
            Never(
                _("fsck, mkfs, or fdisk on the disk"),
                _("They trust what they find at the start of the disk, and write into the volumes."),
            ),
            Never(
                _("vgreduce --removemissing"),
                _("The disk is here, and so are the volumes on it."),
            ),
        ),
    )


def _seen(
    evidence: Evidence, notes: GroupNotes, noted: NotedDisk, fitting: tuple[BlockDevice, ...]
) -> Iterator[Seen]:
    words = (noted.uuid, noted.identifier, noted.hint, size_words(noted.size))
    yield Seen(clean(notes.path), (enumerated(clean(word) for word in words if word),))
    for device in fitting:
        probing = evidence.content_of(device.name)
        found = tuple(content.words for content in probing.signatures) if probing is not None else ()
        blank = probing is not None and probing.blank
        yield Seen(
            f"wipefs --no-act {clean(device.path)}",
            found or (_("nothing, and every sample of it is zero") if blank else _("no known signature"),),
        )
    said = [line for line in evidence.inventory.lvm.warnings if noted.uuid in line]
    if said:
        yield Seen(_("LVM's warnings"), tuple(said[:4]))


def _fixes(evidence: Evidence, notes: GroupNotes, noted: NotedDisk, device: BlockDevice) -> Iterator[Fix]:
    seen = identity(evidence, device)
    probing = evidence.content_of(device.name)
    signatures = probing.signatures if probing is not None else ()
    path, name = clean(device.path, 60), clean(notes.group, 60)
    there = group_named(evidence.inventory, notes.group, notes.uuid)
    steps: list[Operation] = [
        keep(
            evidence,
            (notes.group,) if there else (),
            (device, *(disks_of(evidence.inventory, there) if there is not None else ())),
        )
    ]
    if signatures or device.partitions:
        steps.append(WipeSignatures(seen, signatures, device.partitions))
    steps.append(RestorePvHeader(seen, noted.uuid, notes.path, notes.group))
    title = _("Restore the PV header on {path} (pvcreate --restorefile)").format(path=path)
    confirm = [
        _("Is this really the LUN that {group} is missing: {device}?").format(group=name, device=seen.words),
        _("Is it certain that nothing of value was written over it?"),
        _("Is it certain that no other host uses this LUN now?"),
    ]
    if notes.has_thin_pool:
        why = _(
            "The PV UUID is restored. The VG has a thin pool or a cache, so its LVM metadata is not "
            "restored here: an older metadata backup would not match the pool's own metadata."
        )
        notes_after: tuple[str, ...] = (_("Check the VG afterwards, before anything is activated."),)
    else:
        why = _(
            "The disk gets its old PV UUID, and the VG its metadata. The volumes behind are not written "
            "to. Copies of everything are saved first."
        )
        steps.append(RestoreGroupMetadata(notes.group, notes.uuid, notes.path, notes.number))
        steps.append(ActivateVolumeGroup(notes.group, notes.uuid))
        notes_after = (_("Afterwards check the file systems before they are mounted."),)
    yield Fix(title, why, repair(title, why, *steps, notes=notes_after), confirm=tuple(confirm))
