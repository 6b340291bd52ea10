"""F14: signs that another host writes to the same LUN. Whether one does only the storage knows.

A host sees none of the others. What it sees is a file system that is damaged although no request failed, or
ext4's own guard against it (multiple mount protection, MMP; ext4(5)).
"""

import re
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen
from tui.recovery.findings.iscsi.lun_identities import (
    lun_facts,
)
from tui.recovery.findings.repair_plans import mounts_above, places, repair, unmounting
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.devices.identity import luns_below
from tui.storage.model.block import BlockDevice
from tui.storage.model.iscsi import Lun, Session
from tui.storage.news.happening import Happening, Tone
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

DAMAGED = "F14.perhaps-two-hosts"
GUARDED = "F14.mounted-elsewhere"

_DAMAGE = re.compile(
    r"bad header/extent|deleted inode referenced|bad entry in directory|bad (?:block|inode) bitmap"
    r"|bitmap and bg descriptor inconsistent|iget: (?:checksum invalid|bogus|bad|illegal)"
    r"|bit already cleared|Metadata (?:corruption|CRC error) detected|Corruption (?:detected|of in-memory)"
)
"""What ext4 and XFS say of what they read and did not write so (fs/ext4, fs/xfs)."""
_GUARD = re.compile(r"multi_mount_protect|already active on another node|MMP failure info|multiply mounted")
_FAILED = re.compile(r"error, dev |rejecting I/O|offlined|lost (?:async|sync) page write|capacity change")
_FRESH = re.compile(r"mounted filesystem|Ending (?:clean mount|recovery)")


def shared_disks(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each file system on LUNs that shows a sign of a second writer."""
    for device in evidence.inventory.devices:
        luns = _luns(evidence, device)
        if not luns or device.content not in ("ext4", "xfs"):
            continue
        lines = _since_mounted(evidence, device)
        guard = tuple(line for line in lines if _GUARD.search(line.text))
        damage = tuple(line for line in lines if _DAMAGE.search(line.text))
        if guard:
            yield _guarded(evidence, device, luns, guard)
        elif damage and not _requests_failed(evidence, device, luns):
            yield _damaged(evidence, device, luns, damage)


def _luns(evidence: Evidence, device: BlockDevice) -> tuple[tuple[Session, Lun], ...]:
    inventory = evidence.inventory
    found = ((inventory.session(lun.sid), lun) for lun in luns_below(inventory, device))
    return tuple((session, lun) for session, lun in found if session is not None)


def _since_mounted(evidence: Evidence, device: BlockDevice) -> tuple[Happening, ...]:
    """The kernel's lines about a file system since it was last mounted."""
    found: list[Happening] = []
    for line in evidence.kernel_about(f"device:{device.name}"):
        if _FRESH.search(line.text):
            found.clear()
        found.append(line)
    return tuple(found)


def _requests_failed(evidence: Evidence, device: BlockDevice, luns: tuple[tuple[Session, Lun], ...]) -> bool:
    """Whether anything below failed or changed in this boot, which may have damaged it as well."""
    names = [f"device:{device.name}"]
    for session, lun in luns:
        names += [f"device:{lun.disk}", f"lun:{lun.address}"]
        if any(line.tone is Tone.BAD for line in evidence.kernel_about(f"sid:{session.sid}")):
            return True
    return any(_FAILED.search(line.text) for line in evidence.kernel_about(*names))


def _owner(evidence: Evidence, device: BlockDevice) -> tuple[Seen, ...]:
    """Whether LVM guards the group that a volume is of."""
    volume = next(
        (lv for lv in evidence.inventory.logical_volumes if lv.device == device.name),
        None,
    )
    group = evidence.inventory.group_of(volume) if volume is not None else None
    if group is None:
        return ()
    owner = clean(group.system_id, 60) or _("none: LVM lets every host that sees its disks use it")
    return (Seen("vgs -o vg_systemid", (f"{clean(group.name, 60)}: {owner}",)),)


def _ask(evidence: Evidence, luns: tuple[tuple[Session, Lun], ...], trouble: str) -> Fix:
    facts = tuple(fact for session, lun in luns for fact in lun_facts(session, lun))
    return Fix(
        _("Ask which other hosts see this LUN before repairing anything"),
        _("Only the storage knows: its list of sessions shows every initiator that is logged in."),
        ask=storage_administrator(
            evidence,
            trouble,
            _(
                "Please send us the initiator names and addresses that are logged in and have this LUN "
                "mapped. Do not remove a mapping yet; take a snapshot of the volume as it is now."
            ),
            facts,
        ),
    )


def _never() -> tuple[Never, ...]:
    return (
        Never(
            _("fsck while another host has it mounted"),
            _("Both write without knowing of each other: the repair destroys what was still intact."),
        ),
        Never(
            _("Leave it mounted here read-only"),
            _(
                "A read-only mount still replays the journal, and reads what the other host changes "
                "underneath."
            ),
        ),
    )


def _damaged(
    evidence: Evidence,
    device: BlockDevice,
    luns: tuple[tuple[Session, Lun], ...],
    damage: tuple[Happening, ...],
) -> Finding:
    inventory = evidence.inventory
    mounts = mounts_above(inventory, (device.name,))
    path, place = clean(device.path, 80), places(mounts)
    title = _("Unmount it here")
    why = _("Every write makes it worse, whichever of the possible causes it is. Nothing is repaired yet.")
    stop = repair(
        title,
        why,
        *unmounting(inventory, mounts),
        notes=(_("Processes with open files there must close them first."),),
        yes=_("Unmount"),
    )
    return Finding(
        DAMAGED,
        _(
            "The {kind} on {path} is damaged although no I/O failed: perhaps another host writes to it."
        ).format(kind=clean(device.content, 20), path=path),
        _(
            "This host cannot detect that. If so, more files at {place} are lost every minute that both "
            "write; what is damaged already may be lost for good."
        ).format(place=place or path),
        RungKind.LUN,
        tuple(lun_key(session, lun) for session, lun in luns),
        device.name,
        seen=(*kernel_seen(damage), *_owner(evidence, device)),
        ruled_out=(
            RuledOut(_("an outage"), _("No I/O failed and no session was lost since this host booted.")),
        ),
        hypotheses=(
            Hypothesis(
                _("Another host has the same LUN, and has it mounted."),
                _("The storage's list of sessions on this LUN. Look for a cloned host, or a rescue system."),
            ),
            Hypothesis(
                _("It was damaged earlier: by an outage before this boot, and never checked."),
                _("The journal of earlier boots: journalctl -k -b -1"),
            ),
            Hypothesis(
                _("The storage returned an older copy: a failover, a restored snapshot."),
                _("Ask for events of that volume."),
            ),
        ),
        fixes=(
            *((Fix(title, why, stop),) if mounts else ()),
            _ask(evidence, luns, _("One of our file systems is damaged although no I/O failed.")),
            Fix(
                _("Only then repair it, a copy first"),
                _(
                    "When only one host is left: check the snapshot's copy, see what is lost, then the "
                    "volume; or restore from a backup. To prevent it: one mapping per host, a system ID "
                    "for the VG, or multiple mount protection."
                ),
                by_hand=(
                    f"e2fsck -n {path}" if device.content == "ext4" else f"xfs_repair -n {path}",
                    _("vgchange --systemid $(lvm systemid) (the VG)"),
                    f"tune2fs -O mmp {path}" if device.content == "ext4" else f"xfs_info {path}",
                ),
                confirm=(_("Has the storage administrator said that no other host is logged in to it?"),),
            ),
        ),
        never=_never(),
    )


def _guarded(
    evidence: Evidence,
    device: BlockDevice,
    luns: tuple[tuple[Session, Lun], ...],
    guard: tuple[Happening, ...],
) -> Finding:
    path = clean(device.path, 80)
    return Finding(
        GUARDED,
        _("ext4 refused to mount {path}: another host seems to have it mounted.").format(path=path),
        _(
            "Its multiple mount protection (MMP) saw another host update the MMP block. The attempt "
            "damaged nothing."
        ),
        RungKind.LUN,
        tuple(lun_key(session, lun) for session, lun in luns),
        device.name,
        seen=(*kernel_seen(guard), *_owner(evidence, device)),
        ruled_out=(RuledOut(_("a damaged file system"), _("It was not read yet: MMP is checked first.")),),
        hypotheses=(
            Hypothesis(
                _("Another host has it mounted, rightly or not."),
                _("The kernel's line shows the node that wrote last. e2mmpstatus shows it too."),
            ),
            Hypothesis(
                _("A check of it is running elsewhere, or was interrupted."),
                _("e2mmpstatus says that fsck is running; ask anyone who could have started one."),
            ),
        ),
        fixes=(
            _ask(evidence, luns, _("A volume of ours is marked as mounted by another host.")),
            Fix(
                _("When the other host has unmounted it, mount it"),
                _(
                    "MMP waits for a while and allows the mount when no other host updates the block "
                    "any more."
                ),
                by_hand=(f"e2mmpstatus {path}", f"mount {path}"),
                confirm=(_("Has the other host unmounted it, or is it switched off for good?"),),
            ),
        ),
        never=(
            *_never(),
            Never(
                _("tune2fs -E clear_mmp, or -O ^mmp"),
                _("It removes the protection while the other host may still write."),
            ),
        ),
    )
