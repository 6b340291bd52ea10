"""What the screens need of the set-up: the methods of `tui.setup.session.Setup`, as a protocol for tests."""

import threading
from typing import Protocol

from tui.setup.answers import Answer
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.setup.undo import Undo
from tui.setup.verification import Verified
from tui.storage.changing.interrupted import Interrupted
from tui.storage.changing.watcher import Watcher
from tui.storage.host.command_log import CommandLogHost
from tui.storage.problem import Problem


class Driver(Protocol):
    """Drives one set-up. What takes longer than a moment is called in a worker thread."""

    @property
    def state(self) -> SetupState:
        """Everything that is known now."""

    @property
    def host(self) -> CommandLogHost:
        """The host, with every command that ran."""

    verified: Verified | None
    """What was found after the plan ran, or None before."""

    def begin(self) -> SetupState:
        """Read the host and the kept answers. Slow."""

    def interrupted(self) -> Interrupted | None:
        """The plan that was not finished last time, if any. Slow."""

    def resume(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        """Carry that plan on. Slow."""

    def give_up(self) -> Problem | None:
        """Forget that plan."""

    def answer(self, answer: Answer) -> SetupState:
        """Decide a step."""

    def go(self, step: Step) -> SetupState:
        """Go to a step that was reached before."""

    def next(self) -> SetupState:
        """Go on to the next step that is not satisfied already."""

    def run(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        """Do the work of the present step. Slow."""

    def remove_stale_lock(self, watcher: Watcher, leave: threading.Event) -> Problem | None:
        """Remove the lock of the record database that nobody holds any more. Slow."""

    @property
    def can_undo(self) -> bool:
        """Whether there is a set-up to undo. Reads its journals."""

    def undo(self) -> Undo:
        """Read the host and plan how to undo the latest set-up. Slow."""

    def leave(self) -> None:
        """Keep the answers, without the secrets."""
