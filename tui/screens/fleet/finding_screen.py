"""One finding about several hosts: what it means, what was read on which, what to do; Enter opens a host."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tui.fleet.finding import FleetFinding
from tui.fleet.fleet import Column, Fleet
from tui.fleet.fleet_words import verdict_word, weight_word
from tui.screens.access import Access
from tui.screens.base_screen import BaseScreen
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.top_bar import top_bar
from tui.words import enumerated, labelled, marked, translate as _
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.state import Role
from widgets.table import Column as ListColumn, PickList, PickRow


class FindingScreen(BaseScreen[None]):
    """A finding and its hosts.

    Args:
        fleet: the table.
        finding: one of its findings.
        directory: name of the directory of captures.
        access: what may be done.
        open_host: opens the host of a capture.
    """

    DEFAULT_CSS = """
    FindingScreen {
        #words {
            height: 1fr;
            padding: 1 2 0 3;
        }
        #hosts {
            height: auto;
            max-height: 50%;
            margin: 1 2 0 2;
        }
    }
    """
    AUTO_FOCUS = "#hosts PickLines"
    HAS_COMMANDS = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", marked("back"), show=False)]

    def __init__(
        self,
        fleet: Fleet,
        finding: FleetFinding,
        directory: str,
        access: Access,
        open_host: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._fleet, self._finding = fleet, finding
        self._directory, self._access, self._open_host = directory, access, open_host

    def compose(self) -> ComposeResult:
        """Put what is known above the hosts."""
        yield top_bar(self._directory, self._access)
        with VerticalScroll(id="words"):
            yield Paragraphs(tuple(_paragraphs(self._finding)))
        yield PickList((ListColumn(_("Host"), grow=True), ListColumn(_("Capture"))), id="hosts")
        yield KeyBar(_("open the host"), id="keys")

    def on_mount(self) -> None:
        """List the hosts."""
        columns = (self._fleet.column(file) for file in self._finding.hosts)
        self.query_one("#hosts", PickList).rows = tuple(
            _host_row(column) for column in columns if column is not None
        )

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        self._open_host(event.key)

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("A finding about several hosts")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        return (
            HelpSection(
                _("What is shown"),
                _(
                    "What was read on each host, what it means when the hosts are compared, and what to do. "
                    "Nothing is changed from here: each change is made on its host."
                ),
            ),
            HelpSection(_("The hosts"), _("Enter opens the console on the capture of a host.")),
        )

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


def _paragraphs(finding: FleetFinding) -> list[Paragraph]:
    found = [
        Paragraph(finding.summary, Role.STRONG, after=enumerated((weight_word(finding.weight), finding.code)))
    ]
    if finding.subject:
        found.append(Paragraph(finding.subject, Role.MUTED))
    if finding.meaning:
        found += [Paragraph(""), Paragraph(finding.meaning)]
    if finding.seen:
        found += [Paragraph(""), Paragraph(_("What was read"), Role.MUTED)]
        found += [Paragraph(labelled(name, words), hanging=2) for name, words in finding.seen]
    if finding.advice:
        found += [Paragraph(""), Paragraph(_("What to do"), Role.MUTED)]
        found += [Paragraph(f"- {words}", hanging=2) for words in finding.advice]
    return found


def _host_row(column: Column) -> PickRow:
    return PickRow(column.facts.file, (column.name, column.facts.file), note=verdict_word(column))
