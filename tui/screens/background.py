"""Work in the background, and the one way in which all screens show that it failed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.message import Message
from textual.screen import Screen

from tui.storage.problem import ConsoleError, Problem
from tui.words import prose

Result = TypeVar("Result")
"""What the screen is dismissed with."""


@dataclass
class JobEnded(Message):
    """Work in the background is over: with a message for the screen, or with an exception."""

    job: str
    result: Message | None = None
    error: Exception | None = None


class BackgroundScreen(Screen[Result]):
    """A screen whose slow work runs in threads.

    What raises there is over like what succeeded: the program goes on, the screen may start the same job
    again, and `job_failed` shows what happened and what to do next.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_left = False

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave. What ends in the background from then on is dropped: there is nothing to show it on."""
        self._is_left = True
        return super().dismiss(result)

    def in_background(self, job: str, task: Callable[[], Message | None]) -> None:
        """Run a task in a thread. The message it returns is posted to this screen when the job is over.

        Args:
            job: names the work, for `job_failed`.
            task: what is run.
        """
        self.run_worker(partial(self._run_job, job, task), group=job, thread=True, exit_on_error=False)

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - for screens with several jobs
        """Show what failed and what to do next. A screen that has a place for it shows it there."""
        self.notify(prose(problem.summary, problem.remedy), severity="error", markup=False)

    def _run_job(self, job: str, task: Callable[[], Message | None]) -> None:
        try:
            ended = JobEnded(job, task())
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen shows it
            ended = JobEnded(job, error=error)
        self.post_message(ended)

    @on(JobEnded)
    def _job_ended(self, event: JobEnded) -> None:
        event.stop()
        if self._is_left or not self.is_attached:
            return
        if event.error is not None:
            self.job_failed(event.job, _problem_of(event.error))
        elif event.result is not None:
            self.post_message(event.result)


def _problem_of(error: Exception) -> Problem:
    from tui.screens.failure import unexpected  # noqa: PLC0415 (only when something failed)

    return error.problem if isinstance(error, ConsoleError) else unexpected(error)
