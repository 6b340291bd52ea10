"""F03: volumes that came after the boot had stopped waiting for them."""

from collections.abc import Iterator

from tui.maintenance.disconnect_back import lasting_path
from tui.recovery.evidence import Evidence
from tui.recovery.facts import Unit
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.filesystem.fstab_lines import (
    NOT_LOCAL,
    lines_on_luns,
)
from tui.recovery.findings.repair_plans import repair, rung_on
from tui.recovery.wished import wished
from tui.storage.files.mount_options import DEVICE_TIMEOUT, runtime_options
from tui.storage.files.unit_names import mount_unit
from tui.storage.model.block import BlockDevice
from tui.storage.model.files import FstabEntry
from tui.storage.operations.boot.fstab_line import ChangeFstabLine, with_patience
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.operation import Operation
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

NOT_MOUNTED = "F03.not-mounted"


def not_mounted_at_boot(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each volume on a LUN that fstab names, that is here, and that this boot never mounted.

    One that was mounted once and unmounted since was unmounted by somebody.
    """
    units = {known.name: known for known in evidence.units}
    for entry, device, line in lines_on_luns(evidence):
        unit = units.get(mount_unit(entry.mount_point))
        if (
            unit is not None
            and unit.active == "inactive"
            and unit.entered is False
            and (unit.wanted_by or unit.required_by)
            and not unit.queued
            and not set(entry.options) & set(NOT_LOCAL)
            and entry.kind in {device.content, "auto"}
            and device.answers
            and not evidence.inventory.mounts_of(device.name)
            and not any(mount.target in entry.places for mount in evidence.inventory.mounts)
            and not wished(evidence).unmounted(entry.mount_point)
        ):
            yield _not_mounted(evidence, entry, device, line, unit)


def _not_mounted(
    evidence: Evidence, entry: FstabEntry, device: BlockDevice, line: str, unit: Unit
) -> Finding:
    place = clean(entry.mount_point, 80)
    title = _("Mount {place}").format(place=place)
    why = _("The volume is there now; nothing will mount it by itself.")
    path = lasting_path(evidence.inventory, device.name)
    patient = with_patience(line, DEVICE_TIMEOUT)
    reason = _("The login took longer than the boot waited for the volume.")
    steps: tuple[Operation, ...] = (
        MountFilesystem(path, entry.mount_point, device.content, runtime_options(entry.options)),
        *((ChangeFstabLine(line, patient, reason),) if patient != line else ()),
    )
    return Finding(
        NOT_MOUNTED,
        _("The boot did not mount {place}, although its volume is there.").format(place=place),
        _(
            "The volume appeared after the boot had stopped waiting for it. Services may be writing to "
            "the empty directory meanwhile; the volume itself is unchanged."
        ),
        RungKind.MOUNT,
        (key,) if (key := rung_on(evidence.stacks, device.name)) else (),
        device.name,
        seen=(
            Seen(f"{FSTAB}:{entry.line}", (clean(line.strip()),)),
            Seen(
                f"systemctl show {clean(unit.name)}",
                (f"ActiveState={clean(unit.active)}", "ActiveEnterTimestampMonotonic=0"),
            ),
        ),
        ruled_out=(
            RuledOut(_("a manual unmount"), _("systemd has not seen it mounted since the boot.")),
            RuledOut(_("a missing disk"), _("The volume is active and answers.")),
        ),
        hypotheses=(
            Hypothesis(
                _("The login or the activation took longer than the boot waited."),
                _("`journalctl -b -u {unit}`: Dependency failed.").format(unit=clean(unit.name)),
            ),
            Hypothesis(
                _("The line was added after the boot."),
                _("Then nothing is wrong: mount it, or leave that to the next boot."),
            ),
        ),
        fixes=(
            Fix(
                title,
                why,
                repair(title, why, *steps),
                confirm=(
                    _(
                        "Has nothing been written to the directory {place} that is needed on the volume?"
                    ).format(place=place),
                ),
            ),
        ),
        never=(
            Never(
                _("Move files out of the directory without checking what wrote them"),
                _("A service may have them open, and would keep writing to them below the mount."),
            ),
        ),
    )
