"""Who gets reports of what a plan does, while it does it. Calls come from a worker and must not block."""

from typing import Protocol

from tui.storage.changing.plan import Plan, Step as PlanStep


class Watcher(Protocol):
    """Gets reports of what happens, as it happens."""

    def plan(self, plan: Plan) -> None:
        """A plan begins; the steps reported next are its operations."""

    def step(self, step: PlanStep) -> None:
        """An operation of that plan began, ended, or said something."""

    def line(self, text: str) -> None:
        """What is done between plans: a sentence without a full stop, cleaned."""


class Unwatched:
    """Listens to nothing; a base for watchers that care for some of it."""

    def plan(self, plan: Plan) -> None:
        """Ignored."""

    def step(self, step: PlanStep) -> None:
        """Ignored."""

    def line(self, text: str) -> None:
        """Ignored."""
