"""F03: a boot that stopped because of a volume that fstab needs."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import Unit
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.filesystem.fstab_lines import (
    NOT_LOCAL,
)
from tui.recovery.findings.iscsi.iscsid_down import (
    uses_iscsi,
)
from tui.recovery.findings.repair_plans import repair
from tui.storage.files.mount_options import DEVICE_TIMEOUT
from tui.storage.files.unit_names import mount_unit
from tui.storage.model.files import FstabEntry
from tui.storage.operations.boot.fstab_line import ChangeFstabLine, with_options, with_patience
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

STOPPED = "F03.boot-stopped"
LOCAL = "local-fs.target"
_SHELLS = ("emergency.target", "rescue.target")


def stopped_boot(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each line that the boot could not get past.

    Which disk a line means that is not here nobody can tell for certain: whether it is on the iSCSI storage
    is asked.
    """
    units = {known.name: known for known in evidence.units}
    shell = next((name for name in _SHELLS if name in units and units[name].active == "active"), "")
    if not shell or not uses_iscsi(evidence):
        return
    lines = evidence.fstab.split("\n")
    for entry in evidence.inventory.fstab:
        unit = units.get(mount_unit(entry.mount_point)) if entry.mount_point.startswith("/") else None
        if unit is not None and entry.line <= len(lines) and _is_in_the_way(evidence, entry, unit):
            yield _finding(evidence, entry, lines[entry.line - 1], unit, shell)


def _is_in_the_way(evidence: Evidence, entry: FstabEntry, unit: Unit) -> bool:
    return (
        LOCAL in unit.required_by
        and unit.active not in {"active", "failed"}
        and not entry.device
        and not set(entry.options) & {"_netdev", "nofail", *NOT_LOCAL}
        and entry.spec.startswith(("UUID=", "LABEL=", "/dev/"))
        and not any(mount.target == entry.mount_point for mount in evidence.inventory.mounts)
    )


def _finding(evidence: Evidence, entry: FstabEntry, line: str, unit: Unit, shell: str) -> Finding:
    place, spec = clean(entry.mount_point, 80), clean(entry.spec, 80)
    wanted = ("_netdev", "nofail", f"x-systemd.device-timeout={DEVICE_TIMEOUT}s")
    title = _("Mark {place} in {fstab} as needing the network (_netdev), and reboot").format(
        fstab=FSTAB, place=place
    )
    why = _(
        "The boot then continues without it, logs in, and mounts it afterwards; it waits at most {seconds} s."
    ).format(seconds=DEVICE_TIMEOUT)
    reason = _("The volume is on the network, so it must be mounted after the login.")
    plan = repair(
        title,
        why,
        ChangeFstabLine(line, with_patience(with_options(line, wanted), DEVICE_TIMEOUT), reason),
        notes=(_("Then reboot: systemctl reboot. The rescue shell has stopped most services."),),
    )
    read_only = any(
        mount.target == "/" and mount.read_only and mount.kind != "rootfs"
        for mount in evidence.inventory.mounts
    )
    return Finding(
        STOPPED,
        _("The boot stopped at {place}: fstab needs {spec}, and it is not there.").format(
            place=place, spec=spec
        ),
        _(
            "The line does not say that the volume needs the network, so systemd required it before the "
            "network and the login were up, and stopped the boot. Nothing is damaged. Other services "
            "that are not running were stopped by the rescue shell."
        ),
        RungKind.MOUNT,
        (f"mount:{entry.mount_point}",),
        seen=(
            Seen(f"{FSTAB}:{entry.line}", (clean(line.strip()),)),
            Seen(
                f"systemctl show {clean(unit.name)}",
                (f"ActiveState={clean(unit.active)}", f"RequiredBy={clean(' '.join(unit.required_by))}"),
            ),
            Seen("systemctl is-active", (f"{shell}: active",)),
        ),
        ruled_out=(
            RuledOut(
                _("a damaged file system"),
                _("It was not mounted at all: the device itself is missing."),
            ),
        ),
        hypotheses=(
            Hypothesis(
                _(
                    "The volume is on the iSCSI storage: it appears after a login, which the boot "
                    "never reached."
                ),
                _("Its VG or UUID is not on any disk of this machine: lvm pvs, blkid."),
            ),
            Hypothesis(
                _("It is on a disk of this machine that is missing."),
                _("The line worked without the network before, and the storage has no such volume."),
            ),
        ),
        fixes=(
            Fix(
                title,
                why,
                plan,
                by_hand=("mount -o remount,rw /",) if read_only else (),
                confirm=(
                    _("Is the volume of {place} on the iSCSI storage, and not on a local disk?").format(
                        place=place
                    ),
                    _(
                        "May this host start without it? Services may then write to the empty directory "
                        "until it is mounted."
                    ),
                ),
            ),
        ),
        never=(
            Never(
                _("Delete the line without keeping a copy"),
                _("Nobody then knows what was mounted where, and with which options."),
            ),
            Never(
                _("fsck of a LUN that another host may have mounted"),
                _("Both write without knowing of each other, and each destroys what the other wrote."),
            ),
        ),
    )
