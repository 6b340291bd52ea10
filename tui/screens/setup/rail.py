"""The rail: where the person is on the way, and what was decided at each step."""

from tui.setup.state import SetupState
from tui.setup.step import ASKED, ORDER, Step
from tui.setup.steps import by_name
from tui.storage.untrusted import clean
from widgets.rail import RailStep
from widgets.state import State


def rail_steps(state: SetupState, *, failed: bool = False) -> tuple[RailStep, ...]:
    """Return the asked steps, and a ninth for review, run and the end.

    Args:
        state: what is known.
        failed: the present step went wrong.
    """
    return (*(_asked(state, step, failed=failed) for step in ASKED), _last(state, failed=failed))


def _asked(state: SetupState, step: Step, *, failed: bool) -> RailStep:
    here, place = ORDER.index(state.step), ORDER.index(step)
    if place == here:
        return RailStep(step, step.label, State.BAD if failed else State.HERE)
    if place > here:
        return RailStep(step, step.label)
    return RailStep(step, step.label, State.GOOD, clean(by_name.logic(step).note(state)))


def _last(state: SetupState, *, failed: bool) -> RailStep:
    if state.step.is_asked:
        return RailStep(Step.REVIEW, Step.REVIEW.label)
    here = State.GOOD if state.step is Step.DONE else State.HERE
    return RailStep(Step.REVIEW, state.step.label, State.BAD if failed else here)
