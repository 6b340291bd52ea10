"""A stand-in for the set-up's driver: the real steps over made-up inventories, and no host."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from tests.storage.scripted_host import ScriptedHost
from tests.waiting import AT_MOST
from tui.setup.answers import Answer
from tui.setup.review import final_plan
from tui.setup.state import SetupState
from tui.setup.step import AT_ONCE, Step, following
from tui.setup.steps.by_name import logic
from tui.setup.undo import Undo
from tui.setup.verification import Verified
from tui.storage.changing.interrupted import Interrupted
from tui.storage.changing.plan import Plan, Stage, Step as PlanStep
from tui.storage.changing.watcher import Watcher
from tui.storage.host.command_log import CommandLogHost
from tui.storage.problem import Problem

Effect = Callable[[SetupState], SetupState]


def _nothing(state: SetupState) -> SetupState:
    return state


@dataclass
class ScriptedDriver:
    """Walks like `Setup`; what a run brings about is scripted.

    Attributes:
        state: what is known now.
        effects: what the state becomes when a step has run.
        failures: what goes wrong when a step runs, once each.
        undoing: what undoes the set-up; there is none when None.
        gate: a run waits for it, so that a test can look at what is shown meanwhile.
    """

    state: SetupState
    effects: dict[Step, Effect] = field(default_factory=dict)
    failures: dict[Step, Problem] = field(default_factory=dict)
    verified: Verified | None = None
    cut_off: Interrupted | None = None
    ran: list[Step] = field(default_factory=list)
    resumed: bool = False
    given_up: bool = False
    left: bool = False
    unlocked: bool = False
    undoing: Undo | None = None
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self._host = CommandLogHost(ScriptedHost())

    @property
    def host(self) -> CommandLogHost:
        """A host on which nothing runs."""
        return self._host

    def begin(self) -> SetupState:
        """Nothing is read."""
        return self.state

    def interrupted(self) -> Interrupted | None:
        """What the test says."""
        return self.cut_off

    def resume(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        """Every operation ends well."""
        if self.cut_off is not None and self.cut_off.plan is not None:
            self._play(self.cut_off.plan, watcher, leave)
        self.resumed, self.cut_off = True, None
        return None

    def give_up(self) -> Problem | None:
        """Remember that."""
        self.given_up, self.cut_off = True, None
        return None

    def answer(self, answer: Answer) -> SetupState:
        """Take a decision."""
        self.state = self.state.answered(answer)
        return self.state

    def go(self, step: Step) -> SetupState:
        """Open a page."""
        self.state = replace(self.state, step=step, problem=None)
        return self.state

    def next(self) -> SetupState:
        """Go on as the real one does, but past nothing."""
        step = self.state.step
        if step.is_asked and (lacking := logic(step).blocker(self.state)) is not None:
            self.state = replace(self.state, problem=lacking)
            return self.state
        return self.go(following(step))

    def run(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        """Tell of the step's plan, then change the state as scripted."""
        step = self.state.step
        self.ran.append(step)
        problem = self.failures.pop(step, None)
        plan = self._plan(step)
        self._play(plan, watcher, leave, problem)
        if problem is None:
            self.state = self.effects.get(step, _nothing)(self.state)
            if step is Step.LOG_IN:
                self.state = replace(self.state, logins=tuple((one.title(), None) for one in plan.operations))
            self.state = replace(self.state, ran=self.state.ran | {step})
            if step is Step.RUN:
                self.state = replace(self.state, step=Step.DONE)
            elif step.is_asked:
                problem = logic(step).blocker(self.state)
        elif step is Step.LOG_IN:
            self.state = replace(self.state, logins=tuple((one.title(), problem) for one in plan.operations))
        self.state = replace(self.state, problem=problem)
        return problem

    def _plan(self, step: Step) -> Plan:
        if step is Step.RUN:
            return final_plan(self.state)
        return logic(step).plan(self.state) if step in AT_ONCE else Plan("", ())

    def _play(
        self, plan: Plan, watcher: Watcher, leave: threading.Event, problem: Problem | None = None
    ) -> None:
        watcher.plan(plan)
        for number in range(len(plan.operations)):
            watcher.step(PlanStep(number, Stage.RUNNING))
            assert self.gate.wait(AT_MOST)
            last = number == len(plan.operations) - 1
            if problem is not None and last:
                watcher.step(PlanStep(number, Stage.FAILED, problem=problem, seconds=0.2))
                return
            watcher.step(PlanStep(number, Stage.DONE, seconds=0.1))
            if leave.is_set():
                return
        if not plan.operations:
            watcher.line("Asking")
            assert self.gate.wait(AT_MOST)

    def remove_stale_lock(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        """Remember that."""
        self.unlocked = True
        return None

    @property
    def can_undo(self) -> bool:
        """There is one when the test says so."""
        return self.undoing is not None

    def undo(self) -> Undo:
        """What the test says."""
        assert self.undoing is not None
        return self.undoing

    def leave(self) -> None:
        """Remember that."""
        self.left = True
