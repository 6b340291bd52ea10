"""Guided recovery: what is wrong, how that is known, what can be done, and whether it helped."""

import time
from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from tui.recovery.diagnosis import Diagnosis
from tui.recovery.finding import Finding, Fix
from tui.screens.access import Access
from tui.screens.lower import LOW
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.plan.plan_screen import PlanScreen
from tui.screens.recovery import detail
from tui.screens.recovery.board import LOOKED, Entry, Standing
from tui.screens.recovery.fix_rows import Way, WayKind, way_rows, ways
from tui.screens.recovery.fix_screen import WayScreen
from tui.screens.recovery.looking_screen import LookingScreen
from tui.screens.recovery.questions import answered_yes
from tui.screens.recovery.recovery_words import (
    about_looking,
    help_sections,
    looked_at,
    looking_words,
    rows_of,
    standing,
    unrest_words,
)
from tui.screens.recovery.saving import Saved
from tui.screens.top_bar import top_bar
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.stacks.rung import Rung
from tui.storage.stacks.stack import Stack
from tui.words import marked, translate as _
from widgets.bars.countdown import Countdown, CountLine
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.stack_view import StackView
from widgets.state import State
from widgets.table import Column, PickList

_LOW_LIST, _HIGH_LIST = 5, 13
"""Lines of the list at most, where there is little room and where there is more."""


class RecoveryScreen(LookingScreen):
    """What is wrong with a host, and the ways out. Dismisses whether a plan was run.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        inventory: the host as it was read last.
        subject: what the cursor of the console was on: its finding is the one to begin with.
        live: look again when something changes; a recorded host does not.
        known: what the last check found, or None.
        clock: seconds, as `time.monotonic`.
    """

    DEFAULT_CSS = """
    RecoveryScreen {
        #standing {
            padding: 1 2 1 3;
        }
        #tree {
            padding: 0 2 0 2;
        }
        #detail {
            height: 1fr;
            margin-top: 1;
            padding: 0 2 0 3;
            border-top: solid $line;
            scrollbar-size-vertical: 1;
        }
        #about, #known {
            height: auto;
        }
        #what, #time, #ways, #reason, #never, #seen {
            margin-bottom: 1;
        }
        &.-low #detail {
            margin-top: 0;
        }
        &.-low #what, &.-low #time, &.-low #never {
            margin-bottom: 0;
        }
        &.-low #ways {
            margin-top: 1;
        }
        &.-wide #detail {
            layout: horizontal;
            padding: 1 2 0 3;
        }
        &.-wide #about {
            width: 11fr;
            margin-right: 3;
        }
        &.-wide #known {
            width: 9fr;
        }
    }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", marked("go on"), show=False),
        Binding("pagedown", "turn_page(1)", marked("more"), priority=True),
        Binding("pageup", "turn_page(-1)", show=False, priority=True),
        Binding(
            "tab",
            "switch",
            show=False,
            tooltip=marked("Go to the fixes, and back to the list"),
            priority=True,
        ),
        *(Binding(str(number), f"take_number({number})", show=False) for number in range(1, 10)),
        Binding(
            "w", "report", marked("report"), tooltip=marked("Write findings, evidence and commands to a file")
        ),
        Binding("f5", "look_again", marked("again"), tooltip=marked("Check this host again")),
    ]

    def __init__(
        self,
        host: CommandLogHost,
        access: Access,
        inventory: Inventory,
        subject: Rung | Stack | None = None,
        *,
        live: bool = True,
        known: Diagnosis | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(host, inventory, live=live, known=known, clock=clock)
        self._access = access
        self._subject = subject
        self._entry = Entry(LOOKED, Standing.LOOKED)
        self._ways: tuple[Way, ...] = ()
        self._placed = LOOKED
        self._said: Paragraph | None = None
        self._has_acted = False
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (LOW, "-high")]
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def compose(self) -> ComposeResult:
        """Put the list over what is under its cursor."""
        yield top_bar(self._host.name, self._access)
        yield Paragraphs(id="standing")
        yield StackView(id="tree")
        with VerticalScroll(id="detail", can_focus=False):
            with Vertical(id="about"):
                yield Paragraphs(id="what", label_width=detail.LABELS)
                yield Countdown(id="time")
                yield PickList((Column("", align_right=True), Column(""), Column("", grow=True)), id="ways")
                yield Paragraphs(id="reason", label_width=detail.LABELS)
                yield Paragraphs(id="never", label_width=detail.LABELS)
            with Vertical(id="known"):
                yield Paragraphs(id="seen", label_width=detail.LABELS)
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show what is known at once, and look."""
        self.query_one(Countdown).label_width = detail.LABELS
        self.query_one(Countdown).display = False
        self.query_one("#tree", StackView).focus()
        pane = self.query_one("#detail", VerticalScroll)
        self.watch(pane, "show_vertical_scrollbar", self.refresh_bindings, init=False)
        self.begin()

    # The picture --------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Show the board as it is now."""
        tree = self.query_one("#tree", StackView)
        ellipsis = look_of(self).glyphs.ellipsis
        rows = rows_of(self.board, self.size.width - 4, ellipsis, looking=self.progress is not None)
        spaces = sum(row.depth == 0 for row in rows) - 1
        low = self.size.height < LOW
        tree.styles.height = min(len(rows), _LOW_LIST) if low else min(len(rows) + spaces, _HIGH_LIST)
        # Asked before the rows are there: what it was put on may be gone from them.
        is_where_it_was_put = tree.key in {None, self._placed}
        tree.rungs = rows
        if is_where_it_was_put:
            # Until the person moves the cursor, and until the first look that found something is over.
            self._placed = self.board.place_for(self._subject)
            tree.go_to(self._placed)
        self._placed = self._placed if self.guessed or self._placed == LOOKED else ""
        self._show_entry()
        self.show_standing()

    def show_standing(self) -> None:
        """Show where it stands: how far a look has come, and what there is to do."""
        lines: list[Paragraph] = []
        if self.problem is not None:
            lines.append(Paragraph(self.problem.summary, state=State.BAD, after=self.problem.remedy))
        lines += standing(self.board, tried=self.tried, looked=not self.guessed)
        if self.unrest is not None:
            # One line for both: nothing below it moves when a look begins or ends.
            lines += unrest_words(self.unrest, self.progress, self.looks_at, self._host.now())
        elif self.progress is not None:
            lines += looking_words(self.progress)
        if self._said is not None:
            lines.append(self._said)
        self.query_one("#standing", Paragraphs).paragraphs = tuple(lines)

    def tell(self, words: str, state: State) -> None:
        """Say something that stays until the next look."""
        self._said = Paragraph(words, state=state)
        self.show_standing()

    @on(StackView.Highlighted)
    def _moved(self, event: StackView.Highlighted) -> None:
        event.stop()
        self._show_entry()

    def _show_entry(self) -> None:
        entry = self.board.entry(self.query_one("#tree", StackView).key or LOOKED)
        if entry is None:
            return
        other, self._entry = entry.key != self._entry.key, entry
        finding = (
            entry.finding if entry.standing in {Standing.CAUSE, Standing.CONSEQUENCE, Standing.RISK} else None
        )
        looked = entry.standing is Standing.LOOKED
        self.query_one("#what", Paragraphs).paragraphs = (
            about_looking(self.board.evidence) if looked else detail.what(entry, self.board)
        )
        self.query_one("#never", Paragraphs).paragraphs = detail.never(finding) if finding else ()
        self.query_one("#reason", Paragraphs).paragraphs = (
            detail.not_possible(finding, self._access) if finding else ()
        )
        self.query_one("#seen", Paragraphs).paragraphs = (
            looked_at(self.board.evidence, self.progress) if looked else detail.how_it_is_known(entry)
        )
        self._show_ways(first=other)
        self.count()
        if other:
            self.query_one("#detail", VerticalScroll).scroll_home(animate=False)

    def _show_ways(self, *, first: bool) -> None:
        self._ways = ways(self._entry, self.board)
        picks = self.query_one("#ways", PickList)
        picks.rows = way_rows(self._ways, self._access, self.passed)
        if first:
            picks.go_to("1")
        self._show_enter()

    @on(PickList.Highlighted)
    def _way_moved(self, event: PickList.Highlighted) -> None:
        event.stop()
        self._show_enter()

    def _show_enter(self) -> None:
        way = self._way()
        self.query_one("#keys", KeyBar).enter = way.kind.verb if way is not None else ""

    def count(self) -> None:
        """Show what runs down."""
        self.query_one(Countdown).lines = self._ticking()

    def _ticking(self) -> tuple[CountLine, ...]:
        finding = self._entry.finding
        is_here = finding is not None and self.board.finding(finding.key) is not None
        return detail.countdown(finding, self.board, self._host.now()) if finding and is_here else ()

    # Taking a way -------------------------------------------------------------------------------------------

    def _way(self) -> Way | None:
        key = self.query_one("#ways", PickList).key
        place = int(key) - 1 if key else 0
        return self._ways[place] if 0 <= place < len(self._ways) else None

    @on(StackView.Chosen)
    @on(PickList.Picked)
    def action_take(self) -> None:
        """Take the way under the cursor of the ways, which is the first unless it was moved."""
        way = self._way()
        if way is not None:
            self._take(way)

    def action_take_number(self, number: int) -> None:
        """Take a way by its number."""
        if number <= len(self._ways):
            self.query_one("#ways", PickList).go_to(str(number))
            self._take(self._ways[number - 1])

    def _take(self, way: Way) -> None:
        finding = self._entry.finding
        if way.kind is WayKind.AGAIN:
            self.action_look_again()
        elif way.kind is WayKind.REPORT:
            self.action_report()
        elif way.kind is WayKind.LEAVE:
            self.action_leave()
        elif way.kind in {WayKind.CAUSE, WayKind.NEXT}:
            tree = self.query_one("#tree", StackView)
            tree.go_to(way.to)
            tree.focus()
        elif self.guessed:
            self.notify(_("Not yet: this host is still being checked."))
        elif finding is not None and way.fix is not None:
            if way.kind is WayKind.PLAN:
                self._open_plan(finding, way.fix)
            else:
                self._open_way(finding, way.fix)

    @work(group="question", exclusive=True)
    async def _open_plan(self, finding: Finding, fix: Fix) -> None:
        """Ask what only a person can know, then put the plan before them; then look whether it helped."""
        proposal = fix.proposal
        if proposal is None:
            return
        may_run = not self._access.reason and proposal.refusal is None
        if may_run and not await answered_yes(self.app, fix):
            return
        before, self.planning = self.changes_made, True
        done = await self.app.push_screen_wait(PlanScreen(proposal, self._host, self._access))
        self.planning = False
        if done or self.changes_made != before:
            self._has_acted = True
            self.look_again(_("Checking whether it helped."), tried=finding.key if done else "")

    def _open_way(self, finding: Finding, fix: Fix) -> None:
        evidence = self.board.evidence
        taken_at = evidence.now if evidence is not None else self._host.now()
        screen = WayScreen(self._host, self._access, finding, fix, taken_at=taken_at, ticking=self._ticking)
        self.app.push_screen(screen, self._came_back)

    def _came_back(self, look: bool | None) -> None:
        if look:
            self.action_look_again()

    # Keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to turn the page only where there is more."""
        if action == "turn_page":
            found = self.query("#detail")
            return bool(found) and found.first(VerticalScroll).max_scroll_y > 0
        if action == "report":
            return None if self.recording is None else True
        return super().check_action(action, parameters)

    def action_turn_page(self, pages: int) -> None:
        """Scroll what is said about the entry."""
        pane = self.query_one("#detail", VerticalScroll)
        pane.scroll_relative(y=pages * max(1, pane.size.height - 1), animate=False)

    def action_switch(self) -> None:
        """Give the keys to the ways out, or back to the list."""
        tree, picks = self.query_one("#tree", StackView), self.query_one("#ways", PickList)
        if tree.has_focus_within and self._ways:
            picks.focus()
        else:
            tree.focus()

    def action_look_again(self) -> None:
        """Take the evidence anew."""
        if self.progress is None:
            self._said = None
        self.look_again(_("Checking again."), within=self.patience, by_person=True)

    def action_report(self) -> None:
        """Write the report, in the background: this host's disks may not answer."""
        diagnosis, recording = self.board.diagnosis, self.recording
        if diagnosis is None or recording is None:
            self.notify(_("Not yet: this host is still being checked."))
            return
        self.tell(_("Writing the report to a file."), State.HERE)
        self.write_report(diagnosis, recording)

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        self.tell(event.words, event.state)

    def action_leave(self) -> None:
        """Go back to the console."""
        self.dismiss(self._has_acted)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("What is wrong, and what to do")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return help_sections()
