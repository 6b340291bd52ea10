"""What a verb tells: as text for a person, or as JSON, one event a line, for a program.

JSON. Each line is one object with `event`:

    plan       title, why, notes, risk, loses, word, questions, refusal (a problem or null),
               operations ([{number, operation, title, why, risk, commands}])
    step       number, operation (its kind), title, stage (running, done, already, failed), seconds, line
               (what it says while it runs, or empty), problem (a code, or empty)
    line       text: what is done between plans
    problem    problem: {code, summary, cause, remedy, field, evidence}
    left       states (sentences about how the host is left), back (titles of the steps that undo what was
               done, or empty): of a plan that did not come to its end
    end        schema (1), status (the exit status), changed, problem (a code, or empty), journal (what names
               the journal of a plan that did not come to its end, or empty), file (the plan that was stored,
               or empty)

The last line is always `end`. Secrets are never in it.
"""

import threading
from contextlib import suppress
from enum import IntEnum
from typing import Protocol

from tui.commands.planned import Planned
from tui.storage.changing.midway import Midway
from tui.storage.changing.plan import Plan, Stage, Step
from tui.storage.changing.printer import Printer
from tui.storage.changing.watcher import Watcher
from tui.storage.codec import Plain, encode
from tui.storage.printing import OutputFailed, complain, json_text, say
from tui.storage.problem import Problem, problem_text
from tui.storage.untrusted import clean
from tui.words import translate as _

SCHEMA = 1
_LONGEST = 4000


class Exit(IntEnum):
    """Exit statuses of the verbs."""

    DONE = 0
    """Everything is done, or was so already."""
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    """A precondition does not hold, or nobody said yes: nothing was changed."""
    INTERRUPTED = 4
    """It did not come to its end and its journal is open, or the journal of an earlier plan is."""
    BUSY = 5
    """Another process is changing this host."""
    CHANGED = 10
    """As 0, with --exit-changed, where something was changed."""


class Teller(Watcher, Protocol):
    """Tells what a verb plans and does."""

    changed: bool
    """Whether any operation really ran."""

    def review(self, planned: Planned) -> None:
        """What would be done."""

    def say(self, text: str) -> None:
        """A sentence for a person; nothing for a program."""

    def problem(self, problem: Problem) -> None:
        """Why it is refused, or what failed."""

    def left(self, midway: Midway) -> None:
        """How a plan that did not come to its end left the host."""

    def end(self, status: int, *, problem: Problem | None = None, journal: str = "") -> None:
        """How it ended."""

    def planned(self, file: str) -> None:
        """It ended with a plan, stored in a file where one is named; nothing was changed."""


class TextTeller:
    """Tells a person, line by line.

    Args:
        quiet: only problems are told.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._printer = Printer(None, threading.Event())
        self.changed = False

    def review(self, planned: Planned) -> None:
        """Title, reasons, operations with their commands, and what is lost."""
        proposal = planned.proposal
        self.say(clean(proposal.plan.title, _LONGEST))
        for text in filter(None, (proposal.why, *proposal.notes)):
            self.say(f"  {text}")
        for number, operation in enumerate(proposal.plan.operations, start=1):
            self.say(f"{number}. {operation.title()} ({operation.risk.word})")
            for line in operation.shown():
                self.say(f"      $ {line}")
        losses = proposal.plan.loses()
        if losses:
            self.say(_("This will be lost and cannot be recovered:"))
        for line in losses:
            self.say(f"  {line}")

    def say(self, text: str) -> None:
        """One line on standard output."""
        if not self._quiet:
            with suppress(OutputFailed):
                say(clean(text, _LONGEST))

    def problem(self, problem: Problem) -> None:
        """All of it on standard error."""
        complain(problem_text(problem))

    def plan(self, plan: Plan) -> None:
        """A plan begins."""
        self._printer.plan(plan)

    def step(self, step: Step) -> None:
        """An operation of it began, said something, or ended."""
        self.changed = self.changed or step.stage is Stage.DONE
        if not self._quiet:
            self._printer.step(step)

    def line(self, text: str) -> None:
        """Something between the plans."""
        if not self._quiet:
            self._printer.line(text)

    def left(self, midway: Midway) -> None:
        """The way back first, then how the host is."""
        back = midway.way_back
        if back is not None:
            complain(_("To undo what was done (`iscsi-console journal undo`):"))
            for number, operation in enumerate(back.operations, start=1):
                complain(f"{number}. {operation.title()}")
        if midway.states:
            complain(_("This host now:"))
        for state in midway.states:
            complain(f"  {state}")

    def planned(self, file: str) -> None:
        """Say where the plan is."""
        if file:
            self.say(_("The plan is stored in {file}.").format(file=clean(file)))

    def end(self, status: int, *, problem: Problem | None = None, journal: str = "") -> None:
        """Say what became of it."""
        del problem
        if status in (Exit.DONE, Exit.CHANGED):
            self.say(_("Done and verified.") if self.changed else _("Nothing to do: already in this state."))
        elif journal:
            complain(
                _(
                    "The journal is open: `iscsi-console journal resume {name}` runs what is left, `journal "
                    "undo {name}` undoes what was done, `journal give-up {name}` leaves the host as it is."
                ).format(name=journal)
            )


class JsonTeller:
    """Tells a program: one event a line."""

    def __init__(self) -> None:
        self._plan = Plan("", ())
        self._guard = threading.Lock()
        self.changed = False

    def _tell(self, event: str, **values: Plain) -> None:
        with self._guard, suppress(OutputFailed):
            # A closed pipe must not break off what is being done to the host.
            say(json_text({"event": event, **values}, indent=None))

    def review(self, planned: Planned) -> None:
        """The plan with its reasons."""
        proposal = planned.proposal
        plan = proposal.plan
        self._tell(
            "plan",
            title=plan.title,
            why=proposal.why,
            notes=list(proposal.notes),
            risk=plan.risk.name.lower(),
            loses=list(plan.loses()),
            word=planned.word,
            questions=list(planned.questions),
            refusal=encode(proposal.refusal),
            operations=[
                {
                    "number": number,
                    "operation": type(operation).__name__,
                    "title": operation.title(),
                    "why": operation.why(),
                    "risk": operation.risk.name.lower(),
                    "commands": list(operation.shown()),
                }
                for number, operation in enumerate(plan.operations)
            ],
        )

    def say(self, text: str) -> None:
        """Not told: it is for a person."""

    def problem(self, problem: Problem) -> None:
        """All of it; and on standard error, where a person may look."""
        self._tell("problem", problem=encode(problem))
        complain(problem_text(problem))

    def plan(self, plan: Plan) -> None:
        """A plan begins."""
        self._plan = plan

    def step(self, step: Step) -> None:
        """An operation of it began, said something, or ended."""
        self.changed = self.changed or step.stage is Stage.DONE
        operation = self._plan.operations[step.number]
        self._tell(
            "step",
            number=step.number,
            operation=type(operation).__name__,
            title=operation.title(),
            stage=step.stage.value,
            seconds=round(step.seconds, 3),
            line=step.line,
            problem=step.problem.code if step.problem is not None else "",
        )

    def line(self, text: str) -> None:
        """Something between the plans."""
        self._tell("line", text=text)

    def left(self, midway: Midway) -> None:
        """The states and the way back."""
        back = midway.way_back
        titles: list[Plain] = [operation.title() for operation in back.operations] if back is not None else []
        self._tell("left", states=list(midway.states), back=titles)

    def planned(self, file: str) -> None:
        """Say where the plan is."""
        self._end(Exit.DONE, file=file)

    def end(self, status: int, *, problem: Problem | None = None, journal: str = "") -> None:
        """Say what became of it."""
        self._end(status, problem=problem, journal=journal)

    def _end(self, status: int, *, problem: Problem | None = None, journal: str = "", file: str = "") -> None:
        self._tell(
            "end",
            schema=SCHEMA,
            status=int(status),
            changed=self.changed,
            problem=problem.code if problem is not None else "",
            journal=journal,
            file=file,
        )


class JsonPrinter(Printer):
    """Tells a program what a set-up does, in place of the lines for a person.

    Args:
        leave: set when the set-up is to end after the running operation.
    """

    def __init__(self, leave: threading.Event) -> None:
        super().__init__(None, leave)
        self._teller = JsonTeller()

    def say(self, text: str = "", indent: int = 0) -> None:
        """Not told: it is for a person."""

    def plan(self, plan: Plan) -> None:
        """A plan begins."""
        super().plan(plan)
        self._teller.plan(plan)

    def step(self, step: Step) -> None:
        """An operation of it began, said something, or ended."""
        super().step(step)
        self._teller.step(step)

    def line(self, text: str) -> None:
        """Something between the plans."""
        self._teller.line(text)

    def problem(self, problem: Problem, word: str) -> None:
        """What prevents it."""
        del word
        self._teller.problem(problem)

    def warning(self, problem: Problem) -> None:
        """What should be known, and prevents nothing."""
        self._teller.line(problem.summary)

    def ended(self, status: int, problem: Problem | None) -> None:
        """How the whole ended."""
        self._teller.end(status, problem=problem)


def teller(*, json: bool, quiet: bool) -> Teller:
    """The one that is asked for."""
    return JsonTeller() if json else TextTeller(quiet=quiet)
