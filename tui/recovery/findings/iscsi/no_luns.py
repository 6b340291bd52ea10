"""F43: a session that the target shows no LUN."""

from collections.abc import Iterator

from tui.maintenance.sessions import scan
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Hypothesis, RuledOut, Seen
from tui.recovery.findings.evidence_text import place_of
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.iscsi.sessions import DISK
from tui.storage.model.iscsi import SessionState
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _


def sessions_without_luns(evidence: Evidence) -> Iterator[Finding]:
    """F43: the login works and the target shows this host no disk."""
    for session in evidence.inventory.sessions:
        if not session.target or session.state is not SessionState.LOGGED_IN:
            continue
        if any(lun.kind == DISK for lun in evidence.inventory.luns_of(session.sid)):
            continue
        yield Finding(
            "F43.no-disk",
            _("Session {sid} is logged in, but the target shows it no disk: {place}.").format(
                sid=session.sid, place=place_of(session)
            ),
            _("The volumes on its LUNs are missing. Nothing on this host is broken."),
            RungKind.SESSION,
            (session_key(session),),
            seen=(
                Seen(f"/sys/class/iscsi_session/session{session.sid}", (f"state: {session.state.value}",)),
                Seen(
                    "/sys/class/scsi_device",
                    (_("host{number} has no disk").format(number=session.host_number),),
                ),
            ),
            ruled_out=(RuledOut(_("a refused login"), _("The login was accepted.")),),
            hypotheses=(
                Hypothesis(
                    _("No LUN is mapped to this host's initiator name."),
                    _("Ask which LUNs the ACL maps to the name below."),
                ),
                Hypothesis(
                    _("The storage was restarted and has not brought its LUNs back."),
                    _("Other hosts miss their disks too."),
                ),
            ),
            fixes=(
                Fix(
                    _("Have a LUN mapped to this host"),
                    _("Only the storage can map one."),
                    ask=storage_administrator(
                        evidence,
                        _("We are logged in and see no LUN."),
                        _(
                            "Please map the LUN to this initiator name, or say why it is missing: was "
                            "the storage restarted, and are its volumes active?"
                        ),
                        (
                            _("Target and portal: {place}").format(place=place_of(session)),
                            _("Name at login: {name}").format(name=clean(session.initiator_name)),
                        ),
                    ),
                ),
                Fix(
                    _("Then scan for it"),
                    _("A LUN that is mapped later is found by a scan of the session."),
                    scan((session,)),
                    confirm=(_("Has the storage administrator said that it is done?"),),
                ),
            ),
        )
