"""F28: the storage refuses writes to a LUN that it shows: its pool is full, or it has another fault."""

import re
from collections.abc import Iterable, Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen, listed
from tui.recovery.findings.iscsi.lun_identities import (
    lun_facts,
)
from tui.recovery.findings.repair_plans import checking, mounting, mounts_above, repair, unmounting
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.iscsi.sessions import DISK, uses_of_disk
from tui.storage.model.files import Mount
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import Lun, Session, SessionState
from tui.storage.news.happening import Happening, Tone
from tui.storage.operations.operation import Operation
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

FULL = "F28.storage-full"
REFUSED = "F28.writes-refused"
LOST = "F28.writes-lost"

_RECENT = 24 * 3600.0
"""Seconds for which a storage that refused a write for want of room counts as one without room."""
_JUST_NOW = 3600.0
"""Seconds for which one that refused a write for another reason counts as one that refuses."""
_BESIDE = 1.0
"""Seconds between lines of the kernel's log about one command."""
_CHECKED = frozenset({"ext4", "xfs"})
"""File systems whose check the program knows."""

_NO_ROOM = re.compile(r"pace allocation|ASC=0x27 ASCQ=0x7\b")
"""Sense 07/27/07: in words, as the block layer says it, and of kernels without words."""
_ABSENT = re.compile(
    r"Logical unit not supported|ASC=0x25 ASCQ=0x0\b|rejecting I/O to (?:offline|dead) device"
)
"""Sense 05/25/00: the target showed no such LUN at that moment; or the kernel had set the disk offline."""
_WRITE = re.compile(r"(?:I/O|critical \w+(?: \w+)?) error, dev .*\(WRITE\)")
"""block/blk-mq.c, blk_print_req_error; discards that are refused harm nothing and are `(DISCARD)`."""
_MOUNTED = re.compile(r"mounted filesystem|Ending (?:clean mount|recovery)")


def refused_writes(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each LUN of a session that is up to which writes fail.

    It is over when a file system on it was mounted since: that writes.
    """
    gone = {identity.disk for identity in evidence.identities if identity.refused or identity.stand_in}
    for lun in evidence.inventory.luns:
        session = evidence.inventory.session(lun.sid)
        if session is None or session.state is not SessionState.LOGGED_IN or lun.kind != DISK:
            continue
        if not lun.disk or lun.disk in gone or not lun.state.answers:
            continue
        since = max(evidence.now - _RECENT, _mounted(evidence, lun))
        lines = evidence.kernel_about(f"lun:{lun.address}", f"device:{lun.disk}", since=since)
        up = _up_since(evidence, session)
        refused = [line for line in lines if _WRITE.search(line.text)]
        if up is not None:
            refused = [line for line in refused if max(up, evidence.now - _JUST_NOW) < line.when]
        absent = [line for line in refused if _was_absent(line, lines)]
        if any(_NO_ROOM.search(line.text) for line in lines):
            yield _full(evidence, session, lun, [line for line in lines if _NO_ROOM.search(line.text)])
        elif up is not None and len(refused) > len(absent):
            yield _refused(evidence, session, lun, lines)
        elif up is not None and absent:
            yield from _lost(evidence, session, lun, lines)


def _was_absent(line: Happening, lines: Iterable[Happening]) -> bool:
    """Whether a write failed since the target did not show the LUN: the sense data stand right beside it."""
    return any(abs(line.when - other.when) <= _BESIDE and _ABSENT.search(other.text) for other in lines)


def _is_made_up_for(inventory: Inventory, disk: str) -> bool:
    """Whether arrays that work are all that uses a disk: the other legs have what was not written to it."""
    device = inventory.device(disk)
    if device is None or not device.holders or inventory.mounts_of(disk):
        return False
    uppers = [inventory.device(name) for name in device.holders]
    return all(
        upper is not None
        and ((upper.raid is not None and upper.raid.works) or _is_made_up_for(inventory, upper.name))
        for upper in uppers
    )


def _mounted(evidence: Evidence, lun: Lun) -> float:
    """When a file system on a LUN was last mounted in this boot, or 0."""
    names = (lun.disk, *(device.name for device in evidence.inventory.above(lun.disk)))
    lines = evidence.kernel_about(*(f"device:{name}" for name in names))
    return max((line.when for line in lines if _MOUNTED.search(line.text)), default=0.0)


def _up_since(evidence: Evidence, session: Session) -> float | None:
    """Since when a session has been up: 0 where it never failed, None where that is not known.

    What fails while a session is away says nothing of the storage.
    """
    name = f"sid:{session.sid}"
    lost = [line.when for line in evidence.kernel_about(name) if line.tone is Tone.BAD]
    if not lost:
        return 0.0
    back = (line.when for line in evidence.daemon_about(name) if "operational after recovery" in line.text)
    return next((when for when in back if when >= lost[-1]), None)


def _mounts(evidence: Evidence, lun: Lun) -> tuple[Mount, ...]:
    return mounts_above(evidence.inventory, (lun.disk,))


def _trims(evidence: Evidence, lun: Lun) -> tuple[str, ...]:
    return tuple(f"fstrim -v {clean(mount.target)}" for mount in _mounts(evidence, lun))


def _check_again(evidence: Evidence, lun: Lun, *, still: bool = True) -> Iterator[Fix]:
    """Unmount what is on a LUN, check it and mount it, when writes are taken again.

    Args:
        evidence: what was read.
        lun: the LUN.
        still: whether writes may fail still.
    """
    inventory, mounts = evidence.inventory, _mounts(evidence, lun)
    if _is_made_up_for(inventory, lun.disk) or not mounts or not {mount.kind for mount in mounts} <= _CHECKED:
        return
    steps: list[Operation] = []
    for name, kind in dict.fromkeys((mount.device, mount.kind) for mount in mounts):
        device = inventory.device(name)
        if device is None:
            return
        volume = next((lv for lv in inventory.logical_volumes if lv.device == name), None)
        path = volume.path if volume is not None and volume.path else device.path
        steps += checking(path, FilesystemKind(kind), device.content_uuid)
    title = (
        _("Then unmount, check and mount what is on it")
        if still
        else _("Unmount, check and mount what is on it")
    )
    why = _("Writes that failed are lost, and a file system may be inconsistent.")
    yield Fix(
        title,
        why,
        repair(
            title,
            why,
            *unmounting(inventory, mounts),
            *steps,
            *mounting(inventory, mounts),
            notes=(_("Processes with open files there must close them first."),),
        ),
        confirm=(
            *([_("Has the storage administrator said that writes succeed again?")] if still else []),
            _("Do the applications know that their last writes may be missing?"),
        ),
    )


def _never() -> tuple[Never, ...]:
    return (
        Never(
            _("Delete files and expect that to free space"),
            _("The storage does not notice without a trim (fstrim)."),
        ),
        Never(
            _("Check the file system while writes still fail"),
            _("The check has to write, and makes it worse."),
        ),
    )


def _full(evidence: Evidence, session: Session, lun: Lun, lines: list[Happening]) -> Finding:
    trims = _trims(evidence, lun)
    return Finding(
        FULL,
        _("The storage has no space left for {disk}: it refuses writes.").format(disk=clean(lun.disk)),
        _(
            "The LUN is thin, and the pool behind it is full. `df` shows free space that does not exist, "
            "and file systems on it stop when a write fails. Affected: {who}."
        ).format(who=listed(uses_of_disk(evidence.inventory, lun.disk)) or _("nothing on this host")),
        RungKind.LUN,
        (lun_key(session, lun),),
        lun.disk,
        seen=tuple(kernel_seen(lines)),
        ruled_out=(
            RuledOut(
                _("a full file system"), _("The kernel logs the SCSI error 07/27/07 of the LUN itself.")
            ),
            RuledOut(
                _("a full thin pool on this host"),
                _("The error comes from the disk, not from LVM."),
            ),
        ),
        fixes=(
            Fix(
                _("Have space added on the storage first"),
                _("Nothing on this host helps while writes fail."),
                ask=storage_administrator(
                    evidence,
                    _("A thin LUN of ours refuses writes: space allocation failed (sense 07/27/07)."),
                    _("Please give the pool behind this volume more space, and tell us when it is done."),
                    lun_facts(session, lun),
                ),
            ),
            *_check_again(evidence, lun),
            Fix(
                _("Trim unused space"),
                _(
                    "Deleted files still take space on the storage until they are trimmed, where it "
                    "supports that."
                ),
                by_hand=trims,
                confirm=(_("Does the storage have free space again?"),),
            ),
        ),
        never=_never(),
    )


def _refused(evidence: Evidence, session: Session, lun: Lun, lines: tuple[Happening, ...]) -> Finding:
    disk = clean(lun.disk)
    return Finding(
        REFUSED,
        _("The storage refuses writes to {disk}, although its session is up.").format(disk=disk),
        _(
            "The last writes of programs there are lost, or will be: not all programs notice. Reads may "
            "still work. Affected: {who}."
        ).format(who=listed(uses_of_disk(evidence.inventory, lun.disk)) or _("nothing on this host")),
        RungKind.LUN,
        (lun_key(session, lun),),
        lun.disk,
        seen=(
            *kernel_seen(lines),
            Seen(f"/sys/class/iscsi_session/session{session.sid}/state", (session.state.value,)),
        ),
        ruled_out=(
            RuledOut(
                _("a lost session"),
                _("It is logged in, and was when the writes failed."),
            ),
            RuledOut(
                _("a full file system"), _("The error comes from the disk itself, below the file system.")
            ),
        ),
        hypotheses=(
            Hypothesis(
                _(
                    "The pool behind the LUN is full, and the storage does not report that by SCSI "
                    "sense codes."
                ),
                _("Ask how full it is, and for alerts from that time."),
            ),
            Hypothesis(
                _("The storage has a fault: a disk, a controller, its own file system."),
                _("Ask for alerts from that time. Do other hosts on it see errors too?"),
            ),
            Hypothesis(
                _("The LUN was made read-only there, like the target of a replication."),
                _("Ask whether the direction of a replication or the access was changed."),
            ),
        ),
        fixes=(
            Fix(
                _("Have the storage checked first"),
                _("Nothing on this host helps while writes fail."),
                ask=storage_administrator(
                    evidence,
                    _("A LUN of ours refuses writes although its session is up."),
                    _(
                        "Please check its pool (is it full?) and alerts, and whether the volume is "
                        "writable; and tell us when writes succeed again."
                    ),
                    (*lun_facts(session, lun), *(line.text for line in lines[-3:])),
                ),
            ),
            *_check_again(evidence, lun),
        ),
        never=_never(),
        # What is gone, is protected, or has another size than the kernel knows, is written to in vain.
        follows_if=(lun_key(session, lun),),
    )


def _lost(evidence: Evidence, session: Session, lun: Lun, lines: tuple[Happening, ...]) -> Iterator[Finding]:
    """Where somebody uses it now whose writes no array has kept."""
    uses = uses_of_disk(evidence.inventory, lun.disk)
    if not uses or _is_made_up_for(evidence.inventory, lun.disk):
        return
    yield Finding(
        LOST,
        _("Writes to {disk} failed while its LUN was withdrawn or the disk was offline.").format(
            disk=clean(lun.disk)
        ),
        _(
            "It is here again. Writes of that time are lost: not all programs notice, and a file "
            "system may be inconsistent. Affected: {who}."
        ).format(who=listed(uses)),
        RungKind.LUN,
        (lun_key(session, lun),),
        lun.disk,
        seen=tuple(kernel_seen(lines)),
        ruled_out=(
            RuledOut(
                _("a storage that refuses writes"), _("They failed before the storage could take them.")
            ),
            RuledOut(_("a LUN that is still withdrawn"), _("The disk tells its identity now.")),
        ),
        fixes=tuple(_check_again(evidence, lun, still=False)),
        never=_never()[1:],
        follows_if=(lun_key(session, lun),),
    )
