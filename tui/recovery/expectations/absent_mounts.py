"""F46, F50: a volume that is here and not mounted where fstab says."""

from collections.abc import Iterator

from tui.maintenance.disconnect_back import lasting_path
from tui.recovery.evidence import Evidence
from tui.recovery.expectations.fstab_lines import Line, automount_of, unit_of
from tui.recovery.expectations.unit_text import since_words, unit_seen
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import repair
from tui.storage.files.mount_options import runtime_options
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import Mount
from tui.storage.operations.boot.fstab_off import CommentOutFstabLines
from tui.storage.operations.mounts.bind_mount import BindMount
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.services.prerequisites import StartService
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import prose, translate as _

NOT_MOUNTED = "F46.not-mounted"
ELSEWHERE = "F50.mounted-elsewhere"
OTHER_VOLUME = "F50.other-volume"


def not_mounted(evidence: Evidence, line: Line) -> Finding | None:
    """The volume is here, and nothing has it mounted: somebody unmounted it, or its unit failed."""
    device, place = line.device, clean(line.entry.mount_point, 80)
    if device is None:
        return None
    unit = unit_of(evidence, line)
    since = since_words(evidence, unit)
    empty = _("Services may be writing to the empty directory meanwhile; the volume itself is unchanged.")
    return Finding(
        NOT_MOUNTED,
        _("{place} is not mounted, though fstab lists it and its volume is there.").format(place=place)
        if device.answers
        else _("{place} is not mounted, and the disk below its volume does not answer.").format(place=place),
        prose(since, empty),
        RungKind.MOUNT,
        (f"mount:{line.entry.mount_point}",),
        device.name,
        seen=(
            line.seen,
            *unit_seen(evidence, unit),
            Seen("/proc/self/mountinfo", (_("{place}: not listed").format(place=place),)),
        ),
        ruled_out=(RuledOut(_("a missing disk"), _("{path} is there.").format(path=clean(device.path, 80))),)
        if device.answers
        else (),
        hypotheses=(
            Hypothesis(
                _("Somebody unmounted it."), _("Ask, and look for `umount` in the history of the shells.")
            ),
            Hypothesis(
                _("Mounting it failed."), _("`systemctl status` of its unit shows what mount reported.")
            ),
            Hypothesis(_("The line was added after the boot."), _("Then nothing is wrong: mount it.")),
        ),
        fixes=tuple(_ways(evidence, line, device)),
        never=(
            Never(
                _("Move files out of the directory without checking what wrote them"),
                _("A service may have them open, and would keep writing to them below the mount."),
            ),
        ),
    )


def _ways(evidence: Evidence, line: Line, device: BlockDevice) -> Iterator[Fix]:
    entry, place = line.entry, clean(line.entry.mount_point, 80)
    if not device.answers:
        yield Fix(
            _("Find out first why the disk does not answer"),
            _("A mount would fail or wait until it does."),
            by_hand=(f"lsblk -s {clean(device.path, 80)}",),
        )
        return
    question = _("Has nothing been written to the directory {place} that is needed on the volume?")
    if line.automounts and automount_of(evidence, line) is not None:
        title = _("Have systemd mount {place} when it is used").format(place=place)
        why = _("The unit that waits for its use is not running.")
        yield Fix(title, why, repair(title, why, StartService(line.automount_unit)))
    elif device.content and device.content in (*entry.kind.split(","), _any_kind(entry.kind, device)):
        title, why = _("Mount {place}").format(place=place), _("Nothing mounts it by itself now.")
        step = MountFilesystem(
            lasting_path(evidence.inventory, device.name),
            entry.mount_point,
            device.content,
            runtime_options(entry.options),
        )
        yield Fix(title, why, repair(title, why, step), confirm=(question.format(place=place),))
    else:
        yield Fix(
            _("Correct the volume or the type in the fstab line"),
            _("The line says {wanted}, and {path} contains {found}.").format(
                wanted=clean(entry.kind, 40),
                path=clean(device.path, 80),
                found=clean(device.content, 40) or _("nothing that was recognized"),
            ),
            by_hand=(f"lsblk -f {clean(device.path, 80)}",),
        )
    yield from line_off(line)


def _any_kind(kind: str, device: BlockDevice) -> str:
    return device.content if kind == "auto" else ""


def line_off(line: Line) -> Iterator[Fix]:
    """Comment the line out, where nobody wants what it asks for any more."""
    if not line.text:
        return
    title = _("Comment out the line, if it is not wanted any more")
    why = _("Nothing expects it then; a dated backup of the file is kept.")
    yield Fix(
        title,
        why,
        repair(title, why, CommentOutFstabLines((line.text,))),
        confirm=(_("Is it certain that this host does not need it any more?"),),
    )


def is_elsewhere(evidence: Evidence, line: Line, mount: Mount) -> Finding | None:
    """The volume is mounted, and not where the line says."""
    device, entry = line.device, line.entry
    if device is None:
        return None
    wanted, found = clean(entry.mount_point, 80), clean(mount.target, 80)
    title = _("Mount it at {place} too").format(place=wanted)
    why = _("The same files appear at both places, and nothing that uses it is disturbed.")
    step = BindMount(
        lasting_path(evidence.inventory, device.name), mount.target, entry.mount_point, mount.kind
    )
    return Finding(
        ELSEWHERE,
        _("The volume that fstab mounts at {wanted} is mounted at {found}.").format(
            wanted=wanted, found=found
        ),
        _("What looks for it at {wanted} finds an empty directory; the next boot moves it there.").format(
            wanted=wanted
        ),
        RungKind.MOUNT,
        (f"mount:{entry.mount_point}", f"mount:{mount.target}"),
        device.name,
        seen=(
            line.seen,
            *unit_seen(evidence, unit_of(evidence, line)),
            Seen("/proc/self/mountinfo", (clean(f"{mount.source} {mount.target} {mount.kind}"),)),
        ),
        ruled_out=(RuledOut(_("a missing disk"), _("The volume is mounted, and it is the same one.")),),
        fixes=(
            Fix(title, why, repair(title, why, step)),
            Fix(
                _("Correct the line, if {found} is right").format(found=found),
                _("The next boot then mounts it where it is now."),
                by_hand=(
                    _("in /etc/fstab, line {number}: {found} instead of {wanted}").format(
                        number=entry.line, found=found, wanted=wanted
                    ),
                    "systemctl daemon-reload",
                ),
            ),
        ),
        never=(
            Never(
                _("Unmount it while services use it"),
                _("They lose their files; mounting it at a second place needs no interruption."),
            ),
        ),
    )


def wrong_volume(evidence: Evidence, line: Line, mount: Mount) -> Finding | None:
    """Another volume is mounted where the line says."""
    entry, place = line.entry, clean(line.entry.mount_point, 80)
    found = evidence.inventory.device(mount.device)
    path = clean(found.path if found is not None else mount.source, 80)
    return Finding(
        OTHER_VOLUME,
        _("Another volume than fstab says is mounted at {place}: {path}.").format(place=place, path=path),
        _("The next boot mounts the one of fstab there, and what was written meanwhile is on {path}.").format(
            path=path
        ),
        RungKind.MOUNT,
        (f"mount:{entry.mount_point}",),
        line.device.name if line.device is not None else "",
        seen=(
            line.seen,
            Seen("/proc/self/mountinfo", (clean(f"{mount.source} {mount.target} {mount.kind}"),)),
        ),
        ruled_out=(RuledOut(_("the same volume by another name"), _("Device and UUID are others.")),),
        fixes=(
            Fix(
                _("Decide which volume belongs there"),
                _("Either correct the line, or unmount this one once nothing uses it, and mount the other."),
                by_hand=(
                    f"lsblk -f {path}",
                    f"findmnt {place}",
                    _("in /etc/fstab, line {number}: the first field").format(number=entry.line),
                    "systemctl daemon-reload",
                ),
            ),
        ),
        never=(
            Never(
                _("Mount the other one on top of it"),
                _("The files below are hidden, and what has them open keeps writing to them."),
            ),
        ),
    )
