"""`iscsi-console fleet DIRECTORY`: what one host cannot know, from the captures of many.

Exit status: 0 nothing is wrong, 1 something is broken or in danger, 2 not enough could be read to tell,
3 nothing is broken now, but something is at risk or differs.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions.declared import words_of
from tui.storage.printing import complain, json_text, say
from tui.storage.problem import ConsoleError, problem_text
from tui.words import translate as _

if TYPE_CHECKING:
    from tui.fleet.fleet import Fleet

_NOT_READ = 2
_HOURS = 24.0
_MOST_HOURS = 1_000_000


class FleetCommand:
    """`fleet`, which opens a screen on a terminal.

    Args:
        open_screen: opens it for a directory and an age in seconds.
    """

    def __init__(self, open_screen: Callable[[str, float], int]) -> None:
        self._open_screen = open_screen

    def add_arguments(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add `fleet`."""
        parser = commands.add_parser(
            "fleet",
            description=_(
                "{words}: hosts as columns, LUNs, targets and portals as rows. Exit status: 0 nothing is "
                "wrong, 1 something is broken or in danger, 2 not enough could be read, 3 nothing is broken "
                "now but something is at risk or differs."
            ).format(words=words_of("fleet")),
        )
        parser.add_argument(
            "directory", metavar="DIRECTORY", help=_("holds captures, one file for each host")
        )
        parser.add_argument("--json", action="store_true", help=_("print JSON"))
        parser.add_argument("--text", action="store_true", help=_("print text, on a terminal too"))
        parser.add_argument(
            "--max-age",
            metavar="HOURS",
            type=_hours,
            default=_HOURS,
            help=_("a host is unknown if its capture is older than this; {hours:g} by default").format(
                hours=_HOURS
            ),
        )

    def main(self, arguments: argparse.Namespace) -> int:
        """Open the screen, or print."""
        max_age = arguments.max_age * 3600
        if not (arguments.json or arguments.text) and sys.stdout.isatty() and sys.stdin.isatty():
            return self._open_screen(arguments.directory, max_age)
        return _print(arguments.directory, max_age, json=arguments.json)


def _print(directory: str, max_age: float, *, json: bool) -> int:
    from tui.fleet.captures import capture_files, read_captures  # noqa: PLC0415 (`--help` comes at once)
    from tui.fleet.document import fleet_document  # noqa: PLC0415 (likewise)
    from tui.fleet.facts import HostFacts, Unreadable  # noqa: PLC0415 (likewise)
    from tui.fleet.fleet import survey  # noqa: PLC0415 (likewise)
    from tui.fleet.text import fleet_text  # noqa: PLC0415 (likewise)

    try:
        found = list(read_captures(capture_files(directory)))
    except ConsoleError as error:
        complain(problem_text(error.problem))
        return _NOT_READ
    fleet = survey(
        (one for one in found if isinstance(one, HostFacts)),
        (one for one in found if isinstance(one, Unreadable)),
        time.time(),
        max_age,
    )
    say(json_text(fleet_document(fleet)) if json else fleet_text(fleet))
    return exit_status(fleet)


def exit_status(fleet: "Fleet") -> int:
    """What it means for a program that asked."""
    from tui.fleet.finding import Weight  # noqa: PLC0415 (likewise)
    from tui.fleet.fleet_words import is_certain  # noqa: PLC0415 (likewise)

    weights = {finding.weight for finding in fleet.findings}
    if weights & {Weight.DANGER, Weight.BROKEN}:
        return 1
    if not is_certain(fleet):
        return _NOT_READ
    return 3 if weights else 0


def _hours(word: str) -> float:
    try:
        hours = float(word)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= _MOST_HOURS:
        raise argparse.ArgumentTypeError(_("not a number of hours"))
    return hours
