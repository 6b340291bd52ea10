"""F63: multipath maps whose LUN is on no session any more, although every session is logged in."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import repair
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.model.block import MultipathMap
from tui.storage.model.iscsi import SessionState
from tui.storage.operations.iscsi.scan import ScanForLuns
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

PATHLESS = "F63.no-paths"


def pathless_maps(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each map without a path, while nothing explains where its LUN could be.

    A map outlives its last path as long as somebody has it open (multipath.conf(5), flush_on_last_del).
    While a session is lost, or a record that logs in by itself has none, the LUN may be behind that one.
    """
    inventory = evidence.inventory
    if not inventory.sessions or _may_be_behind_another(evidence):
        return
    shown = {lun.wwid.rpartition(".")[2] for lun in inventory.luns if lun.wwid}
    for joined in inventory.multipath_maps:
        if not joined.paths and joined.wwid[1:] not in shown:
            yield _finding(evidence, joined)


def _may_be_behind_another(evidence: Evidence) -> bool:
    inventory = evidence.inventory
    if any(session.state is not SessionState.LOGGED_IN for session in inventory.sessions):
        return True
    there = {session.target for session in inventory.sessions}
    away = {record.target for record in inventory.node_records} - there
    return bool(away)


def _finding(evidence: Evidence, joined: MultipathMap) -> Finding:
    name, wwid = clean(joined.name, 60), clean(joined.wwid, 80)
    return Finding(
        PATHLESS,
        _("The multipath map {name} has no path: its LUN is on no session of this host.").format(name=name),
        _("Everything that stands on it gets I/O errors, or waits. The data on the LUN is not affected."),
        RungKind.MULTIPATH,
        (f"multipath:{joined.wwid or joined.name}",),
        joined.device,
        seen=(
            Seen(
                f"/sys/block/{clean(joined.device, 20)}/slaves",
                (_("{name}: no disks; WWID {wwid}").format(name=name, wwid=wwid),),
            ),
        ),
        ruled_out=(
            RuledOut(_("a lost session"), _("Every session is logged in.")),
            RuledOut(_("a login that is missing"), _("Every target that has a record is logged in.")),
        ),
        fixes=tuple(_ways(evidence, joined)),
        never=(
            Never(
                _("Remove the map by force, or restart multipathd"),
                _("What has it open keeps the old one; a second map of the LUN can appear beside it."),
            ),
        ),
    )


def _ways(evidence: Evidence, joined: MultipathMap) -> Iterator[Fix]:
    title = _("Scan the sessions for LUNs")
    why = _("A LUN that was mapped to this host again is found only by a scan; multipathd then uses it.")
    yield Fix(title, why, repair(title, why, *map(ScanForLuns.of, evidence.inventory.sessions)))
    yield Fix(
        _("Have the LUN mapped to this host again"),
        _("Usually a LUN was unmapped or its access removed by mistake."),
        ask=storage_administrator(
            evidence,
            _("A LUN that this host uses is on none of its sessions."),
            _("Is it still mapped to this initiator? Please map it again; do not create a new one."),
            (_("WWID: {wwid}").format(wwid=clean(joined.wwid, 80)),),
        ),
    )
