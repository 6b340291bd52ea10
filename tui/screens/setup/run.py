"""Page 10: the plan runs."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.setup.page import Page, next_word
from tui.setup.review import review
from tui.setup.state import Explanation, SetupState
from tui.setup.step import Step
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.bars.progress import ProgressList, ProgressRow
from widgets.help import HelpSection
from widgets.state import State


class RunPage(Page):
    """One line an operation."""

    DEFAULT_CSS = """
    RunPage #operations {
        height: 1fr;
        max-height: 1fr;
    }
    """
    step = Step.RUN

    def __init__(self, state: SetupState) -> None:
        super().__init__(state)
        self._said: Explanation | None = None

    def parts(self) -> Iterable[Widget]:
        """Return the list."""
        yield ProgressList(
            tuple(
                ProgressRow(str(number), clean(operation.title()), words=_("waiting"))
                for number, operation in enumerate(review(self.state).plan.operations)
            ),
            id="operations",
        )

    def shows_work(self, rows: tuple[ProgressRow, ...]) -> bool:
        """Show every operation as it comes further, the running one in sight."""
        progress = self.query_one("#operations", ProgressList)
        if rows:
            progress.rows = rows
        running = [row.key for row in rows if row.state is State.HERE]
        if running:
            progress.go_to(running[0])
        return True

    def explanation(self) -> Explanation:
        """Say that it may be left alone."""
        return Explanation(
            _(
                "Each operation is checked, run and verified before the next one starts. Progress "
                "is recorded on disk, so that an interrupted set-up can be resumed."
            )
        )

    def is_done(self, state: SetupState) -> bool:
        """Go on when the plan ran to its end."""
        return Step.RUN in state.ran

    def enter_words(self) -> str:
        """Say that it can be run again from where it stopped."""
        return next_word() if self.is_done(self.state) else _("run")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain what runs."""
        return (
            HelpSection(
                _("While it runs"),
                _(
                    "You need not do anything. Esc asks whether to stop; the running operation "
                    "is completed first. If something fails, no later operation is started, and "
                    "you can retry: steps already done are not run again."
                ),
            ),
        )
