"""The Textual application inside a twin: the console, with a line that says whose twin it is."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.app import look_of_mode, run
from tui.guided_app import GuidedApp
from tui.practice.rehearsal.twin import Ending, Sheet
from tui.screens.access import Access
from tui.screens.changed import HostChanged
from tui.screens.practice.beside import TaskStrip
from tui.screens.practice.twin_words import TwinStrip, card, leave_question, strip_words, title
from tui.storage.host.interface import ChangingHost
from tui.terminal import TerminalMode
from tui.words import marked
from widgets.help import Help
from widgets.look import Look


class TwinApp(GuidedApp):
    """The program in a twin.

    Args:
        look: colours and glyphs.
        host: the machine.
        access: what may be done on it.
        sheet: what the twin is of, and in what it is not the same.
        live: as of a `ConsoleApp`.
        refresh_seconds: how often what only counts is drawn again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f6", "sheet", marked("this machine"), show=False)]

    def __init__(
        self,
        look: Look,
        host: ChangingHost,
        access: Access,
        sheet: Sheet,
        *,
        live: bool = True,
        refresh_seconds: float = 1.0,
    ) -> None:
        super().__init__(look, host, access, live=live, refresh_seconds=refresh_seconds)
        self._described, self._comparison = sheet.described, sheet.comparison

    def on_ready(self) -> None:
        """Begin with the card over the console."""
        self.action_sheet()

    def strip(self) -> TaskStrip:
        """Return the line that says that this is the twin."""
        strip = TwinStrip(title(self._described))
        strip.words = strip_words(self._described)
        return strip

    def action_sheet(self) -> None:
        """Show the card: what this machine is, in what it is not like the host, and what can be tried."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help(title(self._described), card(self._described, self._comparison)))

    def left_shell(self) -> None:
        """Read the machine again."""
        self.screen.post_message(HostChanged())

    def leave(self, words: str = "") -> None:  # noqa: ARG002 - they are about the twin, not about the host
        """Ask whether the twin is kept."""
        self.push_screen(leave_question(self._described), self._leave_as_answered)

    def _leave_as_answered(self, answer: str | None) -> None:
        if answer is not None:
            self.exit(Ending[answer].value)


def open_twin(host: ChangingHost, access: Access, mode: TerminalMode, sheet: Sheet) -> int:
    """Open the console inside a twin; return how it was left."""
    look, refresh = look_of_mode(mode), mode.refresh_seconds
    return run(TwinApp(look, host, access, sheet, refresh_seconds=refresh), mode)
