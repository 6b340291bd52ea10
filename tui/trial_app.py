"""The Textual application inside the machine of `lab try`: the wizard, then the console of that machine."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.app import SET_UP, look_of_mode, run
from tui.guided_app import GuidedApp
from tui.lab.san import San
from tui.lab.trial import Ending
from tui.screens.access import Access
from tui.screens.changed import HostChanged
from tui.screens.practice.beside import TaskStrip
from tui.screens.practice.trial_words import card, leave_question, strip_words, title
from tui.storage.host.interface import ChangingHost
from tui.terminal import TerminalMode
from tui.words import marked
from widgets.help import Help
from widgets.look import Look


class TrialApp(GuidedApp):
    """The program on a fresh machine with an array beside it.

    Args:
        look: colours and glyphs.
        host: the machine.
        access: what may be done on it.
        san: what its array offers.
        again: the machine was kept, so the console comes first.
        live: as of a `ConsoleApp`.
        refresh_seconds: how often what only counts is drawn again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f6", "sheet", marked("this machine"), show=False)]

    def __init__(
        self,
        look: Look,
        host: ChangingHost,
        access: Access,
        san: San,
        *,
        again: bool = False,
        live: bool = True,
        refresh_seconds: float = 1.0,
    ) -> None:
        super().__init__(look, host, access, live=live, refresh_seconds=refresh_seconds)
        self._san = san
        self._again = again

    def on_ready(self) -> None:
        """Begin with the wizard on a fresh machine, and with the card over it."""
        self.run_worker(self._begin(), group="mode")

    async def _begin(self) -> None:
        if not self._again:
            await self._switch(SET_UP)
        self.action_sheet()

    def strip(self) -> TaskStrip:
        """Return the line with the array's address."""
        strip = TaskStrip(title())
        strip.words = strip_words(self._san)
        return strip

    def action_sheet(self) -> None:
        """Show the card: what this machine is, its array, and how to go on."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help(title(), card(self._san)))

    def left_shell(self) -> None:
        """Read the machine again."""
        self.screen.post_message(HostChanged())

    def leave(self, words: str = "") -> None:  # noqa: ARG002 - they are about the machine, not about the host
        """Ask whether the machine is kept."""
        self.push_screen(leave_question(), self._leave_as_answered)

    def _leave_as_answered(self, answer: str | None) -> None:
        if answer is not None:
            self.exit(Ending[answer].value)


def open_trial(host: ChangingHost, access: Access, mode: TerminalMode, san: San, *, again: bool) -> int:
    """Open the wizard or the console inside the machine of `lab try`; return how it was left."""
    look, refresh = look_of_mode(mode), mode.refresh_seconds
    return run(TrialApp(look, host, access, san, again=again, refresh_seconds=refresh), mode)
