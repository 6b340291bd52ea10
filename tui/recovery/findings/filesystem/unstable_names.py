"""F36: lines of fstab that use an unstable device name."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.filesystem.fstab_lines import (
    lines_on_luns,
    place_of_line,
    rung_of_line,
)
from tui.recovery.findings.repair_plans import repair
from tui.storage.model.block import BlockDevice, BlockKind
from tui.storage.model.inventory import Inventory
from tui.storage.operations.boot.fstab_line import ChangeFstabLine, with_spec
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

MOVING_NAME = "F36.name-moves"


def unstable_names(evidence: Evidence) -> Iterator[Finding]:
    """F36: a risk for each line of fstab that names a volume on a LUN by a name that changes."""
    for entry, device, line in lines_on_luns(evidence):
        if not is_unstable_name(entry.spec):
            continue
        spec = lasting_spec(evidence.inventory, device)
        if not spec:
            continue
        place = clean(place_of_line(entry), 80)
        reason = _("The name of the disk changes from login to login; this one does not.")
        title = _("Use {spec} in fstab").format(spec=clean(spec, 80))
        yield Finding(
            MOVING_NAME,
            _("fstab mounts {place} by an unstable device name: {spec}.").format(
                place=place, spec=clean(entry.spec, 80)
            ),
            _(
                "After a login or a reboot the name may belong to another disk: the wrong volume is "
                "mounted, or none."
            ),
            RungKind.SWAP if entry.kind == "swap" else RungKind.MOUNT,
            (rung_of_line(evidence, entry),),
            seen=(Seen(f"{FSTAB}:{entry.line}", (clean(line.strip()),)),),
            ruled_out=(
                RuledOut(
                    _("a name that is wrong already"),
                    _("It currently points to {path}.").format(path=clean(device.path, 60)),
                ),
            ),
            fixes=(
                Fix(
                    title,
                    reason,
                    repair(title, reason, ChangeFstabLine(line, with_spec(line, spec), reason)),
                    confirm=(
                        _("Is {path} really the volume that belongs at {place}?").format(
                            path=clean(device.path, 60), place=place
                        ),
                    ),
                ),
            ),
            never=(
                Never(
                    _("by-path names for a LUN that may be reached through another portal"),
                    _("The name contains the portal and the LUN number."),
                ),
            ),
            weight=Weight.RISK,
        )


def is_unstable_name(spec: str) -> bool:
    """Whether a name below /dev depends on the order of logins: /dev/sdX, /dev/dm-N."""
    name = spec.removeprefix("/dev/")
    if name == spec or "/" in name:
        return False
    return name.startswith(("sd", "dm-", "vd"))


def lasting_spec(inventory: Inventory, device: BlockDevice) -> str:
    """What fstab should name a device by: its UUID, a volume by its path; empty where neither is known."""
    if device.kind is BlockKind.LOGICAL_VOLUME:
        volume = next((lv for lv in inventory.logical_volumes if lv.device == device.name), None)
        return volume.path if volume is not None else device.path
    usable = device.content and not device.content.endswith(("_member", "_raid_member"))
    return f"UUID={device.content_uuid}" if usable and device.content_uuid else ""
