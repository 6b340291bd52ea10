"""The command line: chooses what to open, and imports only what that needs."""

import argparse
import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from tui import importing_msgspec, opening  # noqa: F401 (msgspec, before opening imports it)
from tui.commands.argparse_words import translate_argparse
from tui.environment import confine
from tui.language import Spoken, speak
from tui.storage import printing
from tui.storage.cells import wrapped
from tui.storage.problem import ConsoleError, Problem, problem_text
from tui.words import translate as _

if TYPE_CHECKING:
    import threading

    from _typeshed import SupportsWrite

    from tui.storage.changing.printer import Printer


class SubCommand(Protocol):
    """A module that is one word of the command line."""

    def add_arguments(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add its own parser, with its arguments, to the program's sub-commands."""

    def main(self, arguments: argparse.Namespace) -> int:
        """Do it and return the exit status."""


class _Status:
    """The inventory, each layer with the state that the diagnosis gives it."""

    def add_arguments(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add `status`."""
        from tui.recovery.arguments import WITHIN, waiting_seconds  # noqa: PLC0415 (likewise)

        parser = commands.add_parser("status")
        parser.add_argument("--json", action="store_true", help=_("print the whole inventory as JSON"))
        parser.add_argument("--recorded", metavar="FILE", help=_("show a recorded host instead of this one"))
        parser.add_argument(
            "--quick", action="store_true", help=_("read the inventory alone, without a diagnosis")
        )
        parser.add_argument(
            "--within",
            metavar="SECONDS",
            type=waiting_seconds,
            default=WITHIN,
            help=_("how long the check may take, {seconds} by default").format(seconds=WITHIN),
        )

    def main(self, arguments: argparse.Namespace) -> int:
        """Print it."""
        from tui.recovery.judging import judging  # noqa: PLC0415 (only what is asked for is imported)
        from tui.storage import status  # noqa: PLC0415 (likewise)

        return status.main(arguments, judging(arguments.within))


class _Doctor:
    """What is wrong, and what to do about it."""

    def add_arguments(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add `doctor`."""
        from tui.recovery import grammar  # noqa: PLC0415 (likewise)

        grammar.add_arguments(commands)

    def main(self, arguments: argparse.Namespace) -> int:
        """Look and tell."""
        from tui.recovery import doctor  # noqa: PLC0415 (likewise)

        return doctor.main(arguments)


def _history() -> SubCommand:
    from tui.recovery.history import command  # noqa: PLC0415 (likewise)

    return command


class _Capture:
    """A capture holds everything that the screens, the doctor and plans read."""

    def add_arguments(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add `capture`."""
        parser = commands.add_parser("capture")
        parser.add_argument("file", metavar="FILE", help=_("the file to write; only you can read it"))
        parser.add_argument("--force", action="store_true", help=_("replace the file if it exists"))

    def main(self, arguments: argparse.Namespace) -> int:
        """Write the capture."""
        from tui.commands.whole_host import read_whole_host  # noqa: PLC0415 (likewise)
        from tui.storage import capture  # noqa: PLC0415 (likewise)

        return capture.main(arguments, read_whole_host)


def _verb(word: str) -> Callable[[], SubCommand]:
    def load() -> SubCommand:
        from tui.commands import verbs  # noqa: PLC0415 (likewise)

        return verbs.Verb(word)

    return load


def _plan() -> SubCommand:
    from tui.commands import verbs  # noqa: PLC0415 (likewise)

    return verbs.PlanCommand()


def _apply() -> SubCommand:
    from tui.commands import verbs  # noqa: PLC0415 (likewise)

    return verbs.ApplyCommand()


def _journal() -> SubCommand:
    from tui.commands import verbs  # noqa: PLC0415 (likewise)

    return verbs.JournalCommand()


def _rehearse() -> SubCommand:
    from tui.practice.rehearsal import command  # noqa: PLC0415 (likewise)

    return command


def _fleet() -> SubCommand:
    from tui.commands import fleet  # noqa: PLC0415 (likewise)

    return fleet.FleetCommand(opening.open_fleet)


def _lab() -> SubCommand:
    from tui.lab import command  # noqa: PLC0415 (likewise)

    return command


_VERIFIED_WITHIN = 30.0
"""Seconds that the check at the end of a set-up may take."""


class _Setup:
    """The set-up, which opens a screen unless it is given answers."""

    def add_arguments(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add `setup`."""
        from tui.setup import grammar  # noqa: PLC0415 (likewise)

        grammar.add_arguments(commands)

    def main(self, arguments: argparse.Namespace) -> int:
        """Run the wizard or play the answers."""
        from tui.recovery.judging import judging  # noqa: PLC0415 (likewise)
        from tui.setup import command  # noqa: PLC0415 (likewise)

        return command.main(arguments, opening.open_wizard, _json_printer, judging(_VERIFIED_WITHIN))


class _Practice:
    """The practice, which opens screens outside and inside its machines."""

    def add_arguments(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add `practice`."""
        from tui.practice import command  # noqa: PLC0415 (likewise)

        command.add_arguments(commands)

    def main(self, arguments: argparse.Namespace) -> int:
        """Open the list, or the console with a task."""
        from tui.practice import command  # noqa: PLC0415 (likewise)

        return command.main(
            arguments, opening.open_practice, opening.open_task, opening.open_trial, opening.open_twin
        )


def _json_printer(leave: "threading.Event") -> "Printer":
    """What reports a set-up as JSON."""
    from tui.commands.telling import JsonPrinter  # noqa: PLC0415 (likewise)

    return JsonPrinter(leave)


_FAULT = 70
"""EX_SOFTWARE of sysexits(3head): an error of the program itself, for which no other status may stand."""

_INTERRUPTED = 130
"""What a shell reports for a program that SIGINT ended."""


class _HelpFormatter(argparse.HelpFormatter):
    """Lays help out by cells, where argparse counts characters: wide ones take two."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(text, width) if text.isascii() else wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.isascii():
            return super()._fill_text(text, width, indent)
        return "\n".join(wrapped(text, width, len(indent)))


class _Parser(argparse.ArgumentParser):
    """A parser whose words go the way of every text; a sub-command's parser is of this class as well."""

    color = False

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 (those of argparse)
        named.setdefault("formatter_class", _HelpFormatter)
        super().__init__(*arguments, **named)

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        text = message.rstrip("\n")
        if file is sys.stdout:
            printing.say(text)
        elif text:
            printing.complain(text)


_COMMANDS: dict[str, Callable[[], SubCommand]] = {
    "setup": _Setup,
    "status": _Status,
    "doctor": _Doctor,
    "history": _history,
    "repair": _verb("repair"),
    "disconnect": _verb("disconnect"),
    "reconnect": _verb("reconnect"),
    "grow": _verb("grow"),
    "volume": _verb("volume"),
    "login": _verb("login"),
    "logout": _verb("logout"),
    "scan": _verb("scan"),
    "record": _verb("record"),
    "portal": _verb("portal"),
    "iface": _verb("iface"),
    "forget-stale": _verb("forget-stale"),
    "plan": _plan,
    "apply": _apply,
    "journal": _journal,
    "practice": _Practice,
    "rehearse": _rehearse,
    "capture": _Capture,
    "fleet": _fleet,
    "lab": _lab,
}


def _words_of(verb: str) -> str:
    """What a sub-command does, in the words of its action."""
    from tui.actions.declared import words_of  # noqa: PLC0415 (the console's start needs none of it)

    return words_of(verb)


class _Listed:
    """A sub-command that is only listed: its module is not imported."""

    def __init__(self, word: str) -> None:
        self._word = word

    def add_arguments(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add it without its arguments."""
        commands.add_parser(self._word, help=_words_of(self._word))

    def main(self, arguments: argparse.Namespace) -> int:
        """Never called: no argument names it."""
        raise NotImplementedError(arguments.action)


def _add_own_options(parser: argparse.ArgumentParser) -> None:
    """Add the console's own options, those before a sub-command."""
    parser.add_argument(
        "--recorded",
        metavar="FILE",
        dest="console_recorded",
        help=_("open the console on a recorded host; nothing is changed"),
    )
    parser.add_argument(
        "--read-only", action="store_true", dest="console_read_only", help=_("open the console read-only")
    )
    parser.add_argument("--no-color", action="store_true", dest="console_no_color", help=_("use no color"))
    parser.add_argument(
        "--version", action="store_true", help=_("print versions; with --json also those of what is used")
    )
    parser.add_argument("--json", action="store_true", dest="version_json", help=argparse.SUPPRESS)


def _own_options(argv: list[str]) -> argparse.Namespace | None:
    """The arguments where they are the console's own options alone and are right; else None."""
    parser = _Parser(add_help=False, exit_on_error=False)
    _add_own_options(parser)
    try:
        arguments, others = parser.parse_known_args(argv)
    except argparse.ArgumentError:
        return None
    arguments.action = ""
    return None if others else arguments


def _parsed(argv: list[str]) -> tuple[argparse.Namespace, dict[str, SubCommand]]:
    """The arguments, and the sub-commands that were imported for them.

    Where the console opens that is none: together they are most of the program, and its first picture would
    wait for them. Where no sub-command is recognised all are listed, by the words of their actions.
    """
    own = _own_options(argv)
    if own is not None:
        return own, {}
    asked = argv[0]
    parser: argparse.ArgumentParser = _Parser(
        prog="iscsi-console", description=_("Set up, watch, take down and repair iSCSI storage.")
    )
    _add_own_options(parser)
    commands = parser.add_subparsers(dest="action", title=_("without a sub-command the console opens"))
    modules: dict[str, SubCommand] = (
        {asked: _COMMANDS[asked]()} if asked in _COMMANDS else {name: _Listed(name) for name in _COMMANDS}
    )
    for module in modules.values():
        module.add_arguments(commands)
    for name, chosen in commands.choices.items():
        chosen.description = chosen.description or _words_of(name)
    arguments = parser.parse_args(argv)
    if arguments.action and (arguments.console_recorded or arguments.console_read_only):
        parser.error(_("the options of a sub-command belong after it"))
    return arguments, modules


def whole_parser() -> argparse.ArgumentParser:
    """Every option and sub-command with its own, for the man page and the completions."""
    parser: argparse.ArgumentParser = _Parser(prog="iscsi-console")
    _add_own_options(parser)
    commands = parser.add_subparsers(dest="action")
    for load in _COMMANDS.values():
        load().add_arguments(commands)
    return parser


def main() -> int:
    """Run the program and return its exit status."""
    # Of what is imported, and made for a first picture, nothing is garbage: collection starts later.
    gc.disable()
    printing.prepare()
    confine(os.environ, is_root=os.geteuid() == 0)
    spoken = speak(os.environ)
    translate_argparse()
    try:
        return _run(sys.argv[1:], spoken)
    except ConsoleError as error:
        printing.complain(problem_text(error.problem))
        return 1
    except printing.OutputFailed as error:
        if error.status == printing.NOT_WRITTEN:
            printing.complain(_("The output could not be written: {why}.").format(why=error))
        return error.status
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 (an exit status of its own, where Python would say 1)
        printing.complain(problem_text(_fault(error)))
        return _FAULT


def _run(argv: list[str], spoken: Spoken) -> int:
    arguments, modules = _parsed(argv)
    if arguments.console_no_color:
        os.environ["NO_COLOR"] = "1"
    if not arguments.action:
        if arguments.version:
            from tui.commands import versions  # noqa: PLC0415 (likewise)

            return versions.main(spoken, json=arguments.version_json)
        return opening.open_console(arguments.console_recorded, looking_only=arguments.console_read_only)
    gc.freeze()
    gc.enable()
    return modules[arguments.action].main(arguments)


def _fault(error: Exception) -> Problem:
    """An error of the program itself: its kind and place. Its words may hold a name, or a secret."""
    import traceback  # noqa: PLC0415 (only an error needs it)

    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return Problem(
        "program.fault",
        _("An error in iscsi-console itself stopped it: {kind}.").format(kind=type(error).__name__),
        remedy=_("Report it with the lines below. Nothing is known about what was asked for."),
        evidence=tuple(f"{frame.filename}:{frame.lineno}: {frame.name}" for frame in frames),
    )


_FRAMES = 6
"""Innermost calls that a report of such an error names."""


if __name__ == "__main__":
    sys.exit(main())
