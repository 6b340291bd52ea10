"""F40: a pvmove that was started and does not continue."""

import re
from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import MapTable
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.repair_plans import group_rung, identity, repair
from tui.storage.model.inventory import Inventory
from tui.storage.model.lvm import VolumeGroup
from tui.storage.operations.lvm.move_data import MoveData, StopMoving
from tui.storage.probe.devices.lvm import group_of_map, names_of_map
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

MOVING = "F40.move-unfinished"
_MIRROR = re.compile(r"^\d+ \d+ (?:mirror|raid)\S* .*?(\d+:\d+)")


def unfinished_pvmoves(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each group in which a pvmove is under way that no process drives."""
    inventory = evidence.inventory
    polling = {process.pid for process in evidence.daemons if process.name == "lvmpolld"}
    # lvmpolld has an `lvm lvpoll` follow each move (lvmpolld(8)); any other `lvm` may be a mere look.
    if any(
        process.name == "pvmove" or (process.name == "lvm" and process.parent in polling)
        for process in evidence.daemons
    ):
        return
    for group in inventory.volume_groups:
        if not inventory.is_moving(group) or group.foreign or group.shared:
            continue
        name = clean(group.name, 60)
        source = _source(evidence, inventory, group)
        fixes: list[Fix] = []
        if source is not None:
            device = inventory.device(source)
            assert device is not None
            seen = identity(evidence, device)
            title = _("Continue it")
            why = _("It continues with the segment where it stopped; both disks must stay connected.")
            move = MoveData(group.name, group.uuid, seen)
            fixes.append(Fix(title, why, repair(title, why, move)))
            title = _("Abort it")
            why = _("Segments that are completely moved stay on the new disk; the rest stays on the old one.")
            stop = StopMoving(group.name, group.uuid, seen)
            fixes.append(Fix(title, why, repair(title, why, stop)))
        yield Finding(
            MOVING,
            _("A pvmove in {group} was started and does not continue.").format(group=name),
            _("Nothing is lost: every segment is intact on one of the two disks, and both are needed."),
            RungKind.VOLUME_GROUP,
            (group_rung(group),),
            seen=tuple(
                Seen(f"dmsetup table {clean(table.name)}", table.table[:4])
                for table in evidence.maps
                if _is_move(table, group)
            ),
            ruled_out=(
                RuledOut(_("a pvmove in progress"), _("No pvmove is running, and lvmpolld polls none.")),
            ),
            fixes=(
                *fixes,
                Fix(
                    _("By hand"),
                    _("Without arguments both apply to every pvmove in progress."),
                    by_hand=("pvmove", "pvmove --abort"),
                ),
            ),
            never=(
                Never(
                    _("Unmap the old LUN before vgreduce and pvremove"),
                    _("Segments that were not moved yet exist only there."),
                ),
            ),
            weight=Weight.RISK,
        )


def _is_move(table: MapTable, group: VolumeGroup) -> bool:
    owner, volume = names_of_map(table.name)
    uuid = group_of_map(table.uuid)
    return owner == group.name and uuid in {"", group.uuid} and volume.startswith("pvmove")


def _source(evidence: Evidence, inventory: Inventory, group: VolumeGroup) -> str | None:
    """Kernel name of the disk that is emptied: the first leg of the mirror (dmsetup(8), mirror)."""
    numbers = {device.number: device.name for device in inventory.devices}
    for table in evidence.maps:
        if _is_move(table, group):
            for line in table.table:
                match = _MIRROR.match(line)
                if match is not None and match[1] in numbers:
                    return numbers[match[1]]
    return None
