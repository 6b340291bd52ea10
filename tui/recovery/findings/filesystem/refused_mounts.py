"""F37: a volume that is there and that systemd could not mount; why, by the kernel's line and what is on it.

mount(8) says the same of all of them: wrong fs type, bad option, bad superblock.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from tui.recovery.evidence import Evidence
from tui.recovery.facts import Unit
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import kernel_seen
from tui.recovery.findings.lvm.sector_sizes import SECTORS
from tui.storage.devices.identity import luns_below
from tui.storage.files.unit_names import mount_unit
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import FstabEntry
from tui.storage.news.happening import Happening
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.iscsi_rungs import lun_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F37.mount-refused"

_MOUNTED = re.compile(r"mounted filesystem|Ending (?:clean mount|recovery)")
_TWIN = re.compile(r"duplicate UUID")
_TOO_LARGE = re.compile(r"bad geometry: block count \d+ exceeds size of device|last sector read failed")
_NEWER = re.compile(r"unsupported|unknown .*features|[Ff]eature.* (?:not supported|enabled)")
_READ_ONLY = re.compile(r"write access unavailable|recovery required on readonly|read-only device")
_ANY = ("", "auto")


class _Reason(Struct, frozen=True):
    """Why a volume was not mounted.

    Attributes:
        words: after a colon, without a full stop.
        title: of the way out.
        why: why it helps.
        by_hand: its commands and acts.
        confirm: what to be sure of first.
    """

    words: str
    title: str
    why: str
    by_hand: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()


def refused_mounts(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each line of fstab whose volume on a LUN is there and whose mount failed."""
    inventory = evidence.inventory
    failed = {unit.name: unit for unit in evidence.units if unit.active == "failed"}
    mounted = {mount.target for mount in inventory.mounts}
    for entry in inventory.fstab:
        unit = failed.get(mount_unit(entry.mount_point)) if entry.mount_point.startswith("/") else None
        device = inventory.device(entry.device) if entry.device else None
        if unit is None or device is None or entry.mount_point in mounted or not device.answers:
            continue
        if not luns_below(inventory, device):
            continue
        lines = _lines(evidence, device)
        # Findings of their own: a twin, which knows both, unfit sectors, and a path of a map.
        is_told = any(_TWIN.search(line.text) or SECTORS.search(line.text) for line in lines)
        if not is_told and inventory.map_over(device.name) is None:
            yield _finding(evidence, entry, device, unit, lines)


def _lines(evidence: Evidence, device: BlockDevice) -> tuple[Happening, ...]:
    """What the kernel said of a device since it was last mounted."""
    found: list[Happening] = []
    for line in evidence.kernel_about(f"device:{device.name}"):
        if _MOUNTED.search(line.text):
            found.clear()
        else:
            found.append(line)
    return tuple(found)


def _said(lines: tuple[Happening, ...], pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(line.text) for line in lines)


def _reason(entry: FstabEntry, device: BlockDevice, lines: tuple[Happening, ...]) -> _Reason:
    content, wanted = clean(device.content, 40), clean(entry.kind, 40)
    place, path = clean(entry.mount_point, 80), clean(device.path, 80)
    again = f"systemctl start {clean(mount_unit(entry.mount_point))}"
    if not content:
        return _Reason(
            _("there is no file system on {path}").format(path=path),
            _("Find out which volume belongs there, and what happened to this one"),
            _("Its beginning was overwritten, or fstab names the wrong volume."),
            (f"wipefs --no-act {path}", "lsblk -f", f"grep {place} {FSTAB}*"),
        )
    if entry.kind not in (*_ANY, device.content):
        return _Reason(
            _("fstab says {wanted}, but {path} contains {content}").format(
                wanted=wanted, path=path, content=content
            ),
            _("Correct the volume or the type in the fstab line"),
            _("If {path} is the right volume, the third field is wrong; otherwise the first.").format(
                path=path
            ),
            (
                _("in {fstab}, line {number}: {content} instead of {wanted}").format(
                    fstab=FSTAB, number=entry.line, content=content, wanted=wanted
                ),
                "systemctl daemon-reload",
                again,
            ),
            (_("Is the content of {path} what belongs at {place}?").format(path=path, place=place),),
        )
    if _said(lines, _TOO_LARGE):
        return _Reason(
            _("the file system is larger than {path}").format(path=path),
            _("Restore the volume to its old size before anything else"),
            _(
                "The volume or its LUN was shrunk, or replaced by a smaller copy. The data beyond the "
                "end is usually still there."
            ),
            (
                f"lvs -o +seg_pe_ranges {path}",
                _("vgcfgrestore --list (the VG): when was it shrunk?"),
            ),
            (_("Is it known whether the volume was shrunk (lvreduce), or the LUN?"),),
        )
    if _said(lines, _READ_ONLY):
        return _Reason(
            _("{path} is read-only, and its log must be replayed").format(path=path),
            _("Find out why it is read-only"),
            _(
                "A replica or a snapshot is read-only on purpose. Mounting it needs one write, to "
                "replay its log."
            ),
            (f"blockdev --getro {path}", f"lvs -o +lv_permissions {path}"),
        )
    if _said(lines, _NEWER):
        return _Reason(
            _("this kernel does not support a feature of the file system on {path}").format(path=path),
            _("Mount it on the host that created it, or boot a newer kernel"),
            _("It was created by a newer system. Nothing is damaged."),
            ("uname -r", f"dumpe2fs -h {path}" if content == "ext4" else f"xfs_info {path}"),
        )
    return _Reason(
        _("mounting {path} failed").format(path=path),
        _("Read the message of mount"),
        _(
            "Neither its content nor the kernel's log shows why: an option may be wrong, or a module or "
            "a helper is missing."
        ),
        (f"systemctl status {clean(mount_unit(entry.mount_point))}", f"modinfo {content}", again),
    )


def _finding(
    evidence: Evidence, entry: FstabEntry, device: BlockDevice, unit: Unit, lines: tuple[Happening, ...]
) -> Finding:
    reason = _reason(entry, device, lines)
    inventory = evidence.inventory
    text = [*evidence.fstab.split("\n"), *([""] * entry.line)][entry.line - 1]
    return Finding(
        CODE,
        _("The volume of {place} could not be mounted: {why}.").format(
            place=clean(entry.mount_point, 80), why=reason.words
        ),
        _(
            "The volume is there, but it is not mounted at this place. Services may be writing to the "
            "empty directory meanwhile."
        ),
        RungKind.MOUNT,
        (f"mount:{entry.mount_point}",),
        device.name,
        seen=(
            *((Seen(f"{FSTAB}:{entry.line}", (clean(text.strip()),)),) if text else ()),
            Seen(f"systemctl show {clean(unit.name)}", (f"ActiveState=failed Result={clean(unit.result)}",)),
            Seen(f"blkid {clean(device.path)}", (f"TYPE={clean(device.content)}",)),
            *kernel_seen(lines),
        ),
        ruled_out=(
            RuledOut(_("a missing disk"), _("The volume is there, and its disks answer.")),
            RuledOut(_("a copy with the same UUID"), _("The kernel does not report one.")),
        ),
        fixes=(Fix(reason.title, reason.why, by_hand=reason.by_hand, confirm=reason.confirm),),
        never=(
            Never(_("mkfs"), _("It destroys what is there, which is usually intact.")),
            Never(
                _("fsck before the reason is known"),
                _("On the wrong volume, or on one that is too small, it destroys data."),
            ),
        ),
        follows_if=(
            "F15",
            "F24",
            "F27",
            *(
                lun_key(session, lun)
                for lun in luns_below(inventory, device)
                if (session := inventory.session(lun.sid)) is not None
            ),
        ),
    )
