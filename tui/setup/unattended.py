"""The set-up without a screen: the same machine, played from an answers file, shown line by line."""

import sys
import threading
from collections.abc import Callable
from typing import NamedTuple, TextIO

from tui.setup import review
from tui.setup.script import answer_for
from tui.setup.session import Setup, left_problem
from tui.setup.state import SetupState
from tui.setup.step import ASKED, Step
from tui.setup.steps import log_in
from tui.setup.steps.by_name import logic
from tui.setup.steps.disks import disks
from tui.setup.verification import Verified
from tui.setup.wishes import Script
from tui.storage.cells import padded
from tui.storage.changing.interrupted import Interrupted
from tui.storage.changing.journal import Origin, Progressed
from tui.storage.changing.printer import Printer
from tui.storage.changing.run_plan import Ending
from tui.storage.operations.operation import Risk
from tui.storage.problem import ConsoleError, Problem
from tui.storage.size import size_words
from tui.storage.stacks.layer_words import health_word, layer_word
from tui.storage.stacks.rung import Rung
from tui.storage.untrusted import clean
from tui.words import translate as _

SUCCEEDED = 0
FAILED = 1
USAGE = 2
INTERRUPTED = 4
BUSY = 5
"""Exit statuses: everything verified, something prevents it, options that do not fit, a plan that did not end
(this one or an earlier one), another process at work. They are those of the other verbs."""

_STATUS = {"lock.held": BUSY, "setup.interrupted-plan": INTERRUPTED, "setup.left": INTERRUPTED}
"""By the code of what prevents it; FAILED for all others."""


class Chosen(NamedTuple):
    """What the command line says about interrupted plans, each named by `Journal.identifier`, or empty."""

    resume: str = ""
    give_up: str = ""


NOTHING_CHOSEN = Chosen()


def play(
    setup: Setup,
    script: Script,
    stream: TextIO | None = None,
    leave: threading.Event | None = None,
    chosen: Chosen = NOTHING_CHOSEN,
    *,
    printer: Printer | None = None,
) -> int:
    """Carry a set-up out from an answers file; the exit status.

    Nothing is asked. It stops at the first thing that prevents it, says why, and changes nothing more;
    a second start goes on from there.

    Args:
        setup: on the host to set up.
        script: the answers.
        stream: where it is reported; standard output when not given.
        leave: when set, what runs is finished and nothing more is begun.
        chosen: what to do with interrupted plans.
        printer: reports it, in place of one that writes lines to the stream.
    """
    printer = printer or Printer(stream or sys.stdout, leave or threading.Event())
    printer.say(_("Setting up storage on {host}").format(host=clean(setup.host.name)))
    try:
        # Nobody decides between the steps: what one finds has to be so for the next one.
        with setup.alone():
            problem = _play(setup, script, chosen, printer)
    except ConsoleError as error:
        problem = error.problem
    if problem is not None:
        printer.problem(problem, _("Stopped"))
        _print_left(setup.ending, printer)
        status = _STATUS.get(problem.code, FAILED)
        printer.ended(status, problem)
        return status
    if setup.verified is not None:
        _print_verified(setup.verified, printer)
    printer.say()
    printer.say(_("Everything is set up.") if printer.changed else _("Everything was set up already."))
    printer.ended(SUCCEEDED, None)
    return SUCCEEDED


def _play(setup: Setup, script: Script, chosen: Chosen, printer: Printer) -> Problem | None:
    """Interrupted plans, the steps, the gathered plan; what prevents it."""
    setup.begin()
    problem = _deal_with_interrupted(setup, script, chosen, printer)
    for act in (_ask, _carry_out):
        problem = problem or act(setup, script, printer)
    return problem


def _print_left(ending: Ending, printer: Printer) -> None:
    """How the last plan left this host, where it did not come to its end; the way back first."""
    if ending.ok or ending.journal is None or ending.result is None:
        return
    back = ending.midway.way_back
    if back is not None:
        printer.say()
        printer.say(
            _("To undo what was done: iscsi-console journal undo {name}").format(
                name=ending.journal.identifier
            )
        )
        for number, operation in enumerate(back.operations, start=1):
            printer.say(f"{number}. {operation.title()}", 2)
            for line in operation.shown():
                printer.say(f"$ {line}", 6)
    printer.say()
    printer.say(_("This host now"))
    for state in ending.midway.states:
        printer.say(state, 2)
    plan = ending.journal.plan()
    for number, operation in enumerate(plan.operations):
        if ending.journal.progressed(number) is Progressed.DONE:
            printer.say(_("done: {title}").format(title=operation.title()), 2)
        else:
            printer.say(_("not done: {title}").format(title=operation.title()), 2)


def _deal_with_interrupted(setup: Setup, script: Script, chosen: Chosen, printer: Printer) -> Problem | None:
    """Resume or give up what earlier starts left unfinished: what was chosen, and what is this set-up's own.

    Nobody is asked here, so a plan of anybody else, or one that would still rewrite or destroy something, is
    resumed only by its name.
    """
    if script.chap is not None:
        # The journal holds no secrets; the operations that need them get them from the answers.
        setup.answer(script.chap)
    found = setup.all_interrupted()
    strangers = [
        name
        for name in (chosen.resume, chosen.give_up)
        if name and not any(plan.journal.is_named(name) for plan in found)
    ]
    if strangers:
        return Problem(
            "setup.no-such-plan",
            _("There is no interrupted plan {identifier} on this host.").format(
                identifier=clean(strangers[0])
            ),
            cause=_("It was finished or given up, or its name is misspelled."),
            remedy=_("Start again without that option; interrupted plans are named then."),
        )
    for interrupted in reversed(found):
        journal = interrupted.journal
        if journal.is_named(chosen.give_up):
            printer.say(_("Given up: {title}").format(title=_title(interrupted)))
            problem = setup.give_up(interrupted)
        elif journal.is_named(chosen.resume) or _is_own(interrupted, script):
            problem = _resume(setup, interrupted, printer)
        else:
            problem = _not_ours(setup, interrupted, script)
        if problem is not None:
            return problem
    if found:
        setup.begin()
    return None


def _is_own(interrupted: Interrupted, script: Script) -> bool:
    """Whether these answers began the plan, and what is left of it can be undone."""
    return _began(interrupted, script) and interrupted.risk < Risk.REWRITES


def _began(interrupted: Interrupted, script: Script) -> bool:
    return interrupted.origin is Origin.ANSWERS and interrupted.journal.answers == script.fingerprint


def _resume(setup: Setup, interrupted: Interrupted, printer: Printer) -> Problem | None:
    if interrupted.plan is None:
        return interrupted.problem
    printer.say()
    printer.say(
        _("Resuming: {title}, {left} of {all} operations left").format(
            title=_title(interrupted), left=interrupted.left, all=len(interrupted.plan.operations)
        )
    )
    return setup.resume(printer, printer.leave, interrupted)


def _not_ours(setup: Setup, interrupted: Interrupted, script: Script) -> Problem:
    """Why an interrupted plan stops a set-up that asks nobody, and what decides about it."""
    name = interrupted.journal.identifier
    if interrupted.plan is None and interrupted.problem is not None:
        cause = interrupted.problem.summary
    elif _began(interrupted, script):
        cause = _("These answers began it, and what is left of it {risk} data or LVM metadata.").format(
            risk=interrupted.risk.word
        )
    else:
        cause = {
            Origin.ANSWERS: _("A set-up with other answers began it."),
            Origin.SETUP: _("The set-up wizard began it."),
            Origin.CONSOLE: _("The console began it."),
            Origin.COMMAND: _("A command began it."),
        }[interrupted.origin]
    return Problem(
        "setup.interrupted-plan",
        _("An interrupted plan is open on this host: {title} ({left} operations left).").format(
            title=_title(interrupted), left=interrupted.left
        ),
        cause=cause,
        remedy=_(
            "Review it in iscsi-console. Or run this command again with --resume {name} to run what is left,"
            " or with --give-up {name} to leave the host as it is now."
        ).format(name=name),
        evidence=setup.left_by(interrupted).states,
    )


def _title(interrupted: Interrupted) -> str:
    return clean(interrupted.plan.title) if interrupted.plan is not None else interrupted.journal.identifier


def _ask(setup: Setup, script: Script, printer: Printer) -> Problem | None:
    """Answer the steps in order; those that only touch the network run as they are reached."""
    for number, step in enumerate(ASKED, start=1):
        if printer.leave.is_set():
            return left_problem()
        setup.go(step)
        setup.answer(answer_for(script, setup.state, step))
        explanation = logic(step).explain(setup.state)
        printer.say()
        note = logic(step).note(setup.state)
        printer.say(f"{number} {step.label}{': ' if note else ''}{note}")
        printer.say(explanation.why, 2)
        for warning in logic(step).warnings(setup.state):
            printer.warning(warning)
        problem = setup.run(printer, printer.leave)
        shown = _PRINTED.get(step)
        if shown is not None:
            shown(setup.state, printer)
        if problem is None:
            problem = logic(step).blocker(setup.state) or _incomplete(setup.state, step)
        if problem is not None:
            return problem
    return None


def _incomplete(state: SetupState, step: Step) -> Problem | None:
    """Without a person to decide, a login that failed is not passed over, even where others succeeded."""
    if step is not Step.LOG_IN:
        return None
    return next((problem for _title, problem in state.logins if problem is not None), None)


def _print_found(state: SetupState, printer: Printer) -> None:
    shown = state.discovered.found if state.discovered is not None else ()
    for portal in shown:
        words = f"{padded(portal.standing.value, 11)} {clean(portal.target)}  {clean(portal.portal.label)}"
        printer.say(f"{words}  {portal.note}" if portal.note else words, 2)


def _print_logins(state: SetupState, printer: Printer) -> None:
    for line in log_in.outcome_lines(state):
        printer.say(line, 2)
    for disk in disks(state):
        printer.say(
            _("{path}  {size}  {vendor} {model}  {wwid}  {paths} path(s)").format(
                path=disk.device.path,
                size=size_words(disk.size),
                vendor=clean(disk.vendor),
                model=clean(disk.model),
                wwid=clean(disk.wwid),
                paths=len(disk.paths),
            ),
            2,
        )


_PRINTED: dict[Step, Callable[[SetupState, Printer], None]] = {
    Step.DISCOVER: _print_found,
    Step.LOG_IN: _print_logins,
}


def _carry_out(setup: Setup, _script: Script, printer: Printer) -> Problem | None:
    """Review the gathered plan, run it, and verify."""
    seen = review.review(setup.state)
    printer.say()
    printer.say(_("Review: {count} operations").format(count=len(seen.plan.operations)))
    if seen.problems:
        return seen.problems[0][1]
    for line in seen.loses:
        printer.say(_("lost: {what}").format(what=line), 2)
    for number, operation in enumerate(seen.plan.operations, start=1):
        printer.say(f"{number}. {operation.title()}", 2)
    printer.say()
    printer.say(_("Run"))
    setup.go(Step.RUN)
    problem = setup.run(printer, printer.leave)
    if problem is not None and setup.verified is not None:
        _print_verified(setup.verified, printer)
    return problem


def _print_verified(verified: Verified, printer: Printer) -> None:
    printer.say()
    printer.say(_("Stack"))
    for stack in verified.stacks:
        for rung in stack.rungs:
            printer.say(_rung_line(rung), 2 + 2 * rung.depth)
    for mount in verified.mounts:
        printer.say()
        printer.say(
            _("{volume} at {mount_point}: {state}").format(
                volume=clean(mount.volume),
                mount_point=clean(mount.mount_point),
                state=_("mounted, a file was written and read back")
                if mount.problem is None
                else mount.problem.summary,
            )
        )
        for check in mount.boot:
            mark = {True: _("ok"), False: _("FAILS"), None: _("unknown")}[check.holds]
            printer.say(
                _("at boot  {mark} {layer}: {words}").format(
                    mark=padded(mark, 9), layer=check.rung.label, words=check.words
                ),
                2,
            )
            if check.holds is False and check.remedy:
                printer.say(check.remedy, 4)
        for told in mount.told:
            found = _("doctor found {code}: {summary}")
            printer.say(found.format(code=told.code, summary=told.summary), 2)
    printer.say()
    printer.say(_("Commands that ran"))
    for command in verified.commands:
        printer.say(clean(command, longest=4000), 2)


def _rung_line(rung: Rung) -> str:
    words = " ".join(clean(part) for part in (rung.name, rung.state, *rung.detail) if part)
    return f"{padded(health_word(rung.health), 9)} {layer_word(rung.kind)}: {words}"
