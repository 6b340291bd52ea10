"""What a set-up from answers would do next on a host as it is, without doing it."""

import threading

from tui.setup import review
from tui.setup.script import answer_for
from tui.setup.session import Setup
from tui.setup.step import ASKED, Step
from tui.setup.steps.by_name import logic
from tui.setup.wishes import Script
from tui.storage.changing.plan import Plan, Result, Stage
from tui.storage.changing.run_plan import Ending
from tui.storage.changing.watcher import Unwatched, Watcher
from tui.storage.host.interface import ChangingHost
from tui.storage.problem import Problem, Refused
from tui.words import translate as _


class Preview(Setup):
    """A set-up that only looks: the first plan that would change something ends it.

    Args:
        host: the host; nothing on it is changed.
        script: the answers.

    Attributes:
        plan: what would run next; without operations where everything is set up.
        step: the step that it belongs to.
    """

    def __init__(self, host: ChangingHost, script: Script) -> None:
        super().__init__(host, keeps_answers=False, answers=script.fingerprint)
        self.plan = Plan(_("Set up storage"), ())
        self.step = Step.NAME
        self._script = script

    def look(self) -> None:
        """Go through the steps up to the first that would change something.

        Raises:
            Refused: something prevents the set-up.
        """
        self.begin()
        for step in ASKED:
            self.go(step)
            self.answer(answer_for(self._script, self.state, step))
            problem = self.run(Unwatched())
            if self.plan.operations:
                self.step = step
                return
            _refuse(problem or logic(step).blocker(self.state))
        seen = review.review(self.state)
        if seen.problems:
            raise Refused(seen.problems[0][1])
        self.go(Step.RUN)
        self.step = Step.RUN
        self._execute(seen.plan, Unwatched(), threading.Event(), resumable=True)

    def _first_problem(self, step: Step) -> Problem | None:
        asked = (step,) if step.is_asked else ()
        return next((problem for step in asked for problem in logic(step).problems(self.state)), None)

    def _execute(self, plan: Plan, watcher: Watcher, leave: threading.Event, *, resumable: bool) -> Ending:
        del watcher, leave, resumable
        left = tuple(operation for operation in plan.operations if not self._is_done(operation))
        if not left:
            count = len(plan.operations)
            return Ending(Result((Stage.ALREADY,) * count, (None,) * count))
        self.plan = Plan(plan.title, left, plan.together)
        return Ending(problem=Problem("setup.preview", _("This would be done next.")))


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise Refused(problem)
