"""What a LUN reports about itself now, for the findings about LUNs."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.facts import Identity
from tui.recovery.findings.evidence_text import place_of
from tui.storage.model.iscsi import Lun, Session, SessionState
from tui.storage.untrusted import clean
from tui.words import translate as _


def asked_luns(evidence: Evidence) -> Iterator[tuple[Session, Lun, Identity]]:
    """The LUNs whose disks were asked for their identity, with what they reported."""
    said = {known_identity.disk: known_identity for known_identity in evidence.identities}
    for lun in evidence.inventory.luns:
        session = evidence.inventory.session(lun.sid)
        identity = said.get(lun.disk)
        if session is not None and identity is not None and session.state is SessionState.LOGGED_IN:
            yield session, lun, identity


def lun_facts(session: Session, lun: Lun) -> tuple[str, ...]:
    """Which LUN, for the message to an administrator."""
    return (
        _("Target and portal: {place}").format(place=place_of(session)),
        _("LUN: {number}, WWID: {wwid}").format(number=lun.number, wwid=clean(lun.wwid)),
    )
