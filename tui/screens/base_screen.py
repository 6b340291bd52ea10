"""What every screen offers under the same keys: help, the commands that ran, and leaving."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.screens.background import BackgroundScreen, Result
from tui.screens.commands import command_rows
from tui.storage.host.command_log import CommandLogHost
from tui.words import translate as _
from widgets.commands import Commands
from widgets.help import Help, HelpSection, keys_of
from widgets.key_bar import KeyHint


class BaseScreen(BackgroundScreen[Result]):
    """F1 explains the screen, F2 shows every command, Escape leaves.

    Attributes:
        HAS_COMMANDS: the screen is about a host on which commands run.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", _("help")),
        Binding("f2", "commands", _("commands")),
        Binding("escape", "leave", _("leave")),
    ]
    HAS_COMMANDS: ClassVar[bool] = True

    _host: CommandLogHost

    def help_title(self) -> str:
        """Return the title of the help."""
        raise NotImplementedError

    def help_sections(self) -> tuple[HelpSection, ...]:
        """Explain the screen."""
        raise NotImplementedError

    def help_keys(self) -> tuple[KeyHint, ...]:
        """Return the keys that the help lists."""
        return keys_of(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Offer the commands only where some run."""
        return self.HAS_COMMANDS if action == "commands" else True

    def action_help(self) -> None:
        """Explain the screen."""
        self.app.push_screen(Help(self.help_title(), self.help_sections(), self.help_keys()))

    def action_commands(self) -> None:
        """Show every command that ran."""
        self.app.push_screen(Commands(command_rows(self._host.ran())))

    def action_leave(self) -> None:
        """Go back to where the person came from."""
        raise NotImplementedError
