"""Page 9: everything that writes, as one list, before it runs."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.setup.page import Page
from tui.setup.review import Review, is_set_up, review
from tui.setup.state import Explanation, SetupState
from tui.setup.step import Step
from tui.storage.operations.operation import Risk
from tui.storage.untrusted import clean
from tui.words import remarked, translate as _, translate_count
from widgets.dialogs import Confirm
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow


class ReviewPage(Page):
    """The operations in their order; the pane below explains the one under the cursor."""

    DEFAULT_CSS = """
    ReviewPage {
        .gap {
            height: 1;
        }
        #operations {
            height: 1fr;
            min-height: 5;
        }
    }
    """
    step = Step.REVIEW

    def __init__(self, state: SetupState) -> None:
        super().__init__(state)
        self.review: Review = review(state)

    def parts(self) -> Iterable[Widget]:
        """Return what is lost, and the list."""
        yield Paragraphs(id="losses")
        yield Static(classes="gap")
        yield PickList(
            (Column("", align_right=True), Column("", grow=True)),
            empty=_("There is nothing left to do."),
            id="operations",
        )

    def refresh_parts(self) -> None:
        """Show the plan."""
        self.review = review(self.state)
        losses = self.review.loses
        lost = [Paragraph(clean(line), Role.BAD, " ") for line in losses]
        head = Paragraph(_("This will be lost and cannot be recovered:"), Role.WARN, state=State.WARN)
        self.query_one("#losses", Paragraphs).paragraphs = (head, *lost) if losses else (self._safe(),)
        self.query_one("#operations", PickList).rows = tuple(
            PickRow(
                str(number),
                (str(number + 1), clean(operation.title())),
                State.BAD if operation.risk is Risk.DESTROYS else None,
                operation.risk.word if operation.risk is Risk.DESTROYS else "",
                note=operation.risk.word if self.screen.size.width >= 100 else "",
            )
            for number, operation in enumerate(self.review.plan.operations)
        )

    def _safe(self) -> Paragraph:
        """Say that no data is lost, or that everything is there already."""
        if is_set_up(self.state):
            return Paragraph(
                _("This host is set up already. An operation whose result is there is skipped."),
                state=State.GOOD,
                after=_("To set up something else, open a step by its digit."),
            )
        count = len(self.review.plan.operations)
        words = translate_count(
            "{count} operation. No data on any disk is lost.",
            "{count} operations. No data on any disk is lost.",
            count,
        )
        return Paragraph(words.format(count=count), state=State.GOOD)

    def notes(self) -> tuple[Paragraph, ...]:
        """Return the warnings, and what still prevents the run."""
        wrong = tuple(
            Paragraph(problem.summary, state=State.BAD, after=_("at {step}").format(step=step.label))
            for step, problem in self.review.problems
        )
        return wrong + tuple(
            Paragraph(warning.summary, Role.WARN, state=State.WARN, after=warning.cause)
            for warning in self.review.warnings
        )

    def explanation(self) -> Explanation | None:
        """Say why the operation under the cursor is there and what it runs."""
        key = self.query_one("#operations", PickList).key
        operations = self.review.plan.operations
        if key is None or int(key) >= len(operations):
            return Explanation(_("Everything is already as you want it."))
        operation = operations[int(key)]
        return Explanation(remarked(operation.why(), operation.risk.word), operation.shown())

    @on(PickList.Highlighted)
    def _highlighted(self, event: PickList.Highlighted) -> None:
        event.stop()
        self.post_message(self.Looked())

    def enter_words(self) -> str:
        """Say that nothing happens without another question."""
        return _("set up")

    def help(self) -> tuple[HelpSection, ...]:
        """Explain the review."""
        return (
            HelpSection(
                _("What this page is"),
                _(
                    "Nothing has been written to a disk so far. These operations do it, in this "
                    "order. Select them with the arrow keys: the pane below says why each is "
                    "needed and shows its exact commands."
                ),
            ),
            HelpSection(
                _("What the words mean"),
                _(
                    "configures: changes settings, and can be undone. rewrites: changes LVM "
                    "metadata on the disks; a backup is kept. destroys: data on the disk is lost."
                ),
            ),
        )


def confirmation(reviewed: Review) -> Confirm:
    """The one question for everything that writes to a disk."""
    if reviewed.loses:
        return Confirm(
            _("Erase what is on the disks, and set up?"),
            losses=reviewed.loses,
            yes=_("Erase and set up"),
            no=_("No, go back"),
            word=reviewed.word,
        )
    return Confirm(
        _("Set this up now?"),
        _("No data on any disk is lost. Each operation is checked before it runs and after."),
        yes=_("Set up"),
        no=_("No, go back"),
    )
