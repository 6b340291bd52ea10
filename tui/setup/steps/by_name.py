"""The steps by name: every module of a step as `Logic`."""

from tui.setup.answers import Answer
from tui.setup.state import Logic, SetupState
from tui.setup.step import Step
from tui.setup.steps import boot, chap, discover, log_in, mount, name, target, volumes

_LOGIC: dict[Step, Logic] = {
    Step.NAME: name,
    Step.CHAP: chap,
    Step.DISCOVER: discover,
    Step.TARGET: target,
    Step.LOG_IN: log_in,
    Step.VOLUMES: volumes,
    Step.MOUNT: mount,
    Step.BOOT: boot,
}


def logic(step: Step) -> Logic:
    """What a step does; only for steps that ask something (`Step.is_asked`)."""
    return _LOGIC[step]


def answer(state: SetupState, step: Step) -> Answer:
    """The decided answer of a step, or its defaults."""
    return logic(step).answer(state)
