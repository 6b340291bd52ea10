"""The Textual application of `fleet`: captured hosts side by side, and the console on each of them."""

from functools import partial
from pathlib import Path
from typing import Any

from textual.screen import Screen

from tui.app import SET_UP, ConsoleApp, look_of_mode, run
from tui.screens.access import access
from tui.screens.console.console_screen import ConsoleScreen
from tui.screens.fleet.fleet_screen import FleetScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.host.local import LocalHost
from tui.storage.host.recorded import RecordedHost
from tui.storage.problem import ConsoleError
from tui.terminal import TerminalMode
from widgets.look import Look

FLEET = "fleet"


class FleetApp(ConsoleApp):
    """The program on a directory of captures.

    Args:
        look: colours and glyphs.
        directory: the directory.
        max_age: seconds after which a capture says nothing of the present.
    """

    def __init__(self, look: Look, directory: str, max_age: float) -> None:
        recorded = access(is_root=False, recorded=True)
        super().__init__(look, LocalHost(looking_only=True), recorded, first=FLEET, live=False)
        self._directory, self._max_age = directory, max_age
        self._made_by[FLEET] = self._fleet

    def _fleet(self) -> Screen[Any]:
        return FleetScreen(self._directory, self._max_age, self.open_host)

    def open_host(self, file: str) -> None:
        """Open the console on the host of a capture."""
        try:
            host = RecordedHost(str(Path(self._directory) / file))
        except ConsoleError as error:
            self.notify(f"{error.problem.summary} {error.problem.remedy}".rstrip(), severity="error")
            return
        # The set-up that the console opens is about this host as well.
        self._host = host
        console = ConsoleScreen(
            CommandLogHost(host), self._access, partial(self.open, SET_UP), self._close_host
        )
        self.push_screen(console)

    def _close_host(self) -> None:
        self.pop_screen()


def open_fleet(directory: str, max_age: float, mode: TerminalMode) -> int:
    """Open the program on a directory of captures; return the exit status."""
    return run(FleetApp(look_of_mode(mode), directory, max_age), mode)
