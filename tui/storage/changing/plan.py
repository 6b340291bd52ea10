"""A list of operations, and what is reported of it while it runs."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from tui.storage.operations.operation import Operation, Risk
from tui.storage.problem import Problem


class Plan(Struct, frozen=True):
    """Operations in the order they run.

    Attributes:
        title: what the whole is for.
        operations: in order.
        together: they do not depend on each other and run at the same time; one that fails stops no other.
    """

    title: str
    operations: tuple[Operation, ...]
    together: bool = False

    @property
    def risk(self) -> Risk:
        """The worst risk of its operations."""
        return max((operation.risk for operation in self.operations), default=Risk.READS)

    def loses(self) -> tuple[str, ...]:
        """What will be gone afterwards, over all operations."""
        return tuple(line for operation in self.operations for line in operation.loses())


class Stage(StrEnum):
    """Where one operation of a plan stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    ALREADY = "already"
    """The host was as the operation would leave it; nothing was run."""
    FAILED = "failed"


class Step(Struct, frozen=True):
    """What the executor tells while it runs.

    Attributes:
        number: which operation, from 0.
        stage: where it stands now.
        line: a line of progress, or empty.
        problem: why it failed, or None.
        seconds: how long it has taken.
    """

    number: int
    stage: Stage
    line: str = ""
    problem: Problem | None = None
    seconds: float = 0.0


class Result(Struct, frozen=True):
    """How a plan ended: the stage of every operation, and the problems of those that failed."""

    stages: tuple[Stage, ...]
    problems: tuple[Problem | None, ...]

    @property
    def ok(self) -> bool:
        """Every operation is done or was already true."""
        return all(stage in (Stage.DONE, Stage.ALREADY) for stage in self.stages)

    @property
    def problem(self) -> Problem | None:
        """The first problem, or None."""
        return next((problem for problem in self.problems if problem is not None), None)


Listener = Callable[[Step], None]
"""Called from the executor's thread(s); must not block."""
