"""F51: sessions that are there now and that have no record, so that no boot opens them."""

import ipaddress
from collections.abc import Iterator

from tui.maintenance.sessions import record_of
from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen, Weight
from tui.recovery.findings.evidence_text import listed, place_of
from tui.recovery.findings.repair_plans import repair
from tui.storage.iscsi.sessions import uses_of
from tui.storage.model.iscsi import Session
from tui.storage.operations.iscsi.discovery import AddNodeRecord
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F51.no-record"

_FIRMWARE = "fw"
"""iface of sessions that the firmware's table (iBFT) asked for; iscsistart keeps no records."""
_SYSTEM = ("/", "/usr", "/boot", "/boot/efi")
"""Where the initramfs or the firmware brings a session up before there are records."""


def unrecorded_sessions(evidence: Evidence) -> Iterator[Expectation]:
    """One for each session; without root, or with a database that cannot be read, nothing is concluded."""
    inventory = evidence.inventory
    if not inventory.root or inventory.damaged_records:
        return
    for session in inventory.sessions:
        if not session.target or session.iface == _FIRMWARE or _is_system(evidence, session):
            continue
        met = record_of(inventory, session) is not None or _may_be_by_name(evidence, session)
        yield Expectation(
            Subject.AT_BOOT,
            place_of(session),
            Seen("/sys/class/iscsi_session", (f"session{session.sid}: {session.state.value}",)),
            Standing.MET if met else Standing.UNMET,
            rungs=(session_key(session),),
            told=None if met else _told(evidence, session),
        )


def _is_system(evidence: Evidence, session: Session) -> bool:
    return bool(set(uses_of(evidence.inventory, session.sid)) & set(_SYSTEM))


def _may_be_by_name(evidence: Evidence, session: Session) -> bool:
    """Whether a record of the target names its portal by a host name, which may be this one."""
    return any(
        record.target == session.target and not _is_address(record.portal.address)
        for record in evidence.inventory.node_records
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def _told(evidence: Evidence, session: Session) -> Finding:
    title = _("Create the record again, and log in by it at every boot")
    why = _("Only the record is written; the session stays as it is.")
    portal = session.portal
    values = (("node.startup", "automatic"), ("node.conn[0].startup", "automatic"))
    uses = uses_of(evidence.inventory, session.sid)
    return Finding(
        CODE,
        _("The session to {place} has no record: the next boot does not open it.").format(
            place=place_of(session)
        ),
        _(
            "It works until it ends; after a logout or a reboot nothing logs in again. It carries: {who}."
        ).format(who=listed(uses) or _("nothing on this host")),
        RungKind.SESSION,
        (session_key(session),),
        seen=(
            Seen("/sys/class/iscsi_session", (f"session{session.sid}: {session.state.value}",)),
            Seen("iscsiadm -m node", (_("no record of {place}").format(place=place_of(session)),)),
        ),
        ruled_out=(
            RuledOut(_("a session of the firmware"), _("It was not logged in through the iface fw.")),
        ),
        hypotheses=(
            Hypothesis(
                _("The record was deleted while the session was up, or discovery removed it."),
                _("Ask, and look for `-o delete` in the history of the shells."),
            ),
            Hypothesis(
                _("A program logs in by itself and keeps no record, such as QEMU's host or a cluster."),
                _("Then nothing is wrong: accept this finding, with the reason."),
            ),
        ),
        fixes=(
            Fix(
                title,
                why,
                repair(
                    title,
                    why,
                    AddNodeRecord(session.target, portal, session.iface),
                    SetRecordValues(session.target, portal, session.iface, values),
                    notes=(_("CHAP secrets and timers of the old record are not known; set them again."),),
                ),
                confirm=(_("Should this host log in to it at every boot?"),),
            ),
        ),
        never=(
            Never(
                _("Log out while it is in use, to log in again"),
                _("Its disks are removed, and without a record nothing brings them back: {who}.").format(
                    who=listed(uses) or clean(session.target, 80)
                ),
            ),
        ),
        weight=Weight.RISK,
    )
