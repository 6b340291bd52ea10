"""The set-up without a screen: the same machine, played from an answers file, told line by line."""

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import TextIO

from tui.setup import review
from tui.setup.answers_file import Script
from tui.setup.script import answer_for
from tui.setup.session import Setup, left_problem
from tui.setup.state import SetupState
from tui.setup.step import ASKED, Step
from tui.setup.steps import log_in
from tui.setup.steps.by_name import logic
from tui.setup.steps.disks import disks
from tui.setup.verification import Verified
from tui.storage.changing.plan import Plan, Stage, Step as PlanStep
from tui.storage.changing.watcher import Unwatched
from tui.storage.problem import Problem
from tui.storage.size import size_words
from tui.storage.stacks.layer_words import health_word, layer_word
from tui.storage.stacks.rung import Rung
from tui.storage.untrusted import clean
from tui.words import translate as _

SUCCEEDED = 0
FAILED = 1
"""Exit statuses: everything verified, or something stands in the way."""


class Teller(Unwatched):
    """Writes what happens as lines of text; safe to be called from several threads."""

    def __init__(self, stream: TextIO, leave: threading.Event) -> None:
        self._stream = stream
        self.leave = leave
        self._plan = Plan("", ())
        self._guard = threading.Lock()
        self.changed = False
        """Whether any operation of the whole set-up really ran."""

    def say(self, text: str = "", indent: int = 0) -> None:
        """One line."""
        with self._guard, contextlib.suppress(OSError):
            # A closed pipe or terminal must not break off what is being done to the host.
            self._stream.write(f"{' ' * indent}{text}\n" if text else "\n")
            self._stream.flush()

    def plan(self, plan: Plan) -> None:
        """A plan begins."""
        self._plan = plan

    def step(self, step: PlanStep) -> None:
        """An operation of it began, said something, or ended."""
        operation = self._plan.operations[step.number]
        match step.stage:
            case Stage.ALREADY:
                self.say(_("already so: {title}").format(title=operation.title()), 2)
            case Stage.RUNNING if step.line:
                self.say(f"| {step.line}", 6)
            case Stage.RUNNING:
                self.say(_("now: {title}").format(title=operation.title()), 2)
                for line in operation.shown():
                    self.say(f"$ {line}", 6)
            case Stage.DONE:
                self.changed = True
                self.say(
                    _("done: {title} ({seconds:.1f} s)").format(
                        title=operation.title(), seconds=step.seconds
                    ),
                    2,
                )
            case Stage.FAILED:
                self.say(_("failed: {title}").format(title=operation.title()), 2)
            case Stage.WAITING:
                pass

    def line(self, text: str) -> None:
        """Something between the plans."""
        self.say(f"{text} …", 2)

    def problem(self, problem: Problem, word: str) -> None:
        """What stands in the way, its cause, and what to do."""
        self.say(f"{word}: {problem.summary}", 2)
        for text in (problem.cause, problem.remedy, *problem.evidence):
            if text:
                self.say(text, 4)


def play(
    setup: Setup, script: Script, stream: TextIO | None = None, leave: threading.Event | None = None
) -> int:
    """Carry a set-up out from an answers file; the exit status.

    Nothing is asked. It stops at the first thing that stands in the way, says why, and leaves the rest alone;
    a second start goes on from there.

    Args:
        setup: on the host to set up.
        script: the answers.
        stream: where it is told; standard output when not given.
        leave: when set, what runs is finished and nothing more is begun.
    """
    teller = Teller(stream or sys.stdout, leave or threading.Event())
    teller.say(_("Setting up storage on {host}").format(host=clean(setup.host.name)))
    setup.begin()
    for act in (_resume, _ask, _carry_out):
        problem = act(setup, script, teller)
        if problem is not None:
            teller.problem(problem, _("Stopped"))
            return FAILED
    if setup.verified is not None:
        _tell_verified(setup.verified, teller)
    teller.say()
    teller.say(_("Everything is set up.") if teller.changed else _("Everything was set up already."))
    return SUCCEEDED


def _resume(setup: Setup, script: Script, teller: Teller) -> Problem | None:
    """Carry on what an earlier start left unfinished."""
    if script.chap is not None:
        # The journal holds no secrets; the operations that need them get them from the answers.
        setup.answer(script.chap)
    found = setup.interrupted()
    if found is None:
        return None
    if found.plan is None:
        return found.problem
    teller.say()
    teller.say(
        _("Resuming: {title}, {left} of {all} operations left").format(
            title=found.plan.title, left=found.left, all=len(found.plan.operations)
        )
    )
    problem = setup.resume(teller, teller.leave)
    if problem is not None and not teller.leave.is_set():
        # The answers may have been mended since; what they ask for now is planned afresh.
        teller.problem(problem, _("The interrupted plan is given up"))
        problem = setup.give_up()
    setup.begin()
    return problem


def _ask(setup: Setup, script: Script, teller: Teller) -> Problem | None:
    """Answer the steps in order; those that only touch the network run as they are reached."""
    for number, step in enumerate(ASKED, start=1):
        if teller.leave.is_set():
            return left_problem()
        setup.go(step)
        setup.answer(answer_for(script, setup.state, step))
        explanation = logic(step).explain(setup.state)
        teller.say()
        note = logic(step).note(setup.state)
        teller.say(f"{number} {step.label}{': ' if note else ''}{note}")
        teller.say(explanation.why, 2)
        for warning in logic(step).warnings(setup.state):
            teller.problem(warning, _("Note"))
        problem = setup.run(teller, teller.leave)
        told = _TOLD.get(step)
        if told is not None:
            told(setup.state, teller)
        if problem is None:
            problem = logic(step).lacks(setup.state) or _incomplete(setup.state, step)
        if problem is not None:
            return problem
    return None


def _incomplete(state: SetupState, step: Step) -> Problem | None:
    """Without a person to decide, a login that failed is not passed over, even where others succeeded."""
    if step is not Step.LOG_IN:
        return None
    return next((problem for _title, problem in state.logins if problem is not None), None)


def _tell_found(state: SetupState, teller: Teller) -> None:
    told = state.discovered.found if state.discovered is not None else ()
    for one in told:
        words = f"{one.standing.value:<11} {clean(one.target)}  {clean(one.portal.label)}"
        teller.say(f"{words}  {one.note}" if one.note else words, 2)


def _tell_logins(state: SetupState, teller: Teller) -> None:
    for line in log_in.outcome_lines(state):
        teller.say(line, 2)
    for disk in disks(state):
        teller.say(
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


_TOLD: dict[Step, Callable[[SetupState, Teller], None]] = {
    Step.DISCOVER: _tell_found,
    Step.LOG_IN: _tell_logins,
}


def _carry_out(setup: Setup, _script: Script, teller: Teller) -> Problem | None:
    """Review the gathered plan, run it, and verify."""
    seen = review.review(setup.state)
    teller.say()
    teller.say(_("Review: {count} operations").format(count=len(seen.plan.operations)))
    if seen.problems:
        return seen.problems[0][1]
    for line in seen.loses:
        teller.say(_("lost: {what}").format(what=line), 2)
    for number, operation in enumerate(seen.plan.operations, start=1):
        teller.say(f"{number}. {operation.title()}", 2)
    teller.say()
    teller.say(_("Run"))
    setup.go(Step.RUN)
    problem = setup.run(teller, teller.leave)
    if problem is not None and setup.verified is not None:
        _tell_verified(setup.verified, teller)
    return problem


def _tell_verified(verified: Verified, teller: Teller) -> None:
    teller.say()
    teller.say(_("Stack"))
    for stack in verified.stacks:
        for rung in stack.rungs:
            teller.say(_rung_line(rung), 2 + 2 * rung.depth)
    for one in verified.mounts:
        teller.say()
        teller.say(
            _("{volume} at {mount_point}: {state}").format(
                volume=clean(one.volume),
                mount_point=clean(one.mount_point),
                state=_("mounted, a file was written and read back")
                if one.problem is None
                else one.problem.summary,
            )
        )
        for check in one.boot:
            mark = {True: _("ok"), False: _("FAILS"), None: _("unknown")}[check.holds]
            teller.say(
                _("at boot  {mark:<8} {rung}: {words}").format(
                    mark=mark, rung=check.rung.label, words=check.words
                ),
                2,
            )
            if check.holds is False and check.remedy:
                teller.say(check.remedy, 4)
    teller.say()
    teller.say(_("Commands that ran"))
    for command in verified.commands:
        teller.say(clean(command, longest=4000), 2)


def _rung_line(rung: Rung) -> str:
    words = " ".join(clean(part) for part in (rung.name, rung.state, *rung.detail) if part)
    return f"{health_word(rung.health):<9} {layer_word(rung.kind)}: {words}"
