"""The console in a machine made for learning: a line at the bottom of every screen says what for."""

from abc import abstractmethod
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from tui.app import ConsoleApp
from tui.practice.shell import run_shell
from tui.screens.practice.beside import TaskStrip
from tui.words import marked
from widgets.key_bar import KeyBar


class GuidedApp(ConsoleApp):
    """The console with F6, what this machine is for, and F7, a shell in it; both in sight on every screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "sheet", marked("task"), show=False),
        Binding("f7", "shell", marked("shell"), show=False),
    ]

    WITHOUT_STRIP: ClassVar[tuple[type[Screen[Any]], ...]] = (ModalScreen,)
    """Screens on which there is no such line."""

    def on_mount(self) -> None:
        """Follow the screens."""
        self.screen_change_signal.subscribe(self, self._follow_screen)

    def _follow_screen(self, screen: Screen[Any]) -> None:
        if not isinstance(screen, self.WITHOUT_STRIP):
            screen.call_after_refresh(self._put_strip, screen)

    def _put_strip(self, screen: Screen[Any]) -> None:
        """Put the line over the keys of a screen that has keys and no line yet."""
        if screen.is_attached and screen.query(KeyBar) and not screen.query(TaskStrip):
            screen.mount(self.strip())

    @abstractmethod
    def strip(self) -> TaskStrip:
        """Return a new line that says what this machine is for, and how far that is."""

    @abstractmethod
    def action_sheet(self) -> None:
        """Show what this machine is for."""

    def action_shell(self) -> None:
        """Give the terminal to a shell of the machine."""
        with self.suspend():
            run_shell(self.offered())
        self.left_shell()

    def offered(self) -> tuple[str, ...]:
        """Return the commands that the shell offers to type."""
        return ()

    @abstractmethod
    def left_shell(self) -> None:
        """Take notice of what was done in the shell."""
