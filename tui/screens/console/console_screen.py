"""The console: the stacks of this host, the details of the layer under the cursor, and what happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from tui.screens.access import Access
from tui.screens.console.checking import CheckingScreen
from tui.screens.console.console_words import (
    about_host,
    about_stack,
    behind_words,
    explanations,
    limited,
    not_checked,
    nothing_yet,
    repair_offer,
    top_facts,
    unseen,
)
from tui.screens.console.details import Fact, details, findings_about, title
from tui.screens.console.figures import LABELS, device_of, disks_of, outage_lines, plot_rows, session_of
from tui.screens.console.order import MANY, Order, folding_words, healthy, ordered, refolded
from tui.screens.console.panes import PANES, WIDE, details_width
from tui.screens.console.reading import OpenLive
from tui.screens.pace import Turns
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.rungs import LONGEST, Rows, heading_key, is_wrong
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.problem import Problem
from tui.storage.stacks.judgement import Judged
from tui.storage.stacks.layer_words import layer_word
from tui.storage.stacks.rung import Rung
from tui.storage.stacks.stack import Stack, first_broken
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.bars.countdown import Countdown
from widgets.bars.plot import Plots
from widgets.happenings import Happenings
from widgets.header import TopBar, TopFacts
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.stack_view import StackView
from widgets.state import Role, State

if TYPE_CHECKING:
    from tui.actions.here import Subject
    from tui.storage.model.users import Users
    from tui.storage.watching.prefetch import Prefetch
    from widgets.help import HelpSection

_ROWS = 24
"""Happenings handed to the pane, which shows as many of them as it has lines."""


_USERS = "users"


@dataclass
class UsersFound(Message):
    """What uses a layer was read."""

    key: str
    users: "Users | None"


class ConsoleScreen(CheckingScreen):
    """The stacks of one host, kept up to date.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        on_set_up: called when the person wants to set storage up.
        on_leave: called when the person leaves.
        live: opens the watch over the host; None for one that does not change, such as a recorded one.
        refresh_seconds: how often what only counts is drawn again.
        head_start: a reading of the whole host that began earlier.
    """

    DEFAULT_CSS = PANES
    AUTO_FOCUS = ""
    WIDE: ClassVar[int] = WIDE
    """Cells of the screen from which the details are beside the stacks."""

    def __init__(
        self,
        host: CommandLogHost,
        access: Access,
        on_set_up: Callable[[], None],
        on_leave: Callable[[], None],
        *,
        live: OpenLive | None = None,
        refresh_seconds: float = 1.0,
        head_start: "Prefetch | None" = None,
    ) -> None:
        super().__init__(host, access, on_set_up, live, head_start)
        self._gone = on_leave
        self._refresh_seconds = refresh_seconds
        self._found: tuple[Stack, ...] = ()
        self._stacks: tuple[Stack, ...] = ()
        self._subjects: dict[str, Rung | Stack] = {}
        self._order = Order.FOUND
        self._folds_healthy = False
        self._healthy: frozenset[str] = frozenset()
        self._explained = ""
        self._rows = Rows()
        self._noted: dict[str, str] = {}
        self._users: UsersFound | None = None
        self._asking: Turns[tuple[Rung, Inventory]] = Turns(self._find_users)
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (self.WIDE, "-wide")]

    def compose(self) -> ComposeResult:
        """Put the stacks beside the details, or above them where there is little room."""
        # Textual sees the width after a first layout, and would lay everything out a second time.
        self.add_class("-wide" if self.app.size.width >= self.WIDE else "-narrow")
        host = clean(self._host.name)
        yield TopBar(TopFacts("iscsi-console", host, access=self._access.words), id="top")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Paragraphs(id="empty")
                yield StackView(id="stack")
                yield Paragraphs(id="unseen")
            with VerticalScroll(id="details"):
                yield Paragraphs(id="title")
                yield Paragraphs(id="offer")
                yield Countdown(id="outage")
                yield Plots(id="plots")
                yield Paragraphs(id="about")
        with Vertical(id="news-pane"):
            yield Static(look_of(self).text(_("What happened"), Role.MUTED), id="news-title")
            yield Happenings(id="news")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Read the host; the watch starts after the first picture."""
        self.query_one("#empty", Paragraphs).paragraphs = (
            Paragraph(_("Reading this host."), state=State.HERE),
        )
        self.query_one("#stack", StackView).display = False
        self.query_one(Countdown).label_width = self.query_one(Plots).label_width = LABELS
        self.query_one("#about", Paragraphs).label_width = LABELS
        self.query_one(Countdown).display = self.query_one(Plots).display = False
        self.query_one(Happenings).empty = (
            _("Events from now on appear here.")
            if self._open_live is not None
            else _("This is a recorded host: there are no events.")
        )
        self.begin_to_read()
        self.set_interval(self._refresh_seconds, self._tick)

    # The picture --------------------------------------------------------------------------------------------

    def show_judged(self, inventory: Inventory, found: tuple[Stack, ...], judged: Judged) -> None:
        """Show the host as it is now."""
        if not self._found and len(found) >= MANY:
            self._folds_healthy, self._order = True, Order.WORST
        self._found = found
        self._stacks = ordered(judged.stacks, self._order)
        self._subjects = {heading_key(stack): stack for stack in self._stacks}
        self._subjects |= {rung.key: rung for stack in self._stacks for rung in stack.rungs}
        self.query_one("#top", TopBar).facts = top_facts(inventory, judged, self._access)
        self.is_wrong = judged.problems > 0 or any(is_wrong(stack) for stack in self._stacks)
        self._show_stacks(inventory)
        self.show_news()
        self.refresh_bindings()
        self._ask_for_users(self.subject())

    def show_mistake(self, error: BaseException | None) -> None:
        """Say that reading failed, which is a bug in the program."""
        from tui.screens.failure import unexpected

        problem = unexpected(error)
        self.query_one("#title", Paragraphs).paragraphs = (
            Paragraph(problem.summary, Role.BAD, state=State.BAD),
            Paragraph(problem.remedy),
            *(Paragraph(line, Role.MUTED) for line in problem.evidence),
        )

    def _show_stacks(self, inventory: Inventory) -> None:
        view, empty = self.query_one("#stack", StackView), self.query_one("#empty", Paragraphs)
        first = not view.display
        there = frozenset(rung.key for rung in view.rungs if rung.heading)
        now = healthy(self._stacks, self._found)
        if self._folds_healthy:
            view.set_reactive(StackView.folded, refolded(view.folded, self._healthy, now, there))
        self._healthy = now
        self._noted = self._notes(inventory)
        view.rungs = self._rows.of(self._stacks, self._noted)
        self._share_width()
        view.display = bool(self._stacks)
        empty.paragraphs = () if self._stacks else nothing_yet(self._access, others=self.has_others)
        self._show_unseen(inventory)
        if first and self._stacks:
            view.focus()
            broken = next((rung for stack in self._stacks if (rung := first_broken(stack)) is not None), None)
            if broken is not None:
                view.go_to(broken.key)
        self._show_details()

    def _show_unseen(self, inventory: Inventory) -> None:
        behind = behind_words(self.read_at, self._host.now()) if self.lags else ()
        failed = not_checked(self.unchecked) if self.unchecked is not None else ()
        self.query_one("#unseen", Paragraphs).paragraphs = (
            *(*behind, *failed, *limited(inventory), *about_host(self.judged), *unseen(inventory)),
        )

    def _notes(self, inventory: Inventory) -> dict[str, str]:
        """Return since when sessions are lost, for their rows."""
        if self._live is None:
            return {}
        from tui.screens.console.news import outage_notes

        return outage_notes(inventory, self._live.desk.outage, self._host.now())

    def show_live(self) -> None:
        """Show the processes of the layer under the cursor, and find out what uses it."""
        self._show_details()
        self._ask_for_users(self.subject())

    def show_news(self) -> None:
        """Show what happened last, and resolve the layers it is about."""
        if self._live is None or self._inventory is None:
            return
        from tui.screens.console.news import happening_rows
        from tui.storage.news.subject import SubjectIndex

        desk = self._live.desk
        desk.resolve(SubjectIndex(self._stacks, self._inventory).resolved)
        if self._notes(self._inventory) != self._noted:
            self._noted = self._notes(self._inventory)
            self.query_one("#stack", StackView).rungs = self._rows.of(self._stacks, self._noted)
        self.query_one(Happenings).rows = happening_rows(desk.log.newest(_ROWS), self._host.now())

    @property
    def room_width(self) -> int:
        """Cells of the screen's width that the console has."""
        return self.app.size.width

    @on(events.Resize)
    def _share_width(self) -> None:
        """Give the details, where they are beside the stacks, what those do not need."""
        needed = self.query_one("#stack", StackView).whole_width
        self.query_one("#details").styles.width = details_width(self.room_width, needed)

    # The layer under the cursor -----------------------------------------------------------------------------

    @on(StackView.Highlighted)
    def _show_details(self) -> None:
        key = self.query_one("#stack", StackView).key or ""
        subject = self.subject()
        first: tuple[Paragraph, ...] = ()
        lines: tuple[Paragraph, ...] = ()
        if isinstance(subject, Rung) and self._inventory is not None:
            first = title(subject, self._inventory)
            lines = (
                *findings_about(subject, self.judged.told_of(subject)),
                *details(subject, self._inventory, self._more(subject, self._inventory)),
            )
        elif isinstance(subject, Stack):
            lines = about_stack(subject)
        pane = self.query_one("#details", VerticalScroll)
        pane.display = bool(self._stacks)
        self.query_one("#title", Paragraphs).paragraphs = first
        self.query_one("#offer", Paragraphs).paragraphs = self._offer_of(subject)
        self.query_one("#about", Paragraphs).paragraphs = lines
        self._show_figures()
        if key != self._explained:
            self._explained = key
            pane.scroll_home(animate=False)
            self._ask_for_users(subject)

    def _offer_of(self, subject: "Subject") -> tuple[Paragraph, ...]:
        """Return how to repair what the cursor is on, where Recovery has something about it."""
        rungs = (subject,) if isinstance(subject, Rung) else subject.rungs if subject is not None else ()
        told = (told for rung in rungs for told in self.judged.told_of(rung))
        return repair_offer() if is_wrong(subject) or any(not finding.reason for finding in told) else ()

    def _more(self, rung: Rung, inventory: Inventory) -> Iterator[Fact]:
        """Yield the processes of a layer and what uses it, as far as that is known by now."""
        if self._live is None:
            return
        from tui.screens.console.users import user_facts, worker_facts

        yield from worker_facts(rung, inventory, self._live.processes)
        users = self._users.users if self._users is not None and self._users.key == rung.key else None
        if users is not None:
            yield from user_facts(users)

    def _ask_for_users(self, subject: "Subject") -> None:
        """Find out in the background what uses the layer under the cursor."""
        if not isinstance(subject, Rung) or self._live is None:
            return
        from tui.screens.console.users import USED

        inventory = self._inventory
        if subject.kind in USED and inventory is not None:
            self._asking.ask((subject, inventory))

    def _find_users(self, asked: tuple[Rung, Inventory]) -> None:
        rung, inventory = asked

        def find() -> UsersFound:
            from tui.storage.probe.holders.users import read_users

            device = device_of(rung, inventory)
            return UsersFound(rung.key, read_users(self._host, inventory, (device,)) if device else None)

        self.in_background(_USERS, find)

    def job_failed(self, job: str, problem: Problem) -> None:
        """Show the problem; users are found again with the next reading."""
        super().job_failed(job, problem)
        if job == _USERS:
            self._asking.end()

    @on(UsersFound)
    def _show_users(self, event: UsersFound) -> None:
        self._asking.end()
        if event.users is not None:
            self._users = event
            self._show_details()

    def _tick(self) -> None:
        """Draw again what only counts."""
        if self.is_current and self._inventory is not None:
            self._show_figures()
            self._show_unseen(self._inventory)
        self.check_if_due()

    def _show_figures(self) -> None:
        subject, inventory = self.subject(), self._inventory
        if not isinstance(subject, Rung) or inventory is None:
            self.query_one(Countdown).lines = ()
            self.query_one(Plots).rows = ()
            return
        session = session_of(subject, inventory)
        outage = (
            self._live.desk.outage(session.sid) if self._live is not None and session is not None else None
        )
        self.query_one(Countdown).lines = (
            tuple(outage_lines(session, outage, self._host.now())) if session is not None else ()
        )
        disks = disks_of(subject, inventory)
        rates = self._live.rates(disks) if self._live is not None else None
        self.query_one(Plots).rows = plot_rows(disks, rates)

    # Keys ---------------------------------------------------------------------------------------------------

    def subject(self) -> "Subject":
        """Return what the cursor is on: a rung, the heading of a stack, or nothing."""
        return self._subjects.get(self.query_one("#stack", StackView).key or "")

    def action_fold_healthy(self) -> None:
        """Fold the healthy stacks, or unfold them."""
        view = self.query_one("#stack", StackView)
        self._folds_healthy = not self._folds_healthy
        view.folded = view.folded | self._healthy if self._folds_healthy else view.folded - self._healthy
        self.notify(folding_words(len(self._healthy), folded=self._folds_healthy), timeout=2)

    def action_reorder(self) -> None:
        """Sort the stacks in the next order."""
        self._order = self._order.following
        self.notify(self._order.words, timeout=2)
        if self._inventory is not None:
            self.show_inventory(self._inventory, self._found)

    def action_happenings(self) -> None:
        """Show everything that happened."""
        if self._live is None:
            self.notify(_("This is a recorded host: there are no events."))
            return
        from tui.screens.console.happenings import HappeningsScreen

        subject = self.subject()
        rung = subject if isinstance(subject, Rung) else None
        name = f"{layer_word(rung.kind)} {clean(rung.name, LONGEST)}" if rung is not None else ""
        screen = HappeningsScreen(
            self._live.desk.log, self._host.now, rung.key if rung is not None else "", name
        )
        self.app.push_screen(screen, self._go_to)

    def _go_to(self, key: str | None) -> None:
        if key and not self.query_one("#stack", StackView).go_to(key):
            self.notify(_("That layer no longer exists."))

    def action_leave(self) -> None:
        """Go back to where this was opened from."""
        self._gone()

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Storage on this host")

    def help_sections(self) -> "tuple[HelpSection, ...]":
        """Explain the screen."""
        return explanations()
