"""`journal`: the plans that ran on this host, and what becomes of one that did not come to its end."""

import argparse
import time
from collections.abc import Callable

from tui.commands.planned import Arguments, Planned, nothing_to_do
from tui.commands.running import Consent, ended, refused_now, run, unconfirmed
from tui.commands.secret_files import read_secrets
from tui.commands.secrets_of_plans import filled
from tui.commands.telling import Exit, Teller, teller
from tui.maintenance.proposal import Proposal
from tui.storage.changing import run_plan
from tui.storage.changing.interrupted import Interrupted, all_interrupted
from tui.storage.changing.journal import Journal
from tui.storage.changing.leaving import asked_to_leave
from tui.storage.changing.midway import midway
from tui.storage.changing.plan import Plan
from tui.storage.codec import Plain
from tui.storage.host.local import LocalHost
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.printing import json_text, say
from tui.storage.problem import ConsoleError, Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

SCHEMA = 1


def main(namespace: argparse.Namespace) -> int:
    """Do what is asked for; the exit status."""
    arguments = Arguments(vars(namespace))
    told = teller(json=arguments.flag("json"), quiet=arguments.flag("quiet"))
    try:
        return _ACTS[arguments.text("second") or "list"](arguments, told)
    except ConsoleError as error:
        told.problem(error.problem)
        told.end(Exit.REFUSED, problem=error.problem)
        return Exit.REFUSED


def _list(arguments: Arguments, told: Teller) -> int:
    journals = Journal.all_of(run_plan.PLACES.journals)
    if arguments.flag("json"):
        document = {"schema": SCHEMA, "journals": [_entry(journal) for journal in journals]}
        say(json_text(document))
        return Exit.DONE
    for journal in journals:
        entry = _entry(journal)
        told.say(f"{journal.identifier}  {entry['state']}  {entry['origin']}  {entry['title']}")
    if not journals:
        told.say(_("No plan ran on this host yet."))
    return Exit.DONE


def _entry(journal: Journal) -> dict[str, Plain]:
    plan = _plan_of(journal)
    return {
        "id": journal.identifier,
        "title": clean(plan.title) if plan is not None else "",
        "state": _state(journal),
        "origin": journal.origin.value,
        "began_at": journal.began_at,
        "changed": journal.has_changes,
    }


def _state(journal: Journal) -> str:
    """`finished`, `given-up`, `open` or `damaged`."""
    if journal.damage:
        return "damaged"
    if journal.is_finished:
        return "finished"
    return "given-up" if journal.ended else "open"


def _plan_of(journal: Journal) -> Plan | None:
    """What was planned, or None where that cannot be read."""
    try:
        return journal.plan()
    except ConsoleError:
        return None


def _show(arguments: Arguments, told: Teller) -> int:
    journal = _named(arguments, lambda _journal: True)
    plan = journal.plan()
    steps = [
        (operation, journal.progressed(number).value, journal.changed(number))
        for number, operation in enumerate(plan.operations)
    ]
    if arguments.flag("json"):
        document: dict[str, Plain] = {
            "schema": SCHEMA,
            **_entry(journal),
            "steps": [
                {
                    "operation": type(operation).__name__,
                    "title": operation.title(),
                    "progressed": progressed,
                    "changed": changed,
                    "commands": list(operation.shown()),
                }
                for operation, progressed, changed in steps
            ],
        }
        say(json_text(document))
        return Exit.DONE
    told.say(clean(plan.title))
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(journal.began_at))
    told.say(f"  {when}  {_state(journal)}")
    for number, (operation, progressed, changed) in enumerate(steps, start=1):
        told.say(
            f"{number}. {progressed if changed or progressed != 'done' else 'already'}: {operation.title()}"
        )
    return Exit.DONE


def _resume(arguments: Arguments, told: Teller) -> int:
    found = _interrupted(arguments)
    plan = found.plan
    if plan is None:
        raise Refused(found.problem or _none("", _("interrupted")))
    host = LocalHost()
    refused = refused_now(host)
    if refused is not None:
        told.problem(refused[1])
        told.end(refused[0], problem=refused[1])
        return refused[0]
    plan = filled(plan, read_secrets(arguments.pairs("secret_file")), found.done)
    left = Planned(
        Proposal(
            plan, _("This plan was started earlier and interrupted. Steps already done are not run again.")
        )
    )
    told.review(left)
    consent = _consent(arguments)
    missing = unconfirmed(left, consent)
    if missing is not None:
        raise Refused(missing)
    ending = run_plan.carry_on(found.journal, plan, host, told, asked_to_leave())
    if ending.journal is None and not ending.ok:
        ending = run_plan.Ending(ending.result, ending.problem, found.journal)
    return ended(ending, told, consent, together=plan.together)


def _give_up(arguments: Arguments, told: Teller) -> int:
    found = _interrupted(arguments)
    refused = refused_now(LocalHost())
    problem = refused[1] if refused is not None else run_plan.give_up(found.journal)
    if problem is not None:
        status = refused[0] if refused is not None else Exit.REFUSED
        told.problem(problem)
        told.end(status, problem=problem)
        return status
    told.say(_("Given up: {name}. What it did stays.").format(name=found.journal.identifier))
    return Exit.DONE


def _undo(arguments: Arguments, told: Teller) -> int:
    journal = _named(arguments, lambda one: one.has_changes and not one.damage)
    plan = journal.plan()
    title = _("Undo: {title}").format(title=clean(plan.title))
    host = LocalHost()
    undone = _undone(plan, journal, host)
    if not undone:
        found = nothing_to_do(title, _("What it changed is undone already."))
        return run(found, host, told, _consent(arguments), undoes=journal)
    why = _("Restores the state from before this plan: {title}.").format(title=clean(plan.title))
    found = Planned(Proposal(Plan(title, undone), why))
    return run(found, host, told, _consent(arguments), undoes=journal)


def _undone(plan: Plan, journal: Journal, host: LocalHost) -> tuple[Operation, ...]:
    """What undoes a plan: of one that did not come to its end, what it did until then."""
    if not journal.is_finished:
        back = midway(plan, journal, host).way_back
        if back is None:
            raise Refused(_no_way_back(journal))
        return back.operations
    return tuple(
        operation
        for number in reversed(range(len(plan.operations)))
        if journal.changed(number)
        for operation in _back(plan.operations[number])
        if not _is_done(operation, host)
    )


def _no_way_back(journal: Journal) -> Problem:
    return Problem(
        "journal.no-way-back",
        _("There is nothing to undo, or it cannot be undone: {name}.").format(name=journal.identifier),
        cause=_(
            "Nothing is missing, a change that cannot be undone has begun, or running what is left brings "
            "back what is missing."
        ),
        remedy=_("`iscsi-console journal resume {name}` runs what is left.").format(name=journal.identifier),
    )


def _back(operation: Operation) -> tuple[Operation, ...]:
    back = operation.undo()
    if isinstance(back, CannotUndo):
        raise Refused(
            Problem(
                "journal.cannot-undo",
                _("This cannot be undone: {title}.").format(title=operation.title()),
                cause=back.reason,
                remedy=_("Nothing was changed."),
            )
        )
    return back


def _is_done(operation: Operation, host: LocalHost) -> bool:
    try:
        return operation.is_done(host)
    except (ConsoleError, OSError):
        return False


def _interrupted(arguments: Arguments) -> Interrupted:
    name = arguments.text("name")
    for found in all_interrupted(run_plan.PLACES.journals):
        if not name or found.journal.is_named(name):
            return found
    raise Refused(_none(name, _("interrupted")))


def _named(arguments: Arguments, fits: Callable[[Journal], bool]) -> Journal:
    name = arguments.text("name")
    for journal in Journal.all_of(run_plan.PLACES.journals):
        if (not name and fits(journal)) or journal.is_named(name):
            return journal
    raise Refused(_none(name, ""))


def _none(name: str, kind: str) -> Problem:
    words = " ".join(filter(None, (kind, _("plan"), clean(name))))
    return Problem(
        "journal.none",
        _("This host has no such {words}.").format(words=words),
        remedy=_("`iscsi-console journal list` names those that ran."),
    )


def _consent(arguments: Arguments) -> Consent:
    return Consent(arguments.flag("yes"), arguments.text("word"), arguments.flag("exit_changed"))


_ACTS: dict[str, Callable[[Arguments, Teller], int]] = {
    "list": _list,
    "show": _show,
    "resume": _resume,
    "give-up": _give_up,
    "undo": _undo,
}
