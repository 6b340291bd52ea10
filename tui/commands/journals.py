"""`journal`: the plans that ran on this host, and what becomes of one that did not come to its end."""

import argparse
import time
from collections.abc import Callable

from tui.commands.planned import Arguments, Planned, nothing_to_do
from tui.commands.running import Consent, ended, refused_now, run, unconfirmed
from tui.commands.secret_files import read_secrets
from tui.commands.secrets_of_plans import filled
from tui.commands.telling import Exit, Teller, teller
from tui.maintenance.past_plans import by_words, ending_of, past_journals, undo_of
from tui.maintenance.proposal import Proposal
from tui.storage.changing import run_plan
from tui.storage.changing.interrupted import Interrupted, all_interrupted
from tui.storage.changing.journal import Journal
from tui.storage.changing.leaving import asked_to_leave
from tui.storage.codec import Plain
from tui.storage.host.local import LocalHost
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
    journals = past_journals(run_plan.PLACES.journals)
    if arguments.flag("json"):
        document = {"schema": SCHEMA, "journals": [_entry(journal) for journal in journals]}
        say(json_text(document))
        return Exit.DONE
    for journal in journals:
        entry = _entry(journal)
        by = clean(journal.who.person) or "-"
        told.say(f"{journal.identifier}  {entry['state']}  {entry['origin']}  {by}  {entry['title']}")
    if not journals:
        told.say(_("No plan ran on this host yet."))
    return Exit.DONE


def _entry(journal: Journal) -> dict[str, Plain]:
    return {
        "id": journal.identifier,
        "title": clean(journal.title),
        "state": ending_of(journal).value,
        "origin": journal.origin.value,
        "by": journal.who.written(),
        "began_at": journal.began_at,
        "changed": journal.has_changes,
    }


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
    told.say(f"  {when}  {ending_of(journal).value}  {by_words(journal)}")
    for number, (operation, progressed, changed) in enumerate(steps, start=1):
        told.say(
            f"{number}. {progressed if changed or progressed != 'done' else 'already'}: {operation.title()}"
        )
    return Exit.DONE


def _resume(arguments: Arguments, told: Teller) -> int:
    found = _interrupted(arguments)
    plan = found.plan
    if plan is None:
        raise Refused(found.problem or _none("", interrupted=True))
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
    journal = _named(arguments, lambda journal: journal.has_changes and not journal.damage)
    host = LocalHost()
    found = Planned(undo_of(journal, host))
    if not found.proposal.plan.operations:
        found = nothing_to_do(found.proposal.plan.title, found.proposal.why)
    return run(found, host, told, _consent(arguments), undoes=journal)


def _interrupted(arguments: Arguments) -> Interrupted:
    name = arguments.text("name")
    for found in all_interrupted(run_plan.PLACES.journals):
        if not name or found.journal.is_named(name):
            return found
    raise Refused(_none(name, interrupted=True))


def _named(arguments: Arguments, fits: Callable[[Journal], bool]) -> Journal:
    name = arguments.text("name")
    for journal in past_journals(run_plan.PLACES.journals):
        if (not name and fits(journal)) or journal.is_named(name):
            return journal
    raise Refused(_none(name, interrupted=False))


def _none(name: str, *, interrupted: bool) -> Problem:
    if interrupted:
        named, unnamed = (
            _("This host has no such interrupted plan {name}."),
            _("This host has no such interrupted plan."),
        )
    else:
        named, unnamed = _("This host has no such plan {name}."), _("This host has no such plan.")
    return Problem(
        "journal.none",
        named.format(name=clean(name)) if name else unnamed,
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
