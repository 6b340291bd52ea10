"""Runs a plan: checked, journalled, run, verified. The only executor of the program."""

import contextlib
import errno
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tui.storage.changing.claims import first_claimed, refuse_claimed
from tui.storage.changing.journal import Journal, Progressed
from tui.storage.changing.plan import Listener, Plan, Result, Stage, Step
from tui.storage.changing.preflight import first_hopeless
from tui.storage.devices.settling import allowed_at_rest, is_moving, sequence, settle
from tui.storage.host.interface import ChangingHost, Command, Host
from tui.storage.lvm.report_cache import LvmReportCache
from tui.storage.operations.operation import Operation, Progress, Risk
from tui.storage.problem import ConsoleError, NotVerified, Problem, Refused
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import translate as _

PATIENCE = 20.0
"""Seconds within which a host shows what was changed: udev has settled by then; multipathd, iscsid and
systemd may still be behind."""

_SOON = 1.0
"""Seconds without progress of udev after which the person is told; when it was stuck in this plan before, it
is waited for no longer."""


def _ignore(_step: Step) -> None:
    """Nobody listens."""


def execute(
    plan: Plan,
    host: ChangingHost,
    journal: Journal,
    listener: Listener = _ignore,
    leave: threading.Event | None = None,
    *,
    patience: float = PATIENCE,
) -> Result:
    """Run a plan. The caller holds the `ChangeLock` and has the person's confirmation.

    Operations that the journal already has as done are not run again, except that after a reboot those that
    do not outlast one (`survives_reboot`) are looked at anew. An operation that fails ends the plan (unless
    its operations run together), and the journal stays open, so that the plan can be resumed.

    Args:
        plan: what to do; for a resumed plan the journal knows how far it came.
        host: the host to change.
        journal: begun for this plan.
        listener: told of every step.
        leave: when set, no further operation is begun; what runs is finished.
        patience: seconds within which the host has to show what an operation changed.

    Returns:
        How every operation ended. Never raises for what the host does.
    """
    leave = leave or threading.Event()
    run = _Run(plan, host, journal, listener, patience)
    results: list[tuple[Stage, Problem | None]]
    refused = run.refuse_at_once()
    if refused is not None:
        results = refused
    elif plan.together:

        def one_unless_left(number: int) -> tuple[Stage, Problem | None]:
            return (Stage.WAITING, None) if leave.is_set() else run.run_operation(number)

        with ThreadPoolExecutor(max_workers=max(1, min(16, len(plan.operations)))) as pool:
            results = list(pool.map(one_unless_left, range(len(plan.operations))))
    else:
        results = []
        for number in range(len(plan.operations)):
            if leave.is_set() or any(stage is Stage.FAILED for stage, _problem in results):
                results.append((Stage.WAITING, None))
            else:
                results.append(run.run_operation(number))
    result = Result(
        tuple(stage for stage, _problem in results), tuple(problem for _stage, problem in results)
    )
    if result.ok:
        # Everything is done. When only this note cannot be written, the next start offers to resume, finds
        # nothing left to do, and ends it.
        with contextlib.suppress(OSError):
            journal.finish()
    return result


class _Run:
    """One execution of a plan; `run_operation` runs one from check to verification."""

    def __init__(
        self, plan: Plan, host: ChangingHost, journal: Journal, listener: Listener, patience: float
    ) -> None:
        self._plan, self._host, self._journal, self._listener = plan, host, journal, listener
        self._patience = patience
        self._look = LvmReportCache(host)
        self._udev_is_stuck = False

    def refuse_at_once(self) -> list[tuple[Stage, Problem | None]] | None:
        """How the plan ends when one of its operations is sure to be refused, or None: it may begin.

        Nothing has run then.
        """
        left = tuple(
            number
            for number in range(len(self._plan.operations))
            if self._journal.progressed(number) is not Progressed.DONE
        )
        refusal: tuple[int, Problem] | None = None

        def look() -> None:
            nonlocal refusal
            operations = tuple(self._plan.operations[number] for number in left)
            refusal = first_hopeless(self._host, operations) or first_claimed(self._host, operations)
            if refusal is not None:
                raise Refused(refusal[1])

        with contextlib.suppress(Refused, OSError):
            allowed_at_rest(self._host, look)
        if refusal is None:
            return None
        number, problem = left[refusal[0]], refusal[1]
        self._journal.fail(number, problem)
        self._listener(Step(number, Stage.FAILED, problem=problem))
        return [
            (Stage.FAILED, problem) if position == number else (Stage.WAITING, None)
            for position in range(len(self._plan.operations))
        ]

    def run_operation(self, number: int) -> tuple[Stage, Problem | None]:
        started = time.monotonic()

        def tell(
            stage: Stage, problem: Problem | None = None, line: str = ""
        ) -> tuple[Stage, Problem | None]:
            self._listener(Step(number, stage, line, problem, time.monotonic() - started))
            return stage, problem

        def show(line: str) -> None:
            tell(Stage.RUNNING, line=line)

        progressed = self._journal.progressed(number)
        if progressed is Progressed.DONE:
            if self._plan.operations[number].survives_reboot or self._journal.is_of_this_boot(number):
                return tell(Stage.ALREADY)
            progressed = Progressed.NOT_BEGUN
        tell(Stage.RUNNING)
        try:
            stage = self._carry_out(number, progressed, show)
        except ConsoleError as error:
            problem = error.problem
        except OSError as error:
            problem = _of_system(self._plan.operations[number], error)
        else:
            return tell(stage)
        self._journal.fail(number, problem)
        return tell(Stage.FAILED, problem)

    def _carry_out(self, number: int, progressed: Progressed, progress: Progress) -> Stage:
        operation = self._plan.operations[number]
        # What runs together has no order in which one would see what the one before it left.
        look: Host = self._host if self._plan.together else self._look
        if operation.is_done(look):
            self._journal.done(number, already=progressed is Progressed.NOT_BEGUN)
            return Stage.ALREADY

        def check() -> None:
            try:
                if progressed is Progressed.BEGUN:
                    operation.check_interrupted(look)
                else:
                    operation.check(look)
                refuse_claimed(self._host, operation)
            except Refused:
                self._look.forget()
                raise

        allowed_at_rest(self._host, check)
        self._journal.begin(number)
        before = sequence(self._host)
        operation.run(self._host, progress)
        if sequence(self._host) != before or operation.risk >= Risk.INTERRUPTS:
            self._settle(progress)
            self._have_udev_look(operation, look, progress)
        self._verify(operation, look, progress)
        self._journal.done(number)
        return Stage.DONE

    def _settle(self, progress: Progress) -> None:
        """Let udev catch up, so that whoever reads the host next sees what was made, changed or removed.

        What is written to a device tells udev only when it is closed, with an event that may come later.
        """
        if settle(self._host, quiet=_SOON):
            self._udev_is_stuck = False
        elif is_moving(self._host):
            progress(_("Waiting for udev, which is still at work."))
            self._udev_is_stuck = self._udev_is_stuck or not settle(self._host)

    def _have_udev_look(self, operation: Operation, look: Host, progress: Progress) -> None:
        """Tell udev to look at what it did not notice; whether it does is seen by the verification."""
        self._look.forget()
        behind = operation.unseen(look)
        for path in behind:
            argv = ("udevadm", "trigger", "--action=change", f"--name-match={path}")
            self._host.run(Command(argv, changes=True))
        if behind:
            self._settle(progress)

    def _verify(self, operation: Operation, look: Host, progress: Progress) -> None:
        """Read the host, and again for a while when it does not show the change: daemons may be behind.

        Raises:
            NotVerified: it does not come to show it.
        """
        failed: NotVerified | Refused | None = None

        def is_shown() -> bool:
            nonlocal failed
            self._look.forget()
            try:
                operation.verify(look)
            except (NotVerified, Refused) as error:
                if failed is None:
                    progress(_("Waiting for the host to show it."))
                failed = error
                return False
            failed = None
            return True

        wait_for(is_shown, self._patience, pause=0.25)
        if failed is not None:
            raise failed


def _of_system(operation: Operation, error: OSError) -> Problem:
    code, what = {
        errno.ENOSPC: ("system.full", _("the file system is full")),
        errno.EDQUOT: ("system.full", _("the disk quota is exceeded")),
        errno.EROFS: ("system.read-only", _("the file system is read-only")),
        errno.EACCES: ("system.denied", _("permission denied")),
        errno.EPERM: ("system.denied", _("permission denied")),
    }.get(error.errno or 0, ("system.error", clean(error.strerror or str(error))))
    # A rename names the temporary file first; what could not be replaced is the second.
    place = error.filename2 or error.filename
    return Problem(
        code,
        _("{title}: {what}.").format(title=operation.title(), what=what.rstrip(".")),
        cause=clean(str(place)) if place else "",
        remedy=_("The file is unchanged. Fix the cause and retry; steps already done are not run again."),
    )
