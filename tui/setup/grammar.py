"""What `setup` takes. Imports nothing that reads a host, so that `--help` comes at once."""

import argparse

from tui.words import translate as _


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `setup` to the program's sub-commands."""
    parser = commands.add_parser("setup")
    parser.add_argument(
        "--answers",
        metavar="FILE",
        help=_("take all answers from a file (TOML; - is standard input) and ask nothing"),
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
    parser.add_argument(
        "--save-answers",
        metavar="FILE",
        default="",
        help=_("write the answers that would make this host again, without secrets, and exit"),
    )
    parser.add_argument("--force", action="store_true", help=_("with --save-answers: overwrite FILE"))
    parser.add_argument("--json", action="store_true", help=_("with --answers: print one event a line"))
    parser.add_argument("--recorded", metavar="FILE", help=_("show a captured host; nothing is changed"))
    parser.add_argument("--read-only", action="store_true", help=_("read-only: change nothing on this host"))
