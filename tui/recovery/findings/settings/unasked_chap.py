"""F01: a record wants CHAP, and the target does not ask for it; open-iscsi ends such a login itself.

The target leaves the security phase of the login (RFC 7143 6.2) without CHAP, and iscsid says `T bit set on
response, but authenticaton not complete` (usr/login.c); iscsiadm ends with status 19. No secret was compared.
"""

from collections.abc import Iterator

from tui.maintenance.sessions import record_of
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import daemon_seen, place_of
from tui.recovery.findings.iscsi.login_refusals import Refusal, Refused, refusal_of, refused_records
from tui.recovery.findings.repair_plans import repair
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.iscsi.chap import NO_CHAP
from tui.storage.model.iscsi import NodeRecord, Session
from tui.storage.operations.iscsi.chap import SetRecordChap
from tui.storage.operations.iscsi.sessions import LogIn
from tui.storage.stacks.iscsi_rungs import record_key, session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _

NOT_ASKED = "F01.chap-not-asked"


def unasked_chap(evidence: Evidence) -> Iterator[Finding]:
    """F01: of each session or record whose last login ended like that."""
    for session in evidence.inventory.sessions:
        refused = refusal_of(evidence, session)
        if session.target and refused is not None and refused.why is Refusal.NOT_ASKED:
            record = record_of(evidence.inventory, session)
            yield _finding(evidence, session, record, session_key(session), refused)
    for known, refused in refused_records(evidence):
        if refused.why is Refusal.NOT_ASKED:
            yield _finding(evidence, known, known, record_key(known), refused)


def _finding(
    evidence: Evidence, thing: Session | NodeRecord, record: NodeRecord | None, key: str, refused: Refused
) -> Finding:
    return Finding(
        NOT_ASKED,
        _("{target} at {portal} does not ask for CHAP, and the record of this host requires it.").format(
            target=clean(thing.target, 100), portal=clean(thing.portal.label)
        ),
        _(
            "open-iscsi ends the login, because the target skipped the authentication that the record wants. "
            "No user or secret was compared, so neither is known to be wrong."
        ),
        RungKind.SESSION,
        (key,),
        seen=(*daemon_seen((refused.line,)), *_record_seen(record)),
        ruled_out=(
            RuledOut(_("a wrong secret"), _("The login ended before a secret was sent.")),
            RuledOut(_("a network fault"), _("The target answered the login.")),
        ),
        hypotheses=tuple(_hypotheses(record)),
        fixes=tuple(_fixes(evidence, thing, record)),
        never=(
            Never(
                _("Type a secret on a command line"),
                _("Everybody on this host can read it there, and it stays in the shell's history."),
            ),
        ),
    )


def _record_seen(record: NodeRecord | None) -> Iterator[Seen]:
    if record is None or not record.readable:
        return
    facts = record.chap
    yield Seen(
        clean(record.path) or _("the node record"),
        (
            f"node.session.auth.authmethod = {clean(facts.method)}",
            f"node.session.auth.username = {clean(facts.username) or '<empty>'}",
            f"node.session.auth.password = {'********' if facts.has_password else '<empty>'}",
            f"node.session.auth.password_in = {'********' if facts.has_password_in else '<empty>'}",
        ),
    )


def _hypotheses(record: NodeRecord | None) -> Iterator[Hypothesis]:
    yield Hypothesis(
        _("CHAP was switched off on the target, or never set for this initiator name."),
        _("Ask whether CHAP is on for this initiator: some storage sets it for each entry of the ACL."),
    )
    yield Hypothesis(
        _("The record has CHAP that is not wanted any more, such as one copied from iscsid.conf."),
        _("Ask whether hosts log in to this target without CHAP."),
    )
    if record is not None and record.readable and record.chap.kind == "mutual":
        yield Hypothesis(
            _("The target does CHAP in one direction only: it has no user and secret of its own."),
            _("Ask whether mutual CHAP is set on the target."),
        )


def _fixes(evidence: Evidence, thing: Session | NodeRecord, record: NodeRecord | None) -> Iterator[Fix]:
    yield Fix(
        _("Ask whether CHAP should be on"),
        _("If it should, only the storage can switch it on; this host is set up for it."),
        ask=storage_administrator(
            evidence,
            _("The target does not ask for CHAP, and this host is set up to use it. The login fails."),
            _(
                "Should CHAP be on for this initiator? If so, please switch it on for it. If not, we take it "
                "out of this host's record."
            ),
            (_("Target and portal: {place}").format(place=place_of(thing)),),
        ),
    )
    if record is None or not record.readable:
        return
    title = _("Or take CHAP out of the record, and log in")
    why = _("Then the login is made without authentication, as the target does it.")
    login = () if isinstance(thing, Session) else (LogIn(record.target, record.portal, record.iface),)
    operations = (SetRecordChap(record.target, record.portal, record.iface, NO_CHAP), *login)
    yield Fix(
        title,
        why,
        repair(title, why, *operations),
        confirm=(_("Has the storage administrator said that this target is used without CHAP?"),),
    )
