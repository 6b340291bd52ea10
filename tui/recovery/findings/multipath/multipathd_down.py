"""F08: maps while multipathd does not run.

The kernel only fails paths. Reinstating them, and ending queueing after a time, is done by multipathd.
"""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import MapTable
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.repair_plans import repair
from tui.storage.model.block import MultipathMap
from tui.storage.model.iscsi import Role
from tui.storage.operations.multipath.map_daemon import DAEMON
from tui.storage.operations.multipath.maps import StartMultipathd
from tui.storage.operations.operation import Operation
from tui.storage.operations.services.prerequisites import EnableService
from tui.storage.probe.devices.multipath import failed_paths
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

UNWATCHED = "F08.multipathd-down"
_RUNS = {"active", "activating", "reloading"}


def multipathd_down(evidence: Evidence) -> Iterator[Finding]:
    """A finding where maps over LUNs are there and multipathd does not run.

    A cause where one of them does not use a path that answers: nobody takes it back. Else a risk.
    """
    inventory = evidence.inventory
    daemon = inventory.service(Role.MULTIPATH)
    maps = [
        multipath
        for multipath in inventory.multipath_maps
        if any(inventory.lun_on(path) is not None for path in multipath.paths)
    ]
    if not maps or daemon is None or not daemon.installed or daemon.active in _RUNS:
        return
    unused = {joined.name: paths for joined in maps if (paths := _unused(evidence, joined))}
    dead = [
        joined
        for joined in maps
        if unused.get(joined.name) and set(unused[joined.name]) >= set(joined.good_paths)
    ]
    broken = [joined for joined in maps if joined.name in unused]
    names = clean(enumerated(joined.name for joined in broken or maps))
    title = _("Start multipathd")
    why = _("It checks every path, reinstates those that answer, and monitors them from then on.")
    enabling: tuple[Operation, ...] = (EnableService(DAEMON),) if daemon.enabled == "disabled" else ()
    steps = (*enabling, StartMultipathd(tuple(joined.wwid for joined in maps)))
    yield Finding(
        UNWATCHED,
        _("multipathd is not running, and paths that answer are not used by {names}.").format(names=names)
        if unused
        else _("multipathd is not running, so nothing monitors the paths of {names}.").format(names=names),
        _unwatched_meaning(bool(dead), bool(unused)),
        RungKind.MULTIPATH,
        tuple(f"multipath:{joined.wwid or joined.name}" for joined in broken or maps),
        (broken or maps)[0].device,
        seen=tuple(_unwatched_seen(evidence, broken or maps, daemon.active)),
        ruled_out=(
            RuledOut(_("a lost session"), _("The disks of the unused paths answer."))
            if unused
            else RuledOut(_("a lost path"), _("Every path that answers is in use now.")),
        ),
        fixes=(Fix(title, why, repair(title, why, *steps)),),
        never=(
            Never(
                _("Repair the file system first"),
                _("While no path is in use, all I/O fails, and so does the repair."),
            ),
            Never(
                _("multipath -F, to create the maps again"),
                _("It removes every map that is not in use, healthy ones too."),
            ),
        ),
        weight=Weight.CAUSE if unused else Weight.RISK,
    )


def _unused(evidence: Evidence, joined: MultipathMap) -> tuple[str, ...]:
    """The disks that answer and that the map does not use."""
    failed = _failed(evidence.table_of(joined.name))
    numbers = {device.name: device.number for device in evidence.inventory.devices}
    return tuple(path for path in joined.good_paths if numbers.get(path) in failed)


def _failed(table: MapTable | None) -> frozenset[str]:
    return frozenset() if table is None else failed_paths("\n".join(table.status))


def _unwatched_meaning(dead: bool, unused: bool) -> str:
    if dead:
        return _(
            "The kernel failed the paths, and does not reinstate them by itself: a map has none left, "
            "although its disks answer. All I/O to it fails or is queued."
        )
    if unused:
        return _(
            "The kernel failed a path, and does not reinstate it by itself. If the last path fails, all "
            "I/O fails."
        )
    return _(
        "Everything works now. A path that fails once stays failed, and when the last one fails, I/O "
        "fails at once: without multipathd no map queues I/O."
    )


def _unwatched_seen(evidence: Evidence, maps: list[MultipathMap], state: str) -> Iterator[Seen]:
    yield Seen(f"systemctl is-active {DAEMON}", (clean(state) or "?",))
    for joined in maps[:4]:
        table = evidence.table_of(joined.name)
        if table is not None and table.status:
            yield Seen(
                f"dmsetup status {clean(joined.name)}", tuple(clean(line) for line in table.status[:2])
            )
