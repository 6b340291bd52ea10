"""F57: paths of multipath maps that multipathd gave up, and which the kernel shows as well."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import PathState
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.iscsi.records import record_words
from tui.storage.model.block import MultipathMap
from tui.storage.model.iscsi import SessionState
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

LOST = "F57.path-failed"


def lost_paths(evidence: Evidence) -> Iterator[Finding]:
    """A finding for each map with a path that multipathd gave up, while its session and its disk look well.

    A path whose session is down, whose disk is offline, or whose LUN was withdrawn has a finding of its own.
    """
    told = {path.disk: path for path in evidence.paths}
    gone = {identity.disk for identity in evidence.identities if identity.refused or identity.stand_in}
    for joined in evidence.inventory.multipath_maps:
        failed = [
            told[name] for name in joined.good_paths if name in told and told[name].map_state == "failed"
        ]
        if failed and not gone.intersection(joined.paths):
            yield _finding(evidence, joined, failed)


def _finding(evidence: Evidence, joined: MultipathMap, failed: list[PathState]) -> Finding:
    disks = clean(enumerated(f"/dev/{path.disk}" for path in failed), 120)
    name = clean(joined.name, 60)
    places = tuple(_place(evidence, path.disk) for path in failed)
    none_left = len(failed) == len(joined.good_paths)
    return Finding(
        LOST,
        _("multipathd uses no path of the map {name}, although their disks are running: {disks}.").format(
            name=name, disks=disks
        )
        if none_left
        else _("The multipath map {name} works without {count} of its {all} paths: {disks}.").format(
            name=name, count=len(failed), all=len(joined.paths), disks=disks
        ),
        _("All I/O to it waits or fails until the checker of multipathd succeeds on one of them.")
        if none_left
        else _("The other paths carry the I/O. When they fail too, all I/O to it waits or fails."),
        RungKind.MULTIPATH,
        (f"multipath:{joined.wwid or joined.name}",),
        joined.device,
        seen=(
            Seen(
                "multipathd show paths",
                tuple(
                    f"{clean(path.disk, 20)}: {clean(path.map_state, 20)}, {clean(path.checker, 20)}"
                    for path in failed
                ),
            ),
        ),
        ruled_out=(
            RuledOut(_("a lost session"), _("Their sessions are logged in.")),
            RuledOut(_("a disk that is offline"), _("The kernel shows their disks as running.")),
        ),
        fixes=(
            Fix(
                _("Wait for the next check of multipathd"),
                _("It uses a path again by itself as soon as its checker succeeds (polling_interval)."),
            ),
            Fix(
                _("Ask about these paths"),
                _("The target answers there, and refuses or fails I/O to this LUN."),
                ask=storage_administrator(
                    evidence,
                    _("Paths to the LUN {wwid} fail on this host.").format(wwid=clean(joined.wwid, 80)),
                    _("Is the LUN available through them? Is a controller or its access state the cause?"),
                    places,
                ),
            ),
        ),
        never=(
            Never(
                _("Log out of the session of the failed path while others run"),
                _("It does not bring the path back, and other LUNs of that session lose it too."),
            ),
        ),
    )


def _place(evidence: Evidence, disk: str) -> str:
    """The way a path takes: target, portal, interface."""
    lun = evidence.inventory.lun_on(disk)
    session = evidence.inventory.session(lun.sid) if lun is not None else None
    if session is None or session.state is not SessionState.LOGGED_IN:
        return f"/dev/{clean(disk, 20)}"
    return f"/dev/{clean(disk, 20)}: {record_words(session.target, session.portal, session.iface)}"
