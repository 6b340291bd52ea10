"""F34: maps without a path that queue I/O."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import Queueing
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import mounts_above, repair
from tui.storage.model.block import MultipathMap
from tui.storage.operations.multipath.queueing import StopQueueing
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

HOLDS_BACK = "F34.holds-back"


def queues_io(evidence: Evidence, joined: MultipathMap) -> bool:
    """Whether a map holds requests back while it has no path, by its table."""
    table = evidence.table_of(joined.name)
    return table is not None and any("queue_if_no_path" in line for line in table.table)


def queueing_maps(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each map that has no path left and holds every request back."""
    inventory = evidence.inventory
    for joined in inventory.multipath_maps:
        table = evidence.table_of(joined.name)
        if joined.good_paths or table is None or not queues_io(evidence, joined):
            continue
        told = next((known for known in evidence.queueing if known.name == joined.name), None)
        left = told.seconds_left if told is not None else None
        mounts = mounts_above(inventory, [joined.device])
        uses = tuple(clean(mount.target, 80) for mount in mounts)
        yield Finding(
            HOLDS_BACK,
            _("The multipath map {name} has no path left and queues I/O (`queue_if_no_path`).").format(
                name=clean(joined.name, 60)
            ),
            _meaning(uses, told),
            RungKind.MULTIPATH,
            (f"multipath:{joined.wwid or joined.name}",),
            joined.device,
            seen=(
                Seen(f"dmsetup table {clean(joined.name)}", table.table[:4]),
                *(
                    (
                        Seen(
                            _("tasks that wait (state D)"),
                            tuple(f"{task.pid} {clean(task.name)}" for task in evidence.tasks[:8]),
                        ),
                    )
                    if evidence.tasks
                    else ()
                ),
            ),
            ruled_out=(
                RuledOut(
                    _("the session's replacement_timeout"),
                    _("It ends the waiting of a path; the map queues on its own."),
                ),
            ),
            fixes=tuple(_release(joined, uses, left)),
            never=(
                Never(_("multipath -F"), _("It removes every map of this host that is not in use.")),
                Never(
                    _("dmsetup remove --force on the open map"),
                    _("Queued writes are discarded without asking anybody."),
                ),
                Never(_("Reboot"), _("The shutdown hangs too, and queued writes are lost.")),
            ),
        )


def _meaning(uses: tuple[str, ...], told: Queueing | None) -> str:
    """What it means, and for how long: only what multipathd said of this map is promised."""
    who = enumerated(uses) or _("nothing on this host")
    left = told.seconds_left if told is not None else None
    if told is None or (left is None and told.words != "on"):
        return _(
            "Any process that accesses it will hang until a path returns or multipathd stops queueing "
            "(`no_path_retry`); what was not written by then is lost. How long that takes is not known: "
            "multipathd did not say. Affected: {uses}."
        ).format(uses=who)
    if left is None:
        return _(
            "Any process that accesses it will hang until a path returns, however long that takes; "
            "nothing is lost meanwhile. Affected: {uses}."
        ).format(uses=who)
    return _(
        "Any process that accesses it will hang until a path returns, and nothing is lost meanwhile. In "
        "{seconds} s multipathd stops queueing (`no_path_retry`), and what was not written by then is "
        "lost. Affected: {uses}."
    ).format(seconds=round(left), uses=who)


def _release(joined: MultipathMap, uses: tuple[str, ...], left: float | None) -> Iterator[Fix]:
    yield Fix(
        _("Restore a path, and wait"),
        _("As soon as one path works again, all queued I/O continues, and nothing was lost."),
        by_hand=(f"multipath -ll {clean(joined.name)}",),
        seconds_left=left,
    )
    title = _("Disable queueing: fail I/O now")
    why = _(
        "Only if no path returns soon. What was not written is lost; file systems stop, and can then be "
        "unmounted and repaired."
    )
    yield Fix(
        title,
        why,
        repair(
            title,
            why,
            StopQueueing(joined.wwid, joined.name, uses),
            notes=(
                _(
                    "When a path works again, enable queueing again: multipathd restorequeueing map {name}"
                ).format(name=clean(joined.name, 80)),
            ),
        ),
        confirm=(_("Is it acceptable to lose what was not written yet?"),),
    )
