"""The `setup` sub-command: the wizard on the terminal, or the same set-up from an answers file."""

import argparse
from collections.abc import Callable

from tui.setup.answers_file import read_script
from tui.setup.session import Setup
from tui.setup.unattended import FAILED, NOTHING_CHOSEN, USAGE, Chosen, play
from tui.storage.changing.leaving import asked_to_leave
from tui.storage.host.local import LocalHost
from tui.storage.printing import complain
from tui.words import translate as _


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `setup` to the program's sub-commands."""
    parser = commands.add_parser("setup")
    parser.add_argument(
        "--answers", metavar="FILE", help=_("take all answers from a file (TOML) and ask nothing")
    )
    parser.add_argument(
        "--resume",
        metavar="ID",
        default="",
        help=_("with --answers: run what is left of an interrupted plan"),
    )
    parser.add_argument(
        "--give-up", metavar="ID", default="", help=_("with --answers: discard an interrupted plan")
    )
    parser.add_argument("--recorded", metavar="FILE", help=_("show a captured host; nothing is changed"))
    parser.add_argument("--read-only", action="store_true", help=_("read-only: change nothing on this host"))


def main(arguments: argparse.Namespace, open_wizard: Callable[[argparse.Namespace], int]) -> int:
    """Set this host up; the exit status.

    Args:
        arguments: what `add_arguments` asked for.
        open_wizard: opens the full-screen wizard on the host that the arguments name.

    Raises:
        ConsoleError: the answers file cannot be used.
    """
    chosen = Chosen(arguments.resume, arguments.give_up)
    if not arguments.answers:
        if chosen != NOTHING_CHOSEN:
            complain(_("--resume and --give-up need --answers; without it the wizard asks."))
            return USAGE
        return open_wizard(arguments)
    script = read_script(arguments.answers)
    host = LocalHost(looking_only=arguments.read_only)
    if arguments.recorded or not host.is_root:
        complain(_("A set-up from answers changes this host, so it needs root and a live host."))
        return FAILED
    setup = Setup(host, keeps_answers=False, answers=script.fingerprint)
    return play(setup, script, leave=asked_to_leave(), chosen=chosen)
