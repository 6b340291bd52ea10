"""The one way from a confirmed plan to its end: under the change lock, written down in a journal.

Everything waits for what it starts and is meant for a worker thread; what the host does is returned as a
`Problem`, never raised.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from msgspec import Struct

from tui.storage.changing.change_lock import LOCK, change_lock
from tui.storage.changing.executor import execute
from tui.storage.changing.journal import FOLDER, Journal, Origin
from tui.storage.changing.midway import NOWHERE, Midway, midway
from tui.storage.changing.plan import Plan, Result, Stage, Step
from tui.storage.changing.watcher import Watcher
from tui.storage.host.interface import ChangingHost
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import translate as _


class Places(Struct, frozen=True):
    """Where the program keeps its own files while it changes a host; tests give it others.

    Attributes:
        journals: the folder of journals.
        lock: the change lock.
        is_locked: the caller holds it, over several plans.
    """

    journals: Path = FOLDER
    lock: Path = LOCK
    is_locked: bool = False


PLACES = Places()
"""Those of this host."""


class Ending(Struct, frozen=True):
    """How a plan ended, or why it was not begun.

    Attributes:
        result: how every operation ended, or None when the plan was not begun.
        problem: the first thing that went wrong, or None.
        journal: where it is written down; None when the plan was not begun or had nothing to do.
        midway: how the host was left, where the plan did not come to its end.
    """

    result: Result | None = None
    problem: Problem | None = None
    journal: Journal | None = None
    midway: Midway = NOWHERE

    @property
    def ok(self) -> bool:
        """Every operation is done or was already true."""
        return self.result is not None and self.result.ok

    @property
    def left(self) -> bool:
        """Nothing failed, and something is left to do: the person asked to end."""
        return self.problem is None and not self.ok


def carry_out(
    plan: Plan,
    host: ChangingHost,
    watcher: Watcher,
    leave: threading.Event,
    *,
    places: Places | None = None,
    origin: Origin = Origin.CONSOLE,
    answers: str = "",
) -> Ending:
    """Run a plan from its beginning. One that has nothing to do needs neither lock nor journal.

    Args:
        plan: what the person has said yes to.
        host: the host to change.
        watcher: gets every step.
        leave: when set, no further operation is begun; what runs is finished.
        places: where lock and journals are; those of this host when None.
        origin: the part of the program that resumes it when it is cut off.
        answers: the fingerprint of the answers file it was made from (`Origin.ANSWERS`).

    Returns:
        How it ended. When it did not come to its end, its journal stays open (`Journal.abandon` ends it).
    """
    if not plan.operations:
        return Ending(Result((), ()))
    watcher.plan(plan)
    if _is_all_done(plan, host):
        for number in range(len(plan.operations)):
            watcher.step(Step(number, Stage.ALREADY))
        return Ending(Result((Stage.ALREADY,) * len(plan.operations), (None,) * len(plan.operations)))
    with_lock = _Locked(host, watcher, leave, places or PLACES)
    return with_lock.run(plan, lambda: Journal.open(plan, with_lock.places.journals, origin, answers))


def carry_on(
    journal: Journal,
    plan: Plan,
    host: ChangingHost,
    watcher: Watcher,
    leave: threading.Event,
    *,
    places: Places | None = None,
) -> Ending:
    """Run what is left of a plan that was begun before; what the journal has as done is not done again.

    Args:
        journal: that of the plan.
        plan: as it was begun, with the secrets that the journal does not keep.
        host: the host to change.
        watcher: gets every step.
        leave: when set, no further operation is begun; what runs is finished.
        places: where the lock is; that of this host when None.
    """
    watcher.plan(plan)
    return _Locked(host, watcher, leave, places or PLACES).run(plan, journal.as_written)


def give_up(journal: Journal, places: Places | None = None) -> Problem | None:
    """Do not resume a plan; what it did stays. Returns why that cannot be written down, or None.

    A plan that a process is running, or that was resumed since the journal was read, stays as it is.
    """
    try:
        with _lock(places or PLACES):
            journal.as_written().abandon()
    except ConsoleError as error:
        return error.problem
    except OSError as error:
        return _of_system(error)
    return None


class _Locked(Struct, frozen=True):
    """Runs plans under the change lock."""

    host: ChangingHost
    watcher: Watcher
    leave: threading.Event
    places: Places

    def run(self, plan: Plan, journal: Callable[[], Journal]) -> Ending:
        try:
            with _lock(self.places):
                written = journal()
                result = execute(plan, self.host, written, self.watcher.step, self.leave)
                left = NOWHERE if result.ok else midway(plan, written, self.host)
        except ConsoleError as error:
            return Ending(problem=error.problem)
        except OSError as error:
            return Ending(problem=_of_system(error))
        return Ending(result, result.problem, written, left)


def _lock(places: Places) -> AbstractContextManager[None]:
    return nullcontext() if places.is_locked else change_lock(places.lock)


def _is_all_done(plan: Plan, host: ChangingHost) -> bool:
    try:
        return all(operation.is_done(host) for operation in plan.operations)
    except (ConsoleError, OSError):
        return False


def _of_system(error: OSError) -> Problem:
    return Problem(
        "system.error",
        _("A file could not be written: {why}.").format(why=clean(error.strerror or str(error))),
        cause=clean(str(error.filename)) if error.filename else "",
        remedy=_("Nothing was changed. Fix the cause and retry."),
    )
