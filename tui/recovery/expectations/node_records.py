"""Sessions that records ask for at boot."""

from collections.abc import Iterator

from tui.maintenance.sessions import session_of
from tui.recovery.evidence import Evidence
from tui.recovery.expectations.expectation import Expectation, Standing, Subject
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import daemon_seen, place_of
from tui.recovery.findings.iscsi.gone_targets import no_login_at_boot
from tui.recovery.findings.repair_plans import repair
from tui.recovery.wished import wished
from tui.storage.host.interface import Answer
from tui.storage.iscsi.records import record_words
from tui.storage.model.iscsi import NodeRecord, Role, SessionState
from tui.storage.operations.iscsi.records import SetRecordValues
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.operations.operation import Operation
from tui.storage.stacks.iscsi_rungs import portal_key, record_key, session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

CODE = "F49.not-logged-in"


def expected_sessions(evidence: Evidence) -> Iterator[Expectation]:
    """One for each record that asks for a login at boot, also where a setting beside it prevents that.

    With `node.leading_login` one session to the target is enough, through whichever iface (iscsiadm(8)).
    """
    inventory = evidence.inventory
    away = wished(evidence)
    for record in inventory.node_records:
        if not record.readable or not _asks(record):
            continue
        met = session_of(inventory, record) is not None
        led = record.leading_login and bool(inventory.sessions_of(record.target))
        standing = (
            Standing.MET if met or led else Standing.AS_WISHED if away.logged_out(record) else Standing.UNMET
        )
        source = Seen(
            clean(record.path) or record_words(record.target, record.portal, record.iface),
            (
                f"node.startup = {clean(record.startup)}",
                f"node.conn[0].startup = {clean(record.connection_startup)}",
                *(("node.leading_login = Yes",) if record.leading_login else ()),
            ),
        )
        yield Expectation(
            Subject.SESSION,
            place_of(record),
            source,
            standing,
            rungs=(
                f"session:{record.target}|{record.portal.label}|{record.iface}",
                record_key(record),
                portal_key(record.target, record.portal),
                *_lost_beside(evidence, record),
            ),
            told=_told(evidence, record, source) if standing is Standing.UNMET else None,
        )


def _asks(record: NodeRecord) -> bool:
    return bool({"automatic", "onboot"} & {record.startup, record.connection_startup})


def _lost_beside(evidence: Evidence, record: NodeRecord) -> Iterator[str]:
    """The sessions through the same portal that have lost their connection."""
    for session in evidence.inventory.sessions:
        if session.portal.is_same_place(record.portal) and session.state is not SessionState.LOGGED_IN:
            yield session_key(session)


def _told(evidence: Evidence, record: NodeRecord, source: Seen) -> Finding:
    title, why = _("Log in"), _("The record is complete; the session makes its LUNs appear as disks.")
    steps: tuple[Operation, ...] = (LogIn(record.target, record.portal, record.iface),)
    if record.is_passed_over_at_boot:
        value, before = (("node.leading_login", "No"),), (("node.leading_login", "Yes"),)
        steps += (SetRecordValues(record.target, record.portal, record.iface, value, before),)
        why = _(
            "`node.leading_login = Yes` makes the login at boot skip the iface `default`, so it is set to No."
        )
    manual = _("Set the record to manual")
    manual_why = _("If this host should not log in to it: nothing expects the session then.")
    return Finding(
        CODE,
        _("There is no session to {place}, though its record logs in at boot.").format(
            place=place_of(record)
        ),
        _("Disks that only this session reaches are not there. Nothing is damaged."),
        RungKind.SESSION,
        (record_key(record),),
        seen=(
            source,
            Seen("/sys/class/iscsi_session", (_("no session of this record"),)),
            *daemon_seen(line for line in evidence.daemon if record.target in line.text),
            *_service_seen(evidence),
        ),
        ruled_out=tuple(_ruled_out(evidence, record)),
        hypotheses=(
            Hypothesis(
                _("Somebody logged out."), _("Ask, and look for `iscsiadm` in the history of the shells.")
            ),
            Hypothesis(
                _("The login at boot failed or was not attempted, or the record was changed since."),
                _("`journalctl -b -u open-iscsi -u iscsi`: what iscsiadm says of this target."),
            ),
        ),
        fixes=(
            Fix(
                title,
                why,
                repair(title, why, *steps),
                confirm=(_("Should this host log in to it now?"),),
            ),
            Fix(
                manual,
                manual_why,
                repair(manual, manual_why, *no_login_at_boot((record,))),
            ),
        ),
        never=(
            Never(
                _("Run discovery again to get the session back"),
                _("It may rewrite records; CHAP secrets set in single records are lost."),
            ),
        ),
        follows_if=("F07", "F18", "F19", "F32"),
    )


def _ruled_out(evidence: Evidence, record: NodeRecord) -> Iterator[RuledOut]:
    answer = evidence.answer_of(record.portal)
    if answer is not None and answer.answer is Answer.OPEN:
        yield RuledOut(_("an unreachable portal"), _("It accepts connections."))
    if evidence.inventory.daemon_answers:
        yield RuledOut(_("a stopped iscsid"), _("It accepts requests on its socket."))


def _service_seen(evidence: Evidence) -> Iterator[Seen]:
    service = evidence.inventory.service(Role.LOGIN_AT_BOOT)
    if service is not None and service.active:
        yield Seen(f"systemctl is-active {clean(service.unit)}", (clean(service.active),))
