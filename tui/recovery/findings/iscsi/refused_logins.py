"""F01, F31, F10: the target is there and turns this host away, at a login or when a session comes back."""

import time
from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.maintenance.sessions import log_in, record_of
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Ask, Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import daemon_seen, place_of, portal_seen
from tui.recovery.findings.iscsi.gone_targets import gone_fixes
from tui.recovery.findings.iscsi.login_refusals import Refusal, Refused, refusal_of, refused_records
from tui.recovery.findings.requests_to_admins import storage_administrator
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.daemon import DAEMON
from tui.storage.iscsi.sessions import uses_of
from tui.storage.model.iscsi import NodeRecord, Session
from tui.storage.operations.services.prerequisites import RestartDaemon
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import enumerated, translate as _

_CODES = {
    Refusal.AUTHENTICATION: "F01.wrong-chap",
    Refusal.AUTHORIZATION: "F01.not-admitted",
    Refusal.OTHER: "F01.refused",
    Refusal.MUTUAL: "F31.target-not-proved",
    Refusal.NO_TARGET: "F10.target-gone",
    Refusal.REMOVED: "F10.target-gone",
    Refusal.UNAVAILABLE: "F10.target-unavailable",
}
_GONE = {Refusal.NO_TARGET, Refusal.REMOVED, Refusal.UNAVAILABLE}


def refused_logins(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each session or record that the target turned away last."""
    for session in evidence.inventory.sessions:
        refused = refusal_of(evidence, session)
        if session.target and refused is not None and refused.why is not Refusal.NOT_ASKED:
            yield _finding(evidence, session, refused)
    for record, refused in refused_records(evidence):
        if refused.why is not Refusal.NOT_ASKED:
            yield _finding(evidence, record, refused)


def _finding(evidence: Evidence, thing: Session | NodeRecord, refused: Refused) -> Finding:
    gone = refused.why in _GONE
    key = (
        session_key(thing)
        if isinstance(thing, Session)
        else f"session:{thing.target}|{thing.portal.label}|{thing.iface}"
    )
    return Finding(
        _CODES[refused.why],
        _summary(thing, refused),
        _meaning(evidence, thing),
        RungKind.SESSION,
        (key,),
        seen=tuple(_seen(evidence, thing, refused)),
        ruled_out=_ruled_out(refused),
        hypotheses=tuple(_hypotheses(evidence, thing, refused)),
        fixes=tuple(_gone_fixes(evidence, thing, refused) if gone else _fixes(evidence, thing, refused)),
        never=_never(gone=gone),
    )


def _summary(thing: Session | NodeRecord, refused: Refused) -> str:
    words = {
        Refusal.AUTHENTICATION: _("{target} at {portal} does not accept this host's CHAP user and secret."),
        Refusal.AUTHORIZATION: _("{target} at {portal} refuses this initiator: its name is not in the ACL."),
        Refusal.MUTUAL: _("{target} at {portal} failed mutual CHAP: its response is wrong."),
        Refusal.NO_TARGET: _("{portal} reports that it has no target {target}."),
        Refusal.REMOVED: _("{portal} reports that {target} was removed for good."),
        Refusal.UNAVAILABLE: _("{portal} reports that {target} is not in service."),
        Refusal.OTHER: _("{target} at {portal} refuses the login."),
    }
    return words[refused.why].format(target=clean(thing.target, 100), portal=clean(thing.portal.label))


def _meaning(evidence: Evidence, thing: Session | NodeRecord) -> str:
    if not isinstance(thing, Session):
        return _("There is no session, so its disks are missing. Nothing on the storage has changed.")
    uses = uses_of(evidence.inventory, thing.sid)
    words = _("The session was lost and cannot reconnect: each login is refused. Affected: {who}.")
    return words.format(who=enumerated(clean(use) for use in uses[:6]) or _("nothing on this host"))


def _seen(evidence: Evidence, thing: Session | NodeRecord, refused: Refused) -> Iterator[Seen]:
    if isinstance(thing, Session):
        lines = tuple(
            line for line in evidence.daemon_about(f"sid:{thing.sid}") if "login rejected" in line.text
        )
        yield Seen(f"/sys/class/iscsi_session/session{thing.sid}", (f"state: {thing.state.value}",))
        yield from daemon_seen(lines[-2:] or (refused.line,))
    else:
        named = [line for line in evidence.daemon if f"target: {thing.target}," in line.text]
        yield from daemon_seen((*named[-1:], refused.line))
    if len(refused.times) > 1:
        yield Seen(_("logins that iscsid noted as refused like this"), (_how_often(refused),))
    names = _names_of(evidence, thing)
    if names:
        yield Seen(_("initiator names"), names)
    record = _record(evidence, thing)
    if record is not None and record.readable and refused.why in _ABOUT_CHAP:
        facts = record.chap
        yield Seen(
            clean(record.path) or _("the node record"),
            (
                f"node.session.auth.authmethod = {clean(facts.method)}",
                f"node.session.auth.username = {clean(facts.username) or '<empty>'}",
                f"node.session.auth.password = {'********' if facts.has_password else '<empty>'}",
                f"node.session.auth.username_in = {clean(facts.username_in) or '<empty>'}",
                f"node.session.auth.password_in = {'********' if facts.has_password_in else '<empty>'}",
            ),
        )
    yield from portal_seen(evidence, thing.portal)


def _how_often(refused: Refused) -> str:
    first, last = (
        time.strftime("%H:%M:%S", time.localtime(at)) for at in (refused.times[0], refused.times[-1])
    )
    words = _("{count} since {first}, the last one at {last}")
    return words.format(count=len(refused.times), first=first, last=last)


_ABOUT_CHAP = {Refusal.AUTHENTICATION, Refusal.MUTUAL, Refusal.OTHER}


def _names_of(evidence: Evidence, thing: Session | NodeRecord) -> tuple[str, ...]:
    """The name in the file beside the one that this login uses, so that a difference is seen."""
    initiator = evidence.inventory.initiator
    lines = [f"{clean(initiator.path)}: {clean(initiator.name)}"] if initiator.name else []
    if isinstance(thing, Session) and thing.initiator_name:
        lines.append(_("session {sid}: {name}").format(sid=thing.sid, name=clean(thing.initiator_name)))
    override = used_name(evidence, thing.iface)
    if override and override != initiator.name:
        lines.append(_("iface {iface}: {name}").format(iface=clean(thing.iface), name=clean(override)))
    return tuple(lines)


def used_name(evidence: Evidence, iface: str) -> str:
    """The initiator name that a login through an iface uses: its own, or the host's."""
    own = next(
        (interface.initiator_name for interface in evidence.inventory.interfaces if interface.name == iface),
        "",
    )
    return own or evidence.inventory.initiator.name


def _record(evidence: Evidence, thing: Session | NodeRecord) -> NodeRecord | None:
    return record_of(evidence.inventory, thing) if isinstance(thing, Session) else thing


def _ruled_out(refused: Refused) -> tuple[RuledOut, ...]:
    network = RuledOut(
        _("a network fault"),
        _(
            "The target answered the login with a refusal, so the network path works. Error 1020 in the "
            "kernel's log is the target closing the connection afterwards."
        ),
    )
    other = {
        Refusal.AUTHENTICATION: RuledOut(
            _("the ACL"),
            _(
                "The target reports `authentication`; if the ACL were the cause it would report "
                "`authorization`."
            ),
        ),
        Refusal.AUTHORIZATION: RuledOut(
            _("user and secret of CHAP"),
            _("The target reports `authorization`; for a wrong secret it would report `authentication`."),
        ),
    }.get(refused.why)
    return (network,) if other is None else (network, other)


def _hypotheses(evidence: Evidence, thing: Session | NodeRecord, refused: Refused) -> Iterator[Hypothesis]:
    record = _record(evidence, thing)
    chap = record.chap if record is not None and record.readable else None
    if refused.why in {Refusal.AUTHORIZATION, Refusal.OTHER}:
        yield Hypothesis(
            _(
                "The target's ACL does not have this host's initiator name, or has it with a "
                "different spelling."
            ),
            _("Compare the name above, letter by letter, with the ACL on the storage."),
        )
        yield Hypothesis(
            _("This host got another name: it was reinstalled, cloned, or the file was edited."),
            _("Ask which name was in the ACL until now."),
        )
    if refused.why in {Refusal.AUTHENTICATION, Refusal.OTHER}:
        if chap is None or not chap.has_password:
            yield Hypothesis(
                _("The target requires CHAP, and this record has no secret."),
                _(
                    "The record above shows an empty password. A later change in iscsid.conf does "
                    "not reach it."
                ),
            )
        else:
            yield Hypothesis(
                _("User or secret differ from those set on the storage, or were changed there."),
                _("Set both again on both sides; nobody can read them back."),
            )
        if chap is not None and chap.kind == "mutual":
            yield Hypothesis(
                _("CHAP is off on the target for this initiator, and this record wants mutual CHAP."),
                _("Ask whether CHAP is on, and whether the target has a user and secret of its own."),
            )
    if refused.why is Refusal.MUTUAL:
        yield Hypothesis(
            _("The target's own user or secret in this record differs from those set on the storage."),
            _("Set it again on both sides. The two directions must have different secrets."),
        )
    if refused.why is Refusal.UNAVAILABLE:
        yield Hypothesis(
            _(
                "The target is disabled, restarting, or failing over: it comes back by itself, or is enabled"
                " again."
            ),
            _("Ask whether it is enabled; iscsid retries every few seconds meanwhile."),
        )
    if refused.why in _GONE:
        yield Hypothesis(
            _("The target was retired or renamed, and this host still has its old name."),
            _(
                "`iscsiadm -m discoverydb -t sendtargets -p {portal} -o nonpersistent --discover` lists "
                "what the "
                "portal offers now."
            ).format(portal=clean(thing.portal.label)),
        )
        yield Hypothesis(
            _("The storage was restarted and did not bring the target back, or offers it on other ports."),
            _("Ask whether the target exists and is enabled on this portal."),
        )


def _gone_fixes(evidence: Evidence, thing: Session | NodeRecord, refused: Refused) -> Iterator[Fix]:
    """Ask first; where it may come back, that this host then logs in; the farewell last."""
    asking, *farewell = gone_fixes(evidence, thing)
    yield asking
    if refused.why is Refusal.UNAVAILABLE:
        yield _log_in_again(evidence, thing)
    yield from farewell


def _fixes(evidence: Evidence, thing: Session | NodeRecord, refused: Refused) -> Iterator[Fix]:
    name = thing.initiator_name if isinstance(thing, Session) else ""
    name = name or used_name(evidence, thing.iface)
    if refused.why in {Refusal.AUTHORIZATION, Refusal.OTHER}:
        if isinstance(thing, Session) and _file_has_another_name(evidence, thing):
            yield _restart(evidence)
        yield Fix(
            _("Have this host's initiator name added to the target's ACL"),
            _("Only the storage can allow it. Compare both names first."),
            ask=_ask(
                evidence,
                thing,
                name,
                _("The target refuses this host (not authorized)."),
                _(
                    "Please add exactly this initiator name to the ACL of the target, or send us the "
                    "name that is in it."
                ),
            ),
        )
    if refused.why in _ABOUT_CHAP:
        mutual = refused.why is Refusal.MUTUAL
        yield Fix(
            _("Set CHAP again in the record"),
            _(
                "In the console choose the record (Enter on the portal), then CHAP. The secret is "
                "written to the record's file and never appears on a command line."
            ),
            confirm=(
                _("Do you have the target's own user and secret from the storage administrator?")
                if mutual
                else _("Do you have this host's user and secret from the storage administrator?"),
            ),
        )
        yield Fix(
            _("Ask for the CHAP user and a new secret"),
            _("Nobody can read a secret back, on either side."),
            ask=_ask(
                evidence,
                thing,
                name,
                _("The target refuses this host's CHAP credentials (authentication failed).")
                if not mutual
                else _("The target's response to mutual CHAP is wrong."),
                _(
                    "Is CHAP set on the ACL entry of this initiator (not only on the target)? Please set "
                    "a new user and secret and send them securely, not in the ticket."
                ),
            ),
        )
    yield _log_in_again(evidence, thing)


def _log_in_again(evidence: Evidence, thing: Session | NodeRecord) -> Fix:
    if isinstance(thing, Session):
        return Fix(
            _("Then wait: iscsid logs in again by itself"),
            _(
                "It retries every few seconds. A changed record only takes effect at the next login: "
                "where CHAP was changed here, log out and in again."
            ),
            by_hand=(f"cat /sys/class/iscsi_session/session{thing.sid}/state",),
        )
    return Fix(
        _("Then log in"),
        _("The disks appear again with the session."),
        log_in((thing,), evidence.inventory),
        confirm=(_("Has the storage administrator said that it is done?"),),
    )


def _file_has_another_name(evidence: Evidence, session: Session) -> bool:
    name = used_name(evidence, session.iface)
    return bool(session.initiator_name and name and session.initiator_name != name)


def _restart(evidence: Evidence) -> Fix:
    others = [
        session
        for session in evidence.inventory.sessions
        if session.initiator_name != evidence.inventory.initiator.name
    ]
    plan = Plan(_("Have iscsid read its name again"), (RestartDaemon(DAEMON),))
    return Fix(
        plan.title,
        _(
            "iscsid reads the file with the name only when it starts. Sessions that are up keep the old "
            "name until they log in again."
        ),
        Proposal(plan, _("Only iscsid is restarted; the kernel keeps the sessions meanwhile.")),
        confirm=(
            _(
                "{count} sessions use a different name than the file. Is the name in the file the right one?"
            ).format(count=len(others)),
        ),
    )


def _ask(evidence: Evidence, thing: Session | NodeRecord, name: str, trouble: str, question: str) -> Ask:
    return storage_administrator(
        evidence,
        trouble,
        question,
        (
            _("Target and portal: {place}").format(place=place_of(thing)),
            _("Name at login: {name}").format(name=clean(name)),
        ),
    )


def _never(*, gone: bool) -> tuple[Never, ...]:
    if gone:
        return (
            Never(
                _("Kill iscsid to end the session"),
                _("The kernel keeps the session, and then nothing can end it."),
            ),
            Never(
                _("Delete files of the record database by hand"),
                _("An incomplete record prevents iscsiadm from listing any."),
            ),
        )
    return (
        Never(
            _("Configure the target to allow any initiator"),
            _("Two hosts that write to one LUN destroy the file system on it."),
        ),
        Never(
            _("Give this host the name of another one"),
            _("The two then terminate each other's sessions, or both mount the same LUN."),
        ),
        Never(
            _("Type a secret on a command line"),
            _("Everybody on this host can read it there, and it stays in the shell's history."),
        ),
    )
