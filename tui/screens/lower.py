"""The lower pane: why something is needed and what it runs, or what runs now."""

import re

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.words import translate as _
from widgets.bars.progress import ProgressList, ProgressRow
from widgets.explain import Explain, Explanation
from widgets.text import wrap

EXPLAIN, WORK = "explain", "work"

LOW = 32
"""Rows under which a screen is low: the page needs them more than the pane."""


def first_sentences(text: str, width: int, most: int) -> str:
    """Return as many whole sentences as fit into `most` lines, at least one."""
    sentences = re.split(r"(?<=[.!?。]) +", text)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(wrap(f"{kept} {sentence}", max(20, width))) > most:
            break
        kept = f"{kept} {sentence}"
    return kept


class Lower(Vertical):
    """One of two things, always at the same place."""

    DEFAULT_CSS = """
    Lower {
        height: auto;
        max-height: 60%;
        background: $surface;
        & > #work {
            max-height: 10;
            padding: 1 1;
            height: auto;
        }
        &:ansi > #work {
            padding: 0 2;
            border-top: solid $line;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="lower")

    def compose(self) -> ComposeResult:
        """Put both there; one is seen."""
        yield Explain(id="explain")
        yield ProgressList(id="work")

    def on_mount(self) -> None:
        """Begin with the explanation."""
        self._show(EXPLAIN)

    def explain(self, why: str, runs: tuple[str, ...] = ()) -> None:
        """Show why something is needed and what it runs; shortened on a low screen."""
        low = self.screen.size.height < LOW
        shown = first_sentences(why, self.size.width - 12, 2) if low else why
        self.query_one(Explain).text = Explanation(shown, runs, _("No command is run here."))
        self._show(EXPLAIN)

    def work(self, rows: tuple[ProgressRow, ...]) -> None:
        """Show what runs now."""
        progress = self.query_one(ProgressList)
        progress.rows = rows
        self._show(WORK)
        running = next((row.key for row in rows if row.started is not None and row.ended is None), None)
        if running is not None:
            progress.go_to(running)

    def _show(self, what: str) -> None:
        self.query_one(Explain).display = what == EXPLAIN
        self.query_one(ProgressList).display = what == WORK
