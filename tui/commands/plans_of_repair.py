"""The plans of repairs: one fix of one finding, and what is left of targets that are gone."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from tui.commands.planned import Arguments, Planned, nothing_to_do
from tui.maintenance.proposal import Proposal
from tui.maintenance.records import delete
from tui.maintenance.sessions import log_out, session_of
from tui.recovery.acceptance import covers, parse_acceptance
from tui.recovery.codes import CODES, NUMBERS
from tui.recovery.diagnosis import Diagnosis, diagnose, is_whole
from tui.recovery.evidence import Evidence
from tui.recovery.facts import AcceptedFinding
from tui.recovery.finding import Finding, Fix
from tui.recovery.gather import gather
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import Host
from tui.storage.iscsi.discovery import DiscoveryKind, Found, Standing, discover
from tui.storage.iscsi.sessions import uses_of
from tui.storage.model.inventory import Inventory
from tui.storage.model.iscsi import NodeRecord
from tui.storage.operations.operation import Operation
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import Problem, Refused
from tui.storage.stacks.stack import stacks
from tui.storage.untrusted import clean
from tui.words import enumerated, labelled, translate as _

_WITHIN = 60.0
"""Seconds that a look takes at most; longer than for `doctor`, since what is not read is not repaired."""

_KEY = re.compile(r"[a-z-]+:.+|[\w!-]+")
"""The key of a layer, with its kind in front, or the kernel's name of a device."""


def repair(host: Host, arguments: Arguments) -> Planned:
    """One fix of the finding that a code names."""
    word = arguments.text("code")
    wanted = parse_acceptance(word, "")
    if wanted is None or wanted.code not in CODES | NUMBERS:
        raise Refused(
            Problem(
                "repair.code",
                _("{code} is not the code of a finding.").format(code=clean(word)),
                remedy=_("`iscsi-console doctor` lists what is wrong, with codes such as F51.not-in-fstab."),
            )
        )
    diagnosis = diagnose(gather(host, _WITHIN))
    found = [finding for finding in diagnosis.findings if covers(wanted, finding)]
    if not found and not is_whole(diagnosis.evidence):
        raise Refused(_not_read(word, diagnosis.evidence))
    if not found:
        return nothing_to_do(_("Repair {code}").format(code=clean(word)), _not_now(wanted, diagnosis))
    if len(found) > 1:
        raise Refused(
            Problem(
                "repair.several",
                _("{code} was found at several places.").format(code=clean(word)),
                remedy=_("Name one of them as CODE:KEY."),
                evidence=_places(found),
            )
        )
    fix = _chosen(found[0], arguments.number("fix"))
    if fix.proposal is None:
        raise Refused(_no_plan(fix))
    return Planned(fix.proposal, fix.confirm, len(arguments.texts("answer")))


def _not_now(wanted: AcceptedFinding, diagnosis: Diagnosis) -> str:
    """Why there is nothing to repair.

    A layer that a repair removed (a stale map, a record) has a key that nothing has any more, and so has one
    with a typing error; both are told in words.

    Raises:
        Refused: no layer and no device can have this key.
    """
    inventory, place = diagnosis.evidence.inventory, wanted.place
    if place and not _KEY.fullmatch(place):
        same = replace(wanted, place="")
        raise Refused(
            Problem(
                "repair.key",
                _("{key} is not the key of a layer.").format(key=clean(place)),
                remedy=_(
                    "`iscsi-console doctor --json` has the `key` of each finding, such as "
                    "F51.not-in-fstab@mount:/srv/data."
                ),
                evidence=_places(finding for finding in diagnosis.findings if covers(same, finding)),
            )
        )
    rungs = (rung for stack in stacks(inventory) for rung in stack.rungs)
    if not place or inventory.device(place) or any(place in (rung.key, *rung.also) for rung in rungs):
        return _("This host has no such finding now.")
    return _("This host has no such finding now, and nothing on it has the key {key}.").format(
        key=clean(place)
    )


def _places(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The findings as they are typed."""
    return tuple(f"{finding.code}:{clean(finding.rung or finding.device)}" for finding in findings)


def _not_read(word: str, evidence: Evidence) -> Problem:
    lines = [labelled(item.item.value, item.why) for item in evidence.unread]
    lines += [labelled(item.what, item.why) for item in evidence.inventory.unseen]
    return Problem(
        "repair.not-read",
        _("It is not known whether this host has {code}.").format(code=clean(word)),
        cause=_("Not everything could be read.") if lines else _("Only root can read everything."),
        remedy=_("`iscsi-console doctor` says what does not answer. Try again after that."),
        evidence=tuple(clean(line) for line in lines),
    )


def _chosen(finding: Finding, number: int) -> Fix:
    if number:
        if 0 < number <= len(finding.fixes):
            return finding.fixes[number - 1]
        raise Refused(_other_fix(finding))
    fix = next((fix for fix in finding.fixes if fix.proposal is not None), None)
    if fix is None and not finding.fixes:
        raise Refused(_other_fix(finding))
    return fix or finding.fixes[0]


def _other_fix(finding: Finding) -> Problem:
    return Problem(
        "repair.no-such-fix",
        _("{code} has no such fix.").format(code=finding.code),
        cause=finding.summary,
        remedy=_("Choose one of these with --fix."),
        evidence=tuple(f"{number}. {fix.title}" for number, fix in enumerate(finding.fixes, 1)),
    )


def _no_plan(fix: Fix) -> Problem:
    ask = fix.ask
    return Problem(
        "repair.by-hand",
        _("No plan does this: {title}.").format(title=fix.title),
        cause=fix.why,
        remedy=_("Send this to {who}.").format(who=ask.who)
        if ask is not None
        else _("Do it by hand, or choose another fix with --fix."),
        evidence=(*(ask.words.splitlines() if ask is not None else ()), *fix.by_hand),
    )


def forget_stale(host: Host, arguments: Arguments) -> Planned:
    """Log out of targets that their discovery portals no longer list, and delete their records.

    A portal that does not answer, or lists nothing at all, says nothing about its targets; neither does one
    that lists a target at another of its portals.
    """
    inventory = take_inventory(host)
    gone = _gone(host, inventory)
    names = tuple(dict.fromkeys(record.target for record in gone))
    title = _("Forget targets that are gone")
    if not gone:
        return nothing_to_do(title, _("Every portal that answered still lists the targets of its records."))
    limit = arguments.number("limit")
    if len(names) > limit:
        raise Refused(
            Problem(
                "forget.limit",
                _("{count} targets are gone, more than {limit}.").format(count=len(names), limit=limit),
                cause=_("The array may be misconfigured, or this host may have lost its access."),
                remedy=_("Ask the storage administrator. If they are retired, raise --limit."),
                evidence=tuple(clean(name) for name in names[:20]),
            )
        )
    return Planned(_farewell(inventory, gone, title))


def _gone(host: Host, inventory: Inventory) -> tuple[NodeRecord, ...]:
    """The records of targets that the portals which list targets to this host no longer list anywhere."""
    listed: set[str] = set()
    vanished: list[Found] = []
    unsure: set[str] = set()
    silent = False
    for portal in inventory.discovery_records:
        answered = discover(host, inventory, DiscoveryKind(portal.kind), portal.portal)
        present = [answer for answer in answered.found if answer.standing is not Standing.VANISHED]
        if answered.problem is not None or not present:
            silent = True
            unsure |= {
                record.target
                for record in inventory.node_records
                if record.portal.is_same_place(portal.portal)
            }
            continue
        listed |= {answer.target for answer in present}
        vanished += [answer for answer in answered.found if answer.standing is Standing.VANISHED]
    gone = {
        (answer.target, answer.portal.label) for answer in vanished if answer.target not in listed | unsure
    }
    records = tuple(
        record for record in inventory.node_records if (record.target, record.portal.label) in gone
    )
    if not records and silent:
        raise Refused(
            Problem(
                "forget.portal-silent",
                _("A discovery portal did not answer, or listed nothing."),
                cause=_("While a portal is down it is not known which targets are gone."),
                remedy=_("Repair that first: iscsi-console doctor."),
            )
        )
    return records


def _farewell(inventory: Inventory, gone: tuple[NodeRecord, ...], title: str) -> Proposal:
    operations: list[Operation] = []
    kept: list[str] = []
    for record in gone:
        session = session_of(inventory, record)
        if session is not None:
            uses = uses_of(inventory, session.sid)
            if uses:
                kept.append(labelled(record.target, enumerated(uses[:3])))
                continue
            operations += log_out((session,), inventory).plan.operations
        operations += delete((record,), inventory).plan.operations
    notes = [_("Settings and CHAP secrets in the records are lost.")]
    notes += [_("In use, so it stays: {what}.").format(what=clean(line)) for line in kept]
    return Proposal(
        Plan(title, tuple(operations)),
        _("Their portals answered and no longer list them."),
        tuple(notes),
        yes=_("Forget"),
    )
