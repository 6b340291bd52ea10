"""What every screen offers under the same keys: help, the commands that ran, going back, and leaving."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.screens.background import BackgroundScreen, Result
from tui.words import marked
from widgets.look import FIND

if TYPE_CHECKING:
    from tui.storage.host.command_log import CommandLogHost
    from widgets.help import HelpSection
    from widgets.key_bar import KeyHint


class BaseScreen(BackgroundScreen[Result]):
    """F1 explains the screen, F2 shows every command, Escape goes one level up, q leaves the program.

    Attributes:
        HAS_COMMANDS: the screen is about a host on which commands run.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", marked("help")),
        Binding("f2", "commands", marked("commands")),
        Binding("escape", "leave", marked("back")),
        FIND,
        Binding("q,ctrl+q", "quit", marked("leave"), tooltip=marked("Leave the program")),
    ]
    HAS_COMMANDS: ClassVar[bool] = True

    _host: "CommandLogHost"

    def help_title(self) -> str:
        """Return the title of the help."""
        raise NotImplementedError

    def help_sections(self) -> "tuple[HelpSection, ...]":
        """Explain the screen."""
        raise NotImplementedError

    def help_keys(self) -> "tuple[KeyHint, ...]":
        """Return the keys that the help lists."""
        from widgets.help import keys_of

        return keys_of(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Offer the commands only where some run, and to go back only where there is something behind."""
        if action == "leave":
            return not self.is_root
        return self.HAS_COMMANDS if action == "commands" else True

    @property
    def is_root(self) -> bool:
        """Whether nothing is behind this screen: it can only be left with the program."""
        app = self.app
        return app.current_mode == app.DEFAULT_MODE and app.screen_stack[:1] == [self]

    async def before_key(self) -> None:
        """Wait until the next key has what it is for; the app takes no key before."""

    def loss(self) -> str:
        """Say in a sentence what would be lost if the screen was closed now; empty for nothing."""
        return ""

    def farewell(self) -> str:
        """Keep what is to be kept when the program is left; return words for the terminal, or nothing."""
        return ""

    async def action_quit(self) -> None:
        """Leave the program, after asking where something would be lost."""
        await self.app.action_quit()

    def action_help(self) -> None:
        """Explain the screen."""
        from widgets.help import Help

        self.app.push_screen(Help(self.help_title(), self.help_sections(), self.help_keys()))

    def action_commands(self) -> None:
        """Show every command that ran."""
        from tui.screens.commands import RanCommands

        self.app.push_screen(RanCommands(self._host))

    def action_leave(self) -> None:
        """Go back to where the person came from."""
        raise NotImplementedError
