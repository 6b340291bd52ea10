"""F32: an initiator name that is missing, not valid, or not the one that the sessions use."""

from collections.abc import Iterator

from tui.maintenance.proposal import Proposal
from tui.recovery.evidence import Evidence
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen, Weight
from tui.recovery.findings.iscsi.iscsid_down import uses_iscsi
from tui.storage.changing.plan import Plan
from tui.storage.iscsi.iscsi_name import malformed_name, plain_reading
from tui.storage.operations.iscsi.initiator import SetInitiatorName
from tui.storage.untrusted import clean
from tui.words import translate as _


def bad_initiator_name(evidence: Evidence) -> Iterator[Finding]:
    """F32: there is no initiator name, or one that no target takes."""
    initiator = evidence.inventory.initiator
    if not initiator.readable or initiator.generates or not uses_iscsi(evidence):
        return
    problems = malformed_name(initiator.name) if initiator.name else ()
    proved = any(session.initiator_name == initiator.name for session in evidence.inventory.sessions)
    if initiator.name and (proved or not problems):
        yield from _changed_name(evidence)
        return
    used = next(
        (session.initiator_name for session in evidence.inventory.sessions if session.initiator_name), ""
    )
    yield Finding(
        "F32.no-name" if not initiator.name else "F32.bad-name",
        _("This host has no initiator name.")
        if not initiator.name
        else _("The initiator name of this host is not valid: {name}.").format(
            name=clean(initiator.name, 120)
        ),
        _(
            "iscsid does not start, or targets refuse the name, and the error messages blame the driver "
            "or a parameter. Sessions that are up keep the name they logged in with."
        ),
        seen=(
            Seen(
                clean(initiator.path),
                (f"InitiatorName={clean(initiator.name)}",) if initiator.name else (_("no InitiatorName="),),
            ),
            *([Seen(_("sessions that are up"), (clean(used),))] if used else []),
            *(
                [Seen(_("what is wrong with it"), tuple(problem.summary for problem in problems))]
                if problems
                else []
            ),
        ),
        ruled_out=(
            RuledOut(
                _("a missing driver"),
                _(
                    "`The iSCSI driver has not been correctly installed` is also printed when only the "
                    "name is missing."
                ),
            ),
        ),
        fixes=tuple(_naming(used, plain_reading(initiator.name))),
        never=(
            Never(
                _("Copy the name of another host"),
                _("Two hosts with one name terminate each other's sessions, or both mount the same LUN."),
            ),
        ),
    )


def _naming(used: str, meant: str) -> Iterator[Fix]:
    """Ways to a name, the surest first.

    Args:
        used: the name of the sessions that are up, or empty.
        meant: what the file's line says without its comment and quotes, or empty.
    """
    if used:
        plan = Plan(_("Write the name that the sessions use"), (SetInitiatorName(used),))
        yield Fix(
            plan.title,
            _("The target's ACL already has it, so nothing has to be changed there."),
            Proposal(
                plan, _("The name is written to the file; iscsid reads it when it starts."), yes=_("Write")
            ),
        )
    if meant and meant != used:
        plan = Plan(
            _("Write {name} without the rest of the line").format(name=clean(meant)),
            (SetInitiatorName(meant),),
        )
        yield Fix(
            plan.title,
            _("iscsid takes everything after the equals sign for the name, a comment and quotes too."),
            Proposal(plan, _("The name is written on a line of its own."), yes=_("Write")),
            confirm=(_("Is {name} the name in the target's ACL?").format(name=clean(meant)),),
        )
    yield Fix(
        _("Write the name that the target's ACL allows"),
        _(
            "The ACL on the storage holds it. You find it in a backup of this host, or from the "
            "storage administrator."
        ),
        by_hand=(
            "printf 'InitiatorName=%s\\n' NAME > /etc/iscsi/initiatorname.iscsi",
            "systemctl restart iscsid",
        ),
        confirm=(_("Is it known which name the storage's ACL has for this host?"),),
    )
    yield Fix(
        _("Or create a new one"),
        _(
            "The set-up (iscsi-console setup, Name) offers one. It must be in the target's ACL before "
            "any login succeeds."
        ),
        by_hand=("iscsi-iname",),
    )


def _changed_name(evidence: Evidence) -> Iterator[Finding]:
    """A name in the file that the sessions do not use: at the next login the storage sees another host."""
    inventory = evidence.inventory
    own = {interface.name for interface in inventory.interfaces if interface.initiator_name}
    others = [
        session
        for session in inventory.sessions
        if session.initiator_name
        and session.initiator_name != inventory.initiator.name
        and session.iface not in own
    ]
    if not others:
        return
    lines = tuple(f"session{name.sid}: {clean(name.initiator_name)}" for name in others)
    yield Finding(
        "F32.name-changed",
        _("The sessions use a different initiator name than the file."),
        _(
            "Everything works now. At the next login, at the latest after a reboot, the target sees the "
            "name in the file, and refuses it unless its ACL allows that name too."
        ),
        seen=(
            Seen(clean(inventory.initiator.path), (f"InitiatorName={clean(inventory.initiator.name)}",)),
            Seen("/sys/class/iscsi_session/*/initiatorname", lines),
        ),
        fixes=(
            Fix(
                _("Write the name that the sessions use into the file"),
                _("The target's ACL allows that one, as the sessions show."),
                Proposal(
                    Plan(_("Keep the name that is in use"), (SetInitiatorName(others[0].initiator_name),)),
                    _("The name is written to the file."),
                    yes=_("Write"),
                ),
                confirm=(_("Was the name changed by mistake?"),),
            ),
            Fix(
                _("Or have the new name added to the ACL before the next login"),
                _("Then the change takes effect without an outage."),
                confirm=(_("Is the new name in the ACL of every target?"),),
            ),
        ),
        weight=Weight.RISK,
    )
