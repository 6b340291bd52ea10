"""How a host is left by a plan that did not come to its end: what is missing now, and the way back."""

from itertools import dropwhile

from msgspec import Struct

from tui.storage.changing.journal import Journal, Progressed
from tui.storage.changing.plan import Plan
from tui.storage.host.interface import Host
from tui.storage.operations.operation import CannotUndo, Operation, Risk
from tui.words import translate as _


class Midway(Struct, frozen=True):
    """What a plan left that failed, was killed or was ended before its end.

    Attributes:
        states: sentences about what it took away and did not bring back, as the host says now; of what cannot
            be read it is said that it cannot.
        way_back: the plan that undoes what it did, or None: nothing is to be undone, a change that cannot be
            undone has begun, or what is left of the plan is the way back.
    """

    states: tuple[str, ...] = ()
    way_back: Plan | None = None


NOWHERE = Midway()
"""Nothing ran, or all of it."""


def midway(plan: Plan, journal: Journal, host: Host) -> Midway:
    """Read how a plan left its host. Slow: the host is asked about every operation that ran."""
    ran = tuple(number for number in range(len(plan.operations)) if _has_run(journal, number))
    states = (
        _state(plan.operations[number], host, begun=journal.progressed(number) is Progressed.BEGUN)
        for number in ran
    )
    return Midway(tuple(dict.fromkeys(filter(None, states))), _way_back(plan, journal, host, ran))


def _has_run(journal: Journal, number: int) -> bool:
    return journal.changed(number) or journal.progressed(number) is Progressed.BEGUN


def _state(operation: Operation, host: Host, *, begun: bool) -> str:
    missing = operation.takes_away()
    is_half_done = begun and operation.risk >= Risk.REWRITES
    if not missing and not is_half_done:
        return ""
    done = _is_done(operation, host)
    if done is None:
        return _("Not known, because the host could not be read: {title}.").format(title=operation.title())
    if done:
        return missing
    return _("Begun and not finished: {title}.").format(title=operation.title()) if is_half_done else ""


def _way_back(plan: Plan, journal: Journal, host: Host, ran: tuple[int, ...]) -> Plan | None:
    ran_on: list[tuple[Operation, tuple[Operation, ...]]] = []
    for number in ran:
        operation, begun = plan.operations[number], journal.progressed(number) is Progressed.BEGUN
        back = operation.undo()
        if isinstance(back, CannotUndo):
            if operation.risk is Risk.DESTROYS or (operation.risk is Risk.REWRITES and begun):
                # What stood on the device must not be brought back over a device that is half written.
                return None
            continue
        undone_here = next((ran for ran in ran_on if ran[1] == (operation,)), None)
        if undone_here is not None and not begun:
            ran_on.remove(undone_here)
        else:
            ran_on.append((operation, back))
    undone = tuple(undo for _operation, back in reversed(ran_on) for undo in back)
    # What is so already at the beginning needs no step; after a step that is not, only the run can tell.
    needed = tuple(dropwhile(lambda undo: _is_done(undo, host) is True, undone))
    left = tuple(
        operation
        for number, operation in enumerate(plan.operations)
        if journal.progressed(number) is not Progressed.DONE
    )
    if not needed or needed == left:
        return None
    return Plan(_("Undo: {title}").format(title=plan.title), needed, plan.together)


def _is_done(operation: Operation, host: Host) -> bool | None:
    """Whether the host is as the operation leaves it; None where that cannot be read."""
    try:
        return operation.is_done(host)
    except Exception:  # noqa: BLE001 (why the plan failed must be told, whatever a look at the host runs into)
        return None
