"""F06: a file system stopped writing, or noted errors, although its disk answers again."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import (
    checking,
    identity,
    mounting,
    protected_disk,
    repair,
    silent_disk,
    unmounting,
)
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.devices.identity import luns_below
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import Mount
from tui.storage.news.happening import Happening
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

STOPPED = "F06.filesystem-stopped"
NOTED = "F06.errors-noted"

_STOPS = re.compile(
    r"Remounting filesystem read-only|Aborting journal|[Ff]ilesystem has been shut down|Shutting down"
    r" filesystem|Detected aborted journal|log I/O error"
)
_STARTS = re.compile(r"mounted filesystem|Ending (?:clean mount|recovery)|[Uu]nmounting [Ff]ilesystem")


def stopped_filesystems(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each mounted ext4 or XFS on a LUN that stopped, or has errors while its disk answers."""
    inventory = evidence.inventory
    for device in inventory.devices:
        mounts = inventory.mounts_of(device.name)
        kinds = {mount.kind for mount in mounts}
        if len(kinds) != 1 or not kinds <= {"ext4", "xfs"} or not _is_on_a_lun(evidence, device):
            continue
        lines = stop_lines(evidence, device.name)
        count = next((errors.count for errors in evidence.ext4 if errors.device == device.name), 0)
        turned = _turned_read_only(evidence, mounts) and protected_disk(evidence, (device,)) is None
        if lines or turned:
            yield _finding(evidence, device, mounts, lines, count, stopped=True)
        elif count and device.answers:
            # Where its disk is silent or gone, errors only follow from that.
            yield _finding(evidence, device, mounts, lines, count, stopped=False)


def stop_lines(evidence: Evidence, device: str) -> tuple[Happening, ...]:
    """The kernel's lines that say a file system stopped, since it was last mounted."""
    found: list[Happening] = []
    for line in evidence.kernel_about(f"device:{device}"):
        if _STOPS.search(line.text):
            found.append(line)
        elif _STARTS.search(line.text):
            found.clear()
    return tuple(found)


def _is_on_a_lun(evidence: Evidence, device: BlockDevice) -> bool:
    return any(rung.device == device.name for stack in evidence.stacks for rung in stack.rungs)


def _turned_read_only(evidence: Evidence, mounts: tuple[Mount, ...]) -> bool:
    """Whether the kernel made a mount read-only: fstab has it, and wants it read-write."""
    wanted = {entry.mount_point: entry.options for entry in evidence.inventory.fstab if entry.device}
    return any(
        mount.read_only and mount.target in wanted and "ro" not in wanted[mount.target] for mount in mounts
    )


def _finding(
    evidence: Evidence,
    device: BlockDevice,
    mounts: tuple[Mount, ...],
    lines: tuple[Happening, ...],
    count: int,
    *,
    stopped: bool,
) -> Finding:
    place, kind = clean(mounts[0].target, 80), mounts[0].kind
    return Finding(
        STOPPED if stopped else NOTED,
        _("The {kind} at {place} has stopped writing.").format(kind=kind, place=place)
        if stopped
        else _("The {kind} at {place} has recorded {count} errors.").format(
            kind=kind, place=place, count=count
        ),
        _(
            "It stopped after I/O errors, to prevent worse damage. Programs get errors, or read only "
            "what is cached. It does not recover by itself when its disk answers again."
        )
        if stopped
        else _(
            "It still works, but it is damaged in part, and the damage may spread. It must be checked "
            "while unmounted."
        ),
        RungKind.FILESYSTEM,
        tuple(_rungs(evidence, device, mounts)),
        device.name,
        seen=tuple(_seen(device, mounts, lines, count)),
        ruled_out=tuple(_ruled_out(evidence, device)),
        hypotheses=() if stopped else _hypotheses(),
        fixes=(*(() if stopped else (_who_else(evidence, device, place),)), _fix(evidence, device, mounts)),
        follows_if=tuple(
            lun_key(session, lun)
            for lun in luns_below(evidence.inventory, device)
            if (session := evidence.inventory.session(lun.sid)) is not None
        ),
        never=(
            Never(
                _("mount -o remount,rw"),
                _("It may report success while the file system still refuses every write."),
            ),
            Never(
                _("fsck while it is mounted, here or on another host"),
                _("Both write without knowing of each other, and each destroys what the other wrote."),
            ),
            Never(
                _("xfs_repair -L") if kind == "xfs" else _("e2fsck -y as the first step"),
                _("It discards the log, and with it the last changes to files.")
                if kind == "xfs"
                else _("It answers every question with yes, also those that delete files."),
            ),
        ),
    )


def _rungs(evidence: Evidence, device: BlockDevice, mounts: tuple[Mount, ...]) -> Iterator[str]:
    lower = [
        rung.key
        for stack in evidence.stacks
        for rung in stack.rungs
        if rung.device == device.name and rung.kind is not RungKind.FILESYSTEM
    ]
    yield from (f"filesystem:{key}" for key in lower[-1:])
    yield from (f"mount:{mount.target}" for mount in mounts)


def _seen(
    device: BlockDevice,
    mounts: tuple[Mount, ...],
    lines: tuple[Happening, ...],
    count: int,
) -> Iterator[Seen]:
    if lines:
        yield Seen(_("the kernel's log"), tuple(line.text for line in lines[-6:]))
    if count:
        yield Seen(f"/sys/fs/ext4/{clean(device.name)}/errors_count", (str(count),))
    yield Seen(
        "/proc/self/mountinfo",
        tuple(clean(f"{mount.target} {mount.kind} {','.join(mount.options[:6])}") for mount in mounts[:4]),
    )


def _ruled_out(evidence: Evidence, device: BlockDevice) -> Iterator[RuledOut]:
    if device.answers:
        yield RuledOut(
            _("a disk that does not answer"),
            _("The sessions and disks below it are up; only the file system has stopped."),
        )
    if evidence.has(Item.MAPS) and not device.lost_slaves:
        yield RuledOut(_("a stale map"), _("Its map is on a disk that is there."))


def _hypotheses() -> tuple[Hypothesis, ...]:
    return (
        Hypothesis(
            _("An outage, or a power failure of the storage, lost some of what was written."),
            _("The kernel's log shows I/O errors of its disk before those of the file system."),
        ),
        Hypothesis(
            _("Another host has it mounted as well (F14)."),
            _("Only the storage can tell which other hosts are logged in to the LUN."),
        ),
    )


def _who_else(evidence: Evidence, device: BlockDevice, place: str) -> Fix:
    """What has to be known first: a check is worth nothing while another host writes."""
    inventory = evidence.inventory
    disks = (inventory.device(lun.disk) for lun in luns_below(inventory, device))
    return Fix(
        _("Ask which other hosts are logged in to the LUN"),
        _("While another host writes to it, every repair makes it worse, and this host cannot detect that."),
        ask=storage_administrator(
            evidence,
            _("The file system at {place} has errors that nothing on this host explains.").format(
                place=place
            ),
            _(
                "Which initiators does the ACL of this LUN allow, and which are logged in to it now? "
                "Please remove all others from the ACL, and take a snapshot of the LUN."
            ),
            tuple(identity(evidence, disk).words for disk in disks if disk is not None),
        ),
    )


def _fix(evidence: Evidence, device: BlockDevice, mounts: tuple[Mount, ...]) -> Fix:
    inventory = evidence.inventory
    kind = FilesystemKind(mounts[0].kind)
    volume = next((lv for lv in inventory.logical_volumes if lv.device == device.name), None)
    path = volume.path if volume is not None and volume.path else device.path
    steps = (
        *unmounting(inventory, mounts),
        *checking(path, kind, device.content_uuid),
        *mounting(inventory, mounts),
    )
    title = _("Unmount it, repair it, and mount it again")
    why = (
        _("Mounting replays its log, which holds the last writes. Then it is checked.")
        if kind is FilesystemKind.XFS
        else _("e2fsck replays its journal and makes safe repairs (-p); it stops where a repair is not safe.")
    )
    return Fix(
        title,
        why,
        replace(
            repair(title, why, *steps, notes=(_("Processes with open files there must close them first."),)),
            refusal=silent_disk(evidence, device),
        ),
        confirm=(
            _("Is the LUN still the same: has the array not failed over to an older copy?"),
            _("Is it certain that no other host has it mounted?"),
        ),
    )
