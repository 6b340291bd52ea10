"""F60: a write-protected LUN under something that this host wants to write.

The target sets the bit in the mode parameter header (SPC-5, kernel sd.c `Write Protect is on`). LVM's
`vgchange --activate y` then fails with `Read-only file system`; with `activation/read_only_volume_list` it
does not (lvm.conf(5)). A mount falls back to read-only where it can.
"""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Ask, Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, listed, place_of
from tui.recovery.findings.filesystem.fstab_lines import lines_on_luns, place_of_line
from tui.recovery.findings.lvm.awaited_vgs import is_waited_for
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.devices.identity import luns_below
from tui.storage.model.iscsi import Lun, Session
from tui.storage.model.lvm import VolumeGroup
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

WRITE_PROTECTED = "F60.write-protected"


def write_protected(evidence: Evidence) -> Iterator[Finding]:
    """F60: for each LUN of which something on this host expects that it can be written."""
    for lun in evidence.inventory.luns:
        session = evidence.inventory.session(lun.sid)
        if not lun.read_only or not lun.disk or session is None:
            continue
        places = tuple(_places(evidence, lun))
        groups = tuple(_idle_groups(evidence, lun))
        if places or groups:
            yield _finding(evidence, session, lun, places, groups)


def _places(evidence: Evidence, lun: Lun) -> Iterator[str]:
    """What is to be written there: by lines of fstab without `ro`, and by mounts that are read-write."""
    inventory = evidence.inventory
    for entry, device, _line in lines_on_luns(evidence):
        if "ro" not in entry.options and lun in luns_below(inventory, device):
            yield place_of_line(entry)
    wanted = {entry.mount_point for entry in inventory.fstab}
    for mount in inventory.mounts:
        below = inventory.device(mount.device)
        if below is None or mount.read_only or mount.target in wanted:
            continue
        if lun in luns_below(inventory, below):
            yield mount.target


def _idle_groups(evidence: Evidence, lun: Lun) -> Iterator[VolumeGroup]:
    """The groups on it that fstab waits for and of which nothing is active: activating them fails."""
    inventory = evidence.inventory
    for group in inventory.volume_groups:
        volumes = inventory.volumes_of(group)
        if any(volume.active for volume in volumes) or not is_waited_for(inventory, group.name):
            continue
        disks = (inventory.device(member.device) for member in inventory.members_of(group) if member.device)
        if any(lun in luns_below(inventory, disk) for disk in disks if disk is not None):
            yield group


def _finding(
    evidence: Evidence, session: Session, lun: Lun, places: tuple[str, ...], groups: tuple[VolumeGroup, ...]
) -> Finding:
    uses = (*places, *(_("VG {name}").format(name=group.name) for group in groups))
    return Finding(
        WRITE_PROTECTED,
        _("LUN {number} of {target} is write-protected.").format(
            number=lun.number, target=clean(session.target, 100)
        ),
        _(
            "It can be read and not written. A VG on it cannot be activated as usual, and file systems are "
            "mounted read-only or not at all. Needed to be writable: {uses}."
        ).format(uses=listed(uses)),
        RungKind.LUN,
        (lun_key(session, lun),),
        lun.disk,
        seen=(
            Seen(f"/sys/block/{clean(lun.disk)}/ro", ("1",)),
            *kernel_seen(
                line
                for line in evidence.kernel_about(f"device:{lun.disk}", f"lun:{lun.address}")
                if "rite " in line.text and "rotect" in line.text
            ),
        ),
        ruled_out=(
            RuledOut(
                _("a file system that stopped after errors"),
                _("The disk itself refuses writes, whatever is on it."),
            ),
        ),
        fixes=tuple(_fixes(evidence, session, lun, groups)),
        never=(
            Never(
                _("blockdev --setrw"),
                _("It only removes the mark on this host; the target still refuses every write."),
            ),
            Never(
                _("mkfs, or a repair of the file system"),
                _("Nothing is damaged, and a replica or snapshot may be read-only on purpose."),
            ),
        ),
        # What the kernel knows of a LUN may all be outdated, its write protection too.
        follows_if=(lun_key(session, lun),),
    )


def _fixes(evidence: Evidence, session: Session, lun: Lun, groups: tuple[VolumeGroup, ...]) -> Iterator[Fix]:
    yield Fix(
        _("Ask why the LUN is write-protected"),
        _("Only the storage can allow writes; a replica or a snapshot is read-only on purpose."),
        ask=_ask(evidence, session, lun),
    )
    yield Fix(
        _("After it is allowed, rescan"),
        _("The kernel then reads the write protection again. Activate and mount afterwards."),
        by_hand=(f"iscsiadm -m session -r {session.sid} --rescan", f"cat /sys/block/{clean(lun.disk)}/ro"),
        confirm=(_("Has the storage administrator said that this host may write?"),),
    )
    reading = tuple(
        f"vgchange --activate y --config 'activation/read_only_volume_list=[\"{clean(group.name)}\"]' "
        f"{clean(group.name)}"
        for group in groups
    )
    yield Fix(
        _("Or use it read-only"),
        _(
            "Everything can be read. A log that still must be replayed needs `noload` (ext4) or `norecovery` "
            "(xfs); what it holds is then not seen. With `ro` in fstab the boot does the same."
        ),
        by_hand=(*reading, "mount -o ro DEVICE DIRECTORY"),
    )


def _ask(evidence: Evidence, session: Session, lun: Lun) -> Ask:
    return storage_administrator(
        evidence,
        _("This LUN is write-protected for this host."),
        _("Is that intended? If not, please allow this initiator to write to the LUN."),
        (
            _("Target and portal: {place}").format(place=place_of(session)),
            _("LUN {number}, {wwid}").format(number=lun.number, wwid=clean(lun.wwid)),
        ),
    )
