"""What runs in the background: reported by the thread that runs it, shown by the screen."""

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace
from textual.message import Message

from tui.storage.changing.interrupted import Interrupted
from tui.storage.changing.plan import Plan, Stage, Step as PlanStep
from tui.storage.changing.run_plan import Ending
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.bars.progress import ProgressRow
from widgets.state import State


@dataclass
class PlanBegan(Message):
    """The executor begins with a plan."""

    plan: Plan


@dataclass
class StepReported(Message):
    """An operation of the plan came further."""

    step: PlanStep


@dataclass
class LineReported(Message):
    """Something that is not an operation goes on: a portal is queried, disks are waited for."""

    text: str


@dataclass
class Finished(Message):
    """The work ended."""

    problem: Problem | None


@dataclass
class Ended(Message):
    """A plan came to its end, well or not."""

    ending: Ending


@dataclass
class CutOff(Message):
    """The last plan did not come to its end; the person decides what becomes of it."""

    interrupted: Interrupted


class Reporter:
    """Reports to the screen what happens in a worker thread; a `Watcher`."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post

    def plan(self, plan: Plan) -> None:
        """A plan begins."""
        self._post(PlanBegan(plan))

    def step(self, step: PlanStep) -> None:
        """An operation came further."""
        self._post(StepReported(step))

    def line(self, text: str) -> None:
        """Something else goes on."""
        self._post(LineReported(text))


_STATES = {
    Stage.WAITING: State.WAITING,
    Stage.RUNNING: State.HERE,
    Stage.DONE: State.GOOD,
    Stage.ALREADY: State.GOOD,
    Stage.FAILED: State.BAD,
}


def stage_word(stage: Stage) -> str:
    """The word for where an operation stands."""
    return {
        Stage.WAITING: _("waiting"),
        Stage.RUNNING: _("running"),
        Stage.DONE: _("done"),
        Stage.ALREADY: _("already done"),
        Stage.FAILED: _("failed"),
    }[stage]


@dataclass
class Work:
    """The lines of everything that ran since the work began, oldest first.

    Attributes:
        clock: seconds, as `time.monotonic`.
        rows: what `ProgressList` shows.
    """

    clock: Callable[[], float]
    rows: list[ProgressRow] = field(default_factory=list)
    _first: int = 0
    _plans: int = 0

    def begin_plan(self, plan: Plan) -> None:
        """A plan begins: all its operations are shown at once."""
        self.end_line()
        self._first = len(self.rows)
        self._plans += 1
        self.rows += [
            ProgressRow(f"{self._plans}.{number}", clean(operation.title()), words=stage_word(Stage.WAITING))
            for number, operation in enumerate(plan.operations)
        ]

    def report(self, step: PlanStep) -> None:
        """An operation came further."""
        index = self._first + step.number
        if index >= len(self.rows):
            return
        row, now = self.rows[index], self.clock()
        started = row.started if row.started is not None else now - step.seconds
        running = step.stage is Stage.RUNNING
        self.rows[index] = replace(
            row,
            state=_STATES[step.stage],
            words=clean(step.line) if running and step.line else stage_word(step.stage),
            started=None if step.stage is Stage.WAITING else started,
            ended=None if running or step.stage is Stage.WAITING else started + step.seconds,
        )

    def begin_line(self, text: str) -> None:
        """Something that is not an operation goes on."""
        self.end_line()
        self.rows.append(
            ProgressRow(
                f"line.{len(self.rows)}", clean(text), State.HERE, stage_word(Stage.RUNNING), self.clock()
            )
        )

    def end_line(self, *, failed: bool = False) -> None:
        """What went on is over."""
        if not self.rows or self.rows[-1].ended is not None or not self.rows[-1].key.startswith("line."):
            return
        stage = Stage.FAILED if failed else Stage.DONE
        self.rows[-1] = replace(
            self.rows[-1], state=_STATES[stage], words=stage_word(stage), ended=self.clock()
        )
