"""The set-up as it is carried out: the state machine with a host under it. No screen is known here.

All methods wait for what they start and are meant for a worker thread; what the host does is returned as a
`Problem`, never raised.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from tui.setup import kept, review, secrets, undo
from tui.setup.answers import NOTHING_DECIDED, Answer
from tui.setup.looking import folder_facts, look_at_disk, modified, rc_local, wait_for_disks
from tui.setup.state import SetupState
from tui.setup.step import ASKED, Step, following
from tui.setup.steps import discover, disks, log_in, mount, volumes
from tui.setup.steps.by_name import logic
from tui.setup.undo import Undo
from tui.setup.verification import Look, Verified, verify
from tui.storage.changing import run_plan
from tui.storage.changing.change_lock import change_lock, who_changes
from tui.storage.changing.interrupted import Interrupted, all_interrupted
from tui.storage.changing.journal import Journal, Origin
from tui.storage.changing.midway import NOWHERE, Midway, midway
from tui.storage.changing.plan import Plan
from tui.storage.changing.run_plan import Ending
from tui.storage.changing.watcher import Unwatched, Watcher
from tui.storage.devices.settling import read_at_rest
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.interface import Answer as PortAnswerKind, ChangingHost
from tui.storage.iscsi.discovery import Discovered, discover as ask, unreachable_problem
from tui.storage.model.inventory import Inventory
from tui.storage.operations.iscsi.initiator import generate_name
from tui.storage.operations.iscsi.records import RemoveStaleLock
from tui.storage.operations.operation import Operation
from tui.storage.probe.glance import glance
from tui.storage.probe.inventory import take_inventory
from tui.storage.probe.iscsi.initiator import INITIATOR_FILE
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

_UUIDS = 16
"""Volumes that one set-up makes at most have this many UUIDs ready."""


class Places(run_plan.Places, frozen=True):
    """Where a set-up keeps its own files; tests give it others."""

    answers: str = kept.PATH


class Setup:
    """One set-up of one host.

    Args:
        host: the host.
        places: where journal, lock and answers are.
        keeps_answers: write the answers down after every step, so that they are there after a kill.
        answers: the fingerprint of the answers file that is played; empty where a person decides.
        look: tells the verdict on the host at the end; without it only what is sure is told.
    """

    def __init__(
        self,
        host: ChangingHost,
        places: Places | None = None,
        *,
        keeps_answers: bool = True,
        answers: str = "",
        look: Look | None = None,
    ) -> None:
        self.host = CommandLogHost(host)
        self.places = places or Places()
        self.verified: Verified | None = None
        self._keeps = keeps_answers
        self._answers = answers
        self._look = look
        self._offered: Interrupted | None = None
        self.ending = Ending()
        """How the last plan ended."""
        self._state = SetupState(Inventory(host.name))

    @property
    def state(self) -> SetupState:
        """What is known now; replaced whole at every change."""
        return self._state

    def commands(self, *, changes_only: bool = True) -> tuple[str, ...]:
        """The commands that ran so far, oldest first."""
        return tuple(ran.command.shown for ran in self.host.ran(changes_only=changes_only))

    def begin(self) -> SetupState:
        """Read the host, take the kept answers, and go to the first step that is not satisfied."""
        inventory = take_inventory(self.host)
        self._state = SetupState(
            inventory,
            kept.kept(self.host, self.places.answers) if self._keeps else NOTHING_DECIDED,
            fresh_uuids=tuple(str(uuid.uuid4()) for _number in range(_UUIDS)),
            suggested_name=generate_name(self.host),
            name_written=modified(self.host, INITIATOR_FILE),
            machine_made=modified(self.host, "/etc/machine-id"),
            rc_local=rc_local(self.host),
        )
        self._look_at_disks(Unwatched())
        self._look_at_folders()
        if self._keeps:
            self._pass_satisfied()
        return self._state

    def refresh(self) -> SetupState:
        """Read the host again."""
        return self._change(inventory=take_inventory(self.host), rc_local=rc_local(self.host))

    def answer(self, answer: Answer) -> SetupState:
        """Take a decision. Quick, and touches nothing."""
        self._state = self._state.answered(answer)
        return self._state

    def go(self, step: Step) -> SetupState:
        """Open a page, back or forth; all answers stay."""
        return self._change(step=step, problem=None)

    def next(self) -> SetupState:
        """Go on when nothing is lacking, past steps that are satisfied; else the problem says why not."""
        step = self._state.step
        lacking = logic(step).blocker(self._state) if step.is_asked else None
        if lacking is not None:
            return self._change(problem=lacking)
        self._change(step=following(step), problem=None)
        self._pass_satisfied()
        self._keep()
        return self._state

    def _pass_satisfied(self) -> None:
        while self._state.step.is_asked:
            step = logic(self._state.step)
            if step.blocker(self._state) is not None or step.satisfied(self._state) is None:
                return
            self._change(step=following(self._state.step))

    def run(self, watcher: Watcher | None = None, leave: threading.Event | None = None) -> Problem | None:
        """Do the work of the page: run its plan, ask, wait and read. Returns what prevents it."""
        watcher, leave = watcher or Unwatched(), leave or threading.Event()
        step = self._state.step
        problem = self._first_problem(step) or self._work(step, watcher, leave)
        self._change(problem=problem)
        if problem is None:
            self._change(ran=self._state.ran | {step})
        self._keep()
        return problem

    def _first_problem(self, step: Step) -> Problem | None:
        if not self.host.is_root:
            return Problem(
                "host.looking-only",
                _("Nothing is changed: the program is read-only on this host."),
                remedy=_("To make changes, start it as root and without --read-only."),
            )
        asked = ASKED if step is Step.RUN else (step,) if step.is_asked else ()
        return next((problem for asking in asked for problem in logic(asking).problems(self._state)), None)

    def _work(self, step: Step, watcher: Watcher, leave: threading.Event) -> Problem | None:
        work: dict[Step, Callable[[Watcher, threading.Event], Problem | None]] = {
            Step.NAME: self._run_plan,
            Step.CHAP: self._run_plan,
            Step.DISCOVER: self._discover,
            Step.TARGET: self._run_plan,
            Step.LOG_IN: self._log_in,
            Step.VOLUMES: self._volumes,
            Step.MOUNT: self._mount,
            Step.RUN: self._run_all,
        }
        doing = work.get(step)
        return doing(watcher, leave) if doing is not None else None

    def _run_plan(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        step = self._state.step
        plan = logic(step).plan(self._state)
        ending = self._execute(plan, watcher, leave, resumable=False)
        if plan.operations:
            self.refresh()
        return ending.problem or logic(step).blocker(self._state)

    def _discover(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        chosen = discover.answer(self._state)
        where = discover.portal_of(chosen)
        plan = discover.plan(self._state)
        if plan.operations:
            # A portal that nobody answers at leaves no record behind.
            answer = self.host.connect(where.address, where.port) if where is not None else None
            if where is not None and answer is not None and answer.answer is not PortAnswerKind.OPEN:
                problem = unreachable_problem(where, answer)
                self._change(discovered=Discovered(problem=problem, answer=answer), asked=chosen)
                return problem
            ending = self._execute(plan, watcher, leave, resumable=False)
            self.refresh()
            if ending.problem is not None:
                return ending.problem
        if where is not None:
            watcher.line(_("Asking {portal}").format(portal=clean(where.label)))
        discovered = ask(self.host, self._state.inventory, chosen.kind, where, chosen.ifaces)
        self._change(discovered=discovered, asked=chosen)
        return discovered.problem or discover.blocker(self._state)

    def _log_in(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        plan = log_in.plan(self._state)
        ending = self._execute(plan, watcher, leave, resumable=False)
        problems = ending.result.problems if ending.result is not None else (ending.problem,)
        self._change(
            logins=tuple(zip((operation.title() for operation in plan.operations), problems, strict=False))
        )
        # Nothing stands on disks that have just come; LVM is asked when they all have.
        self._change(inventory=glance(self.host, self._state.inventory))
        if not log_in.logged_in(self._state):
            self.refresh()
            return ending.problem or log_in.blocker(self._state)
        watcher.line(_("Waiting for the disks"))
        wait_for_disks(self.host, frozenset(session.sid for session in disks.sessions(self._state)), leave)
        read_at_rest(self.host, self.refresh)
        joining = self._execute(log_in.multipath_plan(self._state), watcher, leave, resumable=False)
        if joining.result is not None and joining.result.stages:
            read_at_rest(self.host, self.refresh)
        self._look_at_disks(watcher)
        return joining.problem or log_in.blocker(self._state)

    def _volumes(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        activation = volumes.activation(self._state)
        ending = self._execute(activation, watcher, leave, resumable=False)
        if activation.operations:
            read_at_rest(self.host, self.refresh)
            self._look_at_disks(watcher)
        self._look_at_folders()
        return ending.problem or volumes.blocker(self._state)

    def _mount(self, _watcher: Watcher, _leave: threading.Event) -> Problem | None:
        self._look_at_folders()
        return mount.blocker(self._state)

    def _run_all(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        ending = self._execute(review.final_plan(self._state), watcher, leave, resumable=True)
        self.refresh()
        if ending.problem is not None:
            return ending.problem
        self.verified = verify(self.host, self._state, self.commands(), watcher.line, self._look)
        if self.verified.problem is None:
            self._forget()
            self._change(step=Step.DONE)
        return self.verified.problem

    def _execute(self, plan: Plan, watcher: Watcher, leave: threading.Event, *, resumable: bool) -> Ending:
        """Run a plan under the lock, written down in a journal; one that has nothing to do needs neither."""
        ending = run_plan.carry_out(
            plan,
            self.host,
            watcher,
            leave,
            places=self.places,
            origin=Origin.ANSWERS if self._answers else Origin.SETUP,
            answers=self._answers,
        )
        self.ending = ending
        if ending.journal is not None and not ending.ok and not resumable:
            # The page is still in front of the person, and is answered again.
            run_plan.give_up(ending.journal, self.places)
        return replace(ending, problem=left_problem()) if ending.left else ending

    def remove_stale_lock(
        self, watcher: Watcher | None = None, leave: threading.Event | None = None
    ) -> Problem | None:
        """Remove the lock of the record database that a killed iscsiadm left behind."""
        plan = Plan(_("Remove the stale lock"), (RemoveStaleLock(),))
        return self._execute(
            plan, watcher or Unwatched(), leave or threading.Event(), resumable=False
        ).problem

    def interrupted(self) -> Interrupted | None:
        """The last plan that was killed or failed before its end, or None; offered before anything else."""
        self._offered = next(iter(self.all_interrupted()), None)
        return self._offered

    def all_interrupted(self) -> tuple[Interrupted, ...]:
        """Every such plan, the last begun first; none while a process changes this host."""
        if self.who_changes() is not None:
            return ()
        return tuple(self._with_secrets(found) for found in all_interrupted(self.places.journals))

    def _with_secrets(self, found: Interrupted) -> Interrupted:
        if found.plan is None:
            return found
        plan = secrets.refilled(found.plan, self._state.answers.chap)
        return replace(found, plan=plan, lacks_secret=secrets.lacking(plan, found.done))

    def left_by(self, found: Interrupted) -> Midway:
        """How an interrupted plan left the host; nothing where the plan cannot be read. Slow."""
        return midway(found.plan, found.journal, self.host) if found.plan is not None else NOWHERE

    def who_changes(self) -> Problem | None:
        """Which other process is changing this host just now, as the reason to wait, or None."""
        return None if self.places.is_locked else who_changes(self.places.lock)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other process change this host from the first plan of this set-up to the last.

        Raises:
            Refused: another process is changing it, or the lock cannot be made.
        """
        places = self.places
        with change_lock(places.lock):
            self.places = replace(places, is_locked=True)
            try:
                yield
            finally:
                self.places = places

    def resume(
        self,
        watcher: Watcher | None = None,
        leave: threading.Event | None = None,
        chosen: Interrupted | None = None,
    ) -> Problem | None:
        """Run what is left of an interrupted plan: of the chosen one, or of the one that was offered."""
        watcher, leave = watcher or Unwatched(), leave or threading.Event()
        found = self._answered(chosen)
        if found is None:
            return self.who_changes()
        if found.plan is None:
            return found.problem
        ending = run_plan.carry_on(found.journal, found.plan, self.host, watcher, leave, places=self.places)
        self.ending = ending
        return left_problem() if ending.left else ending.problem

    def give_up(self, chosen: Interrupted | None = None) -> Problem | None:
        """Do not resume the chosen plan, or the one that was offered; what it did stays."""
        found = self._answered(chosen)
        return None if found is None else run_plan.give_up(found.journal, self.places)

    def _answered(self, chosen: Interrupted | None) -> Interrupted | None:
        """The plan that is decided about: none that was begun while the person thought about another."""
        found = chosen or self._offered or self.interrupted()
        self._offered = None
        return found

    @property
    def can_undo(self) -> bool:
        """Whether a set-up changed this host, as far as its journals say. Quick: no plan is decoded."""
        journals = Journal.all_of(self.places.journals)
        return self.host.is_root and any(
            journal.origin.is_setup and journal.has_changes for journal in journals
        )

    def undo(self) -> Undo:
        """How to undo the latest set-up on the host as it is now; what is gone already is left out. Slow."""
        self.refresh()
        found = undo.undo(undo.latest(self.places.journals), self._state.inventory)
        left = tuple(operation for operation in found.plan.operations if not self._is_done(operation))
        return replace(found, plan=replace(found.plan, operations=left))

    def _is_done(self, operation: Operation) -> bool:
        try:
            return operation.is_done(self.host)
        except (ConsoleError, OSError):
            return False

    def leave(self) -> None:
        """Keep the answers, without secrets, for the next visit."""
        self._keep()

    def _look_at_disks(self, watcher: Watcher) -> None:
        found = []
        for disk in disks.disks(self._state):
            watcher.line(_("Reading what is on {path}").format(path=disk.device.path))
            found.append(look_at_disk(self.host, self._state.inventory, disk))
        self._change(probed=tuple(found))

    def _look_at_folders(self) -> None:
        points = dict.fromkeys(normalised(entry.mount_point) for entry in mount.answer(self._state).mounts)
        self._change(folders=tuple(folder_facts(self.host, point) for point in points if point))

    def _change(self, **changes: object) -> SetupState:
        self._state = replace(self._state, **changes)
        return self._state

    def _keep(self) -> None:
        if not self._keeps or not self.host.is_root or self._state.step is Step.DONE:
            return
        try:
            kept.keep(self.host, self._state.answers, self.places.answers)
        except (OSError, ConsoleError):
            # A full or read-only disk is reported by the plan itself, which needs a journal.
            return

    def _forget(self) -> None:
        try:
            kept.forget(self.host, self.places.answers)
        except (OSError, ConsoleError):
            return


def left_problem() -> Problem:
    """The person asked to end, and something is left to do."""
    return Problem(
        "setup.left",
        _("You left the set-up before it was complete."),
        remedy=_("The running operation was completed; the rest can be resumed at the next start."),
    )
