"""A screen that lets something run in the background which must not be cut off."""

import threading
from collections.abc import Callable

from textual import on, work

from tui.screens.background import Result
from tui.screens.base_screen import BaseScreen
from tui.screens.work import LineReported, PlanBegan, StepReported, Work
from widgets.dialogs import Confirm


class WorkingScreen(BaseScreen[Result]):
    """Follows what a `Reporter` reports, and asks before it is left meanwhile.

    Args:
        clock: seconds, as `time.monotonic`.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._work = Work(clock)
        self._leave = threading.Event()
        """Set when the work is to stop after its present operation."""
        self._quits = False
        """The program is to be left when the work has stopped."""

    @property
    def working(self) -> bool:
        """Something runs that must not be cut off."""
        raise NotImplementedError

    def _show_work(self) -> None:
        """Show how far it is."""
        raise NotImplementedError

    def _question_before_stopping(self) -> Confirm:
        """What is asked when the person wants to leave while something runs."""
        raise NotImplementedError

    def _stops(self) -> None:
        """Say that it ends after the present operation."""
        raise NotImplementedError

    def _was_over(self) -> None:
        """The work ended while the person was asked. The outcome stays in sight."""

    def _go_away(self) -> None:
        """Leave; nothing runs."""
        raise NotImplementedError

    def _begin_work(self) -> None:
        self._leave.clear()
        self._work = Work(self._clock)

    @on(PlanBegan)
    def _plan_began(self, event: PlanBegan) -> None:
        if self.working:
            self._work.begin_plan(event.plan)
            self._show_work()

    @on(StepReported)
    def _step_reported(self, event: StepReported) -> None:
        if self.working:
            self._work.report(event.step)
            self._show_work()

    @on(LineReported)
    def _line_reported(self, event: LineReported) -> None:
        if self.working:
            self._work.begin_line(event.text)
            self._show_work()

    def action_leave(self) -> None:
        """Go back. What runs is finished first."""
        if self.working:
            self._quits = False
            self._ask_to_stop()
        else:
            self._go_away()

    def quit_when_stopped(self) -> None:
        """Leave the program once the present operation is finished, if that is what the person wants."""
        self._quits = True
        self._ask_to_stop()

    @work(group="question", exclusive=True)
    async def _ask_to_stop(self) -> None:
        if not await self.app.push_screen_wait(self._question_before_stopping()):
            return
        if self.working:
            self._leave.set()
            self._stops()
        else:
            self._was_over()
