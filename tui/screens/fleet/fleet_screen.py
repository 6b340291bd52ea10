"""Captured hosts side by side: the findings about all of them, and who has which LUN, target and portal."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from tui.fleet.captures import capture_files, read_captures
from tui.fleet.facts import HostFacts, Unreadable
from tui.fleet.fleet import Fleet, Row, survey
from tui.fleet.fleet_words import heading, limits, shown_word
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.fleet.finding_screen import FindingScreen
from tui.screens.fleet.rows import VERDICTS, finding_rows, grid_rows, state_of
from tui.screens.paragraphs import Paragraph, Paragraphs, problem_lines
from tui.screens.top_bar import top_bar
from tui.storage.problem import Problem
from tui.words import labelled, marked, prose, translate as _
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.look import look_of
from widgets.state import Role
from widgets.table import Column, PickList
from widgets.tables.grid import Grid

READING = "captures"
_SHARE = 4.0
"""Seconds of reading for one of comparing, while captures are still read."""
_BESIDE = 3
"""Lines of a list beside its rows: the titles, and what was cut in a row, whole."""
_SOON = 0.3
"""Seconds after which what was read so far is shown at the earliest."""


@dataclass
class Surveyed(Message):
    """Captures were read: the table of those read so far, and how many there are.

    Attributes:
        fleet: the table.
        read: files that were read.
        count: files that there are.
    """

    fleet: Fleet
    read: int
    count: int


class FleetScreen(BaseScreen[None]):
    """The hosts of a directory of captures.

    Args:
        directory: the directory.
        max_age: seconds after which a capture says nothing of the present.
        open_host: opens the console on a capture.
        clock: seconds since the epoch.
    """

    DEFAULT_CSS = """
    FleetScreen {
        #heading {
            height: auto;
            padding: 1 2 0 3;
        }
        #problem {
            padding: 0 2 0 3;
        }
        #findings {
            margin: 1 2 0 2;
        }
        #findings PickLines {
            height: 1fr;
        }
        #hosts {
            margin: 0 2 0 2;
            border-top: solid $line;
        }
        &.-low #heading {
            padding: 0 2 0 3;
        }
        &.-low #findings {
            margin: 0 2 0 2;
        }
        #cell {
            height: auto;
            max-height: 4;
            padding: 0 2 0 3;
            border-top: solid $line;
        }
    }
    """
    AUTO_FOCUS = ""
    HAS_COMMANDS = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", marked("other list")),
        Binding("ctrl+r", "read", marked("read again")),
    ]

    def __init__(
        self,
        directory: str,
        max_age: float,
        open_host: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._directory, self._max_age, self._open_host, self._clock = directory, max_age, open_host, clock
        self._access = Access(_("recorded hosts"), _("these are recorded hosts"))
        self._fleet = Fleet(0.0, max_age)
        self._rows: dict[str, Row] = {}
        self._chosen = False
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]

    def compose(self) -> ComposeResult:
        """Put the findings above the table, and what the cursor is on below it."""
        yield top_bar(self._directory, self._access)
        yield Static(id="heading")
        yield Paragraphs(id="problem")
        yield PickList((Column(_("Host")), Column(_("Findings, the worst first"), grow=True)), id="findings")
        yield Grid(id="hosts")
        yield Paragraphs(id="cell")
        yield KeyBar(_("open"), id="keys")

    def on_mount(self) -> None:
        """Read the captures."""
        self.query_one("#hosts", Grid).display = False
        self.action_read()

    def action_read(self) -> None:
        """Read the directory again."""
        self._say(_("Reading the captures…"))
        self.in_background(READING, self._read)

    def _read(self) -> Surveyed:
        """Read in the background, and show the table while it grows."""
        files = capture_files(self._directory)
        hosts: list[HostFacts] = []
        unreadable: list[Unreadable] = []
        shown = time.monotonic()
        pause = _SOON
        with closing(read_captures(files)) as captures:
            for found in captures:
                if isinstance(found, HostFacts):
                    hosts.append(found)
                else:
                    unreadable.append(found)
                if self._is_left:
                    break
                began = time.monotonic()
                if began - shown > pause:
                    self.post_message(self._surveyed(hosts, unreadable, len(files)))
                    shown = time.monotonic()
                    pause = max(_SOON, _SHARE * (shown - began))
        return self._surveyed(hosts, unreadable, len(files))

    def _surveyed(self, hosts: list[HostFacts], unreadable: list[Unreadable], count: int) -> Surveyed:
        fleet = survey(hosts, unreadable, self._clock(), self._max_age)
        return Surveyed(fleet, len(hosts) + len(unreadable), count)

    def job_failed(self, job: str, problem: Problem) -> None:  # noqa: ARG002 - there is one job
        """Say why nothing is known."""
        self._say(_("No capture was read."))
        self.query_one("#problem", Paragraphs).paragraphs = problem_lines(problem)

    @on(Surveyed)
    def _was_surveyed(self, event: Surveyed) -> None:
        event.stop()
        fleet = self._fleet = event.fleet
        self._rows = {f"{row.kind.value} {row.key}": row for row in fleet.rows}
        words = heading(fleet)
        if event.read < event.count:
            reading = _("{read} of {count} captures read…").format(read=event.read, count=event.count)
            words = prose(words, reading)
        self._say(words)
        self.query_one("#problem", Paragraphs).paragraphs = ()
        picks, grid = self.query_one("#findings", PickList), self.query_one("#hosts", Grid)
        is_at_top = picks.key in {None, *(row.key for row in picks.rows[:1])}
        picks.rows = finding_rows(fleet)
        if is_at_top and picks.rows:
            # The worst is found while captures are still read.
            picks.go_to(picks.rows[0].key)
        picks.display = bool(picks.rows)
        self.on_resize()
        grid.columns = tuple(column.name for column in fleet.columns)
        grid.rows = grid_rows(fleet)
        grid.display = bool(fleet.columns)
        self._follow_finding()
        if not self._chosen and (picks.rows or fleet.columns):
            self._chosen = True
            if picks.rows:
                picks.focus()
            else:
                grid.focus()

    def on_resize(self) -> None:
        """Give the findings the lines that they need, at most two fifths of the screen."""
        picks = self.query_one("#findings", PickList)
        picks.styles.height = min(len(picks.rows) + _BESIDE, max(_BESIDE + 1, self.size.height * 2 // 5))

    def _say(self, words: str) -> None:
        self.query_one("#heading", Static).update(look_of(self).text(words, Role.STRONG))

    @on(PickList.Highlighted)
    def _follow_finding(self) -> None:
        """Put the cursor of the table on what the finding is about, unless a person is in the table."""
        if self.query_one("#hosts", Grid).has_focus_within:
            return
        kind, _blank, place = (self.query_one("#findings", PickList).key or "").partition(" ")
        if kind != "finding":
            return
        finding = self._fleet.findings[int(place)]
        files = [column.facts.file for column in self._fleet.columns]
        name = next((key for key, row in self._rows.items() if row.key == finding.subject), VERDICTS)
        self.query_one("#hosts", Grid).go_to(name, files.index(finding.hosts[0]))

    @on(PickList.Picked)
    def _open_finding(self, event: PickList.Picked) -> None:
        event.stop()
        kind, _blank, place = event.key.partition(" ")
        if kind == "limit":
            self.notify(tuple(limits(self._fleet))[int(place)])
            return
        finding = self._fleet.findings[int(place)]
        if finding.own and len(finding.hosts) == 1:
            self._open_host(finding.hosts[0])
        else:
            self.app.push_screen(
                FindingScreen(self._fleet, finding, self._directory, self._access, self._open_host)
            )

    @on(Grid.Picked)
    def _open_column(self, event: Grid.Picked) -> None:
        event.stop()
        self._open_host(self._fleet.columns[event.column].facts.file)

    @on(Grid.Highlighted)
    def _show_cell(self, event: Grid.Highlighted) -> None:
        """Say in whole words what the cursor of the table is on."""
        event.stop()
        grid = self.query_one("#hosts", Grid)
        cell = self.query_one("#cell", Paragraphs)
        row = self._rows.get(grid.key or "")
        if grid.column >= len(self._fleet.columns):
            cell.paragraphs = ()
            return
        column = self._fleet.columns[grid.column]
        if row is None:
            told = _("{host}: {file}").format(host=column.name, file=column.facts.file)
            cell.paragraphs = (Paragraph(told, after=column.facts.initiator),)
            return
        one = row.cells[grid.column]
        words = one.words or shown_word(one.shown)
        cell.paragraphs = (
            Paragraph(labelled(column.name, words), state=state_of(one), after=one.detail),
            Paragraph(row.name, after=row.detail),
        )

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Captured hosts, compared")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return (
            HelpSection(
                _("The findings"),
                _(
                    "What no host can know by itself comes from comparing the captures: an initiator name or "
                    "a LUN that several hosts use, a portal that only some reach, settings that differ. "
                    "Below are the findings that doctor has on each host. The cursor of the table follows."
                ),
            ),
            HelpSection(
                _("The table"),
                _(
                    "A column for each host, a row for each LUN, target and portal. “missing” stands only "
                    "where the host expects it: by a record that logs in at boot, by fstab, or by LVM's "
                    "metadata. Tab goes to the table; Enter opens the console on the capture of the host."
                ),
            ),
            HelpSection(
                _("Unknown"),
                _(
                    "The capture of that host is older than --max-age, was made without root, or its clock "
                    "is ahead. An old capture says nothing of the present and takes part in no comparison."
                ),
            ),
        )

    def action_leave(self) -> None:
        """Never: nothing is behind this screen."""
