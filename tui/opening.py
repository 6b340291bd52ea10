"""Opens the screens on this terminal; each imports Textual, and only where the terminal can hold a screen."""

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui.storage import printing

if TYPE_CHECKING:
    import argparse

    from tui.lab.san import San
    from tui.practice.coach import Begin
    from tui.practice.rehearsal.twin import Sheet
    from tui.practice.scenario import Scenario
    from tui.storage.host.interface import ChangingHost
    from tui.terminal import TerminalMode


def open_practice() -> int:
    """The list of what can be practised, on this terminal."""
    mode = _terminal_mode("iscsi-console practice --list")
    if mode is None:
        return 1
    from tui.app import PRACTICE, open_app  # noqa: PLC0415 (Textual reads the environment when it is imported)
    from tui.screens.access import access  # noqa: PLC0415 (likewise)

    host = _host(None, looking_only=True)
    return open_app(host, access(is_root=host.is_root, read_only=True), mode, PRACTICE)


def open_task(scenario: "Scenario", begin: "Begin") -> int:
    """The console with a task, inside a practice machine."""
    mode = _terminal_mode("iscsi-console status")
    if mode is None:
        return 1
    from tui import practice_app  # noqa: PLC0415 (Textual reads the environment when it is imported)
    from tui.practice.coach import Coach  # noqa: PLC0415 (likewise)
    from tui.screens.access import access  # noqa: PLC0415 (likewise)

    host = _host(None, looking_only=False)
    return practice_app.open_task(host, access(is_root=host.is_root), mode, Coach(scenario, host, begin))


def open_trial(san: "San", again: bool) -> int:
    """The wizard inside the machine of `lab try`; the console in one that was kept."""
    mode = _terminal_mode("iscsi-console status")
    if mode is None:
        return 1
    from tui import trial_app  # noqa: PLC0415 (Textual reads the environment when it is imported)
    from tui.screens.access import access  # noqa: PLC0415 (likewise)

    host = _host(None, looking_only=False)
    return trial_app.open_trial(host, access(is_root=host.is_root), mode, san, again=again)


def open_twin(sheet: "Sheet") -> int:
    """The console inside a twin."""
    mode = _terminal_mode("iscsi-console status")
    if mode is None:
        return 1
    from tui import twin_app  # noqa: PLC0415 (Textual reads the environment when it is imported)
    from tui.screens.access import access  # noqa: PLC0415 (likewise)

    host = _host(None, looking_only=False)
    return twin_app.open_twin(host, access(is_root=host.is_root), mode, sheet)


def open_wizard(arguments: "argparse.Namespace") -> int:
    """The wizard on this terminal; says so where there is none that can hold it."""
    mode = _terminal_mode("iscsi-console setup --answers FILE")
    if mode is None:
        return 1
    from tui.app import SET_UP, open_app  # noqa: PLC0415 (Textual reads the environment when it is imported)
    from tui.screens.access import access  # noqa: PLC0415 (likewise)

    host = _host(arguments.recorded, looking_only=arguments.read_only)
    allowed = access(is_root=host.is_root, recorded=bool(arguments.recorded), read_only=arguments.read_only)
    return open_app(host, allowed, mode, SET_UP)


def open_console(recorded: str | None, *, looking_only: bool) -> int:
    """The console on this terminal, when no sub-command is given."""
    mode = _terminal_mode("iscsi-console status")
    if mode is None:
        return 1
    host = _host(recorded, looking_only=looking_only)
    from tui.storage.watching.prefetch import Prefetch  # noqa: PLC0415 (likewise)

    head_start = None if recorded else Prefetch(host)
    from tui.app import open_app  # noqa: PLC0415 (Textual reads the environment when it is imported)
    from tui.screens.access import access  # noqa: PLC0415 (likewise)

    allowed = access(is_root=host.is_root, recorded=bool(recorded), read_only=looking_only)
    return open_app(host, allowed, mode, live=not recorded, head_start=head_start)


def open_fleet(directory: str, max_age: float) -> int:
    """The hosts of a directory of captures, on this terminal.

    Args:
        directory: holds the captures.
        max_age: seconds after which one says nothing of the present.
    """
    mode = _terminal_mode("iscsi-console fleet --text DIRECTORY")
    if mode is None:
        return 1
    from tui import fleet_app  # noqa: PLC0415 (Textual reads the environment when it is imported)

    return fleet_app.open_fleet(directory, max_age, mode)


def _terminal_mode(line_command: str) -> "TerminalMode | None":
    """How this terminal is used, already applied; None, and said, where it cannot hold a screen."""
    from tui import language, preferences, terminal  # noqa: PLC0415 (likewise)
    from tui.terminal_ground import ask_ground  # noqa: PLC0415 (likewise)

    preferences.apply_preferences(preferences.files(), {**terminal.CHOICES, **language.choices()}, os.environ)
    tty = terminal.read_tty()
    if terminal.ground_matters(os.environ, tty):
        tty = replace(tty, light=ask_ground())
    mode = terminal.choose_mode(os.environ, tty, line_command=line_command)
    if mode.refusal:
        printing.complain(mode.refusal)
        return None
    terminal.apply_mode(mode, os.environ)
    return mode


def _host(recorded: str | None, *, looking_only: bool) -> "ChangingHost":
    if recorded:
        from tui.storage.host.recorded import RecordedHost  # noqa: PLC0415 (likewise)

        return RecordedHost(recorded)
    from tui.storage.host.local import LocalHost  # noqa: PLC0415 (likewise)

    return LocalHost(looking_only=looking_only)
