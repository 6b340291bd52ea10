"""The plans that ran on this host: when, by whom, what, and how each ended; and one of them, to be undone."""

import time
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from tui.maintenance.past_plans import PlanEnding, ending_of, past_journals
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.paragraphs import Paragraphs, problem_lines
from tui.screens.plan.past_plan import PastPlanScreen
from tui.screens.top_bar import top_bar
from tui.storage.changing import run_plan
from tui.storage.changing.journal import Journal
from tui.storage.host.command_log import CommandLogHost
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import labelled, marked, translate as _
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow

_LONGEST = 300

_STATES = {
    PlanEnding.FINISHED: State.GOOD,
    PlanEnding.GIVEN_UP: State.WAITING,
    PlanEnding.OPEN: State.WARN,
    PlanEnding.DAMAGED: State.BAD,
}


@dataclass
class PlansRead(Message):
    """The journals were read."""

    journals: tuple[Journal, ...]


class PlansScreen(BaseScreen[None]):
    """The plans of this host, the last begun first.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
    """

    DEFAULT_CSS = """
    PlansScreen {
        #heading {
            height: auto;
            padding: 1 2 1 3;
        }
        #why-not {
            padding: 0 2 0 3;
        }
        #plans {
            height: 1fr;
            margin: 0 2 0 2;
        }
    }
    """
    AUTO_FOCUS = "#plans PickLines"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "read", marked("read again")),
        Binding("j", "leave", marked("back"), show=False),
    ]

    def __init__(self, host: CommandLogHost, access: Access) -> None:
        super().__init__()
        self._host, self._access = host, access
        self._journals: dict[str, Journal] = {}

    def compose(self) -> ComposeResult:
        """Put the list under its heading."""
        yield top_bar(self._host.name, self._access)
        yield Static(id="heading")
        yield Paragraphs(id="why-not")
        yield PickList(
            (Column(_("Begun")), Column(_("By")), Column(_("Plan"), grow=True)),
            empty=_("Reading the journals…"),
            id="plans",
        )
        yield KeyBar(_("open"), id="keys")

    def on_mount(self) -> None:
        """Read the journals."""
        self.query_one("#heading", Static).update(look_of(self).text(_("Plans that ran"), Role.STRONG))
        self.action_read()

    def action_read(self) -> None:
        """Read the journals again."""
        if not self._host.is_root:
            # A recorded host has no journals here, and those of this machine are not its own.
            self._say_why_not(
                Problem(
                    "journal.not-known",
                    _("Which plans ran is not known: {reason}.").format(reason=self._access.reason),
                )
            )
            return
        self.in_background("plans", lambda: PlansRead(past_journals(run_plan.PLACES.journals)))

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Say why nothing is known."""
        self._say_why_not(problem)

    def _say_why_not(self, problem: Problem) -> None:
        self.query_one("#why-not", Paragraphs).paragraphs = problem_lines(problem)
        self.query_one("#plans", PickList).empty = ""

    @on(PlansRead)
    def _was_read(self, event: PlansRead) -> None:
        self._journals = {str(journal.path): journal for journal in event.journals}
        picks = self.query_one("#plans", PickList)
        picks.empty = _("No plan ran on this host yet.")
        wide = self.size.width >= 80
        picks.rows = tuple(_row(journal, wide=wide) for journal in event.journals)

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        journal = self._journals.get(event.key or "")
        if journal is not None:
            self.app.push_screen(PastPlanScreen(journal, self._host, self._access), self._came_back)

    def _came_back(self, changed: bool | None) -> None:
        if changed:
            self.action_read()

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Plans that ran")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return (
            HelpSection(
                _("What is listed"),
                _(
                    "Every plan that iscsi-console carried out on this host, the last one first, from the "
                    "journals that it wrote before and after every operation. Enter opens a plan; there it "
                    "can be undone, if that is possible."
                ),
            ),
            HelpSection(
                _("By whom"),
                _(
                    "The user who had logged in, which sudo and su do not change; where that is not known, "
                    "the user that sudo names, and last the user whose rights the program had. Journals of "
                    "earlier versions do not say."
                ),
            ),
            HelpSection(
                _("How it ended"),
                "\n".join(labelled(ending_word(ending), _(_MEANINGS[ending])) for ending in PlanEnding),
            ),
        )

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


_MEANINGS = {
    PlanEnding.FINISHED: marked("every operation was done and verified."),
    PlanEnding.GIVEN_UP: marked("it did not come to its end, and was discarded or undone."),
    PlanEnding.OPEN: marked("it was interrupted and can be resumed, or another process runs it just now."),
    PlanEnding.DAMAGED: marked("its journal cannot be read: what it did is not known."),
}


def ending_word(ending: PlanEnding) -> str:
    """Return how a plan ended, in a word or two."""
    return {
        PlanEnding.FINISHED: _("finished"),
        PlanEnding.GIVEN_UP: _("given up"),
        PlanEnding.OPEN: _("not ended"),
        PlanEnding.DAMAGED: _("damaged"),
    }[ending]


def _row(journal: Journal, *, wide: bool) -> PickRow:
    ending = ending_of(journal)
    shape = "%Y-%m-%d %H:%M" if wide else "%m-%d %H:%M"
    began = time.strftime(shape, time.localtime(journal.began_at)) if journal.began_at else _("not known")
    title = clean(journal.title, _LONGEST) or clean(journal.path.name)
    return PickRow(
        str(journal.path),
        (began, journal.who.person or "-", title),
        _STATES[ending],
        ending_word(ending),
    )
