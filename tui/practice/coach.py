"""The state of a learner in a scenario: goals that are met, hints that were given, the next step."""

import threading
from collections.abc import Callable, Iterable
from enum import StrEnum

from msgspec import Struct

from tui.practice.examine import Verdict, all_goals, examine, judge
from tui.practice.notes import Note, write_note
from tui.practice.scenario import Kind, LessonStep, Phase, Scenario
from tui.storage.host.interface import Host
from tui.storage.model.inventory import Inventory
from tui.storage.probe.inventory import take_inventory


class Stand(StrEnum):
    """How far it is."""

    OPEN = "open"
    HELD = "held"
    """Everything holds; whether it does after a restart is not known yet."""
    SOLVED = "solved"


class Begin(Struct, frozen=True):
    """Where a run of the console begins: the phase, and the hints and steps of before."""

    phase: Phase = Phase.NOW
    hints: int = 0
    steps: int = 0


class Coach:
    """One run of the console inside the machine.

    Args:
        scenario: what is practised.
        host: the machine.
        begin: how far the learner was.
        note: called with the learner's progress whenever it changes.
    """

    def __init__(
        self,
        scenario: Scenario,
        host: Host,
        begin: Begin | None = None,
        note: Callable[[Note], None] = write_note,
    ) -> None:
        begin = begin or Begin()
        self.scenario = scenario
        self.phase = begin.phase
        self.hints = min(begin.hints, len(scenario.hints))
        self.steps = min(begin.steps, len(scenario.steps))
        self.verdicts: tuple[Verdict, ...] = ()
        self._host = host
        self._note = note
        self._stand = Stand.OPEN
        self._guard = threading.Lock()

    @property
    def stand(self) -> Stand:
        """How far it is, by the last look."""
        return self._stand

    @property
    def step(self) -> LessonStep | None:
        """The step of a lesson that comes next; None when all are done, and in a scenario."""
        return self.scenario.steps[self.steps] if self.steps < len(self.scenario.steps) else None

    @property
    def given_hints(self) -> tuple[str, ...]:
        """The hints that were asked for."""
        return self.scenario.hints[: self.hints]

    def missing(self) -> tuple[Verdict, ...]:
        """The goals that were not met at the last check."""
        return tuple(verdict for verdict in self.verdicts if not verdict.holds)

    def give_hint(self) -> bool:
        """Give one more hint; whether there was one left."""
        if self.hints >= len(self.scenario.hints):
            return False
        self.hints += 1
        self.tell()
        return True

    def check(self) -> None:
        """Look at the machine now. Takes a second or two: not for the thread that draws."""
        with self._guard:
            if self.scenario.kind is Kind.LESSON:
                step = self.step
                self._take(judge(self._host, (step.goal,), take_inventory) if step is not None else ())
            else:
                self._take(examine(self._host, self.scenario, self.phase))

    def look(self, inventory: Inventory) -> bool:
        """See by an inventory that was taken anyway whether the step of a lesson is done."""
        # One look at a time: two that see the same step done would count it twice.
        with self._guard:
            step = self.step
            if step is None:
                return False
            self._take(judge(self._host, (step.goal,), lambda _host: inventory))
            return self.step is not step

    def goals(self) -> Iterable[tuple[str, str]]:
        """What has to be reached and spared in this phase: identifier and sentence."""
        return [(goal.identifier, goal.says) for goal in all_goals(self.scenario, self.phase)]

    def _take(self, verdicts: tuple[Verdict, ...]) -> None:
        before = (self._stand, self.steps)
        self.verdicts = verdicts
        holds = all(verdict.holds for verdict in verdicts)
        if self.scenario.kind is Kind.LESSON:
            if verdicts and holds:
                self.steps += 1
                self.verdicts = ()
            self._stand = Stand.SOLVED if self.step is None else Stand.OPEN
        elif not holds:
            self._stand = Stand.OPEN
        else:
            waits = self.scenario.reboots and self.phase is Phase.NOW
            self._stand = Stand.HELD if waits else Stand.SOLVED
        if (self._stand, self.steps) != before:
            self.tell()

    def tell(self) -> None:
        """Note how far the learner is; at the beginning it says that the console is there."""
        held = self._stand is not Stand.OPEN
        self._note(Note(self.hints, self.steps, held, self._stand is Stand.SOLVED))
