"""The `setup` sub-command: the wizard on the terminal, or the same set-up from an answers file."""

import argparse
import sys
from collections.abc import Callable

from tui.setup.answers_file import read_script
from tui.setup.session import Setup
from tui.setup.unattended import FAILED, play
from tui.storage.host.interface import ChangingHost
from tui.storage.host.local import LocalHost
from tui.storage.host.recorded import RecordedHost
from tui.words import translate as _

OpenWizard = Callable[[Setup], int]
"""Opens the wizard on the terminal and returns the exit status; the command line brings it along."""


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `setup` to the program's sub-commands."""
    parser = commands.add_parser("setup", help=_("lead from a bare host to a mounted volume"))
    parser.add_argument(
        "--answers", metavar="FILE", help=_("answer every step from a file (TOML) and ask nothing")
    )
    parser.add_argument("--recorded", metavar="FILE", help=_("look at a captured host; nothing is changed"))
    parser.add_argument("--read-only", action="store_true", help=_("only look at this host"))


def main(arguments: argparse.Namespace, open_wizard: OpenWizard) -> int:
    """Set this host up; the exit status.

    Args:
        arguments: what `add_arguments` asked for.
        open_wizard: opens the full-screen wizard.

    Raises:
        ConsoleError: the answers file or the capture cannot be used.
    """
    host = chosen_host(arguments.recorded, looking_only=arguments.read_only)
    if not arguments.answers:
        return open_wizard(Setup(host))
    script = read_script(arguments.answers)
    if not host.is_root:
        sys.stderr.write(_("A set-up changes this host, so it has to be started as root.") + "\n")
        return FAILED
    return play(Setup(host, keeps_answers=False), script)


def chosen_host(recorded: str | None, *, looking_only: bool) -> ChangingHost:
    """This host or a captured one.

    Raises:
        ConsoleError: the capture cannot be used.
    """
    if recorded:
        return RecordedHost(recorded)
    return LocalHost(looking_only=looking_only)
