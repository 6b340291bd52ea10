"""The plans that ran on this host: how each ended, by whom it was run, and what undoes it."""

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from tui.maintenance.proposal import Proposal
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.midway import midway
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import Host
from tui.storage.operations.operation import CannotUndo, Operation
from tui.storage.problem import ConsoleError, Problem, Refused
from tui.storage.untrusted import clean
from tui.words import translate as _

_LONGEST = 600


class PlanEnding(StrEnum):
    """How a plan ended, by its journal. The values are those of `journal list --json`."""

    FINISHED = "finished"
    GIVEN_UP = "given-up"
    """It did not come to its end, and nobody resumes it: it was discarded, or undone."""
    OPEN = "open"
    """It was interrupted, or runs just now."""
    DAMAGED = "damaged"


def past_journals(folder: Path) -> tuple[Journal, ...]:
    """Every journal, the last begun first.

    Raises:
        Refused: the folder is there and cannot be listed: then it is not known what ran.
    """
    try:
        with os.scandir(folder):
            pass
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Refused(
            Problem(
                "journal.folder-not-readable",
                _("Which plans ran on this host could not be read: {why}.").format(
                    why=clean(error.strerror or str(error))
                ),
                cause=clean(str(folder)),
                remedy=_("Start the program as root."),
            )
        ) from error
    return Journal.all_of(folder)


def ending_of(journal: Journal) -> PlanEnding:
    """How its plan ended."""
    if journal.damage:
        return PlanEnding.DAMAGED
    if journal.is_finished:
        return PlanEnding.FINISHED
    return PlanEnding.GIVEN_UP if journal.ended else PlanEnding.OPEN


class PastChange(Struct, frozen=True):
    """An operation that changed the host, when that was verified (seconds since the epoch), of which plan."""

    at: float
    operation: Operation
    journal: Journal


def past_changes(journals: Iterable[Journal]) -> tuple[tuple[PastChange, ...], tuple[Journal, ...]]:
    """What plans changed, in the order in which it happened, and the journals that cannot be read."""
    changes: list[PastChange] = []
    unread: list[Journal] = []
    for journal in journals:
        try:
            operations = journal.plan().operations
        except ConsoleError:
            unread.append(journal)
            continue
        times = ((journal.changed_at(number), operation) for number, operation in enumerate(operations))
        changes += [PastChange(at, operation, journal) for at, operation in times if at]
    return tuple(sorted(changes, key=lambda change: change.at)), tuple(unread)


def by_words(journal: Journal) -> str:
    """Who ran it, from which part of the program and on which terminal, in a line."""
    who = journal.who
    if not who.person:
        by = _("by whom was not recorded")
    elif who.user and who.user != who.person:
        by = _("by {person} as {user}").format(person=who.person, user=who.user)
    else:
        by = _("by {person}").format(person=who.person)
    origins = {
        Origin.SETUP: _("in the set-up"),
        Origin.ANSWERS: _("by setup --answers"),
        Origin.CONSOLE: _("in the console"),
        Origin.COMMAND: _("by a command"),
    }
    where = "" if journal.damage else origins[journal.origin]
    on = _("on {tty}").format(tty=who.tty) if who.tty else ""
    # translators: who ran a plan, where in the program, on which terminal; the last two may be empty
    words = _("{by} {where} {terminal}").format(by=by, where=where, terminal=on)
    return " ".join(words.split())


def undo_of(journal: Journal, host: Host) -> Proposal:
    """What undoes a plan, without operations where that is undone already. Slow: the host is read.

    Of a plan that did not come to its end it undoes what was done until then.

    Raises:
        Refused: it cannot be undone, or it cannot be read what was planned.
    """
    plan = journal.plan()
    named = clean(plan.title, _LONGEST)
    title = _("Undo: {title}").format(title=named)
    undone = _undone(plan, journal, host)
    if not undone:
        return Proposal(Plan(title, ()), _("What it changed is undone already."))
    return Proposal(
        Plan(title, undone), _("Restores the state from before this plan: {title}.").format(title=named)
    )


def _undone(plan: Plan, journal: Journal, host: Host) -> tuple[Operation, ...]:
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
    resumes = _("`iscsi-console journal resume {name}` runs what is left.").format(name=journal.identifier)
    return Problem(
        "journal.no-way-back",
        _("There is nothing to undo, or it cannot be undone: {name}.").format(name=journal.identifier),
        cause=_(
            "Nothing is missing, a change that cannot be undone has begun, or running what is left brings "
            "back what is missing."
        ),
        remedy="" if journal.ended else resumes,
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


def _is_done(operation: Operation, host: Host) -> bool:
    try:
        return operation.is_done(host)
    except (ConsoleError, OSError):
        return False
