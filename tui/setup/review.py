"""Everything that writes to a disk or to the boot configuration, as one plan."""

from msgspec import Struct

from tui.setup.state import SetupState, commands
from tui.setup.step import ASKED, GATHERED, Step
from tui.setup.steps import boot, mount, volumes
from tui.setup.steps.by_name import logic
from tui.storage.changing.plan import Plan
from tui.storage.operations.operation import Risk
from tui.storage.problem import Problem
from tui.words import translate as _


class Review(Struct, frozen=True):
    """What is shown before anything is written.

    Attributes:
        plan: the operations, in the order they run.
        commands: every command and file edit, one line each.
        loses: what will be gone afterwards, one line each.
        word: what must be typed before it runs; empty when nothing is destroyed.
        problems: by step, what still prevents it; the plan is empty while there is any.
        warnings: what the person should know.
    """

    plan: Plan
    commands: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    word: str = ""
    problems: tuple[tuple[Step, Problem], ...] = ()
    warnings: tuple[Problem, ...] = ()


def is_set_up(state: SetupState) -> bool:
    """Whether every step finds what it asks for on the host already."""
    return all(logic(step).satisfied(state) is not None for step in ASKED)


def final_plan(state: SetupState) -> Plan:
    """The gathered plans of the last three steps: each volume's folder, then its boot entry, then its mount.

    The boot entry comes first, since an old one would let systemd unmount at once what is mounted by hand.
    """
    mounts = tuple(
        operation
        for entry, target in mount.ordered(state)
        for operation in (
            mount.folder(entry),
            *boot.entry_operations(state, entry, target),
            *mount.mounting(state, entry, target),
        )
    )
    return Plan(
        _("Set up the volumes"),
        (*volumes.plan(state).operations, *mount.file_systems(state), *mounts, *boot.rest(state)),
    )


def review(state: SetupState) -> Review:
    """The final plan and everything a person needs to confirm it."""
    found = tuple((step, problem) for step in GATHERED for problem in logic(step).problems(state))
    warnings = tuple(problem for step in GATHERED for problem in logic(step).warnings(state))
    if found:
        return Review(Plan(_("Set up the volumes"), ()), problems=found, warnings=warnings)
    plan = final_plan(state)
    word = _("erase") if plan.risk is Risk.DESTROYS and plan.loses() else ""
    return Review(plan, commands(plan), plan.loses(), word, warnings=warnings)
