"""F62: a line of fstab names a disk that is a path of a multipath map, so that mounting it fails as busy."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.filesystem.fstab_lines import lines_on_luns, place_of_line, rung_of_line
from tui.recovery.findings.repair_plans import repair, rung_on
from tui.storage.model.block import BlockDevice, MultipathMap
from tui.storage.model.files import FstabEntry
from tui.storage.operations.boot.fstab_line import ChangeFstabLine, with_spec
from tui.storage.operations.mounts.mount import MountFilesystem
from tui.storage.operations.operation import Operation
from tui.storage.probe.mounts.fstab import FSTAB
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F62.claimed-by-multipath"


def claimed_disks(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each line of fstab that names a path of a map; a risk while its volume is mounted."""
    inventory = evidence.inventory
    mounted = {mount.target for mount in inventory.mounts}
    for entry, device, line in lines_on_luns(evidence):
        over = inventory.map_over(device.name)
        upper = inventory.device(over.device) if over is not None else None
        if over is None or upper is None or entry.kind == "swap":
            continue
        is_there = entry.mount_point in mounted
        place, name = clean(place_of_line(entry), 80), clean(over.name, 80)
        rungs = (rung_of_line(evidence, entry), rung_on(evidence.stacks, upper.name))
        yield Finding(
            CODE,
            _("fstab mounts {place} from {spec}, which is a path of the multipath map {name}.").format(
                place=place, spec=clean(entry.spec, 120), name=name
            ),
            _("The next mount fails: the disk is busy. Nothing is damaged; the volume is on the map.")
            if is_there
            else _("It cannot be mounted: the disk is busy. Nothing is damaged; the volume is on the map."),
            RungKind.MOUNT,
            tuple(key for key in rungs if key),
            device.name,
            seen=(
                Seen(f"{FSTAB}:{entry.line}", (clean(line.strip()),)),
                Seen(
                    f"/sys/class/block/{clean(device.name, 40)}/holders",
                    (f"{clean(over.device, 40)}: {name}, WWID {clean(over.wwid, 80)}",),
                ),
            ),
            ruled_out=(
                RuledOut(_("a process that uses the disk"), _("The map holds it, as it holds all paths.")),
            ),
            fixes=tuple(_fixes(entry, upper, over, line, is_there=is_there)),
            never=(
                Never(
                    _("multipath -f, or killing multipathd, to free the disk"),
                    _("The map comes back at the next event or boot, and with it the same failure."),
                ),
                Never(
                    _("wipefs or mkfs because the disk is reported busy"),
                    _("It is busy because it is a path; the data on it is whole."),
                ),
            ),
            weight=Weight.RISK if is_there else Weight.CAUSE,
        )


def _fixes(
    entry: FstabEntry,
    upper: BlockDevice,
    over: MultipathMap,
    line: str,
    *,
    is_there: bool,
) -> Iterator[Fix]:
    spec = f"UUID={upper.content_uuid}" if upper.content_uuid else f"/dev/mapper/{over.name}"
    title = _("Mount the map instead of the path")
    why = _("The map uses every path to the LUN; its data is the same.")
    steps: list[Operation] = [ChangeFstabLine(line, with_spec(line, spec), why)]
    if not is_there:
        kind = upper.content or entry.kind
        steps.append(MountFilesystem(upper.path, entry.mount_point, kind, entry.options))
    yield Fix(title, why, repair(title, why, *steps))
    yield Fix(
        _("Keep multipath away from this LUN"),
        _("Where only one path leads to it, multipath brings nothing. The line in fstab stays as it is."),
        by_hand=(
            f'/etc/multipath.conf: blacklist {{ wwid "{clean(over.wwid, 80)}" }}',
            "multipathd reconfigure",
            f"multipath -f {clean(over.name, 80)}",
        ),
    )
