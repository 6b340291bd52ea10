"""Leaving the program from any screen: what runs is asked about first, and what would be lost is named."""

from collections.abc import Callable
from typing import Any

from textual.app import App

from tui.screens.base_screen import BaseScreen
from tui.screens.working import WorkingScreen
from tui.words import prose, translate as _
from widgets.dialogs import Confirm


def quit_program(app: App[Any], leave: Callable[[str], None]) -> None:
    """Leave, at once or after a question.

    Args:
        app: the program.
        leave: ends it, with words for the terminal.
    """
    screens = [screen for screen in app.screen_stack if isinstance(screen, BaseScreen)]
    running = [screen for screen in screens if isinstance(screen, WorkingScreen) and screen.working]
    if running:
        if isinstance(app.screen, Confirm):
            return  # It is being asked already.
        running[-1].quit_when_stopped()
        return

    def leave_now() -> None:
        leave(next((words for screen in screens if (words := screen.farewell())), ""))

    losses = [words for screen in screens if (words := screen.loss())]
    if not losses:
        leave_now()
    elif not isinstance(app.screen, Confirm):
        question = Confirm(_("Leave the program?"), prose(*losses), yes=_("Leave"), no=_("Stay"))
        app.push_screen(question, lambda answer: leave_now() if answer else None)
