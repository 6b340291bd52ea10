"""`iscsi-console rehearse FILE`: a twin of a captured host, to try on it what is risky on the host.

On a terminal the console opens in the twin; with a command after `--` that runs there instead. What is kept
of it is said by `result.py`.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from tui.lab.attach import attach, require_terminal
from tui.lab.command import FAILED, missing, run_in_lab
from tui.lab.guest import Guest
from tui.lab.places import Places
from tui.practice.rehearsal.described import describe
from tui.practice.rehearsal.description import Described
from tui.practice.rehearsal.result import (
    Rehearsal,
    RehearsedPlan,
    folder,
    keep_result,
    plans_in,
    result_text,
    unlike_lines,
)
from tui.practice.rehearsal.twin import SHEET, Ending, Twin, forget_twin
from tui.storage.changing import journal
from tui.storage.files.owner_file import not_written_problem, refuse_existing
from tui.storage.host.recorded import RecordedHost
from tui.storage.model.inventory import Inventory
from tui.storage.printing import complain, say
from tui.storage.probe.inventory import take_inventory
from tui.storage.problem import ConsoleError
from tui.storage.untrusted import visible_lines
from tui.words import translate as _

_LARGEST_JOURNAL = 2**20
_MOST_JOURNALS = 1000
"""What is taken from the twin: root there may have written anything."""

_COMMAND_SECONDS = 1800.0
"""Longest time of a command that is given after --."""


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `rehearse` to the program's sub-commands."""
    parser = commands.add_parser("rehearse")
    parser.add_argument("file", metavar="FILE", help=_("a file of `iscsi-console capture`"))
    parser.add_argument("--out", metavar="RESULT", help=_("also write the result to this file"))
    parser.add_argument(
        "command", nargs="*", help=_("after --: a command to run in the twin instead of the console")
    )


def main(arguments: argparse.Namespace) -> int:
    """Build the twin and open it; the exit status."""
    if arguments.out:
        refuse_existing(arguments.out, force=False)
    reasons = missing()
    if reasons:
        for reason in reasons:
            complain(reason)
        complain(_("So no twin can run on this machine. Take the capture to one where a lab can run."))
        return FAILED
    host = RecordedHost(arguments.file)
    inventory = take_inventory(host)
    described = describe(host, inventory)
    for line in unlike_lines(described.unlike):
        say(line)
    return run_in_lab(lambda places: _rehearse(arguments, described, inventory, places))


def _rehearse(
    arguments: argparse.Namespace, described: Described, inventory: Inventory, places: Places
) -> int:
    if not arguments.command:
        require_terminal()
    while True:
        ending, status = _once(arguments, described, inventory, places)
        if ending is not Ending.RESET:
            return status


def _once(
    arguments: argparse.Namespace, described: Described, inventory: Inventory, places: Places
) -> tuple[Ending, int]:
    """One twin, from its boot to its end."""
    with Twin(described, places, complain) as twin:
        complain(_("Comparing the twin with the host."))
        twin.compare_with(inventory)
        if arguments.command:
            done = twin.guest.run(arguments.command, timeout=_COMMAND_SECONDS)
            say(visible_lines(done.text))
            complain(visible_lines(done.error_text))
            ending, status = twin.usual_ending, done.status
        else:
            left = attach(twin.guest, ("iscsi-console", "practice", "--twin", SHEET))
            ending = Ending(left) if left in set(Ending) else twin.usual_ending
            status = 0 if left in set(Ending) else left
        if ending is not Ending.RESET:
            _report(arguments, described, twin)
        if ending is Ending.KEEP:
            twin.keep()
    if ending is not Ending.KEEP:
        forget_twin(described.description, places)
    return ending, status


def _report(arguments: argparse.Namespace, described: Described, twin: Twin) -> None:
    """Keep the result and print its page."""
    rehearsal = Rehearsal(
        described.description.host,
        described.description.taken_at,
        time.time(),
        twin.unlike,
        _plans(twin.guest),
        twin.sheet.comparison,
    )
    path = folder() / time.strftime("%Y%m%d-%H%M%S.json", time.gmtime(rehearsal.ended_at))
    try:
        for place in (path, *([Path(arguments.out)] if arguments.out else [])):
            keep_result(rehearsal, place)
            complain(_("The result is in {path}.").format(path=place))
    except OSError as error:
        raise ConsoleError(not_written_problem(str(path), error)) from error
    finally:
        say(result_text(rehearsal))


def _plans(guest: Guest) -> tuple[RehearsedPlan, ...]:
    """The plans that ran in a twin, by its journals. Root there may have written anything into them."""
    names = guest.run(
        ("find", str(journal.FOLDER), "-maxdepth", "1", "-name", "*.jsonl", "-type", "f", "-print0")
    )
    with tempfile.TemporaryDirectory() as copies:
        for number, name in enumerate(filter(None, names.stdout.split(b"\0"))):
            if number < _MOST_JOURNALS:
                text = guest.run(("head", "--bytes", str(_LARGEST_JOURNAL), "--", os.fsdecode(name))).stdout
                Path(copies, f"{number:04d}.jsonl").write_bytes(text)
        return plans_in(Path(copies))
