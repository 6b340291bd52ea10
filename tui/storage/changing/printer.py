"""What a plan does, told line by line while it runs: on a terminal without screens, or in a log."""

import contextlib
import threading
from typing import TextIO

from tui.storage.changing.plan import Plan, Stage, Step as PlanStep
from tui.storage.changing.watcher import Unwatched
from tui.storage.printing import OutputFailed, say
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import labelled, translate as _

_LONGEST_LINE = 4000


class Printer(Unwatched):
    """Writes what happens as lines of text; safe to be called from several threads."""

    def __init__(self, stream: TextIO | None, leave: threading.Event) -> None:
        self._stream = stream
        self.leave = leave
        self._plan = Plan("", ())
        self._guard = threading.Lock()
        self.changed = False
        """Whether any operation of the whole set-up really ran."""

    def say(self, text: str = "", indent: int = 0) -> None:
        """One line."""
        with self._guard, contextlib.suppress(OutputFailed):
            # A closed pipe or terminal must not break off what is being done to the host.
            say(" " * indent + clean(text, _LONGEST_LINE) if text else "", self._stream)

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
        """What prevents it, its cause, and what to do."""
        self.say(labelled(word, problem.summary), 2)
        for text in (problem.cause, problem.remedy, *problem.evidence):
            if text:
                self.say(text, 4)

    def warning(self, problem: Problem) -> None:
        """What should be known, and prevents nothing."""
        Printer.problem(self, problem, _("Note"))

    def ended(self, status: int, problem: Problem | None) -> None:
        """How the whole ended; the text has said it."""
