"""A plan that did not come to its end: the program was killed, the power went, or an operation failed."""

from pathlib import Path

from msgspec import Struct

from tui.storage.changing.journal import FOLDER, Journal, Origin, Progressed
from tui.storage.changing.plan import Plan
from tui.storage.operations.operation import Risk
from tui.storage.problem import ConsoleError, Problem


class Interrupted(Struct, frozen=True):
    """What is offered for resuming before anything else.

    Attributes:
        journal: where it is written down.
        plan: what was planned, or None when another version wrote it.
        progressed: how far every operation came.
        problem: why the plan cannot be read, or None.
        lacks_secret: an operation that is left needs a secret, so it has to be asked for again.
    """

    journal: Journal
    plan: Plan | None
    progressed: tuple[Progressed, ...]
    problem: Problem | None = None
    lacks_secret: bool = False

    @property
    def left(self) -> int:
        """How many operations are not done."""
        return sum(progressed is not Progressed.DONE for progressed in self.progressed)

    @property
    def risk(self) -> Risk:
        """The worst risk of what is left; the worst there is where the plan cannot be read."""
        if self.plan is None:
            return Risk.DESTROYS
        left = zip(self.plan.operations, self.progressed, strict=True)
        return max((step.risk for step, far in left if far is not Progressed.DONE), default=Risk.READS)

    @property
    def done(self) -> frozenset[int]:
        """The numbers of the operations that are done."""
        return frozenset(
            number for number, progressed in enumerate(self.progressed) if progressed is Progressed.DONE
        )

    @property
    def origin(self) -> Origin:
        """Which part of the program began it, and so carries it on."""
        return self.journal.origin


def all_interrupted(folder: Path = FOLDER) -> tuple[Interrupted, ...]:
    """Every plan that was killed or failed before its end, the last begun first."""
    return tuple(_interrupted(journal) for journal in Journal.open_ones(folder))


def _interrupted(journal: Journal) -> Interrupted:
    try:
        plan = journal.plan()
    except ConsoleError as error:
        return Interrupted(journal, None, (), error.problem)
    return Interrupted(
        journal, plan, tuple(journal.progressed(number) for number in range(len(plan.operations)))
    )
