"""F13: two hosts that log in with the same initiator name.

The target closes the connection each time, right after the login (RFC 7143 6.3.5).
"""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Hypothesis, Never, RuledOut, Seen
from tui.recovery.findings.evidence_text import daemon_seen, kernel_seen
from tui.recovery.findings.iscsi.session_drops import cycles
from tui.recovery.findings.requests_to_admins import storage_administrator, way_facts
from tui.storage.stacks.iscsi_rungs import session_key
from tui.storage.stacks.rung import RungKind
from tui.storage.untrusted import clean
from tui.words import translate as _


def duplicate_initiator_names(evidence: Evidence) -> Iterator[Finding]:
    """F13: the target throws this host out again and again: somebody else logs in with its name."""
    flapping = [cycle for cycle in cycles(evidence) if cycle.closed > cycle.silent]
    if not flapping:
        return
    sessions = [cycle.session for cycle in flapping]
    names = list(dict.fromkeys(session.initiator_name for session in sessions if session.initiator_name))
    facts = (
        *way_facts(evidence, {session.portal.label: session.portal for session in sessions}.values()),
        *dict.fromkeys(_("Target: {target}").format(target=clean(session.target)) for session in sessions),
    )
    yield Finding(
        "F13.doubled-name",
        _("The target closes the connection a few seconds after each login, again and again."),
        _(
            "Most likely a second host logs in with the same initiator name: each login terminates the "
            "other host's session (session reinstatement). If both mount the same LUN, its file system "
            "is being destroyed."
        ),
        RungKind.SESSION,
        tuple(session_key(session) for session in sessions),
        seen=(
            *kernel_seen(line for cycle in flapping for line in cycle.lines if "conn error" in line.text),
            *daemon_seen(line for cycle in flapping for line in cycle.lines if "operational" in line.text),
            Seen(_("initiator names"), tuple(clean(name) for name in names)),
            *_identity_seen(evidence),
        ),
        ruled_out=(
            RuledOut(
                _("a network fault"),
                _(
                    "The target itself closes the connection (error 1020), and the next login "
                    "succeeds at once."
                ),
            ),
            RuledOut(_("packets that are too large"), _("No ping timed out.")),
        ),
        hypotheses=(
            Hypothesis(
                _("Another host has the same initiator name: a clone or a template."),
                _("The storage shows one initiator name with two IP addresses."),
            ),
            Hypothesis(
                _("The target keeps restarting or failing over."),
                _("Other hosts lose their sessions at the same times, and the storage's log shows it."),
            ),
        ),
        fixes=(
            Fix(
                _("Find the other host"),
                _("Only the storage can tell from which addresses the name is used."),
                ask=storage_administrator(
                    evidence,
                    _("Our sessions are closed by the target every few seconds."),
                    _(
                        "From which IP addresses does this initiator name log in? If there are two, who is "
                        "the other?"
                    ),
                    (*facts, *(_("Name at login: {name}").format(name=clean(name)) for name in names)),
                ),
            ),
            Fix(
                _(
                    "On the clone, not on this host if this is the one in production: unmount, log out, "
                    "set a new name"
                ),
                _("Nothing depends on the clone's old name; the production host depends on its own."),
                by_hand=(
                    "umount …; vgchange -an …; iscsiadm -m session -r SID --logout",
                    "iscsi-iname",
                    "iscsi-console setup",
                ),
                confirm=(
                    _("Is it known which of the two hosts is the clone?"),
                    _(
                        "Is it certain that no file system was mounted on both at the same time? Otherwise "
                        "check it before further use."
                    ),
                ),
            ),
        ),
        never=(
            Never(
                _("Change the name of the production host first"),
                _("The target's ACL would no longer allow it."),
            ),
            Never(
                _("Leave both and raise the timeouts"),
                _("They would keep terminating each other's session, and both keep writing."),
            ),
        ),
    )


def _identity_seen(evidence: Evidence) -> tuple[Seen, ...]:
    named, born = evidence.names.name_written, evidence.names.machine_id_written
    if named is None or born is None or named >= born - 60.0:
        return ()
    words = _("The initiator name is {days} days older than this machine's ID: it may come from a template.")
    return (Seen("/etc/machine-id", (words.format(days=round((born - named) / 86400)),)),)
