"""The list of lessons and scenarios."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen

from tui.practice.progress import Progress, Standing
from tui.practice.scenario import Scenario
from tui.screens.base_screen import BaseScreen
from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.practice.practice_words import (
    LABELS,
    about,
    kind_word,
    list_help,
    standing_words,
)
from tui.words import translate as _, translate_count, translate_in
from widgets.header import TopBar, TopFacts
from widgets.help import HelpSection
from widgets.key_bar import KeyBar
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow


class CatalogueScreen(BaseScreen[None]):
    """What can be practised, and how far the person is with each.

    Args:
        scenarios: in the order of the list.
        progress: what the person did so far.
        kept: says whether a scenario was interrupted.
        open_run: makes the screen that runs one.
        on_leave: called when the person leaves.
        reasons: why no practice machine can be had on this host; none when it can.
    """

    DEFAULT_CSS = """
    CatalogueScreen {
        #body {
            height: 1fr;
        }
        #left {
            width: 1fr;
            padding: 1 1 0 2;
        }
        #list {
            height: 1fr;
        }
        #details {
            width: 48;
            height: 1fr;
            border-left: solid $line;
            padding: 1 2;
            scrollbar-size-vertical: 1;
            scrollbar-gutter: stable;
        }
        #details:focus {
            border-left: solid $accent;
        }
        &.-wide #body {
            layout: horizontal;
        }
        &.-narrow #details {
            width: 100%;
            height: 9;
            border-left: none;
            border-top: solid $line;
            padding: 0 2;
        }
        &.-narrow #details:focus {
            border-top: solid $accent;
        }
        &.-narrow #left {
            padding: 0 1;
            height: 1fr;
        }
        #cannot {
            padding: 1 2 0 2;
        }
    }
    """
    HAS_COMMANDS: ClassVar[bool] = False

    def __init__(
        self,
        scenarios: tuple[Scenario, ...],
        progress: Progress,
        kept: Callable[[Scenario], bool],
        open_run: Callable[[Scenario], Screen[None]],
        on_leave: Callable[[], None],
        *,
        reasons: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self._scenarios = {scenario.identifier: scenario for scenario in scenarios}
        self._progress = progress
        self._kept = kept
        self._open_run = open_run
        self._reasons = reasons
        self._gone = on_leave
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def compose(self) -> ComposeResult:
        """Put the list beside its details, or over them where there is little room."""
        yield TopBar(TopFacts("iscsi-console", _("Practice")), id="top")
        yield Paragraphs(
            tuple(Paragraph(reason, Role.WARN, state=State.WARN) for reason in self._reasons), id="cannot"
        )
        with Vertical(id="body"):
            with Vertical(id="left"):
                yield PickList(
                    (
                        Column(_("Title"), grow=True),
                        Column(_("Kind")),
                        Column(_("Level")),
                        Column(_("Minutes"), align_right=True),
                    ),
                    id="list",
                )
            with VerticalScroll(id="details"):
                yield Paragraphs(id="about", label_width=LABELS)
        yield KeyBar("" if self._reasons else translate_in("key: begin this exercise", "start"), id="keys")

    def on_mount(self) -> None:
        """Show the list."""
        self.query_one("#list", PickList).focus()
        self.show()

    def on_screen_resume(self) -> None:
        """Show what has changed meanwhile."""
        self.show()

    def show(self) -> None:
        """Show how far the person is."""
        standings = self._progress.all()
        picks = self.query_one("#list", PickList)
        picks.rows = tuple(self._row(scenario, standings) for scenario in self._scenarios.values())
        solved = sum(bool(standings.get(name, Standing()).solved) for name in self._scenarios)
        words = translate_count("{count} solved", "{count} solved", solved).format(count=solved)
        self.query_one("#top", TopBar).facts = TopFacts("iscsi-console", _("Practice"), note=words)
        self._show_details()

    def _row(self, scenario: Scenario, standings: Mapping[str, Standing]) -> PickRow:
        kept = self._kept(scenario)
        state, word = standing_words(standings.get(scenario.identifier, Standing()), kept=kept)
        values = (
            scenario.title,
            kind_word(scenario.kind),
            scenario.level.word,
            str(scenario.minutes),
        )
        return PickRow(scenario.identifier, values, state, word)

    def _current(self) -> Scenario | None:
        return self._scenarios.get(self.query_one("#list", PickList).key or "")

    @on(PickList.Highlighted)
    def _show_details(self) -> None:
        scenario = self._current()
        if scenario is None:
            return
        standing = self._progress.of(scenario.identifier)
        self.query_one("#about", Paragraphs).paragraphs = about(scenario, standing, kept=self._kept(scenario))
        self.query_one("#details", VerticalScroll).scroll_home(animate=False)

    @on(PickList.Picked)
    def _picked(self, event: PickList.Picked) -> None:
        event.stop()
        scenario = self._current()
        if self._reasons:
            self.notify(_("The practice machine cannot run on this host."), severity="warning")
        elif scenario is not None:
            self.app.push_screen(self._open_run(scenario))

    def action_leave(self) -> None:
        """Leave."""
        self._gone()

    def help_title(self) -> str:
        """Return the title of the help."""
        return _("Practice")

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the list."""
        return list_help()
