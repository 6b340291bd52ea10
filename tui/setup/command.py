"""The `setup` sub-command: the wizard on the terminal, or the same set-up from an answers file."""

import argparse
import os
import threading
from collections.abc import Callable

from tui.setup.answers_file import read_script
from tui.setup.saved_answers import saved_answers
from tui.setup.session import Setup
from tui.setup.unattended import FAILED, NOTHING_CHOSEN, SUCCEEDED, USAGE, Chosen, play
from tui.setup.verification import Look
from tui.storage.changing.leaving import asked_to_leave
from tui.storage.changing.printer import Printer
from tui.storage.files.owner_file import not_written_problem, write_for_owner
from tui.storage.host.local import LocalHost
from tui.storage.printing import complain
from tui.storage.problem import ConsoleError
from tui.words import translate as _


def main(
    arguments: argparse.Namespace,
    open_wizard: Callable[[argparse.Namespace], int],
    json_printer: Callable[[threading.Event], Printer],
    look: Look,
) -> int:
    """Set this host up; the exit status.

    Args:
        arguments: what `add_arguments` asked for.
        open_wizard: opens the full-screen wizard on the host that the arguments name.
        json_printer: makes what reports as JSON.
        look: tells the verdict on a host, for the end.

    Raises:
        ConsoleError: the answers file cannot be used, or written.
    """
    if arguments.save_answers:
        return _save_answers(arguments)
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
    setup = Setup(host, keeps_answers=False, answers=script.fingerprint, look=look)
    leave = asked_to_leave()
    printer = json_printer(leave) if arguments.json else None
    return play(setup, script, leave=leave, chosen=chosen, printer=printer)


def _save_answers(arguments: argparse.Namespace) -> int:
    if os.geteuid() != 0:
        complain(_("Only root can read the node records and the mounts of every volume."))
        return FAILED
    host = LocalHost(looking_only=True)
    state = Setup(host, keeps_answers=False).begin()
    try:
        write_for_owner(arguments.save_answers, saved_answers(host, state), force=arguments.force)
    except OSError as error:
        raise ConsoleError(not_written_problem(arguments.save_answers, error)) from error
    return SUCCEEDED
