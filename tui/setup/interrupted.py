"""A plan that did not come to its end: the program was killed, the power went, or an operation failed."""

from dataclasses import dataclass

from tui.storage.journal import Journal, Progressed
from tui.storage.plan import Plan
from tui.storage.problem import Problem


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What is offered for resuming before anything else.

    Attributes:
        journal: where it is written down.
        plan: what was planned, or None when another version wrote it.
        progressed: how far every operation came.
        problem: why the plan cannot be read, or None.
        lacks_secret: an operation that is left needs a secret, so the steps have to ask for it again.
    """

    journal: Journal
    plan: Plan | None
    progressed: tuple[Progressed, ...]
    problem: Problem | None = None
    lacks_secret: bool = False

    @property
    def left(self) -> int:
        """How many operations are not done."""
        return sum(one is not Progressed.DONE for one in self.progressed)
