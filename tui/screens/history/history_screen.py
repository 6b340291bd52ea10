"""Outages of the past: a day and a week at a glance, the list, and what is known of one of them."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.recovery.gathering.failing import NotAvailable
from tui.recovery.history.command import not_available
from tui.recovery.history.outage import End, History, SessionOutage
from tui.recovery.history.plot import LEGEND, Mark, glances, session_name
from tui.recovery.history.taking import take_history
from tui.recovery.history.text import heading, history_text, limits, moment, outage_paragraphs, span_words
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.paragraphs import Paragraph, Paragraphs, problem_lines
from tui.screens.recovery.saving import Saved, save
from tui.screens.top_bar import top_bar
from tui.storage.host.command_log import CommandLogHost
from tui.storage.problem import ConsoleError, Problem
from tui.storage.untrusted import clean
from tui.words import marked, translate as _
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import Look, look_of
from widgets.state import Role
from widgets.table import Column, PickList, PickRow

_READING = "history"
_DAY = 86400.0
_PERIODS = (7 * _DAY, 30 * _DAY, 365 * _DAY)
"""Seconds back, one after the other with every press."""

_WITHIN = 60.0
"""Seconds that reading may take while somebody watches."""

_MARK_ROLES = {
    Mark.FUTURE: Role.LINE,
    Mark.NONE: Role.LINE,
    Mark.NOT_KNOWN: Role.MUTED,
    Mark.LOST: Role.WARN,
    Mark.FAILED: Role.BAD,
}
_ENDED = (End.BACK, End.LOGGED_OUT)

_ASCII = {Mark.NONE: "-", Mark.LOST: "+", Mark.FAILED: "#"}
"""For terminals that have no blocks."""


@dataclass
class HistoryRead(Message):
    """The logs were read."""

    history: History


class HistoryScreen(BaseScreen[None]):
    """The outages of one host.

    Args:
        host: the host.
        access: what may be done on it.
        name: what the host is called.
        within: seconds that reading may take.
    """

    DEFAULT_CSS = """
    HistoryScreen {
        #heading {
            height: auto;
            padding: 1 2 0 3;
        }
        #limits {
            padding: 0 2 0 3;
        }
        #plots {
            height: auto;
            padding: 1 2 0 3;
            text-wrap: nowrap;
            text-overflow: clip;
        }
        #outages {
            height: auto;
            max-height: 40%;
            margin: 1 2 0 2;
        }
        #about {
            height: 1fr;
            min-height: 3;
            padding: 0 2 0 3;
            border-top: solid $line;
        }
    }
    """
    AUTO_FOCUS = "#outages PickLines"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "further_back", marked("further back")),
        Binding("s", "save", marked("save report")),
        Binding("h,q", "leave", marked("back"), show=False),
    ]

    def __init__(self, host: CommandLogHost, access: Access, name: str, within: float = _WITHIN) -> None:
        super().__init__()
        self._host, self._access, self._host_name, self._within = host, access, name, within
        self._period = 0
        self._history: History | None = None

    def compose(self) -> ComposeResult:
        """Put the plots above the list, and the outage under the cursor below it."""
        yield top_bar(self._host_name, self._access)
        yield Static(id="heading")
        yield Paragraphs(id="limits")
        yield Static(id="plots")
        yield PickList(
            (Column(_("Lost")), Column(_("For")), Column(_("I/O")), Column(_("Session"), grow=True)),
            id="outages",
        )
        with VerticalScroll(id="about", can_focus=True), Vertical():
            yield Paragraphs(id="outage")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Read the logs."""
        self._read()

    def _read(self) -> None:
        self._say(_("Reading the journal…"))
        since = self._host.now() - _PERIODS[self._period]
        self.in_background(_READING, lambda: self._take(since))

    def _take(self, since: float) -> HistoryRead:
        try:
            return HistoryRead(take_history(self._host, since, self._within))
        except NotAvailable as error:
            raise ConsoleError(not_available(error)) from error

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Say why nothing is known."""
        self._say(_("Outages of the past"))
        self.query_one("#limits", Paragraphs).paragraphs = problem_lines(problem)
        self._focus_what_is_shown()

    @on(HistoryRead)
    def _was_read(self, event: HistoryRead) -> None:
        self._history = event.history
        self._say(heading(event.history))
        self.query_one("#limits", Paragraphs).paragraphs = tuple(
            Paragraph(words, Role.MUTED) for words in limits(event.history)
        )
        picks = self.query_one("#outages", PickList)
        picks.empty = _("No outage in what was read.")
        # The newest first: that is what somebody looks for.
        picks.rows = tuple(_row(outage) for outage in reversed(event.history.outages))
        self._show_current()
        self._focus_what_is_shown()

    def _focus_what_is_shown(self) -> None:
        """Focus the list, or, where it has no rows and is hidden, what is below it."""
        picks = self.query_one("#outages", PickList)
        if not picks.rows:
            self.query_one("#about", VerticalScroll).focus()
        else:
            picks.focus()

    def _say(self, words: str) -> None:
        self.query_one("#heading", Static).update(look_of(self).text(words, Role.STRONG))

    def _current(self) -> SessionOutage | None:
        if self._history is None:
            return None
        key = self.query_one("#outages", PickList).key
        return next((outage for outage in self._history.outages if outage.key == key), None)

    @on(PickList.Highlighted)
    def _show_current(self) -> None:
        outage = self._current()
        plots = self.query_one("#plots", Static)
        plots.display = outage is not None
        if outage is None or self._history is None:
            self.query_one("#outage", Paragraphs).paragraphs = ()
            return
        plots.update(_plots(self._history, session_name(outage), look_of(self)))
        self.query_one("#outage", Paragraphs).paragraphs = tuple(
            Paragraph(words, hanging=2) for words in outage_paragraphs(outage)
        )
        self.query_one("#about", VerticalScroll).scroll_home(animate=False)

    def action_further_back(self) -> None:
        """Read a longer time; after the longest the shortest again."""
        self._period = (self._period + 1) % len(_PERIODS)
        self._read()

    def action_save(self) -> None:
        """Write everything to a file to hand on."""
        if self._history is None:
            self.notify(_("Nothing was read yet."), severity="warning", markup=False)
            return
        text = history_text(self._history) + "\n"
        self.in_background("save", lambda: save("history", text))

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        self.notify(event.words, severity="information" if event.is_written else "error", markup=False)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Outages of the past")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return (
            HelpSection(
                _("Where it comes from"),
                _(
                    "From the journal of this host: the lines of the kernel, and those that iscsid wrote as "
                    "root. What anybody can write there does not count. Without a journal the kernel's own "
                    "buffer is read, which begins at boot at the earliest."
                ),
            ),
            HelpSection(
                _("What is not known"),
                _(
                    "Only iscsid tells when a session was connected again. Where its lines are missing, the "
                    "end is not known, and no length is shown. I/O errors of disks that cannot be assigned "
                    "to a session are listed with the outage of that time, and marked."
                ),
            ),
            HelpSection(
                _("The plots"),
                "\n".join(f"{_shown(mark, look_of(self))}  {mark.words}" for mark in LEGEND),
            ),
        )

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


def _row(outage: SessionOutage) -> PickRow:
    if outage.seconds is not None:
        span = span_words(outage.seconds)
    else:
        span = _("lost now") if outage.end is End.LASTS else _("not known")
    failed = outage.gave_up is not None
    name = clean(f"{outage.target} {outage.portal}" if outage.target else session_name(outage), 200)
    told = _("failed") if failed else _("waited") if outage.end in _ENDED else ""
    return PickRow(outage.key, (moment(outage.lost), span, told, name))


def _plots(history: History, name: str, look: Look) -> Content:
    """Draw the day and the week of one session, each under its times or dates."""
    lines: list[Content] = []
    for glance in glances(history):
        marks = next((row for row_name, row in glance.rows if row_name == name), ())
        lines.append(look.text(glance.axis, Role.MUTED))
        lines.append(Content("").join(look.text(_shown(mark, look), _MARK_ROLES[mark]) for mark in marks))
    return Content("\n").join(lines)


def _shown(mark: Mark, look: Look) -> str:
    """Return the character of a mark that the terminal has."""
    return mark.value if look.glyphs.levels[-1] == Mark.FAILED.value else _ASCII.get(mark, mark.value)
