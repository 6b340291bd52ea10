"""`iscsi-console practice`: the list of lessons and scenarios; inside a machine, the console with a task."""

import argparse
from collections.abc import Callable

from tui.lab.san import San, examples, parse, read_description
from tui.practice.coach import Begin
from tui.practice.reading import FOLDER, identifiers, read_scenario, read_staged
from tui.practice.rehearsal.twin import Sheet
from tui.practice.scenario import Phase, Scenario
from tui.storage.cells import padded
from tui.storage.codec import decode
from tui.storage.documents import parse_json, read_bounded
from tui.storage.printing import say
from tui.words import translate as _

OpenInside = Callable[[Scenario, Begin], int]
OpenTwin = Callable[[Sheet], int]
OpenTrial = Callable[[San, bool], int]
"""Opens what `lab try` shows inside its machine, with its array, and whether the machine was kept."""


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `practice` to the program's sub-commands."""
    parser = commands.add_parser(
        "practice", help=_("lessons and scenarios on a practice machine, without root")
    )
    parser.add_argument("--list", action="store_true", help=_("list lessons and scenarios, and exit"))
    # What follows is said by the program to itself, inside the machine.
    parser.add_argument("--trial", choices=examples(), help=argparse.SUPPRESS)
    parser.add_argument("--twin", help=argparse.SUPPRESS)
    parser.add_argument("--again", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--inside", choices=identifiers(), help=argparse.SUPPRESS)
    parser.add_argument("--phase", type=Phase, choices=list(Phase), default=Phase.NOW, help=argparse.SUPPRESS)
    parser.add_argument("--hints", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--steps", type=int, default=0, help=argparse.SUPPRESS)


def main(
    arguments: argparse.Namespace,
    open_list: Callable[[], int],
    open_inside: OpenInside,
    open_trial: OpenTrial,
    open_twin: OpenTwin,
) -> int:
    """Do what the arguments ask for; the exit status."""
    if arguments.trial:
        return open_trial(parse(read_description(arguments.trial)), arguments.again)
    if arguments.twin:
        return open_twin(decode(Sheet, parse_json(read_bounded(arguments.twin))))
    if arguments.list:
        for name in identifiers():
            scenario = read_scenario(FOLDER / name)
            minutes = _("{count} min").format(count=f"{scenario.minutes:>3}")
            say(f"{name:<28} {padded(scenario.level.word, 7)} {minutes}  {scenario.title}")
        return 0
    if arguments.inside:
        begin = Begin(arguments.phase, arguments.hints, arguments.steps)
        return open_inside(read_staged(FOLDER / arguments.inside), begin)
    return open_list()
