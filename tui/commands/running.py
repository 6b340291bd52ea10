"""A plan of the command line from the review to its end: confirmed, run, told."""

import sys

from msgspec import Struct

from tui.commands.planned import Planned
from tui.commands.telling import Exit, Teller
from tui.maintenance.confirmation import cost, needs_no_question
from tui.storage.changing import run_plan
from tui.storage.changing.change_lock import who_changes
from tui.storage.changing.interrupted import all_interrupted
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.leaving import asked_to_leave
from tui.storage.changing.run_plan import Ending
from tui.storage.host.interface import ChangingHost
from tui.storage.printing import say
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

_HELD = "lock.held"
_LONGEST = 600


class Consent(Struct, frozen=True):
    """What stands for a person's confirmation.

    Attributes:
        yes: do not ask.
        word: the word that confirms a loss of data.
        exit_changed: a status of its own where something was changed.
    """

    yes: bool = False
    word: str = ""
    exit_changed: bool = False


def run(
    planned: Planned, host: ChangingHost, teller: Teller, consent: Consent, *, undoes: Journal | None = None
) -> int:
    """Carry a plan out, unless something speaks against it; the exit status.

    Args:
        planned: the plan.
        host: the host to change.
        teller: is told everything.
        consent: what was confirmed by options; what was not is asked on a terminal.
        undoes: the journal of the plan that it undoes, which may be open; it is closed at the end.
    """
    proposal = planned.proposal
    teller.review(planned)
    if proposal.refusal is not None:
        return _refused(teller, proposal.refusal)
    if not proposal.plan.operations:
        if undoes is not None and host.is_root and not undoes.ended:
            run_plan.give_up(undoes)
        return _done(teller, consent)
    found = refused_now(host) or open_plan(undoes)
    if found is not None:
        status, problem = found
        return _refused(teller, problem, status)
    missing = unconfirmed(planned, consent)
    if missing is not None:
        return _refused(teller, missing)
    ending = run_plan.carry_out(proposal.plan, host, teller, asked_to_leave(), origin=Origin.COMMAND)
    if ending.ok and undoes is not None and not undoes.ended:
        run_plan.give_up(undoes)
    return ended(ending, teller, consent, together=proposal.plan.together)


def ended(ending: Ending, teller: Teller, consent: Consent, *, together: bool) -> int:
    """Tell how a run ended; the exit status.

    The journal is closed where nothing was changed, or what is left does not depend on what was (`together`).
    """
    if ending.ok:
        return _done(teller, consent)
    journal = ending.journal
    if journal is not None and (together or not journal.has_changes):
        run_plan.give_up(journal)
        journal = None
    name = journal.identifier if journal is not None else ""
    problem = ending.problem
    if problem is not None:
        teller.problem(problem)
    if name:
        teller.left(ending.midway)
    if problem is None:
        status = Exit.INTERRUPTED if name else Exit.FAILED
        teller.end(status, journal=name)
        return status
    if problem.code == _HELD:
        status = Exit.BUSY
    elif ending.result is None or (not name and not teller.changed and _was_refused(ending)):
        status = Exit.REFUSED
    else:
        status = Exit.FAILED
    teller.end(status, problem=problem, journal=name)
    return status


def _was_refused(ending: Ending) -> bool:
    """Whether the first operation that did not succeed was refused before anything ran."""
    journal = ending.journal
    return journal is not None and not journal.has_begun


def _done(teller: Teller, consent: Consent) -> int:
    status = Exit.CHANGED if consent.exit_changed and teller.changed else Exit.DONE
    teller.end(status)
    return status


def _refused(teller: Teller, problem: Problem, status: Exit = Exit.REFUSED) -> int:
    teller.problem(problem)
    teller.end(status, problem=problem)
    return status


def refused_now(host: ChangingHost) -> tuple[Exit, Problem] | None:
    """Why nothing may be changed at all now, and the status that says so; None when it may."""
    if not host.is_root:
        return Exit.REFUSED, Problem(
            "access.looking-only",
            _("Nothing can be changed: root is required."),
            remedy=_("Run the same command as root."),
        )
    busy = who_changes(run_plan.PLACES.lock)
    return None if busy is None else (Exit.BUSY, busy)


def open_plan(besides: Journal | None) -> tuple[Exit, Problem] | None:
    """The interrupted plan, but for one, that has to be decided about before anything is changed, or None."""
    decided = besides.identifier if besides is not None else ""
    found = [plan for plan in all_interrupted(run_plan.PLACES.journals) if plan.journal.identifier != decided]
    if not found:
        return None
    first = found[0]
    name = first.journal.identifier
    title = clean(first.plan.title) if first.plan is not None else name
    return Exit.INTERRUPTED, Problem(
        "journal.open",
        _("An interrupted plan is open on this host: {title}.").format(title=title),
        cause=first.problem.summary if first.problem is not None else "",
        remedy=_(
            "`iscsi-console journal resume {name}` runs what is left, `journal undo {name}` undoes what was "
            "done, `journal give-up {name}` leaves the host as it is now."
        ).format(name=name),
    )


# Confirmation -------------------------------------------------------------------------------------------


def unconfirmed(planned: Planned, consent: Consent) -> Problem | None:
    """What was not confirmed, by an option or on the terminal; None when everything was."""
    can_ask = sys.stdin.isatty() and not consent.yes
    for number, question in enumerate(planned.questions):
        if number >= planned.answers and not (can_ask and _asked(clean(question, _LONGEST))):
            return Problem(
                "confirm.question",
                _("This was not answered with yes: {question}").format(question=clean(question, _LONGEST)),
                cause=_("No program can know this. If it is not true, the repair may destroy data."),
                remedy=_("Find it out; then add --answer yes, once for each question."),
            )
    if planned.word:
        return (
            None if consent.word == planned.word or (can_ask and _typed(planned.word)) else _no_word(planned)
        )
    if consent.yes or (can_ask and (needs_no_question(planned.proposal) or _agreed(planned))):
        return None
    return Problem(
        "confirm.yes",
        _("This was not confirmed: {title}.").format(title=clean(planned.proposal.plan.title, _LONGEST)),
        remedy=_("Add --yes where nobody can be asked. Nothing was changed."),
    )


def _agreed(planned: Planned) -> bool:
    say(cost(planned.proposal))
    return _asked(_("{title}?").format(title=clean(planned.proposal.plan.title, _LONGEST).rstrip("?")))


def _no_word(planned: Planned) -> Problem:
    return Problem(
        "confirm.word",
        _("The loss of data was not confirmed: {title}.").format(
            title=clean(planned.proposal.plan.title, _LONGEST)
        ),
        remedy=_("Read what will be lost, then add --word {word}. Nothing was changed.").format(
            word=planned.word
        ),
        evidence=tuple(clean(line, _LONGEST) for line in planned.proposal.plan.loses()),
    )


def _asked(question: str) -> bool:
    say(_("{question} [y/N]").format(question=question))
    return sys.stdin.readline(100).strip().lower() in {"y", "yes", _("yes")}


def _typed(word: str) -> bool:
    say(_("Type {word} to confirm:").format(word=word))
    return sys.stdin.readline(100).strip() == word
